"""What differs between two sets of settings, and what is in one, in words that may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import Origin
from litetts_edge.settings.schema import Settings, known_settings
from litetts_edge.settings.setting import Applies, Setting, Value


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that is no longer what it was."""

    key: str
    old: str
    """As shown to people; a secret is masked."""
    new: str
    applies: Applies
    """What it takes to make the change felt."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it may be shown to anyone."""

    key: str
    value: str
    """As shown to people; a secret is masked."""
    origin: Origin
    applies: Applies


def changes(old: Settings, new: Settings) -> tuple[Change, ...]:
    """Every setting whose value differs, in the order of the schema."""
    return tuple(
        Change(one.key, one.shown(before), one.shown(after), one.applies)
        for (one, before), (_, after) in zip(_values(old), _values(new), strict=True)
        if before != after
    )


def describe(loaded: Loaded) -> list[Shown]:
    """Every setting with its value and where that comes from, in the order of the schema."""
    return [
        Shown(one.key, one.shown(value), loaded.origins[one.key], one.applies)
        for one, value in _values(loaded.settings)
    ]


def _values(settings: Settings) -> Iterator[tuple[Setting, Value]]:
    for key, one in known_settings().items():
        value: Any = reduce(getattr, key.split("."), settings)
        yield one, value
