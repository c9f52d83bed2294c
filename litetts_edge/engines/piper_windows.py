"""One sentence of a Piper voice between its encoder and its samples, made window by window.

A voice is cut into three graphs (prepare/split_piper.py): `encoder` (ids to the expanded prior), `flow` (prior and
noise to latent frames) and `decoder` (latent frames to samples). The last two are finite convolutions, so windows
have the samples that the whole sentence has: each with the context that the graph declares, or, of a graph that
carries (carried.py), each with what the one before it left.
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

from litetts_edge.engines.carried import Carried, Named
from litetts_edge.engines.termination import Run
from litetts_edge.pcm import Samples

FACTS = "litetts_edge.windows"
"""The property of a graph that holds its Part."""
NOISE, LATENT = "noise", "latent"
"""The inputs of `flow` and `decoder` that no encoder gives."""
DURATION_NOISE = "duration_noise"
"""Input of the encoder, (1, 2, tokens), when the voice draws its durations."""
FLOW_AHEAD, FLOW_AHEAD_CARRIED = 256, 128
"""Frames that the flow makes at once, where it may: its context costs the same for few and for many."""

_NORMALS = 1 << 18
_SEED = b"litetts-edge piper noise"


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
    again: int = 0
    """Frames that each window computes again, all in all; of a graph that carries what it needs, about as many."""
    carries: bool = False
    """Whether it remembers what was before (carried.py). `before` is then 0, and `after` how late it is."""

    def text(self) -> str:
        """As the graph carries it."""
        return json.dumps(
            {
                "time": dict(self.time), "before": self.before, "after": self.after,
                "channels": self.channels, "hop": self.hop, "again": self.again, "carries": self.carries,
            }
        )  # fmt: skip

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> Part:
        """Raises ValueError for a graph that does not say it, or not all of it."""
        try:
            facts = json.loads(metadata[FACTS])
            time = {str(name): int(axis) for name, axis in facts["time"].items()}
            numbers = (int(facts[key]) for key in ("before", "after", "channels", "hop", "again"))
            before, after, channels, hop, again = numbers
            part = cls(time, before, after, channels, hop, again, bool(facts["carries"]))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"it does not declare its windows ({error!r})") from None
        if min(part.before, part.after) < 0 or min(part.channels, part.hop) < 1:
            raise ValueError(f"it declares windows that cannot be: {metadata[FACTS]}")
        return part


WHOLE = 1 << 40
"""Context of a graph that mixes all of the time."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A part that is ready to run."""

    part: Part
    inputs: tuple[Named, ...]
    run: Callable[[dict[str, NDArray[Any]], Run], dict[str, NDArray[Any]]]
    """Its outputs by name, the first of which is what it makes."""


class Utterance:
    """One sentence, from what its encoder said to its samples. Windows are asked for in order."""

    def __init__(
        self,
        values: Mapping[str, NDArray[Any]],
        flow: Graph,
        decoder: Graph,
        noise: Callable[[int, int, int], NDArray[np.float32]],
    ) -> None:
        """`values`: the encoder's outputs by name. `noise` of (channels, start, end): (channels, frames)."""
        self.frames = min(
            values[name].shape[axis] for name, axis in flow.part.time.items() if axis >= 0 and name in values
        )
        """Length of the sentence."""

        def own(start: int, end: int, _: Run) -> NDArray[np.float32]:
            return noise(flow.part.channels, start, end)[np.newaxis]

        self._flow = Windowed(flow, NOISE, own, values, self.frames)
        self._latent = np.empty((1, decoder.part.channels, 0), dtype=np.float32)
        self._kept = 0
        """Frames that were forgotten again, before those of _latent."""
        self._decoder = Windowed(decoder, LATENT, self._latents, values, self.frames)

    def samples(self, start: int, end: int, run: Run) -> Samples:
        """Of the frames [start, end), shape ((end - start) x hop,). `run` can end it early."""
        return self._decoder.make(start, end, run).reshape(-1)

    def _latents(self, start: int, end: int, run: Run) -> NDArray[np.float32]:
        """Frames [start, end), of which the decoder asks for none before `start` again."""
        ahead = FLOW_AHEAD_CARRIED if self._flow.carries else FLOW_AHEAD
        while (there := self._kept + self._latent.shape[-1]) < end:
            # the first time no more than that, since nothing plays yet
            until = min(self.frames, max(end, there + ahead) if there else end)
            made = self._flow.make(there, until, run)
            self._latent = np.concatenate((self._latent, made), axis=-1)
        self._latent = self._latent[:, :, start - self._kept :]
        self._kept = start
        return np.ascontiguousarray(self._latent[:, :, : end - start])


class Windowed:
    """What one part makes of one sentence, in order."""

    def __init__(
        self,
        graph: Graph,
        own: str,
        given: Callable[[int, int, Run], NDArray[np.float32]],
        values: Mapping[str, NDArray[Any]],
        frames: int,
    ) -> None:
        """`given`: frames [start, end) of the input `own`; `values`: the other inputs, of the whole sentence."""
        self._graph = graph
        self._own = own
        self._given = given
        self._values = values
        self._frames = frames
        self._carried = Carried(graph.inputs) if graph.part.carries else None
        self._fed = 0
        """Frames that the graph has been given, where it carries."""
        self._ready: NDArray[Any] | None = None
        """What it gave beyond what was asked for."""

    @property
    def carries(self) -> bool:
        """Whether it remembers what was before."""
        return self._carried is not None

    def make(self, start: int, end: int, run: Run) -> NDArray[Any]:
        """Of the frames [start, end), where `start` is the last `end`."""
        part = self._graph.part
        if self._carried is not None:
            return self._next((end - start) * part.hop, min(self._frames, end + part.after), self._carried, run)
        if part.before >= WHOLE:
            end = self._frames
        first, last = max(0, start - part.before), min(self._frames, end + part.after)
        made = self._graph.run(self._inputs(first, last, run), run)
        return next(iter(made.values()))[..., (start - first) * part.hop : (end - first) * part.hop]

    def _next(self, wanted: int, until: int, carried: Carried, run: Run) -> NDArray[Any]:
        """The next `wanted` positions, for which the graph is given all frames before `until`."""
        parts = [] if self._ready is None else [self._ready]
        if until > self._fed:
            given = self._inputs(self._fed, until, run)
            outputs = self._graph.run(carried.inputs(given, last=until == self._frames), run)
            carried.keep(outputs.items())
            parts.append(next(iter(outputs.values())))
            self._fed = until
        made = np.concatenate(parts, axis=-1)
        self._ready = made[..., wanted:]
        return made[..., :wanted]

    def _inputs(self, start: int, end: int, run: Run) -> dict[str, NDArray[Any]]:
        """Cut to the frames [start, end), where they have any."""
        cut = {self._own: self._given(start, end, run)}
        for name, axis in self._graph.part.time.items():
            if name == self._own:
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
