"""Who is measured beside whom, on which file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from benchmarks.engines.process import System
from litetts_edge.engines.eight_bit import EIGHT_BIT
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.options import Stream
from litetts_edge.engines.prepared import read_prepared

VOICE_SHAPE = (-1, 1, 256)
"""Of a single voice file of Kokoro: rows by the number of phonemes."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where everything lies."""

    scale: float
    """1.0 is all repetitions."""
    models: Path
    """Installed models with random weights, as scripts/make-random-models leaves them."""
    prepared: Path | None
    """What `models optimize` made of them."""
    peers: Path | None
    """The peers' Python; None measures ours alone."""

    def times(self, full: int) -> int:
        """Repetitions."""
        return max(2, round(full * self.scale))

    def find(self, name: str) -> InstalledModel | None:
        """The model of that name, if it is there."""
        return next((model for model in installed_models(self.models) if model.name == name), None)


@dataclass(frozen=True, slots=True)
class Contest:
    """One published model, and who speaks with it."""

    name: str
    """In the figures."""
    engine: str
    model: str
    peer: str
    """Module of benchmarks.engines that opens the other side; empty: there is none for this model."""
    most: float = 0.0
    """Goal: our CPU a second of audio, in shares of the peer's. 0: none."""


CONTESTS = (
    Contest("kokoro-fp32", "kokoro", "kokoro-v1.0", "kokoro_onnx_peer", 0.6),
    Contest("kokoro-q8", "kokoro", "kokoro-v1.0-q8", "kokoro_onnx_peer", 0.6),
    Contest("piper-medium", "piper", "piper-medium", "piper_peer", 0.9),
    Contest("kitten-nano", "kitten", "kitten-nano", ""),
)


def default_models() -> Path:
    """Where scripts/make-random-models puts them."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "litetts-edge" / "random-models"


SIDES: Mapping[str, tuple[Stream, str]] = MappingProxyType(
    {
        "8bit": (Stream.CALIBRATED, EIGHT_BIT),
        "streamed": (Stream.CALIBRATED, "published"),
        "whole": (Stream.OFF, ""),
    }
)
"""How ours may speak: how a sentence is given out, and with which of the prepared graphs."""


def sides(contest: Contest, field: Field) -> list[str]:
    """Those of SIDES that this model has here."""
    model = field.find(contest.model)
    found = read_prepared(field.prepared, model) if model is not None else None
    has_8_bits = found is not None and any(name.endswith(f"-{EIGHT_BIT}") for name in found.graphs)
    return [side for side in SIDES if side != "8bit" or has_8_bits]


def ours(contest: Contest, field: Field, side: str) -> System:
    """Our engine, not started yet."""
    stream, variant = SIDES[side]
    return System(
        "ours",
        {
            "engine": contest.engine,
            "model": contest.model,
            "models": str(field.models),
            "prepared": "" if field.prepared is None else str(field.prepared),
            "stream": stream.value,
            "variant": variant,
        },
    )


@contextmanager
def theirs(contest: Contest, field: Field) -> Iterator[System | None]:
    """The peer with the same model file, started; None where there is none."""
    model = field.find(contest.model)
    if not contest.peer or field.peers is None or model is None:
        yield None
        return
    with (
        tempfile.TemporaryDirectory(prefix="bench-peer-") as folder,
        System(contest.peer, peer_files(model, Path(folder)), field.peers) as system,
    ):
        yield system


def peer_files(model: InstalledModel, folder: Path) -> dict[str, Any]:
    """What the peer needs, in the form that it reads."""
    (graph,) = model.files_of("model")
    if model.engine == "piper":
        (config,) = model.files_of("config")
        return {"model": str(graph.path), "config": str(config.path)}
    if many := model.files_of("voices"):
        with np.load(many[0].path) as voices:
            name = "af_heart" if "af_heart" in voices else next(iter(voices))
        return {"model": str(graph.path), "voices": str(many[0].path), "voice": name}
    single = model.files_of("voice")
    chosen = next((file for file in single if file.path.stem == "af_heart"), single[0])
    packed = folder / "voices.npz"
    np.savez(packed, voice=np.fromfile(chosen.path, dtype=np.float32).reshape(VOICE_SHAPE))
    return {"model": str(graph.path), "voices": str(packed), "voice": "voice"}


def describe(field: Field) -> dict[str, Any]:
    """Which files were measured, and by which versions of the peers."""
    files = {
        contest.model: {file.path.name: file.sha256 for file in model.files_of("model")}
        for contest in CONTESTS
        if (model := field.find(contest.model)) is not None
    }
    return {"random_weights": True, "prepared": field.prepared is not None, "files": files, "peers": _pinned()}


def _pinned() -> dict[str, str]:
    lock = Path(__file__).with_name("peers.txt").read_text("utf-8")
    versions = dict(line.split()[0].split("==") for line in lock.splitlines() if "==" in line and line[0] != " ")
    return {name: versions[name] for name in ("kokoro-onnx", "piper-tts", "onnxruntime", "numpy")}
