"""A voice without a single silent sample, so that the moment of silence is the moment of the stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from litetts_edge.engines.termination import Runs
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence, Voice

RATE = 16_000
"""Hz."""
CHUNK_S = 0.25


class HumEngine:
    """A quarter of a second of 441.3 Hz for each word, without a gap between them."""

    name = "hum"
    voices = (Voice("hum", "hum", "en-US", RATE, "Hum"),)

    def __init__(self, *, threads: int = 0, spinning: bool = False, models: Path | None = None) -> None:
        del threads, spinning, models
        self._runs = Runs()

    def load(self) -> None:
        """Nothing to load."""

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One chunk a word."""
        words = len(sentence.text.split())
        count = round(CHUNK_S * RATE)
        for index in range(words):
            with self._runs.begin():
                phase = 2 * np.pi * 441.3 / RATE * np.arange(index * count, (index + 1) * count) + 0.1
            samples = (0.4 * np.sin(phase)).astype(np.float32)
            yield AudioChunk(samples, RATE, ends_sentence=index == words - 1)

    def terminate(self) -> None:
        """End the run in progress."""
        self._runs.terminate()

    def unload(self) -> None:
        """Nothing to give back."""
