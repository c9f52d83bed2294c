"""Where things are in an exported Kokoro or KittenTTS graph, by structure: names and precisions differ by export.

x     what the last decoder block gives the generator: (1, channels, frames)
har   the STFT of the harmonic source that the generator adds: (1, bins, steps), 60 steps a frame and one more
f0    what the source is made from
norms the instance normalisations of the generator, in running order, each with its style's gain and bias (AdaIN)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from onnx import ModelProto, NodeProto, numpy_helper

from litetts_edge.prepare.context import NotAStream
from litetts_edge.prepare.cut import Wiring, attribute

_CONVS = ("Conv", "ConvInteger", "QLinearConv")
_ON_THE_WAY = ("Cast", "Identity", "DynamicQuantizeLinear", "QuantizeLinear", "DequantizeLinear")
_RANDOM = ("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")


@dataclass(frozen=True, slots=True)
class Norm:
    """One normalisation over time, and what its style makes of it; tensors that are not there are empty."""

    x: str
    epsilon: float
    weight: str
    """Its own factor for each channel."""
    own: str
    """Its own summand."""
    gain: str
    """The style's factor, applied after its own."""
    bias: str
    output: str
    """The tensor that has been normalised and styled."""


@dataclass(frozen=True, slots=True)
class Places:
    """The tensors and nodes where a graph is cut."""

    x: str
    har: str
    f0: str
    waveform: str
    duration: str
    """Empty when the file does not give it out."""
    steps: int
    """Positions of har for each frame of x."""
    x_channels: int
    har_channels: int
    norms: tuple[Norm, ...]
    noise: tuple[NodeProto, ...]
    """The random nodes of the source."""


def find(model: ModelProto) -> Places:
    """Raises NotAStream when the graph is of another structure."""
    wiring = Wiring(model.graph)
    outputs = [value.name for value in model.graph.output]
    waveform = next((name for name in outputs if name in ("waveform", "audio")), outputs[0])
    har = _har(wiring)
    behind_har = wiring.downstream([har])
    upsampler = _first_upsampler(wiring, behind_har)
    x = _before_activation(wiring, upsampler)
    front, source = wiring.upstream([x]), wiring.upstream([har])
    own = source - front
    between = {
        name
        for place in own
        for name in wiring.reads[place]
        if wiring.made_at.get(name, -1) in front and not _is_fixed(wiring, name)
    }
    if len(between) != 1:
        raise NotAStream(f"the harmonic source is made from {len(between)} tensors, not from one")
    generator = sorted(wiring.downstream([x, har]))
    found = (_bare_norm(wiring, wiring.nodes[place]) for place in generator)
    norms = [styled for norm in found if norm for styled in _styled(wiring, norm, set(generator))]
    return Places(
        x=x,
        har=har,
        f0=between.pop(),
        waveform=waveform,
        duration=next((name for name in outputs if name != waveform), ""),
        steps=_stride(upsampler) * max(map(_stride, _convs(wiring, har))),
        x_channels=dims_of(wiring, upsampler.input[1])[0],
        har_channels=dims_of(wiring, _convs(wiring, har)[0].input[1])[1],
        norms=tuple(norms),
        noise=tuple(wiring.nodes[place] for place in sorted(own) if wiring.nodes[place].op_type in _RANDOM),
    )


def _har(wiring: Wiring) -> str:
    """The joined tensor that two convolutions read, of which one takes steps of several."""
    for node in wiring.nodes:
        if node.op_type != "Concat":
            continue
        strides = [_stride(conv) for conv in _convs(wiring, node.output[0])]
        if len(strides) >= 2 and min(strides) == 1 and max(strides) > 1:
            return str(node.output[0])
    raise NotAStream("no harmonic source was found that two convolutions read")


def dims_of(wiring: Wiring, weight: str) -> tuple[int, ...]:
    """The shape of a fixed tensor, also behind a Cast. Raises NotAStream."""
    node = wiring.maker(weight)
    while node is not None and node.op_type in ("Cast", "DequantizeLinear"):
        weight = node.input[0]
        node = wiring.maker(weight)
    found = wiring.constant(weight)
    if found is None:
        raise NotAStream(f"the weight {weight} is not fixed")
    return tuple(found.dims)


def _stride(node: NodeProto) -> int:
    return cast("list[int]", attribute(node, "strides", [1]))[-1]


