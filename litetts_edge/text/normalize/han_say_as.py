"""SSML's say-as for Chinese and Japanese, whose dates, ordinals and counts are built alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litetts_edge.text.normalize.scan import FOLD, Rule, scan, spoken_text

_ANYTHING = re.compile(".")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]{0,40}(?:\.[0-9]{1,40})?|[-+]?\.[0-9]{1,40}")
_ORDERS = {"y": "[0-9]{2,4}", "m": "0?[1-9]|1[0-2]", "d": "0?[1-9]|[12][0-9]|3[01]"}


@dataclass(frozen=True, slots=True)
class SayAs:
    """How one language says what a document calls a date, a number and so on. All functions give words."""

    cardinal: Callable[[str], str]
    number: Callable[[str], str]
    one_by_one: Callable[[str], str]
    year: Callable[[str], str]
    telephone: Callable[[str], str]
    electronic: Callable[[str], str]
    duration: Callable[[str, str, str], str]
    """Of hours, minutes, seconds."""
    signs: Mapping[str, str]
    """The name of each sign when it is spelled."""
    times: tuple[Rule, ...]
    amounts: tuple[Rule, ...]

    def read_as(self, text: str, interpret_as: str, form: str) -> str | None:
        """`text` as it is asked for; None when it cannot be read so (`expletive` among others)."""
        text = text.translate(FOLD).strip()
        ways: dict[str, Callable[[str, str], str | None]] = {
            "characters": self._characters,
            "spell-out": self._characters,
            "verbatim": self._characters,
            "cardinal": self._cardinal,
            "number": self._cardinal,
            "ordinal": self._ordinal,
            "digits": self._digits,
            "telephone": self._telephone,
            "address": self._address,
            "date": self._date,
            "time": self._time,
            "duration": self._duration,
            "fraction": self._fraction,
            "unit": self._unit,
            "currency": self._currency,
        }
        way = ways.get(interpret_as)
        return way(text, form) if way is not None and text else None

    def _cardinal(self, text: str, _form: str) -> str | None:
        bare = text.replace(" ", "")
        return self.number(bare) if _NUMBER.fullmatch(bare) else None

    def _ordinal(self, text: str, _form: str) -> str | None:
        digits = re.sub("^第|[^0-9]+$", "", text)
        return "第" + self.cardinal(digits) if re.fullmatch("[0-9]{1,20}", digits) else None

    def _digits(self, text: str, _form: str) -> str | None:
        return self.one_by_one(text) if _consists_of(text, r"[0-9 .,\-]+") else None

    def _telephone(self, text: str, _form: str) -> str | None:
        return self.telephone(text) if _consists_of(text, r"[0-9 +()./\-]+") else None

    def _address(self, text: str, _form: str) -> str | None:
        return self.electronic(text) if re.search("[A-Za-z0-9]", text) else None

    def _time(self, text: str, _form: str) -> str | None:
        return _wholly(text, self.times, "time")

    def _duration(self, text: str, form: str) -> str | None:
        parts = re.fullmatch(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2})", text)
        return self.duration(parts[1] or "0", parts[2], parts[3]) if parts else self._unit(text, form)

    def _fraction(self, text: str, _form: str) -> str | None:
        return _wholly(text, self.amounts, "fraction")

    def _unit(self, text: str, _form: str) -> str | None:
        return _wholly(text, self.amounts, "unit")

    def _currency(self, text: str, _form: str) -> str | None:
        return _wholly(text, self.amounts, "money")

    def _characters(self, text: str, _form: str) -> str | None:
        words = [
            self.one_by_one(each) if each.isdecimal() and each.isascii() else self.signs.get(each, each)
            for each in text
        ]
        return " ".join(word.upper() for word in words if word.strip()) or None

    def _date(self, text: str, form: str) -> str | None:
        parts = re.findall("[0-9]+", text)
        order = list(dict.fromkeys(letter for letter in form.lower() if letter in "ymd")) or _order(parts)
        if len(parts) != len(order) or not parts:
            return None
        if not all(re.fullmatch(_ORDERS[kind], part) for part, kind in zip(parts, order, strict=True)):
            return None
        at = dict(zip(order, parts, strict=True))
        return (
            (self.year(at["y"]) + "年" if "y" in at else "")
            + (self.cardinal(at["m"]) + "月" if "m" in at else "")
            + (self.cardinal(at["d"]) + "日" if "d" in at else "")
        )


def _order(parts: list[str]) -> list[str]:
    if len(parts) == 3:
        return ["y", "m", "d"] if len(parts[0]) == 4 else ["m", "d", "y"]
    if len(parts) == 2:
        return ["y", "m"] if len(parts[0]) == 4 else ["m", "d"]
    return ["y"]


def _consists_of(text: str, pattern: str) -> bool:
    """True when the whole text is of that pattern, and there is a digit in it."""
    return bool(re.search("[0-9]", text) and re.fullmatch(pattern, text))


def _wholly(text: str, rules: tuple[Rule, ...], kind: str) -> str | None:
    """`text` when one reading of that kind covers it, or begins it and leaves only words."""
    found = scan(text, _ANYTHING, rules)
    if not found or found[0].kind != kind:
        return None
    spoken = spoken_text(text, found)
    return None if re.search("[0-9]", spoken) else spoken
