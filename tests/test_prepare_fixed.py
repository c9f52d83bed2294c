"""The 8-bit form with fixed ranges: what it is near to, what it does not depend on, which layers have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from litetts_edge.prepare import cook, fixed
from litetts_edge.prepare.compare import open_session, snr_db
from litetts_edge.prepare.fixed import Gain, chosen, rewrite_fixed
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import ConvLayer, Range, conv_layers, in_float
from litetts_edge.prepare.measure import AS_IT_IS, Race
from litetts_edge.prepare.ranges import observe
from tests.fixed_models import in_8_bits
from tests.style_block import CHANNELS, STYLE, Block, feed, style_block

LOUD, QUIET = 40.0, 0.05
FEEDS = (feed(), feed(200, seed=1))
ONLY_X = tuple({"x": one["x"]} for one in FEEDS)


def one_layer() -> onnx.ModelProto:
    block = Block()
    return block.model(block.conv("x", 2))


def run(model: onnx.ModelProto, given: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(open_session(model.SerializeToString()).run(None, dict(given))[0])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """8 bits win every race, so that no test depends on the processor."""

    def race(layer: ConvLayer, positions: int, forms: Sequence[str]) -> Race:
        return Race(layer.shape, positions, layer.is_integer, {AS_IT_IS: 4.0, "wide": 3.0, "fixed": 1.0})

    monkeypatch.setattr(cook, "race", race)


def test_ranges_are_the_largest_values_of_all_feeds(tmp_path: Path) -> None:
    """Channel by channel, on both sides of zero, whichever feed has them."""
    path = tmp_path / "graph.onnx"
    onnx.save(one_layer(), str(path))
    first, second = feed(), feed(100, seed=3)
    first["x"][0, 2, 7], second["x"][0, 3, 5] = -LOUD, LOUD
    (seen,) = observe(path, [first, second]).values()
    assert (seen.low[2], seen.high[3]) == (-LOUD, LOUD)
    assert seen.low.shape == seen.high.shape == (CHANNELS,)
    results = [np.abs(run(one_layer(), one)).max(axis=(0, 2)) for one in (first, second)]
    np.testing.assert_allclose(seen.result, np.maximum(*results), rtol=1e-5)


def test_ranges_need_a_sentence(tmp_path: Path) -> None:
    """Without one nothing is known."""
    path = tmp_path / "graph.onnx"
    onnx.save(one_layer(), str(path))
    with pytest.raises(ValueError, match="there is none"):
        observe(path, [])


def test_it_is_near_to_float32() -> None:
    """Also where one channel is a thousand times as loud as another: the weights take half of that."""
    given = feed()
    given["x"] *= np.geomspace(QUIET, LOUD, CHANNELS, dtype=np.float32)[None, :, None]
    model = one_layer()
    assert snr_db([run(model, given)], [run(in_8_bits(model, [given]), given)]) > 36


def test_quiet_channels_with_heavy_weights_count_as_much() -> None:
    """Each channel adds the same to the result here, which takes half of the balance from the weights."""
    sizes = np.geomspace(QUIET, LOUD, CHANNELS, dtype=np.float32)
    given = {"x": feed()["x"] * sizes[None, :, None]}
    model = first_of(chain())
    weight = onnx.numpy_helper.to_array(model.graph.initializer[0]) / sizes[None, :, None]
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(weight, "v"))
    assert snr_db([run(model, given)], [run(in_8_bits(model, [given]), given)]) > 30


def test_a_range_has_zero_in_it(tmp_path: Path) -> None:
    """Also of a channel that is never below it, and of one that is never above."""
    path = tmp_path / "chain.onnx"
    onnx.save(first_of(chain()), str(path))
    above = np.abs(ONLY_X[0]["x"]) + 3
    for given in (above, -above):
        (seen,) = observe(path, [{"x": given}]).values()
        assert (seen.low <= 0).all()
        assert (seen.high >= 0).all()


def test_a_window_is_the_same_whatever_else_is_in_it() -> None:
    """Nothing is told from what is computed at once: the whole, cut, is the part with its context."""
    given = feed(300)
    made = in_8_bits(one_layer(), [given])
    part = {"x": given["x"][:, :, 90:160], "s": given["s"]}
    np.testing.assert_array_equal(run(made, given)[:, :, 100:150], run(made, part)[:, :, 10:60])


def test_what_is_beyond_the_ranges_is_clipped() -> None:
    """A shout that no sentence had is as loud as the loudest of them, and nothing wraps around."""
    usual, shout = feed(), feed()
    shout["x"] = np.full_like(shout["x"], 1000.0)
    made = in_8_bits(one_layer(), [usual])
    found = run(made, shout)
    assert np.isfinite(found).all()
    assert (np.abs(found) <= np.abs(run(one_layer(), usual)).max(axis=(0, 2), keepdims=True) * 1.02).all()


def test_silence_is_the_bias() -> None:
    """To the resolution of the result; with ranges of nothing but silence, too: no range is zero."""
    quiet = {"x": np.zeros((1, CHANNELS, 50), np.float32), "s": np.zeros((1, STYLE), np.float32)}
    (layer,) = conv_layers(Graph(one_layer()))
    assert layer.bias is not None
    for feeds in ([feed()], [quiet]):
        found = run(in_8_bits(one_layer(), feeds), quiet)
        step = np.abs(run(one_layer(), feeds[0])).max(axis=(0, 2)) / 127
        assert (np.abs(found[0] - layer.bias[:, None]) <= step[:, None]).all()


def test_a_convolution_of_integers_is_written_in_float() -> None:
    """With its weights as they are meant, its bias and its geometry."""
    model = style_block(integer=True)
    graph = Graph(model)
    assert in_float(graph) == 3
    graph.finish()
    assert {node.op_type for node in model.graph.node}.isdisjoint({"ConvInteger", "DynamicQuantizeLinear"})
    assert snr_db([run(style_block(integer=True), FEEDS[0])], [run(model, FEEDS[0])]) > 30


def test_layers_are_taken_that_save_most_for_their_noise() -> None:
    """As many as bring no more noise than may be; what is slower in 8 bits, never."""
    gains = [Gain("dear", 1, 5e-3), Gain("cheap", 1, 1e-4), Gain("large", 9, 2e-3), Gain("slow", -1, 0)]
    assert chosen(gains, 3e-3) == ["cheap", "large"]
    assert chosen(gains, 1e-2) == ["cheap", "large", "dear"]
    assert chosen(gains, 1e-5) == []
    little = Gain("little for its noise", 0.1, 5e-4)
    assert chosen([*gains, little], 2.2e-3) == ["cheap", "large"]


def chain(opset: int = 17, pads: tuple[int, int] = (3, 3)) -> onnx.ModelProto:
    """Two convolutions, the second behind a LeakyRelu alone, as in Piper's voices of high quality."""
    random = np.random.default_rng(0)
    weights = {name: random.standard_normal((CHANNELS, CHANNELS, 7)).astype(np.float32) for name in ("v", "w")}
    nodes = [
        helper.make_node("Conv", ["x", "v"], ["first"], name="one", pads=pads),
        helper.make_node("LeakyRelu", ["first"], ["between"], alpha=0.1),
        helper.make_node("Conv", ["between", "w"], ["y"], name="two", pads=pads),
    ]
    ports = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, CHANNELS, None]) for name in "xy"]
    constants = [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "chain", ports[:1], ports[1:], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def test_what_float32_does_faster_over_two_axes_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """8 bits have to be faster than the best of float32, not than the published form alone."""
    times = {AS_IT_IS: 4.0, "wide": 1.0, "fixed": 2.0}
    monkeypatch.setattr(cook, "race", lambda layer, length, _: Race(layer.shape, length, layer.is_integer, times))
    assert rewrite_fixed(chain(), tmp_path, "chain", ONLY_X, ONLY_X, float("inf"), lambda _: None) is None


@pytest.mark.usefixtures("quick")
def test_noise_that_adds_up_to_too_much_is_halved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that are too noisy together are tried with less of it, twice."""
    allowed: list[float] = []

    def told(gains: Iterable[Gain], noise: float) -> list[str]:
        allowed.append(noise)
        return chosen(gains, 1.0)

    monkeypatch.setattr(fixed, "chosen", told)
    monkeypatch.setattr(fixed, "LEAST_DB", 99.0)
    assert rewrite_fixed(chain(), tmp_path, "chain", ONLY_X, ONLY_X, float("inf"), lambda _: None) is None
    assert [noise / allowed[0] for noise in allowed] == [1.0, 0.5, 0.25]


def in_halves(model: onnx.ModelProto) -> onnx.ModelProto:
    """Its weights in half precision, and what computes with them."""
    for weight in model.graph.initializer:
        half = onnx.numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(onnx.numpy_helper.from_array(half, weight.name))
    model.graph.node.insert(0, helper.make_node("Cast", ["x"], ["half"], to=onnx.TensorProto.FLOAT16))
    model.graph.node[1].input[0], model.graph.node[-1].output[0] = "half", "small"
    model.graph.node.append(helper.make_node("Cast", ["small"], ["y"], to=onnx.TensorProto.FLOAT))
    return model


@pytest.mark.usefixtures("quick")
def test_halves_are_widened_first(tmp_path: Path) -> None:
    """No kernel takes 8 bits from halves and to halves; a graph that is given them is left alone, and says so."""
    said: list[str] = []
    result = rewrite_fixed(in_halves(chain()), tmp_path, "half", ONLY_X, ONLY_X, float("inf"), said.append)
    assert result is not None
    assert "QLinearConv" in {node.op_type for node in onnx.load(str(result.path)).graph.node}
    given = in_halves(chain())
    given.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    assert rewrite_fixed(given, tmp_path, "given", ONLY_X, ONLY_X, float("inf"), said.append) is None
    assert "halves" in said[-1]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("pads", [(3, 3), (6, 0), (0, 0)])
def test_convolutions_with_a_leaky_relu_between_them_are_written(tmp_path: Path, pads: tuple[int, int]) -> None:
    """onnxruntime would join the three to an operator that refuses a scale for each channel."""
    result = rewrite_fixed(chain(pads=pads), tmp_path, "chain", ONLY_X, ONLY_X, float("inf"), lambda _: None)
    assert result is not None
    assert [node.op_type for node in onnx.load(str(result.path)).graph.node].count("QLinearConv") == 2


def first_of(model: onnx.ModelProto) -> onnx.ModelProto:
    """The first convolution of chain() alone."""
    del model.graph.node[1:]
    model.graph.node[0].output[0] = "y"
    return model


@pytest.mark.usefixtures("quick")
def test_an_old_graph_has_no_8_bit_form(tmp_path: Path) -> None:
    """Before opset 13 QuantizeLinear has one scale for all channels; that is said, and no error."""
    said: list[str] = []
    assert rewrite_fixed(chain(opset=12), tmp_path, "old", ONLY_X, ONLY_X, float("inf"), said.append) is None
    assert "opset 12" in said[-1]


@pytest.mark.usefixtures("quick")
def test_a_graph_without_convolutions_that_may_be_rewritten_has_none(tmp_path: Path) -> None:
    """Here a step is taken behind all of them."""
    model = chain()
    model.graph.node.append(helper.make_node("Floor", ["y"], ["z"]))
    model.graph.output[0].name = "z"
    assert rewrite_fixed(model, tmp_path, "steps", ONLY_X, ONLY_X, float("inf"), lambda _: None) is None


@pytest.mark.usefixtures("quick")
def test_what_was_infinite_once_stays_in_float32(tmp_path: Path) -> None:
    """A sentence that goes wrong takes the layers where it does so, and raises nothing."""
    loud = {"x": ONLY_X[0]["x"].copy()}
    loud["x"][0, 0, 0] = np.inf
    assert rewrite_fixed(chain(), tmp_path, "loud", ONLY_X, [loud], float("inf"), lambda _: None) is None


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("integer", [False, True])
def test_a_graph_is_written_in_8_bits(tmp_path: Path, integer: bool) -> None:
    """At least 25 dB from float32, and no range of the moment is left in it."""
    said: list[str] = []
    source = style_block(integer=integer)
    result = rewrite_fixed(source, tmp_path, "generator-8bit", FEEDS, FEEDS, float("inf"), said.append)
    assert result is not None
    assert result.snr_db >= fixed.LEAST_DB
    written = [node.op_type for node in onnx.load(str(result.path)).graph.node]
    assert "QLinearConv" in written
    assert {"ConvInteger", "DynamicQuantizeLinear"}.isdisjoint(written)


@pytest.mark.usefixtures("quick")
def test_a_form_that_is_no_faster_is_not_kept(tmp_path: Path) -> None:
    """It says so, and leaves no file."""
    said: list[str] = []
    assert rewrite_fixed(style_block(), tmp_path, "slow", FEEDS, FEEDS, 0.0001, said.append) is None
    assert "of the time" in said[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_ranges_that_are_wrong_leave_the_graph_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is far from float32 is not kept, whatever the single layers promised."""
    tiny = Range(np.full(CHANNELS, -QUIET), np.full(CHANNELS, QUIET), np.full(CHANNELS, QUIET))
    monkeypatch.setattr(fixed, "observe", lambda path, _: dict.fromkeys(observe(path, FEEDS), tiny))
    assert rewrite_fixed(style_block(), tmp_path, "wrong", FEEDS, FEEDS, float("inf"), lambda _: None) is None
