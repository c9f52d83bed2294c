"""Real inputs for a model: what its own engine gives it for sentences that people hear."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines import create
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.errors import EngineFailed
from litetts_edge.interfaces import Synthesizer
from litetts_edge.prepare.compare import Feed
from litetts_edge.speech import Voice
from litetts_edge.text.frontend import Frontend

log = logging.getLogger(__name__)

SENTENCES = (
    "The washing machine has finished, and it will rain in about ten minutes, so please bring in the laundry.",
    "Someone is at the front door.",
)
"""Sentences that a house says; voices of other languages read them as they can. About 6 s and 2 s."""


def feeds(model: InstalledModel) -> list[Feed]:
    """One run of the published graph for each of SENTENCES. Raises EngineFailed, VoiceNotFound.

    Fewer of a graph that gives no numbers on this machine, which preparing may mend: at least what its engine
    loads it with, a word or two.
    """
    options = EngineOptions(
        threads=1, stream=Stream.OFF, model=model.name, pulled=model.folder.parent, prepared=None
    )
    engine = create(model.engine, options)
    graph = model.files_of("model")[0].path
    found: list[Feed] = []

    def hear(path: Path, inputs: Mapping[str, NDArray[Any]]) -> None:
        if path == graph:
            found.append({name: np.array(value) for name, value in inputs.items()})

    voice = _voice(engine, model)
    frontend = Frontend()
    try:
        with _hearing(hear):
            engine.load()
            found.clear()
            for text in SENTENCES:
                for sentence in frontend.sentences(text, voice, ""):
                    for _ in engine.synthesize(sentence, voice, 1.0):
                        pass
    except EngineFailed as error:
        if not found:
            raise
        log.info("%s does not speak before it is prepared: %s", model.name, error)
    finally:
        engine.unload()
    if not found:
        raise EngineFailed(model.engine, f"{graph} was not run by its engine, so it cannot be compared.")
    return found


def _voice(engine: Synthesizer, model: InstalledModel) -> Voice:
    """One of the model's own, where an engine offers the voices of several models."""
    own = [voice for voice in engine.voices if voice.id.split("#")[0] == f"{engine.name}:{model.name}"]
    return (own or list(engine.voices))[0]


@contextmanager
def _hearing(hear: Any) -> Iterator[None]:
    OnnxModel.heard = hear
    try:
        yield
    finally:
        OnnxModel.heard = None
