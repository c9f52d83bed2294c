"""A toy neural voice: a real ONNX model of a few kB that hums phonemes. For tests and for bring-up.

The file is made by scripts/make-tiny-voice. It is not understandable; it is voiced, repeats to the bit, and
has a slow mode made of many short nodes, so that pre-emption can be tried without a large model.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.termination import Run, Runs
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.speech import Alphabet, Sentence, Voice

SAMPLE_RATE = 16000
"""Hz."""
SLOW_RUN_S = 2.0
"""How long a run of `tiny:slow` takes, about."""
_CALIBRATION_ROUNDS = 2000
_CHUNK_S = 0.5
_SLOW = Voice("tiny:slow", "tiny", "en-US", SAMPLE_RATE, "Tiny (2 s a sentence)", Alphabet.IPA)


class TinyEngine:
    """Phonemes to humming, by onnxruntime."""

    name = "tiny"
    voices = (Voice("tiny", "tiny", "en-US", SAMPLE_RATE, "Tiny (hums)", Alphabet.IPA), _SLOW)

    def __init__(self, *, threads: int = 0, spinning: bool = False, models: Path) -> None:
        """`models` is the folder that holds `tiny/tiny.onnx`."""
        self._model = OnnxModel(self.name, models / "tiny" / "tiny.onnx", threads=threads, spinning=spinning)
        self._runs = Runs()
        self._ids: dict[str, int] = {}
        self._slow_rounds = 0

    @property
    def model_bytes(self) -> int:
        """Size of the loaded model file; 0 when not loaded."""
        return self._model.model_bytes

    def load(self) -> None:
        """Load, warm up, and find out how many rounds make a run of SLOW_RUN_S."""
        if self._model.is_loaded:
            return
        self._model.load()
        self._ids = {symbol: index for index, symbol in enumerate(self._model.metadata["symbols"], start=1)}
        with self._runs.begin() as run:
            self._hum("a", 1.0, 1, run)
            began = time.perf_counter()
            self._hum("a", 1.0, _CALIBRATION_ROUNDS, run)
            elapsed = time.perf_counter() - began
        self._slow_rounds = max(1, round(_CALIBRATION_ROUNDS * SLOW_RUN_S / elapsed))

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One run of the model, given out in chunks of half a second."""
        self.load()
        with self._runs.begin() as run:
            samples = self._hum(sentence.phonemes, speed, self._slow_rounds if voice.id == _SLOW.id else 0, run)
        size = round(_CHUNK_S * SAMPLE_RATE)
        for start in range(0, len(samples), size):
            yield AudioChunk(samples[start : start + size], SAMPLE_RATE, start + size >= len(samples))

    def terminate(self) -> None:
        """End the run in progress at its next node."""
        self._runs.terminate()

    def unload(self) -> None:
        """Free the session."""
        self._model.unload()

    def _hum(self, phonemes: str, speed: float, rounds: int, run: Run) -> Samples:
        """Samples for `phonemes`; an unknown symbol is 0, which hums too. `rounds` only take time."""
        ids: NDArray[np.int64] = np.array([self._ids.get(symbol, 0) for symbol in phonemes or " "], dtype=np.int64)
        inputs: dict[str, NDArray[Any]] = {
            "ids": ids,
            "speed": np.array([speed], dtype=np.float32),
            "rounds": np.array(rounds),
        }
        waveform: Samples = self._model.run(inputs, run)[0]
        return waveform
