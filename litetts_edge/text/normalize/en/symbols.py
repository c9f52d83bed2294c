"""Signs that stand alone: named, said as the word they stand for, or left out."""

from __future__ import annotations

import itertools
import re
import unicodedata

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import Rule, Sentence
from litetts_edge.text.tokens import Reading

_NAMED = {
    "&": "and", "@": "at", "+": "plus", "=": "equals", "%": "percent", "‰": "per mille", "§": "section",
    "©": "copyright", "®": "registered", "™": "trademark", "℠": "service mark", "°": "degrees", "№": "number",
    "→": "to", "⇒": "implies", "←": "from", "↑": "up", "↓": "down", "↔": "to and from", "≠": "is not equal to",
    "<": "less than", ">": "greater than", "≤": "less than or equal to", "≥": "greater than or equal to",
    "±": "plus or minus", "≈": "approximately", "~": "about", "√": "square root of", "∛": "cube root of",
    "×": "times", "÷": "divided by", "∞": "infinity", "∑": "sum", "∫": "integral", "∂": "partial", "∆": "delta",
    "#": "number", "¶": "paragraph", "†": "", "‡": "", "/": "slash", "\\": "backslash", "µ": "micro", "∈": "in",
    "$": "dollars", "£": "pounds", "€": "euros", "¥": "yen", "¢": "cents", "₹": "rupees", "₿": "bitcoin",
    "♀": "female", "♂": "male", "♥": "love", "❤": "love", "✓": "check", "✔": "check", "ª": "", "º": "degrees",
    "♯": "sharp", "♭": "flat", "Ω": "ohm", "℃": "degrees Celsius", "℉": "degrees Fahrenheit", "−": "minus",
    "∙": "", "∴": "therefore", "∩": "intersection", "∪": "union", "∅": "empty set", "∀": "for all",
    "∃": "there exists",
}  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
        "upsilon phi chi psi omega".split(),
        strict=True,
    )
)
_NUMERIC = re.compile(r" ?[-+0-9.$£€=]")
_ONLY_BEFORE = {"~": _NUMERIC, "#": re.compile(r"[# ]?\w")}
"""Signs that are said only before what this matches."""
_PER = re.compile(r"(?:(?:[kc]?m|mi)[²³]|km2|m2|m3|sq\.? ?(?:km|mi)|ha\b|kWh\b)")
"""Units that something is counted by, after a slash."""
_PAIRED = frozenset("he/she his/her him/her she/he her/his yes/no true/false on/off men/women s/he".split())
SILENT = "*_^|{}[]`•·▪◦●■□◆◇★☆►▶‣⁃¦¬¤←"


def _sign(match: re.Match[str], at: Sentence) -> str:
    sign = match[0][0]
    before, after = at.near_before(match.start()), at.near_after(match.end())
    if sign in _ONLY_BEFORE and not _ONLY_BEFORE[sign].match(after):
        return ""
    if sign == "×" and before.rstrip()[-1:].isalpha():
        return "by"
    if sign == "/":
        return _slash(match, at) if before[-1:].isalnum() or after[:1].isalnum() else ""
    if match[0] == "§§":
        return "sections"
    return "degree" if sign == "°" and at.word_before(match.start()) in ("1", "one") else _NAMED[sign]


_TAG = re.compile(r"<[^\s<>=]{1,38}>|<[A-Za-z][\w:-]{0,20} [\w:-]{1,20}=[^<>]{0,30}>?")
_TAG_BEFORE = re.compile(r"</?[^\s<>=]{1,36}$|<[a-z][\w:-]{0,20} [\w:-]{1,20}=[^<>]{0,30}$")


_VALUE_BEFORE = re.compile(r"[^\W_] ?$|[)\]%°²³] ?$")


def _compared(match: re.Match[str], at: Sentence) -> str:
    """`a<b`, `a < b`, `x > 5`; what opens and closes a tag, or begins a quoted line, is silent."""
    sign, start = match[0], match.start()
    before, after = at.near_before(start), at.near_after(match.end())
    if sign == ">":
        return "greater than" if _VALUE_BEFORE.search(before) and not _TAG_BEFORE.search(before) else ""
    if _TAG.match(at.text[start : start + 42]):
        return ""
    alike = bool(re.search(r"[\w)]$", before) and re.match(r"[\w(]", after)) or (
        before.endswith(" ") and re.match(r" [\w(]", after) is not None and before.strip() != ""
    )
    return "less than" if alike or _NUMERIC.match(after) else ""


