"""Readings by rules: at each place where something may begin, the first rule that knows it wins.

A rule is a bounded pattern and a function of its match. That keeps the time linear: a place costs one try of
every rule, and what a rule has read is not looked at again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from litetts_edge.text.tokens import Reading

Say = Callable[[re.Match[str]], Reading | None]
"""What a match is read as; None when its context speaks against it. The reading may end before the match does."""
Rule = tuple[re.Pattern[str], Say]

_FULL_WIDTH = {0xFF01 + at: chr(0x21 + at) for at in range(94) if chr(0x21 + at) not in ",!?;()"}
FOLD = str.maketrans({**_FULL_WIDTH, 0x3000: " ", 0x2212: "-", 0x2010: "-", 0x2011: "-", 0x2236: ":",
                      0x301C: "~", 0xFFE5: "¥", 0xFFE1: "£", 0xFFE6: "₩", 0x2044: "/"})  # fmt: skip
"""One character for one, so that spans keep: full-width forms to ASCII, but the marks that divide a sentence."""


def scan(text: str, starts: re.Pattern[str], rules: Sequence[Rule]) -> list[Reading]:
    """The readings of `text`, ordered and apart. `starts` finds the characters where a rule may begin."""
    readings: list[Reading] = []
    at = 0
    while (start := starts.search(text, at)) is not None:
        at = start.start()
        reading = _first(text, at, rules)
        if reading is None or reading.end <= at:
            at += 1
        else:
            readings.append(reading)
            at = reading.end
    return readings


def _first(text: str, at: int, rules: Iterable[Rule]) -> Reading | None:
    for pattern, say in rules:
        match = pattern.match(text, at)
        if match is not None and (reading := say(match)) is not None:
            return reading
    return None


def reading(match: re.Match[str], kind: str, spoken: str, doubt: float = 0.0) -> Reading:
    """The whole match, read as `spoken`."""
    return Reading(match.start(), match.end(), kind, spoken, doubt)


def before(match: re.Match[str], characters: int = 12) -> str:
    """What stands before the match, at most so many characters."""
    return match.string[max(0, match.start() - characters) : match.start()]


def after(match: re.Match[str], characters: int = 12) -> str:
    """What follows the match, at most so many characters."""
    return match.string[match.end() : match.end() + characters]


def spoken_text(text: str, readings: Iterable[Reading], gap: str = "") -> str:
    """`text` with every reading in its place; `gap` parts a reading from the letters and digits beside it."""
    parts: list[str] = []
    at = 0
    for each in readings:
        for part in (text[at : each.start], each.spoken):
            _append(parts, part, gap)
        at = each.end
    _append(parts, text[at:], gap)
    return "".join(parts)


def _append(parts: list[str], part: str, gap: str) -> None:
    if part:
        if gap and parts and _is_of_a_word(parts[-1][-1]) and _is_of_a_word(part[0]):
            parts.append(gap)
        parts.append(part)


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
