"""Networks to ONNX files, by the exporter that the published files were made with (TorchScript, not dynamo)."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from onnx import helper
from torch import nn


def export(
    network: nn.Module,
    inputs: tuple[torch.Tensor, ...],
    path: Path,
    *,
    opset: int,
    names: tuple[str, ...],
    outputs: tuple[str, ...],
    axes: dict[str, dict[int, str]],
    fold: bool = False,
) -> None:
    """Write one file. With `fold` constants become initializers, as slimmed files have them."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of the tracer, about values it takes for constants; checked by other lengths
        torch.onnx.export(
            network,
            inputs,
            str(path),
            dynamo=False,
            opset_version=opset,
            input_names=list(names),
            output_names=list(outputs),
            dynamic_axes=axes,
        )
    model = onnx.load(str(path))
    for node in model.graph.node:
        node.doc_string = ""
    _drop_identities(model.graph)
    if fold:
        _constants_to_initializers(model.graph)
        model.ir_version = 9
    save(model, path)


def save(model: onnx.ModelProto, path: Path, properties: dict[str, str] | None = None) -> None:
    """The same model gives the same bytes."""
    if properties:
        helper.set_model_props(model, properties)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _drop_identities(graph: onnx.GraphProto) -> None:
    """Let the users of shared weights read the weight itself, as slimming does."""
    weights = {weight.name for weight in graph.initializer}
    source: dict[str, str] = {}
    kept = []
    for node in graph.node:
        if node.op_type == "Identity" and (node.input[0] in weights or node.input[0] in source):
            source[node.output[0]] = source.get(node.input[0], node.input[0])
        else:
            kept.append(node)
    for node in kept:
        node.input[:] = [source.get(name, name) for name in node.input]
    del graph.node[:]
    graph.node.extend(kept)


def _constants_to_initializers(graph: onnx.GraphProto) -> None:
    kept = []
    for node in graph.node:
        if node.op_type == "Constant":
            value = next(a.t for a in node.attribute if a.name == "value")
            value.name = node.output[0]
            graph.initializer.append(value)
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)
