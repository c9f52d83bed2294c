"""The real program, which writes down when an engine gave the first chunk of a sentence.

Run as a script. The times are time.monotonic(), one clock for all processes on Linux; one line each goes to the
file $BENCH_STAMPS.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from litetts_edge.cli import main
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence, Voice


def stamp(path: Path, engine: type[CompactEngine] | type[EspeakEngine]) -> None:
    """Have every sentence of that engine stamped."""
    file = path.open("a", buffering=1)
    synthesize = engine.synthesize

    def stamped(self: Any, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        chunks = synthesize(self, sentence, voice, speed)
        first = next(chunks)
        file.write(f"{time.monotonic()}\n")
        yield first
        yield from chunks

    setattr(engine, "synthesize", stamped)  # noqa: B010 - a method of another module's class


if __name__ == "__main__":
    for one in (CompactEngine, EspeakEngine):
        stamp(Path(os.environ["BENCH_STAMPS"]), one)
    sys.exit(main())
