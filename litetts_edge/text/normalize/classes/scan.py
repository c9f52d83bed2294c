"""One pass of a class over a sentence: what it finds where nothing was found before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from litetts_edge.text.tokens import Reading


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, and what is said for what it matches."""

    kind: str
    pattern: re.Pattern[str]
    """A group named `R` narrows what is read; the rest is context. Matches are never empty."""
    say: Callable[[re.Match[str]], str | None]
    """None when it is something else after all."""
    doubt: float = 0.0


def scan(text: str, rules: Iterable[Rule]) -> list[Reading]:
    """Readings of `text`, in order. A rule takes precedence over those after it; time is linear in each rule."""
    taken = bytearray(len(text))
    found: list[Reading] = []
    for rule in rules:
        group: int | str = "R" if "R" in rule.pattern.groupindex else 0
        position = 0
        while match := rule.pattern.search(text, position):
            start, end = match.span(group)
            if end == len(text) and end - start > 1 and text[end - 1] == ".":
                end -= 1  # the last dot ends the sentence too
            if start == end:
                position = match.end() + (match.end() == match.start())
                continue
            last = taken.rfind(1, start, end)
            if last >= 0:
                position = last + 1
                continue
            spoken = rule.say(match)
            position = end
            if spoken is not None:
                taken[start:end] = b"\1" * (end - start)
                found.append(Reading(start, end, rule.kind, " ".join(spoken.split()), rule.doubt))
    found.sort(key=lambda reading: reading.start)
    return found


def alternatives(words: Iterable[str]) -> str:
    """A pattern of these words, the longest first; one that matches nothing when there are none."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word) for word in ordered) + ")" if ordered else "(?!)"
