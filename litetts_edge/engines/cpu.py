"""Which processor this is, as far as the speed of a kernel depends on it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

FEATURES = (
    # x86: width of the vectors, 8-bit dot products, bf16, tiles
    *("avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8"),
    # ARM: Neon, half floats, 8-bit dot and matrix products, bf16
    *("neon", "asimd", "fphp", "asimdhp", "asimddp", "i8mm", "bf16", "sve"),
)
"""What decides which of its kernels onnxruntime takes."""

_KEYS = ("model name", "Hardware", "CPU implementer", "CPU part")
"""What a processor is called; an ARM core has numbers."""


def cpu(cpuinfo: Path = CPUINFO) -> str:
    """Name and features, such as `AMD EPYC (avx2 avx512f)`. Two with the same text run the same kernels."""
    said = _said(cpuinfo)
    name = " ".join(said[key] for key in _KEYS if said.get(key)) or platform.processor() or platform.machine()
    return f"{name} ({' '.join(_features(said))})"


def features(cpuinfo: Path = CPUINFO) -> frozenset[str]:
    """Those of FEATURES that it has."""
    return frozenset(_features(_said(cpuinfo)))


def pairs_overflow(cpuinfo: Path = CPUINFO) -> bool:
    """Whether the sum of two products of 8 bits is clipped to 16: on x86-64 with AVX2 (vpmaddubsw) and no VNNI."""
    found = features(cpuinfo)
    return "avx2" in found and found.isdisjoint({"avx512_vnni", "avx_vnni"})


def _said(cpuinfo: Path) -> dict[str, str]:
    try:
        lines = [line.partition(":") for line in cpuinfo.read_text("utf-8", "replace").splitlines()]
    except OSError:  # not Linux
        lines = []
    said: dict[str, str] = {}
    for key, _, value in lines:
        said[key.strip()] = value.strip()  # the last core's: the fast ones come last on ARM
    return said


def _features(said: Mapping[str, str]) -> list[str]:
    flags = set(said.get("flags", said.get("Features", "")).split())
    return [feature for feature in FEATURES if feature in flags]
