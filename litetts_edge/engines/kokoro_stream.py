"""Kokoro and KittenTTS in windows, with the graphs that prepare/split_kokoro makes of a published one.

The front and the harmonic source run once for a sentence. The generator normalises every channel over the whole of
it: `exact` runs it on all of the sentence, `calibrated` on windows, with statistics that were measured on other
sentences of the voice (stream_statistics) and that a check has found good (stream_check). A voice without them is
spoken exactly; where no voice has them, by the whole graph, which takes least. The noise of the source is drawn
from the same seed each time, so a sentence repeats to the bit.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.calibrated_voices import CalibratedVoices
from litetts_edge.engines.chunking import Pace, Schedule, Windows
from litetts_edge.engines.eight_bit import eight_bit_of, is_eight_bit
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.kokoro_windows import Generating, Shape, Told
from litetts_edge.engines.mode import IN_8_BITS, Mode
from litetts_edge.engines.onnx import OnnxModel, Port, trim
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.part_sessions import PartSessions
from litetts_edge.engines.portions import symbols_at_once
from litetts_edge.engines.prepared import Prepared, read_prepared
from litetts_edge.engines.stream_record import FOLDER
from litetts_edge.engines.stream_statistics import Calibration, Floats, Observed, features
from litetts_edge.engines.style_graph import (
    SAMPLE_RATE,
    STYLE,
    Piece,
    Step,
    StyleGraphs,
    WholeGraph,
    graph_file,
    heard,
    read_inputs,
    shaped,
    speed_for,
)
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed

log = logging.getLogger(__name__)

PARTS = ("front", "source", "generator", "generator-stats")
"""The prepared graphs that streaming needs."""

_FIRST, _LEAST, _MOST = 24, 24, 96
"""Frames of a window: 0.3 s at first, at most 1.2 s. A frame of the full-size generator takes a megabyte."""
_MOST_CARRIED = 48
"""The longest of a generator that carries: longer ones save nothing."""
_SEED = 82


@dataclass(slots=True, eq=False)
class _Speaking:
    """A sentence that is given out in windows."""

    told: Told
    generating: Generating
    schedule: Schedule
    at: int = 0
    """Frames that have been given out."""

    @property
    def left(self) -> int:
        return int(self.told.frames.shape[2]) - self.at


class KokoroStream:
    """StyleGraphs that speak in windows where the voice is calibrated, and else in one step."""

    def __init__(
        self,
        model: InstalledModel,
        options: EngineOptions,
        prepared: Prepared,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`prepared` has all of PARTS."""
        self._model = model
        self._options = options
        self._prepared = prepared
        self._clock = clock
        self.source = graph_file(model).sha256
        """The sha256 of the published file."""
        self.calibrated = prepared.folder / FOLDER
        """Folder of the calibrations and of what was found of them."""
        self._parts = PartSessions(model.engine, prepared, options)
        self._voices = CalibratedVoices(prepared, options, self.source, model.name)
        self._pace = Pace()
        self._shape: Shape | None = None
        self._ports = (Port("", np.dtype(object), 0, 0),) * 3
        self._whole = WholeGraph(model, options)
        """Loaded instead of the parts while no voice is calibrated."""

    @property
    def is_loaded(self) -> bool:
        return self._whole.is_loaded or self._shape is not None

    @property
    def model_bytes(self) -> int:
        """Size of the loaded files; 0 when not loaded."""
        return self._whole.model_bytes + self._parts.model_bytes

    @property
    def style_width(self) -> int:
        """Numbers of a style. Only when loaded."""
        return self._whole.style_width if self._whole.is_loaded else self._ports[1].width or STYLE

    @property
    def shape(self) -> Shape:
        """Only when loaded."""
        if self._shape is None:
            raise EngineFailed(self._model.engine, f"{self._model.name} is not loaded.")
        return self._shape

    def load(self) -> None:
        """The parts that the voices need, or the whole graph. Raises EngineFailed."""
        if self.is_loaded:
            return
        good = self._voices.good()
        if self._options.stream is Stream.CALIBRATED and not good:
            name = self._model.name
            log.info(
                "%s speaks whole sentences: `models check %s` has found no voice good in windows.", name, name
            )
            self._whole.load()
        else:
            is_calibrated = self._options.stream is Stream.CALIBRATED
            self.load_parts(self.generator(min(good)) if is_calibrated else "generator-stats")

    def load_parts(self, generator: str = "generator-stats") -> None:
        """Front, source and one of the generators; a second call does nothing. Raises EngineFailed."""
        if self._shape is not None:
            return
        self._whole.unload()
        try:
            front, _, _ = (self._parts[part] for part in ("front", "source", generator))
            self._ports = read_inputs(front, self._model.engine, self._prepared.folder)
            self._shape = Shape.read(front.metadata)
        except (KeyError, ValueError) as error:
            self.unload()
            raise EngineFailed(
                self._model.engine,
                f"{self._prepared.folder} does not say how it streams ({error!r})."
                f" Run `litetts-edge models optimize {self._model.name} --force`.",
            ) from None
        except BaseException:
            self.unload()
            raise

    def unload(self) -> None:
        """Free the sessions."""
        self._whole.unload()
        self._parts.unload()
        self._shape = None
        self._voices.forget()

    def symbols_at_once(self, speed: float, voice: str = "") -> float:
        """Infinite for a voice that is spoken in windows. Only when loaded."""
        if self._whole.is_loaded:
            return self._whole.symbols_at_once(speed, voice)
        if self._options.stream is Stream.CALIBRATED and self.calibration(voice) is not None:
            return math.inf
        return symbols_at_once(speed_for(self._ports[2], speed))

    def steps(
        self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, voice: str = ""
    ) -> Iterator[Step]:
        """One step for each window; one for all of an exact sentence."""
        if self._whole.is_loaded:
            yield from self._whole.steps(ids, style, speed)
            return
        calibration = self.calibration(voice) if self._options.stream is Stream.CALIBRATED else None
        if calibration is None:
            yield lambda run: self._exact(ids, style, speed, run)
        else:
            yield from self.windows(ids, style, speed, calibration, self.generator(voice))

    def windows(
        self,
        ids: NDArray[np.int64],
        style: NDArray[np.float32],
        speed: float,
        calibration: Calibration,
        generator: str = "generator",
    ) -> Iterator[Step]:
        """The steps of a sentence with these statistics, by that form of the generator."""
        begun: list[_Speaking] = []

        def first(run: Run) -> Piece:
            told = self.tell(ids, style, speed, run)
            statistics = calibration.statistics(features(told.frames, told.source))
            generating = self.generating(told, self.affine(told, statistics), generator)
            begun.append(_Speaking(told, generating, self._schedule(told, generating.shape)))
            return self._window(begun[0], run)

        yield first
        while begun and begun[0].left:
            trim()  # what the window before has left behind
            yield lambda run: self._window(begun[0], run)

    def tell(self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, run: Run) -> Told:
        """Run front and source. Raises EngineFailed."""
        front = self._parts["front"]
        wanted, styled, fast = self._ports
        given = {
            wanted.name: shaped(ids, wanted, 2),
            styled.name: shaped(style, styled, 2),
            fast.name: shaped(np.array([speed_for(fast, speed)]), fast, 0),
        }
        told = _named(front, front.run(given, run))
        pitch = told["pitch"]
        source = self._parts["source"]
        samples = int(told["frames"].shape[2]) * self.shape.samples
        (features_of_source,) = source.run({"pitch": pitch} | self._noise(source.inputs, samples), run)
        # Exports that take an arc tangent of 0/0 say NaN for the phase of a bin without energy.
        np.nan_to_num(features_of_source, copy=False, nan=0.0)
        durations = told.get("duration")
        return Told(
            told["frames"],
            features_of_source,
            told["modulation"],
            None if durations is None else durations.astype(np.int64).reshape(-1),
        )

    def whole(self, told: Told, run: Run) -> tuple[NDArray[np.float32], Floats]:
        """The samples of a sentence, made in one go, and its statistics (2, channels). Raises EngineFailed."""
        session = self._parts["generator-stats"]
        given = {"frames": told.frames, "source": told.source, "modulation": told.modulation}
        made = _named(session, session.run(given, run, shrink=self._options.shrink))
        return heard(made["waveform"], self._model), made["statistics"]

    def observe(self, ids: NDArray[np.int64], style: NDArray[np.float32], run: Run) -> Observed:
        """What a calibration learns from one sentence. Raises EngineFailed."""
        told = self.tell(ids, style, 1.0, run)
        return Observed(features(told.frames, told.source), self.whole(told, run)[1])

    def generator(self, voice: str) -> str:
        """The form of the generator that a calibrated voice is spoken with."""
        return self._voices.generator(voice)

    def form(self, voice: str) -> str:
        """How a voice speaks, for people: a Mode, or IN_8_BITS. Only when loaded."""
        if self._whole.is_loaded:
            return Mode.WHOLE
        if self._options.stream is not Stream.CALIBRATED or self.calibration(voice) is None:
            return Mode.EXACT
        return IN_8_BITS if is_eight_bit(self.generator(voice)) else Mode.WINDOWS

    @property
    def generators(self) -> tuple[str, ...]:
        """All forms of the generator for windows, the one for less first."""
        return tuple(form for form in (eight_bit_of("generator"), "generator") if form in self._prepared.graphs)

    def sha256(self, generator: str) -> str:
        """Of a form of the generator."""
        return self._prepared.graphs[generator].sha256

    def generating(self, told: Told, affine: Floats, generator: str = "generator") -> Generating:
        """The sentence, to be made in windows by that form of the generator. Raises EngineFailed."""
        session = self._parts[generator]
        return Generating(session, self._model, Shape.read(session.metadata), told, affine)

    def affine(self, told: Told, statistics: Floats) -> Floats:
        """Gain and bias (2, channels) of the sentence's normalisations with the statistics (2, channels) given."""
        gain = told.modulation[0] / np.sqrt(np.maximum(statistics[1], 0) + self.shape.epsilon)
        return np.stack([gain, told.modulation[1] - statistics[0] * gain]).astype(np.float32)

    def calibration(self, voice: str) -> Calibration | None:
        """That of a voice, if it has one that the check has passed; why not, is logged once."""
        (modulation,) = (one for one in self._parts["front"].outputs if one.name == "modulation")
        return self._voices.calibration(voice, modulation.width)

    def forget(self) -> None:
        """Read calibrations again when they are needed."""
        self._voices.forget()

    def _exact(self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, run: Run) -> Piece:
        told = self.tell(ids, style, speed, run)
        samples, _ = self.whole(told, run)
        return Piece(samples, is_last=True, durations=told.durations)

    def _window(self, speaking: _Speaking, run: Run) -> Piece:
        began = self._clock()
        start = speaking.at
        end = start + speaking.schedule.take(began)
        samples = speaking.generating.make(end, run)
        now = self._clock()
        total = int(speaking.told.frames.shape[2])
        self._pace.took(end - start + speaking.generating.shape.again, now - began)
        speaking.schedule.handed_over(now)
        speaking.at = end
        is_last = end == total
        return Piece(samples, is_last=is_last, durations=speaking.told.durations if is_last else None)

    def _schedule(self, told: Told, shape: Shape) -> Schedule:
        frame_s = shape.samples / SAMPLE_RATE
        windows = Windows(frame_s, shape.again, _FIRST, _LEAST, _MOST_CARRIED if shape.late else _MOST)
        return Schedule(windows, self._pace, int(told.frames.shape[2]))

    def _noise(self, ports: tuple[Port, ...], samples: int) -> dict[str, NDArray[Any]]:
        """What the source's noise inputs are given: the same for every sentence of a length."""
        random = np.random.default_rng(_SEED)
        given = {}
        for port, kind in zip([one for one in ports if one.name != "pitch"], self.shape.noise, strict=True):
            size = [dim or samples for dim in port.shape]
            draw = random.standard_normal if kind == "normal" else random.random
            given[port.name] = draw(size, dtype=np.float32).astype(port.dtype, copy=False)
        return given


def stream_graphs(model: InstalledModel, options: EngineOptions) -> StyleGraphs:
    """In windows where the options ask for it and the graphs were prepared, else whole sentences."""
    if options.stream is not Stream.OFF:
        prepared = read_prepared(options.prepared, model)
        if prepared is not None and all(prepared.graph(part) for part in PARTS):
            return KokoroStream(model, options, prepared)
        log.info("%s is spoken in whole sentences; `models optimize` makes the graphs for less.", model.name)
    return WholeGraph(model, options)


def _named(session: OnnxModel, outputs: list[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {port.name: output for port, output in zip(session.outputs, outputs, strict=True)}
