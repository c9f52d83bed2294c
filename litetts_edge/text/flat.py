"""The flat text of an SSML document while it grows: spaces as in HTML, styles, places and warnings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from litetts_edge.text.offsets import Offsets, empty_array
from litetts_edge.text.styled import Border, Break, Fixed, Mark, SsmlWarning, Style, Styled, StyleSpan

MAX_BREAK_MS = 10_000
MAX_WARNINGS = 50

LINE = "\u2028"
PARAGRAPH = "\n\n"
_DEFAULT = Style()
_WORD = re.compile(r"[^ \t\r\n]+")


def place(document: str, at: int) -> tuple[int, int]:
    """Line and column of a character, both from 1."""
    return document.count("\n", 0, at) + 1, at - document.rfind("\n", 0, at)


@dataclass(slots=True)
class _Reading:
    """A say-as, sub or phoneme that is not closed yet."""

    start: int
    kind: str
    value: str
    form: str
    style: Style
    first: int | None = None
    """Where its first word begins: after the space before it."""
    breaks: list[int] = field(default_factory=list)


class Flat:
    """Grows by what expat tells; `finish` gives the document."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.lang = ""
        self._parts: list[str] = []
        self._length = 0
        self._starts, self._ends = empty_array(len(document)), empty_array(len(document))
        self._gap, self._gap_at, self._border_ms = "", 0, 0
        self._styles: list[StyleSpan] = []
        self._fixed: list[Fixed] = []
        self._breaks: list[Break] = []
        self._marks: list[Mark] = []
        self._borders: list[Border] = []
        self._warnings: dict[tuple[str, str], SsmlWarning] = {}
        self._reading: _Reading | None = None
        self._unstyled = True
        """Whether the last word had the default style."""

    def warn(self, code: str, message: str, at: int) -> None:
        """Tell once about each fault, and not about thousands."""
        if (code, message) not in self._warnings and len(self._warnings) < MAX_WARNINGS:
            self._warnings[code, message] = SsmlWarning(code, message, *place(self.document, at))

    def say(self, text: str, at: int, style: Style, width: int | None = None) -> None:
        """Add text that stands at `at` of the document; with a `width`, all comes from so many characters."""
        done = 0
        for word in _WORD.finditer(text):
            if word.start() > done:
                self._space(at if width else at + done)
            done = word.end()
            self._add(word[0], at if width else at + word.start(), style, width)
        if done < len(text):
            self._space(at if width else at + done)

    def border(self, ms: int, at: int) -> None:
        """A sentence (or, with a longer pause, a paragraph) ends here, and so does what is before it."""
        if self._length and self._reading is None:
            if ms > self._border_ms:
                self._gap, self._gap_at = PARAGRAPH if ms > 300 else LINE, at
            self._border_ms = max(self._border_ms, ms)

    def pause(self, ms: int, at: int) -> None:
        """Silence; at one place at most MAX_BREAK_MS."""
        if self._reading is not None:
            self._reading.breaks.append(ms)
            return
        before = self._breaks[-1].ms if self._breaks and self._breaks[-1].position == self._length else 0
        if before + ms > MAX_BREAK_MS:
            self.warn(
                "ssml_clamped", f"A pause of {(before + ms) / 1000:g} s was cut to {MAX_BREAK_MS // 1000} s.", at
            )
            ms = MAX_BREAK_MS - before
        if before:
            self._breaks.pop()
        if before + ms:
            self._breaks.append(Break(self._length, before + ms))
        else:
            self._space(at)  # even without silence a break stands between words

    def mark(self, name: str) -> None:
        self._marks.append(Mark(self._length, name))

    def begin_reading(self, kind: str, value: str, form: str, style: Style) -> bool:
        """From here on the text is read so; False inside another such element, which decides."""
        if self._reading is not None:
            return False
        self._reading = _Reading(self._length, kind, value, form, style)
        return True

    def end_reading(self, at: int, otherwise: str) -> None:
        """The element closes. Without a text of its own, `otherwise` stands in the flat text for it."""
        reading, self._reading = self._reading, None
        if reading is None:
            return
        if self._length == reading.start and otherwise:
            self._reading = reading
            self.say(otherwise, at, reading.style, 1)
            self._reading = None
        if self._length > reading.start:
            start = reading.start if reading.first is None else reading.first
            self._fixed.append(Fixed(start, self._length, reading.kind, reading.value, reading.form))
        for ms in reading.breaks:
            self.pause(ms, at)

    def finish(self) -> Styled:
        return Styled(
            "".join(self._parts),
            Offsets(len(self.document), self._starts, self._ends),
            self.lang,
            tuple(self._styles),
            tuple(self._fixed),
            tuple(self._breaks),
            tuple(self._marks),
            tuple(self._borders),
            tuple(self._warnings.values()),
        )

    def _space(self, at: int) -> None:
        if self._length and not self._gap:
            self._gap, self._gap_at = " ", at

    def _add(self, word: str, at: int, style: Style, width: int | None) -> None:
        if self._gap:
            if self._border_ms:
                self._borders.append(Border(self._length, self._border_ms))
            self._append(self._gap, self._gap_at, 1)
            self._gap, self._border_ms = "", 0
        reading = self._reading
        if reading is not None:
            style = reading.style
            if reading.first is None:
                reading.first = self._length
        start = self._length
        self._append(word, at, width)
        if style != _DEFAULT:
            last = self._styles[-1] if self._styles else None
            if last and last.style == style and not self._unstyled:
                start = self._styles.pop().start
            self._styles.append(StyleSpan(start, self._length, style))
        self._unstyled = style == _DEFAULT

    def _append(self, text: str, at: int, width: int | None) -> None:
        size = len(text)
        self._parts.append(text)
        self._length += size
        self._starts.extend([at] * size if width else range(at, at + size))
        self._ends.extend([at + width] * size if width else range(at + 1, at + size + 1))
