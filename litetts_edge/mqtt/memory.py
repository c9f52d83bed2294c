"""What must be known of the broker after a restart: when it was last heard, and what is retained there."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from litetts_edge.mqtt.topics import publish_topic

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


class LastAnnounced:
    """Topics that were announced to others and stay retained there, one a line. The disk is touched at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[str, ...]:
        """The topics that were saved last; none when that is not known. What is no topic is left out."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return ()
        return tuple(filter(_is_topic, lines))

    def save(self, topics: Sequence[str]) -> None:
        """Keep them. A disk that refuses is no fault: then nothing is taken back after a change."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text("".join(f"{topic}\n" for topic in dict.fromkeys(topics)), encoding="utf-8")
        except OSError as error:
            log.debug("%s could not be written: %s", self._path, error)


def _is_topic(line: str) -> bool:
    try:
        return bool(publish_topic(line))
    except ValueError:
        return False
