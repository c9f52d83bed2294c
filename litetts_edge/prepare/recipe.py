"""The rewrites of one graph: made one after another, each kept only if the graph still says the same.

An exact rewrite must keep 80 dB to the graph before it. Where a graph quantizes what it computes, a last bit may
become a step of 1/255, so there it must keep 6 dB more than the quantization does: `noise_db`, the published graph
against the same graph with its large convolutions in float32. An 8-bit form is judged against that graph as well,
and may be worse than the published file by 3 dB at most.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from litetts_edge.engines.prepared import Rewrite
from litetts_edge.prepare import compare, conv2d, halves, norms, snakes
from litetts_edge.prepare.compare import Feed, Outcome, snr_db
from litetts_edge.prepare.conv_forms import FORMS
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import ConvLayer, conv_layers
from litetts_edge.prepare.measure import AS_IT_IS, Race, Shape, race

log = logging.getLogger(__name__)

EXACT_DB = 80.0
"""What an exact rewrite keeps at least; on random weights they keep 120."""
WORSE_DB = 3.0
"""By how much an 8-bit form may be further from float32 than the published 8-bit form is."""
HALF_DB = 20.0
"""What float32 keeps to a graph that rounds everything to halves; it is the nearer one to the truth."""
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
    if not cook.is_single():
        cook.exact("squares", snakes.multiply_squares)  # the others put float32 weights in
        return cook.finish()
    cook.listen()
    for title, step in (
        ("norm chains", norms.fuse_chains),
        ("norm scales", norms.absorb_scale),
        ("given norms", norms.join_affine),
    ):
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
        self._in_float: Outcome | None = None
        compare.seed(model)
        onnx.save(model, str(self._path))
        self._original = self._now = compare.run(self._path, feeds, rounds=1)
        self._shapes: dict[str, int] = {}
        """How many positions of time each convolution has on the first feed, by its name."""
        self._below: dict[str, float] = {}
        self._look_inside()

    def is_single(self) -> bool:
        """Compute in float32 what is half, where that is faster; whether nothing is half then."""
        graph = Graph(self._model)
        if halves.has_half_ports(graph):
            return False
        if not graph.half_weights():
            return True
        step = self._outcome(halves.widen, rounds=1)
        if step.cpu_s > FASTER * self._original.cpu_s:
            why = f"it takes {step.cpu_s / self._original.cpu_s:.2f} of the time"
            self._result.dropped.append(Dropped("halves in float32", why))
            return False
        return self._try(
            "halves in float32", halves.widen, lambda outcome: snr_db(self._now.results, outcome.results), HALF_DB
        )

    def exact(self, title: str, step: Pass) -> None:
        """Make a rewrite that changes no more than the last bits."""
        self._try(title, step, lambda outcome: snr_db(self._now.results, outcome.results), self._floor())

    def listen(self) -> None:
        """Find how exact the published integers are: what they are compared with is kept for convolutions()."""
        large = self._large_integers()
        if not large:
            return
        self._in_float = self._outcome(_Forms(dict.fromkeys([layer.name for layer in large], "wide")))
        if not all(np.isfinite(one).all() for one in self._in_float.results):  # integers cannot be NaN
            self._in_float = None
            self._result.dropped.append(Dropped("8-bit convolutions", "in float32 they give no numbers"))
            return
        self._result.noise_db = noise = snr_db(self._in_float.results, self._original.results)
        self._tell(f"the published graph is {noise:.1f} dB from float32 convolutions")

    def convolutions(self) -> None:
        """Write the large integer convolutions in their fastest form that is exact enough."""
        large, noise, in_float = self._large_integers(), self._result.noise_db, self._in_float
        if noise is None or in_float is None:
            return
        races = self._races(large, ("columns", "sampled"))
        plain = {layer.name: races[layer.shape].fastest(("columns",)) for layer in large}
        groups = self._groups(large, races)
        floor = noise - WORSE_DB

        def sounds(outcome: Outcome) -> float:
            return snr_db(in_float.results, outcome.results)

        forms = {**plain, **{name: "sampled" for group in groups for name in group}}
        if groups and sounds(self._outcome(_chosen(forms, self._below))) < floor:  # then as many as may be
            forms = dict(plain)
            for group in groups:
                more = {**forms, **dict.fromkeys(group, "sampled")}
                if sounds(self._outcome(_chosen(more, self._below))) >= floor:
                    forms = more
        step = _chosen(forms, self._below)
        if step.forms:
            count = Counter(step.forms.values())
            title = "8-bit convolutions (" + ", ".join(f"{count[form]} {form}" for form in sorted(count)) + ")"
            self._try(title, step, sounds, floor)

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
        noise = self._result.noise_db
        return EXACT_DB if noise is None else min(EXACT_DB, noise + BETTER_DB)

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

    def _outcome(self, step: Pass, rounds: int = 0) -> Outcome:
        """Of the graph with a rewrite that is not kept."""
        graph = Graph(self._model)
        step(graph)
        graph.finish()
        onnx.save(self._model, str(self._trial))
        self._model = onnx.load(str(self._path))
        return compare.run(self._trial, self._feeds, rounds=rounds)

    def _groups(self, layers: Sequence[ConvLayer], races: Mapping[Shape, Race]) -> list[list[str]]:
        """The layers that are fastest as `sampled`, by size; the group that gains most by it first."""
        groups: dict[tuple[int, ...], list[str]] = {}
        gain: Counter[tuple[int, ...]] = Counter()
        for layer in layers:
            one = races[layer.shape]
            if one.fastest(("columns", "sampled")) == "sampled":
                groups.setdefault(layer.shape[:3], []).append(layer.name)
                other = min(one.cpu_ms["columns"], one.cpu_ms[AS_IT_IS])
                gain[layer.shape[:3]] += int(1000 * (other - one.cpu_ms["sampled"]))
        return [groups[size] for size, _ in gain.most_common()]

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
            self._shapes[layer.name] = int(shape[-1])
            self._below[layer.name] = -low / (high - low) if high > low else 0.5

    def _large_integers(self) -> list[ConvLayer]:
        return [layer for layer in self._large(Graph(self._model)) if layer.is_integer and layer.shape[2] > 1]

    def _large(self, graph: Graph) -> list[ConvLayer]:
        layers = conv_layers(graph)
        work = {layer.name: layer.weight.size * self._shapes.get(layer.name, 0) for layer in layers}
        enough = SHARE * sum(work.values())
        return [layer for layer in layers if work[layer.name] > enough]

    def _races(self, layers: Sequence[ConvLayer], forms: Sequence[str]) -> dict[Shape, Race]:
        races: dict[Shape, Race] = {}
        for layer in layers:
            if layer.shape not in races:
                races[layer.shape] = race(layer, self._shapes[layer.name], forms)
        self._result.races += races.values()
        return races


@dataclass(frozen=True, slots=True)
class _Forms:
    """The rewrite of layers, by name, in the forms that were chosen for them."""

    forms: Mapping[str, str]
    below: Mapping[str, float] = field(default_factory=dict)
    """See ConvLayer.below."""

    def __call__(self, graph: Graph) -> int:
        layers = [layer for layer in conv_layers(graph) if layer.name in self.forms]
        for layer in layers:
            reader = graph.only_reader(layer.output)
            feeds_norm = reader is not None and reader.op_type == "InstanceNormalization"
            known = replace(layer, feeds_norm=feeds_norm, below=self.below.get(layer.name, 0.5))
            made = FORMS[self.forms[layer.name]](graph, known)
            graph.remove(layer.nodes)
            graph.replace(layer.output, made)
        return len(layers)


def _chosen(forms: Mapping[str, str], below: Mapping[str, float]) -> _Forms:
    return _Forms({name: form for name, form in forms.items() if form != AS_IT_IS}, below)
