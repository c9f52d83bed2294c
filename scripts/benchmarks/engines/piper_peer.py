"""piper-tts in the peers' environment, on one thread: see probe.

{"model": file, "config": its JSON}. It says ids, sentence by sentence, as its synthesize() does behind
its front end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.engines.probe import Offers, Say, serve


def open_system(about: dict[str, Any]) -> tuple[Say, Offers]:
    """Its own session, except for the number of threads: by default it would take all cores."""
    import numpy as np
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(about["model"], options, providers=["CPUExecutionProvider"])
    config = PiperConfig.from_dict(json.loads(Path(about["config"]).read_text("utf-8")))
    piper = PiperVoice(session=session, config=config)

    def say(sentences: list[list[int]]) -> Iterator[float]:
        for ids in sentences:
            audio = piper.phoneme_ids_to_audio(ids)
            loudest = np.max(np.abs(audio))
            samples = np.clip(audio / loudest if loudest > 0 else audio, -1.0, 1.0)
            yield len(samples) / config.sample_rate

    return say, {}


if __name__ == "__main__":
    serve(open_system)
