"""Signs that stand alone: named, said as the word they stand for, or left out."""

from __future__ import annotations

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
    "∙": "", "∴": "therefore", "∩": "intersection", "∪": "union", "∅": "empty set", "∀": "for all", "∃": "there exists",
}  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon "
        "phi chi psi omega".split(),
        strict=True,
    )
)
_PAIRED = frozenset("he/she his/her him/her she/he her/his yes/no true/false on/off men/women s/he".split())
SILENT = "*_^|{}[]`•·▪◦●■□◆◇★☆►▶‣⁃¦¬¤←"


def _sign(match: re.Match[str], at: Sentence) -> str | None:
    sign = match[0][0]
    if sign == "#" and not re.match(r"#+ ?\w", at.near_after(match.start())):
        return ""
    if sign == "§" and match[0] == "§§":
        return "sections"
    if sign in "<>" and not re.match(r" ?[-+0-9.$£€]|=", at.near_after(match.end())):
        return "greater than" if sign == ">" and at.near_before(match.start())[-2:].strip() else ""
    if sign == "~" and not re.match(r" ?[0-9$£€.]", at.near_after(match.end())):
        return ""
    if sign == "/" and not (
        at.near_before(match.start())[-1:].isalnum() or at.near_after(match.end())[:1].isalnum()
    ):
        return ""
    if sign == "/":
        return _slash(match, at)
    if sign == "°":
        return "degree" if at.word_before(match.start()) in ("1", "one") else "degrees"
    return _NAMED[sign]


def _slash(match: re.Match[str], at: Sentence) -> str:
    """`and/or` as "and or", `he/she` as "he or she"; elsewhere the slash is named."""
    first = re.search("[A-Za-z]*$", at.near_before(match.start()))
    second = re.match("[A-Za-z]*", at.near_after(match.end()))
    pair = f"{first[0] if first else ''}/{second[0] if second else ''}".lower()
    return "" if pair == "and/or" else "or" if pair in _PAIRED else "slash"


def _other(match: re.Match[str], at: Sentence) -> str:
    """Any other sign: a currency and a mathematical sign by name, the rest are left out."""
    sign = match[0]
    if unicodedata.category(sign) not in ("Sc", "Sm"):
        return ""
    name = unicodedata.name(sign, "").lower().removesuffix(" sign").replace("-", " ")
    return name if name.replace(" ", "").isalpha() else ""


def _greek(match: re.Match[str], at: Sentence) -> str:
    return _GREEK[match[0].lower()]


def _silent(match: re.Match[str], at: Sentence) -> str:
    return ""


def _other_digit(match: re.Match[str], at: Sentence) -> str | None:
    """Figures of another script, circled and raised ones, by their value."""
    text = match[0]
    if all(unicodedata.decimal(one, None) is not None for one in text):
        plain = "".join(str(unicodedata.decimal(one)) for one in text)
        return spell.cardinal(plain, at.british)
    said = []
    for one in text:
        amount = unicodedata.numeric(one, None)
        if amount is None:
            continue
        said.append(
            spell.number(f"{amount:g}" if amount < 1e5 else str(int(amount)), at.british)
            if amount == amount
            else ""
        )
    return " ".join(said) or None


RULES = (
    Rule("symbol", "§§|[" + re.escape("".join(_NAMED)) + "]", _sign),
    Rule("symbol", f"[{re.escape(SILENT)}]", _silent),
    Rule("symbol", r"[^\w\s]", _other),
)
WORD_RULES = (Rule("symbol", "[α-ωΑ-Ω](?![^\\W_])", _greek),)
DIGIT_RULES = (Rule("cardinal", r"[^\W0-9_]{1,40}", _other_digit),)
