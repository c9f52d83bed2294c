"""Piper voices (VITS) as rhasspy publishes them: an .onnx and its JSON, of any quality, of one speaker or many.

Each installed model is one voice file; one is loaded at a time. With graphs of `litetts-edge models optimize`,
a sentence comes in windows and is the same each time. The published file alone gives whole sentences and
draws its noise anew.
"""

from __future__ import annotations

import logging
import math
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from litetts_edge.engines.edges import Edges
from litetts_edge.engines.eight_bit import eight_bit_of, is_eight_bit, spoken_by
from litetts_edge.engines.installed import InstalledModel, ModelFile, installed_models
from litetts_edge.engines.memory import available, model_need
from litetts_edge.engines.mode import IN_8_BITS, Mode
from litetts_edge.engines.onnx import OnnxModel, trim
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.piper_config import PiperConfig, beside, read_config
from litetts_edge.engines.piper_graphs import PiperGraphs, SplitGraphs, Told, WholeGraph
from litetts_edge.engines.piper_input import alphabet, in_portions, symbols
from litetts_edge.engines.prepared import Prepared, read_prepared
from litetts_edge.engines.termination import Runs
from litetts_edge.errors import EngineFailed, VoiceNotFound
from litetts_edge.pcm import AudioChunk, Samples, silence
from litetts_edge.speech import Sentence, Voice

log = logging.getLogger(__name__)

PARTS = ("encoder", "flow", "decoder")
"""The prepared graphs that windows need."""
_SPEEDS = (0.25, 4.0)
_NOTHING_MS = 20


@dataclass(frozen=True, slots=True)
class _Model:
    """An installed voice file."""

    installed: InstalledModel
    config: PiperConfig


@dataclass(slots=True)
class _Loaded:
    """One that is in memory."""

    model: _Model
    graphs: PiperGraphs
    sentences: int = 0
    """That were begun with it and have not ended."""


