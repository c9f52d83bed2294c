"""The 8-bit form of a graph: convolutions of integers, whose ranges were measured on sentences of this machine.

    published  float32, or integers with the range of the moment
    8-bit      QLinearConv with fixed ranges, where that is fast and does little harm; float32 elsewhere

Each convolution is tried alone, for what it saves and for the noise that it brings. Those that save most for their
noise are taken, until the noise of all together (that of independent sources adds) is what a graph may have.
Whether that can be heard is decided by `models check`; before it has passed the 8-bit form is not used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx

from litetts_edge.prepare import halves
from litetts_edge.prepare.compare import Feed, Outcome, snr_db
from litetts_edge.prepare.cook import FASTER, Cook, Forms, Result
from litetts_edge.prepare.graph import Array, Graph
from litetts_edge.prepare.layers import ConvLayer, Range, in_float
from litetts_edge.prepare.measure import AS_IT_IS
from litetts_edge.prepare.ranges import observe
from litetts_edge.prepare.recipe import BEFORE, BEHIND, widen

LEAST_DB = 25.0
"""What the 8-bit form keeps to the same graph in float32: the published quantized files keep 23 to 25."""
LEAST_OPSET = 13
"""ONNX: since then QuantizeLinear and DequantizeLinear have an axis."""
_SHARES = (1.0, 0.5, 0.25)
"""Of the noise that is allowed, that are tried one after another: noise is not quite independent."""
_HEARD = 3
"""Feeds on which one convolution is tried alone."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What comes of writing one convolution in 8 bits."""

    name: str
    saved_ms: float
    noise: float
    """Energy of the difference, of that of the result."""


def rewrite_fixed(
    source: onnx.ModelProto,
    work: Path,
    name: str,
    feeds: Sequence[Feed],
    sentences: Iterable[Feed],
    rival_s: float,
    tell: Callable[[str], None],
) -> Result | None:
    """Write `<work>/<name>.onnx`; None, and no file, where that is not exact enough or not faster.

    `source` is used up. `feeds`: what it is compared by; `sentences`: what ranges are told from; `rival_s`: CPU
    seconds that the form for comparison takes for `feeds`.
    """
    graph = Graph(source)
    if graph.opset < LEAST_OPSET:
        tell(f"no 8-bit form of a graph of opset {graph.opset}: before {LEAST_OPSET} no channel has its own scale")
        return None
    if halves.has_half_ports(graph):
        tell("no 8-bit form of a graph that is given halves")
        return None
    if graph.half_weights():
        halves.widen(graph)
        graph.finish()
        graph = Graph(source)
    in_float(graph)
    graph.finish()
    cook = Cook(source, work, name, feeds, tell, eight_bit=True)
    for title, step in (*BEFORE, *BEHIND):
        cook.exact(title, step)
    is_made = _fix(cook, sentences)
    if is_made:
        widen(cook)
    result = cook.finish()
    if is_made and result.cpu_after_s <= FASTER * rival_s:
        return result
    if is_made:
        tell(f"no 8-bit form: it takes {result.cpu_after_s / rival_s:.2f} of the time")
    result.path.unlink()
    return None


def chosen(gains: Iterable[Gain], noise: float) -> list[str]:
    """Those that save most for the noise that they bring, as many as bring no more than `noise` together."""
    best = sorted(
        (one for one in gains if one.saved_ms > 0), key=lambda one: one.noise / one.saved_ms if one.noise else 0.0
    )
    taken, total = [], 0.0
    for one in best:
        if total + one.noise <= noise:
            taken.append(one.name)
            total += one.noise
    return taken


def _fix(cook: Cook, sentences: Iterable[Feed]) -> bool:
    """Write convolutions in 8 bits; whether that could be done."""
    large = cook.large()
    ranges = observe(cook.path, sentences) if large else {}
    gains = _gains(cook, [layer for layer in large if ranges[layer.name].is_finite], ranges)
    exact = cook.now
    for share in _SHARES:
        names = chosen(gains, share * 10 ** (-LEAST_DB / 10))
        if not names:
            break
        title = f"8-bit convolutions with fixed ranges, of {len(large)} large ones"
        step = Forms(dict.fromkeys(names, "fixed"), ranges=ranges)
        if cook.attempt(title, step, lambda outcome: snr_db(exact.results, outcome.results), LEAST_DB):
            # What is done behind it may change roundings.
            cook.result.noise_db = snr_db(exact.results, cook.now.results)
            return True
    cook.tell("no 8-bit form: none is both fast and exact enough")
    return False


def _gains(cook: Cook, layers: Sequence[ConvLayer], ranges: dict[str, Range]) -> list[Gain]:
    races = cook.race(layers, ("wide", "fixed"))
    exact = cook.now.results[:_HEARD]
    found = []
    for layer in layers:
        taken = races[layer.shape].cpu_ms
        saved = min(taken[AS_IT_IS], taken["wide"]) - taken["fixed"]
        if saved > 0:
            alone = cook.outcome(Forms({layer.name: "fixed"}, ranges=ranges), feeds=_HEARD)
            found.append(Gain(layer.name, saved, _noise(exact, alone)))
    return found


def _noise(exact: Sequence[Array], alone: Outcome) -> float:
    found = snr_db(exact, alone.results)
    return math.inf if found == -math.inf else 10 ** (-found / 10)
