"""Rewrites of graphs: they find what they are for, change nothing that is heard, and leave the rest alone."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable

import numpy as np
import onnx
import pytest

from litetts_edge.prepare import compare, conv2d, conv_forms, halves, norms, snakes
from litetts_edge.prepare.compare import open_session, snr_db
from litetts_edge.prepare.conv_forms import FORMS, signed
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.layers import conv_layers
from litetts_edge.prepare.measure import AS_IT_IS, Race
from tests.style_block import CHANNELS, LENGTH, Block, feed, style_block


def run(model: onnx.ModelProto, length: int = LENGTH) -> np.ndarray:
    return np.asarray(open_session(model.SerializeToString()).run(None, feed(length))[0])


def apart(before: onnx.ModelProto, after: onnx.ModelProto, length: int = LENGTH) -> float:
    """dB of what one gives over its difference to the other."""
    onnx.checker.check_model(after)
    return snr_db([run(before, length)], [run(after, length)])


def rewritten(model: onnx.ModelProto, *steps: Callable[[Graph], int]) -> tuple[onnx.ModelProto, list[int]]:
    """A rewritten copy, and in how many places each step changed it."""
    after = copy.deepcopy(model)
    graph = Graph(after)
    counts = [step(graph) for step in steps]
    graph.finish()
    return after, counts


def operators(model: onnx.ModelProto) -> Counter[str]:
    return Counter(node.op_type for node in model.graph.node)


def in_form(form: str) -> Callable[[Graph], int]:
    def step(graph: Graph) -> int:
        layers = conv_layers(graph)
        for layer in layers:
            made = FORMS[form](graph, layer)
            graph.remove(layer.nodes)
            graph.replace(layer.output, made)
        return len(layers)

    return step


def test_a_norm_that_is_spelled_out_becomes_one_operator() -> None:
    """As exporters write it where they do not know the operator."""
    model = style_block(spelled_out=True)
    after, counts = rewritten(model, norms.fuse_chains)
    assert counts == [3]
    assert operators(after)["ReduceMean"] == 0
    assert apart(model, after) > 100


def test_a_norm_over_features_is_left_alone() -> None:
    """A LayerNorm looks the same, but its scale lies along the last axis."""
    block = Block()
    normed = block.norm("x", spelled_out=True)
    model = block.model(block.add("Mul", normed, block.const(block.noise(LENGTH))))
    assert rewritten(model, norms.fuse_chains)[1] == [0]


def test_scale_and_bias_of_the_style_go_into_the_norm() -> None:
    """Two passes over the audio less for each AdaIN."""
    model = style_block()
    after, counts = rewritten(model, norms.absorb_scale)
    assert counts == [6]
    assert apart(model, after) > 100


def test_a_scale_that_changes_with_time_stays() -> None:
    """Only a value for each channel can be absorbed."""
    block = Block()
    model = block.model(block.add("Mul", block.norm("x"), "x"))
    after, counts = rewritten(model, norms.absorb_scale)
    assert counts == [0]
    assert apart(model, after) == compare.ALIKE


def test_a_norm_that_is_read_twice_keeps_its_scale() -> None:
    """The other reader wants it as it is."""
    block = Block()
    normed = block.norm("x")
    scaled = block.add("Mul", normed, block.const(block.noise(1, CHANNELS, 1)))
    model = block.model(block.add("Add", scaled, normed))
    assert rewritten(model, norms.absorb_scale)[1] == [0]


def test_a_norm_whose_statistics_are_given_is_one_pass() -> None:
    """As a generator in windows has it; the snake behind it is found then."""
    block = Block()
    column = block.const(np.array([1, -1, 1]))
    gain = block.add("Reshape", block.const(block.noise(CHANNELS)), column)
    bias = block.add("Reshape", block.const(block.noise(CHANNELS)), column)
    model = block.model(block.snake(block.add("Add", block.add("Mul", "x", gain), bias)))
    after, counts = rewritten(model, norms.join_affine, snakes.scale_snakes)
    assert counts == [1, 1]
    assert operators(after)["BatchNormalization"] == 1
    assert apart(model, after) > 100


def test_one_number_is_no_norm() -> None:
    """Nobody knows for how many channels it would be."""
    block = Block()
    scaled = block.add("Mul", "x", block.const(np.float32(3)))
    model = block.model(block.add("Add", scaled, block.const(np.float32(1))))
    assert rewritten(model, norms.join_affine)[1] == [0]


def test_snakes_take_three_passes() -> None:
    """The norm gives what the sine takes, and the convolution has the rest in its weights."""
    model = style_block()
    after, counts = rewritten(model, norms.absorb_scale, snakes.scale_snakes)
    assert counts == [6, 3]
    assert operators(after)["Pow"] == operators(after)["Reciprocal"] == 0
    assert apart(model, after) > 100


def test_a_snake_before_integers_keeps_its_unit() -> None:
    """A quantizer would give other steps to channels in other units."""
    model = style_block(integer=True)
    after, counts = rewritten(model, norms.absorb_scale, snakes.scale_snakes)
    assert counts == [6, 3]
    assert apart(model, after) > 40  # a last bit may become a step


def test_a_snake_without_a_norm_is_left_alone() -> None:
    """Scaling its input would be one pass more, not less."""
    block = Block()
    model = block.model(block.snake("x"))
    after, counts = rewritten(model, snakes.scale_snakes, snakes.multiply_squares)
    assert counts == [0, 1]
    assert apart(model, after) > 100


def test_convolutions_get_a_second_axis() -> None:
    """With the dilation, the padding and the bias that they had."""
    model = style_block()
    after, counts = rewritten(model, conv2d.widen)
    assert counts == [3]
    assert apart(model, after) > 100
    assert apart(model, after, 2) > 100


@pytest.mark.parametrize(("form", "least"), [("wide", 25), ("columns", 25), ("sampled", 25)])
@pytest.mark.parametrize("length", [LENGTH, 3000, 1])
def test_integer_convolutions_in_any_form(form: str, least: float, length: int) -> None:
    """Each form gives what the published integers give, as near as 8 bits are to themselves."""
    model = style_block(integer=True)
    after, counts = rewritten(model, in_form(form))
    assert counts == [3]
    assert operators(after)["ConvInteger"] == 0
    assert apart(model, after, length) > least


def test_what_integers_stand_for() -> None:
    """The float weights of an integer layer are those that it was quantized from, but for half a step."""
    whole, integers = (conv_layers(Graph(style_block(integer=integer))) for integer in (False, True))
    for one, two in zip(whole, integers, strict=True):
        assert np.abs(one.weight - two.weight).max() < np.ptp(one.weight) / 255
        assert np.array_equal(one.bias, two.bias) if one.bias is not None and two.bias is not None else False


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"fixed"}))
def test_silence_is_silence_in_any_form(form: str) -> None:
    """No range is zero, so nothing is divided by zero. What `fixed` does: tests/test_prepare_fixed.py."""
    block = Block()
    model = block.model(block.conv("x", 1, integer=True))
    quiet = {"x": np.zeros((1, CHANNELS, 50), np.float32), "s": np.zeros((1, 6), np.float32)}
    after, _ = rewritten(model, in_form(form))
    found = open_session(after.SerializeToString()).run(None, quiet)[0]
    bias = conv_layers(Graph(model))[0].bias
    assert bias is not None
    assert np.allclose(found, bias.reshape(1, -1, 1), atol=1e-6)


def test_signed_weights_have_a_scale_for_each_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet channel beside a loud one keeps its 8 bits."""
    monkeypatch.setattr(conv_forms, "pairs_overflow", lambda: False)
    weight = np.array([[[1.0, -2.0]], [[0.001, 0.0005]]], np.float32)
    steps, scale = signed(weight)
    assert steps.tolist() == [[[64, -127]], [[127, 64]]]
    assert np.allclose(steps * scale.reshape(-1, 1, 1), weight, rtol=0.01)


