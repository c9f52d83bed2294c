"""Numbers and what they count: nouns, units, per cent, sizes, ranges."""

from __future__ import annotations

import re
from functools import partial

from litetts_edge.text.normalize.classes.figures import BEGIN, FIGURE, NUMBER, Figure, figure, say_figure, say_sign
from litetts_edge.text.normalize.classes.scan import Rule, alternatives
from litetts_edge.text.normalize.classes.tables import Tables, Unit

VARIANTS = {
    "Km": "km", "KM": "km", "Kg": "kg", "KG": "kg", "kgs": "kg", "Kgs": "kg", "kms": "km", "Kms": "km", "CM": "cm",
    "MM": "mm", "mts": "m", "Kw": "kW", "kw": "kW", "KW": "kW", "kwh": "kWh", "KWh": "kWh", "Kwh": "kWh",
    "kWH": "kWh", "khz": "kHz", "Khz": "kHz", "mhz": "MHz", "Mhz": "MHz", "ghz": "GHz", "Ghz": "GHz", "hz": "Hz",
    "gb": "GB", "Gb": "GB", "mb": "MB", "mbps": "Mbps", "MBPS": "Mbps", "Mb/s": "Mbps",
    "Mbit/s": "Mbps", "kbit/s": "kbps", "Gbit/s": "Gbps", "Gb/s": "Gbps", "Mbit": "Mb", "db": "dB", "DB": "dB",
    "hpa": "hPa", "HPa": "hPa", "ML": "ml", "mL": "ml", "cL": "cl", "dL": "dl", "L": "l", "hL": "hl", "ℓ": "l",
    "μg": "µg", "μm": "µm", "μs": "µs", "ºC": "°C", "° C": "°C", "º C": "°C", "℃": "°C", "ºF": "°F", "° F": "°F",
    "º F": "°F", "kmh": "km/h", "kph": "km/h", "km/hr": "km/h", "Km/h": "km/h", "KM/H": "km/h", "min.": "min",
    "seg.": "s", "seg": "s", "hs": "h", "hrs": "h", "hrs.": "h", "hs.": "h", "wh": "Wh", "Ω": "ohm",
}  # fmt: skip
"""How units are written wrong, or in another way, in all languages."""

GLUED_IS_NO_UNIT = frozenset("KGM")
"""4K, 5G: not kelvin."""

_NEXT = re.compile(r" ([^\W\d_]{1,30}+)(?: ([^\W\d_]{1,30}+))?")


def noun_gender(tables: Tables, text: str, end: int, *, one: bool = False) -> str:
    """Gender of what is counted after `end`: of a plural, unless there is but one."""
    match = _NEXT.match(text, end)
    if match is None or not (one or match[1].endswith(("s", "x"))):
        return ""
    return tables.agreement(match[1], match[2] or "")


def _power(tables: Tables, unit: Unit, power: str) -> Unit:
    if not power:
        return unit
    word = tables.powers[power in "3³"]
    return Unit(f"{unit.one} {word.one}", f"{unit.many} {word.many}", unit.gender)


def unit_of(tables: Tables, written: str) -> Unit | None:
    """The unit that was written, powers and quotients included: `m²`, `km/h`, `µg/m³`."""
    parts = [written] if written in tables.units else VARIANTS.get(written, written).split("/")
    units: list[Unit] = []
    for part in parts:
        name, power = part, ""
        if VARIANTS.get(part, part) not in tables.units and part[-1:] in "²³23":
            name, power = part[:-1], part[-1]
        unit = tables.units.get(VARIANTS.get(name, name))
        if unit is None and units and len(part) > 2 and part.isalpha():
            unit = Unit(part, part)  # kWh/día
        if unit is None:
            return None
        units.append(_power(tables, unit, power))
    first, below = units[0], "".join(f" {tables.per} {unit.one}" for unit in units[1:])
    return Unit(first.one + below, first.many + below, first.gender)


def unit_pattern(tables: Tables) -> str:
    """What a unit looks like, quotients and powers included."""
    names = set(tables.units) | {written for written, name in VARIANTS.items() if name in tables.units}
    single = alternatives(names) + r"(?:[²³]|(?<=m)[23])?"
    return rf"(?:{single}(?:/(?:{single}|[^\W\d_]{{3,12}}+))?(?![\w°²³'])(?!/[\w]))"


def say_measure(tables: Tables, number: Figure, unit: Unit) -> str:
    """`veintiún kilómetros`, `tres millones de metros`."""
    amount = say_figure(tables, number, unit.gender, measured=True)
    word = unit.one if tables.singular(number.value) else unit.many
    if not number.mark and number.whole >= 1_000_000 and number.whole % 1_000_000 == 0:
        word = tables.of(word)
    return tables.elide(f"{amount} {word}")


def _measure(tables: Tables, match: re.Match[str]) -> str | None:
    unit = unit_of(tables, match["unit"])
    if match["unit"] in GLUED_IS_NO_UNIT and match[0][-2] != " ":
        return None
    return None if unit is None else say_measure(tables, figure(match["n"]), unit)


