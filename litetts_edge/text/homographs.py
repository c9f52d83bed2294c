"""English words that are written alike and read in two ways: which of them stands at this place of a sentence.

`data/homographs.tsv` has the readings, `data/homographs.bin` the weights of a linear model over the words around
(`scripts/train-homographs` makes it), `homograph_rules` what no examples teach. Both files are read when the first
homograph comes.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

from litetts_edge.text.homograph_features import MASK, around, company, mixed, near, shape_of
from litetts_edge.text.homograph_rules import rule

DATA = Path(__file__).parent / "data"
KINDS = "vsprefo"
HEADER = 512
"""Bytes of text before the numbers: what this is, what it was trained on, `key=value`."""
STEPS = 16
"""The curve from score to confidence has STEPS + 1 points, 1 / 8 apart."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How a homograph is read at its place."""

    phonemes: str
    """IPA in phones of phonemes.INVENTORY, with stress."""
    label: str
    """The reading's name: a column of homographs.tsv."""
    confidence: float
    """0 to 1: of choices that say 0.8, about 80 % are right (measured on sentences that were kept aside)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One homograph: its readings in order. The model tells the first two apart, rules the rest."""

    number: int
    word: str
    kind: str
    labels: tuple[str, ...]
    us: tuple[str, ...]
    gb: tuple[str, ...]


class Table:
    """The trained weights. Reads the bytes it is given, and copies nothing."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        header = bytes(data[:HEADER]).decode("ascii")
        facts = dict(fact.split("=") for fact in header.split() if "=" in fact)
        self._slots = int(facts["slots"])
        self._unit = float(facts["unit"])
        rows = int(facts["rows"])
        view = memoryview(data)
        at = HEADER
        self._biases = view[at : at + 2 * (rows + len(KINDS))]
        self._rows = rows
        at += len(self._biases)
        self._curve = view[at : at + STEPS + 1]
        at += STEPS + 1
        self._checks = view[at : at + self._slots]
        self._weights = view[at + self._slots : at + 2 * self._slots].cast("b")

    def score(self, row: Row, words: Sequence[str], index: int) -> float:
        """Below 0 for the first reading, above for the second; 1 is beyond doubt."""
        features = near(around(words, index), shape_of(words, index))
        seed = seed_of("word", row.word)
        total = self._bias(row.number) + self._bias(self._rows + KINDS.index(row.kind))
        if row.kind == "o":
            total += self._sum(features, seed) + self._sum(company(words, index), seed)
        else:
            total += self._sum(features, seed) + self._sum(features, seed_of("kind", row.kind))
        return total * self._unit

    def confidence(self, score: float) -> float:
        """How often a choice of this score was right."""
        place = min(abs(score) * 8, STEPS - 0.001)
        low = int(place)
        part = place - low
        return (self._curve[low] * (1 - part) + self._curve[low + 1] * part) / 255

    def _bias(self, number: int) -> int:
        return int(struct.unpack_from("<h", self._biases, 2 * number)[0])

    def _sum(self, features: Iterable[int], seed: int) -> int:
        checks, weights, slots = self._checks, self._weights, self._slots
        total = 0
        for feature in features:
            mix = mixed(feature, seed)
            at = mix * slots >> 32
            if checks[at] == mix & 0xFF:  # else the slot belongs to another feature, and this one has no weight
                total += weights[at]
        return total


def candidates(word: str) -> tuple[str, ...]:
    """The labels of a word's readings; empty for a word that is no homograph. Any case."""
    row = _row(word.lower())
    return row.labels if row else ()


def choose(words: Sequence[str], index: int, region: str = "US") -> Choice | None:
    """How `words[index]` is read; None for a word that is no homograph.

    `words` are the words and marks of one sentence as they will be spoken, in order, in the case they were written
    in. Raises IndexError for an index outside of them.
    """
    row = _row(words[index].lower())
    return decide(_table(), row, words, index, region) if row else None


def decide(table: Table, row: Row, words: Sequence[str], index: int, region: str = "US") -> Choice:
    """The choice of one table; `choose` uses the one that is shipped."""
    ruled = rule(row.word, row.kind, words, index)
    if ruled:
        side, confidence = ruled
    else:
        score = table.score(row, words, index)
        side, confidence = int(score > 0), table.confidence(score)
    readings = row.gb if region.upper() in {"GB", "UK"} else row.us
    if len(set(readings)) == 1:
        confidence = 1.0  # it sounds the same
    return Choice(readings[side], row.labels[side], confidence)


@lru_cache(maxsize=1024)
def seed_of(family: str, name: str) -> int:
    """The number that keeps the weights of one word, or of one kind, apart from all others."""
    return crc32(f"{family} {name}".encode()) & MASK


@cache
def lines() -> dict[str, tuple[int, str]]:
    """Each homograph: its number and its line of the file, not taken apart until it is needed."""
    text = (DATA / "homographs.tsv").read_text(encoding="utf-8")
    readings = (line.partition("\t") for line in text.splitlines() if not line.startswith("#"))
    return {word: (number, rest) for number, (word, _, rest) in enumerate(readings)}


@lru_cache(maxsize=64)
def _row(word: str) -> Row | None:
    found = lines().get(word)
    if not found:
        return None
    number, line = found
    kind, *columns = line.split("\t")
    us = tuple(columns[1::3])
    gb = tuple(there if there != "=" else here for here, there in zip(us, columns[2::3], strict=True))
    return Row(number, word, kind, tuple(columns[0::3]), us, gb)


def row_of(word: str) -> Row:
    """The readings of a homograph in lower case. Raises KeyError."""
    row = _row(word)
    if not row:
        raise KeyError(word)
    return row


@cache
def _table() -> Table:
    with (DATA / "homographs.bin").open("rb") as file:
        return Table(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
