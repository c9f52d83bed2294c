"""Publishes the audio of an utterance: one message while it fits, else chunks cut at sentence ends."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import numpy as np

from litetts_edge.encode import encode
from litetts_edge.errors import SinkFailed
from litetts_edge.interfaces import AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.speech import Encoding, SpeakRequest

COMPRESSION = {Encoding.OPUS: 8, Encoding.MP3: 4}
"""At least so many times smaller than 16-bit samples; what comes out too large all the same is halved."""

HEADER = {Encoding.WAV: 44}
"""Bytes before the samples, where they are known beforehand."""

SMALLEST = 1024
"""Bytes: below so much a message holds no audio worth its header, and a sentence is a thousand of them."""


class AudioPublisher(Protocol):
    """The part of the broker link that this sink uses."""

    def audio_topic(self, utterance: str) -> str:
        """Where the audio of an utterance goes when its request names no topic."""
        ...

    def largest_payload(self) -> int:
        """Bytes that one message may hold beside its topic and properties."""
        ...

    async def hand_over(
        self, topic: str, payload: bytes, properties: Sequence[tuple[str, str]], correlation: bytes = b""
    ) -> None:
        """Publish with QoS 0 and return when it has been handed to the broker. Raises SinkFailed."""
        ...


class MqttSink:
    """The sink named `mqtt`."""

    name = "mqtt"

    def __init__(self, publisher: AudioPublisher) -> None:
        self._publisher = publisher

    @asynccontextmanager
    async def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        """See AudioSink. Nothing is published before the first chunk is complete, nothing after a cut."""
        topic = request.reply_to or self._publisher.audio_topic(request.id)
        limit = self._publisher.largest_payload()
        if limit < SMALLEST:
            raise SinkFailed("mqtt", f"messages may hold {limit} bytes, and audio needs {SMALLEST} at least")
        yield _Writer(self._publisher, topic, limit, request, audio, on_first_audio)

    def pause(self) -> None:
        """Nobody hears this sink live, so there is nothing to hold."""

    def resume(self) -> None:
        """See pause()."""


class _Writer:
    def __init__(
        self,
        publisher: AudioPublisher,
        topic: str,
        limit: int,
        request: SpeakRequest,
        audio: AudioFormat,
        on_first_audio: Callable[[float], None],
    ) -> None:
        self._publisher = publisher
        self._topic = topic
        self._limit = limit
        self._encoding = encoding = request.encoding
        self._correlation = request.correlation
        self._rate = audio.sample_rate
        self._on_first_audio = on_first_audio
        self._first_audio = False
        self._room = (limit - HEADER.get(encoding, 0)) * COMPRESSION.get(encoding, 1) // 2
        """Samples that fit one message, as far as can be known before they are encoded."""
        self._pending: list[Samples] = []
        self._pending_count = 0
        self._sentence_ends: list[int] = []
        """Where sentences end in what is pending, in samples."""
        self._chunks = 0
        self._held: bytes | None = None
        """The last encoded chunk; it waits until it is known whether another follows."""
        self._digest = hashlib.sha256()
        self._count = 0

    async def write(self, chunk: AudioChunk) -> None:
        if not self._first_audio and chunk.samples.any():
            self._first_audio = True
            self._on_first_audio(time.monotonic())
        self._pending.append(chunk.samples)
        self._pending_count += len(chunk.samples)
        self._count += len(chunk.samples)
        if chunk.ends_sentence and self._pending_count:
            self._sentence_ends.append(self._pending_count)
        while self._pending_count > self._room:
            await self._chunk(*self._cut())

    async def finish(self) -> None:
        if not self._count:
            return
        rest, ends = self._take(self._pending_count)
        if not self._chunks:
            whole = await self._encoded(rest)
            if len(whole) <= self._limit:
                await self._hand_over(self._topic, whole, self._properties(0, last=True))
                return
        if len(rest):
            await self._chunk(rest, ends)
        await self._release(last=True)
        end = {"chunks": self._chunks, "sha256": self._digest.hexdigest(), "audio_ms": self._audio_ms()}
        await self._hand_over(f"{self._topic}/end", json.dumps(end).encode(), ())

    def _audio_ms(self) -> int:
        return round(self._count * 1000 / self._rate)

    def _cut(self) -> tuple[Samples, Sequence[int]]:
        """The next chunk: up to the last sentence end that fits, else as many samples as fit."""
        ends = [end for end in self._sentence_ends if end <= self._room]
        return self._take(ends[-1] if ends else self._room)

    def _take(self, count: int) -> tuple[Samples, Sequence[int]]:
        """The first samples of what is pending, and where sentences end in them."""
        taken = [end for end in self._sentence_ends if end <= count]
        everything = np.concatenate(self._pending) if self._pending else np.zeros(0, dtype=np.float32)
        self._pending = [everything[count:]]
        self._pending_count -= count
        self._sentence_ends = [end - count for end in self._sentence_ends if end > count]
        return everything[:count], taken

    async def _chunk(self, samples: Samples, ends: Sequence[int]) -> None:
        encoded = await self._encoded(samples)
        if len(encoded) > self._limit:  # it was compressed less than guessed
            if len(samples) < 2:
                raise SinkFailed("mqtt", f"messages may hold {self._limit} bytes, less than any audio needs")
            middle = len(samples) // 2
            inside = [end for end in ends if 0 < end < len(samples)]
            at = min(inside, key=lambda end: abs(end - middle), default=middle)
            await self._chunk(samples[:at], [end for end in ends if end < at])
            await self._chunk(samples[at:], [end - at for end in ends if end > at])
            return
        await self._release(last=False)
        self._held = encoded
        self._chunks += 1
        self._digest.update(encoded)

    async def _release(self, *, last: bool) -> None:
        if self._held is not None:
            number = self._chunks - 1
            await self._hand_over(f"{self._topic}/{number}", self._held, self._properties(number, last=last))
            self._held = None

    async def _hand_over(self, topic: str, payload: bytes, properties: Sequence[tuple[str, str]]) -> None:
        await self._publisher.hand_over(topic, payload, properties, self._correlation)

    async def _encoded(self, samples: Samples) -> bytes:
        return await asyncio.to_thread(encode, samples, self._rate, self._encoding)

    def _properties(self, number: int, *, last: bool) -> Sequence[tuple[str, str]]:
        return (
            ("seq", str(number)),
            ("last", "true" if last else "false"),
            ("rate", str(self._rate)),
            ("format", self._encoding.value),
        )
