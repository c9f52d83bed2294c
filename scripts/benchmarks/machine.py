"""On what it was measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures import Document

PACKAGES = (
    "numpy",
    "onnxruntime",
    "paho-mqtt",
    "pydantic",
    "sounddevice",
    "soxr",
    "espeakng-loader",
    "pocketsphinx",
)


def describe(root: Path) -> Document:
    """The machine, the versions, and the state of the checkout in `root`."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "kernel": f"{platform.system()} {_numbered(platform.release())} {platform.machine()}",
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()),
        "packages": {name: version(name) for name in PACKAGES},
        "mosquitto": _first_line("mosquitto", "-h"),
        "flite": _first_line("dpkg-query", "--show", "--showformat=${Version}", "libflite1"),
        "pulseaudio": _first_line("pulseaudio", "--version"),
        "commit": _first_line("git", "-C", str(root), "rev-parse", "HEAD"),
        "uncommitted": bool(_first_line("git", "-C", str(root), "status", "--short", "--", "litetts_edge")),
    }


def load() -> list[float]:
    """The load averages of 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def memory_mb(pid: int) -> dict[str, float]:
    """Of a process, in MB (1e6 bytes): resident and its peak; anonymous; and with what is shared divided (pss)."""
    status = Path(f"/proc/{pid}/status").read_text()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {
        name: int(found[1]) * 1024 / 1e6
        for name, pattern, text in (
            ("rss", r"VmRSS:\s+(\d+)", status),
            ("peak", r"VmHWM:\s+(\d+)", status),
            ("anonymous", r"RssAnon:\s+(\d+)", status),
            ("pss", r"\nPss:\s+(\d+)", rollup),
        )
        if (found := re.search(pattern, text))
    }


def _numbered(release: str) -> str:
    """Its version without what a builder has added to it."""
    found = re.match(r"[0-9]+(\.[0-9]+)*", release)
    return found[0] if found else release


def _cpu() -> str:
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return next(iter(done.stdout.splitlines()), "")
