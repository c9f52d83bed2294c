"""Every engine by name. None is imported before it is needed."""

from __future__ import annotations

import importlib
import logging
from typing import cast

from litetts_edge.engines.installed import installed_models
from litetts_edge.engines.options import SHIPPED, EngineOptions
from litetts_edge.errors import EngineFailed, did_you_mean
from litetts_edge.interfaces import Synthesizer
from litetts_edge.speech import Voice

log = logging.getLogger(__name__)

ENGINES: dict[str, str] = {
    "compact": "litetts_edge.engines.compact:CompactEngine",
    "espeak": "litetts_edge.engines.espeak:EspeakEngine",
    "kitten": "litetts_edge.engines.kitten:KittenEngine",
    "kokoro": "litetts_edge.engines.kokoro:KokoroEngine",
    "piper": "litetts_edge.engines.piper:PiperEngine",
    "tiny": "litetts_edge.engines.tiny:TinyEngine",
    "tone": "litetts_edge.engines.tone:ToneEngine",
}
"""Name to `module:Class`."""

PREFERENCE = ("compact", "espeak")
"""`auto` is the first of them. Engines that only test the path (tiny, tone) are never chosen for a person."""

NOT_FOR_MODELS = frozenset({"auto", *PREFERENCE})
"""Names that `models use` understands as what comes with the program, so that no model can be used under them."""

PULLED = frozenset({"kitten", "kokoro", "piper"})
"""Those whose models the user pulls: made from EngineOptions, and there only when a model of theirs is."""

MODELS = SHIPPED
DEFAULT = EngineOptions()


def create(name: str, options: EngineOptions = DEFAULT) -> Synthesizer:
    """The engine `name` (`auto`: the preferred one), not loaded yet. Raises EngineFailed."""
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
    if name in PULLED:
        return cast("Synthesizer", engine(options))
    return cast("Synthesizer", engine(threads=options.threads, spinning=options.spinning, models=options.shipped))


def all_voices(options: EngineOptions = DEFAULT) -> tuple[Voice, ...]:
    """The voices of every engine, without loading a model. One that cannot tell is left out, with a warning."""
    voices: list[Voice] = []
    for name in available(options):
        try:
            voices += create(name, options).voices
        except EngineFailed as error:
            log.warning("%s", error)
    return tuple(voices)


def available(options: EngineOptions = DEFAULT) -> tuple[str, ...]:
    """The engines that have a model here."""
    pulled = {model.engine for model in installed_models(options.pulled)}
    return tuple(name for name in ENGINES if name not in PULLED or name in pulled)
