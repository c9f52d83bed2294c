"""A string of phonemes in portions that a model takes: nothing is lost, nothing is said twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = (".!?…", ":;", ",—")
"""The best place for a cut is behind the strongest mark."""
_MARK_REST_MS, _REST_MS = 150, 0
_NOT_BEFORE = frozenset("ːʰʲʱᵝˑ↓→↗↘")
"""They belong to the letter before them, as combining marks do."""
_STRESS = frozenset("ˈˌ")


@dataclass(frozen=True, slots=True)
class Portion:
    """What is synthesized in one go."""

    symbols: str
    """At most as many as was allowed, no space at either end."""
    rest_ms: int = 0
    """Silence after it, in the middle of a sentence."""


def portions(symbols: str, most: int) -> Iterator[Portion]:
    """Cut where at most `most` symbols are in each: behind the strongest mark, else at the last space.

    Only the second half of what is allowed is searched for a mark, so that no portion is tiny. A word that is
    longer than all is cut between two phonemes.
    """
    rest = symbols.strip()
    while len(rest) > most:
        cut = _cut(rest, most)
        portion, rest = rest[:cut].rstrip(), rest[cut:].lstrip()
        yield Portion(portion, _MARK_REST_MS if portion[-1] in "".join(_MARKS) else _REST_MS)
    if rest:
        yield Portion(rest)


def _cut(symbols: str, most: int) -> int:
    """How many symbols the first portion has; at least 1, at most `most`."""
    for marks in _MARKS:
        for at in range(most, most // 2, -1):
            if symbols[at - 1] in marks:
                return at
    for at in range(most, 0, -1):
        if symbols[at].isspace():
            return at
    for at in range(most, most // 2, -1):
        if not _belongs(symbols[at]) and symbols[at - 1] not in _STRESS:
            return at
    return most


def _belongs(symbol: str) -> bool:
    return symbol in _NOT_BEFORE or unicodedata.combining(symbol) > 0
