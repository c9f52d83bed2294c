"""A graph of the StyleTTS 2 kind (Kokoro, KittenTTS): ids, a style and a speed to a waveform.

Exports differ in the names and types of their inputs (`tokens` or `input_ids`; speed int32, int64 or float; fp16
throughout), in the rank of the waveform, and some have a second output, the duration of each id in frames of 600
samples. All of this is read off the graph.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.installed import InstalledModel, ModelFile
from litetts_edge.engines.onnx import MANIFEST, OnnxModel, Port
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.portions import symbols_at_once
from litetts_edge.engines.prepared import read_prepared
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed
from litetts_edge.pcm import Samples

log = logging.getLogger(__name__)

STYLE = 256
"""Numbers of a style, where a graph does not tell: 128 for the decoder, 128 for prosody."""
SAMPLE_RATE = 24000
"""Hz."""
FRAME = 600
"""Samples of one frame of a duration."""

_IDS = ("input_ids", "tokens")
_DURATIONS = ("duration", "durations", "pred_dur")


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What one step made."""

    samples: Samples
    """(n,) the next ones; n may be 0."""
    is_last: bool
    """Nothing follows."""
    durations: NDArray[np.int64] | None = None
    """(ids,) frames of each, with the last piece, where the graph tells."""


Step = Callable[[Run], Piece]
"""A stretch of work that a Run can end. Called once, before the next step is asked for."""


class StyleGraphs(Protocol):
    """The sessions that speak, whole sentences or in windows. Used on one thread."""

    @property
    def is_loaded(self) -> bool: ...

    @property
    def model_bytes(self) -> int:
        """Size of the loaded files; 0 when not loaded."""
        ...

    @property
    def style_width(self) -> int:
        """Numbers of a style. Only when loaded."""
        ...

    def load(self) -> None:
        """Make the sessions; a second call does nothing. Raises EngineFailed."""
        ...

    def unload(self) -> None:
        """Free the sessions; load() brings them back."""
        ...

    def symbols_at_once(self, speed: float, voice: str = "") -> float:
        """Of a portion, so that memory is bounded; infinite where there are windows. Only when loaded."""
        ...

    def steps(
        self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, voice: str = ""
    ) -> Iterator[Step]:
        """The steps that speak `ids` (n,), framed by their own marks of begin and end, in `style` (1, width).

        `speed` is within 0.5 and 2; `voice` is the name of the single voice that the style is of, empty for a
        blend. The engine calls each step in a run of its own, and hands its samples on
        before it asks for the next one. Only the last piece says that it is; its edges are not trimmed.
        """
        ...


class WholeGraph:
    """One session, one step: the whole sentence."""

    def __init__(self, model: InstalledModel, options: EngineOptions) -> None:
        self._model = model
        self._options = options
        self._session: OnnxModel | None = None
        self._ids, self._style, self._speed = (Port("", np.dtype(object), 0, 0),) * 3
        self._waveform = 0
        self._durations: int | None = None

    @property
    def is_loaded(self) -> bool:
        return self._session is not None

    @property
    def model_bytes(self) -> int:
        """Size of the loaded file; 0 when not loaded."""
        return self._session.model_bytes if self._session else 0

    @property
    def style_width(self) -> int:
        """Numbers of a style. Only when loaded."""
        return self._style.width or STYLE

    def load(self) -> None:
        """The graph that was prepared for this machine, else the published file. Raises EngineFailed."""
        if self._session is not None:
            return
        prepared = read_prepared(self._options.prepared, self._model)
        path = prepared.graph("whole", self._options.variant) if prepared else None
        if path is not None:
            try:
                self._open(path, "")
                return
            except EngineFailed as error:
                log.warning("The published file is used instead: %s", error)
        published = graph_file(self._model)
        self._open(published.path, published.sha256)

    def unload(self) -> None:
        """Free the session."""
        if self._session is not None:
            self._session.unload()
        self._session = None

    def symbols_at_once(self, speed: float, voice: str = "") -> float:
        """As many as last portions.AT_ONCE_S. Only when loaded."""
        return symbols_at_once(speed_for(self._speed, speed))

    def steps(
        self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, voice: str = ""
    ) -> Iterator[Step]:
        """The one step."""
        yield lambda run: self._speak(ids, style, speed, run)

    def _open(self, path: Path, sha256: str) -> None:
        options = self._options
        session = OnnxModel(
            self._model.engine,
            path,
            threads=options.threads,
            spinning=options.spinning,
            arena=options.arena,
            sha256=sha256,
        )
        session.load()
        try:
            self._ids, self._style, self._speed = read_inputs(session, self._model.engine, path)
            self._waveform, self._durations = _outputs(session, self._model.engine, path)
        except BaseException:
            session.unload()
            raise
        self._session = session

    def _speak(self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, run: Run) -> Piece:
        if self._session is None:
            raise EngineFailed(self._model.engine, f"{self._model.name} is not loaded.")
        given = {
            self._ids.name: shaped(ids, self._ids, 2),
            self._style.name: shaped(style, self._style, 2),
            self._speed.name: shaped(np.array([speed_for(self._speed, speed)]), self._speed, 0),
        }
        outputs = self._session.run(given, run, shrink=self._options.shrink)
        if not np.isfinite(outputs[self._waveform]).all():
            # Some draws of an export's noise lead to an arc tangent of 0/0 (prepare/arc_tangents).
            log.info("%s made samples that are no numbers; it draws its noise again.", self._model.name)
            outputs = self._session.run(given, run, shrink=self._options.shrink)
        samples = heard(outputs[self._waveform], self._model)
        durations = outputs[self._durations].astype(np.int64).reshape(-1) if self._durations is not None else None
        return Piece(samples, is_last=True, durations=durations)


