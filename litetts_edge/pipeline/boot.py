"""Which start of the machine this is."""

from __future__ import annotations

from pathlib import Path


def boot_id() -> str:
    """Another one after each boot; empty where the kernel does not say. See random(4)."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
