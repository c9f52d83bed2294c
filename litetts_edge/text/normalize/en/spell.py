"""English number words: cardinals, ordinals, years, digits, decimals and letters."""

from __future__ import annotations

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = (
    " thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion "
    "decillion"
).split(" ")
LONGEST = 3 * len(_SCALES)
"""Digits of the longest number that has a name here; a longer one is said digit by digit."""

_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_TOO_LONG_FOR_A_NAME = 24
ROUND_UNIT = 3
"""More decimals than this before a unit are rounded for speech."""
ROUND_BARE = 7
"""As many decimals as this, or more, are rounded for speech without a unit too."""


def cardinal(number: int | str, british: bool = False) -> str:
    """`1234` as "one thousand two hundred thirty-four"; British English says "and thirty-four"."""
    text = str(number).replace(",", "").replace(" ", "")
    if text.startswith("-"):
        return "minus " + cardinal(text[1:], british)
    if (len(text) > 1 and text[0] == "0") or len(text) > min(LONGEST, _TOO_LONG_FOR_A_NAME):
        return digits(text)
    value = int(text)
    if value < 1000:
        return _hundreds(value, british)
    groups: list[int] = []
    while value:
        value, low = divmod(value, 1000)
        groups.append(low)
    named = zip(groups[:0:-1], _SCALES[len(groups) - 1 : 0 : -1], strict=True)
    parts = [f"{_hundreds(group, british)} {scale}" for group, scale in named if group]
    if groups[0]:
        link = "and " if british and groups[0] < 100 else ""
        parts.append(link + _hundreds(groups[0], british))
    return " ".join(parts)


def _hundreds(value: int, british: bool) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return tens(rest)
    if not rest:
        return f"{_ONES[hundreds]} hundred"
    return f"{_ONES[hundreds]} hundred {'and ' if british else ''}{tens(rest)}"


def tens(value: int) -> str:
    """A number below 100."""
    if value < 20:
        return _ONES[value]
    ten, one = divmod(value, 10)
    return f"{_TENS[ten]}-{_ONES[one]}" if one else _TENS[ten]


def ordinal(number: int | str, british: bool = False) -> str:
    """`22` as "twenty-second"."""
    return to_ordinal(cardinal(number, british))


def to_ordinal(words: str) -> str:
    """Change the last word of a cardinal to its ordinal."""
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def year(number: int, british: bool = False) -> str:
    """`1839` as "eighteen thirty-nine", `1803` "eighteen oh three", `2007` "two thousand seven"."""
    century, rest = divmod(number, 100)
    if not 100 <= number <= 9999 or (century % 10 == 0 and rest < 10) or (number < 1000 and rest == 0):
        return cardinal(number, british)
    if number < 1000:
        return pairs(str(number))
    if rest == 0:
        return f"{tens(century)} hundred"
    return f"{tens(century)} {'oh ' if rest < 10 else ''}{tens(rest)}"


def decade(number: int, british: bool = False) -> str:
    """`1960` as "nineteen sixties", `80` as "eighties", `2000` "two thousands"."""
    words = year(number, british) if number >= 100 else tens(number)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def digits(text: str, zero: str = "zero") -> str:
    """Each digit of `text` by its name; what is no digit is left out."""
    return " ".join(zero if one == "0" else _ONES[int(one)] for one in text if one in "0123456789")


def pairs(text: str) -> str:
    """A number that names something: `249` "two forty-nine", `1920` "nineteen twenty", `1205` "twelve oh five"."""
    if len(text) not in (3, 4) or text[0] == "0":
        return cardinal(text) if len(text) < 3 and text[:1] != "0" else digits(text)
    head, rest = int(text[:-2]), int(text[-2:])
    if rest == 0:
        return cardinal(text) if head % 10 == 0 else f"{tens(head)} hundred"
    return f"{tens(head)} {'oh ' if rest < 10 else ''}{tens(rest)}"


def number(text: str, british: bool = False, unit: bool = False) -> str:
    """A decimal or a whole number as it is written, with sign and grouping: `-1,234.50`, `.38`."""
    sign, text = ("minus ", text[1:]) if text[:1] in "-−–" else ("", text)
    text = text.lstrip("+").replace(",", "").replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    whole, dot, fraction = text.partition(".")
    if dot:
        whole, fraction = rounded(whole, fraction, ROUND_UNIT + 1 if unit else ROUND_BARE)
        if not fraction.strip("0") and not whole.strip("0"):
            sign = ""
    if not fraction:
        return sign + cardinal(whole or "0", british)
    return f"{sign}{cardinal(whole, british) + ' ' if whole else ''}point {digits(fraction)}"


def rounded(whole: str, fraction: str, limit: int) -> tuple[str, str]:
    """Round a long fraction to the two places that matter, once it has `limit` places or more."""
    if len(fraction) < limit or len(whole) > LONGEST:
        return whole, fraction
    places = 2
    if not whole.strip("0"):
        places += len(fraction) - len(fraction.lstrip("0"))
    if places >= len(fraction):
        return whole, fraction
    scaled = int((whole or "0") + fraction[:places]) + (fraction[places] >= "5")
    text = str(scaled).rjust(places + 1, "0")
    return text[:-places], text[-places:].rstrip("0")


def letters(text: str) -> str:
    """`FBI` as "F B I"; digits among them by name, anything else left out."""
    return " ".join(digits(one) if one in "0123456789" else one.upper()[:1] for one in text if one.isalnum())


def plural(words: str) -> str:
    """The plural of the last word of `words`, as a unit of measure takes it."""
    if words.endswith(("s", "ch", "sh", "x")):
        return words + "es"
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return words[:-1] + "ies"
    return words + "s"