def _operator(match: re.Match[str], at: Sentence) -> str | None:
    """Signs of two or three characters as a program has them: `!=`, `->`, `<=`."""
    sign = match[0]
    if sign[:2] in ("--", "==") and len(sign) > 3:
        return "to" if sign.endswith(">") else ""  # a longer arrow, or a rule under a heading
    return _OPERATORS[sign]


def _slash(match: re.Match[str], at: Sentence) -> str:
    """`and/or` as "and or", `he/she` as "he or she"; elsewhere the slash is named."""
    first = re.search("[A-Za-z]*$", at.near_before(match.start()))
    second = re.match("[A-Za-z]*", at.near_after(match.end()))
    pair = f"{first[0] if first else ''}/{second[0] if second else ''}".lower()
    if _PER.match(at.near_after(match.end())):
        return "per"
    return "" if pair == "and/or" else "or" if pair in _PAIRED else "slash"


def _other(match: re.Match[str], at: Sentence) -> str:
    """Any other sign: a currency and a mathematical sign by name, the rest are left out."""
    sign = match[0]
    if unicodedata.category(sign) not in ("Sc", "Sm"):
        return ""
    name = unicodedata.name(sign, "").lower().removesuffix(" sign").replace("-", " ")
    return name if name.replace(" ", "").isalpha() else ""


def _greek(match: re.Match[str], at: Sentence) -> str:
    return _GREEK.get(match[0].lower(), "sigma")  # the other sigma ends a word


def _silent(match: re.Match[str], at: Sentence) -> str:
    return ""


def _leading_digits(match: re.Match[str], at: Sentence) -> Reading | None:
    """The figures at the beginning of the match; letters that follow are not theirs."""
    figures = "".join(itertools.takewhile(lambda one: not one.isalpha(), match[0]))
    said = _other_digit(figures, at) if figures else None
    return Reading(match.start(), match.start() + len(figures), "cardinal", said) if said else None


def _other_digit(text: str, at: Sentence) -> str | None:
    """Figures of another script, circled and raised ones, by their value."""
    if all(unicodedata.decimal(one, None) is not None for one in text):
        plain = "".join(str(unicodedata.decimal(one)) for one in text)
        return spell.cardinal(plain, at.british)
    values = [unicodedata.numeric(one, None) for one in text]
    return " ".join(spell.number(f"{value:.12g}", at.british) for value in values if value is not None) or None


_OPERATORS = {
    "!=": "is not equal to", "!==": "is not equal to", "<>": "is not equal to", "==": "equals", "===": "equals",
    "<=": "less than or equal to", ">=": "greater than or equal to", "->": "to", "-->": "to", "=>": "to",
    "==>": "to", "<-": "from", "<--": "from", "<->": "to and from", "<=>": "to and from", "&&": "and", "||": "or",
    "</": "", "/>": "",
}  # fmt: skip
OPERATOR = (
    r"(?<![?!])!==?(?= ?[\w(\"'-])|(?<![-=<:;])(?:<?[-=]>|-{2,8}>|={2,8}>)|<-{1,2}(?![-\d])|={4,80}+(?![=>])|"
    r"(?<![=<>!])={2,3}(?![=>])|[<>]=(?![=>])|<>|&&|(?<= )\|\|(?= )|(?<=\w)\|\|(?=\w)|</(?=\w)|(?<=[\w\" ])/>"
)
"""The pattern of such signs."""
OPERATORS = (Rule("symbol", OPERATOR, _operator),)
RULES = (
    Rule("symbol", "[<>]", _compared),
    Rule("symbol", "§§|[" + re.escape("".join(_NAMED)) + "]", _sign),
    Rule("symbol", f"[{re.escape(SILENT)}]", _silent),
    Rule("symbol", r"[^\w\s]", _other),
)
WORD_RULES = (Rule("symbol", "[α-ωΑ-Ω](?![^\\W_])", _greek),)
DIGIT_RULES = (Rule("cardinal", r"[^\W0-9_]{1,40}", _leading_digits),)
