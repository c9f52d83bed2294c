"""SSML's say-as for Hindi."""

from __future__ import annotations

import re
from collections.abc import Callable

from litetts_edge.text.normalize.hi import amounts, names, when
from litetts_edge.text.normalize.hi.numbers import cardinal, number, one_by_one, ordinal, year
from litetts_edge.text.normalize.scan import Rule, scan, spoken_text

_ANYTHING = re.compile(".")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]{0,40}(?:\.[0-9]{1,40})?|[-+]?\.[0-9]{1,40}")
_ORDERS = {"y": "[0-9]{2,4}", "m": "0?[1-9]|1[0-2]", "d": "0?[1-9]|[12][0-9]|3[01]"}


def _characters(text: str, _form: str) -> str | None:
    words = [
        one_by_one(each) if each.isdecimal() and each.isascii() else names.SIGNS_ALONE.get(each, each)
        for each in text
    ]
    return " ".join(word.upper() for word in words if word.strip()) or None


def _cardinal(text: str, _form: str) -> str | None:
    return number(text.replace(" ", "")) if _NUMBER.fullmatch(text.replace(" ", "")) else None


def _ordinal(text: str, _form: str) -> str | None:
    digits = re.sub("[^0-9]+$", "", text)
    return ordinal(digits) if re.fullmatch("[0-9]{1,19}", digits) else None


def _digits(text: str, _form: str) -> str | None:
    return one_by_one(text) if re.search("[0-9]", text) and re.fullmatch(r"[0-9 .,\-]+", text) else None


def _telephone(text: str, _form: str) -> str | None:
    return names.telephone(text) if re.search("[0-9]", text) and re.fullmatch(r"[0-9 +()./\-]+", text) else None


def _date(text: str, form: str) -> str | None:
    parts = re.findall("[0-9]+", text)
    order = [letter for letter in form.lower() if letter in "ymd"]
    order = list(dict.fromkeys(order)) or _order(parts)
    if len(parts) != len(order) or not parts:
        return None
    if not all(re.fullmatch(_ORDERS[kind], part) for part, kind in zip(parts, order, strict=True)):
        return None
    at = dict(zip(order, parts, strict=True))
    words = (
        cardinal(at["d"]) if "d" in at else "",
        when.MONTHS[int(at["m"]) - 1] if "m" in at else "",
        year(at["y"]) if "y" in at else "",
    )
    return " ".join(word for word in words if word)


def _order(parts: list[str]) -> list[str]:
    if len(parts) == 3:
        return ["y", "m", "d"] if len(parts[0]) == 4 else ["d", "m", "y"]
    if len(parts) == 2:
        return ["y", "m"] if len(parts[0]) == 4 else ["d", "m"]
    return ["y"]


def _time(text: str, _form: str) -> str | None:
    return _wholly(text, when.RULES, "time")


def _duration(text: str, _form: str) -> str | None:
    parts = re.fullmatch(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2})", text)
    return when.duration(parts[1] or "0", parts[2], parts[3]) if parts else _wholly(text, amounts.RULES, "unit")


def _rules(kind: str) -> Callable[[str, str], str | None]:
    return lambda text, _form: _wholly(text, amounts.RULES, kind)


def _address(text: str, _form: str) -> str | None:
    return names.electronic(text) if re.search("[A-Za-z0-9]", text) else None


def _wholly(text: str, rules: tuple[Rule, ...], kind: str) -> str | None:
    """`text` when one reading of that kind covers it, or begins it and leaves only words."""
    found = scan(text, _ANYTHING, rules)
    if not found or found[0].kind != kind:
        return None
    spoken = spoken_text(text, found, " ")
    return None if re.search("[0-9]", spoken) else spoken


SAY: dict[str, Callable[[str, str], str | None]] = {
    "characters": _characters, "spell-out": _characters, "verbatim": _characters, "cardinal": _cardinal,
    "number": _cardinal,
    "ordinal": _ordinal, "digits": _digits, "telephone": _telephone, "date": _date, "time": _time,
    "duration": _duration,
    "fraction": _rules("fraction"), "unit": _rules("unit"), "currency": _rules("money"), "address": _address,
}  # fmt: skip
"""How each interpret-as is read; `expletive` and what is not here cannot be."""
