"""kokoro-onnx in the peers' environment, as its users call it, on one thread: see probe.

{"model": file, "voices": npz, "voice": its name}. It says Kokoro's symbols, all of a text in one call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.engines.probe import Offers, Say, serve


def open_system(about: dict[str, Any]) -> tuple[Say, Offers]:
    """Its own session, except for the number of threads: by default it would take all cores."""
    import kokoro_onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(about["model"], options, providers=["CPUExecutionProvider"])
    kokoro = kokoro_onnx.Kokoro.from_session(session, about["voices"])

    def say(sentences: list[str]) -> Iterator[float]:
        samples, rate = kokoro.create(" ".join(sentences), about["voice"], is_phonemes=True)
        yield len(samples) / rate

    return say, {}


if __name__ == "__main__":
    serve(open_system)
