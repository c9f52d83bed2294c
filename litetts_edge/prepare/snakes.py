"""The snake activation, h + sin^2(a h) / a with a value `a` for each channel, in three passes instead of five.

    h + sin^2(a h) / a = (s + sin^2 s) / a        with s = a h

The norm before it gives s instead of h at no cost, and the convolution behind it takes 1 / a into its weights. The
double angle, (z + 1 - cos z) / (2 a) with z = 2 a h, costs as many passes, so it is not used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import NodeProto

from litetts_edge.prepare.graph import Array, Graph
from litetts_edge.prepare.norms import scale_norm

_NORMS = ("InstanceNormalization", "BatchNormalization")


@dataclass(frozen=True, slots=True)
class _Snake:
    """The nodes of h + (1/a) * sin(a h)^2, and what they work on."""

    input: str
    slope: Array
    """`a`, (1, C, 1)."""
    slope_name: str
    nodes: tuple[NodeProto, ...]

    @property
    def output(self) -> str:
        return str(self.nodes[-1].output[0])


def multiply_squares(graph: Graph) -> int:
    """Pow(x, 2) -> Mul(x, x), which no processor is slow at."""
    squares = [node for node in graph.free("Pow") if graph.scalar(node.input[1]) == 2]
    for node in squares:
        made = graph.add("Mul", [node.input[0], node.input[0]])
        graph.remove([node])
        graph.replace(node.output[0], made)
    return len(squares)


def scale_snakes(graph: Graph) -> int:
    """Snakes behind a norm: in units of their own slope, which norm and convolution take over."""
    found = 0
    for sine in graph.free("Sin"):
        snake = _snake(graph, sine)
        norm = graph.maker(snake.input) if snake else None
        if snake is None or norm is None or norm.op_type not in _NORMS:
            continue
        if {id(node) for node in graph.readers(snake.input)} != {id(snake.nodes[0]), id(snake.nodes[-1])}:
            continue  # somebody else wants h
        scale_norm(graph, norm, snake.slope_name, "Mul")
        graph.remove(snake.nodes)
        scaled = graph.add("Sin", [snake.input])
        scaled = graph.add("Add", [snake.input, graph.add("Mul", [scaled, scaled])])
        inverse = (1.0 / snake.slope.astype(np.float64)).astype(np.float32)
        if not _scale_weights(graph, snake.output, inverse):
            scaled = graph.add("Mul", [scaled, graph.weight(inverse, "inverse")])
        graph.replace(snake.output, scaled)
        found += 1
    return found


def _snake(graph: Graph, sine: NodeProto) -> _Snake | None:
    before, square = graph.maker(sine.input[0]), graph.only_reader(sine.output[0])
    if before is None or before.op_type != "Mul" or square is None or not _is_square(graph, square):
        return None
    place = next((at for at, name in enumerate(before.input) if graph.constant(name) is not None), None)
    after = graph.only_reader(square.output[0])
    if place is None or after is None or after.op_type not in ("Mul", "Div"):
        return None
    slope = graph.constant(before.input[place])
    assert slope is not None
    total = graph.only_reader(after.output[0])
    signal = before.input[1 - place]
    if total is None or total.op_type != "Add" or signal not in total.input:
        return None
    if slope.ndim != 3 or slope.shape != (1, slope.size, 1) or not np.all(slope):
        return None
    if not _is_divided(graph, after, square.output[0], slope):
        return None
    return _Snake(signal, slope, before.input[place], (before, sine, square, after, total))


def _is_square(graph: Graph, node: NodeProto) -> bool:
    if node.op_type == "Mul":
        return bool(node.input[0] == node.input[1])
    return node.op_type == "Pow" and graph.scalar(node.input[1]) == 2


def _is_divided(graph: Graph, node: NodeProto, tensor: str, slope: Array) -> bool:
    """Whether `node` divides `tensor` by the slope, however that is written."""
    other = node.input[1] if node.input[0] == tensor else node.input[0]
    value = graph.constant(other)
    if node.op_type == "Div":
        return node.input[0] == tensor and value is not None and np.array_equal(value, slope)
    maker = graph.maker(other)
    if maker is not None and maker.op_type == "Reciprocal":
        below = graph.constant(maker.input[0])
        return below is not None and np.array_equal(below, slope)
    if maker is not None and maker.op_type == "Div":
        below = graph.constant(maker.input[1])
        return graph.scalar(maker.input[0]) == 1 and below is not None and np.array_equal(below, slope)
    return value is not None and value.shape == slope.shape and np.allclose(value * slope, 1.0, atol=1e-5)


def _scale_weights(graph: Graph, tensor: str, factor: Array) -> bool:
    """Let the one convolution that reads `tensor` take a factor for each channel; False where it cannot."""
    reader = graph.only_reader(tensor)
    if reader is None or reader.op_type != "Conv" or reader.input[0] != tensor:
        return False
    weight = graph.constant(reader.input[1])
    if weight is None or weight.dtype != np.float32 or weight.ndim != 3 or weight.shape[1] != factor.size:
        return False
    graph.read_instead(reader, 1, graph.weight(weight * factor.reshape(1, -1, 1)))
    return True
