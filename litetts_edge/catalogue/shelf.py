"""The folder where models are installed: whole ones only, each in a folder with a manifest (engines/installed.py).

<models>/<name>/…               a model; manifest.json is written last
<models>/.incoming/<name>/…     what is being pulled; kept for the next try
<models>/.incoming/.before-<name>/…  what it took the place of, until that is done
<models>/.locks/<name>          held while one process works on a model
<models>/pins.json              hashes of files that nobody had published, as they first came
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from litetts_edge.catalogue.errors import DiskFull, ModelBusy, ModelDamaged, ModelNotFound
from litetts_edge.engines.installed import InstalledModel, ModelFile, read_installed
from litetts_edge.engines.onnx import MANIFEST
from litetts_edge.errors import EngineFailed
from litetts_edge.settings.atomic import exchange, write

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when there is no room: on the disk, for this user, for a file so large."""
RESERVE = 32 << 20
"""Bytes that a pull leaves free: the daemon keeps its queue and settings on the same disk."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that is ready in the staging folder."""

    path: str
    role: str
    sha256: str
    bytes: int


class Shelf:
    """Installs and removes models, one process at a time for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Keep others away from a model. Raises ModelBusy, OSError."""
        locks = self.folder / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        handle = os.open(locks / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ModelBusy(name) from None
            self._restore(name)
            yield
        finally:
            os.close(handle)

    def staging(self, name: str) -> Path:
        """Where the files of a model are put together."""
        folder = self.folder / ".incoming" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def forget(self, name: str) -> None:
        """Remove what is in the staging folder of a model."""
        shutil.rmtree(self.folder / ".incoming" / name, ignore_errors=True)

    def make_sure_of(self, needed: int) -> None:
        """Raises DiskFull when there is no room for so many bytes more."""
        free = shutil.disk_usage(self.folder).free
        if needed and needed + RESERVE > free:
            raise DiskFull(str(self.folder), needed + RESERVE, free)

    def installed(self, name: str) -> InstalledModel:
        """The model with that name. Raises ModelNotFound, EngineFailed for a damaged manifest."""
        if name not in self.names():
            raise ModelNotFound(name, self.names())
        return read_installed(self.folder / name)

    def names(self) -> tuple[str, ...]:
        """The installed models, a damaged one included."""
        found = (path.parent.name for path in self.folder.glob(f"*/{MANIFEST}"))
        return tuple(sorted(name for name in found if not name.startswith(".")))

    def holds(self, name: str, path: str, sha256: str) -> bool:
        """Whether the file is installed and whole; for an empty hash, as its manifest says."""
        try:
            model = read_installed(self.folder / name)
        except EngineFailed:
            return False
        for file in model.files:
            if file.path == self.folder / name / path and sha256 in ("", file.sha256):
                return not fault_of(file)
        return False

    def publish(self, name: str, facts: Mapping[str, Any], placed: Sequence[Placed]) -> None:
        """Make what is staged an installed model; beside what it has already, when it is installed.

        `facts` is the head of the manifest. After a power cut at any moment the model is there or it is not; one
        that was there is as it was or as it will be, if need be after the next lock(). Raises OSError.
        """
        staged, target = self.folder / ".incoming" / name, self.folder / name
        files = {file.path: {"role": file.role, "sha256": file.sha256, "bytes": file.bytes} for file in placed}
        for file in placed:
            (staged / file.path).chmod(0o644)  # the daemon is another user than the one who pulls
            _sync(staged / file.path)
        is_new = not (target / MANIFEST).is_file()
        before: Mapping[str, Any] = {} if is_new else _files_of(target)
        manifest = json.dumps({**facts, "files": {**before, **files}}, indent=1).encode()
        for entry in sorted(staged.rglob("*"), reverse=True):
            if not entry.is_dir() and entry.relative_to(staged).as_posix() not in files:
                entry.unlink()  # left from another choice of files
        if not is_new:
            _take_over(target, staged)
        for folder in (staged, *(entry for entry in staged.rglob("*") if entry.is_dir())):
            folder.chmod(0o755)
        write(staged / MANIFEST, manifest)
        (staged / MANIFEST).chmod(0o644)
        if is_new and target.exists():
            self._put_away(name)
        if is_new or not exchange(staged, target):
            self._replace(name)
        _sync(self.folder)
        self.forget(name)
        shutil.rmtree(self._before(name), ignore_errors=True)

    def _replace(self, name: str) -> None:
        """Put what is staged into its place in two steps; _restore() undoes the first."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._before(name), ignore_errors=True)
            (self.folder / name).rename(self._before(name))
        (self.folder / ".incoming" / name).rename(self.folder / name)

    def _restore(self, name: str) -> None:
        if self._before(name).is_dir() and not (self.folder / name).exists():
            self._before(name).rename(self.folder / name)

    def _before(self, name: str) -> Path:
        return self.folder / ".incoming" / f".before-{name}"

    def remove(self, name: str) -> int:
        """Remove a model at once; returns its bytes. Raises ModelNotFound, ModelBusy, OSError."""
        if name not in self.names():
            raise ModelNotFound(name, self.names())
        with self.lock(name):
            size = sum(path.stat().st_size for path in (self.folder / name).rglob("*") if path.is_file())
            self._put_away(name)
            self.forget(name)
        return size

    def _put_away(self, name: str) -> None:
        """A folder whose removal is cut short is not left looking like a model."""
        trash = self.folder / ".incoming" / f".removed-{name}"
        shutil.rmtree(trash, ignore_errors=True)
        trash.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).rename(trash)
        shutil.rmtree(trash)

    def pins(self) -> dict[str, str]:
        """What was pinned: `<model>/<path>` to sha256. Raises ModelDamaged."""
        try:
            pins = json.loads((self.folder / "pins.json").read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            pins = None
        if not isinstance(pins, dict):
            raise ModelDamaged(str(self.folder / "pins.json"), "it is no JSON object. Remove it to pin anew.")
        return {str(key): str(value) for key, value in pins.items()}

    def pin(self, name: str, files: Sequence[Placed]) -> None:
        """Remember the hashes of files that nobody had published. Raises OSError."""
        if files:
            pins = self.pins() | {f"{name}/{file.path}": file.sha256 for file in files}
            write(self.folder / "pins.json", json.dumps(pins, indent=1, sort_keys=True).encode())


def _take_over(installed: Path, staged: Path) -> None:
    """Link what is installed, the manifest left out, beside what takes the place of some of it; else copy."""
    for file in [one for one in installed.rglob("*") if one.is_file() and one != installed / MANIFEST]:
        target = staged / file.relative_to(installed)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.hardlink_to(file)
        except OSError:  # vfat has no links
            shutil.copy2(file, target)


def put(out: FileIO, block: bytes, folder: Path) -> None:
    """Write all of a block to a file that is not buffered. Raises DiskFull, OSError."""
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[out.write(rest) :]
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(str(folder), len(rest), shutil.disk_usage(folder).free) from None
        raise


def sha256_of(path: Path) -> str:
    """The hash of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fault_of(file: ModelFile) -> str:
    """What is wrong with an installed file; empty when it is as its manifest says."""
    try:
        size = file.path.stat().st_size
        if size != file.bytes:
            return f"it has {size} bytes, not {file.bytes}"
        actual = sha256_of(file.path)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "" if actual == file.sha256 else f"its sha256 is {actual}, not {file.sha256}"


def _files_of(folder: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads((folder / MANIFEST).read_bytes())
        return dict(facts["files"])
    except (ValueError, KeyError, TypeError):
        return {}  # a damaged manifest is written anew


def _sync(path: Path) -> None:
    """Bring a file or a folder to the disk. Raises OSError where it does not come there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # not every file system can
            raise
    finally:
        os.close(handle)
