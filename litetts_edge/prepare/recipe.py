"""The rewrites of one graph: made one after another, each kept only if the graph still says the same.

An exact rewrite must keep 80 dB to the graph before it. Where a graph quantizes what it computes, a difference in
the last bit may become a step of 1/255, so there it must keep what the quantization keeps itself: `noise_db`, the
published graph against the same graph with its large convolutions in float32. An 8-bit form is judged against that
float graph too, and may be worse than the published file by 3 dB at most.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import onnx

from litetts_edge.engines.prepared import Rewrite
from litetts_edge.prepare import compare, conv2d, norms, snakes
from litetts_edge.prepare.compare import Feed, Outcome, snr_db
from litetts_edge.prepare.conv_forms import FORMS
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import ConvLayer, conv_layers
from litetts_edge.prepare.measure import AS_IT_IS, Race, race

log = logging.getLogger(__name__)

EXACT_DB = 80.0
"""What an exact rewrite keeps at least; on random weights they keep 120."""
WORSE_DB = 3.0
"""By how much an 8-bit form may be further from float32 than the published 8-bit form is."""
SHARE = 0.005
"""Convolutions that do less of the work than this are left alone: half a percent."""

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
    """Of the published graph against float32 convolutions; None where it has no integers."""
    distance_db: float = 0.0
    """Log-spectral distance to the published graph."""
    cpu_before_s: float = 0.0
    cpu_after_s: float = 0.0


def rewrite(
    source: onnx.ModelProto, work: Path, name: str, feeds: Sequence[Feed], tell: Callable[[str], None]
) -> Result:
    """Write `<work>/<name>.onnx`, the graph of `source` in its fastest form. `source` is used up."""
    cook = _Cook(source, work, name, feeds, tell)
    for title, step in (("norm chains", norms.fuse_chains), ("norm scales", norms.absorb_scale)):
        cook.exact(title, step)
    cook.convolutions()
    for title, step in (("snakes", snakes.scale_snakes), ("squares", snakes.multiply_squares)):
        cook.exact(title, step)
    cook.widen()
    return cook.finish()


class _Cook:
    """One graph under way. `model` is what has been kept so far, and lies in `path` as well."""

    def __init__(
        self, model: onnx.ModelProto, work: Path, name: str, feeds: Sequence[Feed], tell: Callable[[str], None]
    ) -> None:
        self._model = model
        self._feeds = feeds
        self._tell = tell
        self._path = work / f"{name}.onnx"
        self._trial = work / f"{name}.trial.onnx"
        self._result = Result(self._path)
        compare.seed(model)
        onnx.save(model, str(self._path))
        self._original = self._now = compare.run(self._path, feeds, rounds=1)
        self._shapes = self._measure_shapes()

    def exact(self, title: str, step: Pass) -> None:
        """Make a rewrite that changes no more than the last bits."""
        self._try(title, step, lambda outcome: snr_db(self._now.results, outcome.results), self._floor())

    def convolutions(self) -> None:
        """Write the large integer convolutions in their fastest form that is exact enough."""
        graph = Graph(self._model)
        large = [layer for layer in self._large(graph) if layer.is_integer]
        if not large:
            return
        names = {layer.name for layer in large}
        in_float = self._outcome(_Forms(dict.fromkeys(names, "wide")))
        self._result.noise_db = noise = snr_db(in_float.results, self._original.results)
        self._tell(f"the published graph is {noise:.1f} dB from float32 convolutions")
        races = self._races(large, ("columns", "sampled"))
        for allowed in (("columns", "sampled"), ("columns",)):
            forms = {layer.name: races[layer.shape].fastest(allowed) for layer in large}
            forms = {name: form for name, form in forms.items() if form != AS_IT_IS}
            title = "8-bit convolutions (" + ", ".join(sorted(set(forms.values()))) + ")"
            if forms and self._try(
                title, _Forms(forms), lambda outcome: snr_db(in_float.results, outcome.results), noise - WORSE_DB
            ):
                return

    def widen(self) -> None:
        """Write float32 convolutions over two axes, where that is faster."""
        graph = Graph(self._model)
        large = [layer for layer in self._large(graph) if not layer.is_integer]
        races = self._races(large, ("wide",))
        if any(one.fastest(("wide",)) != AS_IT_IS for one in races.values()):
            self.exact("conv2d", conv2d.widen)

    def finish(self) -> Result:
        """The file as it is to be kept, with the figures of the whole."""
        result = self._result
        final = compare.run(self._path, self._feeds, rounds=2)
        before = self._original
        result.snr_db = snr_db(before.results, final.results)
        result.distance_db = compare.log_spectral_distance_db(before.results, final.results)
        result.cpu_before_s, result.cpu_after_s = before.cpu_s, final.cpu_s
        compare.unseed(self._model)
        onnx.save(self._model, str(self._path))
        self._trial.unlink(missing_ok=True)
        return result

    def _floor(self) -> float:
        return EXACT_DB if not self._has_integers() else min(EXACT_DB, (self._result.noise_db or 40.0))

    def _has_integers(self) -> bool:
        return any(node.op_type in ("DynamicQuantizeLinear", "QuantizeLinear") for node in self._model.graph.node)

    def _try(self, title: str, step: Pass, judge: Callable[[Outcome], float], floor: float) -> bool:
        graph = Graph(self._model)
        places = step(graph)
        if not places:
            return False
        graph.finish()
        try:
            onnx.save(self._model, str(self._trial))
            outcome = compare.run(self._trial, self._feeds, rounds=0)
            found, why = judge(outcome), ""
        except Exception as error:  # onnxruntime's own errors share no class but this
            log.debug("%s failed", title, exc_info=True)
            outcome, found, why = self._now, float("-inf"), f"onnxruntime refuses it: {error}"
        if found < floor:
            why = why or f"{found:.1f} dB, and {floor:.1f} are wanted"
            self._result.dropped.append(Dropped(title, why))
            self._tell(f"{title}: dropped, {why}")
            self._model = onnx.load(str(self._path))
            return False
        self._trial.replace(self._path)
        self._now = outcome
        self._result.rewrites.append(Rewrite(title, places, round(found, 1)))
        self._tell(f"{title}: {places} places, {found:.1f} dB")
        return True

    def _outcome(self, step: Pass) -> Outcome:
        """Of the graph with a rewrite that is not kept."""
        graph = Graph(self._model)
        step(graph)
        graph.finish()
        onnx.save(self._model, str(self._trial))
        self._model = onnx.load(str(self._path))
        return compare.run(self._trial, self._feeds, rounds=0)

    def _measure_shapes(self) -> Mapping[str, int]:
        """How many positions of time each convolution has on the first feed, by its name."""
        model = onnx.load(str(self._path))
        layers = conv_layers(Graph(model))
        for place, layer in enumerate(layers):
            model.graph.node.append(onnx.helper.make_node("Shape", [layer.input], [f"litetts_shape_{place}"]))
            value = onnx.helper.make_tensor_value_info(f"litetts_shape_{place}", onnx.TensorProto.INT64, None)
            model.graph.output.append(value)
        onnx.save(model, str(self._trial))
        found = compare.run(self._trial, self._feeds[:1], extra=len(layers), rounds=0)
        return {layer.name: shape[-1] for layer, shape in zip(layers, found.shapes, strict=True)}

    def _large(self, graph: Graph) -> list[ConvLayer]:
        layers = conv_layers(graph)
        work = {layer.name: layer.weight.size * self._shapes.get(layer.name, 0) for layer in layers}
        enough = SHARE * sum(work.values())
        return [layer for layer in layers if work[layer.name] > enough]

    def _races(self, layers: Sequence[ConvLayer], forms: Sequence[str]) -> dict[tuple[int, int, int, int], Race]:
        races: dict[tuple[int, int, int, int], Race] = {}
        for layer in layers:
            if layer.shape not in races:
                races[layer.shape] = race(layer, self._shapes[layer.name], forms)
        self._result.races += races.values()
        return races


@dataclass(frozen=True, slots=True)
class _Forms:
    """The rewrite of layers, by name, in the forms that were chosen for them."""

    forms: Mapping[str, str]

    def __call__(self, graph: Graph) -> int:
        layers = [layer for layer in conv_layers(graph) if layer.name in self.forms]
        for layer in layers:
            reader = graph.only_reader(layer.output)
            if reader is not None and reader.op_type == "InstanceNormalization":
                layer = replace(layer, bias=None)  # noqa: PLW2901 - the norm takes away what the bias adds
            made = FORMS[self.forms[layer.name]](graph, layer)
            graph.remove(layer.nodes)
            graph.replace(layer.output, made)
        return len(layers)
