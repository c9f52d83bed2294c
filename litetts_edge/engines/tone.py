"""Beeps instead of speech: proves a path with nothing but numpy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from litetts_edge.engines.termination import Runs
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence, Voice

SAMPLE_RATE = 16000
"""Hz."""
_BEEP_S = 0.15
"""One beep a word, at speed 1.0, and half as long a rest after it."""
_RAMP_S = 0.005
_PITCHES = (440.0, 554.4, 659.3)
"""Hz: a major chord, so that words can be told apart."""


class ToneEngine:
    """One beep for each word."""

    name = "tone"
    voices = (Voice("tone", "tone", "en-US", SAMPLE_RATE, "Beeps"),)

    def __init__(self, *, threads: int = 0, spinning: bool = False, models: Path | None = None) -> None:
        """Takes what every engine takes, and needs none of it."""
        del threads, spinning, models
        self._runs = Runs()

    def load(self) -> None:
        """Nothing to load."""

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One chunk a word."""
        words = sentence.text.split()
        for index in range(len(words)):
            with self._runs.begin():
                chunk = _beep(_PITCHES[index % len(_PITCHES)], speed, ends_sentence=index == len(words) - 1)
            yield chunk

    def terminate(self) -> None:
        """End the run in progress."""
        self._runs.terminate()

    def unload(self) -> None:
        """Nothing to give back."""


def _beep(pitch: float, speed: float, *, ends_sentence: bool) -> AudioChunk:
    time = np.arange(round(_BEEP_S / speed * SAMPLE_RATE)) / SAMPLE_RATE
    ramp = np.minimum(1.0, np.minimum(time, time[::-1]) / _RAMP_S)
    beep = 0.3 * ramp * np.sin(2 * np.pi * pitch * time)
    rest = np.zeros(len(time) // 2)
    return AudioChunk(np.concatenate((beep, rest)).astype(np.float32), SAMPLE_RATE, ends_sentence)
