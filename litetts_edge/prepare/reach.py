"""How far a convolutional graph looks around a frame: the exact context of windows.

Time is the last axis of every tensor that is followed. From the samples of one frame of the output, the interval
that is needed is followed back, node by node, to the frames of the input:
* Conv (stride 1, taps k, dilation d, padding p before): [a, b] needs [a - p, b - p + (k - 1) d];
* ConvTranspose (stride s and the same): [a, b] needs [ceil((a + p - (k - 1) d) / s), floor((b + p) / s)];
* what works sample by sample needs [a, b].
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

_SAMPLE_BY_SAMPLE = frozenset(
    """
    Abs Add BatchNormalization Cast Clip Concat Cos Div Dropout Elu Erf Exp Expand Gelu Identity LeakyRelu Log Max
    Min Mul Neg Pow PRelu Reciprocal Relu Sigmoid Sin Slice Softplus Split Sqrt Squeeze Sub Tanh Unsqueeze Where
    """.split()
)
_CONVOLUTIONS = frozenset({"Conv", "ConvTranspose"})
_SHAPE_ONLY = frozenset({"Shape", "Size"})
_FOREVER = 2**31 - 1
"""Slices of all there is end here or beyond."""


class Unbounded(ValueError):
    """A graph that needs more than a window; str() says where and why."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one frame of the output depends on."""

    rate: int
    """Samples of the output for one frame of the input."""
    before: int
    """Frames before it."""
    after: int
    """Frames behind it."""


Interval = tuple[int, int]
"""First and last sample."""


def reach(
    nodes: Sequence[onnx.NodeProto],
    sources: Collection[str],
    output: str,
    constants: Mapping[str, NDArray[np.generic]],
) -> Reach:
    """Of `output`, by `nodes` in the order in which they run. `sources` are the tensors that are cut into windows.

    Raises Unbounded for an operator that mixes time otherwise than by a convolution that keeps its length.
    """
    rates = _rates(nodes, sources, constants)
    if output not in rates:
        raise Unbounded(f"{output} does not depend on what is cut into windows")
    needed: dict[str, Interval] = {output: (0, rates[output] - 1)}
    for node in reversed(nodes):
        wanted = [needed[name] for name in node.output if name in needed]
        if not wanted:
            continue
        first, last = _before(node, _union(wanted), constants)
        for name in node.input:
            if name in rates:
                needed[name] = _union([(first, last), *([needed[name]] if name in needed else [])])
    first, last = _union([needed[name] for name in sources if name in needed])
    return Reach(rates[output], max(0, -first), max(0, last))


def _union(intervals: Sequence[Interval]) -> Interval:
    return min(first for first, _ in intervals), max(last for _, last in intervals)


def _rates(
    nodes: Sequence[onnx.NodeProto], sources: Collection[str], constants: Mapping[str, NDArray[np.generic]]
) -> dict[str, int]:
    """Samples for one frame, of each tensor that depends on a source. Raises Unbounded."""
    rates = dict.fromkeys(sources, 1)
    for node in nodes:
        known = {rates[name] for name in node.input if name in rates}
        if not known or node.op_type in _SHAPE_ONLY:
            continue
        if len(known) > 1:
            raise Unbounded(f"{_name(node)} joins tensors of different rates")
        rate = known.pop()
        if node.op_type in _CONVOLUTIONS:
            rate *= _growth(node, constants)
        elif node.op_type in _SAMPLE_BY_SAMPLE:
            _spares_time(node, constants)
        else:
            raise Unbounded(f"{_name(node)} mixes all of the time")
        rates |= dict.fromkeys(node.output, rate)
    return rates


def _growth(node: onnx.NodeProto, constants: Mapping[str, NDArray[np.generic]]) -> int:
    """Samples that a convolution makes of one. Raises Unbounded."""
    stride, start, end, span = _geometry(node, constants)
    if node.op_type == "Conv":
        if stride != 1 or start + end != span:
            raise Unbounded(f"{_name(node)} changes the number of samples")
    elif span + 1 - start - end + _last(node, "output_padding", 0) != stride:
        raise Unbounded(f"{_name(node)} makes no whole number of samples of each")
    return stride


def _before(node: onnx.NodeProto, wanted: Interval, constants: Mapping[str, NDArray[np.generic]]) -> Interval:
    """The samples of its input that a node makes the samples `wanted` of."""
    if node.op_type not in _CONVOLUTIONS:
        return wanted
    stride, start, _, span = _geometry(node, constants)
    first, last = wanted
    if node.op_type == "Conv":
        return first - start, last - start + span
    return -((span - first - start) // stride), (last + start) // stride


def constants_of(graph: onnx.GraphProto) -> dict[str, NDArray[np.generic]]:
    """The small tensors that are fixed, and the weights of convolutions."""
    found = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
            found[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    return found


def _geometry(node: onnx.NodeProto, constants: Mapping[str, NDArray[np.generic]]) -> tuple[int, int, int, int]:
    """Stride, padding before, padding behind and (taps - 1) x dilation, on the time axis."""
    if node.input[1] not in constants:
        raise Unbounded(f"{_name(node)} has no fixed weights")
    automatic = [one.s for one in node.attribute if one.name == "auto_pad"]
    if automatic not in ([], [b"NOTSET"]):
        raise Unbounded(f"{_name(node)} pads by itself")
    shape = constants[node.input[1]].shape
    pads = next((list(one.ints) for one in node.attribute if one.name == "pads"), [0, 0])
    axes = len(shape) - 2
    span = (shape[-1] - 1) * _last(node, "dilations", 1)
    return _last(node, "strides", 1), pads[axes - 1], pads[-1], span


def _last(node: onnx.NodeProto, name: str, unsaid: int) -> int:
    """The last number of an attribute: the one for time."""
    return next((int(one.ints[-1]) for one in node.attribute if one.name == name and one.ints), unsaid)


def _spares_time(node: onnx.NodeProto, constants: Mapping[str, NDArray[np.generic]]) -> None:
    """Raises Unbounded for a known cut through time. An axis that is computed is taken for another one."""
    axis = next((int(one.i) for one in node.attribute if one.name == "axis"), None)
    if node.op_type in {"Concat", "Split"} and axis in {-1, 2}:
        raise Unbounded(f"{_name(node)} works along the time")
    if node.op_type != "Slice" or len(node.input) < 4 or node.input[3] not in constants:
        return
    axes = constants[node.input[3]].reshape(-1)
    starts, ends = (constants.get(name) for name in node.input[1:3])
    for place, one in enumerate(axes):
        if int(one) not in {-1, 2}:
            continue
        all_of_it = (
            starts is not None and ends is not None
            and int(starts.reshape(-1)[place]) == 0 and int(ends.reshape(-1)[place]) >= _FOREVER
        )  # fmt: skip
        if not all_of_it:
            raise Unbounded(f"{_name(node)} cuts the time")


def _name(node: onnx.NodeProto) -> str:
    return f"{node.op_type} {node.name or node.output[0]!r}"
