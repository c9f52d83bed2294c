"""Graphs that carry what the next window needs: the samples are those of the whole, whatever the windows are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, cycle, pairwise
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from litetts_edge.engines.carried import Carried
from litetts_edge.engines.kokoro_windows import Shape
from litetts_edge.engines.onnx import port_of
from litetts_edge.engines.piper_windows import Utterance
from litetts_edge.engines.termination import Run
from litetts_edge.prepare import kokoro_carry, piper_parts
from litetts_edge.prepare.carry import Carry
from litetts_edge.prepare.compare import Feed, open_session
from litetts_edge.prepare.context import NotAStream
from litetts_edge.prepare.piper_exactness import declared, snr_db, utterance, windows_db
from litetts_edge.prepare.split_piper import probe_inputs
from tests import piper_models, split_models

BOTH = [piper_models.SMALL, piper_models.SPEAKERS]
WANTED_DB = 110.0
CHANNELS = 4


def spoken(utterance: Utterance, sizes: Sequence[int]) -> NDArray[np.float32]:
    ends = [0, *accumulate(sizes)]
    bounds = [(start, min(end, utterance.frames)) for start, end in pairwise(ends)]
    return np.concatenate(
        [utterance.samples(start, end, Run()) for start, end in bounds if start < utterance.frames]
    )


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(("tokens", "window"), [(1, 16), (3, 64), (40, 7), (120, 16), (300, 96), (60, 1)])
def test_windows_equal_the_whole(name: str, tokens: int, window: int) -> None:
    """Windows of any length have the samples of the whole sentence: 110 dB and more, also if it is very short."""
    assert (
        windows_db(piper_models.graph(name), piper_models.carrying(name), tokens=tokens, window=window)
        >= WANTED_DB
    )


def test_windows_may_change_their_length() -> None:
    """Long and short windows in any order make the same sentence."""
    given = probe_inputs(60)
    cut = piper_models.carrying(piper_models.SMALL)
    one = spoken(utterance(cut, given), [10_000])
    sizes = [size for size, _ in zip(cycle([16, 1, 2, 64, 5, 96]), range(100), strict=False)]
    assert snr_db(one, spoken(utterance(cut, given), sizes)) >= WANTED_DB


def test_a_sentence_that_is_broken_off_leaves_nothing() -> None:
    """What one sentence carried is not heard in the next one."""
    cut = piper_models.carrying(piper_models.SMALL)
    first = utterance(cut, probe_inputs(60))
    first.samples(0, 32, Run())
    alone = spoken(utterance(cut, probe_inputs(30)), [32] * 20)
    assert np.array_equal(spoken(utterance(cut, probe_inputs(30)), [32] * 20), alone)


def test_what_carries_is_as_late_as_it_must_be() -> None:
    """Its first sample waits for as many frames as the whole looks ahead, and little is computed again."""
    cut = piper_models.carrying(piper_models.SMALL)
    facts = declared(cut.decoder)
    assert facts.after == declared(piper_models.parts(piper_models.SMALL).decoder).after
    assert 0 < facts.again < facts.after


@pytest.mark.parametrize("faster", [True, False])
def test_a_voice_carries_where_that_is_faster(faster: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured to be slower is not taken."""
    monkeypatch.setattr(piper_parts, "is_faster", lambda *_: faster)
    made = piper_parts.parts(piper_models.graph(piper_models.SMALL))
    assert {declared(made[variant]).carries for variant in ("flow", "decoder")} == {faster}