def _convs(wiring: Wiring, tensor: str) -> list[NodeProto]:
    found = []
    for node in wiring.readers(tensor):
        if node.op_type in _CONVS and node.input[0] == tensor:
            found.append(node)
        elif node.op_type in _ON_THE_WAY:
            found += _convs(wiring, node.output[0])
    return found


def _first_upsampler(wiring: Wiring, behind_har: set[int]) -> NodeProto:
    """The last transposed convolution over all channels that does not depend on the harmonic source."""
    for place in range(len(wiring.nodes) - 1, -1, -1):
        node = wiring.nodes[place]
        if (
            node.op_type == "ConvTranspose"
            and place not in behind_har
            and attribute(node, "group", 1) == 1
            and wiring.downstream([node.output[0]]) & behind_har
        ):
            return node
    raise NotAStream("no upsampling was found that the harmonic source is added to")


def _before_activation(wiring: Wiring, upsampler: NodeProto) -> str:
    tensor = upsampler.input[0]
    while True:
        node = wiring.maker(tensor)
        if node is None:
            raise NotAStream("the upsampling reads an input of the graph")
        if node.op_type == "LeakyRelu":
            return str(node.input[0])
        if node.op_type not in _ON_THE_WAY:
            raise NotAStream(f"{node.op_type} {node.name} stands before the upsampling, not a LeakyRelu")
        tensor = node.input[0]


def _is_fixed(wiring: Wiring, tensor: str) -> bool:
    """Whether a tensor is the same for every sentence: nothing that it depends on reads an input."""
    given = {value.name for value in wiring.graph.input} - set(wiring.weights)
    return tensor not in given and not any(
        given.intersection(wiring.reads[place]) for place in wiring.upstream([tensor])
    )


def _bare_norm(wiring: Wiring, node: NodeProto) -> Norm | None:
    """The normalisation whose last node is `node`: one of its own kind, or a chain that ends with a quotient."""
    if node.op_type == "InstanceNormalization":
        epsilon = cast("float", attribute(node, "epsilon", 1e-5))
        return Norm(node.input[0], epsilon, node.input[1], node.input[2], "", "", node.output[0])
    if node.op_type != "Div":
        return None
    off, root = wiring.maker(node.input[0]), wiring.maker(node.input[1])
    if off is None or root is None or off.op_type != "Sub" or root.op_type != "Sqrt":
        return None
    x, mean = off.input
    spread = wiring.maker(root.input[0])
    if spread is None or spread.op_type != "Add" or x not in _averaged(wiring, mean):
        return None
    variance, added = spread.input if wiring.constant(spread.input[0]) is None else spread.input[::-1]
    small, squares = wiring.constant(added), _averaged(wiring, variance)
    if small is None or not any(_is_square(wiring, one, off.output[0]) for one in squares):
        return None
    return Norm(x, float(numpy_helper.to_array(small).reshape(-1)[0]), "", "", "", "", node.output[0])


def _averaged(wiring: Wiring, tensor: str) -> list[str]:
    """The tensor that another is the mean of, if it is one."""
    node = wiring.maker(tensor)
    return [node.input[0]] if node is not None and node.op_type == "ReduceMean" else []


def _is_square(wiring: Wiring, tensor: str, of: str) -> bool:
    node = wiring.maker(tensor)
    return node is not None and node.op_type in ("Mul", "Pow") and node.input[0] == of


def _styled(wiring: Wiring, norm: Norm, generator: set[int]) -> list[Norm]:
    """With the product and the sum behind it, where both are with tensors without time and nobody else reads.

    Blocks that normalise the same tensor may share one normalisation and style it each: one for each of them.
    """
    found = []
    for product in wiring.readers(norm.output):
        total = _only_reader(wiring, product.output[0], "Add") if product.op_type == "Mul" else None
        if total is None:
            return [norm]
        gain, bias = _other(product, norm.output), _other(total, product.output[0])
        if any(wiring.made_at.get(name, -1) in generator for name in (gain, bias)):
            return [norm]
        found.append(replace(norm, gain=gain, bias=bias, output=total.output[0]))
    return found or [norm]


def _only_reader(wiring: Wiring, tensor: str, kind: str) -> NodeProto | None:
    readers = wiring.readers(tensor)
    return readers[0] if len(readers) == 1 and readers[0].op_type == kind else None


def _other(node: NodeProto, tensor: str) -> str:
    return next((name for name in node.input if name != tensor), "")
