"""A Wyoming client as others have it: the package's own, which Home Assistant uses; and what it heard."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from litetts_edge.pcm import Samples

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports audioop
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.client import AsyncTcpClient
    from wyoming.error import Error
    from wyoming.event import Event, Eventable
    from wyoming.info import Describe, Info
    from wyoming.ping import Ping, Pong
    from wyoming.satellite import PauseSatellite, RunSatellite
    from wyoming.snd import Played
    from wyoming.tts import (
        Synthesize,
        SynthesizeChunk,
        SynthesizeStart,
        SynthesizeStop,
        SynthesizeStopped,
        SynthesizeVoice,
    )

__all__ = [
    "AudioChunk",
    "AudioStart",
    "AudioStop",
    "Client",
    "Describe",
    "Error",
    "Event",
    "Info",
    "PauseSatellite",
    "Ping",
    "Played",
    "Pong",
    "RunSatellite",
    "Synthesize",
    "SynthesizeChunk",
    "SynthesizeStart",
    "SynthesizeStop",
    "SynthesizeStopped",
    "SynthesizeVoice",
    "connected",
]

PATIENCE_S = 20.0


@dataclass
class Speech:
    """One answer to a synthesize."""

    start: AudioStart
    chunks: list[AudioChunk]

    @property
    def samples(self) -> Samples:
        raw = b"".join(chunk.audio for chunk in self.chunks)
        return np.frombuffer(raw, dtype="<i2").astype(np.float32) / np.float32(32767)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.start.rate


class Client:
    """Somebody who is connected to a Wyoming service."""

    def __init__(self, client: AsyncTcpClient) -> None:
        self._client = client
        self.passed: list[Event] = []
        """What came before that which was waited for."""

    async def send(self, *messages: Eventable) -> None:
        for message in messages:
            await self._client.write_event(message.event())

    async def next(self) -> Event | None:
        """The next event; None when the service has closed."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._client.read_event()

    async def until(self, wanted: Callable[[str], bool]) -> Event:
        """The next event of that type; the others are in `passed`."""
        while (event := await self.next()) is not None:
            if wanted(event.type):
                return event
            self.passed.append(event)
        raise AssertionError(f"the connection was closed after {[event.type for event in self.passed[-9:]]}")

    async def info(self) -> Info:
        await self.send(Describe())
        return Info.from_event(await self.until(Info.is_type))

    async def error(self) -> Error:
        return Error.from_event(await self.until(Error.is_type))

    async def speech(self) -> Speech:
        """The audio of one answer, up to its end."""
        start = AudioStart.from_event(await self.until(AudioStart.is_type))
        chunks: list[AudioChunk] = []
        while not AudioStop.is_type((event := await self._must()).type):
            assert AudioChunk.is_type(event.type), event
            chunks.append(AudioChunk.from_event(event))
        return Speech(start, chunks)

    async def _must(self) -> Event:
        event = await self.next()
        assert event is not None, "the connection was closed"
        return event

    async def is_closed(self) -> bool:
        """Has the service closed? Waits for it."""
        while (event := await self.next()) is not None:
            self.passed.append(event)
        return True


@asynccontextmanager
async def connected(port: int, host: str = "127.0.0.1") -> AsyncIterator[Client]:
    """A client of the service on that port."""
    async with AsyncTcpClient(host, port) as client:
        yield Client(client)


def voice(name: str | None = None, **fields: Any) -> SynthesizeVoice:
    return SynthesizeVoice(name=name, **fields)
