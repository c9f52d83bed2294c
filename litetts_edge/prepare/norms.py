"""Normalisation over time in as few passes as onnxruntime has: one InstanceNormalization with scale and bias.

    y = gamma (w norm(x) + b) + beta = (gamma w) norm(x) + (gamma b + beta)

is what AdaIN does in three passes over the audio; the right side does it in one, with a few products of vectors.
The same holds for BatchNormalization with statistics that are given (a generator that runs in windows).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import NodeProto

from litetts_edge.prepare.graph import Graph, attribute

_NORMS = ("InstanceNormalization", "BatchNormalization")
_SCALE, _BIAS = 1, 2
"""Places of both among the inputs of either operator."""


def fuse_chains(graph: Graph) -> int:
    """Mean, deviation, variance and quotient, as exporters spell a norm out -> InstanceNormalization.

    (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon), both means over the last axis of three, and kept.
    """
    fused = 0
    for quotient in graph.free("Div"):
        found = _chain(graph, quotient)
        if found is None:
            continue
        channels = _channels_behind(graph, quotient.output[0])
        if channels is None:
            continue
        ones = graph.weight(np.ones(channels, np.float32), "one")
        zeros = graph.weight(np.zeros(channels, np.float32), "zero")
        made = graph.add("InstanceNormalization", [found.signal, ones, zeros], epsilon=found.epsilon)
        graph.remove([quotient])
        graph.replace(quotient.output[0], made)
        fused += 1
    return fused


def absorb_scale(graph: Graph) -> int:
    """Mul and Add by a value for each channel, behind a norm, become the norm's own scale and bias."""
    absorbed = 0
    for norm in graph.free(*_NORMS):
        for _ in range(4):  # as many as any exporter writes behind one norm
            reader = graph.only_reader(norm.output[0])
            if reader is None or reader.op_type not in ("Mul", "Add"):
                break
            other = reader.input[1] if reader.input[0] == norm.output[0] else reader.input[0]
            if other == norm.output[0] or not per_channel(graph, other):
                break
            scale_norm(graph, norm, other, reader.op_type)
            graph.remove([reader])
            graph.replace(reader.output[0], norm.output[0])
            absorbed += 1
    return absorbed


def join_affine(graph: Graph) -> int:
    """`x gain + bias`, each a value for each channel, as one BatchNormalization of mean 0 and variance 1.

    That is how a generator in windows normalises, with statistics that it is given.
    """
    joined = 0
    for product in graph.free("Mul"):
        total = graph.only_reader(product.output[0])
        place = next((at for at, name in enumerate(product.input) if per_channel(graph, name)), None)
        if (
            total is None
            or total.op_type != "Add"
            or place is None
            or per_channel(graph, product.input[1 - place])
        ):
            continue
        bias = total.input[1] if total.input[0] == product.output[0] else total.input[0]
        if not per_channel(graph, bias) or _is_scalar(graph, bias) or _is_scalar(graph, product.input[place]):
            continue
        gain, bias = vector(graph, product.input[place]), vector(graph, bias)
        mean = graph.add("Sub", [gain, gain])
        variance = graph.add("Add", [mean, graph.weight(np.float32(1), "one")])
        made = graph.add("BatchNormalization", [product.input[1 - place], gain, bias, mean, variance], epsilon=0.0)
        graph.remove([product, total])
        graph.replace(total.output[0], made)
        joined += 1
    return joined


def scale_norm(graph: Graph, norm: NodeProto, factor: str, operator: str) -> None:
    """Let `norm` give what `operator` (Mul, Add) makes of its output with `factor`, a value for each channel."""
    flat = vector(graph, factor)
    if operator == "Mul":
        graph.read_instead(norm, _SCALE, graph.add("Mul", [norm.input[_SCALE], flat]))
    graph.read_instead(norm, _BIAS, graph.add(operator, [norm.input[_BIAS], flat]))


def vector(graph: Graph, tensor: str) -> str:
    """A value for each channel, (1, C, 1) or one of them all, as (C,)."""
    value = graph.constant(tensor)
    if value is not None:
        return graph.weight(value.reshape(-1), "vector")
    return graph.add("Reshape", [tensor, graph.weight(np.array([-1], np.int64), "shape")])


