"""Cutting a graph at tensors: which nodes a tensor depends on, and a part of a graph as a model of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper

_SINGLE = (
    "ConstantOfShape",
    "If",
    "Loop",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
)
"""Where nothing else is said, these make float32; of those with branches it is a guess."""


class Wiring:
    """Who makes and who reads each tensor of a graph. Built once; the graph is not to be changed meanwhile."""

    def __init__(self, graph: GraphProto) -> None:
        self.graph = graph
        self.nodes: Sequence[NodeProto] = list(graph.node)
        self.reads = [tuple(read_by(node)) for node in self.nodes]
        """The tensors that each node reads, those read inside its subgraphs included."""
        self.made_at = {name: place for place, node in enumerate(self.nodes) for name in node.output if name}
        """The place in `nodes` of the node that makes a tensor."""
        self.read_at: dict[str, list[int]] = {}
        for place, names in enumerate(self.reads):
            for name in names:
                self.read_at.setdefault(name, []).append(place)
        self.weights: dict[str, TensorProto] = {weight.name: weight for weight in graph.initializer}

    def maker(self, tensor: str) -> NodeProto | None:
        """The node that makes `tensor`; None for an input or a weight."""
        place = self.made_at.get(tensor)
        return None if place is None else self.nodes[place]

    def readers(self, tensor: str) -> list[NodeProto]:
        return [self.nodes[place] for place in self.read_at.get(tensor, ())]

    def upstream(self, tensors: Iterable[str], stop: Iterable[str] = ()) -> set[int]:
        """The places of all nodes that `tensors` depend on, not going beyond the tensors of `stop`."""
        seen, found, waiting = set(stop), set[int](), list(tensors)
        while waiting:
            name = waiting.pop()
            place = self.made_at.get(name)
            if name in seen or place is None:
                continue
            seen.add(name)
            if place not in found:
                found.add(place)
                waiting += self.reads[place]
        return found

    def downstream(self, tensors: Iterable[str]) -> set[int]:
        """The places of all nodes that depend on `tensors`."""
        found, waiting = set[int](), list(tensors)
        while waiting:
            for place in self.read_at.get(waiting.pop(), ()):
                if place not in found:
                    found.add(place)
                    waiting += self.nodes[place].output
        return found

    def constant(self, tensor: str) -> TensorProto | None:
        """The value of a tensor that is a weight or a Constant, also behind Identity."""
        if tensor in self.weights:
            return self.weights[tensor]
        node = self.maker(tensor)
        if node is None or node.op_type not in ("Constant", "Identity"):
            return None
        if node.op_type == "Identity":
            return self.constant(node.input[0])
        return cast("TensorProto | None", attribute(node, "value", None))

    def element_type(self, tensor: str) -> int:
        """What a tensor holds, as a TensorProto.DataType, told from where it comes from."""
        for known in (*self.graph.value_info, *self.graph.input, *self.graph.output):
            if known.name == tensor and known.type.tensor_type.elem_type:
                return int(known.type.tensor_type.elem_type)
        constant = self.constant(tensor)
        if constant is not None:
            return constant.data_type
        node = self.maker(tensor)
        said = 0 if node is None else attribute(node, "to", attribute(node, "dtype", 0))
        if node is None or said or node.op_type in _SINGLE:  # said by a Cast or a random node
            return cast("int", said) or TensorProto.FLOAT
        if node.op_type in ("Shape", "Size"):
            return TensorProto.INT64
        return self.element_type(node.input[1 if node.op_type == "Where" else 0])


def read_by(node: NodeProto) -> Iterator[str]:
    """The tensors that a node reads from outside itself."""
    yield from (name for name in node.input if name)
    for inner in _subgraphs(node):
        own = {value.name for value in inner.input} | {weight.name for weight in inner.initializer}
        for child in inner.node:
            yield from (name for name in read_by(child) if name not in own)
            own.update(child.output)
        yield from (value.name for value in inner.output if value.name not in own)


def attribute(node: NodeProto, name: str, default: object) -> object:
    """The value of a node's attribute."""
    found = next((one for one in node.attribute if one.name == name), None)
    return default if found is None else helper.get_attribute_value(found)


def part(
    model: ModelProto,
    nodes: Sequence[NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    metadata: Mapping[str, str],
) -> ModelProto:
    """A model of `nodes` (in running order) with the weights that they read, checked by onnx."""
    used = {name for node in nodes for name in read_by(node)}
    weights = [weight for weight in model.graph.initializer if weight.name in used]
    graph = helper.make_graph(nodes, model.graph.name, inputs, outputs, weights)
    made = helper.make_model(graph, opset_imports=model.opset_import, producer_name="litetts-edge")
    made.ir_version = model.ir_version
    for key, value in metadata.items():
        entry = made.metadata_props.add()
        entry.key, entry.value = key, value
    return made


def part_of(wiring: Wiring, tensor: str) -> ModelProto:
    """The model that computes one tensor of a graph from nothing but weights."""
    nodes = [wiring.nodes[place] for place in sorted(wiring.upstream([tensor]))]
    used = {name for node in nodes for name in read_by(node)}
    weights = [weight for name, weight in wiring.weights.items() if name in used]
    value = helper.make_tensor_value_info(tensor, wiring.element_type(tensor), None)
    graph = helper.make_graph(nodes, "constant", [], [value], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def zeros(model: ModelProto) -> dict[str, NDArray[Any]]:
    """Inputs of the declared sizes, 1 for what differs from run to run."""
    found = {}
    for one in model.graph.input:
        shape = [dim.dim_value or 1 for dim in one.type.tensor_type.shape.dim]
        found[one.name] = np.zeros(shape, helper.tensor_dtype_to_np_dtype(one.type.tensor_type.elem_type))
    return found


def renamed(nodes: Iterable[NodeProto], names: Mapping[str, str]) -> list[NodeProto]:
    """Copies of `nodes` whose tensors are called by `names`, in their subgraphs, too."""
    return [_renamed(node, names) for node in nodes]


def _renamed(node: NodeProto, names: Mapping[str, str]) -> NodeProto:
    copy = NodeProto()
    copy.CopyFrom(node)
    for tensors in (copy.input, copy.output):
        for index, name in enumerate(tensors):
            tensors[index] = names.get(name, name)
    for inner in _subgraphs(copy):
        children = renamed(inner.node, names)
        del inner.node[:]
        inner.node.extend(children)
        for value in inner.output:
            value.name = names.get(value.name, value.name)
    return copy


def _subgraphs(node: NodeProto) -> Iterator[GraphProto]:
    for one in node.attribute:
        if one.type == AttributeProto.GRAPH:
            yield one.g
        elif one.type == AttributeProto.GRAPHS:
            yield from one.graphs
