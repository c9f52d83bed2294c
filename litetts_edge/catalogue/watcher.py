"""Who watches while files are fetched or copied."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Is told how it goes; called from the thread that works, often, so it has to be quick."""

    def moved(self, file: str, done: int, total: int) -> None:
        """So many bytes of a file are here; `total` is 0 when nobody knows it."""
        ...

    def say(self, text: str) -> None:
        """Something that a person wants to know: a retry, a second place, a hash that is new."""
        ...


class Nobody:
    """Watches nothing."""

    def moved(self, file: str, done: int, total: int) -> None:
        pass

    def say(self, text: str) -> None:
        pass
