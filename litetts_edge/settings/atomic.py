"""Files and folders that a power cut leaves as they were or as they should be."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

_HERE = -100
"""AT_FDCWD of <fcntl.h>."""
_EXCHANGE = 2
"""RENAME_EXCHANGE, rename(2)."""


def write(path: Path, content: bytes) -> None:
    """Write so that a power cut leaves either the old content or the new; readable by the owner only.

    Raises OSError.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    with contextlib.suppress(OSError):  # the new file is in its place; not every file system syncs folders
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders of one file system change places at once. False, and nothing done, where that cannot be."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0
