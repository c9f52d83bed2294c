"""The generator of Kokoro and KittenTTS, run on one sentence in windows.

Each window has the samples that the whole sentence has with the same statistics: a generator that carries
(carried.py) is given what is new, any other one the context of each window as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.carried import Carried
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.stream_statistics import Floats
from litetts_edge.engines.style_graph import heard
from litetts_edge.engines.termination import Run


@dataclass(frozen=True, slots=True)
class Shape:
    """What the parts say of themselves."""

    before: int
    """Frames that a window needs before its own."""
    behind: int
    samples: int
    """Of a frame."""
    steps: int
    """Positions of the source for a frame; one more at the end."""
    epsilon: float
    noise: tuple[str, ...]
    """`normal` or `uniform` for each noise input."""
    late: int = 0
    """Frames that a generator that carries is behind with what it gives; 0 for one that does not."""
    again: int = 0
    """Frames that a window computes more than once, all in all."""

    @classmethod
    def read(cls, facts: Mapping[str, str]) -> Shape:
        """Raises KeyError, ValueError."""
        before, behind = int(facts["litetts.before"]), int(facts["litetts.behind"])
        late, again = int(facts.get("litetts.late", 0)), int(facts.get("litetts.again", before + behind))
        samples, steps = int(facts["litetts.samples_per_frame"]), int(facts["litetts.steps_per_frame"])
        if min(before, behind, late, again) < 0 or min(samples, steps) < 1:
            raise ValueError(f"{dict(facts)} is no shape")
        noise = tuple(facts["litetts.noise"].split())
        return cls(before, behind, samples, steps, float(facts["litetts.epsilon"]), noise, late, again)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What front and source say of a sentence."""

    frames: NDArray[Any]
    """(1, channels, n)"""
    source: NDArray[Any]
    """(1, bins, n steps + 1)"""
    modulation: Floats
    """(2, channels of all normalisations): scale and shift."""
    durations: NDArray[np.int64] | None


class Generating:
    """One sentence, window after window."""

    def __init__(
        self, session: OnnxModel, model: InstalledModel, shape: Shape, told: Told, affine: Floats
    ) -> None:
        """`affine`: gain and bias of the normalisations, (2, channels)."""
        self._session = session
        self._model = model
        self.shape = shape
        self._told = told
        self._affine = affine
        self._frames = int(told.frames.shape[2])
        self._at = 0
        """Frames that have been made."""
        self._fed = 0
        """Frames that a generator that carries has been given."""
        self._carried = Carried(session.inputs) if shape.late else None
        self._ready = np.empty(0, np.float32)
        """Samples beyond those that were asked for."""

    def make(self, end: int, run: Run) -> NDArray[np.float32]:
        """The samples up to frame `end` that have not been made yet. Raises EngineFailed."""
        start, self._at = self._at, end
        count = (end - start) * self.shape.samples
        if self._carried is None:
            low = max(0, start - self.shape.before)
            made = self._run(self._inputs(low, min(self._frames, end + self.shape.behind), whole=True), run)
            skipped = (start - low) * self.shape.samples
            return heard(made["waveform"], self._model)[skipped : skipped + count]
        until = min(self._frames, end + self.shape.late)
        if until > self._fed:
            given = self._inputs(self._fed, until, whole=not self._fed)
            made = self._run(self._carried.inputs(given, last=until == self._frames), run)
            self._carried.keep(made.items())
            self._fed = until
            self._ready = np.concatenate((self._ready, heard(made["waveform"], self._model)))
        samples, self._ready = self._ready[:count], self._ready[count:]
        return samples

    def _inputs(self, low: int, high: int, *, whole: bool) -> dict[str, NDArray[Any]]:
        """Of the frames from `low` to `high`; `whole`: with the first position of the source."""
        steps = self.shape.steps
        begin = low * steps if whole else low * steps + 1
        return {
            "frames": np.ascontiguousarray(self._told.frames[:, :, low:high]),
            "source": np.ascontiguousarray(self._told.source[:, :, begin : high * steps + 1]),
            "affine": self._affine,
        }

    def _run(self, given: dict[str, NDArray[Any]], run: Run) -> dict[str, NDArray[Any]]:
        names = (port.name for port in self._session.outputs)
        return dict(zip(names, self._session.run(given, run), strict=True))
