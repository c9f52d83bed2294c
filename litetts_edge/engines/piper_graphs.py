"""The graphs of one Piper voice: the published file, for whole sentences, or its parts, for windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.carried import LAST, STATE
from litetts_edge.engines.chunking import Pace, Schedule, Windows
from litetts_edge.engines.onnx import OnnxModel, trim
from litetts_edge.engines.piper_input import MOST_SYMBOLS
from litetts_edge.engines.piper_windows import DURATION_NOISE, Graph, Part, Utterance, normals
from litetts_edge.engines.portions import symbols_at_once
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed
from litetts_edge.pcm import Samples

FIRST, LEAST, MOST = 16, 32, 96
"""Frames of a window: the first, any other, the longest. A frame of a voice of 22 kHz is 11.6 ms."""
MOST_CARRIED = 64
"""The longest of a graph that carries: longer ones save nothing, and leave the cache of the processor."""

Begin = Callable[[], AbstractContextManager[Run]]
"""Begins a run that terminate() ends; see Runs."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a voice is told to say, in one go."""

    ids: list[int]
    speaker: int
    noise_scale: float
    length_scale: float
    noise_w: float
    seed: int
    """Decides the noise."""

    def inputs(self) -> dict[str, NDArray[Any]]:
        """For the published graph, and more for those that take more."""
        return {
            "input": np.array([self.ids], dtype=np.int64),
            "input_lengths": np.array([len(self.ids)], dtype=np.int64),
            "scales": np.array([self.noise_scale, self.length_scale, self.noise_w], dtype=np.float32),
            "sid": np.array([self.speaker], dtype=np.int64),
            DURATION_NOISE: normals(2, 0, len(self.ids), self.seed)[np.newaxis],
        }


class PiperGraphs(Protocol):
    """Speaks what it is told, with one voice file."""

    @property
    def model_bytes(self) -> int:
        """Size of the loaded files; 0 when not loaded."""
        ...

    @property
    def takes_speaker(self) -> bool:
        """Whether there are several speakers. Only when loaded."""
        ...

    def load(self) -> None:
        """Verify and load. Raises EngineFailed, and then nothing is loaded."""
        ...

    def unload(self) -> None:
        """Free the sessions."""
        ...

    def symbols_at_once(self, length_scale: float) -> int:
        """How many symbols it may be told, so that memory is bounded."""
        ...

    def speak(self, told: Told, begin: Begin) -> Iterator[tuple[Samples, bool]]:
        """Samples, and whether they are the last. Raises EngineFailed, Terminated."""
        ...


class WholeGraph:
    """The published file, or one that was optimized: a sentence at a time. Its noise is drawn anew each time."""

    def __init__(self, model: OnnxModel, path: Path, engine: str, *, shrink: bool) -> None:
        """`path` and `engine` are named in errors; `shrink` as of OnnxModel.run()."""
        self._model = model
        self._shrink = shrink
        self._path = path
        self._engine = engine

    @property
    def model_bytes(self) -> int:
        return self._model.model_bytes

    @property
    def takes_speaker(self) -> bool:
        return "sid" in _names(self._model)

    def load(self) -> None:
        self._model.load()
        names = _names(self._model)
        if set(names) - {"sid"} != {"input", "input_lengths", "scales"}:
            self._model.unload()
            raise EngineFailed(
                self._engine,
                f"{self._path} is not the graph of a Piper voice: it takes {', '.join(names)[:200]}, and not"
                " input, input_lengths, scales. Import the .onnx that belongs to the JSON.",
            )

    def unload(self) -> None:
        self._model.unload()

    def symbols_at_once(self, length_scale: float) -> int:
        """As many as last portions.AT_ONCE_S."""
        return min(MOST_SYMBOLS, symbols_at_once(1 / length_scale))

    def speak(self, told: Told, begin: Begin) -> Iterator[tuple[Samples, bool]]:
        given = told.inputs()
        with begin() as run:
            wanted = {name: given[name] for name in _names(self._model)}
            audio = self._model.run(wanted, run, shrink=self._shrink)[0]
        trim()  # what the run took beyond the model
        yield np.asarray(audio, dtype=np.float32).reshape(-1), True


