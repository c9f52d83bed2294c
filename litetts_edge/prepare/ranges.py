"""What the convolutions of a graph work on, channel by channel, over many real inputs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from litetts_edge.prepare.compare import Feed, open_session
from litetts_edge.prepare.graph import Array, Graph
from litetts_edge.prepare.layers import ConvLayer, Range, conv_layers

_TIME_AND_BATCH = (0, 2)


def observe(path: Path, feeds: Iterable[Feed]) -> dict[str, Range]:
    """The ranges of the convolutions of the graph in `path`, by name. `feeds` are run one after another.

    Raises ValueError for no feeds.
    """
    model = onnx.load(str(path))
    graph = Graph(model)
    layers = conv_layers(graph)
    names = [_looks(graph, layer, place) for place, layer in enumerate(layers)]
    wanted = [name for three in names for name in three]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted)
    session = open_session(model.SerializeToString())
    del model, graph
    seen: list[Array] | None = None
    for feed in feeds:
        found = [np.asarray(value) for value in session.run(wanted, dict(feed))]
        seen = found if seen is None else [np.maximum(one, two) for one, two in zip(seen, found, strict=True)]
    if seen is None:
        raise ValueError("ranges are told from sentences, and there is none")
    below, above, result = seen[0::3], seen[1::3], seen[2::3]
    return {
        layer.name: Range(-np.maximum(low, 0), np.maximum(high, 0), most)
        for layer, low, high, most in zip(layers, below, above, result, strict=True)
    }


def _looks(graph: Graph, layer: ConvLayer, place: int) -> tuple[str, str, str]:
    """Outputs of the largest values of each channel: of the input turned round, of the input, of the result."""
    tensors = (graph.add("Neg", [layer.input]), layer.input, graph.add("Abs", [layer.output]))
    made = [graph.reduce("ReduceMax", tensor, _TIME_AND_BATCH) for tensor in tensors]
    names = (f"litetts_below_{place}", f"litetts_above_{place}", f"litetts_result_{place}")
    for tensor, name in zip(made, names, strict=True):
        graph.add("Identity", [tensor], name)
    return names
