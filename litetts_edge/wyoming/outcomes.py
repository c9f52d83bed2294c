"""How the requests of this door end: a closing event for whoever waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from litetts_edge.errors import SpeechError
from litetts_edge.events import Cancelled, ClosingEvent, Dropped, Expired, Failed
from litetts_edge.pipeline.bus import Subscription
from litetts_edge.speech import RequestId


class NotSpoken(SpeechError):
    """The request was closed otherwise than by being heard; the code is that of its closing event."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def not_spoken(event: ClosingEvent) -> NotSpoken | None:
    """What there is to tell of a request that was not heard to its end; None for one that was."""
    match event:
        case Cancelled(reason="shutdown"):
            return NotSpoken("shutting_down", "The daemon is stopping. Send the request again when it is back.")
        case Cancelled(reason=reason):
            return NotSpoken("cancelled", f"The request was ended by somebody else ({reason}).")
        case Expired():
            return NotSpoken("expired", "The request's turn did not come in time (setting request.ttl_s).")
        case Failed() | Dropped():
            return NotSpoken(event.code, event.message)
    return None


class Outcomes:
    """Hands each closing event to the one who expects it."""

    def __init__(self) -> None:
        self._expected: dict[RequestId, asyncio.Future[ClosingEvent]] = {}

    @contextmanager
    def expect(self, request: RequestId) -> Iterator[asyncio.Future[ClosingEvent]]:
        """Be told how that request ends; submit it inside."""
        future = self._expected[request] = asyncio.get_running_loop().create_future()
        try:
            yield future
        finally:
            del self._expected[request]
            future.cancel()

    async def run(self, events: Subscription) -> None:
        """Tell, until cancelled."""
        async for event in events:
            if isinstance(event, ClosingEvent):
                self.tell(event)

    def tell(self, event: ClosingEvent) -> None:
        """A request has ended."""
        future = self._expected.get(event.id)
        if future is not None and not future.done():
            future.set_result(event)
