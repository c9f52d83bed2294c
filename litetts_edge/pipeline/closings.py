"""How requests are closed: once each, and at the end only those that the next process will not speak."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litetts_edge.events import ClosingEvent
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.rounds import Rounds
from litetts_edge.speech import RequestId


async def _nothing() -> frozenset[RequestId]:
    return frozenset()


class Closings:
    """The one place that publishes closing events of requests that were admitted."""

    def __init__(self, bus: EventBus, rounds: Rounds) -> None:
        self._bus = bus
        self._rounds = rounds
        self.keep: Callable[[], Awaitable[frozenset[RequestId]]] = _nothing
        """Called once, at the end: what is open then and stays so, because the next process will speak it."""
        self._kept: frozenset[RequestId] = frozenset()
        self._untold: list[ClosingEvent] | None = None
        """Those of a time when it is not known yet what stays open."""

    def close(self, event: ClosingEvent) -> None:
        """A request has ended, or its turn has, unless it stays open."""
        if self._untold is not None:
            self._untold.append(event)
        elif event.id not in self._kept:
            self._bus.publish(self._rounds.closing(event))

    async def end(self, cut: Callable[[], None]) -> None:
        """Cut what is spoken, as of now, and know from here on what stays open."""
        self._untold = []
        keeping = self.keep()
        cut()
        self._kept = await keeping
        untold, self._untold = self._untold, None
        for event in untold:
            self.close(event)
