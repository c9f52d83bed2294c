"""What Kokoro and KittenTTS share once phonemes are ids: runs, portions, edges, chunks."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.edges import Edges
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.onnx import trim
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.style_graph import SAMPLE_RATE, Piece, StyleGraphs
from litetts_edge.engines.termination import Runs
from litetts_edge.errors import EngineFailed, did_you_mean
from litetts_edge.pcm import AudioChunk, Samples, silence

log = logging.getLogger(__name__)

MOST = 510
"""Ids between the two that frame them: the text encoder has 512 positions."""
_SPEEDS = (0.5, 2.0)
_NOTHING_MS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """One portion of a sentence as the graph reads it."""

    ids: NDArray[np.int64]
    """(n,) framed."""
    style: NDArray[np.float32]
    """(1, width)."""
    rest_ms: int = 0
    """Silence after it, in the middle of a sentence."""
    pace: float = 1.0
    """Factor of the speed: how the model is told this voice's natural rate."""
    tail: int = 0
    """Samples at the end that the model speaks for nothing."""
    tail_ids: int = 1
    """The ids at the end that these samples belong to."""
    voice: str = ""
    """The single voice that the style is of; empty for a blend."""


class StyleSpeech:
    """Speaks portions with the graphs that it is given."""

    def __init__(self, graphs: StyleGraphs) -> None:
        self.graphs = graphs
        self._runs = Runs()

    def load(self, warm_up: Callable[[], Sequence[Spoken]]) -> None:
        """Make the sessions, then say `warm_up` to nobody; a second call does nothing. Raises EngineFailed."""
        if self.graphs.is_loaded:
            return
        self.graphs.load()
        try:
            for _ in self.chunks(warm_up(), 1.0):
                pass
        except BaseException:
            self.graphs.unload()
            raise
        trim()  # what loading took beyond the model

    def chunks(self, portions: Sequence[Spoken], speed: float) -> Iterator[AudioChunk]:
        """The audio of one sentence; a short silence for no portion. `speed` as in bounded()."""
        if not portions:
            yield silence(_NOTHING_MS, SAMPLE_RATE, ends_sentence=True)
        for number, portion in enumerate(portions, 1):
            edges = Edges(SAMPLE_RATE)
            pace = bounded(speed) * portion.pace
            for step in self.graphs.steps(portion.ids, portion.style, pace, portion.voice):
                with self._runs.begin() as run:
                    piece = step(run)
                samples = edges.trim(_without_tail(piece, portion), is_last=piece.is_last)
                if piece.is_last:
                    trim()  # what the run took beyond the model
                if piece.is_last and number < len(portions):
                    rest = np.zeros(portion.rest_ms * SAMPLE_RATE // 1000, dtype=np.float32)
                    samples = np.concatenate((samples, rest))
                if len(samples):
                    ends = piece.is_last and number == len(portions)
                    yield AudioChunk(np.clip(samples, -1.0, 1.0), SAMPLE_RATE, ends)

    def terminate(self) -> None:
        """End the run in progress at its next node."""
        self._runs.terminate()


def bounded(speed: float) -> float:
    """The nearest speed from 0.5 to 2; 1 for NaN."""
    return 1.0 if math.isnan(speed) else min(max(speed, _SPEEDS[0]), _SPEEDS[1])


def chosen_model(engine: str, options: EngineOptions) -> InstalledModel:
    """The model that the options name, or the first of the engine. Raises EngineFailed."""
    models = installed_models(options.pulled, engine)
    for model in models:
        if options.model in ("", model.name):
            return model
    names = tuple(model.name for model in models)
    if not names:
        where = f" in {options.pulled}" if options.pulled else ""
        raise EngineFailed(
            engine,
            f"no model of it is installed{where}."
            " `litetts-edge models list` names them, `litetts-edge models pull NAME` gets one.",
        )
    raise EngineFailed(
        engine,
        f"the model {options.model!r} is not installed.{did_you_mean(options.model, names)}"
        f" There is: {', '.join(names)}.",
    )


def _without_tail(piece: Piece, portion: Spoken) -> Samples:
    """The samples without what the model speaks for nothing, never more than its last ids last."""
    if not piece.is_last or not portion.tail:
        return piece.samples
    tail, size = portion.tail, len(piece.samples)
    if piece.durations is not None and len(piece.durations) == len(portion.ids) and piece.durations.sum() > 0:
        share = piece.durations[-portion.tail_ids :].sum() / piece.durations.sum()
        tail = min(tail, int(size * share))
    return piece.samples[: size - tail] if tail < size else piece.samples