def test_what_is_not_exact_does_not_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that differs from the whole is dropped, however fast it is."""
    exact: Callable[..., float] = windows_db
    monkeypatch.setattr(piper_parts, "is_faster", lambda *_: True)
    monkeypatch.setattr(
        piper_parts, "windows_db", lambda whole, cut, **sizes: 60.0 if sizes else exact(whole, cut)
    )
    made = piper_parts.parts(piper_models.graph(piper_models.SMALL))
    assert not declared(made["decoder"]).carries


def network(nodes: Sequence[onnx.NodeProto], weights: dict[str, NDArray[Any]]) -> onnx.ModelProto:
    """A model of x, (1, CHANNELS, frames), and of the constant h, (1, CHANNELS, 1), that makes y."""
    graph = helper.make_graph(
        nodes,
        "network",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, CHANNELS, "frames"]),
            helper.make_tensor_value_info("h", TensorProto.FLOAT, [1, CHANNELS, 1]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def weight(taps: int) -> NDArray[np.float32]:
    return np.random.default_rng(taps).standard_normal((CHANNELS, CHANNELS, taps)).astype(np.float32)


def branches(upsampling: int) -> list[onnx.NodeProto]:
    """Two unlike residual branches on top of an upsampling one, conditioned."""
    return [
        helper.make_node("Add", ["x", "h"], ["conditioned"]),
        helper.make_node("ConvTranspose", ["conditioned", "up"], ["risen"], strides=[upsampling], pads=[1, 1]),
        helper.make_node("LeakyRelu", ["risen"], ["bent"], alpha=0.1),
        helper.make_node("Conv", ["bent", "three"], ["one"], pads=[6, 6], dilations=[6]),
        helper.make_node("Add", ["one", "risen"], ["left"]),
        helper.make_node("Conv", ["bent", "five"], ["two"], pads=[4, 4], dilations=[2]),
        helper.make_node("Tanh", ["two"], ["right"]),
        helper.make_node("Conv", ["right", "five"], ["further"], pads=[3, 1]),
        helper.make_node("Mul", ["left", "further"], ["y"]),
    ]


def windows(model: onnx.ModelProto, x: NDArray[Any], h: NDArray[Any], sizes: Iterator[int]) -> NDArray[Any]:
    session = open_session(model.SerializeToString())
    outputs = [port.name for port in session.get_outputs()]
    carried = Carried([port_of(port) for port in session.get_inputs()])
    made, start = [], 0
    while start < x.shape[-1]:
        end = min(x.shape[-1], start + next(sizes))
        inputs = carried.inputs({"x": x[:, :, start:end], "h": h}, last=end == x.shape[-1])
        given = dict(zip(outputs, session.run(None, inputs), strict=True))
        carried.keep(given.items())
        made.append(given["y"])
        start = end
    return np.concatenate(made, axis=-1)


@pytest.mark.parametrize("frames", [4, 32, 512])
def test_branches_meet_where_they_did(frames: int) -> None:
    """Branches of unlike reach, padded unevenly, are joined at the same sample; for cuts of all kinds."""
    weights = {"up": weight(8), "three": weight(3), "five": weight(5)}
    model = network(branches(6), weights)
    rng = np.random.default_rng(0)
    x, h = (rng.standard_normal((1, CHANNELS, size)).astype(np.float32) for size in (90, 1))
    (whole,) = open_session(model.SerializeToString()).run(None, {"x": x, "h": h})
    carry = Carry(model, {"x": 1}, "y", {"h": h}, frames)
    for sizes in ([40, 1], [9, 2, 30], [90]):
        assert snr_db(whole, windows(carry.model(), x, h, cycle(sizes))) >= WANTED_DB


def test_the_cuts_follow_the_cost() -> None:
    """Small windows are cut more often than long ones, where what is computed again costs little."""
    weights = {"up": weight(8), "three": weight(3), "five": weight(5)}
    model = network(branches(6), weights)
    h = np.zeros((1, CHANNELS, 1), np.float32)
    few, many = (Carry(model, {"x": 1}, "y", {"h": h}, frames) for frames in (4096, 1))
    assert len(few.segments) < len(many.segments)


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("ReduceMean", ["x"], ["y"], axes=[2], keepdims=1),
        helper.make_node("InstanceNormalization", ["x", "scale", "scale"], ["y"]),
        helper.make_node("Conv", ["x", "three"], ["y"], auto_pad="SAME_UPPER"),
    ],
)
def test_what_mixes_all_of_the_time_does_not_carry(node: onnx.NodeProto) -> None:
    """A norm over the sentence, a mean, and a padding that is not told are refused."""
    model = network([node], {"three": weight(3), "scale": np.ones(CHANNELS, np.float32)})
    with pytest.raises(NotAStream):
        Carry(model, {"x": 1}, "y", {"h": np.zeros((1, CHANNELS, 1), np.float32)}, 32)


@pytest.mark.parametrize("name", ["kokoro-small", "kokoro-small-v1.1"])
@pytest.mark.parametrize("length", [7, 24, 100])
def test_a_generator_carries_its_source_as_well(name: str, length: int) -> None:
    """Two inputs of unlike rates, one of them with a position more than its frames, and an inverse STFT."""
    feed = split_models.generator_feed(name)
    made = split_models.carrying(name)
    shape = Shape.read({one.key: one.value for one in made.metadata_props})
    samples, _ = kokoro_carry.windows(open_session(made.SerializeToString()), shape, feed, length)
    assert snr_db(split_models.sentence(name).waveform, samples) >= WANTED_DB


@pytest.mark.parametrize(
    ("share", "exact", "carries"), [(0.5, True, True), (1.5, True, False), (0.5, False, False)]
)
def test_a_generator_carries_where_that_is_faster_and_exact(
    share: float, exact: bool, carries: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes longer than windows with context, or differs from the whole, is not taken."""
    name = "kokoro-small"
    waveform = split_models.sentence(name).waveform

    def timed(_: Any, shape: Shape, feed: Feed, __: int) -> tuple[NDArray[Any], float]:
        found = waveform[: feed["frames"].shape[2] * shape.samples]
        spoiled = shape.late and not exact
        return (found * 0.9 if spoiled else found), share if shape.late else 1.0

    monkeypatch.setattr(kokoro_carry, "_timed", timed)
    monkeypatch.setattr(kokoro_carry, "_TRIED", split_models.sentence(name).frames.shape[2])
    given = {"generator": [split_models.generator_feed(name)]}
    parts, fed = kokoro_carry.carry(split_models.parts(name), given)
    assert (parts is not split_models.parts(name)) == carries
    assert set(fed["generator"][0]) == {one.name for one in parts["generator"].graph.input}


def test_half_precision_does_not_carry() -> None:
    """What is given in float16 would be carried in it; nobody has measured that."""
    name = "kokoro-small-fp16"
    with pytest.raises(NotAStream, match="float16"):
        kokoro_carry.form(split_models.parts(name)["generator"], split_models.generator_feed(name))
