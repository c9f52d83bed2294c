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
import tempfile
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


class Originals:
    """The float32 files that others are made from, each exported once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[object, Path] = {}

    def v1(self, shape: shapes.StyleShape, *, flat: bool) -> Path:
        return self._once((shape, "v1", flat), lambda path: export_v1(shape, path, flat=flat))

    def reference(self, shape: shapes.StyleShape, *, config: bool) -> Path:
        return self._once((shape, "reference", config), lambda path: export_reference(shape, path, config=config))

    def _once(self, key: object, make: Recipe) -> Path:
        if key not in self._made:
            path = self._folder / f"{len(self._made)}.onnx"
            make(path)
            self._made[key] = path
        return self._made[key]


def community(
    folder: Path, *, originals: Originals, shape: shapes.StyleShape, file: str, voices: tuple[str, ...]
) -> None:
    """One file of onnx-community, with single voices."""
    convert(originals.v1(shape, flat=False), folder / file, PRECISIONS[file])
    finish(folder, "kokoro", voices, {file: "model", **kokoro_voices(folder, shape, voices)})


def release(
    folder: Path, *, originals: Originals, shape: shapes.StyleShape, voices: tuple[str, ...], kind: str | None
) -> None:
    """One file of kokoro-onnx v1.0, with the voices in an npz."""
    _release(folder, originals.v1(shape, flat=True), shape, voices, kind)


def release_1_1(
    folder: Path, *, originals: Originals, shape: shapes.StyleShape, voices: tuple[str, ...], kind: str | None
) -> None:
    """The same of v1.1, with a duration output: other files of the same names."""
    _release(folder, originals.reference(shape, config=True), shape, voices, kind)


def _release(
    folder: Path, original: Path, shape: shapes.StyleShape, voices: tuple[str, ...], kind: str | None
) -> None:
    file = "kokoro-v1.0.onnx" if kind is None else f"kokoro-v1.0.{kind}.onnx"
    convert(original, folder / file, kind)
    finish(folder, "kokoro", voices, {file: "model", **voices_npz(folder, "voices-v1.0.bin", shape, voices)})


def kitten(folder: Path, *, originals: Originals, shape: shapes.StyleShape) -> None:
    file = "kitten_tts_nano_v0_1.onnx"
    convert(originals.reference(shape, config=False), folder / file, "quantized")
    finish(
        folder,
        "kitten",
        KITTEN_VOICES,
        {file: "model", **voices_npz(folder, "voices.npz", shape, KITTEN_VOICES, rows=1)},
    )


def piper(folder: Path, *, shape: shapes.VitsShape, voice: str, language: str, espeak: str) -> None:
    export_piper(shape, folder, voice, language, espeak)


def small(originals: Originals) -> dict[str, Recipe]:
    kokoro, few = shapes.SMALL_KOKORO, FEW
    return {
        "kokoro-small": partial(community, originals=originals, shape=kokoro, file="model.onnx", voices=few),
        "kokoro-small-quantized": partial(
            community, originals=originals, shape=kokoro, file="model_quantized.onnx", voices=few[:1]
        ),
        "kokoro-small-fp16": partial(
            community, originals=originals, shape=kokoro, file="model_fp16.onnx", voices=few[:1]
        ),
        "kokoro-small-q4": partial(
            community, originals=originals, shape=kokoro, file="model_q4.onnx", voices=few[:1]
        ),
        "kokoro-small-release": partial(release, originals=originals, shape=kokoro, voices=few, kind=None),
        "kokoro-small-v1.1": partial(release_1_1, originals=originals, shape=kokoro, voices=few, kind=None),
        "kitten-small": partial(kitten, originals=originals, shape=shapes.SMALL_KITTEN),
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


def full(originals: Originals) -> dict[str, Recipe]:
    kokoro = shapes.KOKORO
    names = {"model.onnx": "kokoro-v1.0", "model_quantized.onnx": "kokoro-v1.0-q8"}
    recipes: dict[str, Recipe] = {}
    for file in PRECISIONS:
        name = names.get(file) or f"kokoro-v1.0-{file.removeprefix('model_').removesuffix('.onnx')}"
        recipes[name] = partial(community, originals=originals, shape=kokoro, file=file, voices=VOICES)
    for kind, suffix in ((None, ""), ("fp16", "-fp16"), ("int8", "-int8")):
        recipes[f"kokoro-onnx-v1.0{suffix}"] = partial(
            release, originals=originals, shape=kokoro, voices=VOICES, kind=kind
        )
    recipes["kokoro-onnx-v1.1"] = partial(release_1_1, originals=originals, shape=kokoro, voices=VOICES, kind=None)
    recipes["kokoro-onnx-v1.1-int8"] = partial(
        release_1_1, originals=originals, shape=kokoro, voices=VOICES, kind="int8"
    )
    recipes["kitten-nano"] = partial(kitten, originals=originals, shape=shapes.KITTEN)
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
    warnings.simplefilter("ignore")  # of old forms that the reference package uses
    torch.set_num_threads(asked.threads)  # sums in another order would change the weights
    with tempfile.TemporaryDirectory() as folder:
        originals = Originals(Path(folder))
        recipes = full(originals) if asked.full else small(originals)
        if asked.list:
            print("\n".join(recipes))
            return
        unknown = set(asked.only) - set(recipes)
        if unknown:
            parser.error(f"no model named {', '.join(sorted(unknown))}; there are {', '.join(recipes)}")
        base = asked.folder or (CACHE if asked.full else SMALL_FOLDER)
        for name in asked.only or recipes:
            make(base / name, recipes[name])


def make(folder: Path, recipe: Recipe) -> None:
    """Make one model anew, and say how large it is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    recipe(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder.name}: {size / 1e6:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
