"""Every engine by name. None is imported before it is needed."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import cast

from litetts_edge.errors import EngineFailed, did_you_mean
from litetts_edge.interfaces import Synthesizer
from litetts_edge.speech import Voice

log = logging.getLogger(__name__)

ENGINES: dict[str, str] = {
    "compact": "litetts_edge.engines.compact:CompactEngine",
    "espeak": "litetts_edge.engines.espeak:EspeakEngine",
    "tiny": "litetts_edge.engines.tiny:TinyEngine",
    "tone": "litetts_edge.engines.tone:ToneEngine",
}
"""Name to `module:Class`; the class is called with the keywords of create()."""

PREFERENCE = ("compact", "espeak")
"""`auto` is the first of them. Engines that only test the path (tiny, tone) are never chosen for a person."""

MODELS = Path(__file__).resolve().parents[1] / "shipped" / "models"
"""The models that come with the program; in a checkout, a link to models/ at the top."""


def create(name: str, *, threads: int = 0, spinning: bool = False, models: Path = MODELS) -> Synthesizer:
    """The engine `name` (`auto`: the preferred one), not loaded yet. Raises EngineFailed.

    `threads` 0 takes what suits the engine: one, or one for each physical core, at most 4.
    """
    name = PREFERENCE[0] if name == "auto" else name
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        raise EngineFailed(
            name, f"there is no such engine.{did_you_mean(name, tuple(ENGINES))} There is: {known}."
        )
    module, _, attribute = ENGINES[name].partition(":")
    try:
        engine = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise EngineFailed(name, f"a part of it is not installed ({error}).") from error
    return cast("Synthesizer", engine(threads=threads, spinning=spinning, models=models))


def all_voices(models: Path = MODELS) -> tuple[Voice, ...]:
    """The voices of every engine, without loading a model. One that cannot tell is left out, with a warning."""
    voices: list[Voice] = []
    for name in ENGINES:
        try:
            voices += create(name, models=models).voices
        except EngineFailed as error:
            log.warning("%s", error)
    return tuple(voices)
