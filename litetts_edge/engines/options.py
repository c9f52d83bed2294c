"""What an engine is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[1] / "shipped" / "models"
"""The models that come with the program; in a checkout, a link to models/ at the top."""


class Stream(StrEnum):
    """How a sentence is given out before all of it exists."""

    EXACT = "exact"
    """In windows that equal the whole sentence, whatever that takes."""
    CALIBRATED = "calibrated"
    """In windows that use statistics measured before, where a check has found that nobody hears it."""
    OFF = "off"
    """Whole sentences."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """The choices that settings, tuning and the command line make; each engine reads what concerns it."""

    threads: int = 0
    """Of one synthesis; 0 takes what suits the engine."""
    spinning: bool = False
    """Let idle threads spin."""
    arena: bool = True
    """Take memory from onnxruntime's arena: a quarter faster than by the C library (docs/tuning.md)."""
    shrink: bool = True
    """With `arena`: give back what a whole sentence took (onnxruntime's memory.enable_memory_arena_shrinkage)."""
    variant: str = ""
    """Which prepared graphs: those whose name ends so (`int8` takes `generator-int8` before `generator`)."""
    stream: Stream = Stream.CALIBRATED
    model: str = ""
    """The installed model that a pulled engine loads; empty takes the first of its engine."""
    shipped: Path = SHIPPED
    """Folder of the models in the box."""
    pulled: Path | None = field(default=None)
    """Folder of the models that the user pulled, a folder each; None: there are none."""
    prepared: Path | None = field(default=None)
    """Folder of the graphs that `models optimize` made on this machine; None: the files run as they are."""
    presets: Path | None = field(default=None)
    """File of the user's own blends (engines/presets.py)."""
