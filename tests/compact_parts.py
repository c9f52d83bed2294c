"""The compact voice of the box, and what is heard of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from litetts_edge import engines
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.compact_units import SAMPLE_RATE
from litetts_edge.engines.compact_windows import FIRST_STEPS
from litetts_edge.pcm import Samples
from litetts_edge.speech import Sentence
from litetts_edge.text.frontend import Frontend

SHORT = "Hi."
USUAL = "The front door is open, and the light in the kitchen is still on."
LONG = "The quick brown fox jumps over the lazy dog while seventeen people play a slow waltz in the old town hall "
MANY_PHONES = "1234567890" * 20


@contextmanager
def loaded(first_steps: int = FIRST_STEPS) -> Iterator[CompactEngine]:
    """The engine in the box; WHOLE makes one window of a sentence."""
    made = CompactEngine(models=engines.MODELS, first_steps=first_steps)
    made.load()
    yield made
    made.unload()


def sentence(text: str, lang: str = "") -> Sentence:
    return next(Frontend().sentences(text, CompactEngine.voices[0], lang))


def said(engine: CompactEngine, text: str, speed: float = 1.0, voice: str = "compact:slt") -> Samples:
    chunks = list(engine.synthesize(sentence(text), engine.blend(voice), speed))
    return np.concatenate([chunk.samples for chunk in chunks])


def level_db(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-12))


def pitch_hz(samples: Samples) -> float:
    """The median of the loud pieces of 0.05 s, by autocorrelation between 60 and 320 Hz."""
    size, shortest = SAMPLE_RATE // 20, SAMPLE_RATE // 320
    pieces = np.split(samples[: len(samples) // size * size], len(samples) // size)
    loudest = max(map(level_db, pieces))
    found = []
    for piece in pieces:
        if level_db(piece) > loudest - 10:
            alike = np.correlate(piece, piece, "full")[size - 1 :]
            found.append(SAMPLE_RATE / (shortest + int(np.argmax(alike[shortest : SAMPLE_RATE // 60]))))
    return float(np.median(found))
