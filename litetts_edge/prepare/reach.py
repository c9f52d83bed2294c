"""How far each tensor of a convolutional graph looks around itself: the exact context of windows.

Time is the last axis of every tensor that is followed. For an output sample n the graph needs the input frames
between (n - left) / rate and (n + right) / rate:
* Conv (stride 1, taps k, dilation d, padding p before): left + p, right + (k - 1) d - p;
* ConvTranspose (stride s and the same): left s + (k - 1) d - p, right s + p, and the rate s times;
* what works sample by sample changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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
_SHAPE_ONLY = frozenset({"Shape", "Size"})
_FOREVER = 2**31 - 1
"""Slices of all there is end here or beyond."""


class Unbounded(ValueError):
    """A graph that needs more than a window; str() says where and why."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one sample of a tensor depends on."""

    rate: int = 1
    """Samples for one input frame."""
    left: int = 0
    """Samples before it, in this tensor's own samples."""
    right: int = 0

    @property
    def before(self) -> int:
        """Whole input frames that a window needs before its own."""
        return max(0, math.ceil(self.left / self.rate))

    @property
    def after(self) -> int:
        """Whole input frames that a window needs behind its own."""
        return max(0, math.ceil(self.right / self.rate))


def reach(
    nodes: list[onnx.NodeProto],
    sources: Mapping[str, Reach],
    output: str,
    constants: Mapping[str, NDArray[np.generic]],
) -> Reach:
    """Of `output`, by `nodes` in the order in which they run. `sources` are the tensors that are cut into windows.

    Raises Unbounded for an operator that mixes time otherwise than by a convolution that keeps its length.
    """
    found = dict(sources)
    for node in nodes:
        known = [found[name] for name in node.input if name in found]
        if not known or node.op_type in _SHAPE_ONLY:
            continue
        if node.op_type == "Conv":
            after = _conv(node, known[0], constants)
        elif node.op_type == "ConvTranspose":
            after = _transposed(node, known[0], constants)
        elif node.op_type in _SAMPLE_BY_SAMPLE:
            if {one.rate for one in known} != {known[0].rate}:
                raise Unbounded(f"{_name(node)} joins tensors of different rates")
            _spares_time(node, constants)
            after = Reach(known[0].rate, max(one.left for one in known), max(one.right for one in known))
        else:
            raise Unbounded(f"{_name(node)} mixes all of the time")
        found |= dict.fromkeys(node.output, after)
    if output not in found:
        raise Unbounded(f"{output} does not depend on what is cut into windows")
    return found[output]


def constants_of(graph: onnx.GraphProto) -> dict[str, NDArray[np.generic]]:
    """The small tensors that are fixed, and the weights of convolutions."""
    found = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
            found[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    return found


def _conv(node: onnx.NodeProto, before: Reach, constants: Mapping[str, NDArray[np.generic]]) -> Reach:
    stride, start, end, span = _geometry(node, constants)
    if stride != 1 or start + end != span:
        raise Unbounded(f"{_name(node)} changes the number of samples")
    return Reach(before.rate, before.left + start, before.right + span - start)


def _transposed(node: onnx.NodeProto, before: Reach, constants: Mapping[str, NDArray[np.generic]]) -> Reach:
    stride, start, end, span = _geometry(node, constants)
    added = _ints(node, "output_padding", 0)
    if span + 1 - start - end + added != stride:
        raise Unbounded(f"{_name(node)} makes no whole number of samples of each")
    return Reach(before.rate * stride, before.left * stride + span - start, before.right * stride + start)


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
    span = (shape[-1] - 1) * _ints(node, "dilations", 1)
    return _ints(node, "strides", 1), pads[axes - 1], pads[-1], span


def _ints(node: onnx.NodeProto, name: str, unsaid: int) -> int:
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
