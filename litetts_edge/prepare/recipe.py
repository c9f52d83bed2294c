"""The rewrites of one graph, in the precision that it was published in.

An 8-bit form of its integer convolutions is judged against the same graph in float32, and may be worse than the
published file by 3 dB at most. What is exact, and what is kept: cook.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx

from litetts_edge.prepare import conv2d, halves, norms, snakes
from litetts_edge.prepare.compare import Feed, Outcome, snr_db
from litetts_edge.prepare.cook import FASTER, Cook, Forms, Result
from litetts_edge.prepare.layers import ConvLayer
from litetts_edge.prepare.measure import AS_IT_IS, Race, Shape

WORSE_DB = 3.0
"""By how much an 8-bit form may be further from float32 than the published 8-bit form is."""
HALF_DB = 20.0
"""What float32 keeps to a graph that rounds everything to halves; it is the nearer one to the truth."""

BEFORE = (
    ("norm chains", norms.fuse_chains),
    ("norm scales", norms.absorb_scale),
    ("given norms", norms.join_affine),
)
"""Exact rewrites that are made before convolutions are written anew."""
BEHIND = (("snakes", snakes.scale_snakes), ("squares", snakes.multiply_squares))
"""And behind that: they put scales into the weights."""


def rewrite(
    source: onnx.ModelProto, work: Path, name: str, feeds: Sequence[Feed], tell: Callable[[str], None]
) -> Result:
    """Write `<work>/<name>.onnx`, the graph of `source` in its fastest form. `source` is used up."""
    cook = Cook(source, work, name, feeds, tell)
    if not _is_single(cook):
        cook.exact("squares", snakes.multiply_squares)  # the others put float32 weights in
        return cook.finish()
    in_float = _listen(cook)
    for title, step in BEFORE:
        cook.exact(title, step)
    if in_float is not None:
        _convolutions(cook, in_float)
    for title, step in BEHIND:
        cook.exact(title, step)
    widen(cook)
    return cook.finish()


def widen(cook: Cook) -> None:
    """Write float32 convolutions over two axes, where that is faster."""
    races = cook.race([layer for layer in cook.large() if not layer.is_integer], ("wide",))
    if any(one.fastest(("wide",)) != AS_IT_IS for one in races.values()):
        cook.exact("conv2d", conv2d.widen)


def _is_single(cook: Cook) -> bool:
    """Compute in float32 what is half, where that is faster; whether nothing is half then."""
    graph = cook.graph
    if halves.has_half_ports(graph):
        return False
    if not graph.half_weights():
        return True
    step = cook.outcome(halves.widen, rounds=1)
    if step.cpu_s > FASTER * cook.original.cpu_s:
        cook.drop("halves in float32", f"it takes {step.cpu_s / cook.original.cpu_s:.2f} of the time")
        return False
    return cook.attempt(
        "halves in float32", halves.widen, lambda outcome: snr_db(cook.now.results, outcome.results), HALF_DB
    )


def _listen(cook: Cook) -> Outcome | None:
    """Find how exact the published integers are: what the graph says with them in float32, if it says numbers."""
    large = _large_integers(cook)
    if not large:
        return None
    in_float = cook.outcome(Forms(dict.fromkeys([layer.name for layer in large], "wide")))
    if not all(np.isfinite(one).all() for one in in_float.results):  # integers cannot be NaN
        cook.drop("8-bit convolutions", "in float32 they give no numbers")
        return None
    cook.result.noise_db = noise = snr_db(in_float.results, cook.original.results)
    cook.tell(f"the published graph is {noise:.1f} dB from float32 convolutions")
    return in_float


def _convolutions(cook: Cook, in_float: Outcome) -> None:
    """Write the large integer convolutions in their fastest form that is exact enough."""
    large, noise = _large_integers(cook), cook.result.noise_db
    assert noise is not None  # it was found with `in_float`
    races = cook.race(large, ("columns", "sampled"))
    plain = {layer.name: races[layer.shape].fastest(("columns",)) for layer in large}
    groups = _groups(large, races)
    floor = noise - WORSE_DB

    def sounds(outcome: Outcome) -> float:
        return snr_db(in_float.results, outcome.results)

    forms = {**plain, **{name: "sampled" for group in groups for name in group}}
    if groups and sounds(cook.outcome(Forms(forms, cook.below))) < floor:  # then as many as may be
        forms = dict(plain)
        for group in groups:
            more = {**forms, **dict.fromkeys(group, "sampled")}
            if sounds(cook.outcome(Forms(more, cook.below))) >= floor:
                forms = more
    count = Counter(form for form in forms.values() if form != AS_IT_IS)
    if count:
        title = "8-bit convolutions (" + ", ".join(f"{count[form]} {form}" for form in sorted(count)) + ")"
        cook.attempt(title, Forms(forms, cook.below), sounds, floor)


def _groups(layers: Sequence[ConvLayer], races: Mapping[Shape, Race]) -> list[list[str]]:
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


def _large_integers(cook: Cook) -> list[ConvLayer]:
    return [layer for layer in cook.large() if layer.is_integer and layer.shape[2] > 1]
