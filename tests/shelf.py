"""A publisher of audio that only keeps what it is handed: the stand-in for a broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from litetts_edge.errors import SinkFailed


@dataclass(slots=True)
class Shelf:
    """An AudioPublisher that keeps what it is handed."""

    limit: int = 1_500_000
    fails_after: int = 10**9
    messages: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    correlations: set[bytes] = field(default_factory=set)

    def audio_topic(self, utterance: str) -> str:
        return f"litetts/kitchen/audio/{utterance}"

    def largest_payload(self) -> int:
        return self.limit

    async def hand_over(
        self, topic: str, payload: bytes, properties: Sequence[tuple[str, str]], correlation: bytes = b""
    ) -> None:
        self.correlations.add(correlation)
        if len(self.messages) >= self.fails_after:
            raise SinkFailed("mqtt", "there is no connection to the broker")
        self.messages.append((topic, payload, dict(properties)))

    @property
    def topics(self) -> list[str]:
        return [topic for topic, _, _ in self.messages]

    @property
    def chunks(self) -> list[bytes]:
        """Payloads of audio, in order; the /end left out."""
        return [payload for topic, payload, _ in self.messages if not topic.endswith("/end")]
