"""The machine, as far as it decides which voice keeps up here."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from litetts_edge.engines.cpu import features

DEVICE_TREE = Path("/proc/device-tree/model")
MEMINFO = Path("/proc/meminfo")

AMPLE = 0.8
"""Real-time factor up to which speech has no gaps when the machine has other things to do."""
SHARE = 0.5
"""Of the machine's memory that a model takes at most before it was tuned there: others live there, too."""

FEWER = 4
"""How many times slower a machine is taken to be that has fewer cores than those that were measured."""


@dataclass(frozen=True, slots=True)
class Board:
    """A machine."""

    model: str
    """As the device tree names it; elsewhere the processor's architecture."""
    cores: int
    """That this process may use."""
    memory_mb: int
    """Of the whole machine; 0 where that is hidden."""
    features: frozenset[str] = frozenset()
    """Of the processor, see cpu.FEATURES."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of machine."""

    name: str
    rtf: Mapping[str, float]
    """By engine: real-time factor; above 1 is slower than speech."""
    cores: int = 4
    """With which that is so."""
    source: str = "published"


KINDS = (
    # Published figures (docs/tuning.md): Kokoro by ONNX Runtime, Piper medium, 4 threads each.
    Kind("Raspberry Pi 5", {"kokoro": 1.04, "piper": 0.13}),
    Kind("Raspberry Pi 4", {"kokoro": 3.19, "piper": 0.357}),
    Kind("Raspberry Pi 400", {"kokoro": 3.19, "piper": 0.357}),
    # A Pi 3 and a Zero 2 W have the same cores, a Cortex-A53 at 1.2 and 1.0 GHz; nothing is published for them.
    Kind("Raspberry Pi 3", {"kokoro": 9.0, "piper": 0.75}, source="reckoned"),
    Kind("Raspberry Pi Zero 2", {"kokoro": 11.0, "piper": 0.9}, source="reckoned"),
)
"""The longer names win: `Raspberry Pi 400` is not a `Raspberry Pi 4`."""

VNNI = frozenset({"avx512_vnni", "avx_vnni"})
_X86 = {"kokoro": 0.33, "kitten": 0.07, "piper": 0.04}
X86 = (
    # Measured on exports with random weights, one thread of a server with VNNI. A second core is for all else.
    Kind("x86-64 with VNNI", _X86, 2, "measured"),
    # Four threads of an older one are taken to do what one of those does in twice the time.
    Kind("x86-64 with AVX2", {name: 2 * rtf for name, rtf in _X86.items()}, 4, "reckoned"),
)
"""The first whose features are there. A machine with none of them has to be tuned."""
UNKNOWN = Kind("unknown", {})


def read_board() -> Board:
    """The machine that we run on."""
    try:
        model = DEVICE_TREE.read_text("utf-8", "replace").strip("\0\n ")
    except OSError:
        model = platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Board(model, cores, _memory_mb(), features())


def kind_of(board: Board) -> Kind:
    """What is known of it."""
    named = [kind for kind in KINDS if kind.name in board.model]
    if named:
        return max(named, key=lambda kind: len(kind.name))
    if board.model in {"x86_64", "AMD64"}:
        if VNNI & board.features:
            return X86[0]
        if "avx2" in board.features:
            return X86[1]
    return UNKNOWN


def _memory_mb() -> int:
    try:
        lines = MEMINFO.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 // 1_000_000 for line in lines if line.startswith("MemTotal:"))
    except (OSError, ValueError, StopIteration):
        return 0
