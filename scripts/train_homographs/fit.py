"""Fits the weights: a squared hinge, by accelerated gradient steps over all examples at once. Sums, products and
comparisons only, in a fixed order: the same examples make the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from litetts_edge.text.homograph_features import around, company, mixed, near, shape_of
from litetts_edge.text.homographs import HEADER, KINDS, STEPS, lines, seed_of
from train_homographs.corpus import Example

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

SLOTS = 78_000
UNIT = 1 / 128
"""One step of a weight."""
SOURCE = "WikipediaHomographData by Google (github: google-research-datasets), Apache-2.0"


@dataclass(frozen=True, slots=True)
class Effort:
    steps: int = 60
    rate: float = 0.1
    own: float = 5.0
    """How strongly the weights of one word are held near 0."""
    shared: float = 3.0
    """The same for weights that all words of a kind share."""
    bias: float = 5.0
    balance: float = 0.75
    """0: each example counts the same; 1: each reading of a word does."""
    stand_in: float = 0.1
    """The weight of an example that is no homograph."""
    rarest: int = 2
    """A feature that is seen less often has no weight."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples as numbers: the features of one after those of the other."""

    mixes: Places
    """32 bits a feature: see `mixed`."""
    starts: Places
    shared: NDArray[np.bool_]
    """Whether a feature is of the kind, not of the word."""
    row: Places
    """The number of the homograph; the number of all for a stand-in."""
    kind: Places
    sign: Numbers
    """-1 the first reading, 1 the second."""
    repeats: Numbers
    group: Places

    def only(self, kept: NDArray[np.bool_]) -> Examples:
        lengths = np.diff(np.append(self.starts, len(self.mixes)))
        features = np.repeat(kept, lengths)
        starts = np.concatenate([[0], np.cumsum(lengths[kept])[:-1]]).astype(np.int64)
        return Examples(
            self.mixes[features], starts, self.shared[features], self.row[kept], self.kind[kept], self.sign[kept],
            self.repeats[kept], self.group[kept],
        )  # fmt: skip


def numbered(examples: list[Example]) -> Examples:
    numbers = {word: number for word, (number, _) in lines().items()}
    mixes: list[int] = []
    shared: list[bool] = []
    starts = []
    for example in examples:
        starts.append(len(mixes))
        shape = shape_of(example.words, example.index) if example.row else shape_of(("a", "a"), 1)
        if not example.row and example.index == 0:
            shape = 4  # a stand-in's own capitals say nothing, its place does
        features = near(around(example.words, example.index), shape)
        if example.kind != "o":
            seed = seed_of("kind", example.kind)
            mixes += [mixed(feature, seed) for feature in features]
            shared += [True] * len(features)
        if example.row:
            if example.kind == "o":
                features = features + company(example.words, example.index)
            seed = seed_of("word", example.row)
            mixes += [mixed(feature, seed) for feature in features]
            shared += [False] * len(features)
    return Examples(
        np.array(mixes, dtype=np.int64),
        np.array(starts, dtype=np.int64),
        np.array(shared),
        np.array([numbers.get(example.row, len(numbers)) for example in examples], dtype=np.int64),
        np.array([KINDS.index(example.kind) for example in examples], dtype=np.int64),
        np.array([1.0 if example.side else -1.0 for example in examples]),
        np.array([example.repeats for example in examples]),
        np.array([example.group for example in examples], dtype=np.int64),
    )


def _importance(examples: Examples, rows: int, effort: Effort) -> Numbers:
    """How much each example counts: readings that are rare count more."""
    side = (examples.sign > 0).astype(np.int64)
    by_row = np.bincount(examples.row * 2 + side, weights=examples.repeats, minlength=2 * rows + 2).reshape(-1, 2)
    half = by_row.sum(axis=1, keepdims=True) / 2
    of_row = ((half + 2) / (by_row + 2)) ** effort.balance
    weights: Numbers = of_row[examples.row, side] * examples.repeats
    stand_ins = examples.row == rows
    by_kind = np.bincount((examples.kind * 2 + side)[stand_ins], minlength=2 * len(KINDS)).reshape(-1, 2)
    of_kind = effort.stand_in * by_kind.sum(axis=1, keepdims=True) / 2 / np.maximum(by_kind, 1)
    weights[stand_ins] = of_kind[examples.kind, side][stand_ins]
    return weights


def fit(examples: Examples, effort: Effort, confidence: bytes) -> bytes:
    """The table: see `homographs.Table`. `confidence` is its curve, STEPS + 1 bytes."""
    rows = len(lines())
    mixes, place = np.unique(examples.mixes, return_inverse=True)
    count = len(mixes)
    weight = _importance(examples, rows, effort)
    lengths = np.diff(np.append(examples.starts, len(examples.mixes)))
    of_feature = np.repeat(np.arange(len(lengths)), lengths)
    held = np.full(count, effort.own)
    held[place[examples.shared]] = effort.shared
    pace = 1 / (np.bincount(place, weights=weight[of_feature], minlength=count) + held)
    pace[np.bincount(place, minlength=count) < effort.rarest] = 0
    own_bias, kind_bias = examples.row, examples.kind + rows + 1
    bias_pace = 1 / (
        np.bincount(own_bias, weights=weight, minlength=rows + 1 + len(KINDS))
        + np.bincount(kind_bias, weights=weight, minlength=rows + 1 + len(KINDS))
        + effort.bias
    )
    bias_pace[rows] = 0  # a stand-in has none of its own
    values, before = np.zeros(count), np.zeros(count)
    biases, biases_before = np.zeros(len(bias_pace)), np.zeros(len(bias_pace))
    for step in range(effort.steps):
        swing = step / (step + 3)
        at, at_bias = values + swing * (values - before), biases + swing * (biases - biases_before)
        before, biases_before = values, biases
        score = np.add.reduceat(at[place], examples.starts) + at_bias[own_bias] + at_bias[kind_bias]
        pull = weight * examples.sign * np.maximum(0, 1 - examples.sign * score)
        rise = np.bincount(place, weights=pull[of_feature], minlength=count) - held * at
        bias_rise = np.bincount(own_bias, weights=pull, minlength=len(biases)) - effort.bias * at_bias
        bias_rise += np.bincount(kind_bias, weights=pull, minlength=len(biases))
        values, biases = at + effort.rate * pace * rise, at_bias + effort.rate * bias_pace * bias_rise
    return _packed(mixes, values, np.delete(biases, rows), confidence)


def _packed(mixes: Places, values: Numbers, biases: Numbers, confidence: bytes) -> bytes:
    """The largest weight of each slot, the others are dropped: few, and small ones."""
    steps = np.clip(np.rint(values / UNIT), -127, 127).astype(np.int64)
    order = np.lexsort((mixes, np.abs(steps)))  # the largest is written last
    order = order[steps[order] != 0]
    slot = mixes[order] * SLOTS >> 32
    checks, weights = np.zeros(SLOTS, np.uint8), np.zeros(SLOTS, np.int8)
    checks[slot], weights[slot] = mixes[order] & 0xFF, steps[order]
    facts = f"litetts-edge homographs 1 trained on {SOURCE}; slots={SLOTS} rows={len(lines())} unit={UNIT}\n"
    if len(confidence) != STEPS + 1:
        raise ValueError("the curve of confidence has another number of points")
    return b"".join(
        [
            facts.encode("ascii").ljust(HEADER),
            np.clip(np.rint(biases / UNIT), -32768, 32767).astype("<i2").tobytes(),
            confidence,
            checks.tobytes(),
            weights.tobytes(),
        ]
    )
