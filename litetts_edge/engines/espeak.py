"""espeak-ng as a voice: there is always one, for more than a hundred languages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.termination import Runs
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.speech import Alphabet, Sentence, Voice
from litetts_edge.text import espeak

_DEFAULT = "en-US"
_NATURAL_RATE = 175
"""Words per minute at speed 1.0: espeak-ng's own default."""
_QUIET = 33
"""Of 32768: -60 dBFS. Edges below it are silence."""
_REST_BEFORE_S = 0.005
_REST_AFTER_S = 0.02


class EspeakEngine:
    """One voice for each language. A sentence in another language than its voice's is read in its own.

    Repeats sound alike but are not bit-identical (see text/espeak.py).
    """

    name = "espeak"

    def __init__(self, *, threads: int = 0, spinning: bool = False, models: Path | None = None) -> None:
        """Takes what every engine takes, and needs none of it: the library has one thread and its own data."""
        del threads, spinning, models
        self._runs = Runs()

    @cached_property
    def voices(self) -> tuple[Voice, ...]:
        """The default first, then by language. Raises EngineFailed when the library cannot be opened."""
        languages = sorted(espeak.languages(), key=lambda language: (language.tag != _DEFAULT, language.tag))
        return tuple(
            Voice(
                id=f"{self.name}:{language.tag.lower()}",
                engine=self.name,
                lang=language.tag,
                sample_rate=espeak.SAMPLE_RATE,
                name=language.name,
                alphabet=Alphabet.TEXT,
            )
            for language in languages
        )

    def load(self) -> None:
        """Open the library, and read the default voice's dictionary once."""
        espeak.synthesize("a", _DEFAULT, _NATURAL_RATE, lambda _: True)

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One chunk, about a thousandth of its length in time. Raises LanguageNotFound, too."""
        parts: list[NDArray[np.int16]] = []
        with self._runs.begin() as run:

            def take(samples: NDArray[np.int16]) -> bool:
                parts.append(samples)
                return not run.terminated

            rate = min(max(round(_NATURAL_RATE * speed), 80), 450)
            espeak.synthesize(sentence.text, sentence.lang or voice.lang, rate, take)
        spoken = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)
        yield AudioChunk(_trimmed(spoken), espeak.SAMPLE_RATE, ends_sentence=True)

    def terminate(self) -> None:
        """End the run in progress at its next 60 ms of audio, which is at once."""
        self._runs.terminate()

    def unload(self) -> None:
        """Nothing: the library stays open, because the front end uses it too."""


def _trimmed(spoken: NDArray[np.int16]) -> Samples:
    """As float32 with a short rest at each edge: pauses between sentences belong to the pipeline."""
    loud = np.flatnonzero((spoken > _QUIET) | (spoken < -_QUIET))
    if not len(loud):
        return np.zeros(round(_REST_AFTER_S * espeak.SAMPLE_RATE), dtype=np.float32)
    start = max(0, loud[0] - round(_REST_BEFORE_S * espeak.SAMPLE_RATE))
    end = loud[-1] + 1
    rest = np.zeros(round(_REST_AFTER_S * espeak.SAMPLE_RATE), dtype=np.float32)
    return np.concatenate((spoken[start:end].astype(np.float32) / 32768, rest))