def test_weights_leave_room_for_two_products_where_16_bits_add_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """AVX2 without VNNI clips such sums: two times 255 times the weight stays within."""
    monkeypatch.setattr(conv_forms, "pairs_overflow", lambda: True)
    steps, scale = signed(np.array([[[1.0, -2.0]]], np.float32))
    assert 2 * 255 * int(np.abs(steps).max()) <= np.iinfo(np.int16).max
    assert np.allclose(steps * scale[0], [[[1.0, -2.0]]], rtol=0.02)


def test_a_scale_may_have_to_be_larger_than_the_weights_want() -> None:
    """So that a large bias fits into 32 bits; the weights stand for the same."""
    weight = np.array([[[1.0, -2.0]], [[1.0, 0.5]]], np.float32)
    steps, scale = signed(weight, np.array([0.1, 0.0], np.float32))
    assert scale[0] == np.float32(0.1)
    assert np.allclose(steps * scale.reshape(-1, 1, 1), weight, rtol=0.05)


def half_block() -> onnx.ModelProto:
    """A convolution that computes in halves between two Casts."""
    block = Block()
    half = block.add("Cast", "x", to=onnx.TensorProto.FLOAT16)
    weight = block.const((block.noise(CHANNELS, CHANNELS, 3) / 5).astype(np.float16))
    made = block.add("Conv", half, weight, pads=[1, 1], kernel_shape=[3])
    return block.model(block.add("Cast", made, to=onnx.TensorProto.FLOAT))