def heard(waveform: NDArray[Any], model: InstalledModel) -> Samples:
    """(n,) samples of what a graph gave. Raises EngineFailed when not all of them are numbers."""
    samples = waveform.astype(np.float32).reshape(-1)
    if not np.isfinite(samples).all():
        raise EngineFailed(
            model.engine,
            f"{model.name} made samples that are no numbers: this machine cannot run it as it is."
            f" `litetts-edge models optimize {model.name}` may mend it; else use the model in another precision.",
        )
    return samples


def graph_file(model: InstalledModel) -> ModelFile:
    """The published graph. Raises EngineFailed when the manifest names none."""
    for file in model.files_of("model"):
        return file
    manifest = model.folder / MANIFEST
    raise EngineFailed(model.engine, f"{manifest} names no file with the role `model`. Pull the model again.")


def speed_for(port: Port, speed: float) -> float:
    """What the graph is told: where it takes whole numbers only, the nearest that is not 0."""
    return max(1.0, float(round(speed))) if np.issubdtype(port.dtype, np.integer) else speed


def read_inputs(session: OnnxModel, engine: str, path: Path) -> tuple[Port, Port, Port]:
    """Ids, style and speed. Raises EngineFailed for another kind of graph."""
    ports = {port.name: port for port in session.inputs}
    ids = next((ports[name] for name in _IDS if name in ports), None)
    if ids is None or "style" not in ports or "speed" not in ports or len(ports) != 3:
        raise EngineFailed(
            engine,
            f"{path} is another kind of model: its inputs are {', '.join(ports) or 'none'};"
            f" wanted are {' or '.join(_IDS)}, style and speed. Pull or import the right file.",
        )
    if np.issubdtype(ports["speed"].dtype, np.integer):
        log.warning("%s knows whole speeds only: 1 and 2. Another export of the model knows all.", path)
    return ids, ports["style"], ports["speed"]


def _outputs(session: OnnxModel, engine: str, path: Path) -> tuple[int, int | None]:
    """Which output is the waveform, and which the durations, if any. Raises EngineFailed."""
    waveform = durations = None
    for index, port in enumerate(session.outputs):
        if port.name in _DURATIONS:
            durations = index
        elif np.issubdtype(port.dtype, np.floating) and waveform is None:
            waveform = index
    if waveform is None:
        names = ", ".join(port.name for port in session.outputs)
        raise EngineFailed(engine, f"{path} has no waveform among its outputs ({names}). Pull the right file.")
    return waveform, durations


def shaped(values: NDArray[Any], port: Port, unknown: int) -> NDArray[Any]:
    """As the graph wants it: its type, and ones before the last dimension up to its rank."""
    rank = port.rank or unknown
    return values.astype(port.dtype).reshape((1,) * (rank - 1) + (-1,) if rank else ())
