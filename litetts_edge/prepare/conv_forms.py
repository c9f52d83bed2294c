"""The ways in which a convolution can be written, of which the fastest on this processor is taken.

`wide`     float32, 1 x k Conv2D: exact.
`columns`  8-bit activations (range of the moment, as DynamicQuantizeLinear takes it), 8-bit signed weights with a
           scale for each channel, one product of matrices over what Slice and Concat lay out; float32 result.
`sampled`  QLinearConv, u8 activations x s8 weights, which has the fastest kernels. It gives 8 bits, so the
           range of each channel must be known before: it is told from a few hundred positions, computed first.
           Zero has a fixed place, as those kernels want it: `ConvLayer.below` of the input's range.
`fixed`    QLinearConv with ranges that were measured before, on real sentences (`ConvLayer.range`); what is beyond
           them is clipped. The same of every window: nothing depends on what else is computed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from onnx import NodeProto, helper

from litetts_edge.engines.cpu import pairs_overflow
from litetts_edge.prepare.graph import MICROSOFT, Array, Graph
from litetts_edge.prepare.layers import ConvLayer, Range

SAMPLES = 512
"""Positions from which `sampled` tells the range of a channel."""
HEADROOM = 1.3
"""By how much a channel's range exceeds the largest value of the sample; beyond that it is clipped."""
TINY = 1e-9
"""A range that silence has, so that nothing is divided by zero."""
_MIDDLE = np.uint8(128)
_MOST_WEIGHT, _MOST_PAIRED = 127, 64
"""Of a weight in int8; of one where sums of two products must not exceed 16 bits: 2 x 255 x 64 does not."""
_MOST_BIAS = 2.0**30
"""Of a bias in int32: far from where a sum could overflow."""


def wide(graph: Graph, layer: ConvLayer) -> str:
    """Write the layer as a float32 Conv2D; the name of its result."""
    axis = graph.weight(np.array([2], np.int64), "axis")
    inputs = [graph.add("Unsqueeze", [layer.input, axis]), graph.weight(layer.weight[:, :, None, :])]
    if layer.bias is not None:
        inputs.append(graph.weight(layer.bias, "bias"))
    made = graph.add("Conv", inputs, **_geometry(layer))
    return graph.add("Squeeze", [made, axis])


def columns(graph: Graph, layer: ConvLayer) -> str:
    """Write the layer as one product of 8-bit matrices; the name of its result."""
    graph.need_microsoft()
    weight, scale = signed(layer.weight)
    out, into, taps = weight.shape
    before, behind = layer.pads
    rows = graph.add("Transpose", [layer.input], perm=[0, 2, 1])
    quantized, step, zero = (graph.fresh(name) for name in ("quantized", "step", "zero"))
    graph.add_node(_quantizer(rows, quantized, step, zero))
    padded = quantized
    if before or behind:
        pads = graph.weight(np.array([0, before, 0, 0, behind, 0], np.int64), "pads")
        padded = graph.add("Pad", [quantized, pads, zero])
    reach = (taps - 1) * layer.dilation
    axis = graph.weight(np.array([1], np.int64), "axis")
    parts = []
    for tap in range(taps):
        first = tap * layer.dilation
        last = first - reach  # from the end; none is cut off for the last tap
        ends = np.array([last if last < 0 else np.iinfo(np.int64).max], np.int64)
        start = graph.weight(np.array([first], np.int64), "start")
        parts.append(graph.add("Slice", [padded, start, graph.weight(ends, "end"), axis]) if reach else padded)
    laid_out = graph.add("Concat", parts, axis=2) if taps > 1 else padded
    product = _product(graph, laid_out, weight.transpose(2, 1, 0).reshape(taps * into, out), scale, step, zero)
    if layer.bias is not None and not layer.feeds_norm:
        product = graph.add("Add", [product, graph.weight(layer.bias, "bias")])
    return graph.add("Transpose", [product], perm=[0, 2, 1])