def test_halves_become_float32() -> None:
    """The weights stay halves in the file, and what it says differs by what halves round at most."""
    model = half_block()
    after, counts = rewritten(model, halves.widen, conv2d.widen)
    assert counts == [2, 1]
    assert apart(model, after) > 40
    assert not any(
        node.op_type == "Cast" and node.attribute[0].i == onnx.TensorProto.FLOAT16 for node in after.graph.node
    )


def test_a_graph_with_halves_at_its_doors_is_left_alone() -> None:
    """Who calls it gives halves."""
    model = half_block()
    assert not halves.has_half_ports(Graph(model))
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    assert halves.has_half_ports(Graph(model))


def test_nothing_before_a_decision_is_rewritten() -> None:
    """A last bit could become another length of a phone."""
    block = Block()
    decided = block.add("Cast", block.add("Round", block.conv("x", 1)), to=onnx.TensorProto.FLOAT)
    model = block.model(block.conv(decided, 1))
    assert rewritten(model, conv2d.widen)[1] == [1]


def test_an_output_keeps_its_name() -> None:
    """Engines ask for it."""
    block = Block()
    model = block.model(block.conv("x", 1))
    after, _ = rewritten(model, conv2d.widen)
    assert [value.name for value in after.graph.output] == ["y"]
    assert apart(model, after) > 100


def test_no_node_is_left_that_nobody_reads() -> None:
    """Nor a weight."""
    after, _ = rewritten(style_block(integer=True), in_form("wide"))
    assert "DynamicQuantizeLinear" not in operators(after)
    read = {name for node in after.graph.node for name in node.input}
    assert {weight.name for weight in after.graph.initializer} <= read


def test_a_form_must_be_faster_to_be_taken() -> None:
    """By more than measuring errs."""
    times = {AS_IT_IS: 10.0, "columns": 9.8, "sampled": 5.0}
    race = Race((1, 1, 1, 1), 100, True, times)
    assert race.fastest(("columns", "sampled")) == "sampled"
    assert race.fastest(("columns",)) == AS_IT_IS
    assert race.fastest(()) == AS_IT_IS


def test_snr_of_what_is_known() -> None:
    """A tenth of the amplitude is 20 dB; other lengths and NaN are no likeness at all."""
    signal = np.array([1.0, -1.0, 1.0, -1.0])
    assert snr_db([signal], [signal * 1.1]) == pytest.approx(20)
    assert snr_db([signal], [signal]) == compare.ALIKE
    assert snr_db([signal], [signal[:3]]) == -np.inf
    assert snr_db([signal], [signal * np.nan]) == -np.inf


def test_log_spectral_distance_of_what_is_known() -> None:
    """Twice the amplitude is 6 dB away everywhere above the floor, the same is 0."""
    noise = np.random.default_rng(0).standard_normal(8000)
    assert compare.log_spectral_distance_db([noise], [noise]) == 0
    assert compare.log_spectral_distance_db([noise], [2 * noise]) == pytest.approx(6.02, abs=0.01)


def test_random_nodes_draw_the_same_for_a_comparison_only() -> None:
    """A node that has moved draws what it drew, and what is kept is as it was published."""
    block = Block()
    model = block.model(block.add("Add", block.conv("x", 1), block.add("RandomNormalLike", "x")))
    published = model.SerializeToString()
    compare.seed(model)
    after, _ = rewritten(model, conv2d.widen)
    assert apart(model, after) > 100
    compare.unseed(model)
    assert model.SerializeToString() == published
