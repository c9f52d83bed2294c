"""How much before and behind a window its samples depend on, told from the graph.

Time is the last axis. Every tensor has a rate (positions per input frame; inputs may have different ones) and two
reaches, in frames: position p depends on what lies between p/rate - before and p/rate + behind. Tap j of a
convolution (stride s, dilation d) reads i = p s - pads + j d, of a transposed one i = (p + pads - j d) / s:

    Conv           rate/s   before + pads/rate                 behind + ((k-1) d - pads)/rate
    ConvTranspose  rate s   before + ((k-1) d - pads)/(rate s) behind + pads/(rate s)
    Pad by n       rate     before + n/rate                    behind - n/rate
    Slice from n   rate     before - n/rate                    behind + n/rate
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, numpy_helper
from onnx.reference import ReferenceEvaluator

from litetts_edge.prepare.cut import Wiring, attribute, part_of

POINTWISE = frozenset(
    """
    Abs Add And Atan Cast Clip Concat Cos DequantizeLinear Div DynamicQuantizeLinear Elu Equal Exp Expand Gather
    Greater Identity LeakyRelu Less Log Max Min Mul Neg Not Or Pow QuantizeLinear Reciprocal Relu Reshape ScatterND
    Sigmoid Sin Split Sqrt Squeeze Sub Tanh Transpose Unsqueeze Where
    """.split()
)
"""Gather and ScatterND, too: an inverse STFT picks with them the positions whose window sum is not 0."""
_NO_TIME = frozenset({"Shape", "Size"})
_ONE_WITH_TIME = frozenset({"DynamicQuantizeLinear"})
_WEIGHT_AT = {"Conv": 1, "ConvInteger": 1, "ConvTranspose": 1, "QLinearConv": 3}


class NotAStream(ValueError):
    """A graph, or a part of one, that cannot be made window by window; str() says where and why."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a position of a tensor depends on."""

    rate: Fraction
    """Positions for each input frame."""
    before: Fraction = Fraction(0)
    """Frames."""
    behind: Fraction = Fraction(0)
    """Frames."""

    def __or__(self, other: Reach) -> Reach:
        """Of a tensor made of both, position by position."""
        if self.rate != other.rate:
            raise NotAStream(f"tensors of {self.rate} and {other.rate} positions a frame are joined")
        return Reach(self.rate, max(self.before, other.before), max(self.behind, other.behind))

    def shifted(self, positions: int) -> Reach:
        """Of the tensor with that many positions put before its start; negative: taken away."""
        by = positions / self.rate
        return Reach(self.rate, self.before + by, self.behind - by)


@dataclass(frozen=True, slots=True)
class Context:
    """What windows need, in whole frames."""

    before: int
    behind: int
    rate: int
    """Positions of the output for each frame."""


def context(graph: GraphProto, inputs: Mapping[str, int], output: str) -> Context:
    """Of a graph whose windowed inputs have so many positions a frame. Raises NotAStream."""
    wiring = Wiring(graph)
    known = follow(wiring, wiring.nodes, {name: Reach(Fraction(rate)) for name, rate in inputs.items()})
    if output not in known or known[output].rate.denominator != 1:
        raise NotAStream(f"{output} has no fixed number of positions a frame")
    end = known[output]
    return Context(max(0, math.ceil(end.before)), max(0, math.ceil(end.behind)), int(end.rate))


def follow(wiring: Wiring, nodes: Sequence[NodeProto], sources: Mapping[str, Reach]) -> dict[str, Reach]:
    """The reach of all tensors that `nodes`, in running order, make of `sources` and that have a time.

    Raises NotAStream.
    """
    known = dict(sources)
    for node in nodes:
        before = [known[name] for name in node.input if name in known]
        if not before or node.op_type in _NO_TIME:
            continue
        try:
            after = _through(wiring, node, before)
        except NotAStream as error:
            raise NotAStream(f"{node.op_type} {node.name}: {error}") from None
        # What else a quantizer gives, scale and zero point, has no time.
        known.update(dict.fromkeys(node.output[:1] if node.op_type in _ONE_WITH_TIME else node.output, after))
    return known


def _through(wiring: Wiring, node: NodeProto, before: list[Reach]) -> Reach:
    reach = before[0]
    if node.op_type in ("Conv", "ConvInteger", "QLinearConv"):
        return _conv(wiring, node, reach)
    if node.op_type == "ConvTranspose":
        return _conv_transposed(wiring, node, reach)
    if node.op_type == "Pad":
        pads = _values(wiring, node, 1, "pads").reshape(2, -1)
        return reach.shifted(int(pads[0, -1]))
    if node.op_type == "Slice":
        return reach.shifted(-_slice_start(wiring, node))
    if node.op_type not in POINTWISE:
        raise NotAStream("it is not known to work position by position")
    for other in before[1:]:
        reach |= other
    return reach


def _conv(wiring: Wiring, node: NodeProto, reach: Reach) -> Reach:
    stride, pads, span = _geometry(wiring, node)
    before = reach.before + pads / reach.rate
    return Reach(reach.rate / stride, before, reach.behind + (span - pads) / reach.rate)


def _conv_transposed(wiring: Wiring, node: NodeProto, reach: Reach) -> Reach:
    stride, pads, span = _geometry(wiring, node)
    rate = reach.rate * stride
    return Reach(rate, reach.before + (span - pads) / rate, reach.behind + pads / rate)


def _geometry(wiring: Wiring, node: NodeProto) -> tuple[int, int, int]:
    """Stride, padding before the start, and how far its first tap is from its last."""
    if attribute(node, "auto_pad", b"NOTSET") != b"NOTSET":
        raise NotAStream("it pads by itself")
    weight = wiring.constant(node.input[_WEIGHT_AT[node.op_type]])
    if weight is None:
        raise NotAStream("its weights are not fixed")
    axes = len(weight.dims) - 2
    pads = cast("list[int]", attribute(node, "pads", [0] * 2 * axes))
    strides = cast("list[int]", attribute(node, "strides", [1] * axes))
    dilations = cast("list[int]", attribute(node, "dilations", [1] * axes))
    return strides[-1], pads[axes - 1], (weight.dims[-1] - 1) * dilations[-1]


def _slice_start(wiring: Wiring, node: NodeProto) -> int:
    """Where a Slice begins on the axis of time; 0 where it takes from another axis."""
    starts = _values(wiring, node, 1, "starts").reshape(-1)
    axes = _values(wiring, node, 3, "axes").reshape(-1)
    axes = axes if len(axes) else np.arange(len(starts))
    begins = {int(axis): int(start) for axis, start in zip(axes, starts, strict=True)}
    start = begins.get(2, begins.get(-1, 0))
    if start < 0:
        raise NotAStream("it counts from the end of the time")
    return start


def _values(wiring: Wiring, node: NodeProto, index: int, name: str) -> NDArray[Any]:
    """An input that does not depend on the sentence, computed; or the attribute that it was in older opsets."""
    if len(node.input) <= index:
        return np.asarray(attribute(node, name, ()))
    constant = wiring.constant(node.input[index])
    if constant is not None:
        return numpy_helper.to_array(constant)
    try:
        (value,) = ReferenceEvaluator(part_of(wiring, node.input[index])).run(None, {})
    except Exception as error:  # noqa: BLE001 - it depends on an input; the evaluator's errors share no class
        raise NotAStream(f"its {name} are not fixed ({error})") from None
    return np.asarray(value)
