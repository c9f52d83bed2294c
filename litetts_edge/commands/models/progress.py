"""Shows on a terminal, or in a log, how a download goes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from litetts_edge.commands.models.place import megabytes

_REDRAW_S = 0.2
_LINE_S = 10.0
"""Between two lines where there is no terminal: a log is not a film."""
_WINDOW_S = 5.0
"""The rate is that of the last seconds."""
_LARGE = 5_000_000
"""Bytes of a file whose end is worth a line: a model may have 55 small ones."""


class ProgressLine:
    """A Watcher that writes one line, again and again on a terminal; elsewhere a line now and then."""

    def __init__(self, out: TextIO = sys.stderr, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._is_terminal = out.isatty()
        self._file = ""
        self._drawn = -_LINE_S
        self._width = 0
        self._marks: list[tuple[float, int]] = []

    def moved(self, file: str, done: int, total: int) -> None:
        now = self._clock()
        if file != self._file:
            self._file, self._marks = file, [(now, done)]
            self._drawn = now if not self._is_terminal else -_LINE_S
        is_end = _LARGE <= total <= done
        if now - self._drawn < (_REDRAW_S if self._is_terminal else _LINE_S) and not is_end:
            return
        self._drawn = now
        self._marks = [mark for mark in self._marks if now - mark[0] <= _WINDOW_S] or self._marks[-1:]
        self._write(self._line(file, done, total, now), is_end=is_end)
        self._marks.append((now, done))

    def say(self, text: str) -> None:
        self._write(text, is_end=True)

    def close(self) -> None:
        """Leave the cursor at the start of a line."""
        if self._width:
            self._write("", is_end=True)

    def _line(self, file: str, done: int, total: int, now: float) -> str:
        of = f" of {megabytes(total)}, {100 * done // total} %" if total else ""
        began, before = self._marks[0]
        rate = (done - before) / (now - began) if now > began else 0.0
        speed = f", {rate / 1e6:.1f} MB/s" if rate > 0 else ""
        left = f", {(total - done) / rate:.0f} s left" if rate > 0 and total > done else ""
        return f"{file}: {megabytes(done)}{of}{speed}{left}"

    def _write(self, line: str, *, is_end: bool) -> None:
        if not self._is_terminal:
            print(line, file=self._out, flush=True)
            return
        end = "\n" if is_end else ""
        self._out.write(f"\r{line:{self._width}}{end}")
        self._out.flush()
        self._width = 0 if is_end else len(line)
