"""The convolutions of a graph, whatever precision they are written in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import NodeProto

from litetts_edge.prepare.graph import Array, Graph, attribute


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """The largest magnitudes that a convolution was seen to have on real sentences, by channel."""

    low: Array
    """(in,) float32: the smallest value of each input channel, and 0 or less."""
    high: Array
    """(in,) float32: the largest, and 0 or more."""
    result: Array
    """(out,) float32: the largest magnitude of each output channel, with its bias."""

    @property
    def is_finite(self) -> bool:
        """All of them are numbers: no sentence made an infinity there."""
        return all(bool(np.isfinite(side).all()) for side in (self.low, self.high, self.result))


@dataclass(frozen=True, slots=True)
class ConvLayer:
    """One convolution over time: input and output are (1, channels, T) float32."""

    name: str
    """Of its node in the published graph."""
    input: str
    output: str
    weight: Array
    """(out, in, taps) float32; where the graph has integers, what they stand for."""
    bias: Array | None
    """(out,)."""
    dilation: int
    pads: tuple[int, int]
    """Zeros before and behind."""
    nodes: tuple[NodeProto, ...]
    """What is taken out when it is written in another form. The quantizer before it may have other readers."""
    is_integer: bool
    """ConvInteger, not Conv."""
    below: float = 0.5
    """Which share of the range of its input lies below zero; measured on real sentences."""
    feeds_norm: bool = False
    """A norm alone reads it, which takes away what is added to a channel."""
    range: Range | None = None
    """Measured on real sentences; the form `fixed` needs it."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(out, in, taps, dilation): what decides which form is fast."""
        out, into, taps = self.weight.shape
        return out, into, taps, self.dilation


def conv_layers(graph: Graph) -> list[ConvLayer]:
    """Those that may be rewritten, in all forms: three axes, one group, stride 1, weights that are constants."""
    layers = [_float_layer(graph, node) for node in graph.free("Conv")]
    layers += [_integer_layer(graph, node) for node in graph.free("ConvInteger")]
    return [layer for layer in layers if layer is not None]


def _plain(node: NodeProto, weight: Array | None) -> bool:
    return (
        weight is not None
        and weight.ndim == 3
        and attribute(node, "group", 1) == 1
        and list(attribute(node, "strides", [1])) == [1]
        and attribute(node, "auto_pad", b"NOTSET") in (b"NOTSET", b"")
    )


def _layer(
    node: NodeProto, source: str, result: str, weight: Array, bias: Array | None, nodes: tuple[NodeProto, ...]
) -> ConvLayer:
    before, behind = attribute(node, "pads", [0, 0])
    return ConvLayer(
        name=node.name or node.output[0],
        input=source,
        output=result,
        weight=weight,
        bias=bias,
        dilation=int(attribute(node, "dilations", [1])[0]),
        pads=(int(before), int(behind)),
        nodes=nodes,
        is_integer=node.op_type == "ConvInteger",
    )


def _float_layer(graph: Graph, node: NodeProto) -> ConvLayer | None:
    weight = graph.constant(node.input[1])
    bias = graph.constant(node.input[2]) if len(node.input) > 2 else None
    if not _plain(node, weight) or (len(node.input) > 2 and bias is None):
        return None
    assert weight is not None
    if weight.dtype != np.float32:
        return None
    return _layer(node, node.input[0], node.output[0], weight, bias, (node,))


def in_float(graph: Graph) -> int:
    """Write all ConvInteger, of whatever geometry, as the Conv in float32 that they stand for."""
    found = [(node, meant) for node in graph.of_type("ConvInteger") if (meant := _meant(graph, node)) is not None]
    for node, meant in found:
        inputs = [meant.source, graph.weight(meant.weight)]
        if meant.bias is not None:
            inputs.append(graph.weight(meant.bias, "bias"))
        made = NodeProto()
        made.CopyFrom(node)
        made.op_type = "Conv"
        del made.input[:], made.output[:]
        made.input.extend(inputs)
        made.output.append(graph.fresh("conv"))
        graph.remove(meant.nodes)
        graph.replace(meant.result, graph.add_node(made))
    return len(found)


def _integer_layer(graph: Graph, node: NodeProto) -> ConvLayer | None:
    if not _plain(node, graph.constant(node.input[1])) or (meant := _meant(graph, node)) is None:
        return None
    return _layer(node, meant.source, meant.result, meant.weight, meant.bias, meant.nodes)


@dataclass(frozen=True, slots=True, eq=False)
class _Meant:
    """What a convolution of integers stands for."""

    source: str
    result: str
    weight: Array
    bias: Array | None
    nodes: tuple[NodeProto, ...]


def _meant(graph: Graph, node: NodeProto) -> _Meant | None:
    """DynamicQuantizeLinear, ConvInteger, Cast, Mul by scales, Add of a bias: what quantize_dynamic() writes."""
    quantizer, cast = graph.maker(node.input[0]), graph.only_reader(node.output[0])
    weight = graph.constant(node.input[1])
    if quantizer is None or quantizer.op_type != "DynamicQuantizeLinear" or cast is None or cast.op_type != "Cast":
        return None
    if weight is None or weight.ndim != 3 or len(node.input) < 4 or node.input[2] != quantizer.output[2]:
        return None
    product = graph.only_reader(cast.output[0])
    if product is None or product.op_type != "Mul":
        return None
    scales = graph.maker(_other(product, cast.output[0]))
    if scales is None or scales.op_type != "Mul" or quantizer.output[1] not in scales.input:
        return None
    zero, scale = graph.constant(node.input[3]), graph.constant(_other(scales, quantizer.output[1]))
    if zero is None or scale is None:
        return None
    steps = weight.astype(np.int32) - zero.astype(np.int32).reshape(-1, 1, 1)
    meant = (steps * scale.astype(np.float32).reshape(-1, 1, 1)).astype(np.float32)
    nodes: tuple[NodeProto, ...] = (node, cast, product)
    result, bias = product.output[0], None
    total = graph.only_reader(result)
    if total is not None and total.op_type == "Add":
        bias = _bias(graph, _other(total, result), meant.shape[0])
        if bias is not None:
            nodes, result = (*nodes, total), total.output[0]
    return _Meant(quantizer.input[0], result, meant, bias, nodes)


def _other(node: NodeProto, tensor: str) -> str:
    return str(node.input[1] if node.input[0] == tensor else node.input[0])


def _bias(graph: Graph, tensor: str, channels: int) -> Array | None:
    """A constant value for each channel, (1, C, 1), or (C,) behind a Reshape to that."""
    value = graph.constant(tensor)
    if value is None:
        maker = graph.maker(tensor)
        if maker is None or maker.op_type != "Reshape":
            return None
        value, shape = graph.constant(maker.input[0]), graph.constant(maker.input[1])
        if value is None or shape is None or list(shape) not in ([1, -1, 1], [1, channels, 1]):
            return None
    elif value.ndim != 3 or value.shape[1] != channels:
        return None
    return value.reshape(-1) if value.size == channels else None
