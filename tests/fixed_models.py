"""A graph with all of its convolutions in 8 bits, as `models optimize` writes the large ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx

from litetts_edge.prepare.compare import Feed
from litetts_edge.prepare.cook import Forms
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import conv_layers
from litetts_edge.prepare.ranges import observe


def in_8_bits(model: onnx.ModelProto, feeds: Iterable[Feed]) -> onnx.ModelProto:
    """A copy with the ranges of these feeds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seen.onnx"
        onnx.save(model, str(path))
        ranges = observe(path, feeds)
        made = onnx.load(str(path))
    graph = Graph(made)
    Forms(dict.fromkeys([layer.name for layer in conv_layers(graph)], "fixed"), ranges=ranges)(graph)
    graph.finish()
    return made
