"""A model as it lies when it is installed: a folder with its files and a manifest (see engines/installed.py)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np

ROWS = 510
"""Of a Kokoro voice: one for each number of phonemes."""
NOTE = "random weights: right names, shapes and cost, no speech (scripts/make-random-models)"


def write_manifest(folder: Path, engine: str, languages: list[str], roles: dict[str, str]) -> None:
    """`roles`: file name to role, in the order in which they are to be read."""
    files = {}
    for name, role in roles.items():
        data = (folder / name).read_bytes()
        files[name] = {"role": role, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    manifest = {
        "name": folder.name,
        "engine": engine,
        "licence": "Apache-2.0",
        "languages": languages,
        "source": NOTE,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def style_rows(rng: np.random.Generator, rows: int, width: int, spread: float) -> np.ndarray:
    """A voice (rows, 1, width): one manner that drifts a little from row to row."""
    base = rng.normal(0, spread, width)
    drift = rng.normal(0, spread / 5, width)
    along = np.linspace(0, 1, rows)[:, None]
    return (base + along * drift).astype(np.float32)[:, None, :]


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """An npz with fixed times, so that the same arrays give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.save(data, array)
            entry = zipfile.ZipInfo(f"{name}.npy", (2025, 1, 27, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data.getvalue())
