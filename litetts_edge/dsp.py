"""Sound as numbers: loudness, ramps and rates. Mono float32 everywhere; no device and no loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from litetts_edge.pcm import Samples


def gain(volume: int) -> float:
    """The factor for a volume of 0 to 100: 100 is 0 dB, 50 is -10 dB (heard as half as loud), 0 is silent.

    Loudness grows with sound pressure to the power 0.6 (Stevens, "The measurement of loudness", 1955), so
    the inverse power makes equal steps of volume sound equal.
    """
    return float((min(max(volume, 0), 100) / 100) ** (1 / 0.6))


class Ramp:
    """A factor that glides to where it is aimed, in a straight line over a fixed number of samples."""

    def __init__(self, value: float, length: int) -> None:
        self._value = value
        self._goal = value
        self._length = max(length, 1)
        self.left = 0
        """Samples until the goal is reached; 0 when it is there."""

    @property
    def value(self) -> float:
        return self._value

    def aim(self, goal: float) -> None:
        """Glide to `goal` from wherever it is now; aiming where it is aimed already changes nothing."""
        if goal != self._goal:
            self._goal = goal
            self.left = self._length

    def jump(self, value: float) -> None:
        """Be at `value` at once; for moments of silence."""
        self._value = self._goal = value
        self.left = 0

    def apply(self, samples: Samples) -> None:
        """Multiply `samples` in place, gliding on by their number."""
        moving = min(self.left, len(samples))
        if moving:
            step = (self._goal - self._value) / self.left
            samples[:moving] *= self._value + step * np.arange(1, moving + 1, dtype=np.float32)
            self.left -= moving
            self._value = self._goal if self.left == 0 else self._value + step * moving
        if self._value != 1.0 and moving < len(samples):
            samples[moving:] *= np.float32(self._value)


class Resampler:
    """Changes the rate of one utterance, piece by piece, without a seam: state is kept between the pieces."""

    def __init__(self, source: int, target: int) -> None:
        """From `source` to `target`, both in Hz."""
        self._soxr: Any = None
        if source != target:
            import soxr

            self._soxr = soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")

    def feed(self, samples: Samples) -> Samples:
        """What can be said so far at the target rate; empty while the filter is filling."""
        if self._soxr is None:
            return samples
        out: Samples = self._soxr.resample_chunk(np.ascontiguousarray(samples, dtype=np.float32))
        return out

    def finish(self) -> Samples:
        """The rest, held back by the filter. Call it once, last."""
        if self._soxr is None:
            return np.zeros(0, dtype=np.float32)
        out: Samples = self._soxr.resample_chunk(np.zeros(0, dtype=np.float32), last=True)
        return out


def int16(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """16-bit little-endian samples: rounded, and clipped at full scale, never wrapped."""
    scaled = np.rint(np.nan_to_num(samples, nan=0.0, posinf=2.0, neginf=-2.0) * 32767.0)
    clipped: np.ndarray[tuple[int], np.dtype[np.int16]] = np.clip(scaled, -32768, 32767).astype("<i2")
    return clipped
