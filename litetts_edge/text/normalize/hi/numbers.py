"""Hindi number words, spelled as the Central Hindi Directorate spells them."""

from __future__ import annotations

WORDS = tuple(
    """
    शून्य एक दो तीन चार पाँच छह सात आठ नौ
    दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस
    बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस
    तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस
    चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास
    पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ
    साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर
    सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी
    अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी
    नब्बे इक्यानवे बानवे तिरानवे चौरानवे पंचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
    """.split()
)
"""0 to 99: none follows from its digits."""
_SCALES = ((10**17, "शंख"), (10**15, "पद्म"), (10**13, "नील"), (10**11, "खरब"), (10**9, "अरब"), (10**7, "करोड़"),
           (10**5, "लाख"), (1000, "हज़ार"), (100, "सौ"))  # fmt: skip
_LONGEST = 19
"""Digits of the longest number that has words; longer ones are read digit by digit."""
SIGNS = {"-": "ऋणात्मक", "+": "प्लस", "±": "प्लस माइनस"}


def cardinal(digits: str) -> str:
    """A whole number in words, by lakh and crore. Leading zeros do not count."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LONGEST:
        return one_by_one(digits)
    value, words = int(digits), []
    for scale, name in _SCALES:
        count, value = divmod(value, scale)
        if count:
            words += [WORDS[count], name]
    if value or not words:
        words.append(WORDS[value])
    return " ".join(words)


def year(digits: str) -> str:
    """A year: 1947 is उन्नीस सौ सैंतालीस, 2023 is दो हज़ार तेईस."""
    century, rest = divmod(int(digits), 100)
    if not 11 <= century <= 19:
        return cardinal(digits)
    return WORDS[century] + " सौ" + (f" {WORDS[rest]}" if rest else "")


def one_by_one(digits: str) -> str:
    """Each digit by its name. What is no digit is left out."""
    return " ".join(WORDS[int(digit)] for digit in digits if digit.isdecimal())


def number(written: str, minus: str = SIGNS["-"]) -> str:
    """A number as it is written: `1,23,456.5`, `-3`, `+3`, `007`, `.5`."""
    sign = {**SIGNS, "-": minus}.get(written[:1], "")
    whole, point, part = written.lstrip("+-±").replace(",", "").partition(".")
    words = one_by_one(whole) if len(whole) > 1 and whole[0] == "0" else cardinal(whole)
    return " ".join(word for word in (sign, words, f"दशमलव {one_by_one(part)}" if point and part else "") if word)


_ORDINALS = {1: "पहल", 2: "दूसर", 3: "तीसर", 4: "चौथ", 6: "छठ"}
_ENDINGS = {"ा": "ा", "ी": "ी", "े": "े"}


def ordinal(digits: str, ending: str = "वाँ") -> str:
    """`3` with रा, री or रे is तीसरा, तीसरी or तीसरे; others take वाँ, वीं or वें (`ending` as written)."""
    value = int(digits)
    stem = _ORDINALS.get(value)
    vowel = next((sign for sign in "ाीे" if sign in ending), "ा")
    if stem is not None:
        return stem + vowel
    if value == 9:
        return "नौ" + ending
    return cardinal(digits) + ending
