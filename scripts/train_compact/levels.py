"""One loudness for all voices: what to add to each so that they are at -20 LUFS."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.sound import TARGET_LUFS
from benchmarks.compact.systems import VOICES, chunks, compact, joined
from litetts_edge.soundcheck.loudness import loudness

SENTENCES = 60


def measure(data: Path, model: Path) -> NDArray[np.float64]:
    """(speakers,) dB, from what the model in `model` makes of the first sentences of the training data."""
    texts = [text for text, _ in json.loads((data / "sentences.json").read_text("utf-8"))[:SENTENCES]]
    engine = compact(model)
    found = []
    for voice in VOICES:
        spoken = [joined(chunks(engine, f"compact:{voice}", text)) for text in texts]
        found.append(TARGET_LUFS - loudness(np.concatenate([samples for samples, _ in spoken]), spoken[0][1]))
    return np.array(found)
