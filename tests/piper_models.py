"""The small Piper voices of tests/data/engines, whole or cut into the graphs that speak in windows."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import onnx

from litetts_edge.engines.installed import InstalledModel, read_installed
from litetts_edge.engines.onnx import MANIFEST
from litetts_edge.engines.prepared import circumstances
from litetts_edge.prepare import piper_parts
from litetts_edge.prepare.split_piper import Split, probe_inputs, split
from tests.fixed_models import in_8_bits

ENGINES = Path(__file__).parent / "data" / "engines"
SMALL, SPEAKERS = "piper-small", "piper-small-speakers"


def graph(name: str) -> onnx.ModelProto:
    """The published graph of a small voice."""
    return onnx.load(str(read_installed(ENGINES / name).files_of("model")[0].path))


@cache
def parts(name: str) -> Split:
    """A small voice, cut."""
    return split(graph(name))


@cache
def carrying(name: str) -> Split:
    """A small voice whose flow and decoder carry from window to window."""
    cut = parts(name)
    return replace(cut, flow=piper_parts.carrying(cut.flow, 128), decoder=piper_parts.carrying(cut.decoder, 64))


@cache
def prepared() -> Path:
    """A folder with the parts of both voices, as `models optimize` leaves it. The graphs of SMALL carry."""
    folder = Path(mkdtemp(prefix="litetts-prepared-"))
    for name, cut in ((SMALL, carrying(SMALL)), (SPEAKERS, parts(SPEAKERS))):
        write_prepared(folder, read_installed(ENGINES / name), cut)
    return folder


@cache
def eight_bit(name: str) -> onnx.ModelProto:
    """The decoder of a small voice that carries, its convolutions in 8 bits with the ranges of one sentence."""
    cut = carrying(name)
    made = {"encoder": cut.encoder, "flow": cut.flow, "decoder": cut.decoder}
    return in_8_bits(cut.decoder, piper_parts.sentence_windows(made, made, [probe_inputs(40)]))


def write_prepared(folder: Path, model: InstalledModel, cut: Split, *, in_8_bits: bool = False) -> None:
    """The graphs and their manifest; with a decoder in 8 bits, if asked for."""
    here = folder / model.name
    here.mkdir(parents=True)
    facts: dict[str, Any] = {**circumstances(model), "name": model.name, "files": {}, "graphs": {}}
    written = {"encoder": cut.encoder, "flow": cut.flow, "decoder": cut.decoder}
    if in_8_bits:
        written["decoder-8bit"] = eight_bit(model.name)
    for variant, part in written.items():
        data = part.SerializeToString()
        (here / f"{variant}.onnx").write_bytes(data)
        facts["files"][f"{variant}.onnx"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        facts["graphs"][variant] = {"files": [f"{variant}.onnx"], "snr_db": 120.0, "rewrites": []}
    (here / MANIFEST).write_text(json.dumps(facts), encoding="utf-8")


def install(folder: Path, name: str = SMALL) -> InstalledModel:
    """A copy of a small voice, to spoil."""
    shutil.copytree(ENGINES / name, folder / name)
    return read_installed(folder / name)


def rewrite_config(model: InstalledModel, **changed: Any) -> None:
    """Change keys of the JSON; one that is None goes. The manifest still has the old hash, which nobody asks."""
    path = model.files_of("config")[0].path
    facts = json.loads(path.read_text("utf-8")) | changed
    path.write_text(json.dumps({key: value for key, value in facts.items() if value is not None}), "utf-8")
