"""The three graphs of the compact voice, each run on a window with exactly the context that it needs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.compact_input import Input
from litetts_edge.engines.compact_time import Timeline
from litetts_edge.engines.compact_units import FRAMES_PER_STEP, HOP, SAMPLE_RATE, SPEAKERS
from litetts_edge.engines.compact_windows import Window, noise
from litetts_edge.engines.onnx import MANIFEST, OnnxModel, read_manifest
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed
from litetts_edge.pcm import Samples

EXACT = {"session.qdq_matmulnbits_accuracy_level": "1"}
"""Where weights stay int8 in memory, they are multiplied in fp32. Left to itself onnxruntime rounds the other
factor to 8 bits, too: no faster here, and a phone's length then depends on the processor."""

_CONTEXT = ("encoder_context", "decoder_context", "vocoder_before", "vocoder_after")
"""What a graph declares of it among its properties, and the manifest repeats; in the order of _Context."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """How a sentence is said, beside its speed. Out of range is the nearest within; NaN is as if unsaid."""

    pitch: float = 1.0
    """Factor, from 0.25 to 4."""
    energy_db: float = 0.0
    """From -60 to 20."""


PLAIN = Prosody()


@dataclass(frozen=True, slots=True)
class Plan:
    """One sentence after the encoder, or the first part of it."""

    hidden: NDArray[np.float32]
    """(tokens, channels) what the decoder reads of each."""
    time: Timeline
    is_whole: bool
    """False: more tokens follow, of which nothing is known yet."""
    weights: NDArray[np.float32]
    """(speakers,) their sum is 1."""
    energy_db: NDArray[np.float32]
    """(steps,)."""
    pitch: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the vocoder is in a sentence, between two windows."""

    frames: NDArray[np.float32]
    """(frames, channels) from the context before the next one that is spoken."""
    spoken: int = 0
    """Frames."""
    phase: float = 0.0
    """Cycles at the first sample of `frames`."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What each graph needs beyond its window: tokens and steps on either side, frames around the vocoder."""

    tokens: int
    steps: int
    before: int
    after: int


class Graphs:
    """`encoder.onnx`, `decoder.onnx` and `vocoder.onnx` of one folder."""

    def __init__(self, engine: str, folder: Path, *, threads: int, spinning: bool) -> None:
        """`engine` is named in errors."""
        self._engine = engine
        self._folder = folder
        self._encoder, self._decoder, self._vocoder = self._models = tuple(
            OnnxModel(
                engine,
                folder / f"{graph}.onnx",
                threads=threads,
                spinning=spinning,
                arena=False,
                config=EXACT,
            )
            for graph in ("encoder", "decoder", "vocoder")
        )
        self._context = _Context(0, 0, 0, 0)

    @property
    def model_bytes(self) -> int:
        """Size of the loaded files; 0 when not loaded."""
        return sum(model.model_bytes for model in self._models)

    @property
    def is_loaded(self) -> bool:
        return self._vocoder.is_loaded

    @property
    def encoder_context(self) -> int:
        """Tokens on either side of one that decide it."""
        return self._context.tokens

    @property
    def decoder_context(self) -> int:
        """Steps on either side of a window that the decoder reads, too."""
        return self._context.steps

    def load(self) -> None:
        """All three, verified, or none. Raises EngineFailed."""
        facts = read_manifest(self._engine, self._folder)
        self._hold(
            facts,
            {
                "voices": list(SPEAKERS),
                "sample_rate": SAMPLE_RATE,
                "hop": HOP,
                "frames_per_step": FRAMES_PER_STEP,
            },
        )
        try:
            for model in self._models:
                model.load()
            self._context = self._declared(facts)
        except BaseException:
            self.unload()
            raise

    def unload(self) -> None:
        """Free the sessions."""
        for model in self._models:
            model.unload()

    def _declared(self, facts: Mapping[str, Any]) -> _Context:
        """What the loaded graphs need around a window, by their own word: no hash guards the manifest."""
        properties = {key: value for model in self._models for key, value in model.metadata.items()}
        undeclared = [key for key in _CONTEXT if not re.fullmatch("[0-9]{1,3}", properties.get(key, ""))]
        if undeclared:
            raise self._unfit(f"its graphs do not declare {', '.join(undeclared)}")
        declared = {key: int(properties[key]) for key in _CONTEXT}
        self._hold(facts, declared)
        return _Context(*declared.values())

    def _hold(self, facts: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Raises EngineFailed, unless the manifest says all that is `wanted`."""
        wrong = [
            f"{key} should be {json.dumps(value)}, and is {_told(facts.get(key))}"
            for key, value in wanted.items()
            if type(facts.get(key)) is not type(value) or facts[key] != value
        ]
        if wrong:
            raise self._unfit(f"in {MANIFEST}, {'; '.join(wrong)}")

    def _unfit(self, why: str) -> EngineFailed:
        return EngineFailed(
            self._engine,
            f"the model in {self._folder} does not fit this version: {why}. "
            "Install the program and its models together, from one version.",
        )

    def encode(
        self, spoken: Input, weights: NDArray[np.float32], run: Run
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """What the decoder reads (tokens, channels), and how many frames each token lasts at speed 1 (tokens,)."""
        hidden, durations = self._encoder.run(
            {"ids": spoken.ids, "stress": spoken.stress, "starts_word": spoken.starts_word, "voice": weights}, run
        )
        return hidden, durations.astype(np.float64)

    def decode(self, plan: Plan, window: Window, run: Run) -> NDArray[np.float32]:
        """(frames, channels) of the window: FRAMES_PER_STEP for each step."""
        start = max(window.start - self._context.steps, 0)
        around = slice(start, window.end + self._context.steps)
        token = plan.time.token[around]
        (frames,) = self._decoder.run(
            {
                "hidden": plan.hidden,
                "token": token,
                "places": plan.time.places[around],
                "voice": plan.weights,
                "pitch": np.full(len(token), plan.pitch, dtype=np.float32),
                "energy": plan.energy_db[around],
            },
            run,
        )
        own: NDArray[np.float32] = frames[FRAMES_PER_STEP * (window.start - start) :][
            : FRAMES_PER_STEP * (window.end - window.start)
        ]
        return own

    def vocode(
        self, frames: NDArray[np.float32], before: Progress | None, run: Run, *, is_last: bool
    ) -> tuple[Samples, Progress]:
        """Samples as far as `frames` (frames, channels) allow: `context.after` short of them, unless `is_last`.

        Beyond its ends the sentence is held to go on as it began and ended.
        """
        context = self._context
        progress = before or Progress(np.repeat(frames[:1], context.before, axis=0))
        held = np.repeat(frames[-1:], context.after if is_last else 0, axis=0)
        known = np.concatenate((progress.frames, frames, held))
        samples, phase = self._vocoder.run(
            {
                "frames": known,
                "phase": np.asarray(progress.phase, dtype=np.float64),
                "noise": noise((progress.spoken - context.before) * HOP, len(known) * HOP).reshape(-1, HOP),
            },
            run,
        )
        spoken = len(samples) // HOP
        return samples, Progress(known[spoken:], progress.spoken + spoken, float(phase))


def _told(value: object) -> str:
    """A value of the manifest in a message."""
    return "missing" if value is None else json.dumps(value)[:100]
