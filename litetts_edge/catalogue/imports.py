"""Installs models from files that are here already: a folder, a stick, another machine's models folder.

Files are recognised by their hash, whatever they are called; a folder with a manifest by that; then by structure:
an .onnx with its .onnx.json is a Piper voice, whether the catalogue has it or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from litetts_edge.catalogue.errors import ModelDamaged
from litetts_edge.catalogue.recognise import Copy, Found
from litetts_edge.catalogue.shelf import Placed, Shelf, put
from litetts_edge.catalogue.structure import check
from litetts_edge.catalogue.watcher import Watcher

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did with one model."""

    name: str
    copied: tuple[str, ...]
    """Paths in the model's folder; none when all were here."""
    unverified: tuple[str, ...]
    """Those of them that no published hash vouches for."""


def install(found: Found, shelf: Shelf, watcher: Watcher, when: datetime) -> Imported:
    """Copy the files of a model and install it; the source is only read.

    Raises DiskFull, ModelDamaged, ModelBusy, and OSError when the source or the disk fails; the model is then as
    it was before, and nothing of the copy is left.
    """
    with shelf.lock(found.name):
        missing = [
            one for one in found.copies if not (one.sha256 and shelf.holds(found.name, one.path, one.sha256))
        ]
        if not missing:
            return Imported(found.name, (), ())
        shelf.forget(found.name)
        shelf.make_sure_of(sum(one.source.stat().st_size for one in missing))
        staging = shelf.staging(found.name)
        try:
            placed = [_copied(one, staging / one.path, found.engine, watcher) for one in missing]
            shelf.publish(found.name, _facts(found, when), placed)
        except BaseException:  # an interrupt as well: the next import copies all of it again
            shelf.forget(found.name)
            raise
        unverified = [file for file, one in zip(placed, missing, strict=True) if not one.sha256]
        if found.is_catalogued:
            shelf.pin(found.name, unverified)
        return Imported(found.name, tuple(one.path for one in missing), tuple(file.path for file in unverified))


def _copied(one: Copy, target: Path, engine: str, watcher: Watcher) -> Placed:
    """Copy, hashing what is written. Raises ModelDamaged when it is not what it was recognised as."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    total = one.source.stat().st_size
    done = 0
    with one.source.open("rb") as source, target.open("wb", buffering=0) as out:
        while block := source.read(_BLOCK):
            put(out, block, target.parent)
            digest.update(block)
            done += len(block)
            watcher.moved(one.path, done, total)
    sha256 = digest.hexdigest()
    if one.sha256 and sha256 != one.sha256:
        raise ModelDamaged(
            str(one.source), f"its sha256 is {sha256} now, and should be {one.sha256}. Is the stick failing?"
        )
    if not one.sha256:
        check(engine, one.role, target)
    return Placed(one.path, one.role, sha256, done)


def _facts(found: Found, when: datetime) -> Mapping[str, object]:
    return {
        "name": found.name,
        "engine": found.engine,
        "licence": found.licence,
        "licence_text": found.licence_text,
        "languages": list(found.languages),
        "source": "import",
        "installed": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def only(found: Sequence[Found], name: str) -> list[Found]:
    """Those of that name; all for none."""
    return [one for one in found if name in ("", one.name)]
