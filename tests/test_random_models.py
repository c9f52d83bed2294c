"""The models with random weights under tests/data/engines are what their README says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from litetts_edge.engines.installed import InstalledModel, installed_models, read_installed

ENGINES = Path(__file__).parent / "data" / "engines"
STYLE = ["input_ids", "style", "speed"]
PUBLISHED = {
    "kokoro-small": (STYLE, ["waveform"]),
    "kokoro-small-quantized": (STYLE, ["waveform"]),
    "kokoro-small-fp16": (STYLE, ["waveform"]),
    "kokoro-small-q4": (STYLE, ["waveform"]),
    "kokoro-small-release": (["tokens", "style", "speed"], ["audio"]),
    "kokoro-small-v1.1": (STYLE, ["waveform", "duration"]),
    "kitten-small": (STYLE, ["waveform", "duration"]),
    "piper-small": (["input", "input_lengths", "scales"], ["output"]),
    "piper-small-speakers": (["input", "input_lengths", "scales", "sid"], ["output"]),
}
"""Inputs and outputs of the published files that each stands for."""
KINDS = {
    "kokoro-small": {"STFT", "ReduceMean", "ConvTranspose", "LSTM", "ScatterND"},
    "kokoro-small-quantized": {"ConvInteger", "DynamicQuantizeLSTM", "DynamicQuantizeLinear", "MatMulInteger"},
    "kokoro-small-fp16": {"Cast", "LSTM"},
    "kokoro-small-q4": {"MatMulNBits"},
    "kokoro-small-v1.1": {"InstanceNormalization", "RandomNormalLike", "RandomUniformLike", "Loop"},
    "kitten-small": {"ConvInteger", "InstanceNormalization", "RandomNormalLike"},
    "piper-small": {"RandomNormalLike", "ConvTranspose", "Softplus", "GatherND"},
}
"""Nodes that the code which prepares graphs meets in the published files."""


def model_path(model: InstalledModel) -> Path:
    (file,) = model.files_of("model")
    return file.path


@cache
def session(name: str) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(model_path(read_installed(ENGINES / name))), options)


def inputs(name: str, opened: ort.InferenceSession, phonemes: int) -> dict[str, NDArray[Any]]:
    """What a sentence of that many phonemes gives to the graph."""
    rng = np.random.default_rng(phonemes)
    names = [value.name for value in opened.get_inputs()]
    if name.startswith("piper"):
        ids = np.zeros((1, 2 * phonemes + 1), np.int64)
        ids[0, 1::2] = rng.integers(3, 130, phonemes)
        scales = np.array([0.667, 1.0, 0.8], np.float32)
        values: list[NDArray[Any]] = [ids, np.array([ids.shape[1]]), scales, np.array([1])]
    else:
        ids = np.zeros((1, phonemes + 2), np.int64)
        ids[0, 1:-1] = rng.integers(1, 178, phonemes)
        style = rng.normal(0, 0.25, opened.get_inputs()[1].shape).astype(np.float32)
        values = [ids, style, np.ones(1, np.float32)]
    return dict(zip(names, values, strict=False))


def test_every_folder_is_an_installed_model() -> None:
    """The engines find all of them, by their manifests."""
    assert {model.name for model in installed_models(ENGINES)} == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_files_are_those_of_the_manifest(name: str) -> None:
    """Each file has the sha256 and the size that its manifest gives, and no other file lies there."""
    model = read_installed(ENGINES / name)
    for file in model.files:
        model.verify(file)
        assert file.path.stat().st_size == file.bytes
    there = {path for path in model.folder.rglob("*") if path.is_file()} - {model.folder / "manifest.json"}
    assert there == {file.path for file in model.files}


@pytest.mark.parametrize("name", PUBLISHED)
def test_inputs_and_outputs_are_named_as_published(name: str) -> None:
    """The graph takes and gives what the published file does, in its order."""
    opened = session(name)
    names = ([value.name for value in opened.get_inputs()], [value.name for value in opened.get_outputs()])
    assert names == PUBLISHED[name]


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("phonemes", [1, 40])
def test_sound_is_of_sane_length_and_level(name: str, phonemes: int) -> None:
    """Whatever the length, the sound is finite, varies from end to end and has about the time of speech."""
    opened = session(name)
    sound = np.asarray(opened.run(None, inputs(name, opened, phonemes))[0]).reshape(-1)
    rate = 22050 if name.startswith("piper") else 24000
    assert np.isfinite(sound).all()
    assert all(0.02 < part.std() < 0.4 for part in np.array_split(sound, 4))
    assert phonemes / 30 < sound.size / rate < phonemes / 8 + 0.3


@pytest.mark.parametrize("name", KINDS)
def test_nodes_are_of_the_published_kinds(name: str) -> None:
    """What is rewritten, split or quantized in a published file is there to be rewritten in the small one."""
    graph = onnx.load(str(model_path(read_installed(ENGINES / name)))).graph
    assert KINDS[name] <= {node.op_type for node in graph.node}


def test_kokoro_v1_has_no_randomness() -> None:
    """As in the released files of v1.0, the same input gives the same samples."""
    opened = session("kokoro-small")
    given = inputs("kokoro-small", opened, 5)
    first, second = (np.asarray(opened.run(None, given)[0]) for _ in range(2))
    assert np.array_equal(first, second)


def test_release_is_the_same_network_with_other_names() -> None:
    """kokoro-onnx's file differs from onnx-community's in the names and in the rank of the sound."""
    community, release = session("kokoro-small"), session("kokoro-small-release")
    waveform = np.asarray(community.run(None, inputs("kokoro-small", community, 5))[0])
    audio = np.asarray(release.run(None, inputs("kokoro-small-release", release, 5))[0])
    assert np.array_equal(waveform[0], audio)


def test_duration_counts_the_samples() -> None:
    """The second output of v1.1 says how many frames of 600 samples each id takes."""
    opened = session("kokoro-small-v1.1")
    waveform, duration = (np.asarray(part) for part in opened.run(None, inputs("kokoro-small-v1.1", opened, 9)))
    assert duration.shape == (11,)
    assert waveform.size == 600 * duration.sum()


def test_voices_fit_the_graph() -> None:
    """A voice has 510 rows, each as wide as the graph's style."""
    model = read_installed(ENGINES / "kokoro-small")
    width = session("kokoro-small").get_inputs()[1].shape[1]
    for voice in model.files_of("voice"):
        assert np.fromfile(voice.path, np.float32).shape == (510 * width,)
    (voices,) = read_installed(ENGINES / "kokoro-small-release").files_of("voices")
    with np.load(voices.path) as opened:
        assert {opened[name].shape for name in opened.files} == {(510, 1, width)}


@pytest.mark.parametrize(("name", "speakers"), [("piper-small", 1), ("piper-small-speakers", 3)])
def test_configuration_has_pipers_keys(name: str, speakers: int) -> None:
    """The JSON beside a Piper voice says its rate, its language, its ids and its speakers."""
    (file,) = read_installed(ENGINES / name).files_of("config")
    config = json.loads(file.path.read_text("utf-8"))
    assert config["audio"]["sample_rate"] == 22050
    assert config["num_speakers"] == speakers
    assert [config["phoneme_id_map"][mark] for mark in "_^$ "] == [[0], [1], [2], [3]]
    assert len(config["speaker_id_map"]) == (speakers if speakers > 1 else 0)
