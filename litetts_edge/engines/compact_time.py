"""Where each 10 ms step of a sentence is in its phones. Training and speaking share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAMES_PER_STEP = 2
"""5 ms frames in a step."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of one sentence."""

    token: NDArray[np.int64]
    """(steps,) index of the phone that sounds in the middle of the step."""
    places: NDArray[np.float32]
    """(steps, 4): how far into the phone (0 to 1), from its start and to its end (tenths of a step), its length
    (log)."""


def timeline(durations: NDArray[np.float64] | NDArray[np.int64]) -> Timeline:
    """The steps for phones that last `durations` frames each (not only whole ones; their sum more than 0)."""
    ends = np.cumsum(durations) / FRAMES_PER_STEP
    middles = np.arange(int(np.ceil(ends[-1]))) + 0.5
    # The last middle may lie half a frame behind the end.
    token = np.minimum(np.searchsorted(ends, middles, side="right"), np.flatnonzero(durations > 0)[-1])
    length = durations[token] / FRAMES_PER_STEP
    into = np.clip(middles - (ends[token] - length), 0, length)
    places = np.stack([into / length, into / 10, (length - into) / 10, np.log(length) / 3], axis=1)
    return Timeline(token.astype(np.int64), places.astype(np.float32))
