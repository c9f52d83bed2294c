"""Conv over (1, C, T) as Conv over (1, C, 1, T): the same sums, for which onnxruntime has faster kernels."""

from __future__ import annotations

import numpy as np
from onnx import NodeProto

from litetts_edge.prepare.graph import Graph, attribute

_NEW_AXIS = 2


def widen(graph: Graph) -> int:
    """Conv1D -> 1 x k Conv2D between Unsqueeze and Squeeze, which move nothing."""
    axis = ""
    widened = 0
    for node in graph.free("Conv"):
        weight = graph.constant(node.input[1])
        if weight is None or weight.ndim != 3 or attribute(node, "auto_pad", b"NOTSET") not in (b"NOTSET", b""):
            continue
        axis = axis or graph.weight(np.array([_NEW_AXIS], np.int64), "axis")
        _widen(graph, node, axis, weight.shape)
        widened += 1
    return widened


def _widen(graph: Graph, node: NodeProto, axis: str, shape: tuple[int, ...]) -> None:
    weight = graph.constant(node.input[1])
    assert weight is not None
    pads = attribute(node, "pads", [0, 0])
    inputs = [graph.add("Unsqueeze", [node.input[0], axis]), graph.weight(weight[:, :, None, :]), *node.input[2:]]
    made = graph.add(
        "Conv",
        inputs,
        kernel_shape=[1, shape[-1]],
        pads=[0, pads[0], 0, pads[1]],
        strides=[1, *attribute(node, "strides", [1])],
        dilations=[1, *attribute(node, "dilations", [1])],
        group=attribute(node, "group", 1),
    )
    graph.remove([node])
    graph.replace(node.output[0], graph.add("Squeeze", [made, axis]))
