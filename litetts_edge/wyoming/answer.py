"""The audio events of one answer: a beginning, chunks of one rate, an end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from litetts_edge.dsp import Resampler, int16
from litetts_edge.pcm import AudioChunk, Samples, silence

PIECE = 4096
"""Samples of an audio-chunk at most."""


class Taker(Protocol):
    """Whoever is answered: listener.Connection."""

    async def send(self, kind: str, data: Mapping[str, object] | None = None, payload: bytes = b"") -> None:
        """Take an event, waiting while too much is on its way."""
        ...


class Answer:
    """The audio events of one answer, all at the rate that its first chunk has."""

    def __init__(self, connection: Taker) -> None:
        self._connection = connection
        self._rate = 0
        self._sent = 0
        self._resampler: tuple[int, Resampler] | None = None
        self.pause_ms = 0
        """Silence to leave before what comes next."""

    async def play(self, chunk: AudioChunk) -> None:
        """Send a chunk, in events of a size that everybody takes."""
        if not self._rate:
            await self._begin(chunk.sample_rate)
        if self.pause_ms:
            pause, self.pause_ms = silence(self.pause_ms, self._rate), 0
            await self._send(pause.samples)
        await self._send(await self._resampled(chunk))

    async def end(self, rate: int) -> None:
        """All was played; `rate` is said when there was nothing."""
        if not self._rate:
            await self._begin(rate)
        if self._resampler is not None:
            await self._send(self._resampler[1].finish())
        await self._connection.send("audio-stop", {"timestamp": self._ms})

    async def _begin(self, rate: int) -> None:
        self._rate = rate
        await self._connection.send("audio-start", {**self._format, "timestamp": 0})

    async def _resampled(self, chunk: AudioChunk) -> Samples:
        rate = chunk.sample_rate
        if self._resampler is not None and self._resampler[0] != rate:
            await self._send(self._resampler[1].finish())
            self._resampler = None
        if self._resampler is None and rate != self._rate:
            self._resampler = rate, Resampler(rate, self._rate)
        return self._resampler[1].feed(chunk.samples) if self._resampler is not None else chunk.samples

    async def _send(self, samples: Samples) -> None:
        for start in range(0, len(samples), PIECE):
            piece = samples[start : start + PIECE]
            data = {**self._format, "timestamp": self._ms}
            self._sent += len(piece)
            await self._connection.send("audio-chunk", data, int16(piece).tobytes())

    @property
    def _format(self) -> dict[str, object]:
        return {"rate": self._rate, "width": 2, "channels": 1}

    @property
    def _ms(self) -> int:
        return 1000 * self._sent // self._rate
