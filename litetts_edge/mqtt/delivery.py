"""Messages on their way in: acknowledged once each, in the order in which they came, never delivered twice."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from litetts_edge.mqtt.subscriptions import SelfTest

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessage

_REMEMBERED = 128  # settled messages that a broker could still send again: far above any Receive Maximum in use

_QOS0_WAITING = 1000  # QoS 0 has no flow control: more than so many waiting are dropped; the broker bounds QoS 1


def _nothing() -> None:
    """Acknowledge a message that needs none."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message from the broker. Whoever takes it calls ack(), whatever it thinks of the content."""

    topic: str
    payload: bytes
    retain: bool = False
    """True for a stored message, and with MQTT 5 also for a live one that was published with retain."""
    qos: int = 0
    dup: bool = False
    response_topic: str = ""
    """Where MQTT 5 senders want their answer; empty when they did not say."""
    correlation: bytes | None = None
    """MQTT 5 correlation data, to be sent back with the answer."""
    expiry_s: int | None = None
    """What is left of the message's own expiry interval in seconds; None when it has none."""
    received_at: float = 0.0
    """Seconds on the link's clock."""
    backlog_since: float | None = None
    """Set when it may have waited in the broker while we were away: it was published after this moment, in
    seconds on the link's clock, and may be as old as that. None for a fresh message."""
    acknowledge: Callable[[], None] = _nothing

    def ack(self) -> None:
        """Tell the broker that it is taken; once is enough, and too late does no harm."""
        self.acknowledge()


@dataclass(slots=True, eq=False)
class Receipt:
    """What the inbox knows of one QoS 1 message. It is an object, so that a reused packet id is another one."""

    packet_id: int
    digest: bytes
    taken: bool = False
    """The consumer has called ack()."""
    owed: bool = False
    """The broker waits for its PUBACK on the connection that is open now."""


class Inbox:
    """Owes the broker one PUBACK for each QoS 1 message, and pays in order of arrival [MQTT-4.6.0-2]."""

    def __init__(self) -> None:
        self._session: dict[int, Receipt] = {}  # by packet id, oldest first; outlives a connection
        self._owed: deque[Receipt] = deque()  # in order of arrival; ends with the connection
        self._puback: Callable[[int], None] | None = None

    @property
    def waiting(self) -> int:
        """How many messages the broker waits for on this connection."""
        return len(self._owed)

    def connected(self, puback: Callable[[int], None], *, resumed: bool) -> None:
        """Begin a connection whose acknowledgements go out by `puback`; a new session knows nothing."""
        self.disconnected()
        self._puback = puback
        if not resumed:
            self._session.clear()

    def disconnected(self) -> None:
        """End the connection: what it still owed, the broker will send again if the session lives."""
        self._puback = None
        for receipt in self._owed:
            receipt.owed = False
        self._owed.clear()

    def arrive(self, packet_id: int, content: tuple[bytes, ...], *, dup: bool) -> Receipt | None:
        """Take in a message; None when this session has delivered it already and it must not be delivered again.

        Such a duplicate is acknowledged as soon as the consumer has acknowledged the first one. A broker that
        reused a packet id for an equal message, lost that one on the way and sends it again looks the same;
        brokers that count packet ids up do not get there.
        """
        digest = _digest(content)
        known = self._session.get(packet_id)
        if dup and known is not None and known.digest == digest:
            if not known.owed:
                self._owe(known)
            return None
        receipt = Receipt(packet_id, digest)
        self._session.pop(packet_id, None)
        self._session[packet_id] = receipt
        self._forget_oldest()
        self._owe(receipt)
        return receipt

    def take(self, receipt: Receipt) -> None:
        """Note that the consumer is done with it, and send what may now be sent."""
        receipt.taken = True
        self._pay()

    def _owe(self, receipt: Receipt) -> None:
        receipt.owed = True
        self._owed.append(receipt)
        self._pay()

    def _pay(self) -> None:
        while self._puback is not None and self._owed and self._owed[0].taken:
            receipt = self._owed.popleft()
            receipt.owed = False
            self._puback(receipt.packet_id)

    def _forget_oldest(self) -> None:
        surplus = len(self._session) - _REMEMBERED
        if surplus > 0:
            for receipt in [r for r in self._session.values() if r.taken][:surplus]:
                del self._session[receipt.packet_id]


class Arrivals:
    """A queue of deliveries that outlives connections; the self-test's own messages never enter it."""

    def __init__(self, self_test: SelfTest, clock: Callable[[], float]) -> None:
        self._self_test = self_test
        self._clock = clock
        self._inbox = Inbox()
        self._queue: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self._backlog_since: float | None = None
        self.duplicates = 0
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """How many messages the broker waits for to be acknowledged."""
        return self._inbox.waiting

    async def next(self) -> Delivery | None:
        """The next delivery; None when the link is closed."""
        return await self._queue.get()

    def close(self) -> None:
        """Let next() return None, after what has arrived."""
        self._queue.put_nowait(None)

    def connected(self, puback: Callable[[int], None], *, resumed: bool, backlog_since: float | None) -> None:
        """Begin a connection; what comes before the self-test returns may have waited since `backlog_since`."""
        self._inbox.connected(puback, resumed=resumed)
        self._backlog_since = backlog_since

    def disconnected(self) -> None:
        """End a connection."""
        self._inbox.disconnected()

    def backlog_is_over(self) -> None:
        """What comes from now on is fresh."""
        self._backlog_since = None

    def take_in(self, message: MQTTMessage) -> None:
        """Queue a message, unless it was queued before or is our own self-test."""
        now = self._clock()
        self._self_test.moved()
        properties = message.properties
        correlation: bytes | None = getattr(properties, "CorrelationData", None)
        response_topic: str = getattr(properties, "ResponseTopic", "")
        topic = message.topic
        payload = bytes(message.payload)
        acknowledge = _nothing
        if message.qos > 0:
            content = (topic.encode(), payload, correlation or b"", response_topic.encode())
            receipt = self._inbox.arrive(message.mid, content, dup=message.dup)
            if receipt is None:
                self.duplicates += 1
                return
            acknowledge = partial(self._taken, receipt)
        if self._self_test.recognises(topic, payload):
            acknowledge()
            if self._self_test.returned(payload):
                self.backlog_is_over()
            return
        if message.qos == 0 and self._queue.qsize() >= _QOS0_WAITING:
            self.dropped += 1
            return
        self._queue.put_nowait(
            Delivery(
                topic=topic,
                payload=payload,
                retain=message.retain,
                qos=message.qos,
                dup=message.dup,
                response_topic=response_topic,
                correlation=correlation,
                expiry_s=getattr(properties, "MessageExpiryInterval", None),
                received_at=now,
                backlog_since=self._backlog_since,
                acknowledge=acknowledge,
            )
        )

    def _taken(self, receipt: Receipt) -> None:
        self._inbox.take(receipt)
        self._self_test.moved()


def _digest(content: tuple[bytes, ...]) -> bytes:
    mark = blake2b(digest_size=16)
    for part in content:
        mark.update(len(part).to_bytes(4, "big"))
        mark.update(part)
    return mark.digest()
