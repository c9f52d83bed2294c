"""Cuts a Piper voice into `encoder`, `flow` and `decoder`, for windows (engines/piper_windows.py).

The cuts are found by structure, because names differ between exporters (`/dec/conv_pre/Conv`, `Conv_2711`):
* the decoder begins with the convolution before the first ConvTranspose; its input is the latent `z * y_mask`;
* the flow begins at the last random node before that: the noise of the prior. The one of the durations becomes an
  input of the encoder, so that whole and windows can be given the same noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from litetts_edge.engines.piper_windows import DURATION_NOISE, FACTS, LATENT, NOISE, WHOLE, Part, normals
from litetts_edge.prepare.reach import Reach, Unbounded, constants_of, reach

_RANDOM = frozenset({"RandomNormal", "RandomNormalLike"})
_PROBED = (13, 29)
"""Tokens of two sentences whose lengths tell which axes are time."""


class NotSplit(ValueError):
    """A graph that is not built like a Piper voice; str() says what was looked for."""


@dataclass(frozen=True, slots=True)
class Split:
    """The three graphs; `flow` and `decoder` carry a Part among their properties."""

    encoder: onnx.ModelProto
    flow: onnx.ModelProto
    decoder: onnx.ModelProto


@dataclass(frozen=True, slots=True)
class _Cuts:
    """The names of the tensors at which a voice is cut."""

    duration_noise: tuple[str, ...]
    noise: str
    latent: str
    audio: str


def split(model: onnx.ModelProto) -> Split:
    """The three graphs of a published voice. Raises NotSplit; the voice then runs as it is."""
    graph = _Graph(model.graph)
    cuts = _cuts(graph)
    in_decoder = graph.between(cuts.latent, cuts.audio)
    in_flow = graph.between(cuts.noise, cuts.latent)
    for_decoder = graph.borrowed(in_decoder, {cuts.latent})
    for_flow = graph.borrowed(in_flow, {cuts.noise})
    made_inside = {name for node in in_flow for name in node.output}
    if late := sorted(made_inside & set(for_decoder)):
        raise NotSplit(f"its decoder takes {late[0]!r} from the middle of its flow")
    outputs = list(dict.fromkeys((*for_flow, *for_decoder)))
    renamed = dict.fromkeys(cuts.duration_noise, DURATION_NOISE)
    encoder = _Graph(model.graph).model(model, outputs, (), renamed)
    probes = [_probe(encoder, tokens) for tokens in _PROBED]
    shapes = [{name: value.shape for name, value in zip(outputs, probe, strict=True)} for probe in probes]
    kinds = {name: value.dtype for name, value in zip(outputs, probes[0], strict=True)}
    time = _time_axes(*shapes)
    flow = _part(graph, in_flow, cuts.noise, cuts.latent, {name: time[name] for name in for_flow})
    decoder = _part(graph, in_decoder, cuts.latent, cuts.audio, {name: time[name] for name in for_decoder})
    channels = _channels(in_decoder, cuts.latent, graph.constants)
    made = []
    for part, source, output, own in (
        (flow, cuts.noise, cuts.latent, NOISE),
        (decoder, cuts.latent, cuts.audio, LATENT),
    ):
        declared = Part(
            {own: 2, **part.time}, part.before, part.after, channels, part.hop, part.before + part.after
        )
        inputs = [helper.make_tensor_value_info(own, TensorProto.FLOAT, [1, channels, "frames"])]
        for name, axis in part.time.items():
            shape: list[int | str] = list(shapes[0][name])
            if axis >= 0:
                shape[axis] = "frames"
            inputs.append(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(kinds[name]), shape))
        cut = _Graph(model.graph).model(model, [output], inputs, {source: own})
        helper.set_model_props(cut, {FACTS: declared.text()})
        made.append(cut)
    return Split(encoder, *made)


def with_noise_inputs(model: onnx.ModelProto) -> onnx.ModelProto:
    """The whole voice with its noise as the inputs DURATION_NOISE and NOISE: what windows are compared with."""
    cuts = _cuts(_Graph(model.graph))
    renamed = {cuts.noise: NOISE, **dict.fromkeys(cuts.duration_noise, DURATION_NOISE)}
    noise = helper.make_tensor_value_info(NOISE, TensorProto.FLOAT, [1, "channels", "frames"])
    return _Graph(model.graph).model(model, [cuts.audio], [noise], renamed, keep=True)


def _cuts(graph: _Graph) -> _Cuts:
    audio = graph.proto.output[0].name
    needed = graph.ancestors([audio])
    upsampling = next((node for node in graph.nodes(needed) if node.op_type == "ConvTranspose"), None)
    if upsampling is None:
        raise NotSplit("it has no ConvTranspose, with which a HiFi-GAN decoder begins to make samples")
    latent = _first_convolution(graph, upsampling.input[0]).input[0]
    random = [node for node in graph.nodes(graph.ancestors([latent])) if node.op_type in _RANDOM]
    if not random:
        raise NotSplit("it draws no noise before its decoder")
    *durations, prior = (node.output[0] for node in random)
    if len(durations) > 1:
        raise NotSplit(f"it draws noise {len(random)} times before its decoder, not once or twice")
    return _Cuts(tuple(durations), prior, latent, audio)


def _first_convolution(graph: _Graph, name: str) -> onnx.NodeProto:
    """The convolution whose result, conditioned and rectified, is the tensor `name`."""
    node: onnx.NodeProto | None = graph.producer.get(name)
    if node is None:
        raise NotSplit("its decoder does not begin with a convolution")
    if node.op_type == "Conv":
        return node
    if node.op_type == "Add":  # of the speaker's condition, which has one tap
        found = []
        for one in node.input:
            try:
                found.append(_first_convolution(graph, one))
            except NotSplit:
                continue
        wide = [one for one in found if _taps(graph, one) > 1]
        if len(wide) == 1:
            return wide[0]
    elif node.op_type in {"LeakyRelu", "Identity", "Cast"}:
        return _first_convolution(graph, node.input[0])
    raise NotSplit(f"its decoder begins with {node.op_type} {node.name!r}, not with a convolution")


def _taps(graph: _Graph, convolution: onnx.NodeProto) -> int:
    weights = graph.constants.get(convolution.input[1])
    return 0 if weights is None else int(weights.shape[-1])


def _channels(nodes: Sequence[onnx.NodeProto], latent: str, constants: Mapping[str, NDArray[Any]]) -> int:
    """Of the latent, by the weights of the decoder's first convolution."""
    first = next(node for node in nodes if latent in node.input)
    return int(constants[first.input[1]].shape[1])


