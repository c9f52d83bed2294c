"""Which form of a convolution is the fastest on this processor: measured on the shapes that the model has."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from litetts_edge.prepare.compare import open_session
from litetts_edge.prepare.conv_forms import FORMS, TINY
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import ConvLayer, conv_layers

AS_IT_IS = "as it is"
REPEATS = 3
LONGEST = 30_000
"""Positions of time that are measured at most. Fewer than the model has would lie in a faster cache."""
_OPSET = 17

Shape = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Race:
    """CPU milliseconds of each form for one shape of layer, and how long the input was."""

    shape: Shape
    """Output channels, input channels, taps, dilation."""
    positions: int
    is_integer: bool
    cpu_ms: Mapping[str, float]

    def fastest(self, allowed: Sequence[str]) -> str:
        """The fastest of `allowed`; `as it is` where nothing is faster by more than a twentieth."""
        best = min(
            (form for form in allowed if form in self.cpu_ms), key=self.cpu_ms.__getitem__, default=AS_IT_IS
        )
        return best if self.cpu_ms.get(best, np.inf) < 0.95 * self.cpu_ms[AS_IT_IS] else AS_IT_IS


def race(layer: ConvLayer, positions: int, forms: Sequence[str]) -> Race:
    """Run one layer on noise, alone, in each form and as it is, one thread."""
    positions = min(positions, LONGEST)
    rng = np.random.default_rng(0)
    signal = {"x": rng.standard_normal((1, layer.shape[1], positions), dtype=np.float32)}
    sessions = {AS_IT_IS: open_session(_alone(layer).SerializeToString())}
    for form in forms:
        sessions[form] = open_session(_rewritten(layer, form).SerializeToString(), eight_bit=form == "fixed")
    times: dict[str, list[float]] = {form: [] for form in sessions}
    for session in sessions.values():
        session.run(None, signal)
    for _ in range(REPEATS):  # in turns, so that a disturbance meets all
        for form, session in sessions.items():
            begin = time.process_time()
            session.run(None, signal)
            times[form].append(time.process_time() - begin)
    cpu_ms = {form: round(1000 * median(taken), 3) for form, taken in times.items()}
    return Race(layer.shape, positions, layer.is_integer, cpu_ms)


def _alone(layer: ConvLayer) -> onnx.ModelProto:
    """A model of the layer as the published file has it."""
    geometry: dict[str, Any] = {
        "pads": list(layer.pads),
        "dilations": [layer.dilation],
        "kernel_shape": [layer.shape[2]],
    }
    if not layer.is_integer:
        nodes = [helper.make_node("Conv", ["x", "w"], ["y"], name="conv", **geometry)]
        return _model(nodes, {"w": layer.weight})
    scale = float(max(np.abs(layer.weight).max(), TINY)) / 127
    steps = np.clip(np.round(layer.weight / scale) + 128, 0, 255).astype(np.uint8)
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("ConvInteger", ["q", "w", "z", "wz"], ["i"], name="conv", **geometry),
        helper.make_node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["s", "ws"], ["m"]),
        helper.make_node("Mul", ["f", "m"], ["y"]),
    ]
    return _model(nodes, {"w": steps, "wz": np.uint8(128), "ws": np.float32(scale)})


def _rewritten(layer: ConvLayer, form: str) -> onnx.ModelProto:
    model = _alone(layer)
    graph = Graph(model)
    (here,) = conv_layers(graph)
    made = FORMS[form](graph, replace(here, feeds_norm=True))
    graph.remove(here.nodes)
    graph.replace(here.output, made)
    graph.finish()
    return model


def _model(nodes: list[onnx.NodeProto], weights: Mapping[str, object]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, None, None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, None, None])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
