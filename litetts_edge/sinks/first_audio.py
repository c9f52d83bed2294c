"""When the first sample that is not zero was taken by the card, seen from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from litetts_edge.sinks.card import Card


class FirstAudioWatch:
    """Looks at the card until it has taken the first sample that is not zero, and tells once."""

    def __init__(self, card: Card, tell: Callable[[float], None]) -> None:
        self._card = card
        self._tell = tell
        self._told = False
        self._watching: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Look from now on, until end() or until it was told."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="speaker first audio")

    def look(self) -> bool:
        """Tell if there is something to tell; True when it was told."""
        at = self._card.outlet.playout.first_at if self._card.outlet is not None else None
        if at is not None and not self._told:
            self._told = True
            self._tell(at)
        return self._told

    def end(self) -> None:
        """Look no more."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        # The card's thread must not wake the loop itself: that takes a lock and a system call.
        looks = 0
        while not self.look():
            looks += 1
            await asyncio.sleep(0.005 if looks < 100 else 0.05)