def _half(tables: Tables, match: re.Match[str]) -> str | None:
    unit = unit_of(tables, match["unit"])
    if unit is None:
        return None
    over, under, whole = int(match["a"]), int(match["b"]), match["whole"]
    if whole and (over, under) == (1, 2):
        amount = say_measure(tables, figure(whole), unit)
        return f"{amount} {tables.conjunction} {_and_half(tables, unit.gender)}"
    if whole:
        spoken = _mixed(tables, int(whole), over, under, unit.gender)
        return spoken and f"{spoken} {unit.many if int(whole) > 1 else unit.one}"
    if (over, under) == (1, 2):
        return f"{tables.half.many if unit.gender == 'f' else tables.half.one} {unit.one}"
    spoken = tables.fraction(over, under)
    return spoken and f"{spoken} {tables.of(unit.one)}"


def _and_half(tables: Tables, gender: str) -> str:
    return tables.and_half_f if gender == "f" else tables.and_half


def _mixed(tables: Tables, whole: int, over: int, under: int, gender: str = "") -> str | None:
    """Dos y medio, una y media, tre e tre quarti."""
    part = tables.fraction(over, under)
    if (over, under) == (1, 2):
        part = _and_half(tables, gender)
    return part and f"{tables.cardinal(whole, gender)} {tables.conjunction} {part}"


def _percent(tables: Tables, match: re.Match[str]) -> str:
    amount = say_figure(tables, figure(match["n"]), measured=True)
    return f"{amount} {tables.permille if match['sign'] == '‰' else tables.percent}"


def _degrees(tables: Tables, match: re.Match[str]) -> str:
    return say_measure(tables, figure(match["n"]), tables.degrees)


def _tail(tables: Tables, text: str | None, last: Figure) -> tuple[str, str]:
    """Gender and words of what two numbers count together."""
    if not text:
        return "", ""
    if text in "%‰":
        return "", tables.permille if text == "‰" else tables.percent
    if text in "°º":
        return tables.degrees.gender, tables.degrees.many
    unit = unit_of(tables, text)
    if unit is None:
        currency = tables.currencies.get(text)
        unit = currency.major if currency else Unit(text, text, "")
    return unit.gender, unit.one if tables.singular(last.value) else unit.many


def _range(tables: Tables, match: re.Match[str]) -> str:
    first, last = figure(match["a"]), figure(match["b"])
    gender, words = _tail(tables, match["tail"], last)
    gender = gender or noun_gender(tables, match.string, match.end())
    opened, before, between = tables.range_words
    if re.search(opened + r" $", match.string[max(0, match.start() - 24) : match.start()], re.IGNORECASE):
        before = ""
    if re.search(tables.scores, match.string, re.IGNORECASE) and first.whole < 200 and not words:
        before = ""
    if last.value < first.value:
        before = ""  # a range goes up; what goes down is a result
    ends = [say_figure(tables, number, gender, measured=bool(words)) for number in (first, last)]
    return f"{before} {ends[0]} {between} {ends[1]} {words}"


def _size(tables: Tables, match: re.Match[str]) -> str:
    numbers = [figure(part) for part in re.split(r" ?[x×X] ?", match["sizes"])]
    _, words = _tail(tables, match["tail"], numbers[-1])
    joint = tables.size if tables.size and words else tables.times
    return f" {joint} ".join(say_figure(tables, number, measured=True) for number in numbers) + " " + words


def _number(tables: Tables, match: re.Match[str]) -> str:
    number = figure(match[0])
    return say_figure(tables, number, noun_gender(tables, match.string, match.end(), one=number.whole == 1))


def _thousands(tables: Tables, match: re.Match[str]) -> str:
    """200 mil pessoas, 10mila euro: one number, which agrees with what it counts."""
    return tables.cardinal(int(match["n"]) * 1000, noun_gender(tables, match.string, match.end()))


def _joined(tables: Tables, match: re.Match[str]) -> str | None:
    return tables.joined(int(match["n"]), match["end"]) if tables.joined else None


def _decade(tables: Tables, match: re.Match[str]) -> str:
    return tables.cardinal(int(match["n"]))


def _ratio(tables: Tables, match: re.Match[str]) -> str:
    return f"{tables.cardinal(int(match['a']))} {tables.ratio} {tables.cardinal(int(match['b']))}"


def _fraction(tables: Tables, match: re.Match[str]) -> str | None:
    spoken = tables.fraction(int(match["a"]), int(match["b"]))
    if match[0] == "24/7":
        return f"{tables.cardinal(24)} {tables.cardinal(7)}"
    if spoken is None:
        return None
    sign = say_sign(tables, match["sign"] or "")
    if match["whole"]:
        counts = _NEXT.match(match.string, match.end())
        gender = tables.agreement(counts[1], counts[2] or "") if counts else ""
        spoken = _mixed(tables, int(match["whole"]), int(match["a"]), int(match["b"]), gender)
    return spoken and sign + spoken