def sampled(graph: Graph, layer: ConvLayer) -> str:
    """Write the layer as QLinearConv, whose ranges are told from a sample; the name of its result."""
    graph.need_microsoft()
    weight, scale = signed(layer.weight)
    origin = int(np.clip(round(255 * layer.below), 1, 254))
    zero, middle = graph.weight(np.uint8(origin), "zero"), graph.weight(_MIDDLE, "middle")
    tiny = graph.weight(np.float32(TINY), "tiny")
    highest = graph.add("ReduceMax", [layer.input], keepdims=0)
    lowest = graph.add("ReduceMin", [layer.input], keepdims=0)
    step = graph.add(
        "Max",
        [
            graph.add("Mul", [highest, graph.weight(np.float32(1 / (255 - origin)), "above")]),
            graph.add("Mul", [lowest, graph.weight(np.float32(-1 / origin), "below")]),
            tiny,
        ],
    )
    quantized = graph.add("QuantizeLinear", [layer.input, step, zero])

    few = _few_results(graph, layer, quantized, step, zero, weight, scale)
    most = graph.reduce("ReduceMax", graph.add("Abs", [few]), [0, 1])
    reach = graph.add("Mul", [most, graph.weight(np.float32(HEADROOM / 127), "share")])
    reach = graph.add("Max", [reach, tiny])

    # The result in units of its channel's range: each channel has all 8 bits. A bias in units that are not known
    # before would cost the fast kernel, so it is added afterwards.
    axis = graph.weight(np.array([2], np.int64), "axis")
    weight_scale = graph.add("Div", [graph.weight(scale, "scale"), reach])
    inputs = [
        *(graph.add("Unsqueeze", [quantized, axis]), step, zero),
        *(graph.weight(weight[:, :, None, :]), weight_scale, _zeros(graph, scale.size)),
        *(graph.weight(np.float32(1), "one"), middle),
    ]
    made = graph.add("Squeeze", [graph.add("QLinearConv", inputs, **_geometry(layer)), axis])
    middles = graph.weight(np.full(scale.size, _MIDDLE), "middle")
    result = graph.add("DequantizeLinear", [made, reach, middles], axis=1)
    if layer.bias is not None and not layer.feeds_norm:
        result = graph.add("Add", [result, graph.weight(layer.bias.reshape(1, -1, 1), "bias")])
    return result


def fixed(graph: Graph, layer: ConvLayer) -> str:
    """Write the layer as QLinearConv with the ranges of `layer.range`; the name of its result.

    Half of what makes input channels differ in size goes to the weights, which makes both easier to quantize
    (Xiao et al. 2023, SmoothQuant, with a strength of 1/2); QuantizeLinear takes it for nothing.
    """
    seen = layer.range or _unit_range(layer)
    largest = np.maximum(np.maximum(-seen.low, seen.high), TINY)
    heaviest = np.maximum(np.abs(layer.weight).max(axis=(0, 2)), TINY)
    balance = np.sqrt(largest / heaviest)
    balance = (balance / np.exp(np.log(balance).mean())).astype(np.float32)
    low, high = float((seen.low / balance).min()), float((seen.high / balance).max())
    origin = int(np.clip(round(-255 * low / max(high - low, TINY)), 1, 254))
    step = np.float32(max(high / (255 - origin), -low / origin, TINY))
    bias = np.zeros(len(layer.weight)) if layer.bias is None else layer.bias.astype(np.float64)
    least = (np.abs(bias) / (float(step) * _MOST_BIAS)).astype(np.float32)
    weight, scale = signed(layer.weight * balance[None, :, None], least)
    reach = np.maximum(seen.result / 127, TINY).astype(np.float32)

    zero, axis = np.uint8(origin), graph.weight(np.array([2], np.int64), "axis")
    into = [graph.weight(step * balance, "step"), graph.weight(np.full(balance.size, zero), "zero")]
    quantized = graph.add("QuantizeLinear", [layer.input, *into], axis=1)
    inputs = [
        *(graph.add("Unsqueeze", [quantized, axis]), graph.weight(step, "step"), graph.weight(zero, "zero")),
        *(graph.weight(weight[:, :, None, :]), graph.weight(scale / reach, "scale"), _zeros(graph, scale.size)),
        *(graph.weight(np.float32(1), "one"), graph.weight(_MIDDLE, "middle")),
        graph.weight(np.round(bias / (step * scale.astype(np.float64))).astype(np.int32), "bias"),
    ]
    made = graph.add("Squeeze", [graph.add("QLinearConv", inputs, **_geometry(layer)), axis])
    back = [graph.weight(reach, "reach"), graph.weight(np.full(scale.size, _MIDDLE), "middle")]
    return graph.add("DequantizeLinear", [made, *back], axis=1)


