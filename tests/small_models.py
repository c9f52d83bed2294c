"""Small models of the engines that pull theirs: random weights, published structure (data/engines/README.md)."""

from __future__ import annotations

from pathlib import Path

from litetts_edge.engines import PULLED
from litetts_edge.engines.options import EngineOptions
from tests import piper_models

PULLED_MODELS = Path(__file__).parent / "data/engines"
_SMALL = {"kitten": "kitten-small", "kokoro": "kokoro-small", "piper": "piper-small"}
"""The one that stands for its engine."""


def options(engine: str) -> EngineOptions:
    """What `engine` is made with: one thread, and a small model when it has none of its own."""
    if engine not in PULLED:
        return EngineOptions(threads=1)
    prepared = piper_models.prepared() if engine == "piper" else None
    return EngineOptions(threads=1, pulled=PULLED_MODELS, prepared=prepared, model=_SMALL.get(engine, ""))
