"""SSML say-as: the class is given, only the words are wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from litetts_edge.text.normalize.classes.addresses import say_address, say_letters, say_phone
from litetts_edge.text.normalize.classes.dates import say_date, say_year
from litetts_edge.text.normalize.classes.figures import FIGURE, figure, say_digits, say_figure
from litetts_edge.text.normalize.classes.ranks import roman, say_rank
from litetts_edge.text.normalize.classes.scan import Rule, scan
from litetts_edge.text.normalize.classes.tables import Suffix, Tables

_KINDS = {
    "fraction": {"fraction"},
    "unit": {"unit", "percent", "money", "math"},
    "time": {"time", "duration"},
    "duration": {"duration", "time", "unit"},
    "currency": {"money"},
    "money": {"money"},
    "date": {"date"},
    "ordinal": {"ordinal", "roman"},
    "cardinal": {"cardinal", "decimal", "roman"},
}
_MAX = 300


def _spell(tables: Tables, text: str) -> str | None:
    pieces: list[str] = []
    for character in text[:_MAX]:
        if character.isdecimal():
            pieces.append(say_digits(tables, character))
        elif character.isalpha():
            pieces.append(say_letters(tables, character))
        elif character != " ":
            pieces.append(tables.net_symbols.get(character) or tables.symbols.get(character, ""))
    return " ".join(" ".join(pieces).split()) or None


def _cardinal(tables: Tables, text: str) -> str | None:
    if re.fullmatch(FIGURE, text):
        return say_figure(tables, figure(text))
    value = roman(text.upper())
    return None if value is None else tables.cardinal(value)


def _ordinal(tables: Tables, text: str) -> str | None:
    match = re.fullmatch(r"(\d{1,3})\.?([^\W\d_]{0,4}|[º°ª])", text)
    if match:
        suffix = tables.ordinal_suffixes.get(match[2].lower(), Suffix())
        return say_rank(tables, int(match[1]), suffix)
    value = roman(text.upper())
    return None if value is None else say_rank(tables, value, Suffix())


def _digits(tables: Tables, text: str) -> str | None:
    return say_digits(tables, text) or None


def _phone(tables: Tables, text: str) -> str | None:
    return say_phone(tables, text) if re.search(r"\d", text) else None


def _date(tables: Tables, text: str, form: str) -> str | None:
    """`form` orders the numbers: dmy, mdy, ymd, dm, md, y ..."""
    numbers = re.findall(r"\d{1,8}", text)
    letters = re.sub(r"[^dmy]", "", form.lower())
    if not letters and len(numbers) == 1 and len(numbers[0]) == 8:
        (run,) = numbers
        numbers, letters = [run[:4], run[4:6], run[6:]], "ymd"
    if letters == "y" and len(numbers) == 1:
        return say_year(tables, numbers[0][:4])
    if len(letters) != len(numbers) or not {"d", "m"} <= set(letters):
        return None
    given = dict(zip(letters, numbers, strict=True))
    return say_date(tables, int(given["d"]), int(given["m"]), given.get("y", ""))


def _expletive(tables: Tables, text: str) -> str | None:
    del tables
    return "bip" if text else None


_WAYS: dict[str, Callable[[Tables, str], str | None]] = {
    "characters": _spell,
    "spell-out": _spell,
    "verbatim": _spell,
    "cardinal": _cardinal,
    "number": _cardinal,
    "ordinal": _ordinal,
    "digits": _digits,
    "telephone": _phone,
    "expletive": _expletive,
    "bleep": _expletive,
    "address": say_address,
    "net": say_address,
}


def say_as(tables: Tables, rules: Iterable[Rule], text: str, interpret_as: str, form: str = "") -> str | None:
    """Words for `text` read as `interpret_as`; None when it cannot be read so."""
    text, wanted = " ".join(text[:_MAX].split()), interpret_as.lower()
    if wanted == "address":
        return _in_order(rules, text)
    if wanted in _WAYS:
        spoken = _WAYS[wanted](tables, text)
        return " ".join(spoken.split()) if spoken else None
    if wanted == "date":
        spoken = _date(tables, text, form)
        if spoken:
            return spoken
    kinds = _KINDS.get(wanted)
    if kinds is None:
        return None
    of_kind = scan(text, (rule for rule in rules if rule.kind in kinds))
    if len(of_kind) == 1 and (of_kind[0].start, of_kind[0].end) == (0, len(text)):
        return of_kind[0].spoken
    return None


def _in_order(rules: Iterable[Rule], text: str) -> str:
    """All of it read, words between kept."""
    pieces, position = [], 0
    for reading in scan(text, rules):
        pieces += [text[position : reading.start], " ", reading.spoken, " "]
        position = reading.end
    return " ".join("".join([*pieces, text[position:]]).split())