FORMS: Mapping[str, Callable[[Graph, ConvLayer], str]] = {
    "wide": wide,
    "columns": columns,
    "sampled": sampled,
    "fixed": fixed,
}


def signed(weight: Array, least: Array | float = 0.0) -> tuple[Array, Array]:
    """Weights as int8, symmetric, and the scale of each output channel, which is `least` or more."""
    largest = np.maximum(np.abs(weight).max(axis=tuple(range(1, weight.ndim))), TINY)
    most = _MOST_PAIRED if pairs_overflow() else _MOST_WEIGHT
    scale = np.maximum(largest / most, least).astype(np.float32)
    steps = np.round(weight / scale.reshape(-1, *[1] * (weight.ndim - 1)))
    return np.clip(steps, -most, most).astype(np.int8), scale


def _few_results(
    graph: Graph, layer: ConvLayer, quantized: str, step: str, zero_point: str, weight: Array, scale: Array
) -> str:
    """The layer's result at about SAMPLES positions, (1, positions, channels), without its bias."""
    out, into, taps = weight.shape
    zero, one = (graph.weight(np.array(value, np.int64), "index") for value in (0, 1))
    last_axis = graph.weight(np.array(2, np.int64), "axis")
    length = graph.add("Gather", [graph.add("Shape", [quantized]), last_axis])
    share = graph.add("Div", [length, graph.weight(np.array(SAMPLES, np.int64), "samples")])
    positions = graph.add("Range", [zero, length, graph.add("Max", [share, one])])
    upright = graph.add("Unsqueeze", [positions, graph.weight(np.array([1], np.int64), "axis")])
    offsets = np.arange(taps, dtype=np.int64) * layer.dilation - layer.pads[0]
    places = graph.add("Add", [upright, graph.weight(offsets, "taps")])
    inside = graph.add("Clip", [places, zero, graph.add("Sub", [length, one])])
    gathered = graph.add("Gather", [quantized, inside], axis=2)
    gathered = graph.add(
        "Where", [graph.add("Equal", [places, inside]), gathered, zero_point]
    )  # zeros at the ends
    rows = graph.add("Transpose", [gathered], perm=[0, 2, 3, 1])
    rows = graph.add("Reshape", [rows, graph.weight(np.array([1, -1, taps * into], np.int64), "shape")])
    return _product(graph, rows, weight.transpose(2, 1, 0).reshape(taps * into, out), scale, step, zero_point)


def _product(graph: Graph, rows: str, weight: Array, scale: Array, step: str, zero: str) -> str:
    inputs = [rows, graph.weight(weight), step, graph.weight(scale, "scale"), zero, _zeros(graph, scale.size)]
    return graph.add("MatMulIntegerToFloat", inputs, domain=MICROSOFT)


def _unit_range(layer: ConvLayer) -> Range:
    """For a race on noise."""
    out, into, _ = layer.weight.shape
    return Range(np.full(into, -4.0), np.full(into, 4.0), np.full(out, 4.0))


def _zeros(graph: Graph, channels: int) -> str:
    return graph.weight(np.zeros(channels, np.int8), "zero")


def _quantizer(source: str, quantized: str, step: str, zero: str) -> NodeProto:
    return helper.make_node("DynamicQuantizeLinear", [source], [quantized, step, zero])


def _geometry(layer: ConvLayer) -> dict[str, Any]:
    return {
        "kernel_shape": [1, layer.weight.shape[-1]],
        "pads": [0, layer.pads[0], 0, layer.pads[1]],
        "dilations": [1, layer.dilation],
    }
