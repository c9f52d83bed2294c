"""The words of audio: samples and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """The rate that every chunk of one utterance has. Audio is mono everywhere inside."""

    sample_rate: int
    """Hz."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    """A run of samples, in the order in which they are heard."""

    samples: Samples
    """Shape (n,), float32, full scale is -1 to 1."""
    sample_rate: int
    """Hz."""
    ends_sentence: bool = False
    """True for the last chunk of a sentence: a good place to cut."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.sample_rate


def silence(milliseconds: float, sample_rate: int, *, ends_sentence: bool = False) -> AudioChunk:
    """A chunk of zeros."""
    count = round(milliseconds * sample_rate / 1000)
    return AudioChunk(np.zeros(count, dtype=np.float32), sample_rate, ends_sentence)
