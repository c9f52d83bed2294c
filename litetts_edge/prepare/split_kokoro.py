"""Kokoro and KittenTTS cut into parts that need not run on a whole sentence at once.

    front      ids, style, speed            -> frames, pitch, modulation (, duration)
    source     pitch, noise_0, noise_1 …    -> source
    generator  frames, source, affine       -> waveform
    generator-stats  frames, source, modulation -> waveform, statistics

The generator normalises each channel over all of its time, so that a window depends on the whole sentence. Its
instance normalisations are therefore taken out: y = x gain + bias for each channel, both rows of `affine` (2, all
channels), which the caller computes from `modulation` (2, all channels; what the style makes of a normalised
channel: scale, shift) and from `statistics` (2, all channels; mean, variance):

    gain = scale / sqrt(variance + epsilon)        bias = shift - mean gain

With them the generator is a plain finite convolution: a window with its context gives the samples of the whole.
`generator-stats` takes the statistics itself, over all that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from litetts_edge.prepare.compare import Feed, open_session
from litetts_edge.prepare.context import NotAStream, context
from litetts_edge.prepare.cut import Wiring, part, read_by, renamed, zeros
from litetts_edge.prepare.graph import Array
from litetts_edge.prepare.kokoro_places import Norm, find

_FLOAT = TensorProto.FLOAT
_AXES_ARE_INPUT = 18


def split(model: ModelProto) -> dict[str, ModelProto]:
    """The parts of an exported model, by variant. Raises NotAStream for another structure."""
    return _Splitter(model).parts()


def part_feeds(parts: Mapping[str, ModelProto], feeds: Sequence[Feed]) -> dict[str, list[Feed]]:
    """What each part is given when the published graph is given `feeds`, by variant; noise from a fixed seed."""
    random = np.random.default_rng(0)
    found: dict[str, list[Feed]] = {variant: [] for variant in parts}
    sessions = {variant: open_session(parts[variant].SerializeToString()) for variant in ("front", "source")}
    for feed in feeds:
        said = _outputs(sessions["front"], feed)
        samples = said["frames"].shape[2] * int(_fact(parts["front"], "samples_per_frame"))
        given: dict[str, Array] = {"pitch": said["pitch"]}
        for port in parts["source"].graph.input[1:]:
            size = [dim.dim_value or samples for dim in port.type.tensor_type.shape.dim]
            given[port.name] = random.standard_normal(size, dtype=np.float32).astype(
                helper.tensor_dtype_to_np_dtype(port.type.tensor_type.elem_type)
            )
        heard = {
            "frames": said["frames"],
            "source": np.nan_to_num(_outputs(sessions["source"], given)["source"], nan=0.0),
        }
        found["front"].append(feed)
        found["source"].append(given)
        found["generator-stats"].append(heard | {"modulation": said["modulation"]})
    whole = open_session(parts["generator-stats"].SerializeToString())
    epsilon = float(_fact(parts["front"], "epsilon"))
    for feed in found["generator-stats"]:
        mean, variance = _outputs(whole, feed)["statistics"]
        gain = feed["modulation"][0] / np.sqrt(variance + epsilon)
        affine = np.stack([gain, feed["modulation"][1] - mean * gain]).astype(np.float32)
        found["generator"].append({"frames": feed["frames"], "source": feed["source"], "affine": affine})
    return found


class _Splitter:
    def __init__(self, model: ModelProto) -> None:
        self._model = model
        self._wiring = Wiring(model.graph)
        self._places = find(model)
        if not self._places.norms:
            raise NotAStream("the generator normalises nothing")
        self._opset = max(one.version for one in model.opset_import if one.domain in ("", "ai.onnx"))
        self._channels = self._measured_channels()
        self._names = {self._places.x: "frames", self._places.har: "source", self._places.f0: "pitch"}
        self._names[self._places.waveform] = "waveform"
        if self._places.duration:
            self._names[self._places.duration] = "duration"

    def parts(self) -> dict[str, ModelProto]:
        source = self._source()
        generator = self._generator("affine")
        steps = self._places.steps
        reach = context(generator.graph, {"frames": 1, "source": steps}, "waveform")
        facts = {
            "litetts.before": str(reach.before),
            "litetts.behind": str(reach.behind),
            "litetts.samples_per_frame": str(reach.rate),
            "litetts.steps_per_frame": str(steps),
            "litetts.epsilon": f"{self._epsilon():.9g}",
        }
        parts = {
            "front": self._front(),
            "source": source,
            "generator": generator,
            "generator-stats": self._generator("modulation"),
        }
        kinds = ["normal" if "Normal" in node.op_type else "uniform" for node in self._places.noise]
        facts["litetts.noise"] = " ".join(kinds)
        for made in parts.values():
            helper.set_model_props(made, facts)
        return parts

    def _front(self) -> ModelProto:
        places = self._places
        extra, wanted = [], [places.x, places.f0]
        names = dict(self._names)
        for index, norm in enumerate(places.norms):
            extra += self._modulation(index, norm)
            wanted += [name for name in (norm.weight, norm.own, norm.gain, norm.bias) if name]
        extra.append(_node("Concat", [f"scale_{i}" for i in range(len(places.norms))], "scales", axis=1))
        extra.append(_node("Concat", [f"shift_{i}" for i in range(len(places.norms))], "shifts", axis=1))
        extra.append(_node("Concat", ["scales", "shifts"], "modulation", axis=0))
        outputs = [
            self._value(places.x, "frames", [1, self._places.x_channels, "frames"]),
            self._value(places.f0, "pitch", [1, "pitches"]),
            helper.make_tensor_value_info("modulation", _FLOAT, [2, sum(self._channels)]),
        ]
        if places.duration:
            wanted.append(places.duration)
            outputs.append(self._value(places.duration, "duration", ["tokens"]))
        return self._part(self._wiring.upstream(wanted), extra, [], outputs, names)

    def _source(self) -> ModelProto:
        places = self._places
        inputs = [self._value(places.f0, "pitch", [1, "pitches"])]
        names, stop = dict(self._names), [places.f0]
        for index, node in enumerate(places.noise):
            names[node.output[0]] = f"noise_{index}"
            stop.append(node.output[0])
            element = self._wiring.element_type(node.output[0])
            inputs.append(helper.make_tensor_value_info(f"noise_{index}", element, self._noise_shape(node)))
        output = self._value(places.har, "source", [1, self._places.har_channels, "steps"])
        return self._part(self._wiring.upstream([places.har], stop), [], inputs, [output], names)

    def _generator(self, given: str) -> ModelProto:
        """With the affine form of each channel given, or with it made from statistics that are taken."""
        places, wiring = self._places, self._wiring
        replaced = {id(wiring.nodes[wiring.made_at[norm.output]]): norm for norm in places.norms}
        nodes = [
            _constant("both_axes", [0, 1]),
            _constant("column", [1, -1, 1]),
            _constant("last_axis", [2]),
            _constant("epsilon", np.float32(self._epsilon())),
        ]
        for node in wiring.nodes:
            norm = replaced.get(id(node))
            if norm is None:
                nodes.append(node)
                continue
            nodes += self._affine(places.norms.index(norm), norm, given)
        if given == "modulation":
            count = range(len(places.norms))
            nodes.append(_node("Concat", [f"mean_{i}" for i in count], "means", axis=1))
            nodes.append(_node("Concat", [f"variance_{i}" for i in count], "variances", axis=1))
            nodes.append(_node("Concat", ["means", "variances"], "statistics_", axis=0))
            nodes.append(_node("Squeeze", ["statistics_", "last_axis"], "statistics"))
        graph = onnx.GraphProto()
        graph.node.extend(nodes)
        graph.initializer.extend(self._model.graph.initializer)
        rewired = Wiring(graph)
        outputs = [helper.make_tensor_value_info("waveform", self._wiring.element_type(places.waveform), None)]
        wanted = [places.waveform]
        channels = sum(self._channels)
        if given == "modulation":
            wanted.append("statistics")
            outputs.append(helper.make_tensor_value_info("statistics", _FLOAT, [2, channels]))
        inputs = [
            self._value(places.x, "frames", [1, self._places.x_channels, "frames"]),
            self._value(places.har, "source", [1, self._places.har_channels, "steps"]),
            helper.make_tensor_value_info(given, _FLOAT, [2, channels]),
        ]
        chosen = rewired.upstream(wanted, [places.x, places.har, given])
        kept = [rewired.nodes[place] for place in sorted(chosen)]
        return self._finished(kept, inputs, outputs, self._names)

    def _affine(self, index: int, norm: Norm, given: str) -> list[NodeProto]:
        """The nodes that make norm.output of norm.x."""
        start = sum(self._channels[:index])
        end = start + self._channels[index]
        x, is_half = norm.x, self._wiring.element_type(norm.x) != _FLOAT
        made = []
        if is_half:
            made.append(_node("Cast", [x], f"single_{index}", to=_FLOAT))
            x = f"single_{index}"
        rows = (f"row0_{index}", f"row1_{index}")
        for row, name in enumerate(rows):
            bounds = [_constant(f"{name}_from", [row, start]), _constant(f"{name}_to", [row + 1, end])]
            made += bounds
            made.append(
                _node("Slice", [given, bounds[0].output[0], bounds[1].output[0], "both_axes"], f"{name}_flat")
            )
            made.append(_node("Reshape", [f"{name}_flat", "column"], name))
        gain, bias = rows
        if given == "modulation":
            made += [
                self._mean(x, f"mean_{index}"),
                _node("Sub", [x, f"mean_{index}"], f"off_{index}"),
                _node("Mul", [f"off_{index}", f"off_{index}"], f"square_{index}"),
                self._mean(f"square_{index}", f"variance_{index}"),
                _node("Add", [f"variance_{index}", "epsilon"], f"spread_{index}"),
                _node("Sqrt", [f"spread_{index}"], f"deviation_{index}"),
                _node("Div", [gain, f"deviation_{index}"], f"gain_{index}"),
                _node("Mul", [f"mean_{index}", f"gain_{index}"], f"taken_{index}"),
                _node("Sub", [bias, f"taken_{index}"], f"bias_{index}"),
            ]
            gain, bias = f"gain_{index}", f"bias_{index}"
        result = f"styled_{index}" if is_half else norm.output
        made += [_node("Mul", [x, gain], f"scaled_{index}"), _node("Add", [f"scaled_{index}", bias], result)]
        if is_half:
            made.append(_node("Cast", [result], norm.output, to=self._wiring.element_type(norm.x)))
        return made

    def _mean(self, x: str, output: str) -> NodeProto:
        """Over time. From opset 18 on, axes are an input."""
        if self._opset < _AXES_ARE_INPUT:
            return _node("ReduceMean", [x], output, axes=[2], keepdims=1)
        return _node("ReduceMean", [x, "last_axis"], output, keepdims=1)

    def _modulation(self, index: int, norm: Norm) -> list[NodeProto]:
        """What its own weights and the style make of a normalised channel: scale_<i>, shift_<i> (1, C)."""
        made, flat = [], {}
        for name, tensor in (("weight", norm.weight), ("own", norm.own), ("gain", norm.gain), ("bias", norm.bias)):
            if tensor:
                shape, flat[name] = _constant(f"{name}_shape_{index}", [1, -1]), f"{name}_{index}"
                made += [shape, _node("Cast", [tensor], f"{name}_single_{index}", to=_FLOAT)]
                made.append(_node("Reshape", [f"{name}_single_{index}", shape.output[0]], flat[name]))
        scale, shift = f"scale_{index}", f"shift_{index}"
        if not norm.gain:
            made += [_node("Identity", [flat["weight"]], scale), _node("Identity", [flat["own"]], shift)]
        elif not norm.weight:
            made += [_node("Identity", [flat["gain"]], scale), _node("Identity", [flat["bias"]], shift)]
        else:
            made.append(_node("Mul", [flat["gain"], flat["weight"]], scale))
            made.append(_node("Mul", [flat["gain"], flat["own"]], f"moved_{index}"))
            made.append(_node("Add", [f"moved_{index}", flat["bias"]], shift))
        return made

    def _measured_channels(self) -> list[int]:
        """Of each normalisation, by running what styles them: the graph does not always say."""
        if any(not norm.gain and not norm.weight for norm in self._places.norms):
            raise NotAStream("a normalisation has neither weights nor a style")
        wanted, nodes, outputs = [], [], []
        for index, norm in enumerate(self._places.norms):
            wanted += [name for name in (norm.weight, norm.own, norm.gain, norm.bias) if name]
            nodes += self._modulation(index, norm)
            outputs.append(helper.make_tensor_value_info(f"scale_{index}", _FLOAT, None))
        style = self._part(self._wiring.upstream(wanted), nodes, [], outputs, {})
        styled = _outputs(open_session(style.SerializeToString()), zeros(style))
        return [styled[f"scale_{index}"].shape[1] for index in range(len(self._places.norms))]

    def _part(
        self,
        places: set[int],
        extra: Sequence[NodeProto],
        inputs: Sequence[ValueInfoProto],
        outputs: Sequence[ValueInfoProto],
        names: Mapping[str, str],
    ) -> ModelProto:
        nodes = [self._wiring.nodes[place] for place in sorted(places)]
        return self._finished([*nodes, *extra], inputs, outputs, names)

    def _finished(
        self,
        nodes: Sequence[NodeProto],
        inputs: Sequence[ValueInfoProto],
        outputs: Sequence[ValueInfoProto],
        names: Mapping[str, str],
    ) -> ModelProto:
        """A model of these nodes; the published inputs that they read become its inputs, too."""
        used = {name for node in nodes for name in read_by(node)}
        made = {name for node in nodes for name in node.output}
        published = [one for one in self._model.graph.input if one.name in used - made - set(names)]
        published = [one for one in published if one.name not in self._wiring.weights]
        return part(self._model, renamed(nodes, names), [*published, *inputs], outputs, {})

    def _value(self, tensor: str, name: str, shape: Sequence[int | str]) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, self._wiring.element_type(tensor), shape)

    def _noise_shape(self, node: NodeProto) -> list[int | str]:
        """Of a random node of the source, `samples` for what grows with the sentence."""
        places, found = self._wiring.upstream([node.output[0]], [self._places.f0]), node.output[0]
        nodes = [self._wiring.nodes[place] for place in sorted(places)]
        inputs = [self._value(self._places.f0, self._places.f0, [1, "pitches"])]
        outputs = [helper.make_empty_tensor_value_info(found)]
        alone = part(self._model, nodes, inputs, outputs, {})
        inferred = onnx.shape_inference.infer_shapes(alone, data_prop=True)
        dims = inferred.graph.output[0].type.tensor_type.shape.dim
        if not dims:
            raise NotAStream(f"the shape of the noise {node.name} cannot be told")
        return [dim.dim_value or "samples" for dim in dims]

    def _epsilon(self) -> float:
        found = {norm.epsilon for norm in self._places.norms}
        if len(found) != 1:
            raise NotAStream("the normalisations differ in their epsilon")
        return found.pop()


def _outputs(session: Any, feed: Feed) -> dict[str, Array]:
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(feed)), strict=True))


def _fact(part: ModelProto, key: str) -> str:
    return str(next(one.value for one in part.metadata_props if one.key == f"litetts.{key}"))


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> NodeProto:
    return helper.make_node(kind, inputs, [output], name=f"litetts/{output}", **attributes)


def _constant(name: str, value: Sequence[int] | np.float32) -> NodeProto:
    held = np.asarray(value) if isinstance(value, np.float32) else np.asarray(value, dtype=np.int64)
    return helper.make_node("Constant", [], [name], name=f"litetts/{name}", value=numpy_helper.from_array(held))