def _part(graph: _Graph, nodes: list[onnx.NodeProto], source: str, output: str, time: dict[str, int]) -> Part:
    """What a part declares. The context of one that cannot be cut is the whole sentence."""
    sources = {source, *(name for name, axis in time.items() if axis >= 0)}
    try:
        found = reach(nodes, sources, output, graph.constants)
        if any(axis not in {-1, 2} for axis in time.values()):
            raise Unbounded("the time is not the last axis of what the encoder gives")
    except Unbounded:
        if output == graph.proto.output[0].name:
            raise NotSplit(
                f"its decoder cannot be cut into windows: {_why(nodes, sources, output, graph)}"
            ) from None
        found = Reach(1, WHOLE, WHOLE)
    return Part(time, found.before, found.after, 1, found.rate)


def _why(nodes: list[onnx.NodeProto], sources: set[str], output: str, graph: _Graph) -> str:
    try:
        reach(nodes, sources, output, graph.constants)
    except Unbounded as error:
        return str(error)
    return "the time is not the last axis of what the encoder gives"


def _time_axes(*probes: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """The axis of each tensor whose length differs between two sentences; -1 for none."""
    found = {}
    for name, shape in probes[0].items():
        other = probes[1][name]
        axes = [axis for axis, (one, two) in enumerate(zip(shape, other, strict=False)) if one != two]
        if len(axes) > 1 or len(shape) != len(other):
            raise NotSplit(f"{name!r} has more than one axis of time")
        found[name] = axes[0] if axes else -1
    lengths = {shape[found[name]] for name, shape in probes[0].items() if found[name] >= 0}
    if len(lengths) != 1:
        raise NotSplit(f"what its encoder gives has {len(lengths)} different lengths, not one")
    return found


def _probe(encoder: onnx.ModelProto, tokens: int) -> list[NDArray[Any]]:
    """What the encoder gives for a sentence of `tokens` ids."""
    from litetts_edge.engines.onnx import library

    onnxruntime = library()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            encoder.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        named = {one.name for one in session.get_inputs()}
        given = {name: value for name, value in probe_inputs(tokens).items() if name in named}
        return [np.asarray(value) for value in session.run(None, given)]
    except Exception as error:  # onnxruntime's own errors share no class but this
        raise NotSplit(f"its encoder does not run by itself: {error}") from error


def probe_inputs(tokens: int, speaker: int = 0) -> dict[str, NDArray[Any]]:
    """The encoder's inputs for a sentence of `tokens` ids, noise included."""
    return {
        "input": np.arange(tokens, dtype=np.int64)[np.newaxis] % 7,
        "input_lengths": np.array([tokens], dtype=np.int64),
        "scales": np.array([0.667, 1.0, 0.8], dtype=np.float32),
        "sid": np.array([speaker], dtype=np.int64),
        DURATION_NOISE: normals(2, 0, tokens)[np.newaxis],
    }


class _Graph:
    """A graph, with who makes what."""

    def __init__(self, proto: onnx.GraphProto) -> None:
        self.proto = proto
        self.producer = {name: node for node in proto.node for name in node.output if name}
        self.constants = constants_of(proto)
        self._order = {id(node): place for place, node in enumerate(proto.node)}
        self._fixed = {one.name for one in proto.initializer}
        self._inputs = {one.name for one in proto.input} - self._fixed

    def nodes(self, names: Iterable[str]) -> list[onnx.NodeProto]:
        """The nodes that make the tensors, in the order in which they run."""
        found = {id(node): node for name in names if (node := self.producer.get(name)) is not None}
        return sorted(found.values(), key=lambda node: self._order[id(node)])

    def ancestors(self, names: Iterable[str], until: frozenset[str] = frozenset()) -> set[str]:
        """All tensors that the tensors are made of, themselves included, and no further than `until`."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name not in until and (node := self.producer.get(name)) is not None:
                waiting += _used(node)
        return found

    def between(self, start: str, end: str) -> list[onnx.NodeProto]:
        """The nodes behind the tensor `start` that `end` needs."""
        reached = {start}
        for node in self.proto.node:
            if start not in node.output and reached & set(_used(node)):
                reached |= set(node.output)
        needed = self.nodes(self.ancestors([end], frozenset({start})))
        return [node for node in needed if reached & set(node.output) and start not in node.output]

    def borrowed(self, nodes: Sequence[onnx.NodeProto], own: set[str]) -> list[str]:
        """What the nodes take from outside that is not the same for every sentence."""
        made = own | {name for node in nodes for name in node.output}
        taken = dict.fromkeys(name for node in nodes for name in _used(node) if name not in made)
        return [name for name in taken if self._varies(name)]

    def _varies(self, name: str) -> bool:
        made_of = self.ancestors([name])
        return bool(made_of & self._inputs) or any(node.op_type in _RANDOM for node in self.nodes(made_of))

    def model(
        self,
        source: onnx.ModelProto,
        outputs: Sequence[str],
        inputs: Sequence[onnx.ValueInfoProto],
        renamed: Mapping[str, str],
        *,
        keep: bool = False,
    ) -> onnx.ModelProto:
        """The part of `source` that makes `outputs` of `inputs`, and of the graph's own inputs that it reaches.

        A tensor in `renamed` is an input under its new name. `keep`: all of the graph's own inputs stay.
        """
        names = {one.name for one in inputs}
        stops = frozenset(names | set(renamed))
        needed = self.ancestors(outputs, stops)
        made = {name for name in needed if name not in stops}
        nodes = []
        for node in self.nodes(made):
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = [renamed.get(name, name) for name in node.input]
            nodes.append(copy)
        own = [one for one in self.proto.input if (one.name in needed or keep) and one.name not in self._fixed]
        own += [_noise_input(name) for name in sorted(set(renamed.values()) - names)]
        known = {one.name: one for one in (*self.proto.output, *_inferred(source))}
        results = [known.get(name) or onnx.ValueInfoProto(name=name) for name in outputs]
        weights = [one for one in self.proto.initializer if one.name in needed]
        graph = helper.make_graph(nodes, f"{self.proto.name}-part", [*own, *inputs], results, weights)
        model = helper.make_model(graph, opset_imports=source.opset_import, ir_version=source.ir_version)
        helper.set_model_props(model, {one.key: one.value for one in source.metadata_props})
        return model


def _inferred(source: onnx.ModelProto) -> Iterator[onnx.ValueInfoProto]:
    """Element types of tensors inside; their shapes are left out, since few are known."""
    for one in onnx.shape_inference.infer_shapes(source).graph.value_info:
        bare = onnx.ValueInfoProto(name=one.name)
        bare.type.tensor_type.elem_type = one.type.tensor_type.elem_type
        yield bare


def _noise_input(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, "tokens"])


def _used(node: onnx.NodeProto) -> list[str]:
    """The tensors that a node takes, those of graphs inside it included."""
    names = [name for name in node.input if name]
    for attribute in node.attribute:
        inner = [attribute.g] if attribute.HasField("g") else []
        for graph in (*inner, *attribute.graphs):
            own = {name for one in graph.node for name in one.output} | {one.name for one in graph.initializer}
            names += [name for one in graph.node for name in _used(one) if name not in own]
    return names
