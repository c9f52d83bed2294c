"""Telephone numbers, and codes of letters and figures: `C2766`, `B-52`, `3D`, `v2.0.1`, a MAC address."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.acronyms import is_said, spoken_letters
from litetts_edge.text.normalize.en.rules import Rule, Sentence
from litetts_edge.text.normalize.en.units import spoken_unit
from litetts_edge.text.tokens import Reading

_NOT_THOUSAND = re.compile(r" (?:run|race|resolution|video|tv|TV|display|monitor|screen)")
_RUNS = re.compile(r"\b(?:runs?|ran|running|jog|jogs|jogged|parkrun|couch to)(?: an?| the| my| his| her)? $")
_NAMED = re.compile(r"\b(?:type|model|class|exit|line|flat|unit|no|route|the)\.? $")
_GROUP = re.compile(r"\+|[0-9]+|[A-Za-z]+")
_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_RUN = re.compile(r"(?<=[0-9])\.(?=[0-9])|(?<![A-Za-z])[a-z][A-Z][a-z]+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[A-Z]")
_PHONE_WORDS = re.compile(
    r"\b(?:call|phone|tel|telephone|dial|fax|mobile|cell|text|number|contact|ring|at|on|hotline|line|whatsapp|reach)\b"
)


def phone(written: str, zero: str = "zero") -> str:
    """The digits by groups, a pause between them: `+44 20 79` "plus four four, two zero, seven nine"."""
    said = []
    plus = ""
    for group in _GROUP.findall(written):
        if group == "+":
            plus = "plus "
        elif group.isdigit():
            said.append(plus + (spell.cardinal(group) if group == "800" else spell.digits(group, zero)))
            plus = ""
        elif group.lower() in ("x", "ext", "extension"):
            said.append("extension")
        elif len(group) > 3:
            said.append(group.lower())
        else:
            said.append(spell.letters(group))
    return ", ".join(said).replace("extension, ", "extension ")


def _phone(match: re.Match[str], at: Sentence) -> str | None:
    return phone(match[0], "oh" if at.british else "zero")


def _short_phone(match: re.Match[str], at: Sentence) -> str | None:
    """`555-1234`; a range of that shape needs a word that speaks of calling."""
    if match[0][0] in "01" or (
        not match[0].startswith("555") and not _PHONE_WORDS.search(at.near_before(match.start()))
    ):
        return None
    return phone(match[0])


def _british_phone(match: re.Match[str], at: Sentence) -> str | None:
    count = sum(one.isdigit() for one in match[0])
    return phone(match[0], "oh" if at.british else "zero") if 9 <= count <= 12 else None


def _groups(match: re.Match[str], at: Sentence) -> str:
    return ", ".join(spell.digits(group) for group in re.findall("[0-9]+", match[0]))


def figures(text: str) -> str:
    """Figures inside a code: two as a number, three round ones by pairs, more one by one."""
    if text[0] == "0" or len(text) > 4:
        return spell.digits(text)
    if len(text) <= 2:
        return spell.cardinal(text)
    if len(text) == 3:
        return spell.pairs(text) if text[-1] == "0" else spell.digits(text)
    return spell.cardinal(text) if text.endswith("000") else spell.digits(text)


def code(text: str) -> str:
    """Runs of letters and of figures in turn: `VC836` "V C eight three six", `COVID-19` "covid nineteen"."""
    said = []
    for run in _RUN.findall(text.translate(_LOW)):
        if run == ".":
            said.append("point")
        elif run.isdigit():
            said.append(figures(run))
        elif len(run) == 1:
            said.append(run.upper())
        elif is_said(run):
            said.append(run if run[0].islower() or run[1:].islower() else run.lower())
        else:
            said.append(spell.letters(run))
    return " ".join(said)


def _code(match: re.Match[str], at: Sentence) -> str | Reading | None:
    text = match[0]
    if not (re.search("[0-9]", text) and re.search("[A-Za-z]", text)) or re.match("[A-Za-z]?[a-z]+[-./]", text):
        return None
    if fiscal := re.fullmatch("(FY|CY)((?:19|20)[0-9]{2})", text):
        return f"{spell.letters(fiscal[1])} {spell.year(int(fiscal[2]), at.british)}"
    tail = ""
    if text.endswith(("'s", "’s")):
        text, tail = text[:-2], "'s"
    elif re.search(r"[A-Z0-9]s$", text) and not re.search(r"[0-9][0-9]s$", text):
        text, tail = text[:-1], "s"
    return code(text) + tail


def _unit(match: re.Match[str], at: Sentence) -> str | None:
    return spoken_unit(match[0], one=False, british=at.british)


def _note(match: re.Match[str], at: Sentence) -> str:
    return f"{match['note']} sharp"


def _formula(match: re.Match[str], at: Sentence) -> str:
    text = match[0]
    unit = spoken_unit(text, one=True, british=at.british)
    if unit is None and text[-1] in "²³" and text[:-1].isalpha() and (text.islower() or len(text) == 2):
        return f"{spell.letters(text[:-1])} {'squared' if text[-1] == '²' else 'cubed'}"
    return unit or code(text)


def _multiple(match: re.Match[str], at: Sentence) -> str:
    """What letters after a figure multiply it by: `10x` "times", `5k` "thousand"; "" for other letters."""
    number, letters, after = match["number"], match["letters"], at.near_after(match.end())
    if letters == "x":
        return "X" if re.match(r" [-+=−]", after) else "times"
    if letters in ("k", "K") and _RUNS.search(at.near_before(match.start())):
        return "K"
    if letters in ("k", "K") and not _NOT_THOUSAND.match(after):
        return "thousand" if letters == "k" or float(number.replace(",", "")) >= 10 else "K"
    if letters == "M" and _NAMED.search(at.near_before(match.start())):
        return ""
    if letters in ("M", "bn", "mn", "B") and len(number) < 5 and (letters != "B" or "." in number):
        return "million" if letters in ("M", "mn") else "billion"
    return ""


def _plural(number: str, at: Sentence) -> str:
    """`747s` "seven forty-sevens", `1,000s` "thousands"."""
    if number in ("10", "100", "1,000", "1000"):
        return f"{at.cardinal(number).removeprefix('one ')}s"
    named = number.endswith("00") or "," in number
    return spell.plural(at.cardinal(number) if named else spell.pairs(number))


def _figures_first(match: re.Match[str], at: Sentence) -> str | Reading | None:
    """`3D`, `4K`, `10x`, `3b`, `5k`, `737-800`."""
    number, letters = match["number"], match["letters"]
    said = spell.number(number, at.british)
    if letters in ("s", "ers") and number.replace(",", "").isdigit():
        return _plural(number, at) if letters == "s" else said + ("rs" if said.endswith("e") else "ers")
    if word := _multiple(match, at):
        return f"{said} {word}"
    if re.fullmatch("(?:19|20)[0-9]{2}", number) and letters in tuple("abcde"):
        return f"{spell.year(int(number), at.british)} {letters.upper()}"
    if len(letters) > 3 or (letters.islower() and len(letters) > 1 and is_said(letters)):
        return f"{said} {letters}"
    if "." not in number:
        said = spell.pairs(number) if letters == "p" and number.isdigit() else figures(number)
    return f"{said} {spoken_letters(letters)}"


def _version(match: re.Match[str], at: Sentence) -> str | None:
    if match[0][0] == "V" and len(match["number"]) == 2:
        return f"V {spell.cardinal(match['number'])}"
    return f"version {dotted(match['number'])}" + (f" {code(match['tail'])}" if match["tail"] else "")


def dotted(number: str) -> str:
    """`2.0.1` as "two point zero point one"."""
    return " point ".join(
        spell.cardinal(part) if part[0] != "0" or len(part) == 1 else spell.digits(part)
        for part in number.split(".")
    )


def _dotted_version(match: re.Match[str], at: Sentence) -> str:
    return dotted(match["number"]) + (f" {code(match['tail'])}" if match["tail"] else "")


def _hex(match: re.Match[str], at: Sentence) -> str | None:
    """A hash or an identifier in hexadecimal: figures and letters one by one."""
    text = match[0]
    pairs = text.count(":") == 5 or text.count("-") == 5
    if (not pairs and not (re.search("[0-9]", text) and re.search("[A-Fa-f]", text))) or re.fullmatch(
        "[0-9]+[eE][0-9]+", text
    ):
        return None
    return ", ".join(spell.letters(group) for group in re.split("[-:]", text))


def _counted_adjective(match: re.Match[str], at: Sentence) -> str | Reading | None:
    """`12-year-old`: the number is read, the rest stands."""
    said = spell.number(match["number"], at.british)
    if match["number"] == "4" and match["x"]:
        return "four by four"
    return Reading(match.start("number"), match.end("number"), "cardinal", said)


_TAIL = r"(?:-(?P<tail>[A-Za-z]{1,8}[0-9]{0,3}))?"
RULES = (
    Rule("version", rf"[vV](?P<number>[0-9]{{1,4}}(?:\.[0-9]{{1,6}}){{0,4}}){_TAIL}(?![\w])", _version),
    Rule("id", r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![\w:])", _hex),
    Rule("id", r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?!\w)", _hex),
    Rule("id", r"[0-9a-f]{7,64}(?![\w-]|\.\w)", _hex),
    Rule("id", r"[A-Za-z]{1,12}(?:[-./]?[A-Z]{0,4}[0-9]{1,12}+[A-Za-z]{0,4}){1,4}(?:['’]s)?(?!\w)", _code),
)
"""What begins with a letter."""
UNITS = (
    Rule(
        "unit",
        r"(?:[kcm]?m|mi|ft|[mk]?[lL]|[kmµ]?g|W|kWh|[KMG]?B)/(?:h|hr|s|min|l|L|kg|m[²³23]?|d|yr)(?![\w/])",
        _unit,
    ),
    Rule("letters", r"(?P<note>[A-G])#(?!\w)", _note),
)
"""Units that follow no figure, and notes."""
FORMULAS = (Rule("id", r"[A-Za-z]{1,12}(?:[₀-₉⁰¹²³⁴-⁹]{1,3}[A-Za-z]{0,6}){1,6}(?![^\W_])", _formula),)
"""Letters with raised or lowered figures: `CO₂`, `m²`."""

PHONES = (
    Rule("id", r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![\w:])", _hex),
    Rule("id", r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?!\w)", _hex),
    Rule("id", r"(?=[0-9]{0,20}[a-f][0-9a-f]{0,20}[0-9])[0-9a-f]{7,64}(?![\w-]|\.\w)", _hex),
    Rule(
        "phone",
        r"\+[0-9]{1,3}(?:[ .-]?(?:\([0-9]{1,4}\)|[0-9]{1,4})){2,6}(?![\w])(?!-[0-9])(?:,? ?(?:x|ext\.?|"
        r"extension) ?[0-9]{1,5})?",
        _phone,
    ),
    Rule(
        "phone",
        r"(?:1[-. ])?(?:\([0-9]{3}\) ?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}(?![\w]|-[0-9])(?:,? ?(?:x|ext\.?|"
        r"extension) ?[0-9]{1,5})?",
        _phone,
    ),
    Rule("phone", r"1-[89][0-9]{2}-(?:[A-Z0-9]{3,10}(?:-[A-Z0-9]{2,8})?)(?!\w)", _phone),
    Rule("phone", r"0[0-9]{2,4}[ -][0-9]{3,8}(?:[ -][0-9]{3,4})?(?![\w-])", _british_phone),
    Rule("phone", r"[0-9]{3}[-.][0-9]{4}(?![\w-])", _short_phone),
    Rule(
        "digits",
        r"[0-9]{5}-[0-9]{4}(?![\w-])|"
        r"[0-9]{3}-[0-9]{2}-[0-9]{4}(?![\w-])|[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}(?![\w-])",
        _groups,
    ),
    Rule("digits", r"[0-9]{1,7}(?:-[0-9]{1,7}){3,5}(?:-X)?(?![\w-])", _groups),
)
NUMBER_RULES = (
    Rule("version", rf"(?P<number>[0-9]{{1,5}}(?:\.[0-9]{{1,6}}){{2,4}}){_TAIL}(?![\w])", _dotted_version),
    Rule(
        "cardinal",
        r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})?(?:\.[0-9]{1,3})?)(?P<x>x4(?!\w))?(?=-[a-z]{2})",
        _counted_adjective,
    ),
    Rule(
        "id",
        r"(?P<number>[0-9]{1,6}(?:,[0-9]{3})?(?:\.[0-9]{1,4})?)(?P<letters>[A-Za-z]{1,12})(?![\w'’]|-[0-9])",
        _figures_first,
    ),
    Rule("id", r"[0-9]{1,12}+(?:[-./]?[A-Za-z]{1,8}[0-9]{0,12}){1,4}(?:-[0-9]{1,8})?(?!\w)", _code),
)
