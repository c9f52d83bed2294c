"""Audio that a sender gives instead of a text: a recording that is there, or a feed that is still coming."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from litetts_edge.errors import AudioStalled
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples

PIECE_S = 0.25
"""How much of a recording is handed over at once."""
FEED_LIMIT = 2_000_000
"""Samples that a feed keeps for later, 8 MB: 90 s at 22,050 Hz. Beyond that its sender waits."""
STALL_S = 10.0
"""A sender that gives nothing for so long has lost its turn; the loudspeaker is not its own."""
LEAST_COST = 64
"""What a chunk counts for at least, in samples: small ones take memory of their own."""


class Recording:
    """Audio that is there already. It may be said more than once."""

    def __init__(self, samples: Samples, sample_rate: int) -> None:
        """`samples` as in AudioChunk; the rate in Hz."""
        self._samples = samples
        self._format = AudioFormat(sample_rate)

    @property
    def format(self) -> AudioFormat:
        """See GivenAudio."""
        return self._format

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """See GivenAudio."""
        rate = self._format.sample_rate
        size = max(1, round(PIECE_S * rate))
        for start in range(0, len(self._samples), size):
            yield AudioChunk(self._samples[start : start + size], rate)


class Feed:
    """Audio that is still coming, from one sender to the lane that plays it. It is heard once.

        feed = Feed(22050)
        pipeline.submit(replace(request, audio=feed))
        await feed.put(chunk) ...      # waits while too much is kept
        feed.end()

    A sender that vanishes cancels its request; what was heard stays heard. One whose request has ended may go
    on: what it puts is forgotten at once.
    """

    def __init__(self, sample_rate: int, limit: int = FEED_LIMIT, stall_s: float = STALL_S) -> None:
        """The rate in Hz; `limit` in samples."""
        self._format = AudioFormat(sample_rate)
        self._limit = limit
        self._stall_s = stall_s
        self._kept: deque[AudioChunk] = deque()
        self._cost = 0
        self._ended = False
        self._forgets = False
        self._changed = asyncio.Event()

    @property
    def format(self) -> AudioFormat:
        """See GivenAudio."""
        return self._format

    @property
    def kept(self) -> int:
        """What is kept for later, in samples."""
        return self._cost

    async def put(self, chunk: AudioChunk) -> None:
        """Keep the chunk (at this feed's rate) until its turn; waits while there is no room."""
        while self._cost >= self._limit and not self._forgets:
            await self._change()
        if not self._forgets and len(chunk.samples):
            self._kept.append(chunk)
            self._cost += _cost(chunk)
            self._changed.set()

    def end(self) -> None:
        """That was all."""
        self._ended = True
        self._changed.set()

    def forget(self) -> None:
        """Nobody will hear the rest: its request has ended, or was never admitted."""
        self._forgets = True
        self._kept.clear()
        self._cost = 0
        self._changed.set()

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """See GivenAudio. A second time there is nothing left."""
        try:
            while not self._forgets:
                if self._kept:
                    chunk = self._kept.popleft()
                    self._cost -= _cost(chunk)
                    self._changed.set()
                    yield chunk
                elif self._ended:
                    return
                else:
                    await self._more()
        finally:
            self.forget()

    async def _more(self) -> None:
        try:
            async with asyncio.timeout(self._stall_s):
                await self._change()
        except TimeoutError:
            raise AudioStalled(self._stall_s) from None

    async def _change(self) -> None:
        # Either end may be waiting, never both: one waits for room, the other for audio.
        self._changed.clear()
        await self._changed.wait()


def _cost(chunk: AudioChunk) -> int:
    return max(len(chunk.samples), LEAST_COST)
