"""Make models with random weights: `scripts/make-random-models [--small | --full] [--only NAME] [folder]`.

--small   the narrow ones that tests use (default folder tests/data/engines)
--full    the published sizes (default folder $XDG_CACHE_HOME/litetts-edge/random-models, 2.5 GB)
--only    this one, and may be given again; `--list` prints the names

Each becomes a folder in the layout of an installed model. What is there already is made anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from random_models import shapes
from random_models.piper_models import export_piper
from random_models.style_models import (
    KITTEN_VOICES,
    PRECISIONS,
    convert,
    export_reference,
    export_v1,
    finish,
    kokoro_voices,
    voices_npz,
)

SMALL_FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data" / "engines"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "litetts-edge" / "random-models"
VOICES = ("af_bella", "af_heart", "af_sky", "bm_george", "ef_dora", "ff_siwis")
FEW = ("af_heart", "af_sky", "bm_george")

Recipe = Callable[[Path], None]


def community(folder: Path, *, shape: shapes.StyleShape, file: str, voices: tuple[str, ...]) -> None:
    """One file of onnx-community, with single voices."""
    whole = folder / ("model.onnx" if PRECISIONS[file] is None else "whole.onnx")
    export_v1(shape, whole, flat=False)
    if PRECISIONS[file] is not None:
        convert(whole, folder / file, PRECISIONS[file])
        whole.unlink()
    finish(folder, "kokoro", voices, {file: "model", **kokoro_voices(folder, shape, voices)})


def release(
    folder: Path, *, shape: shapes.StyleShape, file: str, voices: tuple[str, ...], kind: str | None
) -> None:
    """One file of kokoro-onnx v1.0, with the voices in an npz."""
    whole = folder / "whole.onnx"
    export_v1(shape, whole, flat=True)
    convert(whole, folder / file, kind)
    whole.unlink()
    finish(folder, "kokoro", voices, {file: "model", **voices_npz(folder, "voices-v1.0.bin", shape, voices)})


def release_1_1(folder: Path, *, shape: shapes.StyleShape, voices: tuple[str, ...], kind: str | None) -> None:
    """kokoro-onnx v1.1, with a duration output."""
    file = "kokoro-v1.0.onnx" if kind is None else f"kokoro-v1.0.{kind}.onnx"
    whole = folder / "whole.onnx"
    export_reference(shape, whole, outputs=("waveform", "duration"), config=True)
    convert(whole, folder / file, kind)
    whole.unlink()
    finish(folder, "kokoro", voices, {file: "model", **voices_npz(folder, "voices-v1.0.bin", shape, voices)})


def kitten(folder: Path, *, shape: shapes.StyleShape) -> None:
    whole, file = folder / "whole.onnx", "kitten_tts_nano_v0_1.onnx"
    export_reference(shape, whole, outputs=("waveform", "duration"), config=False)
    convert(whole, folder / file, "quantized")
    whole.unlink()
    finish(
        folder,
        "kitten",
        KITTEN_VOICES,
        {file: "model", **voices_npz(folder, "voices.npz", shape, KITTEN_VOICES, rows=1)},
    )


def piper(folder: Path, *, shape: shapes.VitsShape, voice: str, language: str, espeak: str) -> None:
    export_piper(shape, folder, voice, language, espeak)


def small() -> dict[str, Recipe]:
    kokoro, few = shapes.SMALL_KOKORO, FEW
    return {
        "kokoro-small": partial(community, shape=kokoro, file="model.onnx", voices=few),
        "kokoro-small-quantized": partial(community, shape=kokoro, file="model_quantized.onnx", voices=few[:1]),
        "kokoro-small-fp16": partial(community, shape=kokoro, file="model_fp16.onnx", voices=few[:1]),
        "kokoro-small-q4": partial(community, shape=kokoro, file="model_q4.onnx", voices=few[:1]),
        "kokoro-small-release": partial(release, shape=kokoro, file="kokoro-v1.0.onnx", voices=few, kind=None),
        "kokoro-small-v1.1": partial(release_1_1, shape=kokoro, voices=few, kind=None),
        "kitten-small": partial(kitten, shape=shapes.SMALL_KITTEN),
        "piper-small": partial(
            piper, shape=shapes.SMALL_PIPER, voice="en_US-small-medium", language="en_US", espeak="en-us"
        ),
        "piper-small-speakers": partial(
            piper,
            shape=replace(shapes.SMALL_PIPER, speakers=3),
            voice="de_DE-smallspeakers-medium",
            language="de_DE",
            espeak="de",
        ),
    }


def full() -> dict[str, Recipe]:
    kokoro = shapes.KOKORO
    names = {"model.onnx": "kokoro-v1.0", "model_quantized.onnx": "kokoro-v1.0-q8"}
    recipes: dict[str, Recipe] = {}
    for file in PRECISIONS:
        name = names.get(file) or f"kokoro-v1.0-{file.removeprefix('model_').removesuffix('.onnx')}"
        recipes[name] = partial(community, shape=kokoro, file=file, voices=VOICES)
    for kind, suffix in ((None, ""), ("fp16", "-fp16"), ("int8", "-int8")):
        file = f"kokoro-v1.0{suffix.replace('-', '.')}.onnx"
        recipes[f"kokoro-onnx-v1.0{suffix}"] = partial(release, shape=kokoro, file=file, voices=VOICES, kind=kind)
    recipes["kokoro-onnx-v1.1"] = partial(release_1_1, shape=kokoro, voices=VOICES, kind=None)
    recipes["kokoro-onnx-v1.1-int8"] = partial(release_1_1, shape=kokoro, voices=VOICES, kind="int8")
    recipes["kitten-nano"] = partial(kitten, shape=shapes.KITTEN)
    recipes["piper-medium"] = partial(
        piper, shape=shapes.PIPER, voice="en_US-random-medium", language="en_US", espeak="en-us"
    )
    recipes["piper-medium-speakers"] = partial(
        piper,
        shape=replace(shapes.PIPER, speakers=8),
        voice="en_GB-randomspeakers-medium",
        language="en_GB",
        espeak="en-gb-x-rp",
    )
    return recipes


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make-random-models", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_true", help="the narrow models of the tests (default)")
    size.add_argument("--full", action="store_true", help="the published sizes")
    parser.add_argument("--only", action="append", metavar="NAME", default=[])
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("folder", nargs="?", type=Path)
    asked = parser.parse_args()
    recipes = full() if asked.full else small()
    if asked.list:
        print("\n".join(recipes))
        return
    unknown = set(asked.only) - set(recipes)
    if unknown:
        parser.error(f"no model named {', '.join(sorted(unknown))}; there are {', '.join(recipes)}")
    warnings.simplefilter("ignore")  # of old forms that the reference package uses
    torch.set_num_threads(asked.threads)  # sums in another order would change the weights
    base = asked.folder or (CACHE if asked.full else SMALL_FOLDER)
    for name in asked.only or recipes:
        folder = base / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        recipes[name](folder)
        size_mb = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        print(f"{name}: {size_mb:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