def per_channel(graph: Graph, tensor: str) -> bool:
    """Whether a tensor has one value for each channel, whatever the time; only if that is certain."""
    value = graph.constant(tensor)
    if value is not None:
        return value.size == 1 or (value.ndim in (2, 3) and value.shape[-1] == 1 and value.shape[-2] == value.size)
    for _ in range(12):
        node = graph.maker(tensor)
        if node is None:
            return False
        if node.op_type in ("Reshape", "Unsqueeze"):  # AdaIN: a Gemm of the style as (1, 2 C, 1)
            return _ends_in_one(graph, node) and (_is_column(graph, node) or _is_vector(graph, node.input[0]))
        if node.op_type in ("Add", "Mul", "Sub"):  # 1 + gamma
            left, right = (graph.scalar(name) for name in node.input)
            if left is None and right is None:
                return all(per_channel(graph, name) for name in node.input)
            tensor = node.input[0] if right is not None else node.input[1]
        elif node.op_type in ("Slice", "Split", "Identity", "Cast"):  # gamma and beta are halves of one tensor
            tensor = node.input[0]
        else:
            return False
    return False


def _is_scalar(graph: Graph, tensor: str) -> bool:
    return graph.scalar(tensor) is not None


def _ends_in_one(graph: Graph, node: NodeProto) -> bool:
    shape = graph.constant(node.input[1]) if len(node.input) > 1 else None
    if node.op_type == "Unsqueeze":
        return shape is not None and list(shape.reshape(-1)) in ([2], [-1])
    if shape is None:  # Concat of computed sizes, the last of them a constant
        maker = graph.maker(node.input[1])
        return maker is not None and maker.op_type == "Concat" and graph.scalar(maker.input[-1]) == 1
    return shape.size == 3 and int(shape[-1]) == 1


def _is_column(graph: Graph, node: NodeProto) -> bool:
    """Whether it is made (1, n, 1), from whatever."""
    shape = graph.constant(node.input[1])
    return node.op_type == "Reshape" and shape is not None and shape.size == 3 and shape[0] == shape[2] == 1


def _is_vector(graph: Graph, tensor: str) -> bool:
    """Whether it comes from a linear layer, whose rows are sentences."""
    for _ in range(12):
        node = graph.maker(tensor)
        if node is None:
            return False
        if node.op_type in ("Gemm", "MatMul", "MatMulInteger", "MatMulNBits"):
            return True
        if node.op_type not in ("Add", "Mul", "Cast", "Slice", "Split", "Identity"):
            return False
        tensor = next((name for name in node.input if graph.constant(name) is None), "")
    return False


@dataclass(frozen=True, slots=True)
class _Chain:
    signal: str
    epsilon: float


def _chain(graph: Graph, quotient: NodeProto) -> _Chain | None:
    deviation, root = (graph.maker(name) for name in quotient.input)
    if deviation is None or root is None or deviation.op_type != "Sub" or root.op_type != "Sqrt":
        return None
    signal, mean = deviation.input
    if not _is_mean(graph, mean, signal):
        return None
    total = graph.maker(root.input[0])
    if total is None or total.op_type != "Add":
        return None
    epsilons = [graph.scalar(name) for name in total.input]
    place = 0 if epsilons[0] is None else 1
    epsilon = epsilons[1 - place]
    variance = graph.maker(total.input[place])
    if epsilon is None or variance is None or not _is_mean(graph, variance.output[0], variance.input[0]):
        return None
    square = graph.maker(variance.input[0])
    if square is None or square.input[0] not in _same_deviations(graph, deviation):
        return None
    squared = square.op_type == "Mul" and square.input[0] == square.input[1]
    squared |= square.op_type == "Pow" and graph.scalar(square.input[1]) == 2
    return _Chain(signal, epsilon) if squared else None


def _same_deviations(graph: Graph, deviation: NodeProto) -> set[str]:
    """Exporters write x - mean(x) twice."""
    same = {deviation.output[0]}
    for node in graph.readers(deviation.input[0]):
        if (
            node.op_type == "Sub"
            and node.input[0] == deviation.input[0]
            and _is_mean(graph, node.input[1], node.input[0])
        ):
            same.add(node.output[0])
    return same


def _is_mean(graph: Graph, tensor: str, of: str) -> bool:
    """Whether it is the mean of `of` over its last axis, kept."""
    node = graph.maker(tensor)
    if node is None or node.op_type != "ReduceMean" or node.input[0] != of or not attribute(node, "keepdims", 1):
        return False
    axes = graph.constant(node.input[1]) if len(node.input) > 1 else attribute(node, "axes")
    return axes is not None and [int(axis) for axis in axes] in ([2], [-1])


def _channels_behind(graph: Graph, tensor: str) -> int | None:
    """How many channels a normalised tensor has, told by the constant of each channel that it meets."""
    for node in graph.readers(tensor):
        for name in node.input if node.op_type in ("Mul", "Add") else ():
            value = graph.constant(name)
            if value is not None and value.ndim == 3 and value.size > 1 and value.shape == (1, value.size, 1):
                return int(value.size)
        if node.op_type in ("Mul", "Add") and (found := _channels_behind(graph, node.output[0])):
            return found
        weight = graph.constant(node.input[1]) if node.op_type == "Conv" else None
        if weight is not None:
            return int(weight.shape[1])
    return None
