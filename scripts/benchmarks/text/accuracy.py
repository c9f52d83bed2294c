"""How often it misreads: our own cases of each language, homographs, sentence ends, and a development set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Goal
from litetts_edge.text.frontend import normalize

DATA = Path(__file__).resolve().parents[3] / "tests" / "data"
LANGUAGES = {"en": "en-US", "es": "es", "fr": "fr", "it": "it", "pt": "pt-BR", "hi": "hi", "zh": "zh", "ja": "ja"}
LJSPEECH = Goal("max", 9, "TEXT.md: at least 91 % of the lines right")

_SAME = {"mister": "mr", "missus": "mrs", "misses": "mrs", "doctor": "dr", "zero": "oh", "o": "oh", "and": ""}
"""What two annotators write differently and say alike."""


def comparable(text: str) -> str:
    """A reading without marks, spaces, letter case and what is said alike: `FBI` and `f b i` are the same."""
    words = re.sub(r"[^\w\s]", " ", text.lower().replace("'", "").replace("\u2019", "")).split()
    return "".join(_SAME.get(word, word) for word in words)


def measure(development: Path | None) -> Iterator[Figure]:
    """One figure for each set."""
    for name, lang in LANGUAGES.items():
        path = DATA / f"normalize_{name}.tsv"
        rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]
        wrong = [
            row for row in rows if comparable(normalize(row[0], lang)) not in map(comparable, row[1].split(" | "))
        ]
        yield Figure(f"wrong.own.{name}", f"of our own {len(rows)} cases", "%", [100 * len(wrong) / len(rows)])
    if development is not None:
        yield from _development(development)


def _development(path: Path) -> Iterator[Figure]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    wrong: dict[str, list[bool]] = {}
    for row in rows:
        said = comparable(normalize(row["input"], "en-US"))
        wrong.setdefault(row["category"], []).append(said not in map(comparable, row["accept"]))
    everything = [one for category in wrong.values() for one in category]
    yield Figure(
        "wrong.lj",
        f"of {len(everything)} lines of LJSpeech",
        "%",
        [100 * sum(everything) / len(everything)],
        LJSPEECH,
    )
    for category, ones in sorted(wrong.items()):
        yield Figure(f"wrong.lj.{category}", f"of {len(ones)}", "%", [100 * sum(ones) / len(ones)])
