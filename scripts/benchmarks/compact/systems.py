"""Whoever is measured: text in, speech out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compact.graphs import WholeGraphs, teacher_frames
from litetts_edge.engines import MODELS, create
from litetts_edge.engines.compact_units import SAMPLE_RATE, SPEAKERS
from litetts_edge.engines.options import EngineOptions
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.render import Rendering
from litetts_edge.quality import LevelCheck
from litetts_edge.speech import RequestId, SpeakRequest, Voice
from litetts_edge.text.frontend import Frontend
from train_compact.flite import Flite

VOICES = SPEAKERS
QUIET_DB = -50.0
"""Below the loudest 10 ms: what is quieter at the edges is cut."""
EDGE_S = 0.05
"""Silence that every system gets instead."""


def say(system: str, speaker: str, text: str, fp32: Path | None = None) -> tuple[Samples, int]:
    """What is heard, edges made alike, and its rate. `fp32` is the folder that holds the fp32 model's."""
    if system == "teacher":
        samples, rate = _flite(speaker).speak(text).samples, SAMPLE_RATE
    elif system == "vocoder":
        frames = teacher_frames(_flite(speaker).speak(text))
        samples, rate = WholeGraphs.of(MODELS / "compact").speech(frames), SAMPLE_RATE
    elif system == "espeak":
        samples, rate = joined(chunks(engine("espeak"), "espeak:en-us", text))
    else:
        samples, rate = joined(chunks(compact(fp32 if system == "fp32" else None), f"compact:{speaker}", text))
    return trimmed(samples, rate), rate


def trimmed(samples: Samples, rate: int) -> Samples:
    """The same with EDGE_S of silence at either edge, in place of whatever silence was there."""
    size = rate // 100
    levels = np.array([float(np.square(samples[at : at + size]).mean()) for at in range(0, len(samples), size)])
    edge = np.zeros(round(EDGE_S * rate), dtype=np.float32)
    if not levels.any():
        return edge
    loud = np.flatnonzero(levels > levels.max() * 10 ** (QUIET_DB / 10))
    return np.concatenate([edge, samples[loud[0] * size : (loud[-1] + 1) * size], edge])


def chunks(synthesizer: Synthesizer, voice: str, text: str) -> Iterator[AudioChunk]:
    """What the program makes of the text: front end, engine and the pauses between sentences."""
    request = SpeakRequest(RequestId("measured"), text, voice)
    ledger = CrashLedger(_ledger_file())
    spoken = find(synthesizer, voice)
    return Rendering(request, spoken, synthesizer, Frontend(), LevelCheck(), ledger).chunks()


def joined(pieces: Iterator[AudioChunk]) -> tuple[Samples, int]:
    """All of it, and its rate."""
    made = list(pieces)
    return np.concatenate([piece.samples for piece in made]), made[0].sample_rate


def find(synthesizer: Synthesizer, voice: str) -> Voice:
    """The voice with that id."""
    return next(one for one in synthesizer.voices if one.id == voice)


def model_files() -> dict[str, str]:
    """The hashes of the compact voice that ships: which one was measured."""
    files = json.loads((MODELS / "compact" / "manifest.json").read_text("utf-8"))["files"]
    return {name: entry["sha256"] for name, entry in files.items()}


def compact(folder: Path | None = None) -> Synthesizer:
    """The compact voice on one thread, loaded: as it ships, or of a folder that training made."""
    return engine("compact", None if folder is None else folder.resolve())


@cache
def engine(name: str, folder: Path | None = None) -> Synthesizer:
    """An engine on one thread, loaded; `folder` holds its model, if not the one that ships."""
    models = MODELS
    if folder is not None:
        models = Path(_keep(tempfile.TemporaryDirectory(prefix="bench-models-")).name)
        (models / name).symlink_to(folder, target_is_directory=True)
    made = create(name, EngineOptions(threads=1, shipped=models))
    made.load()
    return made


@cache
def _flite(speaker: str) -> Flite:
    return Flite(speaker)


@cache
def _ledger_file() -> Path:
    return Path(_keep(tempfile.TemporaryDirectory(prefix="bench-ledger-")).name) / "in-progress.json"


_kept: list[Any] = []


def _keep(folder: tempfile.TemporaryDirectory[str]) -> tempfile.TemporaryDirectory[str]:
    """Until the process ends."""
    _kept.append(folder)
    return folder
