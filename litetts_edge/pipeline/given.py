"""Audio that a sender gives instead of a text: a recording that is there, or a feed that is still coming."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from litetts_edge.errors import AudioStalled
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples

PIECE_S = 0.25
"""How much of a recording is handed over at once."""
FEED_LIMIT = 500_000
"""Samples that a feed keeps for later whatever others keep, 2 MB: 22 s at 22,050 Hz."""
SHARED_LIMIT = 12_000_000
"""Samples that all feeds of a door may keep beyond that, 48 MB: 9 min at 22,050 Hz. Then their senders wait."""
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


class Room:
    """What feeds may keep together, beyond what each has of its own."""

    def __init__(self, samples: int = SHARED_LIMIT) -> None:
        self._free = samples
        self.waiting: set[asyncio.Event] = set()
        """Set when there is more of it."""

    def take(self, samples: int) -> bool:
        """Whether there was so much."""
        if samples > self._free:
            return False
        self._free -= samples
        return True

    def give(self, samples: int) -> None:
        """It is not needed any more."""
        self._free += samples
        for changed in self.waiting:
            changed.set()


class Feed:
    """Audio that is still coming, from one sender to the lane that plays it. It is heard once.

        feed = Feed(22050)
        pipeline.submit(replace(request, audio=feed))
        await feed.put(chunk) ...      # waits while too much is kept
        feed.end()

    A sender that vanishes cancels its request; what was heard stays heard. One whose request has ended may go
    on: what it puts is forgotten at once.
    """

    def __init__(
        self, sample_rate: int, limit: int = FEED_LIMIT, stall_s: float = STALL_S, room: Room | None = None
    ) -> None:
        """The rate in Hz; `limit` in samples; beyond that it takes of `room`."""
        self._format = AudioFormat(sample_rate)
        self._limit = limit
        self._stall_s = stall_s
        self._room = room or Room(0)
        self._borrowed = 0
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
        if not len(chunk.samples):
            return
        self._room.waiting.add(self._changed)
        try:
            while not self._forgets and not self._fits(_cost(chunk)):
                await self._change()
        finally:
            self._room.waiting.discard(self._changed)
        if not self._forgets:
            self._kept.append(chunk)
            self._cost += _cost(chunk)
            self._changed.set()

    def _fits(self, cost: int) -> bool:
        if self._cost - self._borrowed < self._limit:
            return True
        if not self._room.take(cost):
            return False
        self._borrowed += cost
        return True

    def _give_back(self, cost: int) -> None:
        given = min(cost, self._borrowed)
        self._borrowed -= given
        self._room.give(given)

    def end(self) -> None:
        """That was all."""
        self._ended = True
        self._changed.set()

    def forget(self) -> None:
        """Nobody will hear the rest: its request has ended, or was never admitted."""
        self._forgets = True
        self._kept.clear()
        self._give_back(self._borrowed)
        self._cost = 0
        self._changed.set()

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """See GivenAudio. A second time there is nothing left."""
        try:
            while not self._forgets:
                if self._kept:
                    chunk = self._kept.popleft()
                    self._cost -= _cost(chunk)
                    self._give_back(_cost(chunk))
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
