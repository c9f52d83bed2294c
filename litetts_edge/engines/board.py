"""The machine, as far as it decides which voice keeps up here."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

DEVICE_TREE = Path("/proc/device-tree/model")
MEMINFO = Path("/proc/meminfo")

AMPLE = 0.8
"""Real-time factor up to which speech has no gaps when the machine has other things to do."""


@dataclass(frozen=True, slots=True)
class Board:
    """A machine."""

    model: str
    """As the device tree names it; elsewhere the processor's architecture."""
    cores: int
    """That this process may use."""
    memory_mb: int
    """Of the whole machine; 0 where that is hidden."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of machine."""

    name: str
    rtf: dict[str, float]
    """By engine: real-time factor with 4 threads; above 1 is slower than speech."""


KINDS = (
    # Published figures (docs/tuning.md): Kokoro by ONNX Runtime, Piper medium, 4 threads each.
    Kind("Raspberry Pi 5", {"kokoro": 1.04, "piper": 0.13}),
    Kind("Raspberry Pi 4", {"kokoro": 3.19, "piper": 0.357}),
    Kind("Raspberry Pi 400", {"kokoro": 3.19, "piper": 0.357}),
    # A Pi 3 and a Zero 2 W have the same cores, a Cortex-A53 at 1.2 and 1.0 GHz; nothing is published for them.
    Kind("Raspberry Pi 3", {"kokoro": 9.0, "piper": 0.75}),
    Kind("Raspberry Pi Zero 2", {"kokoro": 11.0, "piper": 0.9}),
)
"""The longer names win: `Raspberry Pi 400` is not a `Raspberry Pi 4`."""

X86 = Kind("x86-64", {"kokoro": 0.33, "kitten": 0.07, "piper": 0.04})
"""Of one core with VNNI (the export with random weights); two cores and more are taken to keep that up."""
UNKNOWN = Kind("unknown", {})


def read_board() -> Board:
    """The machine that we run on."""
    try:
        model = DEVICE_TREE.read_text("utf-8", "replace").strip("\0\n ")
    except OSError:
        model = platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Board(model, cores, _memory_mb())


def kind_of(board: Board) -> Kind:
    """What is known of it."""
    named = [kind for kind in KINDS if kind.name in board.model]
    if named:
        return max(named, key=lambda kind: len(kind.name))
    return X86 if board.model in {"x86_64", "AMD64"} else UNKNOWN


def _memory_mb() -> int:
    try:
        lines = MEMINFO.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 // 1_000_000 for line in lines if line.startswith("MemTotal:"))
    except (OSError, ValueError, StopIteration):
        return 0
