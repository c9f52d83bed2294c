"""What the mqtt sink publishes through: the link of the moment."""

from __future__ import annotations

from collections.abc import Sequence

from litetts_edge.errors import SinkFailed
from litetts_edge.mqtt.link import Link, PacketTooLarge
from litetts_edge.mqtt.topics import Topics

TOPIC_ROOM = 2048
"""Bytes of a packet left for its header, topic and properties."""


class AudioOverMqtt:
    """An AudioPublisher over whichever link is open; the door keeps `link` and `topics` up to date."""

    def __init__(self, topics: Topics, max_audio_bytes: int) -> None:
        self.topics = topics
        self._max_audio_bytes = max_audio_bytes
        self.link: Link | None = None

    def available(self) -> bool:
        """True while there is a connection."""
        return self.link is not None and self.link.state == "connected"

    def audio_topic(self, utterance: str) -> str:
        """See AudioPublisher."""
        return self.topics.audio(utterance)

    def largest_payload(self) -> int:
        """See AudioPublisher: the CONNACK's Maximum Packet Size [MQTT 5 § 3.2.2.3.6] and the setting bound it."""
        told = self.link.max_packet_size if self.link else None
        return self._max_audio_bytes if told is None else min(max(0, told - TOPIC_ROOM), self._max_audio_bytes)

    async def hand_over(
        self, topic: str, payload: bytes, properties: Sequence[tuple[str, str]], correlation: bytes = b""
    ) -> None:
        """See AudioPublisher."""
        link = self.link
        try:
            sent = link is not None and link.publish(
                topic, payload, user_properties=properties, correlation=correlation or None
            )
        except PacketTooLarge as error:
            raise SinkFailed("mqtt", str(error)) from error
        if link is None or not sent:
            raise SinkFailed("mqtt", "there is no connection to the broker")
        if not await link.written():
            raise SinkFailed("mqtt", "the connection to the broker was lost with audio on its way")
