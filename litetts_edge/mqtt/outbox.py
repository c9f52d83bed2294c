"""Messages on their way out with QoS 1: kept, bounded and in order, until the broker has them."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

_TRIES = 5  # a message that was in flight at so many losses is probably what the broker closes the connection for


@dataclass(slots=True, eq=False)
class Outgoing:
    """One message to publish."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    expiry_s: int | None = None
    """Seconds after which the broker forgets it (MQTT 5 only)."""
    correlation: bytes | None = None
    user_properties: tuple[tuple[str, str], ...] = ()
    tries: int = 0


class Outbox:
    """Holds at most `limit` messages; when full, the oldest that is not in flight gives way to the newest.

    A retained message that still waits gives way to a newer one on its topic: only the last would be kept anyway.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Outgoing] = deque()
        self._in_flight: dict[int, Outgoing] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._room = asyncio.Event()
        self._room.set()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_flight)

    def add(self, message: Outgoing) -> list[Outgoing]:
        """Keep `message`; returns what is lost because there was no room."""
        dropped = []
        if message.retain:
            stale = [old for old in self._waiting if old.retain and old.topic == message.topic]
            for old in stale:
                self._waiting.remove(old)
        if len(self) >= self._limit and self._waiting:
            dropped.append(self._waiting.popleft())
        self._waiting.append(message)
        self._empty.clear()
        if len(self) > self._limit // 2:
            self._room.clear()
        return dropped

    def next(self, window: int) -> Outgoing | None:
        """Hand over the oldest waiting message, unless `window` are in flight. Call sent() or refused() next."""
        if not self._waiting or len(self._in_flight) >= window:
            return None
        return self._waiting.popleft()

    def sent(self, packet_id: int, message: Outgoing) -> None:
        """Note that it is in flight under `packet_id`."""
        self._in_flight[packet_id] = message

    def refused(self) -> None:
        """Note that what next() handed over cannot be sent at all."""
        self._note()

    def settled(self, packet_id: int) -> Outgoing | None:
        """Note that the broker has answered; None when nothing was in flight under `packet_id`."""
        message = self._in_flight.pop(packet_id, None)
        self._note()
        return message

    def disconnected(self) -> list[Outgoing]:
        """Put what was in flight back in front; returns what was tried too often and is given up.

        They go out again under new packet ids: a receiver keeps no state for QoS 1, so it cannot tell.
        """
        again: list[Outgoing] = []
        given_up: list[Outgoing] = []
        for message in self._in_flight.values():
            message.tries += 1
            (given_up if message.tries >= _TRIES else again).append(message)
        self._in_flight.clear()
        self._waiting.extendleft(reversed(again))
        self._note()
        self._room.set()  # nobody waits for what may take hours
        return given_up

    async def drained(self) -> None:
        """Return when nothing waits and nothing is in flight."""
        await self._empty.wait()

    async def room(self) -> None:
        """Return when it is no more than half full, or the connection is over."""
        await self._room.wait()

    def _note(self) -> None:
        if len(self) == 0:
            self._empty.set()
        if len(self) <= self._limit // 2:
            self._room.set()
