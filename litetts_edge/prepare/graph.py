"""A graph that is being rewritten: who makes a tensor, who reads it, and what is constant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper, numpy_helper

Array = NDArray[Any]

STEPS = frozenset(
    """
    ArgMax Atan Ceil Equal Floor Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Mod NonZero Round Sign TopK
    """.split()
)
"""Where a last bit decides: durations, voiced or not, the side on which a phase lies."""
_SIZES = frozenset({"Shape", "Size"})
"""What depends on no value."""

MICROSOFT = "com.microsoft"
"""Domain of the operators that onnxruntime adds."""


class Graph:
    """Changes a model in place: a copy of 325 MB for each rewrite would not fit on a board.

    Rewrites append nodes anywhere; finish() puts them into an order that runs and drops what nobody reads.
    """

    def __init__(self, model: ModelProto) -> None:
        self.model = model
        self._proto = model.graph
        self._names = count()
        self._used = {name for node in self._proto.node for name in node.output}
        self._used |= {value.name for value in (*self._proto.input, *self._proto.initializer)}
        self._index()
        self._decisive = self._before_steps()

    @property
    def outputs(self) -> list[str]:
        return [value.name for value in self._proto.output]

    @property
    def opset(self) -> int:
        """Version of the standard operators."""
        return max(
            (int(one.version) for one in self.model.opset_import if one.domain in ("", "ai.onnx")), default=1
        )

    @property
    def nodes(self) -> list[NodeProto]:
        """All nodes, as a list that stays as it is while nodes are added and removed."""
        return list(self._proto.node)

    def of_type(self, *operators: str) -> list[NodeProto]:
        return [node for node in self._proto.node if node.op_type in operators]

    def free(self, *operators: str) -> list[NodeProto]:
        """Nodes that may be rewritten: nothing behind them takes a step (STEPS) at a value.

        Before such a step the last bit of a sum, which differs between kernels, can become another duration or the
        other sign of a phase. The cost lies behind: in the decoder.
        """
        return [node for node in self.of_type(*operators) if not self._decisive.intersection(node.output)]

    def maker(self, tensor: str) -> NodeProto | None:
        """The node that makes `tensor`; None for an input, a weight and nothing."""
        return self._makers.get(tensor)

    def readers(self, tensor: str) -> list[NodeProto]:
        """The nodes that read it; one that reads it twice is there once. Those in subgraphs are not."""
        return list(self._readers.get(tensor, {}).values())

    def only_reader(self, tensor: str) -> NodeProto | None:
        """The one node that reads it, if nothing else does and it is no output of the model."""
        readers = self.readers(tensor)
        return readers[0] if len(readers) == 1 and tensor not in self._kept else None

    def constant(self, tensor: str) -> Array | None:
        """The value of a weight or Constant, also behind Identity, and of halves widened to float32; else None."""
        node = self._makers.get(tensor)
        if node is not None and node.op_type == "Cast" and attribute(node, "to") == onnx.TensorProto.FLOAT:
            weight = self._weights.get(node.input[0])
            is_half = weight is not None and weight.data_type == onnx.TensorProto.FLOAT16
            return numpy_helper.to_array(weight).astype(np.float32) if weight is not None and is_half else None
        while node is not None and node.op_type == "Identity":
            tensor = node.input[0]
            node = self._makers.get(tensor)
        if node is not None:
            value = attribute(node, "value") if node.op_type == "Constant" else None
            return None if value is None else numpy_helper.to_array(value)
        weight = self._weights.get(tensor)
        return None if weight is None else numpy_helper.to_array(weight)

    def half_weights(self) -> list[str]:
        """The names of the weights in half precision."""
        return [name for name, weight in self._weights.items() if weight.data_type == onnx.TensorProto.FLOAT16]

    def scalar(self, tensor: str) -> float | None:
        """A constant of one element, or None."""
        value = self.constant(tensor)
        return float(value.reshape(())) if value is not None and value.size == 1 else None

    def weight(self, value: Array | np.generic, hint: str = "weight") -> str:
        """Add a constant, and return its name."""
        name = self.fresh(hint)
        proto = numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name)
        self._proto.initializer.append(proto)
        self._weights[name] = self._proto.initializer[-1]
        return name

    def add(
        self, operator: str, inputs: Sequence[str], output: str = "", domain: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output, and return the output's name."""
        output = output or self.fresh(operator.lower())
        return self.add_node(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))

    def reduce(self, operator: str, tensor: str, axes: Sequence[int]) -> str:
        """Add ReduceMax, ReduceMin or the like over `axes`, which are not kept."""
        if self.opset >= 18:  # they are an input since
            return self.add(operator, [tensor, self.weight(np.array(axes, np.int64), "axes")], keepdims=0)
        return self.add(operator, [tensor], axes=list(axes), keepdims=0)

    def add_node(self, node: NodeProto) -> str:
        """Add a node, and return the name of its first output."""
        node.name = node.name or self.fresh(node.op_type)
        self._proto.node.append(node)
        self._link(self._proto.node[-1])
        return str(node.output[0])

    def remove(self, nodes: Iterable[NodeProto]) -> None:
        """Let nodes read nothing any more; finish() drops them, if nobody reads what they made."""
        for node in nodes:
            self._unlink(node)

    def replace(self, old: str, new: str) -> None:
        """Have everybody who reads `old` read `new`; an output of the model keeps its name."""
        if old in self._kept:
            self._rename_output(self._makers[old], old, self.fresh("unused"))
            self._rename_output(self._makers[new], new, old)
            old, new = new, old
        for node in self.readers(old):
            for place, name in enumerate(node.input):
                if name == old:
                    self.read_instead(node, place, new)

    def read_instead(self, node: NodeProto, place: int, tensor: str) -> None:
        """Let one input of one node be `tensor`."""
        self._unlink(node)
        node.input[place] = tensor
        self._link(node)

    def fresh(self, hint: str) -> str:
        """A name that nothing has."""
        while (name := f"litetts_{hint}_{next(self._names)}") in self._used:
            pass
        self._used.add(name)
        return name

    def need_microsoft(self) -> None:
        """Declare the domain of onnxruntime's own operators."""
        if all(opset.domain != MICROSOFT for opset in self.model.opset_import):
            self.model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))

    def finish(self) -> None:
        """Drop nodes and weights that nobody reads, and sort the nodes so that each follows what it reads."""
        from graphlib import TopologicalSorter

        self._drop_unread()
        nodes = list(self._proto.node)
        made = {name: place for place, node in enumerate(nodes) for name in node.output if name}
        after = {
            place: {made[name] for name in _read_by(node) if name in made} for place, node in enumerate(nodes)
        }
        order = list(TopologicalSorter(after).static_order())
        if order != sorted(order):
            kept = [onnx.NodeProto.FromString(nodes[place].SerializeToString()) for place in order]
            del self._proto.node[:]
            self._proto.node.extend(kept)
        # shapes that the exporter wrote down may be wrong now, and nobody needs them
        del self._proto.value_info[:]
        self._index()

    def _before_steps(self) -> set[str]:
        """The tensors whose values a step depends on, at the time when the graph was opened."""
        found: set[str] = set()
        waiting = [name for node in self._proto.node if node.op_type in STEPS for name in _read_by(node)]
        while waiting:
            name = waiting.pop()
            node = self._makers.get(name)
            if name not in found and node is not None and node.op_type not in _SIZES:
                waiting += _read_by(node)
            found.add(name)
        return found

    def _drop_unread(self) -> None:
        wanted, waiting = set[int](), list(self._kept)
        at = {name: place for place, node in enumerate(self._proto.node) for name in node.output if name}
        while waiting:
            place = at.get(waiting.pop())
            if place is not None and place not in wanted:
                wanted.add(place)
                waiting += _read_by(self._proto.node[place])
        for place in reversed(range(len(self._proto.node))):
            if place not in wanted:
                del self._proto.node[place]
        read = {name for node in self._proto.node for name in _read_by(node)} | self._kept
        for place in reversed(range(len(self._proto.initializer))):
            if self._proto.initializer[place].name not in read:
                del self._proto.initializer[place]

    def _index(self) -> None:
        self._kept = {value.name for value in self._proto.output}
        self._kept |= {name for node in self._proto.node for name in _captured(node)}
        self._weights = {weight.name: weight for weight in self._proto.initializer}
        self._makers: dict[str, NodeProto] = {}
        self._readers: dict[str, dict[int, NodeProto]] = {}
        for node in self._proto.node:
            self._link(node)

    def _link(self, node: NodeProto) -> None:
        for name in node.output:
            self._makers[name] = node
        for name in node.input:
            self._readers.setdefault(name, {})[id(node)] = node

    def _unlink(self, node: NodeProto) -> None:
        for name in node.input:
            self._readers.get(name, {}).pop(id(node), None)

    def _rename_output(self, node: NodeProto, old: str, new: str) -> None:
        node.output[list(node.output).index(old)] = new
        self._makers.pop(old, None)
        self._makers[new] = node


def attribute(node: NodeProto, name: str, default: Any = None) -> Any:
    """An attribute's value: numbers and lists as such, text as bytes, tensors as TensorProto."""
    for one in node.attribute:
        if one.name == name:
            return helper.get_attribute_value(one)
    return default


def _captured(node: NodeProto) -> list[str]:
    """The tensors that the subgraphs of a node read, from inside or outside."""
    found = []
    for one in node.attribute:
        for inside in (
            (one.g, *one.graphs) if one.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS) else ()
        ):
            found += [value.name for value in inside.output]
            for inner in inside.node:
                found += _read_by(inner)
    return found


def _read_by(node: NodeProto) -> list[str]:
    return [name for name in node.input if name] + _captured(node)
