"""The training data on disk: shards of aligned sentences, made once and made on where they were left."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.sentences import home
from litetts_edge.engines.compact_units import SPEAKERS
from train_compact.corpus import addenda, align, key, sentences
from train_compact.flite import BANDS, CEPSTRA, Flite
from train_compact.home_sentences import generate

HOME_SENTENCES = 9000
SHARD = 400
"""Sentences in a shard."""
STRETCHED = 0.25
"""Share of the sentences that flite speaks slower or faster, so that most speeds one can ask for are heard."""
SLOWEST, FASTEST = 1.9, 0.55
"""Times as long as usual: speeds from 0.53 to 1.82. The engine allows 0.5 to 2: the ends were never heard."""
CHANNELS = 2 + CEPSTRA + BANDS
"""Numbers in a frame."""
PITCH, VOICED = slice(0, 1), slice(1, 2)
"""Natural logarithm of F0, interpolated where unvoiced (what the vocoder reads is F0 in Hz); 0 or 1."""
MEL, STRENGTHS = slice(2, 2 + CEPSTRA), slice(-BANDS, None)
"""Mel-cepstra; the share of the pulse in each band."""
SEED = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence by one speaker."""

    speaker: int
    tokens: NDArray[np.int64]
    """(tokens, 3): id, stress, starts_word."""
    durations: NDArray[np.int64]
    """(tokens,) frames."""
    features: NDArray[np.float16]
    """(frames, CHANNELS)."""
    stretched: bool


def is_left_out(line: str) -> bool:
    """Whether a line of the book is left out of training, to judge by later: about 200 of 12,346, by its hash."""
    return hashlib.sha256(key(line).encode()).digest()[0] < 4


class OtherBook(ValueError):
    """The data that is there was made from another file."""

    def __init__(self, book: Path, folder: Path) -> None:
        super().__init__(
            f"{folder} was made from another book than {book}: name that one, or another work folder (--work)"
        )


def prepare(book: Path, folder: Path) -> None:
    """Read all sentences with the front end, and write them and the two lexicons into `folder`.

    `book.json` there says of which file: `{"sha256": hex, "lines": count}`. Raises OtherBook.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text, record = book.read_bytes(), folder / "book.json"
    facts = {"sha256": hashlib.sha256(text).hexdigest(), "lines": len(text.decode("utf-8").splitlines())}
    if not record.exists():
        record.write_text(json.dumps(facts) + "\n", "utf-8")
    elif json.loads(record.read_text("utf-8")) != facts:
        raise OtherBook(book, folder)
    if (folder / "sentences.json").exists():
        return
    lines = [line for line in text.decode("utf-8").splitlines() if not is_left_out(line)]
    unseen = frozenset(key(line) for line in home())
    read = sentences([*lines, *generate(HOME_SENTENCES, SEED)], unseen)
    for choice in (0, 1):
        (folder / f"addenda-{choice}.txt").write_text("\n".join(addenda(read, choice)) + "\n", "ascii")
    items = list(read.items())
    random.Random(SEED).shuffle(items)  # noqa: S311 - a corpus, not a secret
    (folder / "sentences.json").write_text(json.dumps(items, ensure_ascii=False), "utf-8")


def make_shards(folder: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Let flite speak what is missing; yields (shards there, shards in all). Then once more what did not fit."""
    items = json.loads((folder / "sentences.json").read_text("utf-8"))
    blocks = [items[start : start + SHARD] for start in range(0, len(items), SHARD)]
    names = [f"{index:03}-{SPEAKERS[index % len(SPEAKERS)]}" for index in range(len(blocks))]
    work = [(folder, name, blocks[int(name[:3])], 0) for name in names]
    yield from _run(work, workers)
    again: dict[str, list[Any]] = {speaker: [] for speaker in SPEAKERS}
    for name in names:
        again[name[4:]] += json.loads((folder / f"{name}.json").read_text("utf-8"))["dropped"]
    work = [
        (folder, f"again{start // SHARD:03}-{speaker}", dropped[start : start + SHARD], 1)
        for speaker, dropped in again.items()
        for start in range(0, len(dropped), SHARD)
    ]
    yield from _run(work, workers)


def _run(work: list[tuple[Path, str, list[Any], int]], workers: int) -> Iterator[tuple[int, int]]:
    missing = [task for task in work if not (task[0] / f"{task[1]}.json").exists()]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the processes are the parallel part: threads under them only spin
    # A process speaks one shard only: the voices of a process share one lexicon.
    with ProcessPoolExecutor(workers, max_tasks_per_child=1) as pool:
        for index, _ in enumerate(pool.map(_make_shard, missing)):
            yield len(work) - len(missing) + index + 1, len(work)


def _make_shard(task: tuple[Path, str, list[Any], int]) -> None:
    folder, name, block, choice = task
    speaker = name.rpartition("-")[2]
    flite = Flite(speaker, parameters_only=True)
    flite.pronounce(folder / f"addenda-{choice}.txt")
    draw = random.Random(name)  # noqa: S311
    reasons: Counter[str] = Counter()
    dropped: list[Any] = []
    tokens, durations, features, texts, stretched = [], [], [], [], []
    for text, ipa in block:
        stretch = draw.uniform(FASTEST, SLOWEST) if draw.random() < STRETCHED else 1.0
        spoken = align(ipa, flite.speak(text, stretch))
        if isinstance(spoken, str):
            reasons[spoken] += 1
            dropped.append((text, ipa))
            continue
        texts.append(text)
        stretched.append(stretch != 1.0)
        tokens.append(np.stack([spoken.input.ids, spoken.input.stress, spoken.input.starts_word], axis=1))
        durations.append(spoken.durations)
        features.append(np.column_stack([pitch(spoken.f0), spoken.f0 > 0, spoken.cepstra, spoken.strengths]))
    if texts:
        np.savez(
            folder / f"{name}.npz",
            tokens=np.concatenate(tokens).astype(np.int8),
            durations=np.concatenate(durations).astype(np.int16),
            features=np.concatenate(features).astype(np.float16),
            token_counts=np.array([len(part) for part in tokens]),
            frame_counts=np.array([len(part) for part in features]),
            stretched=np.array(stretched),
        )
    report = {"kept": len(texts), "reasons": reasons, "dropped": dropped}
    (folder / f"{name}.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")


def pitch(f0: NDArray[np.float32]) -> NDArray[np.float32]:
    """Natural logarithm of F0, with straight lines through the unvoiced parts."""
    voiced = np.flatnonzero(f0 > 0)
    if len(voiced) == 0:
        return np.full(len(f0), np.log(120), dtype=np.float32)
    return np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced])).astype(np.float32)


def load(path: Path) -> list[Sample]:
    """The samples of one shard."""
    with np.load(path) as shard:
        arrays = dict(shard)
    speaker = SPEAKERS.index(path.stem.rpartition("-")[2])
    samples = []
    token, frame = 0, 0
    for tokens, frames, is_stretched in zip(
        arrays["token_counts"], arrays["frame_counts"], arrays["stretched"], strict=True
    ):
        samples.append(
            Sample(
                speaker,
                arrays["tokens"][token : token + tokens].astype(np.int64),
                arrays["durations"][token : token + tokens].astype(np.int64),
                arrays["features"][frame : frame + frames],
                bool(is_stretched),
            )
        )
        token, frame = token + tokens, frame + frames
    return samples
