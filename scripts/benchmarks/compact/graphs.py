"""The three graphs by themselves, a whole sentence at once: for what the engine has no door for.

That is: speaking with the teacher's durations, so that each frame has its counterpart, and the vocoder alone.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.compact_graphs import EXACT
from litetts_edge.engines.compact_input import Input
from litetts_edge.engines.compact_time import timeline
from litetts_edge.engines.compact_units import HOP, SPEAKERS
from litetts_edge.engines.compact_windows import noise
from litetts_edge.engines.onnx import library
from litetts_edge.pcm import Samples
from train_compact.data import pitch
from train_compact.flite import Array, Utterance


class WholeGraphs:
    """The graphs of one model folder, on one thread."""

    def __init__(self, folder: Path) -> None:
        onnxruntime = library()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        for key, value in EXACT.items():
            options.add_session_config_entry(key, value)
        self._sessions: dict[str, Any] = {
            name: onnxruntime.InferenceSession(
                str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )
            for name in ("encoder", "decoder", "vocoder")
        }
        facts = json.loads((folder / "manifest.json").read_text("utf-8"))
        self._around = facts["vocoder_before"], facts["vocoder_after"]

    @staticmethod
    @cache
    def of(folder: Path) -> WholeGraphs:
        """Opened once a process."""
        return WholeGraphs(folder)

    def encode(self, read: Input, speaker: str) -> tuple[Array, NDArray[np.float64]]:
        """Hidden (tokens, channels), and how many frames each token lasts."""
        hidden, durations = self._sessions["encoder"].run(
            None,
            {"ids": read.ids, "stress": read.stress, "starts_word": read.starts_word, "voice": _voice(speaker)},
        )
        return hidden, durations.astype(np.float64)

    def frames(self, hidden: Array, durations: NDArray[np.float64] | NDArray[np.int64], speaker: str) -> Array:
        """(frames, channels) what the vocoder reads, of `hidden` (tokens, channels) and `durations` (tokens,)."""
        line = timeline(durations)
        steps = len(line.token)
        inputs = {
            "hidden": hidden,
            "token": line.token,
            "places": line.places,
            "voice": _voice(speaker),
            "pitch": np.ones(steps, dtype=np.float32),
            "energy": np.zeros(steps, dtype=np.float32),
        }
        frames: Array = self._sessions["decoder"].run(None, inputs)[0]
        return frames

    def speech(self, frames: Array) -> Samples:
        """HOP samples for each frame, as the engine makes them: with its noise, held at both ends."""
        padded = np.pad(frames, (self._around, (0, 0)), mode="edge")
        inputs = {
            "frames": padded,
            "phase": np.array(0.0),
            "noise": noise(-self._around[0] * HOP, len(padded) * HOP).reshape(-1, HOP),
        }
        samples: Samples = self._sessions["vocoder"].run(None, inputs)[0]
        return samples


def teacher_frames(utterance: Utterance) -> Array:
    """(frames, channels) flite's own parameters, as the vocoder reads them."""
    voiced = utterance.f0 > 0
    columns = (np.exp(pitch(utterance.f0)), voiced, utterance.cepstra, utterance.strengths)
    return np.column_stack(columns).astype(np.float32)


def _voice(speaker: str) -> Array:
    one_hot: Array = np.eye(len(SPEAKERS), dtype=np.float32)[SPEAKERS.index(speaker)]
    return one_hot
