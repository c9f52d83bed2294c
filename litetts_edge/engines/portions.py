"""A string of phonemes in portions that a model takes: nothing is lost, nothing is said twice."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

AT_ONCE_S = 15.0
"""Audio that a graph without windows is to make in one go. Its memory grows with that (docs/tuning.md), and
memory.COSTS promises what so much takes."""
_SYMBOLS_PER_S = 12.0
"""Symbols that a second of speech has at least: an English sentence has 13 to 14 in Kokoro's and Piper's durations
with random weights, which are set to last like speech."""
_LEAST = 24
"""Symbols that a portion may have at any speed: fewer are no speech, however slow."""

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


def symbols_at_once(speed: float) -> int:
    """How many symbols last about AT_ONCE_S, spoken at `speed` times the natural rate."""
    return max(_LEAST, int(AT_ONCE_S * _SYMBOLS_PER_S * speed))


def portions(symbols: str, most: int) -> Iterator[Portion]:
    """Cut where at most `most` symbols are in each, as cut() does."""
    rest = symbols.strip()
    while len(rest) > most:
        end = cut(rest, most)
        portion, rest = rest[:end].rstrip(), rest[end:].lstrip()
        yield Portion(portion, _MARK_REST_MS if is_mark(portion[-1]) else _REST_MS)
    if rest:
        yield Portion(rest)


def is_mark(symbol: str) -> bool:
    """Whether a voice pauses there by itself."""
    return any(symbol in marks for marks in _MARKS)


def cut(symbols: Sequence[str], most: int) -> int:
    """How many of more than `most` symbols the first portion has; at least 1, at most `most`.

    Behind the strongest mark in the second half of what is allowed, where that leaves more than a word or two.
    Else at a space, and portions are then about equally long: each is made while the one before it is heard. A
    word that is longer than all is cut between two phonemes.
    """
    for marks in _MARKS:
        for at in range(min(most, len(symbols) - most // 8), most // 2, -1):
            if symbols[at - 1] in marks:
                return at
    even = math.ceil(len(symbols) / math.ceil(len(symbols) / most))
    for at in chain(range(even, most + 1), range(even - 1, 0, -1)):
        if symbols[at].isspace():
            return at
    for at in range(most, most // 2, -1):
        if not _belongs(symbols[at]) and symbols[at - 1] not in _STRESS:
            return at
    return most


def _belongs(symbol: str) -> bool:
    return symbol[0] in _NOT_BEFORE or unicodedata.combining(symbol[0]) > 0
