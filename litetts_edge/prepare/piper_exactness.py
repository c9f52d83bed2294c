"""How exactly a Piper voice in windows equals the whole voice with the same noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from litetts_edge.engines.onnx import library, port_of
from litetts_edge.engines.piper_windows import NOISE, Graph, Part, Utterance, normals
from litetts_edge.engines.termination import Run
from litetts_edge.pcm import Samples
from litetts_edge.prepare.compare import make_room
from litetts_edge.prepare.split_piper import Split, probe_inputs, with_noise_inputs

Hear = Callable[[str, dict[str, NDArray[Any]]], None]
"""Is told a variant and its inputs."""

_EXACT_DB = 200.0
"""Told for windows that are the same to the bit."""


def windows_db(whole: onnx.ModelProto, parts: Split, *, tokens: int = 80, window: int = 24) -> float:
    """Signal to difference, in dB, of a sentence of `tokens` ids made in windows of `window` frames.

    `whole` is the published graph. 110 and more is as near as kernels come that differ by shape.
    """
    given = probe_inputs(tokens)
    spoken = utterance(parts, given)
    noise = normals(declared(parts.flow).channels, 0, spoken.frames)[np.newaxis]
    (wanted,) = _run(_session(with_noise_inputs(whole)), {**given, NOISE: noise})
    starts = range(0, spoken.frames, window)
    run = Run()
    made = np.concatenate([spoken.samples(at, min(at + window, spoken.frames), run) for at in starts])
    return snr_db(np.asarray(wanted).reshape(-1), made)


def snr_db(wanted: Samples, made: Samples) -> float:
    """Signal to difference; -inf for another length or for what is no number."""
    if wanted.shape != made.shape or not np.isfinite(made).all():
        return -math.inf
    difference = float(np.square(wanted.astype(np.float64) - made).sum())
    signal = float(np.square(wanted.astype(np.float64)).sum())
    if difference == 0:
        return _EXACT_DB
    return 10 * math.log10(signal / difference) if signal else -math.inf


def utterance(parts: Split, given: dict[str, NDArray[Any]], hear: Hear = lambda *_: None) -> Utterance:
    """The sentence whose encoder is given `given`; `hear` is told what the other parts are given."""
    encoder, flow, decoder = (_session(part) for part in (parts.encoder, parts.flow, parts.decoder))
    names = [port.name for port in encoder.get_outputs()]

    def graph(variant: str, part: onnx.ModelProto, session: Any) -> Graph:
        outputs = [port.name for port in session.get_outputs()]

        def run(inputs: dict[str, NDArray[Any]], _: Run) -> dict[str, NDArray[Any]]:
            hear(variant, inputs)
            return dict(zip(outputs, _run(session, inputs), strict=True))

        return Graph(declared(part), tuple(port_of(one) for one in session.get_inputs()), run)

    return Utterance(
        dict(zip(names, _run(encoder, given), strict=True)),
        graph("flow", parts.flow, flow),
        graph("decoder", parts.decoder, decoder),
        normals,
    )


def declared(part: onnx.ModelProto) -> Part:
    """What a part says of itself. Raises ValueError."""
    return Part.of({one.key: one.value for one in part.metadata_props})


def _session(model: onnx.ModelProto) -> Any:
    onnxruntime = library()
    make_room()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads, options.enable_mem_pattern = 1, False  # as the engine has them
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _run(session: Any, given: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
    named = {port.name for port in session.get_inputs()}
    return [np.asarray(value) for value in session.run(None, {k: v for k, v in given.items() if k in named})]
