"""Japanese number words, in kanji, as they stand in running text: the sounds are left to the voice."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "億", "兆", "京")
_LONGEST = 4 * len(_GROUPS)
"""Digits of the longest number that has words; longer ones are read digit by digit."""


def cardinal(digits: str) -> str:
    """A whole number in words: 1105 is 千百五, 10000 is 一万, 10000000 is 一千万. Leading zeros do not count."""
    digits = digits.lstrip("0")
    if not digits:
        return DIGITS[0]
    if len(digits) > _LONGEST:
        return one_by_one(digits)
    count = -(-len(digits) // 4)
    padded = digits.zfill(4 * count)
    words = ""
    for index in range(count):
        group, unit = padded[4 * index : 4 * index + 4], _GROUPS[count - 1 - index]
        if group != "0000":
            words += ("一千" if unit and group == "1000" else _group(group)) + unit
    return words


def _group(digits: str) -> str:
    words = ""
    for place, digit in zip((3, 2, 1, 0), digits, strict=True):
        if digit != "0":
            words += ("" if digit == "1" and place else DIGITS[int(digit)]) + _PLACES[place]
    return words


def ordinal(digits: str) -> str:
    """`3` is 第三."""
    return "第" + cardinal(digits)


def one_by_one(digits: str, zero: str = "ゼロ") -> str:
    """Each digit by its name. What is no digit is left out."""
    return "".join(zero if digit == "0" else DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def number(written: str) -> str:
    """A number as it is written: `1,234.5`, `-3`, `+3`, `007`, `.5`."""
    sign = {"-": "マイナス", "+": "プラス", "±": "プラスマイナス"}.get(written[:1], "")
    whole, point, part = written.lstrip("+-±").replace(",", "").partition(".")
    words = one_by_one(whole) if len(whole) > 1 and whole[0] == "0" else cardinal(whole)
    return sign + words + ("点" + one_by_one(part, DIGITS[0]) if point and part else "")


def before_group(written: str, following: str) -> str:
    """A number before 万, 億 or 兆: 1000万 is 一千万."""
    words = number(written)
    if following.startswith(("万", "億", "兆")) and written.replace(",", "") == "1000":
        return "一" + words
    return words
