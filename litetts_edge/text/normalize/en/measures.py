"""Numbers with a unit: measures, ranges and products of them, percent, feet and inches, durations by letters."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell, units
from litetts_edge.text.normalize.en.attached import SEAT, TIMED, is_countdown, is_unit
from litetts_edge.text.normalize.en.fractions import FRACTION, spoken_fraction
from litetts_edge.text.normalize.en.rules import DASH, NUMBER, SIGN, Rule, Sentence, words
from litetts_edge.text.tokens import Reading

_INCH_AFTER = re.compile(
    r"(?: ?[.,;:)]| ?$| (?:by|x|×|wide|long|tall|high|deep|thick|diameter|pipe|display|monitor|screen|tv|of "
    r"(?:rain|snow)"
    r"|rain|snow|below|above|per|and|or|to|away|from|off|apart)\b)", re.I)  # fmt: skip
_AMPERE_AFTER = re.compile(r"(?: ?[.,;:)]| ?$| (?:fuse|circuit|current|breaker|max|peak|at|and|or|of|charger)\b)")
_QUOTE = re.compile(r'(?<![0-9])"')
_COMPASS = {"N": "north", "S": "south", "E": "east", "W": "west"}
_WEATHER = re.compile(
    r"temp|degree|heat|cool|cold|warm|hot|weather|thermostat|forecast|high|low|oven|outside|inside|bake|boil|fever"
)
_INFIX = {"±": "plus or minus", "x": "by", "×": "by", "X": "by", "*": "by"}
_DOTTED = words("lb lbs oz ft in hr hrs min mins sec secs yd yds mi mo mos yr yrs gal qt tsp tbsp wk wks")
"""Units that are often written with a full stop."""


def _measure(match: re.Match[str], at: Sentence) -> str | Reading | None:
    unit, space = match["unit"], match["space"]
    if not _is_unit(match, at):
        return None
    written = {"C": "°C", "F": "°F"}.get(unit, unit)
    if unit in ("s", "m", "h") and not space and TIMED.match(at.near_after(match.end())):
        return f"{_amount(match, at)} {_CLOCK[unit]}"
    if unit == "m" and "." not in match["number"] and not match["second"] and is_countdown(match, at):
        written = "min"
    hyphen = space == "-"
    one = _is_one(match) or hyphen
    name = units.spoken_unit(written, one=one, british=at.british)
    if name is None:
        return None
    kind = "percent" if unit == "%" else "unit"
    said = _amount(match, at)
    if hyphen and "percent" not in name and " " not in name:
        said = f"{said}-{name}" if " " not in said else f"{said} {name}"
    else:
        said = f"{said} {name}"
    end = match.end()
    if unit.rpartition(" ")[2] in _DOTTED and match.string[end : end + 1] == "." and not at.ends_at(end + 1):
        end += 1
    return Reading(match.start(), end, kind, said)


_CLOCK = {"s": "second", "m": "minute", "h": "hour"}


def _is_one(match: re.Match[str]) -> bool:
    last = match["third"] or match["second"] or match["number"]
    return last in ("1", "-1") and (not match["second"] or bool(match["joint"] and "x" in match["joint"]))


def _amount(match: re.Match[str], at: Sentence) -> str:
    sign = match["sign"] or ""
    said = {
        "-": "minus ",
        "−": "minus ",
        "–": "minus ",
        "+": "plus ",
        "±": "plus or minus ",
        "~": "about ",
        "≈": "about ",
    }.get(sign, "")
    said += spell.number(match["number"], at.british, unit=True)
    if match["second"] and match["unit1"] == "%" and match["unit"] == "%":
        said += " percent"
    if match["second"]:
        joint = match["joint"].strip()
        said += f" {_INFIX.get(joint) or (joint if joint.isalpha() else 'to')} "
        said += "minus " if match["sign2"] else ""
        said += spell.number(match["second"], at.british, unit=True)
    if match["third"]:
        said += " by " + spell.number(match["third"], at.british, unit=True)
    if match["big"]:
        said += " " + match["big"].strip()
    return said


def _is_unit(match: re.Match[str], at: Sentence) -> bool:
    unit, space = match["unit"], match["space"]
    after = match.string[match.end() : match.end() + 24]
    before = at.near_before(match.start())
    if unit == "s" and not space and TIMED.match(after):
        return True
    if unit in ("C", "F"):
        return _is_temperature(match, at, before)
    if unit == "in":
        return _is_inch(match, after)
    if unit in ("A", "W", "V", "K", "B") and space:
        return bool(_AMPERE_AFTER.match(after)) and not SEAT.search(before)
    if space:
        return not (space == "-" and unit in ("mo", "d", "ha", "cu", "sq", "kt", "deg", "mi", "t"))
    return is_unit(unit, match["number"], before, after)


def _is_temperature(match: re.Match[str], at: Sentence, before: str) -> bool:
    if SEAT.search(before):
        return False
    near = before + at.near_after(match.end()).lower()
    return bool(_WEATHER.search(near)) or (
        (match["sign"] in ("-", "−") or "." in match["number"]) and not match["space"]
    )


def _is_inch(match: re.Match[str], after: str) -> bool:
    if match["joint"] and _INFIX.get(match["joint"].strip()) == "by":
        return True
    if match["space"] == "-":
        return False
    return (bool(_INCH_AFTER.match(after)) and not re.match(r" (?:from|to|and|or|per)\b", after)) or (
        match["space"] == "" and not re.match(r"\w", after)
    )


def _feet(match: re.Match[str], at: Sentence) -> str:
    feet, inches, part = match["feet"], match["inches"], match["part"]
    said = spell.number(inches)
    if part:
        said += " and " + {"½": "a half", "¼": "one quarter", "¾": "three quarters"}[part]
    one = inches == "1" and not part
    return f"{at.cardinal(feet)} {'foot' if feet == '1' else 'feet'} {said} {'inch' if one else 'inches'}"


def _two_by_fours(match: re.Match[str], at: Sentence) -> str:
    return f"{at.cardinal(match['a'])} by {spell.plural(at.cardinal(match['b']))}"


def _feet_inches(match: re.Match[str], at: Sentence) -> Reading:
    """`6ft 2in`: whatever follows, the inches are no preposition after feet."""
    feet, inches = match["feet"], match["inches"]
    said = f"{at.cardinal(feet)} {'foot' if feet == '1' else 'feet'} "
    said += f"{at.cardinal(inches)} {'inch' if inches == '1' else 'inches'}"
    return Reading(match.start(), match.end() - (match[0][-1] == "." and at.ends_at(match.end())), "unit", said)


def _stone(match: re.Match[str], at: Sentence) -> str | None:
    """`12st 4lb`; without the pounds only where `st` makes no ordinal of the figure."""
    stone, pounds, named = match.group("stone", "pounds", "lb")
    ordinal = stone.endswith("1") and stone != "11"
    if not named and (
        ordinal or (not pounds and match["space"] and not _WEIGHT.search(at.near_before(match.start())))
    ):
        return None
    said = f"{at.cardinal(stone)} stone"
    if pounds:
        said += f" {at.cardinal(pounds)}"
    if named:
        said += " pound" if pounds == "1" else " pounds"
    return said


_WEIGHT = re.compile(r"\b(?:weigh\w{0,3}|weight|lost|gained|lose|gain|about|over|under|nearly|almost)\b.{0,12}$")


def _feet_range(match: re.Match[str], at: Sentence) -> str:
    return f"{at.cardinal(match['feet'])} feet to {at.cardinal(match['second'])} feet"


def _per(match: re.Match[str], at: Sentence) -> str | None:
    """`125.4/km²`."""
    unit = units.spoken_unit(match["unit"], one=True, british=at.british) or match["unit"]
    return f"{spell.number(match['number'], at.british)} per {unit}"


def _coordinate(match: re.Match[str], at: Sentence) -> str:
    """`37°48'N` as "thirty-seven degrees forty-eight minutes north"."""
    said = []
    for figure, name in zip(match.group("deg", "min", "sec"), ("degree", "minute", "second"), strict=True):
        if figure:
            said.append(f"{spell.number(figure, at.british)} {name}{'s' * (figure != '1')}")
    way = match["way"] or (match["only"] or "").strip()
    return " ".join([*said, _COMPASS[way]] if way else said)


def _inches(match: re.Match[str], at: Sentence) -> str | None:
    """`5"` is five inches only where no quotation is being closed."""
    if len(_QUOTE.findall(match.string, max(0, match.start() - 200), match.start())) % 2:
        return None
    number, space = match["number"], match.string[match.end() : match.end() + 1]
    if space and space.isalnum():
        return None
    return f"{spell.number(number, at.british)} {'inch' if number == '1' else 'inches'}"


def _part_of(match: re.Match[str], at: Sentence) -> str | None:
    """`3/4 cup` as "three quarters of a cup", `2 1/2 kg` as "two and a half kilograms"."""
    said = spoken_fraction(match, at)
    if said is None:
        return None
    unit = match["unit"]
    name = units.spoken_unit(unit, one=match["whole"] is None, british=at.british) or unit
    if match["whole"] is not None:
        return f"{said} {name}"
    if " over " in said:
        return f"{said} {units.spoken_unit(unit, one=False, british=at.british) or unit}"
    if match.string[match.start("unit") - 1] == "-":
        return f"{said} {name}"
    article = "an" if name[0] in "aeio" or name.startswith("hour") else "a"
    if said == "one half":
        return f"half {article} {name}"
    return f"{said} of {article} {name}"


def _letters(match: re.Match[str], at: Sentence) -> str | None:
    """`1h 20m`, `2d 3h`, `1h30`: letters that measure time together."""
    names = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
    said = [
        f"{at.cardinal(amount)} {names[letter]}{'s' * (amount != '1')}"
        for letter in "dhms"
        if (amount := match[letter])
    ]
    return " ".join(said) if len(said) > 1 else None


_U = "(?P<unit>UNIT)"
VULGAR_RULES = (
    Rule(
        "fraction",
        rf"{FRACTION}(?: |-)?(?P<unit>cup|mile|inch|hour|teaspoon|tablespoon|acre|pound|pint|gallon|ounce|"
        rf"teaspoonful)(?![a-z])",
        _part_of,
    ),
    Rule("fraction", rf"{FRACTION} ?(?P<unit>UNIT)", _part_of),
)
NUMBER_RULES = (
    Rule(
        "unit",
        r"(?P<deg>[0-9]{1,3}(?:\.[0-9]{1,6})?)°(?: ?(?P<min>[0-9]{1,2}(?:\.[0-9]{1,4})?)['′](?: ?"
        r"(?P<sec>[0-9]{1,2}(?:\.[0-9]{1,3})?)[\"″])?"
        r"(?: ?(?P<way>[NSEW])(?!\w))?|(?P<only> ?[NSEW](?!\w)))",
        _coordinate,
    ),
    Rule(
        "duration",
        r"(?:(?P<d>[0-9]{1,3}) ?d(?:ays?)?,? ?)?(?:(?P<h>[0-9]{1,3}) ?h(?:rs?|ours?)?,? ?)?"
        r"(?:(?P<m>[0-9]{1,3}) ?m(?:ins?|inutes?)?,? ?)?(?:(?P<s>[0-9]{1,3}) ?s(?:ecs?|econds?)?)?(?<=[a-z])"
        r"(?!\w)",
        _letters,
    ),
    Rule(
        "unit",
        r"(?P<feet>[0-9]{1,3})['′] ?(?P<inches>[0-9]{1,2}(?:\.[0-9]{1,3})?)(?P<part>[½¼¾])?(?:\"|''|″|"
        r"(?![0-9'\w]))",
        _feet,
    ),
    Rule("unit", r"(?P<a>[0-9]{1,3})[x×](?P<b>[0-9]{1,3})s(?![\w-])", _two_by_fours),
    Rule(
        "unit", r"(?P<feet>[0-9]{1,3}) ?(?:ft\.?|feet|foot),? (?P<inches>[0-9]|1[01])in(?:\.|(?!\w))", _feet_inches
    ),
    Rule(
        "unit",
        r"(?P<stone>[1-9][0-9]?)(?P<space> ?)st(?!\w)(?! [a-z]{3,20} (?:st|street|road|rd)\b)"
        r"(?:,? (?P<pounds>1[0-3]|[0-9])(?![\w.,:/%-]?[0-9])"
        r"(?: ?(?P<lb>lbs?|pounds?)\b|(?![\w%°$£€'/:-]| ?[a-z])))?(?!\.\w)",
        _stone,
    ),
    Rule("unit", r"(?P<feet>[0-9]{1,3})['′] ?[-–] ?(?P<second>[0-9]{1,3})['′](?![0-9\w])", _feet_range),
    Rule(
        "unit",
        rf"(?P<number>{NUMBER}) ?/ ?(?P<unit>(?:[km]?m|mi|km)[²³23]|sq\.? ?(?:km|mi|ft|m)|ha|kg|min|day|"
        rf"hour|week|month|year|yr|hr|h)"
        r"(?!\w)",
        _per,
    ),
    Rule("unit", rf"(?P<number>{NUMBER})(?:\"|''|″)", _inches),
    *VULGAR_RULES,
    Rule(
        "unit",
        rf"(?P<sign>{SIGN}|[–±~≈])?(?P<number>{NUMBER})"
        rf"(?:(?P<unit1>°[CF]?|%|[cm]m)?(?P<joint> ?{DASH} ?| ?… ?| ?[x×±*] ?| (?:to|and|or|by) )(?P<sign2>[-−])?"
        rf"(?P<second>{NUMBER})"
        rf"(?:(?:[cm]m)? ?[x×*] ?(?P<third>{NUMBER}))?)?"
        r"(?P<big> (?:hundred|thousand|million|billion|trillion))?"
        r"(?P<space>[ -]|\u00a0|\u202f)?(?P<unit>UNIT|[CF](?![^\W_]))(?!['’][a-z])",
        _measure,
    ),
)
"""What begins with a figure; `UNIT` stands for the table's pattern, put in when the rules are compiled."""
