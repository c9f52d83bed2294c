"""Judges the table on sentences that it was not trained on: k folds, no sentence in two of them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from litetts_edge.text.homograph_rules import rule
from litetts_edge.text.homographs import STEPS, Table, decide, row_of
from train_homographs.corpus import Example
from train_homographs.fit import Effort, Examples, fit

SURE = bytes([255] * (STEPS + 1))


@dataclass(frozen=True, slots=True)
class Judged:
    """One occurrence that was kept aside, and what was chosen for it."""

    example: Example
    label: str
    chosen: str
    confidence: float
    score: float | None
    """None where a rule decided."""

    @property
    def right(self) -> bool:
        return self.label == self.chosen


def kept_aside(
    examples: Sequence[Example], numbers: Examples, judged: int, folds: int, effort: Effort, curve: bytes = SURE
) -> list[Judged]:
    """The first `judged` examples, each decided by a table that has seen no spelling of its sentence."""
    fold = (numbers.group * 2_654_435_761 % 2**32 >> 20) % folds
    found = []
    for number in range(folds):
        table = Table(fit(numbers.only((fold != number) & (numbers.sign != 0)), effort, curve))
        found += [judge(table, examples[int(at)]) for at in np.flatnonzero(fold[:judged] == number)]
    return found


def judge(table: Table, example: Example) -> Judged:
    row = row_of(example.row)
    choice = decide(table, row, example.words, example.index)
    ruled = rule(row.word, row.kind, example.words, example.index)
    score = None if ruled else table.score(row, example.words, example.index)
    return Judged(example, row.labels[example.side], choice.label, choice.confidence, score)


def curve(judged: Sequence[Judged]) -> bytes:
    """How often a score was right, at steps of 1 / 8, never falling (pool adjacent violators)."""
    bins: list[list[float]] = [[0.6, 1.0] for _ in range(STEPS + 1)]
    for one in judged:
        if one.score is not None:
            at = min(STEPS, round(abs(one.score) * 8))
            bins[at][0] += one.right
            bins[at][1] += 1
    pools: list[list[float]] = []
    for right, count in bins:
        pools.append([right, count, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return bytes(round(255 * right / count) for right, count, points in pools for _ in range(int(points)))


def _recalls(judged: Sequence[Judged]) -> dict[str, dict[str, list[bool]]]:
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in judged:
        found[one.example.row][one.label].append(one.right)
    return found


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def report(judged: Sequence[Judged]) -> dict[str, Any]:
    """Micro and balanced accuracy, over all and by word, the worst first."""
    recalls = _recalls(judged)
    words: dict[str, dict[str, Any]] = {
        word: {
            "accuracy": _mean([right for rights in labels.values() for right in rights]),
            "balanced": _mean([_mean(rights) for rights in labels.values()]),
            "labels": {label: [sum(rights), len(rights)] for label, rights in sorted(labels.items())},
        }
        for word, labels in recalls.items()
    }
    every = [(label, rights) for labels in recalls.values() for label, rights in labels.items()]
    confidences = [
        {
            "said": _mean([one.confidence for one in some]),
            "right": _mean([one.right for one in some]),
            "of": len(some),
        }
        for low in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
        if (some := [one for one in judged if low <= one.confidence < _next(low)])
    ]
    return {
        "examples": len(judged),
        "accuracy": _mean([one.right for one in judged]),
        "balanced": _mean([_mean(rights) for _, rights in every]),
        "balanced_labels_seen_10_times": _mean([_mean(rights) for _, rights in every if len(rights) >= 10]),
        "balanced_by_word": _mean([word["balanced"] for word in words.values()]),
        "labels": len(every),
        "by_rule": _mean([one.score is None for one in judged]),
        "by_rule_right": _mean([one.right for one in judged if one.score is None]),
        "confidence": confidences,
        "words": dict(sorted(words.items(), key=lambda item: (item[1]["balanced"], item[0]))),
    }


def _next(low: float) -> float:
    return {0.5: 0.7, 0.7: 0.8, 0.8: 0.9, 0.9: 0.95, 0.95: 0.99}.get(low, 1.01)


def cost_us(table: Table, examples: Sequence[Example]) -> float:
    """Microseconds for one choice, the median of passes over the examples."""
    passes = []
    for _ in range(5):
        start = time.perf_counter()
        for example in examples:
            decide(table, row_of(example.row), example.words, example.index)
        passes.append((time.perf_counter() - start) / len(examples) * 1e6)
    return round(sorted(passes)[2], 1)
