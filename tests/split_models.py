"""The parts of the small Kokoro and KittenTTS exports, made once for all tests, and a sentence for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.kokoro_windows import Shape
from litetts_edge.engines.prepared import circumstances
from litetts_edge.prepare import kokoro_carry
from litetts_edge.prepare.compare import open_session
from litetts_edge.prepare.split_kokoro import split
from tests.fixed_models import in_8_bits

Array = NDArray[Any]

MODELS = Path(__file__).parent / "data" / "engines"


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """What the parts make of a sentence in one go."""

    frames: Array
    source: Array
    modulation: Array
    waveform: Array
    statistics: Array


@cache
def graph(name: str) -> onnx.ModelProto:
    return onnx.load(str(read_installed(MODELS / name).files_of("model")[0].path))


@cache
def parts(name: str) -> Mapping[str, onnx.ModelProto]:
    return split(graph(name))


@cache
def session(name: str, part: str) -> Any:
    return open_session(parts(name)[part].SerializeToString())


def fact(name: str, key: str) -> str:
    return next(str(one.value) for one in parts(name)["front"].metadata_props if one.key == f"litetts.{key}")


@cache
def sentence(name: str, tokens: int = 30) -> Sentence:
    """Of random ids, and of the same noise each time."""
    random = np.random.default_rng(tokens)
    ids = random.integers(1, 100, (1, tokens))
    ids[0, [0, -1]] = 0
    front = run(name, "front", inputs(name, ids))
    given = {"pitch": front["pitch"]} | noise(name, front["frames"].shape[2])
    source = run(name, "source", given)["source"]
    whole = {"frames": front["frames"], "source": source, "modulation": front["modulation"]}
    made = run(name, "generator-stats", whole)
    return Sentence(front["frames"], source, front["modulation"], made["waveform"].reshape(-1), made["statistics"])


def inputs(name: str, ids: Array) -> dict[str, Array]:
    """Of the published graph: random style, speed 1."""
    tokens, style, _ = session(name, "front").get_inputs()
    random = np.random.default_rng(1)
    return {
        tokens.name: ids,
        "style": random.normal(0, 0.3, style.shape).astype(np.float32),
        "speed": np.ones(1, np.float32),
    }


def noise(name: str, frames: int) -> dict[str, Array]:
    random = np.random.default_rng(2)
    samples = frames * int(fact(name, "samples_per_frame"))
    return {
        port.name: random.random([size if isinstance(size, int) else samples for size in port.shape], np.float32)
        for port in session(name, "source").get_inputs()[1:]
    }


def run(name: str, part: str, given: Mapping[str, Array]) -> dict[str, Array]:
    made = session(name, part)
    names = [output.name for output in made.get_outputs()]
    return dict(zip(names, made.run(names, dict(given)), strict=True))


def affine(name: str, spoken: Sentence) -> Array:
    mean, variance = spoken.statistics
    gain = spoken.modulation[0] / np.sqrt(variance + float(fact(name, "epsilon")))
    return np.stack([gain, spoken.modulation[1] - mean * gain]).astype(np.float32)


def snr_db(reference: Array, other: Array) -> float:
    """300 for the same."""
    power = float(np.sum(reference.astype(np.float64) ** 2))
    error = float(np.sum((reference.astype(np.float64) - other) ** 2))
    return 300.0 if error == 0 else float(10 * np.log10(power / error))


@cache
def prepared(name: str) -> Path:
    """A folder of prepared graphs with one small model, its parts as they are split, not rewritten."""
    folder = Path(mkdtemp(prefix="litetts-prepared-"))
    install_parts(folder, name)
    return folder


def generator_feed(name: str) -> dict[str, Array]:
    """What the generator is given for sentence(), with the sentence's own statistics."""
    spoken = sentence(name)
    return {"frames": spoken.frames, "source": spoken.source, "affine": affine(name, spoken)}


@cache
def carrying(name: str) -> onnx.ModelProto:
    """The generator that carries from window to window."""
    return kokoro_carry.form(parts(name)["generator"], generator_feed(name))


@cache
def eight_bit(name: str) -> onnx.ModelProto:
    """The generator that carries, all its convolutions in 8 bits with the ranges of one sentence."""
    shape = Shape.read({one.key: one.value for one in carrying(name).metadata_props})
    session = open_session(carrying(name).SerializeToString())
    return in_8_bits(carrying(name), kokoro_carry.windows(session, shape, generator_feed(name), 48)[1])


def install_parts(folder: Path, name: str, *, carries: bool = False, in_8_bits: bool = False) -> Path:
    """Write `<folder>/<name>/`, which is returned; with a generator that carries or one in 8 bits, if asked."""
    here, model = folder / name, read_installed(MODELS / name)
    here.mkdir()
    files = {}
    written = {**parts(name), "generator": carrying(name)} if carries else {**parts(name)}
    if in_8_bits:
        written["generator-8bit"] = eight_bit(name)
    for part, made in written.items():
        content = made.SerializeToString()
        (here / f"{part}.onnx").write_bytes(content)
        files[f"{part}.onnx"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    graphs = {part: {"files": [f"{part}.onnx"], "rewrites": [], "snr_db": 300.0} for part in written}
    facts = circumstances(model) | {"name": name, "files": files, "graphs": graphs}
    (here / "manifest.json").write_text(json.dumps(facts), "utf-8")
    return here
