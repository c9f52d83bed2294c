"""How the compact voice cuts a sentence into windows, and the noise that is the same in every one of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

FIRST_STEPS = 32
"""10 ms steps of the first window: few, but enough for a busy board to make the next one while they sound."""
LONGEST_STEPS = 50
"""With these, context is four tenths of the decoder's work. Twice as many would cost 0.7 times the CPU, and 2 MB
more while a sentence is made."""
WHOLE = 10**6
"""A first window that no sentence is longer than: it is spoken in one piece."""

_SEED = b"litetts_edge compact"
_SIGNS = 65536
"""Before the noise repeats: 4 s at 16 kHz, longer than anybody remembers noise."""


@dataclass(frozen=True, slots=True)
class Window:
    """Steps [start, end) of a sentence."""

    start: int
    end: int
    is_last: bool


def window_at(start: int, steps: int, first_steps: int = FIRST_STEPS) -> Window:
    """The window that begins at `start` in a sentence of `steps`. It never leaves less than `first_steps`.

    From the first on, each is twice as long as the one before, up to LONGEST_STEPS.
    """
    end = start + min(start + first_steps, LONGEST_STEPS)
    if steps - end < first_steps:
        end = steps
    return Window(start, end, end == steps)


def needed(start: int, first_steps: int = FIRST_STEPS) -> int:
    """How many steps a sentence must have for the window that begins at `start` not to be its last."""
    return start + LONGEST_STEPS + first_steps


def noise(start: int, count: int) -> NDArray[np.float32]:
    """White noise of unit variance for the samples [start, start + count) of a sentence; `start` may be below 0.

    It is made of signs, as the teacher's is, and depends on nothing but the place.
    """
    return _signs()[np.arange(start, start + count) % _SIGNS]


@cache
def _signs() -> NDArray[np.float32]:
    # The bits of FIPS 202 are the same for ever. numpy.random's are not, and importing it takes 6.5 MB.
    bits = hashlib.shake_256(_SEED).digest(_SIGNS // 8)
    return np.unpackbits(np.frombuffer(bits, dtype=np.uint8)).astype(np.float32) * 2 - 1
