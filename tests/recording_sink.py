"""A sink that only remembers: the stand-in for a loudspeaker in tests of everything else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import numpy as np

from litetts_edge.interfaces import AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.speech import SpeakRequest


@dataclass(slots=True)
class Take:
    """One utterance as it arrived."""

    request: SpeakRequest
    audio: AudioFormat
    chunks: list[AudioChunk] = field(default_factory=list)
    finished: bool = False
    left: bool = False

    @property
    def samples(self) -> Samples:
        return np.concatenate([np.zeros(0, dtype=np.float32), *(chunk.samples for chunk in self.chunks)])


class RecordingSink:
    """Takes everything at once, or nothing while it is paused; `takes` holds what it got, in order."""

    def __init__(self, name: str = "speaker") -> None:
        self._name = name
        self._open = asyncio.Event()
        self._open.set()
        self._turn = asyncio.Lock()
        self._changed = asyncio.Condition()
        self.takes: list[Take] = []
        self.opened = asyncio.Event()
        """Set whenever a writer opens."""
        self.fails_with: Exception | None = None
        """Raised by the next writer(), when set."""

    @property
    def name(self) -> str:
        return self._name

    @property
    def paused(self) -> bool:
        return not self._open.is_set()

    def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AbstractAsyncContextManager[AudioWriter]:
        return self._take(request, audio, on_first_audio)

    def pause(self) -> None:
        self._open.clear()

    def resume(self) -> None:
        self._open.set()

    async def until(self, claim: Callable[[], bool], within_s: float = 5.0) -> None:
        """Wait until `claim` is true of what was recorded; fails after `within_s`."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(claim)

    @contextlib.asynccontextmanager
    async def _take(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        if self.fails_with is not None:
            error, self.fails_with = self.fails_with, None
            raise error
        async with self._turn:
            take = Take(request, audio)
            self.takes.append(take)
            self.opened.set()
            try:
                yield _RecordingWriter(self, take, on_first_audio)
            finally:
                take.left = True

    async def taken(self, change: Callable[[], None]) -> None:
        """Make a change that until() sees, once the sink is not paused. For the writer only."""
        await self._open.wait()
        async with self._changed:
            change()
            self._changed.notify_all()


class _RecordingWriter:
    def __init__(self, sink: RecordingSink, take: Take, on_first_audio: Callable[[float], None]) -> None:
        self._sink = sink
        self._take = take
        self._on_first_audio: Callable[[float], None] | None = on_first_audio

    async def write(self, chunk: AudioChunk) -> None:
        await self._sink.taken(lambda: self._take.chunks.append(chunk))
        if self._on_first_audio is not None and chunk.samples.any():
            self._on_first_audio(time.monotonic())
            self._on_first_audio = None

    async def finish(self) -> None:
        def done() -> None:
            self._take.finished = True

        await self._sink.taken(done)
