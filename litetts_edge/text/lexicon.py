"""A lexicon: finds in a sentence what its user, or the project, wants said otherwise. Only ever replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from litetts_edge.text.entries import Entry

REGEX_TIMEOUT_S = 0.02
"""For one regex in one sentence. A regex that its user wrote carelessly must not hold up an announcement."""

_WIDE = "\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff"
"""Scripts that put no space between words: a match may begin and end anywhere."""
_PART = re.compile(rf"[{_WIDE}]|[^\W_{_WIDE}]+|[^\w\s]|_")
"""A run of letters and digits, or one other character: where a match may begin."""
_IS_WIDE = re.compile(f"[{_WIDE}]")
_POSSESSIVE = re.compile(r"'s?(?![^\W_])", re.IGNORECASE)


class Layer(IntEnum):
    """Where an entry comes from; a higher one wins."""

    PROJECT = 0
    """Comes with the program."""
    FILE = 1
    """The user's lexicon.yaml."""
    LIVE = 2
    """Added while it runs."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, and where in the sentence it holds."""

    start: int
    end: int
    entry: Entry
    layer: Layer
    say: str
    """What is said there, groups filled in; empty when the entry has IPA."""


@dataclass(frozen=True, slots=True)
class _Held:
    entry: Entry
    layer: Layer
    literal: str
    """As it is compared: in lower case unless the entry tells letters apart."""


class LexiconSource(Protocol):
    """Where the lexicon in force is asked for, at every text."""

    def current(self) -> Lexicon:
        """The lexicon in force."""
        ...


class Lexicon:
    """Entries of all layers, found in time that grows with the sentence, not with the entries."""

    def __init__(self, layers: Iterable[tuple[Layer, Iterable[Entry]]] = ()) -> None:
        kept: dict[tuple[str, str, str], tuple[Layer, Entry]] = {}
        for layer, entries in layers:
            for entry in entries:
                if entry.key not in kept or layer >= kept[entry.key][0]:
                    kept[entry.key] = layer, entry
        self.entries: tuple[tuple[Layer, Entry], ...] = tuple(kept.values())
        """What holds, one for each key."""
        self._literals: dict[str, list[_Held]] = {}
        self._regexes: list[tuple[Layer, Entry]] = []
        for layer, entry in self.entries:
            if entry.form == "regex":
                self._regexes.append((layer, entry))
                continue
            literal = entry.pattern if entry.case else entry.pattern.lower()
            first = _PART.search(entry.pattern)
            assert first is not None  # an entry has a letter or a digit
            self._literals.setdefault(first[0].lower(), []).append(_Held(entry, layer, literal))

    def current(self) -> Lexicon:
        """Itself: it never changes."""
        return self

    def find(self, sentence: str, lang: str) -> tuple[list[Match], list[str]]:
        """What it says of `sentence`, in order, not overlapping; and the regexes that took too long.

        Where several hold, the first place wins, then the higher layer, then the longer one.
        """
        if not self.entries:
            return [], []
        slow: list[str] = []
        found = [*self._literal_matches(sentence, lang), *self._regex_matches(sentence, lang, slow)]
        found.sort(key=lambda match: (match.start, -match.layer, -match.end))
        chosen: list[Match] = []
        for match in found:
            if not chosen or match.start >= chosen[-1].end:
                chosen.append(match)
        return chosen, slow

    def _literal_matches(self, sentence: str, lang: str) -> Iterator[Match]:
        if not self._literals:
            return
        lower = sentence.lower()
        if len(lower) != len(sentence):  # İ and the like: places would not agree
            lower = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in sentence)
        for part in _PART.finditer(lower):
            for held in self._literals.get(part[0], ()):
                start = part.start() - held.literal.lower().index(part[0])
                end = start + len(held.literal)
                where = sentence if held.entry.case else lower
                if (
                    start >= 0
                    and where.startswith(held.literal, start)
                    and held.entry.holds_for(lang)
                    and _stands_alone(lower, start, end)
                ):
                    yield Match(start, end, held.entry, held.layer, held.entry.say)

    def _regex_matches(self, sentence: str, lang: str, slow: list[str]) -> Iterator[Match]:
        for layer, entry in self._regexes:
            if not entry.holds_for(lang):
                continue
            import regex  # only for those who write one

            pattern = regex.compile(entry.pattern, 0 if entry.case else regex.IGNORECASE)  # it keeps a cache
            try:
                for found in pattern.finditer(sentence, timeout=REGEX_TIMEOUT_S):
                    if found.end() > found.start():
                        yield Match(found.start(), found.end(), entry, layer, found.expand(entry.say))
            except (TimeoutError, regex.error, IndexError):  # the latter two: a group that took no part
                slow.append(entry.pattern)


def possessive(sentence: str, end: int) -> int:
    """Where the `'s` or `'` that follows a word at `end` ends; `end` itself when none does."""
    found = _POSSESSIVE.match(sentence, end)
    return found.end() if found else end


def _stands_alone(lower: str, start: int, end: int) -> bool:
    """Whether no letter or digit of the same word stands before or after; a possessive may follow."""
    if start > 0 and lower[start].isalnum() and not _IS_WIDE.match(lower[start]):
        before = lower[start - 1]
        if before.isalnum() or before == "_" or (before == "'" and start > 1 and lower[start - 2].isalnum()):
            return False
    if end < len(lower) and lower[end - 1].isalnum() and not _IS_WIDE.match(lower[end - 1]):
        after = lower[end]
        if after.isalnum() or after == "_":
            return False
        if after == "'" and end + 1 < len(lower) and lower[end + 1].isalpha():
            return possessive(lower, end) > end + 1
    return True
