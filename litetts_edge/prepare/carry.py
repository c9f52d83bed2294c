"""A finite convolution as a stream: windows that follow each other, and carry what the next one needs.

    before   input -> [all layers, context at both sides of every window] -> output
    after    state_0, input -> [segment 0] -> state_1, … -> [segment 1] -> … -> output;  next_0, next_1, …

Each segment (carry_cuts.py) works on what it remembers of its input and what is new of it. Its layers stay as they
are, with their own padding, and spoil both ends of what they make; those ends are cut off, and made again in the
next window, when there is more beside them. Where the sentence begins nothing is remembered, and where it ends
(`last` is 1) nothing is cut off, so that there the padding is that of the whole sentence. Every sample is that of
the whole sentence, and comes `delay` frames late.

With V positions given so far, of which `carried` = before + behind are remembered, positions below V - behind have
been made. A window that follows begins to make new ones `remembered` - behind after its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from litetts_edge.engines.carried import LAST, NEXT, STATE
from litetts_edge.prepare.carry_cuts import Cuts, Segment, Size, sizes
from litetts_edge.prepare.compare import Feed, open_session
from litetts_edge.prepare.context import NotAStream
from litetts_edge.prepare.cut import Wiring, read_by, renamed
from litetts_edge.prepare.graph import Array

_FOREVER = np.iinfo(np.int64).max // 2
_PROBED = (24, 32)
"""Frames of two windows whose sizes are compared."""
_OPSET = 13
"""Since then, the axes of Squeeze and the like are inputs; nothing older has been seen."""


class Carry:
    """The streaming form of one graph."""

    def __init__(
        self,
        model: ModelProto,
        inputs: Mapping[str, int],
        output: str,
        given: Feed,
        frames: int,
        *,
        extras: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`inputs`: positions a frame of those with a time, which is their last axis; `given`: the others.

        `frames`: length of the windows that it is to be cheap for. `extras`: positions beyond those of the frames
        that inputs have; they are given with the first window. Raises NotAStream.
        """
        self._source = _without_zeros(model)
        self._inputs = dict(inputs)
        self._extras = dict(extras)
        self._given = dict(given)
        self._output = output
        self._shapes: dict[str, tuple[int, ...]] = {}
        """Of all tensors with a time, as they were probed."""
        graph = self._source.graph
        self._sizes = self._measured()
        self._cuts = Cuts(graph, inputs, output, self._sizes)
        self.segments: Sequence[Segment] = self._cuts.best(frames)
        self.delay = ceil(sum((Fraction(one.behind) / one.unit for one in self.segments), Fraction(0)))
        """Frames that are given before the first sample comes. A first window must be longer, or the last."""
        self.again = _again(self.segments)
        """Frames that a window computes again, as if all of the graph were computed for them."""
        self._nodes: list[NodeProto] = []
        self._weights: dict[str, Array] = {}

    def model(self) -> ModelProto:
        """The inputs and outputs of the source, and `last`, (1,) int64, the states and what follows them."""
        self._nodes, self._weights = [], {}
        graph = self._source.graph
        wiring = self._cuts.wiring
        fixed = [node for place, node in enumerate(wiring.nodes) if place not in self._cuts.varying]
        given = {name: name for name in self._inputs}
        states: list[tuple[str, str]] = []
        for number, segment in enumerate(self.segments):
            given = self._segment(number, segment, given, states)
        self._nodes.append(helper.make_node("Identity", [given[self._output]], [self._output]))
        weights = [*graph.initializer]
        weights += [numpy_helper.from_array(value, name) for name, value in self._weights.items()]
        ports = [helper.make_tensor_value_info(LAST, TensorProto.INT64, [1])]
        results = []
        for tensor, name in states:
            shape = [*self._shapes[tensor][:-1], None]
            ports.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
            results.append(helper.make_tensor_value_info(name.replace(STATE, NEXT), TensorProto.FLOAT, None))
        nodes = [*fixed, *self._nodes]
        used = {name for node in nodes for name in read_by(node)}
        made = helper.make_graph(
            nodes, graph.name, [*graph.input, *ports], [*graph.output, *results],
            [weight for weight in weights if weight.name in used],
        )  # fmt: skip
        model = helper.make_model(made, opset_imports=self._source.opset_import, producer_name="litetts-edge")
        model.ir_version = self._source.ir_version
        helper.set_model_props(model, {one.key: one.value for one in self._source.metadata_props})
        return model

    def _segment(
        self, number: int, segment: Segment, given: Mapping[str, str], states: list[tuple[str, str]]
    ) -> dict[str, str]:
        """Append a segment that is given tensors under the names `given`; how its results are called."""
        prefix = f"carried_{number}/"
        names: dict[str, str] = {}
        lengths: tuple[str, str] | None = None
        first = ""
        for tensor in segment.sources:
            names[tensor] = given[tensor]
            if segment.carried:
                state = f"{STATE}{len(states)}"
                states.append((tensor, state))
                step = int(segment.rates[tensor] / segment.unit)
                names[tensor] = joined = self._node("Concat", [state, given[tensor]], f"{prefix}{tensor}", axis=-1)
                extra = self._sizes[tensor].extra
                start = self._weight(-segment.carried * step - extra)
                following = [joined, start, self._weight(_FOREVER), self._weight(-1)]
                self._nodes.append(helper.make_node("Slice", following, [state.replace(STATE, NEXT)]))
                if lengths is None or not extra:
                    lengths = self._units(state, step, extra), self._units(joined, step, extra)
                first = first or state
        nodes = [self._cuts.wiring.nodes[place] for place in segment.nodes]
        own = {name: f"{prefix}{name}" for node in nodes for name in node.output if name}
        own.update(names)
        copies = renamed(nodes, own)
        for copy in copies:
            copy.name = f"{prefix}{copy.name or copy.output[0]}"
        self._nodes += copies
        made = {name: own[name] for name in segment.results}
        if lengths is None:
            return made
        nothing, behind = self._weight(0), self._weight(segment.behind)
        start = self._node("Max", [self._node("Sub", [lengths[0], behind]), nothing])
        end = self._node("Max", [self._node("Sub", [lengths[1], behind]), nothing])
        end = self._node("Add", [end, self._node("Mul", [LAST, self._weight(_FOREVER >> 20)])])
        for tensor, whole in made.items():
            step = int(segment.rates[tensor] / segment.unit)
            bounds = [self._node("Mul", [one, self._weight(step)]) if step > 1 else one for one in (start, end)]
            if extra := self._sizes[tensor].extra:  # what is beyond the frames was given with the first window
                begun = self._node("Min", [self._length(first), self._weight(1)])
                begun = self._node("Mul", [begun, self._weight(extra)])
                bounds = [
                    self._node("Add", [bounds[0], begun]),
                    self._node("Add", [bounds[1], self._weight(extra)]),
                ]
            made[tensor] = self._node("Slice", [whole, *bounds, self._weight(-1)], f"{prefix}new/{tensor}")
        return made

    def _units(self, tensor: str, step: int, extra: int) -> str:
        """The length of a tensor, in units."""
        length = self._length(tensor)
        length = self._node("Sub", [length, self._weight(extra)]) if extra else length
        return self._node("Div", [length, self._weight(step)]) if step > 1 else length

    def _length(self, tensor: str) -> str:
        return self._node("Gather", [self._node("Shape", [tensor]), self._weight(-1)])

    def _node(self, operator: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        output = output or f"carried/{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def _weight(self, value: int) -> str:
        name = f"carried/{value}"
        self._weights[name] = np.array([value], np.int64)
        return name

    def _measured(self) -> dict[str, Size]:
        """Values a frame of all tensors with a time, of a copy that runs on noise."""
        wiring = Wiring(self._source.graph)
        varying = wiring.downstream(self._inputs)
        names = [name for place in sorted(varying) for name in wiring.nodes[place].output if name]
        copy = ModelProto()
        copy.CopyFrom(self._source)
        del copy.graph.output[:]
        copy.graph.output.extend(ValueInfoProto(name=name) for name in names)
        session = open_session(copy.SerializeToString())
        ports = {port.name: port.shape for port in session.get_inputs()}
        for port in session.get_inputs():
            if port.name in self._inputs and port.type != "tensor(float)":
                raise NotAStream(f"its {port.name} is a {port.type}, not of float32")

        def run(frames: int, wanted: list[str]) -> Sequence[Array]:
            feed = dict(self._given)
            for name, rate in self._inputs.items():
                shape = [size if isinstance(size, int) else 1 for size in ports[name][:-1]]
                feed[name] = np.zeros((*shape, frames * rate + self._extras.get(name, 0)), np.float32)
            made = [np.asarray(value) for value in session.run(wanted, feed)]
            self._shapes = {name: value.shape for name, value in [*feed.items(), *zip(wanted, made, strict=True)]}
            return made

        found = sizes(run, names, _PROBED)
        for name, rate in self._inputs.items():
            found[name] = Size(float(np.prod(self._shapes[name][:-1])) * rate, self._extras.get(name, 0))
        return found


def _again(segments: Sequence[Segment]) -> int:
    work = sum(one.cost for one in segments)
    return ceil(sum(one.cost * float(one.carried / one.unit) for one in segments) / work)


def _without_zeros(model: ModelProto) -> ModelProto:
    """A copy in which nobody adds zeros that are only as long as something else, as a traced WaveNet does."""
    copy = ModelProto()
    copy.CopyFrom(model)
    wiring = Wiring(copy.graph)
    zeros = {node.output[0] for node in wiring.nodes if node.op_type == "ConstantOfShape" and _is_zero(node)}
    outputs = {port.name for port in copy.graph.output}
    instead: dict[str, str] = {}
    kept = []
    for node in wiring.nodes:
        for place, name in enumerate(node.input):
            node.input[place] = instead.get(name, name)
        rest = [name for name in node.input if name not in zeros]
        if node.op_type == "Add" and len(rest) == 1 and node.output[0] not in outputs:
            instead[node.output[0]] = rest[0]
        else:
            kept.append(node)
    used = {name for node in kept for name in read_by(node)} | outputs
    kept = [NodeProto.FromString(node.SerializeToString()) for node in kept if used & set(node.output)]
    del copy.graph.node[:]
    copy.graph.node.extend(kept)
    return copy


def _is_zero(node: NodeProto) -> bool:
    values = [numpy_helper.to_array(one.t) for one in node.attribute if one.name == "value"]
    return not values or not np.any(values[0])
