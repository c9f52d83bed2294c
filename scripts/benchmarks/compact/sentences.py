"""What is said: sentences that no training has seen."""

from __future__ import annotations

from pathlib import Path

_DATA = Path(__file__).parents[3] / "tests" / "data"
HELD_OUT = _DATA / "held_out.txt"
HOME = _DATA / "home_sentences.txt"


def held_out(scale: float = 1.0) -> list[str]:
    """The 200 of the evaluation, home and prose by turns; with a smaller `scale` the first of them."""
    lines = HELD_OUT.read_text("utf-8").splitlines()
    half = len(lines) // 2
    turns = [line for pair in zip(lines[:half], lines[half:], strict=True) for line in pair]
    return turns[: max(4, round(len(turns) * scale))]


def home(scale: float = 1.0) -> list[str]:
    """The sentences of the grammar; with a smaller `scale` the first of them."""
    lines = HOME.read_text("utf-8").splitlines()
    return lines[: max(4, round(len(lines) * scale))]
