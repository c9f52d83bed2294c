"""When the broker was last heard, kept on disk, so that a backlog's age is known after a restart too."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)


class LastHeard:
    """One time in one file. The disk is touched at once, so call it off the event loop.

    The clock of a board without a battery may go back at a boot; such a time is not believed.
    """

    def __init__(
        self, path: Path, wall: Callable[[], float] = time.time, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._wall = wall
        self._clock = clock

    def load(self) -> float | None:
        """The time in seconds on `clock` (it may be below zero), or None when it is not known."""
        try:
            age_s = self._wall() - float(self._path.read_text())
        except (OSError, ValueError):
            return None
        return self._clock() - age_s if age_s >= 0 else None

    def save(self, heard: float | None) -> None:
        """Keep a time on `clock`; without one, what is kept stays. A disk that refuses it is no fault."""
        if heard is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(f"{self._wall() - (self._clock() - heard):.3f}\n")
        except OSError as error:
            log.debug("%s could not be written: %s", self._path, error)