class SplitGraphs:
    """The parts that prepare/split_piper.py cut: windows, each as long as the sound that still plays allows."""

    def __init__(
        self, models: Mapping[str, OnnxModel], engine: str, sample_rate: int, clock: Callable[[], float]
    ) -> None:
        """`models`: `encoder`, `flow` and `decoder`. `clock`: seconds."""
        self._encoder, self._flow, self._decoder = (models[name] for name in ("encoder", "flow", "decoder"))
        self._engine = engine
        self._sample_rate = sample_rate
        self._clock = clock
        self._parts: tuple[Part, Part] | None = None
        self._pace = Pace()

    @property
    def model_bytes(self) -> int:
        return sum(model.model_bytes for model in (self._encoder, self._flow, self._decoder))

    @property
    def is_eight_bit(self) -> bool:
        """Whether the decoder is an 8-bit form."""
        return self._decoder.is_eight_bit

    @property
    def takes_speaker(self) -> bool:
        return "sid" in _names(self._encoder)

    def load(self) -> None:
        try:
            for model in (self._encoder, self._flow, self._decoder):
                model.load()
            self._parts = self._declared()
        except BaseException:
            self.unload()
            raise

    def unload(self) -> None:
        for model in (self._encoder, self._flow, self._decoder):
            model.unload()
        self._parts = None

    def symbols_at_once(self, length_scale: float) -> int:
        """Windows take the same memory however much there is to say."""
        return MOST_SYMBOLS

    def _declared(self) -> tuple[Part, Part]:
        try:
            parts = Part.of(self._flow.metadata), Part.of(self._decoder.metadata)
            for part, model in zip(parts, (self._flow, self._decoder), strict=True):
                own = [name for name in _names(model) if not name.startswith((LAST, STATE))]
                if set(part.time) != set(own if part.carries else _names(model)):
                    raise ValueError("it declares other inputs than it takes")
            return parts
        except ValueError as error:
            raise EngineFailed(
                self._engine, f"a prepared graph does not fit: {error}. Run `litetts-edge models optimize` again."
            ) from None

    def speak(self, told: Told, begin: Begin) -> Iterator[tuple[Samples, bool]]:
        if self._parts is None:
            raise EngineFailed(self._engine, "the voice is not loaded.")
        _, part = self._parts
        with begin() as run:
            utterance = self._utterance(told, self._parts, run)
        most = MOST_CARRIED if part.carries else MOST
        windows = Windows(part.hop / self._sample_rate, part.again, FIRST, LEAST, most)
        schedule = Schedule(windows, self._pace, utterance.frames)
        start = 0
        while frames := schedule.take(began := self._clock()):
            with begin() as run:
                samples = utterance.samples(start, start + frames, run)
            if start:  # the first has fixed costs that tell nothing
                self._pace.took(frames + windows.context, self._clock() - began)
            start += frames
            schedule.handed_over(self._clock())
            yield samples, start == utterance.frames

    def _utterance(self, told: Told, parts: tuple[Part, Part], run: Run) -> Utterance:
        """What the encoder says of the sentence, with the graphs that go on from there."""
        given = told.inputs()
        values = self._encoder.run({name: given[name] for name in _names(self._encoder)}, run)
        named = dict(zip((port.name for port in self._encoder.outputs), values, strict=True))
        flow, decoder = parts
        return Utterance(
            named,
            _ready(flow, self._flow),
            _ready(decoder, self._decoder),
            lambda channels, start, end: normals(channels, start, end, told.seed),
        )


def _ready(part: Part, model: OnnxModel) -> Graph:
    names = [port.name for port in model.outputs]
    return Graph(part, model.inputs, lambda inputs, run: dict(zip(names, model.run(inputs, run), strict=True)))


def _names(model: OnnxModel) -> list[str]:
    return [port.name for port in model.inputs]
