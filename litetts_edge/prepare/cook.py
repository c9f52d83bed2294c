"""One graph under way: each change is tried on real inputs, and kept only where the graph still says the same.

An exact change must keep 80 dB to the graph before it. Where a graph quantizes what it computes, a last bit may
become a step of 1/255, so there it must keep 6 dB more than the quantization does: `noise_db`, the published graph
against the same graph with its large convolutions in float32.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import onnx

from litetts_edge.engines.prepared import Rewrite
from litetts_edge.prepare import compare
from litetts_edge.prepare.compare import Feed, Outcome, snr_db
from litetts_edge.prepare.conv_forms import FORMS
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import ConvLayer, Range, conv_layers
from litetts_edge.prepare.measure import AS_IT_IS, Race, Shape, race

log = logging.getLogger(__name__)

EXACT_DB = 80.0
"""What an exact rewrite keeps at least; on random weights they keep 120."""
FASTER = 0.95
"""Share of the time that a rewrite which is not exact must come down to."""
BETTER_DB = 6.0
"""By how much an exact rewrite of a graph of integers must be nearer than its quantization."""
SHARE = 0.005
"""Convolutions that do less of the work than this are left alone: half a percent."""

_LOOKS = (
    ("Shape", onnx.TensorProto.INT64),
    ("ReduceMin", onnx.TensorProto.FLOAT),
    ("ReduceMax", onnx.TensorProto.FLOAT),
)

Pass = Callable[[Graph], int]
"""Changes a graph, and says in how many places."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A rewrite that was not kept."""

    name: str
    why: str


@dataclass(slots=True)
class Result:
    """What became of one graph; the file is in the work folder."""

    path: Path
    rewrites: list[Rewrite] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)
    snr_db: float = compare.ALIKE
    """Against the published graph."""
    noise_db: float | None = None
    """Of its integer convolutions, published or made, against float32; None where it has none."""
    distance_db: float = 0.0
    """Log-spectral distance to the published graph."""
    cpu_before_s: float = 0.0
    cpu_after_s: float = 0.0


