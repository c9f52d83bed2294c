"""What is published over whichever connection there is: at once, or kept until a broker has it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from litetts_edge.errors import SpeechError
from litetts_edge.mqtt.outbox import Outbox, Outgoing

if TYPE_CHECKING:
    from litetts_edge.mqtt.connection import Connection
    from litetts_edge.mqtt.dialect import Accepted

log = logging.getLogger(__name__)

_WINDOW = 16  # QoS 1 messages on their way to the broker at once


class PacketTooLarge(SpeechError):
    """The broker would close the connection over it."""

    code = "packet_too_large"

    def __init__(self, topic: str, size: int, limit: int) -> None:
        super().__init__(f"A message of {size} bytes for {topic} is above the broker's limit of {limit} bytes.")


class Sender:
    """Outlives connections, and is told of each. Loop only."""

    def __init__(self, limit: int) -> None:
        """`limit`: how many QoS 1 messages are kept."""
        self.max_packet_size: int | None = None
        """Bytes of a whole packet, from the last CONNACK; None when the broker did not say."""
        self.dropped = 0
        """Messages that were given up: QoS 0 without a connection, QoS 1 beyond the limit."""
        self._outbox = Outbox(limit)
        self._connection: Connection | None = None
        self._window = _WINDOW

    def connected(self, connection: Connection, accepted: Accepted) -> None:
        """What is published from now on goes there; send_waiting() sends what was kept."""
        self._connection = connection
        self._window = max(1, min(_WINDOW, accepted.receive_maximum - 1))  # one is left for the self-test
        self.max_packet_size = accepted.max_packet_size

    def disconnected(self) -> None:
        """What is on its way waits for the next connection, unless it was tried too often."""
        self._connection = None
        given_up = self._outbox.disconnected()
        self.dropped += len(given_up)
        for message in given_up:
            log.warning("a message for %s was given up: no connection survived it", message.topic)

    def publish(self, message: Outgoing) -> bool:
        """Send or keep it; False when it is dropped: QoS 0 without a connection. Raises PacketTooLarge."""
        if self._connection is not None:
            self._check_size(self._connection, message)
        if message.qos > 0:
            self.dropped += len(self._outbox.add(message))
            self.send_waiting()
            return True
        if self._connection is None:
            self.dropped += 1
            return False
        self._connection.publish(message)
        return True

    def settled(self, packet_id: int, reason: int) -> bool:
        """Let go of a message that the broker has, or does not want; False when it is none of these."""
        message = self._outbox.settled(packet_id)
        if message is not None and reason >= 0x80:
            self.dropped += 1
            log.warning("the broker refuses messages to %s (reason 0x%02x)", message.topic, reason)
        self.send_waiting()
        return message is not None

    def send_waiting(self) -> None:
        """As much of what is kept as may be on its way at once."""
        connection = self._connection
        while connection is not None and (message := self._outbox.next(self._window)) is not None:
            try:
                self._check_size(connection, message)
            except PacketTooLarge as error:  # it was kept before this broker's limit was known
                log.warning("%s", error)
                self.dropped += 1
                self._outbox.refused()
            else:
                self._outbox.sent(connection.publish(message), message)

    async def flush(self, within_s: float) -> bool:
        """Wait until the broker has acknowledged every QoS 1 message; False when time is up first."""
        try:
            async with asyncio.timeout(within_s):
                await self._outbox.drained()
        except TimeoutError:
            return False
        return True

    async def room(self) -> None:
        """Wait, while there is a connection, until there is room for many a QoS 1 message."""
        if self._connection is not None:
            await self._outbox.room()

    def _check_size(self, connection: Connection, message: Outgoing) -> None:
        size = connection.packet_size(message)
        if self.max_packet_size is not None and size > self.max_packet_size:
            raise PacketTooLarge(message.topic, size, self.max_packet_size)
