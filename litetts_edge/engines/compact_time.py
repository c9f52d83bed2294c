"""Where each 10 ms step of a sentence is in its phones. Training and speaking share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.compact_units import FRAMES_PER_STEP

_KEPT_AFTER, _KEPT_BEFORE = 3.0, 1.0
"""Steps of a pause that still belong to the phone before it, and to the one behind it."""
_RAMP = 3.0
"""Steps."""
_REST_DB = -24.0
"""What the teacher breathes in its pauses, and nobody wants to hear."""
_FROM_START, _TO_END = 1, 2
"""Columns of Timeline.places."""
_UNIT = 10.0
"""Steps in what these two columns count in."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of one sentence."""

    token: NDArray[np.int64]
    """(steps,) index of the phone that sounds in the middle of the step."""
    places: NDArray[np.float32]
    """(steps, 4) of the middle of the step: how far into its phone (0 start to 1 end), from the phone's start and
    to its end (both in tens of steps), and a third of the logarithm of the phone's length (steps)."""


def hush(time: Timeline, is_mark: NDArray[np.bool_], *, is_whole: bool = True) -> NDArray[np.float32]:
    """(steps,) dB to add, so that pauses are silent: 0 wherever there is a phone. `is_mark` (tokens,).

    Not `is_whole`: the last token is none that ends a sentence.
    """
    into, left = _UNIT * time.places[:, _FROM_START], _UNIT * time.places[:, _TO_END]
    into = np.where(time.token == 0, np.inf, into - _KEPT_AFTER)
    left = np.where((time.token == len(is_mark) - 1) & is_whole, np.inf, left - _KEPT_BEFORE)
    depth = np.clip(np.minimum(into, left) / _RAMP, 0, 1)
    return np.where(is_mark[time.token], _REST_DB * depth, 0).astype(np.float32)


def timeline(durations: NDArray[np.float64] | NDArray[np.int64]) -> Timeline:
    """The steps for phones that last `durations` frames each (not only whole ones; their sum more than 0)."""
    ends = np.cumsum(durations) / FRAMES_PER_STEP
    middles = np.arange(int(np.ceil(ends[-1]))) + 0.5
    # The last middle may lie half a frame behind the end.
    token = np.minimum(np.searchsorted(ends, middles, side="right"), np.flatnonzero(durations > 0)[-1])
    length = durations[token] / FRAMES_PER_STEP
    into = np.clip(middles - (ends[token] - length), 0, length)
    places = np.stack([into / length, into / _UNIT, (length - into) / _UNIT, np.log(length) / 3], axis=1)
    return Timeline(token.astype(np.int64), places.astype(np.float32))
