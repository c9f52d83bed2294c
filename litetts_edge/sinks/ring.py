"""The samples between the event loop and the sound card: one writer, one reader, no lock, nothing allocated.

What was taken is kept for a while, because the card has taken more than was heard: when it disappears, the
next one goes on from what was really heard.
"""

from __future__ import annotations

import numpy as np

from litetts_edge.pcm import Samples


class Ring:
    """Positions count samples since the ring was made and only grow; rewind() is the one exception.

    Each side writes only its own position. Under the interpreter lock a plain assignment is enough to
    publish it, provided the samples are in place before.
    """

    def __init__(self, room: int, history: int) -> None:
        """`room` samples can wait to be taken; at least `history` of those that were taken are kept."""
        self._data = np.zeros(room + history, dtype=np.float32)
        self._room = room
        self.written = 0
        """Position after the last sample put in."""
        self.taken = 0
        """Position after the last sample taken out."""

    @property
    def fill(self) -> int:
        """Samples waiting to be taken."""
        return self.written - self.taken

    @property
    def free(self) -> int:
        """Samples that can be put in now."""
        return max(self._room - self.fill, 0)

    def put(self, samples: Samples) -> int:
        """Put in as many as there is room for; return how many."""
        count = min(len(samples), self.free)
        start = self.written % len(self._data)
        head = min(count, len(self._data) - start)
        self._data[start : start + head] = samples[:head]
        self._data[: count - head] = samples[head:count]
        self.written += count
        return count

    def take(self, out: Samples) -> int:
        """Copy the next samples into the beginning of `out`; return how many there were."""
        count = min(len(out), self.fill)
        start = self.taken % len(self._data)
        head = min(count, len(self._data) - start)
        out[:head] = self._data[start : start + head]
        out[head:count] = self._data[: count - head]
        self.taken += count
        return count

    def skip(self) -> None:
        """Take everything and forget it. For the reader only."""
        self.taken = self.written

    def rewind(self, position: int) -> None:
        """Take again from `position`, or from the oldest sample still kept. Only while nobody reads."""
        oldest = max(self.written - len(self._data), 0)
        self.taken = min(max(position, oldest), self.taken)
