"""Real inputs for a model: what its own engine gives it for sentences that people hear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines import create
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.errors import EngineFailed, ExtraMissing, LanguageNotFound, SpeechError
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
OTHERS = (
    "It is half past seven, and minus four degrees outside.",
    "Why is the garage open? Shall I close it?",
    "Warning! Smoke was detected in the kitchen!",
    "Your package should arrive on Thursday, between two and three.",
)
"""Of other kinds than those: what the ranges of an 8-bit form are told from."""
VOICES = 8
"""Voices that say OTHERS, at least two of them each; evenly taken from all that a model has."""


def feeds(model: InstalledModel) -> list[Feed]:
    """One run of the published graph for each of SENTENCES. Raises EngineFailed, VoiceNotFound.

    Fewer of a graph that gives no numbers on this machine, which preparing may mend: at least what its engine
    loads it with, a word or two.
    """
    return _heard(model, lambda voices: [(text, voices[0]) for text in SENTENCES])


def other_feeds(model: InstalledModel) -> list[Feed]:
    """Runs for OTHERS, spread over the voices of the model. Raises EngineFailed, VoiceNotFound.

    A voice whose language cannot be read here says nothing.
    """

    def said(voices: Sequence[Voice]) -> list[tuple[str, Voice]]:
        count = min(VOICES, len(voices))
        spread = [voices[place * len(voices) // count] for place in range(count)]
        each = max(2, len(OTHERS) // count)
        return [
            (OTHERS[(place * each + number) % len(OTHERS)], voice)
            for place, voice in enumerate(spread)
            for number in range(each)
        ]

    return _heard(model, said)


def _heard(model: InstalledModel, said: Callable[[Sequence[Voice]], Sequence[tuple[str, Voice]]]) -> list[Feed]:
    """What the published graph is given when these texts are said by these voices, of those that the model has."""
    options = EngineOptions(
        threads=1, stream=Stream.OFF, model=model.name, pulled=model.folder.parent, prepared=None
    )
    engine = create(model.engine, options)
    graph = model.files_of("model")[0].path
    found: list[Feed] = []
    unread: list[SpeechError] = []

    def hear(path: Path, inputs: Mapping[str, NDArray[Any]]) -> None:
        if path == graph:
            found.append({name: np.array(value) for name, value in inputs.items()})

    try:
        with _hearing(hear):
            engine.load()
            found.clear()
            unread = [why for text, voice in said(_voices(engine, model)) if (why := _unread(engine, text, voice))]
    except EngineFailed as error:
        if not found:
            raise
        log.info("%s does not speak before it is prepared: %s", model.name, error)
    finally:
        engine.unload()
    if not found and unread:
        raise unread[0]
    if not found:
        raise EngineFailed(model.engine, f"{graph} was not run by its engine, so it cannot be compared.")
    return found


def _unread(engine: Synthesizer, text: str, voice: Voice) -> SpeechError | None:
    """Have a voice say something to nobody; why its language cannot be read here, where that is so."""
    try:
        for sentence in Frontend().sentences(text, voice, ""):
            for _ in engine.synthesize(sentence, voice, 1.0):
                pass
    except (ExtraMissing, LanguageNotFound) as error:
        log.info("%s is not heard: %s", voice.id, error)
        return error
    return None


def _voices(engine: Synthesizer, model: InstalledModel) -> Sequence[Voice]:
    """The model's own, where an engine offers the voices of several models."""
    own = [voice for voice in engine.voices if voice.id.split("#")[0] == f"{engine.name}:{model.name}"]
    return own or list(engine.voices)


@contextmanager
def _hearing(hear: Any) -> Iterator[None]:
    OnnxModel.heard = hear
    try:
        yield
    finally:
        OnnxModel.heard = None
