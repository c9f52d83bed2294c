"""What runs inside the sound card's callback: samples out of the ring, with ramps, else silence.

The callback comes on a foreign thread and needs the interpreter lock: it copies, multiplies and stamps; it
never logs, waits, locks or queues. The event loop sets the fields marked "from the loop" and reads the others.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.dsp import Ramp
from litetts_edge.pcm import Samples
from litetts_edge.sinks.ring import Ring

RAMP_S = 0.010
"""Volume, mute, pause and cut all take so long: short enough to feel immediate, long enough not to click."""
TAIL_S = 0.005
"""Sound that ends in mid-air decays over so long."""


class Timeline:
    """When which samples reach the ear: the last blocks that the card took, with the card's own delay."""

    def __init__(self, rate: int, blocks: int = 512) -> None:
        self._rate = rate
        self._blocks = [(0.0, 0, 0)] * blocks
        self._count = 0

    def add(self, heard_at: float, start: int, stop: int) -> None:
        """Positions [start, stop) are heard from time.monotonic() == `heard_at` on."""
        self._blocks[self._count % len(self._blocks)] = (heard_at, start, stop)
        self._count += 1

    def position_at(self, moment: float, otherwise: int) -> int:
        """The position that was being heard at `moment`; `otherwise` when nothing was taken at all."""
        position = otherwise
        for heard_at, start, stop in self._newest_first():
            if heard_at <= moment:
                return min(start + round((moment - heard_at) * self._rate), stop)
            position = start
        return position

    def heard_by(self, position: int) -> float:
        """The time.monotonic() at which everything before `position` has been heard; 0 when long ago."""
        ends = 0.0
        for heard_at, start, stop in self._newest_first():
            if stop < position:
                break
            ends = heard_at + (position - start) / self._rate if start < position else ends
            if start < position:
                break
        return ends

    def _newest_first(self) -> list[tuple[float, int, int]]:
        count = self._count
        size = len(self._blocks)
        return [self._blocks[index % size] for index in range(count - 1, max(count - size, 0) - 1, -1)]


class Playout:
    """The state of one open stream, and its callback."""

    def __init__(self, ring: Ring, rate: int, latency_s: float, level: float, held: bool) -> None:
        self.ring = ring
        self.rate = rate
        """Hz."""
        self._latency_s = latency_s
        # From the loop.
        self.level = level
        """The loudness to glide to, as a factor."""
        self.held = held
        """True while paused: nothing is taken, nothing is lost."""
        self.cut = False
        """Set to fade out and drop what is in the ring; the callback unsets it when that is done."""
        self.speaking = False
        """An utterance is in progress and its last sample is not yet in the ring."""
        self.dead = False
        """The stream was given up; should it wake, it plays silence and touches nothing."""
        # From the callback.
        self.last_at = time.monotonic()
        """time.monotonic() of the last call: an old one means that the card is gone or frozen."""
        self.first_at: float | None = None
        """time.monotonic() of the first sample that is not zero; the loop unsets it for each utterance."""
        self.underruns = 0
        self.delay_s = latency_s
        """From a call to the moment at which its first sample is heard, as the card reports it."""
        self.timeline = Timeline(rate)
        self._level = Ramp(level, round(RAMP_S * rate))
        self._gate = Ramp(0.0 if held else 1.0, round(RAMP_S * rate))
        self._tail = Ramp(0.0, round(TAIL_S * rate))
        self._edge = 0.0
        self._decaying = 0.0
        self._flowing = False
        self._starved = False
        self._mono: Samples = np.zeros(8192, dtype=np.float32)

    def callback(self, out: NDArray[np.float32], frames: int, times: Any, status: Any) -> None:
        """Fill `out` (frames, channels); called by PortAudio."""
        now = time.monotonic()
        late = now - self.last_at > max(self._latency_s, 2 * frames / self.rate)
        self.last_at = now
        if self.dead:
            out.fill(0)
            return
        if frames > len(self._mono):
            self._mono = np.zeros(frames, dtype=np.float32)
        mono = self._mono[:frames]
        mono.fill(0)
        if self._flowing and self.speaking and (late or status.output_underflow):
            self.underruns += 1
        start = self.ring.taken
        self._fill(mono, now)
        # Only the difference is used: the clock behind these two may be the wall clock, and jump.
        delay = times.outputBufferDacTime - times.currentTime
        self.delay_s = delay if 0 < delay < 2 * self._latency_s + 1 else self._latency_s
        if self.ring.taken > start:
            self.timeline.add(now + self.delay_s, start, self.ring.taken)
        out[:] = mono[:, None]

    def _fill(self, mono: Samples, now: float) -> None:
        closing = self.held or self.cut
        if self.ring.fill == 0 and not self._flowing:
            self._gate.jump(0.0 if closing or (self._starved and self.speaking) else 1.0)
        self._gate.aim(0.0 if closing else 1.0)
        wanted = min(len(mono), self._gate.left) if closing else len(mono)
        count = self.ring.take(mono[:wanted])
        if count:
            self._starved = False
        if count and self.first_at is None and mono[:count].any():
            self.first_at = now
        self._gate.apply(mono[:count])
        if count < wanted:
            self._run_dry(mono, count, closing)
        elif self._tail.left:
            self._add_tail(mono)
        if count == len(mono):
            self._flowing = True
            self._edge = float(mono[-1])
        if self.cut and (self._gate.left == 0 or self.ring.fill == 0):
            self.ring.skip()
            self._gate.jump(0.0 if self.held else 1.0)
            self._flowing = False
            self.cut = False
        self._level.aim(self.level)
        self._level.apply(mono)

    def _run_dry(self, mono: Samples, count: int, closing: bool) -> None:
        if self._flowing or count:
            if self.speaking and not closing:
                self.underruns += 1
                self._starved = True
            self._decaying = float(mono[count - 1]) if count else self._edge
            self._tail.jump(1.0)
            self._tail.aim(0.0)
            self._flowing = False
            # What comes after a gap within an utterance fades in.
            self._gate.jump(0.0 if closing or self.speaking else 1.0)
        self._add_tail(mono[count:])

    def _add_tail(self, mono: Samples) -> None:
        length = min(self._tail.left, len(mono))
        if length:
            tail = np.full(length, self._decaying, dtype=np.float32)
            self._tail.apply(tail)
            mono[:length] += tail
