"""One sentence of a Piper voice between its encoder and its samples, made window by window.

A voice is cut into three graphs (prepare/split_piper.py): `encoder` (ids to the expanded prior), `flow` (prior and
noise to latent frames) and `decoder` (latent frames to samples). The last two are finite convolutions, so a window
with the context that the graphs declare has the samples that the whole sentence has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.termination import Run
from litetts_edge.pcm import Samples

FACTS = "litetts_edge.windows"
"""The property of a graph that holds its Part."""
NOISE, LATENT = "noise", "latent"
"""The inputs of `flow` and `decoder` that no encoder gives."""
DURATION_NOISE = "duration_noise"
"""Input of the encoder, (1, 2, tokens), when the voice draws its durations."""
FLOW_AHEAD = 256
"""Frames that the flow makes at once, where it may: its context costs the same for few and for many."""

_NORMALS = 1 << 18
_SEED = b"litetts-edge piper noise"

Graph = Callable[[dict[str, NDArray[Any]], Run], NDArray[np.float32]]
"""Runs a graph and returns its one output."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a graph declares about being run in windows."""

    time: Mapping[str, int]
    """Its inputs, with their axis of time; -1 for one that is the same for each window."""
    before: int
    """Frames that it needs before a window; WHOLE for the whole sentence."""
    after: int
    channels: int
    """Of NOISE or LATENT."""
    hop: int
    """Samples (of the decoder) or frames (of the flow) that it makes of a frame."""

    def text(self) -> str:
        """As the graph carries it."""
        return json.dumps(
            {
                "time": dict(self.time), "before": self.before, "after": self.after,
                "channels": self.channels, "hop": self.hop,
            }
        )  # fmt: skip

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> Part:
        """Raises ValueError for a graph that does not say it, or not all of it."""
        try:
            facts = json.loads(metadata[FACTS])
            time = {str(name): int(axis) for name, axis in facts["time"].items()}
            part = cls(time, *(int(facts[key]) for key in ("before", "after", "channels", "hop")))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"it does not declare its windows ({error!r})") from None
        if min(part.before, part.after) < 0 or min(part.channels, part.hop) < 1:
            raise ValueError(f"it declares windows that cannot be: {metadata[FACTS]}")
        return part


WHOLE = 1 << 40
"""Context of a graph that mixes all of the time."""


class Utterance:
    """One sentence, from what its encoder said to its samples. Windows are asked for in order."""

    def __init__(
        self,
        values: Mapping[str, NDArray[Any]],
        flow: tuple[Part, Graph],
        decoder: tuple[Part, Graph],
        noise: Callable[[int, int, int], NDArray[np.float32]],
    ) -> None:
        """`values`: the encoder's outputs by name. `noise` of (channels, start, end): (channels, frames)."""
        self._values = values
        self._flow, self._decoder = flow, decoder
        self._noise = noise
        self.frames = min(
            values[name].shape[axis] for name, axis in flow[0].time.items() if axis >= 0 and name in values
        )
        """Length of the sentence."""
        self._latent = np.empty((1, decoder[0].channels, 0), dtype=np.float32)
        self._kept = 0
        """Frames that were forgotten again, before those of _latent."""

    def samples(self, start: int, end: int, run: Run) -> Samples:
        """Of the frames [start, end), shape ((end - start) x hop,). `run` can end it early."""
        part, graph = self._decoder
        first, last = max(0, start - part.before), min(self.frames, end + part.after)
        while self._kept + self._latent.shape[-1] < last:
            self._extend(last, run)
        self._latent = self._latent[:, :, first - self._kept :]
        self._kept = first
        latent = np.ascontiguousarray(self._latent[:, :, : last - first])
        audio = graph({LATENT: latent, **self._slices(part, first, last, LATENT)}, run).reshape(-1)
        return audio[(start - first) * part.hop : (end - first) * part.hop]

    def _extend(self, wanted: int, run: Run) -> None:
        """Make latent frames, up to `wanted` at least; the first time no more than that."""
        part, graph = self._flow
        start = self._kept + self._latent.shape[-1]
        end = min(self.frames, max(wanted, start + FLOW_AHEAD) if start else wanted)
        if part.before >= WHOLE:
            end = self.frames
        first, last = max(0, start - part.before), min(self.frames, end + part.after)
        noise = self._noise(part.channels, first, last)[np.newaxis]
        made = graph({NOISE: noise, **self._slices(part, first, last, NOISE)}, run)
        self._latent = np.concatenate((self._latent, made[:, :, start - first : end - first]), axis=-1)

    def _slices(self, part: Part, start: int, end: int, own: str) -> dict[str, NDArray[Any]]:
        """The encoder's values that the graph takes, cut to the frames [start, end) where they have any."""
        cut: dict[str, NDArray[Any]] = {}
        for name, axis in part.time.items():
            if name == own:
                continue
            value = self._values[name]
            if axis < 0:
                cut[name] = value
            else:
                where = [slice(None)] * value.ndim
                where[axis] = slice(start, end)
                cut[name] = np.ascontiguousarray(value[tuple(where)])
        return cut


def normals(channels: int, start: int, end: int, seed: int = 0) -> NDArray[np.float32]:
    """(channels, end - start) numbers of a normal distribution, that depend on nothing but their place and `seed`.

    They repeat after _NORMALS / channels frames: 16 s of a voice of 22 kHz, where nobody hears it.
    """
    places = np.arange(start, end)[np.newaxis, :] * channels + np.arange(channels)[:, np.newaxis] + seed
    drawn: NDArray[np.float32] = _table()[places % _NORMALS]
    return drawn


@cache
def _table() -> NDArray[np.float32]:
    """Box and Muller's transform of uniform numbers (Annals of Mathematical Statistics 29, 1958)."""
    # The bits of FIPS 202 are the same for ever. numpy.random's are not, and importing it takes 6.5 MB.
    bits = np.frombuffer(hashlib.shake_256(_SEED).digest(4 * _NORMALS), dtype="<u4").reshape(2, -1)
    uniform = (bits.astype(np.float64) + 0.5) / 2**32
    radius = np.sqrt(-2 * np.log(uniform[0]))
    angle = 2 * np.pi * uniform[1]
    return np.concatenate((radius * np.cos(angle), radius * np.sin(angle))).astype(np.float32)
