"""Running a graph on real inputs, and how far two results are apart."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from litetts_edge.engines.onnx import OFF_IN_8_BITS, library, trim
from litetts_edge.prepare.graph import Array, attribute

Feed = Mapping[str, Array]
"""Inputs of one run, by name."""

ALIKE = 300.0
"""dB, said of results that are the same bit for bit."""
_RANDOM = frozenset({"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"})
_SEEDED = "litetts_seeded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of running a graph on all feeds."""

    results: tuple[Array, ...]
    """The first output (the audio) for each feed."""
    cpu_s: float
    """CPU seconds of all feeds together, one thread, after a run that is not counted."""
    extras: tuple[Array, ...] = ()
    """The extra outputs that were asked for, of the first run."""


def run(path: Path, feeds: Sequence[Feed], *, extra: int = 0, rounds: int = 1, eight_bit: bool = False) -> Outcome:
    """Run the graph in `path` on one thread, as a plain session does. The last `extra` outputs are given too."""
    session = open_session(path, eight_bit=eight_bit)
    wanted = [output.name for output in session.get_outputs()]
    results: list[Array] = []
    extras: tuple[Array, ...] = ()
    for feed in feeds:  # each once, and in the same order for all graphs: random nodes go on from where they are
        outputs = session.run(wanted[:1] + wanted[len(wanted) - extra :] if extra else wanted[:1], dict(feed))
        results.append(np.asarray(outputs[0]))
        extras = extras or tuple(np.asarray(output) for output in outputs[1:])
    begin = time.process_time()
    for _ in range(rounds):
        for feed in feeds:
            session.run(wanted[:1], dict(feed))
    return Outcome(tuple(results), (time.process_time() - begin) / max(1, rounds), extras)


def make_room() -> None:
    """Give back what the sessions before have taken, also those that only a cycle keeps: half a gigabyte."""
    gc.collect()
    trim()


def open_session(path: Path | bytes, *, eight_bit: bool = False) -> Any:
    """A session of onnxruntime's own defaults, on one thread; `eight_bit` as of OnnxModel."""
    onnxruntime = library()
    make_room()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    model = path if isinstance(path, bytes) else str(path)
    off = list(OFF_IN_8_BITS) if eight_bit else []
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=off
    )


def snr_db(reference: Sequence[Array], other: Sequence[Array]) -> float:
    """Energy of `reference` over that of the difference, all feeds together. Of other lengths: minus infinity."""
    signal = noise = 0.0
    for one, two in zip(reference, other, strict=True):
        if one.size != two.size:
            return -math.inf
        left, right = (side.astype(np.float64).reshape(-1) for side in (one, two))
        if not (np.isfinite(left).all() and np.isfinite(right).all()):
            return -math.inf
        signal += float(left @ left)
        noise += float((left - right) @ (left - right))
    if noise == 0:
        return ALIKE
    return min(ALIKE, 10 * math.log10(signal / noise)) if signal else -math.inf


def log_spectral_distance_db(reference: Sequence[Array], other: Sequence[Array], size: int = 1024) -> float:
    """Root mean square difference of the log spectra (Hann windows of `size`, half overlapping), in dB.

    Bins that are more than 60 dB below the loudest of the sentence count as that: nobody hears them.
    """
    square, count = 0.0, 0
    for one, two in zip(reference, other, strict=True):
        left, right = _spectrum_db(one, size), _spectrum_db(two, size)
        frames = min(len(left), len(right))
        floor = left.max() - 60
        difference = np.maximum(left[:frames], floor) - np.maximum(right[:frames], floor)
        square += float(np.square(difference).sum())
        count += difference.size
    return math.sqrt(square / max(1, count))


def seed(model: onnx.ModelProto) -> None:
    """Give random nodes seeds, so that two sessions draw the same; unseed() takes them away."""
    for place, node in enumerate(one for one in model.graph.node if one.op_type in _RANDOM):
        if attribute(node, "seed") is None:
            node.attribute.append(onnx.helper.make_attribute("seed", float(place + 1)))
            node.doc_string = _SEEDED


def unseed(model: onnx.ModelProto) -> None:
    """Take away what seed() gave: what was random is random again."""
    for node in model.graph.node:
        if node.op_type in _RANDOM and node.doc_string == _SEEDED:
            kept = [one for one in node.attribute if one.name != "seed"]
            del node.attribute[:]
            node.attribute.extend(kept)
            node.ClearField("doc_string")


def _spectrum_db(samples: Array, size: int) -> Array:
    flat = samples.astype(np.float64).reshape(-1)
    flat = np.pad(flat, (0, max(0, size - flat.size)))
    frames = np.lib.stride_tricks.sliding_window_view(flat, size)[:: size // 2] * np.hanning(size)
    return np.asarray(20 * np.log10(np.abs(np.fft.rfft(frames)) + 1e-9))
