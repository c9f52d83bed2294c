"""SSML's say-as for languages that are read place by place: what a text may look like; the words are theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litetts_edge.text.normalize.scan import Rule, scan, spoken_text

_ANYTHING = re.compile(".")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]{0,40}(?:\.[0-9]{1,40})?|[-+]?\.[0-9]{1,40}")
_ORDERS = {"y": "[0-9]{2,4}", "m": "0?[1-9]|1[0-2]", "d": "0?[1-9]|[12][0-9]|3[01]"}


@dataclass(frozen=True, slots=True)
class SayAs:
    """How one language says what a document calls a date, a number and so on. All functions give words."""

    number: Callable[[str], str]
    """As it is written: with a sign, commas and a part after the point."""
    one_by_one: Callable[[str], str]
    ordinal: Callable[[str], str]
    date: Callable[[str, str, str], str]
    """Of year, month, day; what is empty is not said."""
    telephone: Callable[[str], str]
    electronic: Callable[[str], str]
    duration: Callable[[str, str, str], str]
    """Of hours, minutes, seconds."""
    signs: Mapping[str, str]
    """The name of each sign when it is spelled."""
    times: tuple[Rule, ...]
    amounts: tuple[Rule, ...]
    day_first: bool = False
    """Whether a date that does not begin with its year begins with its day, when nobody says."""
    gap: str = ""
    """Between a reading and the words beside it."""

    def read_as(self, text: str, interpret_as: str, form: str) -> str | None:
        """`text`, folded, as it is asked for; None when it cannot be read so (`expletive` among others)."""
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
        return self.ordinal(digits) if re.fullmatch("[0-9]{1,19}", digits) else None

    def _digits(self, text: str, _form: str) -> str | None:
        return self.one_by_one(text) if _consists_of(text, r"[0-9 .,\-]+") else None

    def _telephone(self, text: str, _form: str) -> str | None:
        return self.telephone(text) if _consists_of(text, r"[0-9 +()./\-]+") else None

    def _address(self, text: str, _form: str) -> str | None:
        return self.electronic(text) if re.search("[A-Za-z0-9]", text) else None

    def _time(self, text: str, _form: str) -> str | None:
        return self._wholly(text, self.times, "time")

    def _duration(self, text: str, form: str) -> str | None:
        parts = re.fullmatch(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2})", text)
        return self.duration(parts[1] or "0", parts[2], parts[3]) if parts else self._unit(text, form)

    def _fraction(self, text: str, _form: str) -> str | None:
        return self._wholly(text, self.amounts, "fraction")

    def _unit(self, text: str, _form: str) -> str | None:
        return self._wholly(text, self.amounts, "unit")

    def _currency(self, text: str, _form: str) -> str | None:
        return self._wholly(text, self.amounts, "money")

    def _characters(self, text: str, _form: str) -> str | None:
        words = [
            self.one_by_one(each) if each.isdecimal() and each.isascii() else self.signs.get(each, each)
            for each in text
        ]
        return " ".join(word.upper() for word in words if word.strip()) or None

    def _date(self, text: str, form: str) -> str | None:
        parts = re.findall("[0-9]+", text)
        order = list(dict.fromkeys(letter for letter in form.lower() if letter in "ymd")) or self._order(parts)
        if len(parts) != len(order) or not parts:
            return None
        if not all(re.fullmatch(_ORDERS[kind], part) for part, kind in zip(parts, order, strict=True)):
            return None
        at = dict(zip(order, parts, strict=True))
        return self.date(at.get("y", ""), at.get("m", ""), at.get("d", ""))

    def _order(self, parts: list[str]) -> list[str]:
        day_and_month = ["d", "m"] if self.day_first else ["m", "d"]
        if len(parts) == 3:
            return ["y", "m", "d"] if len(parts[0]) == 4 else [*day_and_month, "y"]
        if len(parts) == 2:
            return ["y", "m"] if len(parts[0]) == 4 else day_and_month
        return ["y"]

    def _wholly(self, text: str, rules: tuple[Rule, ...], kind: str) -> str | None:
        """`text` when one reading of that kind covers it, or begins it and leaves only words."""
        found = scan(text, _ANYTHING, rules)
        if not found or found[0].kind != kind:
            return None
        spoken = spoken_text(text, found, self.gap)
        return None if re.search("[0-9]", spoken) else spoken


def _consists_of(text: str, pattern: str) -> bool:
    """True when the whole text is of that pattern, and there is a digit in it."""
    return bool(re.search("[0-9]", text) and re.fullmatch(pattern, text))