class PiperEngine:
    """The voices of all installed Piper models."""

    name = "piper"

    def __init__(self, options: EngineOptions, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`options.threads` 0 is one: at these sizes more only wake each other up. `clock`: seconds."""
        self._options = options
        self._clock = clock
        self._loaded: _Loaded | None = None
        self._last: _Model | None = None
        self._runs = Runs()

    @cached_property
    def _models(self) -> dict[str, _Model]:
        """By name, the one that the options choose first. One that cannot be read is left out, and logged."""
        found: dict[str, _Model] = {}
        failed: dict[str, EngineFailed] = {}
        for installed in installed_models(self._options.pulled, self.name):
            try:
                beside(installed)
                found[installed.name] = _Model(installed, read_config(installed))
            except EngineFailed as error:
                log.warning("%s", error)
                failed[installed.name] = error
        if self._options.model in failed:
            raise failed[self._options.model]
        if not found:
            if failed:
                raise next(iter(failed.values()))
            raise EngineFailed(
                self.name, "no voice of it is installed. `litetts-edge models list` shows what can be pulled."
            )
        if chosen := self._options.model:
            if chosen not in found:
                known = ", ".join(found)
                raise EngineFailed(self.name, f"its model {chosen!r} is not installed. There is: {known}.")
            return {chosen: found.pop(chosen), **found}
        return found

    @cached_property
    def voices(self) -> tuple[Voice, ...]:
        """`piper:<model>` of each model, its first speaker; and `piper:<model>#<speaker>` for each of several."""
        voices = []
        for name, model in self._models.items():
            config = model.config
            reads = alphabet(config)
            for speaker in ("", *config.speakers):
                voice = f"{self.name}:{name}" + (f"#{speaker}" if speaker else "")
                label = f"Piper {name}" + (f", {speaker}" if speaker else "")
                voices.append(Voice(voice, self.name, config.lang, config.sample_rate, label, reads))
        return tuple(voices)

    @property
    def model_bytes(self) -> int:
        """Size of the loaded model files; 0 when not loaded."""
        return self._loaded.graphs.model_bytes if self._loaded is not None else 0

    def load(self) -> None:
        """The model that spoke last, or else the first."""
        if self._loaded is None:
            self._use(self._last or next(iter(self._models.values())))

    def ready(self, voice: Voice) -> None:
        """Load the model of that voice; the one before speaks on when that fails. Raises VoiceNotFound, too."""
        self._use(self._find(voice.id)[0])

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """Windows of 0.2 s at first, then of up to 1.1 s (at 22 kHz). Raises VoiceNotFound, too.

        `speed` from 0.25 to 4: beyond, the nearest of these; NaN is 1. A voice of another model is loaded first.
        """
        model, speaker = self._find(voice.id)
        config = model.config
        heard = symbols(sentence, config)
        if not heard:
            yield silence(_NOTHING_MS, config.sample_rate, ends_sentence=True)
            return
        speed = 1.0 if math.isnan(speed) else min(max(speed, _SPEEDS[0]), _SPEEDS[1])
        with self._speaking(model) as graphs:
            most = graphs.symbols_at_once(config.length_scale / speed)
            portions = list(in_portions(heard, config, most))
            for place, portion in enumerate(portions, 1):
                told = _told(portion.ids, speaker, config, speed)
                follows = place > 1 and portions[place - 2].runs_on
                edges = Edges(config.sample_rate, start=follows, end=portion.runs_on)
                for made, is_last in graphs.speak(told, self._runs.begin):
                    samples = edges.trim(_within(made), is_last=is_last)
                    if len(samples) or is_last:
                        yield AudioChunk(samples, config.sample_rate, is_last and place == len(portions))

    def terminate(self) -> None:
        """End the run in progress at its next node."""
        self._runs.terminate()

    def unload(self) -> None:
        """Free the sessions; load() takes the same model again."""
        if self._loaded is None:
            return
        loaded, self._loaded = self._loaded, None
        loaded.graphs.unload()
        trim()

    def eight_bit(self, voice: Voice) -> tuple[Prepared, ModelFile] | None:
        """The prepared graphs of a voice that has an 8-bit form, and its published file. Raises VoiceNotFound."""
        installed = self._find(voice.id)[0].installed
        is_allowed = self._options.stream is Stream.CALIBRATED
        prepared = read_prepared(self._options.prepared, installed) if is_allowed else None
        if prepared is None or eight_bit_of("decoder") not in prepared.graphs:
            return None
        return prepared, installed.files_of("model")[0]

    def form(self, voice: Voice) -> str:
        """How that voice speaks, for people: a Mode, or IN_8_BITS. Loads its model. Raises VoiceNotFound, too."""
        loaded = self._use(self._find(voice.id)[0])
        if not isinstance(loaded.graphs, SplitGraphs):
            return Mode.WHOLE
        return IN_8_BITS if loaded.graphs.is_eight_bit else Mode.WINDOWS

    def with_variant(self, variant: str) -> PiperEngine:
        """Another engine, which speaks with these of the prepared graphs (EngineOptions.variant)."""
        return PiperEngine(replace(self._options, variant=variant), clock=self._clock)

    def _find(self, voice: str) -> tuple[_Model, int]:
        """The model of a voice, and the number of its speaker."""
        name, _, speaker = voice.partition(":")[2].partition("#")
        model = self._models.get(name)
        if model is None or (speaker and speaker not in model.config.speakers):
            raise VoiceNotFound(voice, tuple(one.id for one in self.voices))
        return model, model.config.speakers.index(speaker) if speaker else 0

    @contextmanager
    def _speaking(self, model: _Model) -> Iterator[PiperGraphs]:
        """The graphs of a model for one sentence, which they outlast though another model is loaded meanwhile."""
        loaded = self._use(model)
        loaded.sentences += 1
        try:
            yield loaded.graphs
        finally:
            loaded.sentences -= 1
            if loaded is not self._loaded:
                self._let_go(loaded)

    def _let_go(self, loaded: _Loaded) -> None:
        """Unload one that is not used any more; its last sentence does it where that goes on."""
        if not loaded.sentences:
            loaded.graphs.unload()

    def _use(self, model: _Model) -> _Loaded:
        """A model, loaded and warm. When that fails the one before stays, where both have room."""
        if self._loaded is not None and self._loaded.model is model:
            return self._loaded
        self._make_room(model)
        prepared = read_prepared(self._options.prepared, model.installed)
        graphs = self._graphs(model, prepared)
        try:
            graphs.load()
        except EngineFailed as error:
            graphs.unload()
            if prepared is None:
                raise
            log.warning("The published file is used instead: %s", error)
            graphs = self._graphs(model, None)
            graphs.load()
        try:
            self._warm_up(model, graphs)
        except BaseException:
            graphs.unload()
            raise
        before, self._loaded, self._last = self._loaded, _Loaded(model, graphs), model
        if before is not None:
            self._let_go(before)
        trim()  # what loading took beyond the model
        return self._loaded

    def _make_room(self, model: _Model) -> None:
        """Unload what is loaded, if there is too little memory for both."""
        need, room = model_need(model.installed, self._options), available()
        if self._loaded is None or self._loaded.sentences:
            return
        if room is not None and need.bytes > room.bytes:
            log.warning("%s is unloaded first: %s, and %s", self._loaded.model.installed.name, need, room)
            self.unload()

    def _graphs(self, model: _Model, prepared: Prepared | None) -> PiperGraphs:
        """Windows where there are prepared graphs for them, else whole sentences."""
        variant = self._options.variant
        parts: dict[str, Path | None] = {}
        if prepared is not None:
            parts = {name: prepared.graph(name, variant) for name in PARTS}
            source = model.installed.files_of("model")[0].sha256
            decoder = spoken_by("decoder", prepared, self._options, source, model.installed.name)
            parts["decoder"] = prepared.graph(decoder, variant)
        if self._options.stream is not Stream.OFF and all(parts.get(name) for name in PARTS):
            models = {name: self._session(path, arena=True) for name, path in parts.items() if path is not None}
            return SplitGraphs(models, self.name, model.config.sample_rate, self._clock)
        path = (prepared.graph("whole", variant) if prepared is not None else None) or beside(model.installed)
        session = self._session(path, arena=self._options.arena)
        return WholeGraph(session, path, self.name, shrink=self._options.shrink)

    def _session(self, path: Path, *, arena: bool) -> OnnxModel:
        """With an arena it takes a third less time; what that holds is little, where there are windows."""
        options = self._options
        return OnnxModel(
            self.name,
            path,
            threads=options.threads or 1,
            spinning=options.spinning,
            arena=arena,
            pattern=False,  # each sentence has shapes of its own
            eight_bit=is_eight_bit(path.stem),
        )

    def _warm_up(self, model: _Model, graphs: PiperGraphs) -> None:
        """Say the highest ids to nobody: they tell whether graph and JSON are of one voice."""
        config = model.config
        wrong = (
            f"{beside(model.installed)} and the JSON beside it are not of one voice: %s."
            " Import both from the same place."
        )
        if graphs.takes_speaker != bool(config.speakers):
            named = f"{len(config.speakers)} speakers" if config.speakers else "one speaker"
            takes = "takes a speaker" if graphs.takes_speaker else "takes none"
            raise EngineFailed(self.name, wrong % f"the JSON names {named}, and the graph {takes}")
        highest = max(max(ids) for ids in config.ids.values())
        told = _told([0, highest, 0, highest, 0], max(len(config.speakers) - 1, 0), config, 1.0)
        try:
            for samples, _ in graphs.speak(told, self._runs.begin):
                if not np.isfinite(samples).all():
                    raise EngineFailed(self.name, "it gives no numbers")
        except EngineFailed as error:
            raise EngineFailed(self.name, wrong % f"{error} (ids up to {highest})") from error


def _told(ids: list[int], speaker: int, config: PiperConfig, speed: float) -> Told:
    seed = zlib.crc32(np.array(ids, dtype=np.int64).tobytes())
    return Told(ids, speaker, config.noise_scale, config.length_scale / speed, config.noise_w, seed)


def _within(samples: Samples) -> Samples:
    """Full scale at most; a graph that gives no number gives silence."""
    return np.clip(np.nan_to_num(samples), -1.0, 1.0)
