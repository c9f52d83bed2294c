"""Piper: networks, the .onnx and its .onnx.json, manifests."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from random_models import weights
from random_models.export import export
from random_models.folder import write_manifest
from random_models.shapes import NARROW, VitsShape
from random_models.vits import Vits

SYMBOLS = (
    "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑ"
    'ʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞βθχᵻⱱ0123456789̧̪̯̩̃ʰˤε↓#"↑̺̻'
)
"""Piper's table for espeak-ng voices: the id of a symbol is its place."""


def export_piper(shape: VitsShape, folder: Path, voice: str, language: str, espeak: str) -> None:
    """`<voice>.onnx`, its configuration and the manifest."""
    weights.seed(2)
    network = weights.plain(Vits(shape))
    count = 121
    ids = torch.zeros((1, count), dtype=torch.long)
    ids[0, 1::2] = torch.randint(3, len(SYMBOLS), (count // 2,))
    inputs = (ids, torch.tensor([count]), torch.tensor([0.667, 1.0, 0.8]))
    names = ("input", "input_lengths", "scales")
    if shape.speakers > 1:
        inputs, names = (*inputs, torch.tensor([0])), (*names, "sid")
    weights.tame_vits(network, inputs)
    if shape.hidden < NARROW:
        weights.coarsen(network)
    export(
        network,
        inputs,
        folder / f"{voice}.onnx",
        opset=15,
        names=names,
        outputs=("output",),
        axes={
            "input": {0: "batch_size", 1: "phonemes"},
            "input_lengths": {0: "batch_size"},
            "output": {0: "batch_size", 1: "time"},
        },
    )
    text = json.dumps(configuration(shape, voice, language, espeak), indent=2, ensure_ascii=False)
    (folder / f"{voice}.onnx.json").write_text(text + "\n", "utf-8")
    write_manifest(
        folder, "piper", [language.replace("_", "-")], {f"{voice}.onnx": "model", f"{voice}.onnx.json": "config"}
    )


def configuration(shape: VitsShape, voice: str, language: str, espeak: str) -> dict[str, object]:
    """What Piper's own configurations say, with the same keys."""
    family, region = language.split("_")
    many = shape.speakers > 1
    return {
        "audio": {"sample_rate": 22050, "quality": "medium"},
        "espeak": {"voice": espeak},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {symbol: [place] for place, symbol in enumerate(SYMBOLS)},
        "num_symbols": shape.tokens,
        "num_speakers": shape.speakers,
        "speaker_id_map": {f"p{225 + number}": number for number in range(shape.speakers)} if many else {},
        "piper_version": "1.0.0",
        "language": {"code": language, "family": family, "region": region},
        "dataset": voice.split("-")[1],
    }
