"""Numbers as they are written (1.234,5  1 234,5  1'234  1,234.5) and as they are said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from litetts_edge.text.normalize.classes.tables import Tables

LARGEST = 10**18
"""Spellers say less than this; what is longer is said digit by digit."""

NUMBER = (
    r"(?:\d{1,3}(?:,\d{3}){1,5}\.\d{1,9}(?![\d.,]*\d)"  # English, with decimals
    r"|\d{1,3}(?:,\d{3}){2,5}(?![.,]?\d)"  # English, from a million
    r"|[1-9]\d{0,2}(?:(?:\.\d{3}){1,5}+|(?: \d{3}){1,5}+|(?:'\d{3}){1,5}+)(?![.']?\d)(?:,\d++(?![.,]\d))?"
    r"|\d++(?:,\d++(?![.,]\d)|\.\d++(?!\.\d))?)"
)
BEGIN = r"(?<!\w)(?<!\d[.,'])"
"""Where a number may begin: not within a word or another number."""
SIGN = r"(?:(?<![\w)%°])[-−–+±](?=[^\s]))?"
FIGURE = SIGN + NUMBER

_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.' ]\d{3})+(?:,\d+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that was read."""

    sign: str
    digits: str
    """The whole part."""
    mark: str
    """`,` or `.` before decimals, or empty."""
    decimals: str

    @property
    def whole(self) -> int:
        return int(self.digits) if len(self.digits) <= 30 else LARGEST

    @property
    def value(self) -> float:
        """Near enough to choose between singular and plural."""
        return self.whole + (float("0." + self.decimals[:9]) if self.decimals else 0.0)


def figure(written: str) -> Figure:
    """The number that `FIGURE` matched."""
    sign = written[0] if not written[0].isdigit() else ""
    body = written[len(sign) :].strip()
    if _GROUPED.fullmatch(body):
        digits, mark, decimals = re.sub(r"[.' ]", "", body).partition(",")
    elif _ENGLISH.fullmatch(body) and ("." in body or body.count(",") > 1 or body.endswith(",000")):
        digits, mark, decimals = body.replace(",", "").partition(".")
    elif "," in body:
        digits, mark, decimals = body.partition(",")
    else:
        digits, mark, decimals = body.partition(".")
    return Figure(sign, digits, mark, decimals)


def say_digits(tables: Tables, digits: str) -> str:
    """One digit after another."""
    return " ".join(tables.cardinal(int(digit)) for digit in digits if digit.isdecimal())


def say_whole(tables: Tables, digits: str, gender: str = "") -> str:
    """A whole number; digit by digit when it is a code (007) or too long to follow."""
    if (len(digits) > 1 and digits[0] == "0") or len(digits) > 15:
        return say_digits(tables, digits)
    return tables.cardinal(int(digits), gender)


def say_decimals(tables: Tables, decimals: str) -> str:
    """What follows the comma: few digits as a number after its zeros, many one by one."""
    zeros = len(decimals) - len(decimals.lstrip("0"))
    rest = decimals[zeros:]
    if len(rest) > tables.decimals_grouped or not rest:
        return say_digits(tables, decimals)
    return f"{say_digits(tables, '0' * zeros)} {tables.cardinal(int(rest))}".strip()


def say_sign(tables: Tables, sign: str) -> str:
    if sign == "±":
        return f"{tables.plus} {tables.conjunction} {tables.minus} "
    return "" if not sign else (tables.plus if sign == "+" else tables.minus) + " "


def say_figure(tables: Tables, number: Figure, gender: str = "", *, measured: bool = False) -> str:
    """The number in words, sign first. `measured`: a unit follows, and endless decimals are rounded."""
    decimals = number.decimals
    if measured and len(decimals) > 4:
        decimals = str(round(int(decimals[:3]) / 10)).zfill(2)[:2] if decimals[:3] < "995" else "99"
    spoken = say_sign(tables, number.sign)
    if not number.mark:
        return spoken + say_whole(tables, number.digits, gender)
    whole = say_whole(tables, number.digits)
    point = tables.unit_point if measured else tables.point
    return f"{spoken}{whole} {tables.comma if number.mark == ',' else point} {say_decimals(tables, decimals)}"
