"""Where each character of a rewritten text came from. Pure; two machine integers a character, none for a copy."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offsets:
    """Maps spans of a rewritten text to spans of its source, and back. Both grow together, never cross."""

    length: int
    """Characters of the source."""
    starts: array[int] | None = None
    """Where in the source each character of the rewritten text begins; None: the text is the source."""
    ends: array[int] | None = None
    """Where each ends; both arrays never fall."""

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the source that became [start, end); empty for an empty span."""
        if self.starts is None or self.ends is None:
            return start, end
        size = len(self.starts)
        if start < end <= size:
            return self.starts[start], self.ends[end - 1]
        at = self.starts[start] if start < size else self.length
        return at, at

    def target(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the rewritten text that came from this [start, end) of the source."""
        if self.starts is None or self.ends is None:
            return start, end
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end)) if start < end else first


def empty_array(length: int) -> array[int]:
    """For positions in a source of `length` characters."""
    return array("H" if length < 0xFFFF else "I")


class Rewriter:
    """A text that is rewritten in passes; it remembers where each character came from."""

    __slots__ = ("_ends", "_length", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._length = len(text)
        self._starts: array[int] | None = None
        self._ends: array[int] | None = None

    def offsets(self) -> Offsets:
        """The map from the text as it is now to the text that was given."""
        return Offsets(self._length, self._starts, self._ends)

    def translate(self, table: dict[int, str]) -> None:
        """Replace characters by others, each by one."""
        self.text = self.text.translate(table)

    def sub(self, pattern: re.Pattern[str], replace: str | Callable[[re.Match[str]], str | None]) -> None:
        """Replace each match; a function may give None to leave one as it is."""
        edits = []
        for match in pattern.finditer(self.text):
            new = replace if isinstance(replace, str) else replace(match)
            if new is not None and new != match[0]:
                edits.append((match.start(), match.end(), new))
        self.edit(edits)

    def edit(self, edits: Iterable[tuple[int, int, str]]) -> None:
        """Replace each [start, end) by its text. They are in order and do not overlap."""
        text, done = self.text, 0
        parts: list[str] = []
        starts, ends = empty_array(self._length), empty_array(self._length)
        old_starts, old_ends = self._starts, self._ends
        for start, end, new in edits:
            if start > done:
                parts.append(text[done:start])
                starts.extend(range(done, start) if old_starts is None else old_starts[done:start])
                ends.extend(range(done + 1, start + 1) if old_ends is None else old_ends[done:start])
            if new:
                parts.append(new)
                low, high = self._place(start, end)
                starts.extend([low] * len(new))
                ends.extend([high] * len(new))
            done = end
        if not parts and not done:
            return
        parts.append(text[done:])
        starts.extend(range(done, len(text)) if old_starts is None else old_starts[done:])
        ends.extend(range(done + 1, len(text) + 1) if old_ends is None else old_ends[done:])
        self.text, self._starts, self._ends = "".join(parts), starts, ends

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the text is in the source; an insertion is between its neighbours."""
        if self._starts is None or self._ends is None:
            return start, end
        if start < end:
            return self._starts[start], self._ends[end - 1]
        low = self._starts[start] if start < len(self._starts) else self._length
        return low, max(low, self._ends[start - 1] if start else 0)
