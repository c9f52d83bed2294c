"""Between two requests: how somebody who needs silence gets it, and the lanes wait meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from litetts_edge.pipeline.policy import Lane


class Turns:
    """Whose turn it is, by lane: the next request's, or that of somebody who wants silence."""

    def __init__(self, speaks: Callable[[Lane], bool]) -> None:
        """`speaks` tells whether a lane speaks now."""
        self._speaks = speaks
        self._wanted: Counter[Lane] = Counter()
        """By lane: how many want it to be silent."""
        self._changed = asyncio.Event()

    def ended(self) -> None:
        """A lane has ended what it spoke."""
        self._changed.set()

    async def next(self, lane: Lane) -> None:
        """Return when the lane may speak its next request."""
        await self._until(lambda: not self._wanted[lane])

    @asynccontextmanager
    async def silence(self, *lanes: Lane) -> AsyncIterator[None]:
        """Inside, these lanes speak nothing, and what comes waits.

        Each is taken as soon as what it speaks has ended, one after the other, in the order given.
        """
        taken: list[Lane] = []
        try:
            for lane in lanes:
                self._wanted[lane] += 1
                taken.append(lane)
                await self._until(lambda lane=lane: not self._speaks(lane))  # type: ignore[misc]
            yield
        finally:
            for lane in taken:
                self._wanted[lane] -= 1
            self._changed.set()

    async def _until(self, claim: Callable[[], bool]) -> None:
        # Every change wakes all who wait, and each looks for itself.
        while not claim():
            self._changed.clear()
            await self._changed.wait()
