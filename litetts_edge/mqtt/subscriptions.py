"""What we listen to, and the proof that it really reaches us."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from litetts_edge.mqtt.broker import Subscription
from litetts_edge.mqtt.outbox import Outgoing

if TYPE_CHECKING:
    from litetts_edge.mqtt.connection import Connection

log = logging.getLogger(__name__)


class Subscriptions:
    """The topics asked for on each connection, one by one, so that one refused does not stop the others."""

    def __init__(self, wanted: Sequence[Subscription]) -> None:
        self._wanted = tuple(wanted)
        self._asked: dict[int, Subscription] = {}
        self._answered = asyncio.Event()
        self.refused: dict[str, str] = {}
        """Needed topic filter -> the broker's reason, on this connection."""

    def ask(self, connection: Connection) -> None:
        """Send them all; the answers come later."""
        self.refused = {}
        self._answered.clear()
        self._asked = {connection.subscribe(each.topic, each.qos): each for each in self._wanted}

    def answer(self, packet_id: int, granted: bool, reason: str) -> None:
        """Note what the broker says about one of them."""
        asked = self._asked.pop(packet_id, None)
        if asked is not None and not granted:
            log.warning("the broker refuses the subscription to %s: %s", asked.topic, reason)
            if asked.needed:
                self.refused[asked.topic] = reason
        if not self._asked:
            self._answered.set()

    async def answered(self, within_s: float) -> None:
        """Return when the broker has answered for all, or time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._answered.wait()


_MARK = b'{"id": "self-test-'


class SelfTest:
    """A message of our own, sent round through the broker.

    mosquitto grants subscriptions that its access rules then do not serve, so only this tells. Its return also
    marks the end of what a resumed session had kept: with QoS 1 it queues up behind that.
    """

    def __init__(self, topic: str, patience_s: float, clock: Callable[[], float]) -> None:
        self.topic = topic
        self._patience_s = patience_s
        self._clock = clock
        self._payload = b""
        self._packet_id = 0
        self._returned = asyncio.Event()
        self._moved_at = 0.0

    def recognises(self, topic: str, payload: bytes) -> bool:
        """True for a self-test message of this or an earlier process, which nobody else must see."""
        return topic == self.topic and payload.startswith(_MARK)

    def moved(self) -> None:
        """Note that messages do arrive: a long backlog takes the time it takes."""
        self._moved_at = self._clock()

    def returned(self, payload: bytes) -> bool:
        """Note that a self-test message came; True for the latest one, False for one of an earlier connection."""
        if payload == self._payload:
            self._returned.set()
            return True
        return False

    def was_sent_as(self, packet_id: int) -> bool:
        """True for the packet id of the latest self-test message."""
        return packet_id == self._packet_id

    async def passes(self, connection: Connection, busy: Callable[[], bool]) -> bool:
        """Send a message and wait for it, with patience counted from the last arrival and not while `busy`."""
        self._returned.clear()
        self._payload = _MARK + secrets.token_hex(12).encode() + b'"}'
        # A broker that takes one QoS 1 message at a time may be busy with another one.
        qos = 1 if connection.receive_maximum > 1 else 0
        self._packet_id = connection.publish(Outgoing(self.topic, self._payload, qos, expiry_s=60))
        self.moved()
        while not self._returned.is_set():
            left = self._moved_at + self._patience_s - self._clock()
            if left <= 0 and not busy():
                return False
            with suppress(TimeoutError):
                async with asyncio.timeout(max(left, 0.2)):
                    await self._returned.wait()
        return True
