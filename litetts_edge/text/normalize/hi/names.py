"""What is read digit by digit or sign by sign: telephones, identifiers, versions, addresses, single signs."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.hi.numbers import cardinal, number, one_by_one
from litetts_edge.text.normalize.scan import Rule, before, reading
from litetts_edge.text.normalize.signs import VERSION, addresses, is_ip, sign_rule, spelled
from litetts_edge.text.tokens import Reading

_ENDLESS = re.compile("[0-9]{20,}+")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.,\-])(?:(?:\+91[- ]?|0)?[6-9][0-9]{4}[- ]?[0-9]{5}|0[0-9]{2,4}[- ][0-9]{6,8}|"
    r"1[89]00[- ][0-9]{2,4}[- ][0-9]{3,4}"
    r"|\+[0-9]{1,3}(?:[- ][0-9]{2,10}){1,4}|\+[0-9]{10,13})(?![0-9]|[-.,][0-9])"
)
_CARD = re.compile(r"(?<![0-9A-Za-z.,\-])[0-9]{4}(?:[ -][0-9]{4}){2,3}(?![0-9]|[-.,][0-9])")
_IDENTIFIER = re.compile(r"(?P<n>[0-9]{3,19}(?:-[0-9]{2,8}){0,3})(?![0-9.,:%\-]*[0-9])")
_AFTER_IDENTIFIER = re.compile(
    r"(?:नंबर|नम्बर|फ़ोन|फोन|मोबाइल|हेल्पलाइन|डायल|पिन|पिन कोड|पिनकोड|कोड|ओटीपी|OTP|PIN|ID|आईडी|पासवर्ड|"
    r"खाता संख्या|No\.)"
    r"(?: करें)?[: #]{0,3}(?:है |पर )?$"
)
_DIALLED = re.compile(
    r"(?P<n>100|101|102|108|112|139|181|1091|1098|1930)(?= (?:पर (?:कॉल|फ़ोन|फोन|डायल)|नंबर|डायल|हेल्पलाइन))"
)
_MODEL = re.compile(r"(?<=[A-Za-z])(?P<dash>-?)(?P<n>[0-9]{1,19})(?![0-9.,%]*[0-9%])")
_ELECTRONIC = addresses("com|in|net|org|gov|edu|io|tv")
_SIGNS = {
    ".": "डॉट", "/": "स्लैश", ":": "कोलन", "@": "ऐट", "-": "डैश", "_": "अंडरस्कोर", "?": "प्रश्न चिह्न",
    "=": "बराबर", "&": "ऐंड", "#": "हैश",
    "%": "प्रतिशत", "+": "प्लस", "~": "टिल्ड", "!": "विस्मय चिह्न", "$": "डॉलर", "'": "एपॉस्ट्रॉफ़ी",
    "*": "तारांकन",
}  # fmt: skip
SIGNS_ALONE = {
    "&": "और", "@": "ऐट", "+": "प्लस", "=": "बराबर", "×": "गुणा", "÷": "भाग", "<": "से कम", ">": "से अधिक",
    "≤": "से कम या बराबर",
    "≥": "से अधिक या बराबर", "≠": "बराबर नहीं", "±": "प्लस माइनस", "≈": "लगभग", "℃": "डिग्री सेल्सियस",
    "℉": "डिग्री फ़ारेनहाइट",
    "°": "डिग्री", "%": "प्रतिशत", "‰": "प्रति हज़ार", "№": "नंबर", "₹": "रुपये", "$": "डॉलर", "€": "यूरो",
    "£": "पाउंड", "¥": "येन",
    "√": "वर्गमूल", "∞": "अनंत", "π": "पाई", "Ω": "ओम", "μ": "माइक्रो", "#": "हैश", "²": "का वर्ग",
    "³": "का घन", "*": "", "^": "",
}  # fmt: skip


def telephone(written: str) -> str:
    """Digits one by one, with a pause between groups; ten digits are two fives."""
    plus = "प्लस " if written.startswith("+") else ""
    groups: list[str] = []
    for group in re.findall("[0-9]+", written):
        if len(group) > 10 and written.startswith("+"):
            groups += [group[:-10], group[-10:-5], group[-5:]]
        elif len(group) == 10:
            groups += [group[:5], group[5:]]
        else:
            groups.append(group)
    return plus + ", ".join(map(one_by_one, groups))


def electronic(written: str) -> str:
    """An address, its letters as words and its signs by name."""
    return spelled(written, one_by_one, _SIGNS)


def _identifier(match: re.Match[str]) -> Reading | None:
    if not _AFTER_IDENTIFIER.search(before(match, 24)):
        return None
    return reading(match, "id", ", ".join(map(one_by_one, match["n"].split("-"))), 0.2)


def _model(match: re.Match[str]) -> Reading | None:
    digits = match["n"]
    alone = len(digits) > 3 or (len(digits) > 1 and digits[0] == "0")
    return reading(match, "id", one_by_one(digits) if alone else cardinal(digits), 0.2)


def _version(match: re.Match[str]) -> Reading:
    parts = match[0].split(".")
    if is_ip(parts):
        return reading(match, "ip", " डॉट ".join(map(one_by_one, parts)))
    return reading(match, "version", " दशमलव ".join(map(number, parts)))


FIRST: tuple[Rule, ...] = (
    (_ENDLESS, lambda m: reading(m, "digits", one_by_one(m[0]))),
    (_ELECTRONIC, lambda m: reading(m, "electronic", electronic(m[0]))),
)
RULES: tuple[Rule, ...] = (
    (_PHONE, lambda m: reading(m, "phone", telephone(m[0]))),
    (_CARD, lambda m: reading(m, "id", telephone(m[0]), 0.1)),
    (_DIALLED, lambda m: reading(m, "phone", telephone(m["n"]))),
    (_IDENTIFIER, _identifier),
    (VERSION, _version),
)
LAST: tuple[Rule, ...] = ((_MODEL, _model),)
SIGNS: tuple[Rule, ...] = (sign_rule(SIGNS_ALONE),)
