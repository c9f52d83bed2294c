"""Kokoro and KittenTTS: networks, files in every precision, voices, manifests."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from random_models import precision, weights
from random_models.export import export, save
from random_models.folder import ROWS, style_rows, write_manifest, write_npz
from random_models.kokoro_parts import StyleNet
from random_models.kokoro_v1 import StyleNetV1
from random_models.shapes import NARROW, StyleShape

LANGUAGES = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr-FR",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "zh",
}
KITTEN_VOICES = tuple(f"expr-voice-{number}-{letter}" for number in (2, 3, 4, 5) for letter in "mf")
PRECISIONS = {
    "model.onnx": None,
    "model_fp16.onnx": "fp16",
    "model_quantized.onnx": "quantized",
    "model_q8f16.onnx": "q8f16",
    "model_uint8.onnx": "uint8",
    "model_uint8f16.onnx": "uint8f16",
    "model_q4.onnx": "q4",
    "model_q4f16.onnx": "q4f16",
}
"""onnx-community's file names."""
SPARED = tuple(f"/decoder/decoder/{block}/conv" for block in ("encode", "decode.0", "decode.1", "decode.2"))
"""What `uint8` and `uint8f16` leave in float. A guess that gives the published sizes, 177 and 114 MB."""


def export_v1(shape: StyleShape, path: Path, *, flat: bool) -> None:
    """The graph of release v1.0, with the names of onnx-community, or (`flat`) of kokoro-onnx."""
    weights.seed()
    network = weights.plain(StyleNetV1(shape, flat=flat))
    encoder = network.encoder
    weights.tame_style(
        network, encoder.predictor, network.decoder.decoder, encoder.F0_proj, shape.tokens, 2 * shape.style
    )
    if shape.hidden < NARROW:
        weights.coarsen(network)
    ids_name, output = ("tokens", "audio") if flat else ("input_ids", "waveform")
    export(
        network,
        (weights.probe_ids(shape.tokens), torch.randn(1, 2 * shape.style) * weights.STYLE_SPREAD, torch.ones(1)),
        path,
        opset=20,
        names=(ids_name, "style", "speed"),
        outputs=(output,),
        axes={ids_name: {1: "sequence_length"}, output: {0: "audio_length"} if flat else {1: "num_samples"}},
        fold=True,
    )


def export_reference(shape: StyleShape, path: Path, *, config: bool) -> None:
    """The graph that the reference package exports: kokoro-onnx v1.1, and KittenTTS."""
    weights.seed(1)
    network = weights.plain(StyleNet(shape))
    parts = network.kmodel
    weights.tame_style(
        network, parts.predictor, parts.decoder, parts.predictor.F0_proj, shape.tokens, 2 * shape.style
    )
    if shape.hidden < NARROW:
        weights.coarsen(network)
    export(
        network,
        (weights.probe_ids(shape.tokens), torch.randn(1, 2 * shape.style) * weights.STYLE_SPREAD, torch.ones(1)),
        path,
        opset=17,
        names=("input_ids", "style", "speed"),
        outputs=("waveform", "duration"),
        axes={"input_ids": {1: "input_ids_len"}, "waveform": {0: "num_samples"}, "duration": {0: "input_ids_len"}},
    )
    if config:
        import onnx

        save(onnx.load(str(path)), path, {"kokoro_config": json.dumps({"n_token": shape.tokens, "vocab": {}})})


def convert(source: Path, target: Path, kind: str | None) -> None:
    """One of PRECISIONS, or `int8`."""
    between = target.with_suffix(".between")
    match kind:
        case None:
            shutil.copyfile(source, target)
        case "quantized":
            precision.uint8(source, target)
        case "uint8":
            precision.uint8(source, target, skip=SPARED)
        case "q8f16" | "uint8f16":
            precision.uint8(source, between, skip=SPARED if kind == "uint8f16" else (), typed=True)
            precision.fp16(between, target)
            between.unlink()
        case "q4f16":
            precision.q4(source, between)
            precision.fp16(between, target)
            between.unlink()
        case _:
            getattr(precision, kind)(source, target)


def kokoro_voices(folder: Path, shape: StyleShape, names: tuple[str, ...], *, rows: int = ROWS) -> dict[str, str]:
    """onnx-community's way: `voices/<name>.bin`, float32 (510, 1, 2 x style)."""
    roles = {}
    (folder / "voices").mkdir(exist_ok=True)
    for name, voice in _voices(names, rows, 2 * shape.style):
        (folder / "voices" / f"{name}.bin").write_bytes(voice.tobytes())
        roles[f"voices/{name}.bin"] = "voice"
    return roles


def voices_npz(
    folder: Path, file: str, shape: StyleShape, names: tuple[str, ...], *, rows: int = ROWS
) -> dict[str, str]:
    """kokoro-onnx's `voices-v1.0.bin`, (510, 1, 2 x style) each; KittenTTS's `voices.npz`, (1, 2 x style) each."""
    arrays = {name: voice if rows > 1 else voice[:, 0] for name, voice in _voices(names, rows, 2 * shape.style)}
    write_npz(folder / file, arrays)
    return {file: "voices"}


def finish(folder: Path, engine: str, names: tuple[str, ...], roles: dict[str, str]) -> None:
    languages = ["en-US"] if engine == "kitten" else list(dict.fromkeys(LANGUAGES[name[0]] for name in names))
    write_manifest(folder, engine, languages, roles)


def _voices(names: tuple[str, ...], rows: int, width: int) -> Iterator[tuple[str, np.ndarray]]:
    for index, name in enumerate(names):
        rng = np.random.default_rng([weights.SEED, index])
        yield name, style_rows(rng, rows, width, weights.STYLE_SPREAD)
