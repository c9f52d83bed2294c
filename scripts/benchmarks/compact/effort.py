"""What the compact voice costs: processor time, memory, disk."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.compact.sentences import held_out
from benchmarks.compact.systems import VOICES, engine, find
from benchmarks.figures import Figure, Goal
from litetts_edge.engines import MODELS
from litetts_edge.interfaces import Synthesizer
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend

CPU = Goal("p95", 30, "issue: CPU seconds a second of audio, one thread, at most 0.03")
FIRST = Goal("p95", 15, "issue: first window at most 15 ms of CPU, whatever the length")
DISK = Goal("max", 6.0, "issue: at most 6 MB on disk")
RSS = Goal("max", 40.0, "issue: at most 40 MB of RSS added")
SENTENCES, MOST_WORDS = 500, 60
"""By which memory is judged: random words of the held-out sentences, in any order."""

LENGTHS = {
    20: "The gate stands open.",
    100: "The gate stands open, the dog sleeps on the step, and nobody has seen the old man since the morning.",
    300: "The gate stands open, the dog sleeps on the step, and nobody has seen the old man since the morning, "
    "when he walked down to the harbor with a basket on his arm, bought a loaf of bread and ten eggs, talked "
    "about the weather with the woman who mends the nets, and went away along the shore whistling.",
}
"""One sentence for each number of characters, about."""


def measure(scale: float, fp32: Path | None) -> Iterator[Figure]:
    """On one thread, in CPU seconds: what else the machine does adds little to them."""
    del fp32
    texts = held_out(scale)
    espeak, compact = engine("espeak"), engine("compact")
    slow = _cpu_ms_a_second(espeak, "espeak:en-us", texts)
    yield Figure("cpu.espeak", "CPU a second of audio, espeak-ng: the baseline", "ms/s", slow)
    for voice in VOICES:
        spent = _cpu_ms_a_second(compact, f"compact:{voice}", texts)
        yield Figure(f"cpu.compact.{voice}", "CPU a second of audio, the compact voice", "ms/s", spent, CPU)
    reading = [_cpu_ms(partial(_read, text, find(compact, "compact:slt"))) for text in texts]
    yield Figure("cpu.frontend", "CPU of the front end, a text", "ms", reading)
    for length, text in LENGTHS.items():
        first = [_first_window_ms(compact, text) for _ in range(max(5, round(50 * scale)))]
        yield Figure(
            f"cpu.first-window.{length}",
            f"CPU to the first chunk, {len(text)} characters, front end apart",
            "ms",
            first,
            FIRST,
        )
    bytes_ = sum(path.stat().st_size for path in (MODELS / "compact").glob("*.onnx"))
    yield Figure("disk", "the three graphs", "MB", [bytes_ / 1e6], DISK)
    yield from _memory(max(1, round(3 * scale)))


def _cpu_ms_a_second(synthesizer: Synthesizer, voice: str, texts: list[str]) -> list[float]:
    found, spent = find(synthesizer, voice), []
    for text in texts:
        seconds = cpu_ms = 0.0
        for sentence in _read(text, found):
            begun = time.process_time()
            seconds += sum(chunk.seconds for chunk in synthesizer.synthesize(sentence, found, 1.0))
            cpu_ms += (time.process_time() - begun) * 1000
        spent.append(cpu_ms / seconds)
    return spent


def _read(text: str, voice: Voice) -> list[Sentence]:
    return list(Frontend().sentences(text, voice, ""))


def _cpu_ms(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def _first_window_ms(synthesizer: Synthesizer, text: str) -> float:
    voice = find(synthesizer, "compact:slt")
    (sentence,) = _read(text, voice)
    chunks = synthesizer.synthesize(sentence, voice, 1.0)
    spent = _cpu_ms(lambda: next(iter(chunks)))
    for _ in chunks:  # to the end, as it is used
        pass
    return spent


def _memory(times: int) -> Iterator[Figure]:
    """In a fresh process each time, which has the front end's words and espeak-ng open."""
    drawn, words = np.random.default_rng(5), " ".join(held_out()).replace(",", "").split()
    lengths = drawn.integers(1, MOST_WORDS, endpoint=True, size=SENTENCES)
    texts = [" ".join(drawn.choice(words, size=length)) for length in lengths]
    voice = find(engine("compact"), "compact:slt")
    said = json.dumps([sentence.phonemes for text in texts for sentence in _read(text, voice)]).encode()
    found = [
        json.loads(
            subprocess.run((sys.executable, "-c", _PROBE), input=said, check=True, capture_output=True).stdout
        )
        for _ in range(times)
    ]
    for name, what, goal in (
        ("all", "resident memory that loading the compact voice adds, onnxruntime included", RSS),
        ("onnxruntime", "of that, importing onnxruntime", None),
        ("model", "of that, the model itself", None),
        ("after", f"the same after {SENTENCES} sentences of 1 to {MOST_WORDS} words, at its highest", RSS),
        ("peak", "the same while these are made, at its highest", None),
    ):
        yield Figure(f"rss.added.{name}", what, "MB", [each[name] for each in found], goal)


_PROBE = """
import json, os, sys
from pathlib import Path
from benchmarks.machine import memory_mb
from litetts_edge.engines import create
from litetts_edge.engines.compact_input import read
from litetts_edge.engines.onnx import library
from litetts_edge.engines.options import EngineOptions
from litetts_edge.text.frontend import Frontend
now = lambda name="rss": memory_mb(os.getpid())[name]
said = json.load(sys.stdin)
engine = create("compact", EngineOptions(threads=1))
voice = engine.voices[0]
list(Frontend().sentences("The front door is open.", voice, ""))
before = now()
library()
imported = now()
engine.load()
loaded = now()
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
after = []
for phonemes in said:
    for chunk in engine.speak(read(phonemes), voice, 1.0):
        pass
    after.append(now())
print(json.dumps({
    "all": loaded - before,
    "onnxruntime": imported - before,
    "model": loaded - imported,
    "after": max(after) - before,
    "peak": now("peak") - before,
}))
"""
