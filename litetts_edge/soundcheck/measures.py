"""What the ear would notice, in numbers. Pure functions of samples (float32 mono, full scale 1) and their rate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.pcm import Samples

_FLOOR = 1e-12
"""Mean square of -120 dBFS: nothing is quieter than this here, so that silence has a level."""
_HISS = 1e-9
"""Power below which a band has no colour of its own."""
_FRAME_S, _HOP_S = 0.03, 0.01
_SYLLABLE = 10
"""Frames: 100 ms, in which speech has gone on to another sound."""
_BANDS = np.geomspace(100.0, 7500.0, 21)
"""Hz. Edges of the bands in which the colour of a sound is judged; what the rate does not reach is left out."""
_LOUD_DB = 30.0
"""Below the loudest frame: what is quieter is pause or dying away, and its colour says nothing."""


@dataclass(frozen=True, slots=True)
class Liveliness:
    """How much a sound is like speech, whoever speaks and in whatever language.

    Speech goes from loud to quiet and from one colour to another several times a second. Noise, hum and what a
    network with wrong weights makes do not, however loud they are.
    """

    dynamics_db: float
    """Level of the 95th percentile of 30 ms frames above that of the 10th."""
    colours_db: float
    """Standard deviation over time of the level in each band less that of all bands, mean of the bands."""
    change_db: float
    """RMS difference of that between two moments 100 ms apart."""


def liveliness(samples: Samples, rate: int) -> Liveliness:
    """Of a sentence. One too short to judge, below 0.2 s, has none of it."""
    frames = _frames(samples, rate)
    if len(frames) <= _SYLLABLE:
        return Liveliness(0.0, 0.0, 0.0)
    levels = _db(np.square(frames).mean(axis=1))
    loud = levels > levels.max() - _LOUD_DB
    colour = _db(_band_power(frames, rate) + _HISS)
    colour -= colour.mean(axis=1, keepdims=True)
    both = loud[_SYLLABLE:] & loud[:-_SYLLABLE]
    moved = (colour[_SYLLABLE:] - colour[:-_SYLLABLE])[both]
    return Liveliness(
        dynamics_db=float(np.percentile(levels, 95) - np.percentile(levels, 10)),
        colours_db=float(colour[loud].std(axis=0).mean()),
        change_db=float(np.sqrt(np.square(moved).mean())) if len(moved) else 0.0,
    )


def peak_db(samples: Samples) -> float:
    """DBFS of the largest sample."""
    return float(_db(np.square(np.abs(samples).max(initial=0.0))))


def rms_db(samples: Samples) -> float:
    """DBFS of all of it together; -120 for nothing."""
    return float(_db(np.square(samples, dtype=np.float64).mean())) if len(samples) else -120.0


def quiet_stretches(samples: Samples, rate: int, below_db: float) -> tuple[float, float, float]:
    """Seconds of quiet before the first sound, the longest within, and after the last, of 10 ms pieces.

    `below_db`: dB under the loudest piece, from where on a piece is quiet. All is quiet where nothing sounds.
    """
    hop = max(1, round(_HOP_S * rate))
    pieces = samples[: len(samples) // hop * hop].reshape(-1, hop)
    levels = _db(np.square(pieces, dtype=np.float64).mean(axis=1)) if len(pieces) else np.zeros(0)
    whole = len(pieces) * _HOP_S
    if not len(pieces) or levels.max() <= -90:
        return whole, whole, whole
    sounding = np.flatnonzero(levels > levels.max() - below_db)
    longest = int(np.diff(sounding).max(initial=1)) - 1
    return sounding[0] * _HOP_S, longest * _HOP_S, (len(pieces) - 1 - sounding[-1]) * _HOP_S


def snr_db(reference: Samples, other: Samples) -> float:
    """The energy of `reference` over that of the difference; inf for the same samples, -inf for other lengths."""
    if len(reference) != len(other):
        return -np.inf
    difference = float(np.square(reference.astype(np.float64) - other).sum())
    if difference == 0:
        return np.inf
    return float(10 * np.log10(max(float(np.square(reference, dtype=np.float64).sum()), _FLOOR) / difference))


def spectrum_distance_db(first: Samples, second: Samples, rate: int) -> float:
    """RMS difference of the mean levels in the bands, dB: what two sentences of one voice have in common."""
    both = [_db(_band_power(_frames(samples, rate), rate).mean(axis=0)) for samples in (first, second)]
    return float(np.sqrt(np.square(both[0] - both[1]).mean()))


def _band_power(frames: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Shape (frames, bands). One row of nothing for no frames."""
    size = frames.shape[1]
    if not len(frames):
        frames = np.zeros((1, size))
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(size), 2 * size)))
    hertz = np.fft.rfftfreq(2 * size, 1 / rate)
    bands = [
        power[:, (hertz >= low) & (hertz < high)].mean(axis=1)
        for low, high in pairwise(_BANDS)
        if high <= rate / 2
    ]
    return np.stack(bands, axis=1)


def _frames(samples: Samples, rate: int) -> NDArray[np.float64]:
    size, hop = round(_FRAME_S * rate), round(_HOP_S * rate)
    if len(samples) < size:
        return np.zeros((0, size))
    return np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), size)[::hop]


def _db(power: Any) -> Any:
    return 10 * np.log10(np.maximum(power, _FLOOR))
