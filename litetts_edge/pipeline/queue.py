"""The waiting requests: bounded, by priority, first in first out inside a priority."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

from litetts_edge.errors import QueueFull
from litetts_edge.pipeline.policy import Lane, is_expired, lane
from litetts_edge.speech import RequestId, SpeakRequest


@dataclass(order=True, slots=True)
class _Waiting:
    rank: tuple[int, bool, int]
    request: SpeakRequest = field(compare=False)


class RequestQueue:
    """Holds what was admitted and has not started. All methods belong to the event loop."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._waiting: list[_Waiting] = []
        self._arrivals = 0
        self._changed = {name: asyncio.Event() for name in Lane}
        self.held: Callable[[SpeakRequest], bool] = lambda _: False
        """Whether a request's turn cannot come yet; call look() when that may have changed."""

    def __len__(self) -> int:
        return len(self._waiting)

    def waiting(self) -> tuple[SpeakRequest, ...]:
        """All waiting requests, the next one first."""
        return tuple(entry.request for entry in self._waiting)

    def put(self, request: SpeakRequest) -> SpeakRequest | None:
        """Admit it: after everything as urgent, but one that interrupts goes before its equals.

        Returns the one with the same `coalesce_key` whose place it took. Raises QueueFull; nothing else that
        waits is ever pushed out.
        """
        old = self._sharing(request.coalesce_key)
        if old is not None:
            self._waiting.remove(old)
            self._put(request, old.rank[2])
            return old.request
        if len(self._waiting) >= self.limit and self._is_full_for(request):
            raise QueueFull(self.limit)
        self.put_back(request)
        return None

    def _is_full_for(self, request: SpeakRequest) -> bool:
        # A night full of held messages must not keep an alarm out; so there are twice as many at most.
        before = sum(not self.held(entry.request) for entry in self._waiting)
        return self.held(request) or before >= self.limit

    def put_back(self, request: SpeakRequest) -> None:
        """Take in one that was admitted before, even when the queue is full."""
        self._arrivals += 1
        self._put(request, self._arrivals)

    def _put(self, request: SpeakRequest, arrival: int) -> None:
        insort(self._waiting, _Waiting((-request.priority, not request.interrupt, arrival), request))
        self._changed[lane(request)].set()

    def _sharing(self, key: str) -> _Waiting | None:
        return next((entry for entry in self._waiting if key and entry.request.coalesce_key == key), None)

    def look(self) -> None:
        """Ask again whether what waits is held."""
        for changed in self._changed.values():
            changed.set()

    def pop(self, name: Lane) -> SpeakRequest | None:
        """Take the next request of a lane, or None when none waits but those that are held."""
        for index, entry in enumerate(self._waiting):
            if lane(entry.request) is name and not self.held(entry.request):
                return self._waiting.pop(index).request
        return None

    async def wait(self, name: Lane) -> None:
        """Return when a request of the lane may be waiting that is not held."""
        while not any(lane(entry.request) is name and not self.held(entry.request) for entry in self._waiting):
            self._changed[name].clear()
            await self._changed[name].wait()

    def remove(self, request: RequestId) -> SpeakRequest | None:
        """Take one out by id, or return None when it does not wait here."""
        for index, entry in enumerate(self._waiting):
            if entry.request.id == request:
                return self._waiting.pop(index).request
        return None

    def clear(self) -> tuple[SpeakRequest, ...]:
        """Take all out, the next one first."""
        cleared = self.waiting()
        self._waiting.clear()
        return cleared

    def take_expired(self, now: float) -> tuple[SpeakRequest, ...]:
        """Take out those that it is too late to start."""
        expired = tuple(entry.request for entry in self._waiting if is_expired(entry.request, now))
        if expired:
            self._waiting = [entry for entry in self._waiting if not is_expired(entry.request, now)]
        return expired

    def next_deadline(self) -> float | None:
        """The earliest deadline among the waiting, or None when none waits."""
        return min((entry.request.deadline for entry in self._waiting), default=None)
