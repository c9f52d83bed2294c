"""Numbers as such: cardinals, ordinals, decimals, ranges, scores, ratios, sums and powers of ten."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import DASH, END, NUMBER, WHOLE, Rule, Sentence, words
from litetts_edge.text.tokens import Reading

_NAMING = words(
    """page pages p pp exhibit frame room rooms flight bus suite apartment apt channel gate locker bay studio
    boeing airbus xbox ward
    psalm hymn platform ps p.s flat office rfc interstate route rte highway hwy nokia atari"""
)
"""After these words a number of three or four figures is a name: `page 249` "two forty-nine"."""
_BOX = re.compile(
    r"\b(?:box|zip|postcode|pin|code|extension|ext|account|password|serial|isbn|passcode|ssn|ticket)\.?"
    r"(?: no| number| is)?\.?:? ?$"
)
_CALIBRE = re.compile(
    r"(?:[- ](?:special|cal|caliber|calibre|rifle|pistol|revolver|magnum|bullet|gauge|handgun|colt|round|"
    r"winchester|smith)\b)",
    re.I,
)
_EMERGENCY = re.compile(
    r"\b(?:call|calls|called|calling|dial|dials|dialed|dialled|dialing|phone|phoned|ring|text|number|via|a) $"
)
_CALLED = re.compile(
    r"\b(?:(?:call|dial|phone|text|ring)\w{0,3} [0-9-]{3,14} (?:or|and)|(?:text|sms) .{0,30}to) $"
)
_ROADS = re.compile(r"\b(?:SR|US|CR|SH|FM|CH) $")
_ROAD_ENDS = re.compile(
    r"[.,;:!?)]|$| (?:[A-Z]|(?:in|and|from|to|at|is|was|or|near|(?:north|south|east|west)(?:bound)?|"
    r"bridge|corridor|exit|freeway|on|runs|for|as|by|with|between|through)\b)"
)
_SCORES = re.compile(
    r"\b(?:won|win|wins|lost|lose|loses|beat|beats|beating|score[ds]?|victory|defeat|defeated|draw|drew|led|lead|leads|tied|tie|ahead|up|down|final|half-?time|match|game)\b"
)
_STREET = re.compile(
    r" (?:(?:[NSEW]|North|South|East|West)\.? )?[A-Z0-9][\w']{1,20}(?: [A-Z][\w']{1,20})?(?: (?:St|Street|"
    r"Ave|Avenue|Blvd|Boulevard|Rd|Road|"
    r"Dr|Drive|Ln|Lane|Ct|Court|Way|Pl|Place|Sq|Square|Hwy|Pkwy|Parkway|Terrace|Close|Crescent)\b)"
)
_SIGN_WORDS = {"-": "minus ", "−": "minus ", "–": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about ",
               "≈": "about ", "": ""}  # fmt: skip
_OPERATORS = {"+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "times", "×": "times", "x": "times",
              "÷": "divided by", "/": "divided by", "=": "equals", "<": "is less than", ">": "is greater than",
              "≤": "is less than or equal to", "≥": "is greater than or equal to", "≠": "is not equal to",
              "≈": "is about", "^": "to the power of", "·": "times", "<=": "is less than or equal to",
              ">=": "is greater than or equal to", "==": "equals", "!=": "is not equal to"}  # fmt: skip
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_OPERATOR = r"(?:[<>=!]=|[+\-−–*×x÷/=<>≤≥≠≈^·])"


def _ordinal(match: re.Match[str], at: Sentence) -> str:
    return spell.ordinal(match["number"].replace(",", ""), at.british)


def _range(match: re.Match[str], at: Sentence) -> str | Reading | None:
    first, second = match["first"], match["second"]
    near = at.near_before(match.start())
    if "." not in first + second and len(first + second) <= 6 and _SCORES.search(near) and at.british:
        said = " ".join("nil" if one == "0" else at.cardinal(one) for one in (first, second))
        return Reading(match.start(), match.end(), "score", said)
    if len(first) > 1 and first[0] == "0":
        return None
    if at.word_before(match.start()) == "boeing" or (first[0] + first[2:] == "77" and len(first + second) == 6):
        return Reading(match.start(), match.end(), "id", f"{spell.pairs(first)} {spell.pairs(second)}")
    if first == second == "50":
        return "fifty fifty"
    kind = "score" if _SCORES.search(near) else "range"
    said = f"{spell.number(first, at.british)} to {spell.number(second, at.british)}"
    return Reading(match.start(), match.end(), kind, said + " times" * bool(match["times"]))


def _ratio(match: re.Match[str], at: Sentence) -> str:
    parts = match[0].replace(" ", "").split(":")
    return " to ".join(spell.number(part, at.british) for part in parts)


def _sum(match: re.Match[str], at: Sentence) -> str | None:
    text = match[0]
    if not re.search(r"[=+×÷√<>≤≥≠≈*]", text) and not re.search(r"\d ?x ?\d", text):
        return None
    said = []
    for token in re.finditer(rf"(?P<number>(?<![0-9)] )(?<![0-9)])-?{NUMBER}|{NUMBER})|(?P<op>{_OPERATOR})", text):
        number = token["number"]
        said.append(spell.number(number, at.british) if number else _OPERATORS[token["op"]])
    if "x" in text and not re.search(r"[=+÷]", text):
        said = ["by" if word == "times" else word for word in said]
    return " ".join(said)


def _scientific(match: re.Match[str], at: Sentence) -> str:
    base = spell.number(match["number"], at.british)
    power = (match["e"] or match["power"]).lstrip("^").replace("−", "-").translate(_SUPERSCRIPT)
    return f"{base} times ten {_to_the(power)}"


def _to_the(power: str) -> str:
    if power.startswith("-"):
        return f"to the minus {spell.cardinal(power.lstrip('+-').lstrip('0') or '0')}"
    return f"to the {spell.ordinal(power.lstrip('+-').lstrip('0') or '0')}"


def _power(match: re.Match[str], at: Sentence) -> str:
    base = spell.number(match["number"], at.british)
    power = (match["sup"] or match["caret"]).translate(_SUPERSCRIPT)
    if power in ("2", "3"):
        return f"{base} {'squared' if power == '2' else 'cubed'}"
    return f"{base} {_to_the(power)}"


def _root(match: re.Match[str], at: Sentence) -> str:
    return f"the square root of {spell.number(match['number'], at.british)}"


def _decimal(match: re.Match[str], at: Sentence) -> str | None:
    number, sign = match["number"], match["sign"] or ""
    if number.startswith(".") and len(number) == 3 and _CALIBRE.match(at.near_after(match.end())):
        return spell.cardinal(number[1:].lstrip("0") or "0")
    if number.startswith(".") and not sign and number in (".22", ".38", ".45", ".357", ".44", ".40"):
        return (
            spell.pairs(number[1:])
            if at.word_before(match.start()) in ("a", "the", "his", "her")
            else _plain(sign, number, at)
        )
    return _plain(sign, number, at) + (f" {match['big']}" if match["big"] else "")


def _plain(sign: str, number: str, at: Sentence) -> str:
    said = spell.number(number, at.british)
    if sign in ("-", "−", "–"):
        return spell.number("-" + number, at.british)
    return _SIGN_WORDS[sign] + said


def _cardinal(match: re.Match[str], at: Sentence) -> str | Reading | None:
    number, sign, start, end = match["number"], match["sign"] or "", match.start(), match.end()
    before = at.word_before(start)
    if not sign and (named := _named(number, before, at, start, end)):
        kind, said = named
        return Reading(start, end, kind, said)
    if not sign and len(number) > 1 and number[0] == "0":
        return Reading(start, end, "digits", spell.digits(number, "oh" if at.british else "zero"))
    return _SIGN_WORDS[sign] + at.cardinal(number)


def _named(number: str, before: str, at: Sentence, start: int, end: int) -> tuple[str, str] | None:
    near = at.near_before(start)
    if number in ("911", "999", "112", "211", "311", "511", "711", "811", "411", "101", "111", "000", "988") and (
        _EMERGENCY.search(near) or re.match(r" (?:call|dispatcher|operator|emergency)", at.near_after(end))
    ):
        return "phone", spell.digits(number)
    if len(number) in (3, 4) and _ROADS.search(at.text[max(0, start - 8) : start]):
        return ("id", spell.pairs(number)) if _ROAD_ENDS.match(at.near_after(end)) else None
    if len(number) >= 3 and (_BOX.search(near) or _CALLED.search(near)):
        return "digits", spell.digits(number)
    if len(number) in (3, 4) and (before in _NAMING):
        return "id", spell.pairs(number)
    if len(number) in (3, 4) and (_STREET.match(at.near_after(end)) or _lives(before, at, end)):
        return "id", spell.digits(number) if len(number) == 3 and number[-1] != "0" else spell.pairs(number)
    return None


_COMPASS = re.compile(r" (?:North|South|East|West|N\.|S\.|E\.|W\.) [A-Z]| [A-Z][a-z]+ (?:in|and|on)?")


def _lives(before: str, at: Sentence, end: int) -> bool:
    """`living at 214 Neely`: a name follows that number."""
    return before in ("at", "to", "be", "of", "from") and bool(
        re.match(r" (?:(?:North|South|East|West) )?[A-Z][a-z]", at.near_after(end))
    )


def _grouped(match: re.Match[str], at: Sentence) -> str:
    """`1 000 000`: groups of three with spaces."""
    return ("minus " if match["sign"] in ("-", "−") else "") + at.cardinal(
        re.sub(r"[ \u00a0\u202f]", "", match["number"])
    )


def _long(match: re.Match[str], at: Sentence) -> str:
    return spell.digits(match[0])


_SIGNS = r"(?P<sign>[-−–+±~≈](?=[.0-9]))?"
NUMBER_RULES = (
    Rule("cardinal", r"[0-9]{25,}+(?:\.[0-9]++)?", _long),
    Rule("ordinal", rf"(?P<number>{WHOLE}) ?(?:st|nd|rd|th|ST|ND|RD|TH|ˢᵗ|ⁿᵈ|ʳᵈ|ᵗʰ){END}", _ordinal),
    Rule(
        "ratio",
        r"[0-9]{1,5}(?:\.[0-9]{1,3})?(?:(?: : |:)[0-9]{1,5}(?:\.[0-9]{1,3})?){1,3}(?![\w:]|[.,][0-9])",
        _ratio,
    ),
    Rule("range", rf"(?P<first>{NUMBER}) ?{DASH} ?(?P<second>{NUMBER})(?P<times>x)?(?!\w|-[0-9])", _range),
    Rule(
        "cardinal",
        rf"{_SIGNS}(?P<number>[1-9][0-9]{{0,2}}(?:[ \u00a0\u202f][0-9]{{3}}){{1,6}}+)(?![0-9]|"
        rf"[,.][0-9]{{3}}\b)(?= |[.,;:!?)]|$)",
        _grouped,
    ),
    Rule("decimal", rf"{_SIGNS}(?P<number>(?:{WHOLE})?\.[0-9]{{1,24}}+)(?P<big>)(?![0-9])", _decimal),
    Rule("cardinal", rf"{_SIGNS}(?P<number>{WHOLE})(?![0-9])", _cardinal),
)
"""Plain numbers, the longest and the ordinal ones first."""
SUMS = (
    Rule(
        "math",
        rf"(?P<number>{NUMBER})(?:[eE](?P<e>[-+−]?[0-9]{{1,3}})| ?[×x*·] ?10(?P<power>\^[-−]?[0-9]{{1,3}}|"
        rf"[⁻⁺]?[⁰¹²³⁴-⁹]{{1,3}}))(?!\w)",
        _scientific,
    ),
    Rule(
        "math",
        rf"(?P<number>{NUMBER})(?:(?P<sup>[⁻⁺]?[⁰¹²³⁴-⁹]{{1,3}})|\^(?P<caret>-?[0-9]{{1,3}}))(?!\w)",
        _power,
    ),
    Rule(
        "math",
        rf"(?:(?:-|√)?{NUMBER})(?:(?: {_OPERATOR} |{_OPERATOR})-?{NUMBER}(?![0-9])){{1,12}}(?!\w|[-/.][0-9])"
        rf"(?: ?=(?= ?\?|$))?",
        _sum,
    ),
)
SYMBOL_RULES = (Rule("math", rf"√ ?(?P<number>{NUMBER})", _root),)
