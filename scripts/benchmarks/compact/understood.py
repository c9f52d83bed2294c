"""What a listener understands of each system: word error rates side by side, and what chance leaves of them."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.compact.sentences import held_out, home
from benchmarks.compact.systems import VOICES, chunks, compact, joined, say
from benchmarks.figures import Figure, Goal
from benchmarks.listener import paired_bootstrap, recognise, transcribe, word_errors
from litetts_edge.dsp import int16
from litetts_edge.pcm import Samples

SEED = 3
ALL = "all"
BARE = Goal("max", 5.0, "issue: WER(int8) at most the teacher's and 5 points")
GRAMMAR = Goal("max", 3.0, "issue: with the grammar at most 3 points")
QUANTIZED = Goal("max", 1.0, "issue: int8 within 1 point of fp32")
ESPEAK = Goal("max", 0.0, "issue: below espeak")

_BLOCK = 20
"""Sentences in a task of a process."""


@dataclass(frozen=True, slots=True)
class _Task:
    system: str
    voice: str
    first: int
    """Index of its first text."""
    texts: tuple[str, ...]
    competing: tuple[str, ...]
    """The sentences of the grammar; none for the bare decode."""
    fp32: Path | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the listener made of one system and voice."""

    errors: tuple[int, ...]
    """Wrong words in each sentence."""
    recognised: tuple[bool, ...]
    """Whether it was understood without any."""


def measure_bare(scale: float, fp32: Path | None) -> Iterator[Figure]:
    """Each word may be any word of English."""
    texts = held_out(scale)
    yield from _figures("wer.bare", BARE, texts, _judge(texts, (), fp32))


def measure_grammar(scale: float, fp32: Path | None) -> Iterator[Figure]:
    """One of 520 sentences, or none of them: then all its words are wrong."""
    texts = home(scale)
    judged = _judge(texts, tuple(home()), fp32)
    yield from _figures("wer.grammar", GRAMMAR, texts, judged)
    for system, voices in judged.items():
        together = {} if ALL in voices else {ALL: _together(voices)}
        for voice, one in (voices | together).items():
            name, what = f"recognised.{system}.{voice}", f"sentences recognised among 520, {system}"
            yield Figure(name, what, "%", [100 * sum(one.recognised) / len(one.recognised)])


def measure_program(scale: float, fp32: Path | None) -> Iterator[Figure]:
    """Whether the program itself says what was measured here."""
    del fp32
    texts = held_out()[: max(3, round(10 * scale))]
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        for index, text in enumerate(texts):
            voice, out = f"compact:{VOICES[index % len(VOICES)]}", Path(folder) / f"{index}.wav"
            subprocess.run(
                (sys.executable, "-m", "litetts_edge", "say", "--voice", voice, "--out", str(out), text),
                check=True,
                stdout=subprocess.DEVNULL,
            )
            written, rate = soundfile.read(out, dtype="int16")
            samples, expected_rate = joined(chunks(compact(), voice, text))
            different += rate != expected_rate or not np.array_equal(written, int16(samples))
    yield Figure(
        "program.different",
        f"files of `litetts-edge say --out` that are not sample for sample what was measured, of {len(texts)}",
        "files",
        [different],
        Goal("max", 0, "ours: what is measured is what is shipped"),
    )


def _judge(texts: Sequence[str], competing: tuple[str, ...], fp32: Path | None) -> dict[str, dict[str, Judged]]:
    """For each system its voices. espeak-ng has one, under ALL."""
    tasks = [
        _Task(system, voice, first, tuple(texts[first : first + _BLOCK]), competing, fp32)
        for system in ("teacher", "vocoder", *(() if fp32 is None else ("fp32",)), "int8", "espeak")
        for voice in ((ALL,) if system == "espeak" else VOICES)
        for first in range(0, len(texts), _BLOCK)
    ]
    found: dict[tuple[str, str], dict[int, list[tuple[int, bool]]]] = defaultdict(dict)
    os.environ["OMP_NUM_THREADS"] = "1"
    spawn = multiprocessing.get_context("spawn")  # a fork would share what libraries keep in threads
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=spawn) as pool:
        for done, (task, result) in enumerate(zip(tasks, pool.map(_listen, tasks), strict=True), 1):
            found[task.system, task.voice][task.first] = result
            print(f"\rlistening: {done} of {len(tasks)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    judged: dict[str, dict[str, Judged]] = defaultdict(dict)
    for (system, voice), parts in found.items():
        rows = [row for first in sorted(parts) for row in parts[first]]
        judged[system][voice] = Judged(tuple(row[0] for row in rows), tuple(row[1] for row in rows))
    return judged


def _listen(task: _Task) -> list[tuple[int, bool]]:
    """Errors, and whether there are none, for each text."""
    rows = []
    for text in task.texts:
        samples, rate = say(task.system, task.voice, text, task.fp32)
        errors, _ = word_errors(text, _heard(samples, rate, task.competing))
        rows.append((errors, errors == 0))
    return rows


def _heard(samples: Samples, rate: int, competing: tuple[str, ...]) -> str:
    """By the grammar, where there is one."""
    if competing:
        return recognise(samples, rate, competing) or ""
    return transcribe(samples, rate)


def _figures(
    name: str, goal: Goal, texts: Sequence[str], judged: dict[str, dict[str, Judged]]
) -> Iterator[Figure]:
    words = [word_errors(text, text)[1] for text in texts]
    for system, voices in judged.items():
        for voice, one in voices.items():
            yield Figure(f"{name}.{system}.{voice}", f"word errors, {system}", "%", [_rate(one, words)])
        if ALL not in voices:
            together = _rate(_together(voices), [count * len(voices) for count in words])
            yield Figure(f"{name}.{system}.{ALL}", f"word errors, {system}", "%", [together])
    comparisons = (("teacher", goal), ("vocoder", None), ("fp32", QUANTIZED), ("espeak", ESPEAK))
    for other, limit in comparisons:
        if other in judged:
            yield from _differences(name, other, limit, words, judged)
    yield from _differences(name, "teacher", None, words, judged, less="vocoder")


def _differences(
    name: str,
    other: str,
    goal: Goal | None,
    words: Sequence[int],
    judged: dict[str, dict[str, Judged]],
    less: str = "int8",
) -> Iterator[Figure]:
    """Word error rate of `less` less that of `other`, for each voice and for all together."""
    ours, theirs = judged[less], judged[other]
    pairs = {voice: (ours[voice], theirs.get(voice) or theirs[ALL]) for voice in ours}
    # Together: a sentence counts once, with the errors of its three voices, which are not independent.
    pairs[ALL] = (_together(ours), _together({voice: pair[1] for voice, pair in pairs.items()}))
    for voice, (mine, its) in pairs.items():
        counts = [count * (len(ours) if voice == ALL else 1) for count in words]
        value, low, high = paired_bootstrap(its.errors, mine.errors, counts, SEED)
        yield Figure(
            f"{name}.{less}-{other}.{voice}",
            f"word errors, {less} less {other}, with the 95 % interval of a paired bootstrap over the sentences",
            "points",
            [100 * value],
            goal if voice == ALL else None,
            (100 * low, 100 * high),
        )


def _together(voices: dict[str, Judged]) -> Judged:
    """The errors of all voices in each sentence; recognised, one after the other."""
    errors = tuple(sum(column) for column in zip(*(one.errors for one in voices.values()), strict=True))
    return Judged(errors, tuple(each for one in voices.values() for each in one.recognised))


def _rate(judged: Judged, words: Sequence[int]) -> float:
    return 100 * sum(judged.errors) / sum(words)
