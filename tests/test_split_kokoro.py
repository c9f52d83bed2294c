"""Kokoro and KittenTTS cut into parts: windows of the generator are the whole, given its statistics."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from litetts_edge.prepare.compare import open_session
from litetts_edge.prepare.context import NotAStream, context
from litetts_edge.prepare.kokoro_places import find
from litetts_edge.prepare.split_kokoro import part_feeds, split
from tests import split_models
from tests.split_models import Array, affine, fact, graph, parts, run, sentence, snr_db

IN_FLOAT = ("kokoro-small", "kokoro-small-q4", "kokoro-small-release", "kokoro-small-v1.1")
ALL = (*IN_FLOAT, "kokoro-small-fp16", "kokoro-small-quantized", "kitten-small")


def windowed(name: str, length: int, before: int, behind: int) -> Array:
    """A sentence of the generator in windows of `length` frames with so much context."""
    spoken, steps, samples = (
        sentence(name),
        int(fact(name, "steps_per_frame")),
        int(fact(name, "samples_per_frame")),
    )
    given, total, made = affine(name, spoken), spoken.frames.shape[2], []
    for start in range(0, total, length):
        end = min(total, start + length)
        low, high = max(0, start - before), min(total, end + behind)
        feed = {
            "frames": np.ascontiguousarray(spoken.frames[:, :, low:high]),
            "source": np.ascontiguousarray(spoken.source[:, :, low * steps : high * steps + 1]),
            "affine": given,
        }
        samples_of = run(name, "generator", feed)["waveform"].reshape(-1)
        made.append(samples_of[(start - low) * samples : (end - low) * samples])
    return np.concatenate(made)


@pytest.mark.parametrize("name", ALL)
def test_every_export_is_split(name: str) -> None:
    """All precisions and both namings have the places, and the parts say how they fit together."""
    assert set(parts(name)) == {"front", "source", "generator", "generator-stats"}
    assert fact(name, "samples_per_frame") == "300"
    assert fact(name, "steps_per_frame") == "60"
    spoken = sentence(name)
    assert spoken.source.shape[2] == spoken.frames.shape[2] * 60 + 1
    assert len(spoken.waveform) == spoken.frames.shape[2] * 300


@pytest.mark.parametrize("name", IN_FLOAT)
@pytest.mark.parametrize("length", [1, 24, 60, 1000])
def test_windows_are_the_whole(name: str, length: int) -> None:
    """With the statistics given, and the context that the graph asks for, windows differ by rounding only."""
    made = windowed(name, length, int(fact(name, "before")), int(fact(name, "behind")))
    assert snr_db(sentence(name).waveform, made) > 110


@pytest.mark.parametrize("name", ["kokoro-small", "kokoro-small-v1.1"])
def test_context_is_no_longer_than_it_must_be(name: str) -> None:
    """With two frames less on each side, windows are not exact any more."""
    before, behind = int(fact(name, "before")), int(fact(name, "behind"))
    exact = snr_db(sentence(name).waveform, windowed(name, 24, before, behind))
    assert 8 <= before <= 12
    assert snr_db(sentence(name).waveform, windowed(name, 24, before - 3, behind - 3)) < exact - 10


def test_half_precision_windows_are_the_whole_but_for_its_rounding() -> None:
    """fp16 rounds between operators, in windows as in the whole."""
    made = windowed("kokoro-small-fp16", 24, 11, 11)
    assert snr_db(sentence("kokoro-small-fp16").waveform, made) > 60


@pytest.mark.parametrize("name", ["kokoro-small-quantized", "kitten-small"])
def test_windows_of_a_quantized_generator_differ_by_its_own_noise(name: str) -> None:
    """Activations are quantized by the range that each window has, so windows are near the whole, not equal."""
    made = windowed(name, 60, 12, 12)
    assert 15 < snr_db(sentence(name).waveform, made) < 110


@pytest.mark.parametrize("name", ["kokoro-small", "kokoro-small-v1.1"])
def test_parts_make_what_the_whole_makes(name: str) -> None:
    """Front, source and generator one after the other give the sound of the published graph."""
    places, whole = find(graph(name)), onnx.ModelProto()
    whole.CopyFrom(graph(name))
    drawn = [node.output[0] for node in places.noise]
    kept = [node for node in whole.graph.node if node.output[0] not in drawn]
    del whole.graph.node[:]
    whole.graph.node.extend(kept)
    whole.graph.input.extend(helper.make_tensor_value_info(one, TensorProto.FLOAT, None) for one in drawn)
    spoken = sentence(name)
    random = np.random.default_rng(30)
    ids = random.integers(1, 100, (1, 30))
    ids[0, [0, -1]] = 0
    noise = split_models.noise(name, spoken.frames.shape[2]).values()
    feed = split_models.inputs(name, ids) | dict(zip(drawn, noise, strict=True))
    (waveform,) = open_session(whole.SerializeToString()).run([places.waveform], feed)
    assert snr_db(waveform.reshape(-1), spoken.waveform) > 100


def test_durations_stay_with_the_front() -> None:
    """Where the file gives durations, so does the front, two frames for each; elsewhere there are none."""
    assert [one.name for one in parts("kokoro-small-v1.1")["front"].graph.output][-1] == "duration"
    assert "duration" not in [one.name for one in parts("kokoro-small")["front"].graph.output]


def test_noise_is_an_input() -> None:
    """No part draws noise itself."""
    for name in ("kokoro-small-v1.1", "kitten-small"):
        assert [port.name for port in parts(name)["source"].graph.input] == ["pitch", "noise_0", "noise_1"]
        assert not any(
            node.op_type.startswith("Random") for one in parts(name).values() for node in one.graph.node
        )


def test_parts_are_fed_by_each_other() -> None:
    """The feeds for the rewrites are what each part gives the next one."""
    name = "kokoro-small-v1.1"
    ids = np.ones((1, 12), np.int64)
    feeds = part_feeds(parts(name), [split_models.inputs(name, ids)])
    made = {part: run(name, part, feeds[part][0]) for part in parts(name)}
    assert snr_db(made["generator-stats"]["waveform"], made["generator"]["waveform"]) > 110


def test_another_structure_is_refused_with_its_reason() -> None:
    """A graph without a harmonic source, and Piper's, are told from Kokoro's."""
    with pytest.raises(NotAStream, match="no harmonic source"):
        split(graph("piper-small"))
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, None]) for name in ("x", "waveform")]
    nodes = [helper.make_node("Softmax", ["x"], ["waveform"])]
    softmax = helper.make_graph(nodes, "g", values[:1], values[1:])
    with pytest.raises(NotAStream, match="Softmax"):
        context(softmax, {"x": 1}, "waveform")


def test_context_of_known_layers() -> None:
    """The arithmetic of the module's docstring on one strided, one dilated and one transposed convolution."""
    weight = helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 5], [1.0] * 5)
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, None]) for name in ("x", "y")]

    def of(kind: str, **attributes: object) -> tuple[int, int, int]:
        node = helper.make_node(kind, ["x", "w"], ["y"], **attributes)  # type: ignore[arg-type]
        found = context(helper.make_graph([node], "g", values[:1], values[1:], [weight]), {"x": 4}, "y")
        return found.before, found.behind, found.rate

    assert of("Conv", dilations=[2], pads=[4, 4]) == (1, 1, 4)
    assert of("Conv", dilations=[3], pads=[12, 0]) == (3, 0, 4)
    assert of("Conv", strides=[4], pads=[1, 0]) == (1, 1, 1)
    assert of("ConvTranspose", strides=[2], pads=[0, 0]) == (1, 0, 8)
