"""A small Kokoro, and what is heard of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from litetts_edge.engines.kokoro import KokoroEngine
from litetts_edge.engines.options import EngineOptions
from litetts_edge.pcm import Samples
from litetts_edge.speech import Sentence
from tests.style_models import install, table


def engine_in(pulled: Path, **choices: object) -> KokoroEngine:
    return KokoroEngine(EngineOptions(threads=1, pulled=pulled, **choices))  # type: ignore[arg-type]


@contextmanager
def telling(pulled: Path) -> Iterator[KokoroEngine]:
    """Voices that tell their row by how loud they are, and three that are always as loud."""
    voices = {
        "af_heart": table(),
        "af_bella": table(loud=0.2),
        "af_sarah": table(loud=0.4),
        "bm_fable": table(512),
    }
    install(pulled, "kokoro", voices, packed=True)
    engine = engine_in(pulled)
    engine.load()
    yield engine
    engine.unload()


def said(engine: KokoroEngine, ipa: str, voice: str = "af_heart", speed: float = 1.0, lang: str = "es") -> Samples:
    """What is heard of `ipa`, whose symbols stay as they are in Spanish."""
    spoken = Sentence("text", lang, (0, 4), phonemes=ipa)
    chunks = list(engine.synthesize(spoken, engine.blend(f"kokoro:{voice}"), speed))
    assert [chunk.ends_sentence for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    return np.concatenate([chunk.samples for chunk in chunks])


def loudness(samples: Samples) -> float:
    return float(np.abs(samples).max())
