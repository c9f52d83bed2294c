"""Typed publish and subscribe of speech events, on the event loop only."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from litetts_edge.events import FirstAudio, SpeechEvent


class Subscription:
    """One subscriber's events, in order of publication. `async for event in subscription`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: deque[SpeechEvent] = deque()
        self._arrived = asyncio.Event()

    def push(self, event: SpeechEvent) -> None:
        """Keep the event for the subscriber. One that is behind by `limit` loses FirstAudio, nothing else."""
        if isinstance(event, FirstAudio) and len(self._events) >= self._limit:
            return
        self._events.append(event)
        self._arrived.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> SpeechEvent:
        while not self._events:
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.popleft()

    def rest(self) -> Iterator[SpeechEvent]:
        """Take what is left, without waiting for more."""
        while self._events:
            yield self._events.popleft()


class EventBus:
    """Tells every subscriber what happens to requests. Publishing never waits for a subscriber."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._subscriptions: list[Subscription] = []

    def publish(self, event: SpeechEvent) -> None:
        """Hand the event to every subscriber, now."""
        for subscription in self._subscriptions:
            subscription.push(event)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Receive every event published from here until the context is left."""
        subscription = Subscription(self._limit)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)