class Cook:
    """One graph, on its way to `<work>/<name>.onnx`, where what has been kept so far lies as well."""

    def __init__(
        self,
        model: onnx.ModelProto,
        work: Path,
        name: str,
        feeds: Sequence[Feed],
        tell: Callable[[str], None],
        *,
        eight_bit: bool = False,
    ) -> None:
        """`model` is used up; `feeds` are real inputs; `tell` hears of each step; `eight_bit` as of OnnxModel."""
        self._model = model
        self._feeds = feeds
        self._tell = tell
        self._eight_bit = eight_bit
        self._path = work / f"{name}.onnx"
        self._trial = work / f"{name}.trial.onnx"
        self.result = Result(self._path)
        compare.seed(model)
        onnx.save(model, str(self._path))
        self.original = self.now = self._run(self._path, rounds=1)
        """What the graph said at first, and what it says as it has been kept so far."""
        self._positions: dict[str, int] = {}
        """How many positions of time each convolution has on the first feed, by its name."""
        self.below: dict[str, float] = {}
        """See ConvLayer.below; by name."""
        self._look_inside()

    @property
    def graph(self) -> Graph:
        """What has been kept so far, to look at."""
        return Graph(self._model)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def exact(self, title: str, step: Pass) -> None:
        """Make a rewrite that changes no more than the last bits."""
        noise = self.result.noise_db
        floor = EXACT_DB if noise is None else min(EXACT_DB, noise + BETTER_DB)
        self.attempt(title, step, lambda outcome: snr_db(self.now.results, outcome.results), floor)

    def attempt(self, title: str, step: Pass, judge: Callable[[Outcome], float], floor: float) -> bool:
        """Make a rewrite, and keep it if `judge` finds it at `floor` dB or above. Whether it was kept."""
        graph = Graph(self._model)
        places = step(graph)
        if not places:
            return False
        graph.finish()
        try:
            onnx.save(self._model, str(self._trial))
            outcome = self._run(self._trial, rounds=0)
            found, why = judge(outcome), ""
        except Exception as error:  # onnxruntime's own errors share no class but this
            log.debug("%s failed", title, exc_info=True)
            outcome, found, why = self.now, float("-inf"), f"onnxruntime refuses it: {error}"
        if found < floor:
            self.drop(title, why or f"{found:.1f} dB, and {floor:.1f} are wanted")
            self._model = onnx.load(str(self._path))
            return False
        self._trial.replace(self._path)
        self.now = outcome
        self.result.rewrites.append(Rewrite(title, places, round(found, 1)))
        self._tell(f"{title}: {places} places, {found:.1f} dB")
        return True

    def drop(self, title: str, why: str) -> None:
        """Note a rewrite that is not made."""
        self.result.dropped.append(Dropped(title, why))
        self._tell(f"{title}: dropped, {why}")

    def tell(self, text: str) -> None:
        """Say what is going on."""
        self._tell(text)

    def outcome(self, step: Pass, rounds: int = 0, feeds: int | None = None) -> Outcome:
        """Of the graph with a rewrite that is not kept; on the first so many feeds."""
        graph = Graph(self._model)
        step(graph)
        graph.finish()
        onnx.save(self._model, str(self._trial))
        self._model = onnx.load(str(self._path))
        return self._run(self._trial, rounds=rounds, feeds=feeds)

    def large(self) -> list[ConvLayer]:
        """The convolutions that do most of the work."""
        layers = conv_layers(Graph(self._model))
        work = {layer.name: layer.weight.size * self._positions.get(layer.name, 0) for layer in layers}
        enough = SHARE * sum(work.values())
        return [layer for layer in layers if work[layer.name] > enough]

    def race(self, layers: Sequence[ConvLayer], forms: Sequence[str]) -> dict[Shape, Race]:
        """How long each form of these layers takes on this machine."""
        races: dict[Shape, Race] = {}
        for layer in layers:
            if layer.shape not in races:
                races[layer.shape] = race(layer, self._positions[layer.name], forms)
        self.result.races += races.values()
        return races

    def finish(self) -> Result:
        """The file as it is to be kept, with the figures of the whole."""
        result = self.result
        final = self._run(self._path, rounds=2)
        before = self.original
        result.snr_db = snr_db(before.results, final.results)
        result.distance_db = compare.log_spectral_distance_db(before.results, final.results)
        result.cpu_before_s, result.cpu_after_s = before.cpu_s, final.cpu_s
        compare.unseed(self._model)
        onnx.save(self._model, str(self._path))
        self._trial.unlink(missing_ok=True)
        return result

    def _run(self, path: Path, *, rounds: int, feeds: int | None = None) -> Outcome:
        return compare.run(path, self._feeds[:feeds], rounds=rounds, eight_bit=self._eight_bit)

    def _look_inside(self) -> None:
        """See what each convolution works on: its length and its range."""
        model = onnx.load(str(self._path))
        layers = conv_layers(Graph(model))
        for place, layer in enumerate(layers):
            for operator, kind in _LOOKS:
                output = f"litetts_{operator}_{place}"
                options: dict[str, Any] = {"keepdims": 0} if operator != "Shape" else {}
                model.graph.node.append(onnx.helper.make_node(operator, [layer.input], [output], **options))
                model.graph.output.append(onnx.helper.make_tensor_value_info(output, kind, None))
        onnx.save(model, str(self._trial))
        seen = compare.run(self._trial, self._feeds[:1], extra=len(_LOOKS) * len(layers), rounds=0).extras
        for place, layer in enumerate(layers):
            shape, least, most = seen[len(_LOOKS) * place :][: len(_LOOKS)]
            low, high = min(0.0, float(least)), max(0.0, float(most))
            self._positions[layer.name] = int(shape[-1])
            self.below[layer.name] = -low / (high - low) if high > low else 0.5


@dataclass(frozen=True, slots=True)
class Forms:
    """The rewrite of layers, by name, in the forms that were chosen for them."""

    forms: Mapping[str, str]
    below: Mapping[str, float] = field(default_factory=dict)
    """See ConvLayer.below."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """See ConvLayer.range."""

    def __call__(self, graph: Graph) -> int:
        """How many layers were written anew."""
        layers = [layer for layer in conv_layers(graph) if self.forms.get(layer.name, AS_IT_IS) != AS_IT_IS]
        for layer in layers:
            reader = graph.only_reader(layer.output)
            known = replace(
                layer,
                feeds_norm=reader is not None and reader.op_type == "InstanceNormalization",
                below=self.below.get(layer.name, 0.5),
                range=self.ranges.get(layer.name),
            )
            made = FORMS[self.forms[layer.name]](graph, known)
            graph.remove(layer.nodes)
            graph.replace(layer.output, made)
        return len(layers)