def _portion(tables: Tables, match: re.Match[str]) -> str | None:
    """Media hora, un cuarto de taza: part of one thing, which is named after it."""
    noun = match["noun"]
    gender = "" if noun.endswith(("s", "x")) else tables.agreement(noun, "")
    spoken = gender and tables.fraction(int(match["a"]), int(match["b"]))
    if not spoken:
        return None
    if (match["a"], match["b"]) == ("1", "2"):
        return f"{tables.half.many if gender == 'f' else tables.half.one} {noun}"
    return f"{spoken} {tables.of(noun)}"


def _height(tables: Tables, match: re.Match[str]) -> str:
    """1m80: the hundredths follow the metre."""
    return f"{say_measure(tables, figure(match['n']), tables.units['m'])} {tables.cardinal(int(match['rest']))}"


VULGAR = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8)}


def _vulgar(tables: Tables, match: re.Match[str]) -> str | None:
    over, under = VULGAR[match["v"]]
    spoken = tables.and_half if match["w"] and under == 2 else tables.fraction(over, under)
    return f"{tables.cardinal(int(match['w']))} {tables.conjunction} {spoken}" if match["w"] else spoken


def measure_rules(tables: Tables) -> list[Rule]:
    """Quantities: before bare numbers, after dates and money."""
    unit = unit_pattern(tables)
    money = alternatives(tables.currencies) + r"(?!\w)"
    tail = rf"(?: ?(?P<tail>{unit}|[%‰]|{money}|[°º](?![\w])))?"
    end = r"(?![\w])(?![.,]\d)"
    dash = r" ?[-–—] ?"
    sizes = rf"{NUMBER} ?[x×] ?{NUMBER}(?: ?[x×] ?{NUMBER})?"
    head = BEGIN + SIGN_GUARD
    compiled = {
        "half": rf"{BEGIN}(?:(?P<whole>\d{{1,3}}) )?(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}}) ?(?P<unit>{unit})",
        "size": rf"{BEGIN}(?P<sizes>{sizes}){tail}{end}",
        "range": rf"{head}(?P<a>{NUMBER}) ?[%°]?{dash}(?P<b>{NUMBER}){tail}{end}(?!{dash}\d)(?! ?=)",
        "measure": rf"{BEGIN}(?P<n>{FIGURE}) ?(?P<unit>{unit})",
        "percent": rf"{BEGIN}(?P<n>{FIGURE}) ?(?P<sign>[%‰])",
        "degrees": rf"{BEGIN}(?P<n>{FIGURE}) ?[°º](?!\w)",
    }
    said = {
        "half": _half,
        "size": _size,
        "range": _range,
        "measure": _measure,
        "percent": _percent,
        "degrees": _degrees,
    }
    kinds = {"half": "unit", "size": "math", "measure": "unit", "degrees": "unit"}
    height = Rule("unit", re.compile(r"(?<![\w.,])(?P<n>\d)m(?P<rest>[1-9]\d)(?!\w)"), partial(_height, tables))
    return [
        Rule(kinds.get(name, name), re.compile(pattern), partial(said[name], tables))
        for name, pattern in compiled.items()
    ] + [height]


SIGN_GUARD = r"(?<!\d[-–—])(?<!\d [-–—] )"
"""A chain of numbers joined by dashes (a code, a telephone number) is no range."""


def number_rules(tables: Tables) -> list[Rule]:
    """Fractions, ratios and bare numbers."""
    fraction = (
        r"(?<![\w/.,])(?P<sign>(?<!\w)[-−])?(?:(?P<whole>\d{1,3}) )?(?P<a>\d{1,3})/(?P<b>\d{1,4})"
        r"(?![\w/])(?![.,]\d)"
    )
    portion = r"(?<![\w/.,-])(?<!\d )(?P<a>[1-9])/(?P<b>[2-9]) (?P<noun>[^\W\d_]{3,30}+)(?![\w'])"
    return [
        Rule("fraction", re.compile(portion), partial(_portion, tables), 0.1),
        Rule("fraction", re.compile(fraction), partial(_fraction, tables), 0.1),
        Rule(
            "fraction",
            re.compile(rf"(?:{BEGIN}(?P<w>\d{{1,3}}) ?)?(?P<v>[{''.join(VULGAR)}])"),
            partial(_vulgar, tables),
        ),
        Rule("decade", re.compile(r"(?<![\w'])'(?P<n>\d\d|[4-9]00)(?![\w'])"), partial(_decade, tables)),
        Rule("ratio", re.compile(r"(?<![\w:.,])(?P<a>\d{1,4}):(?P<b>\d{1,4})(?![\w:])"), partial(_ratio, tables)),
        Rule("cardinal", re.compile(rf"{BEGIN}{FIGURE}"), partial(_number, tables)),
    ]


def glued_rules(tables: Tables) -> list[Rule]:
    """Words made of a number and letters, before those are read apart."""
    mil = alternatives(name for name, size in tables.magnitudes.items() if not size.noun and len(name) > 2)
    return [
        Rule(
            "cardinal",
            re.compile(r"(?<![\w.,])(?P<n>\d{1,3})(?P<end>[^\W\d_]{2,8})(?!\w)"),
            partial(_joined, tables),
        ),
        Rule("cardinal", re.compile(rf"{BEGIN}(?P<n>\d{{1,3}}) ?(?:{mil})(?!\w)"), partial(_thousands, tables)),
    ]
