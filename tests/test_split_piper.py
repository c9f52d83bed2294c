"""How a Piper voice is cut for windows, and that the windows equal the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from litetts_edge.engines.piper_windows import WHOLE, Part
from litetts_edge.prepare import piper_parts
from litetts_edge.prepare.piper_exactness import windows_db
from litetts_edge.prepare.reach import Reach, Unbounded, constants_of, reach
from litetts_edge.prepare.split_piper import NotSplit, Split, probe_inputs, split
from tests import piper_models

BOTH = [piper_models.SMALL, piper_models.SPEAKERS]
WANTED_DB = 110.0


def declared(part: onnx.ModelProto) -> Part:
    return Part.of({one.key: one.value for one in part.metadata_props})


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(("tokens", "window"), [(3, 64), (40, 7), (120, 16), (300, 96)])
def test_windows_equal_the_whole(name: str, tokens: int, window: int) -> None:
    """With the same noise, windows of any length have the samples of the whole sentence: 110 dB and more."""
    assert (
        windows_db(piper_models.graph(name), piper_models.parts(name), tokens=tokens, window=window) >= WANTED_DB
    )


@pytest.mark.parametrize("key", ["before", "after"])
@pytest.mark.parametrize("part", ["flow", "decoder"])
def test_the_context_is_not_larger_than_it_must_be(part: str, key: str) -> None:
    """One frame less on either side of either graph, and windows differ from the whole: the reach is exact."""
    whole = piper_models.parts(piper_models.SMALL)
    graph = onnx.ModelProto()
    graph.CopyFrom(getattr(whole, part))
    facts = declared(graph)
    less = {"before": facts.before, "after": facts.after, key: getattr(facts, key) - 1}
    changed = Part(facts.time, less["before"], less["after"], facts.channels, facts.hop)
    helper.set_model_props(graph, {graph.metadata_props[0].key: changed.text()})
    spoiled = (
        Split(whole.encoder, graph, whole.decoder) if part == "flow" else Split(whole.encoder, whole.flow, graph)
    )
    assert windows_db(piper_models.graph(piper_models.SMALL), spoiled, tokens=120, window=16) < WANTED_DB + 60


@pytest.mark.parametrize("name", BOTH)
def test_the_cut_does_not_ask_for_names(name: str) -> None:
    """An exporter that numbers its nodes and tensors gives the same parts."""
    model = piper_models.graph(name)
    kept = {one.name for one in (*model.graph.input, *model.graph.output, *model.graph.initializer)}
    numbered: dict[str, str] = {}
    for node in model.graph.node:
        node.name = ""
        for names in (node.input, node.output):
            names[:] = [
                one if one in kept or not one else numbered.setdefault(one, str(len(numbered))) for one in names
            ]
    del model.graph.value_info[:]
    cut = split(model)
    assert [declared(part).hop for part in (cut.flow, cut.decoder)] == [1, 256]
    assert len(cut.decoder.graph.node) == len(piper_models.parts(name).decoder.graph.node)


def test_the_parts_take_what_they_declare() -> None:
    """Nothing of the text is left in the decoder, and no noise node in any part."""
    cut = piper_models.parts(piper_models.SPEAKERS)
    for part in (cut.flow, cut.decoder):
        assert {one.name for one in part.graph.input} == set(declared(part).time)
    random = [node for part in (cut.encoder, cut.flow, cut.decoder) for node in part.graph.node
              if node.op_type.startswith("Random")]  # fmt: skip
    assert random == []


def test_a_flow_that_mixes_time_runs_whole() -> None:
    """A flow with an attention inside is run in one go, and the windows of the decoder are exact still."""
    model = piper_models.graph(piper_models.SMALL)
    cut = piper_models.parts(piper_models.SMALL)
    latent = next(one for one in cut.flow.graph.output).name
    nodes = list(model.graph.node)
    at = next(place for place, node in enumerate(nodes) if latent in node.output) + 1
    for node in nodes[at:]:
        node.input[:] = ["mixed" if one == latent else one for one in node.input]
    axis = helper.make_node("ReduceMean", [latent], ["average"], axes=[2], keepdims=1)
    add = helper.make_node("Add", [latent, "average"], ["mixed"])
    del model.graph.node[:]
    model.graph.node.extend([*nodes[:at], axis, add, *nodes[at:]])
    again = split(model)
    assert declared(again.flow).before == WHOLE
    assert declared(again.decoder).before < 20
    assert windows_db(model, again, window=16) >= WANTED_DB


def test_what_is_no_voice_is_not_cut() -> None:
    """A graph without a decoder, one without noise and one part alone each say what is missing."""
    cut = piper_models.parts(piper_models.SMALL)
    with pytest.raises(NotSplit, match="draws no noise"):
        split(cut.decoder)
    with pytest.raises(NotSplit, match="no ConvTranspose"):
        split(cut.encoder)


def convolution(kind: str, taps: int, **attributes: Any) -> tuple[onnx.GraphProto, list[onnx.NodeProto]]:
    node = helper.make_node(kind, ["x", "w"], ["y"], **attributes)
    weight = numpy_helper.from_array(np.ones((1, 1, taps), dtype=np.float32), "w")
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xy")
    return helper.make_graph([node], "one", [x], [y], [weight]), [node]


@pytest.mark.parametrize(
    ("kind", "taps", "attributes", "wanted"),
    [
        ("Conv", 7, {"pads": [3, 3]}, Reach(1, 3, 3)),
        ("Conv", 3, {"pads": [5, 5], "dilations": [5]}, Reach(1, 5, 5)),
        ("Conv", 3, {"pads": [4, 0], "dilations": [2]}, Reach(1, 4, 0)),
        ("ConvTranspose", 16, {"pads": [4, 4], "strides": [8]}, Reach(8, 1, 1)),
    ],
)
def test_reach_of_one_convolution(kind: str, taps: int, attributes: dict[str, Any], wanted: Reach) -> None:
    """Taps, dilation, padding and stride decide it."""
    graph, nodes = convolution(kind, taps, **attributes)
    assert reach(nodes, {"x"}, "y", constants_of(graph)) == wanted


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("Conv", {"pads": [0, 0]}),
        ("Conv", {"pads": [1, 1], "strides": [2]}),
        ("Conv", {"auto_pad": "SAME_UPPER"}),
        ("ConvTranspose", {"pads": [0, 0], "strides": [2]}),
    ],
)
def test_what_keeps_no_length_has_no_windows(kind: str, attributes: dict[str, Any]) -> None:
    """A convolution that shortens, skips or pads by itself is refused."""
    graph, nodes = convolution(kind, 3, **attributes)
    with pytest.raises(Unbounded):
        reach(nodes, {"x"}, "y", constants_of(graph))


def test_parts_that_differ_from_the_whole_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut that was found, but at the wrong place, leaves the voice whole."""
    monkeypatch.setattr(piper_parts, "windows_db", lambda *_: 60.0)
    with pytest.raises(NotSplit, match=r"60\.0 dB from the whole"):
        piper_parts.parts(piper_models.graph(piper_models.SMALL))


@pytest.mark.parametrize("name", BOTH)
def test_each_part_is_fed_for_its_rewrites(name: str) -> None:
    """For one sentence of the published graph: one run of the encoder, and windows of the others."""
    cut = piper_models.parts(name)
    made = {"encoder": cut.encoder, "flow": cut.flow, "decoder": cut.decoder}
    given = piper_parts.part_feeds(made, [probe_inputs(40)])
    for variant, part in made.items():
        assert given[variant]
        for feed in given[variant]:
            assert set(feed) == {one.name for one in part.graph.input}
