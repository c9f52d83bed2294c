"""Brings one file from the first place that gives it, whole and verified, going on where the last try stopped.

HTTP by the standard library: of what is published, pooch, urllib3 and requests do not resume, the small packages
that do have seen no release for years, and a hub's own client brings a hub with it. What it takes is RFC 9110:
Range and If-Range (§ 13.1.5, § 14), 206, 416, Content-Range, Retry-After (§ 10.2.3).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from litetts_edge.catalogue.answer import Answer, Refused, Stalled, ask
from litetts_edge.catalogue.content import HEAD, description, mismatch
from litetts_edge.catalogue.entries import CatalogueFile
from litetts_edge.catalogue.errors import DownloadFailed
from litetts_edge.catalogue.shelf import put, sha256_of
from litetts_edge.catalogue.watcher import Watcher

TRIES = 4
"""In a row without a byte of progress, at one place."""
MOST_TRIES = 50
"""At one place at all: a server that gives a few bytes at a time is left at last."""
_BLOCK = 1 << 17
_LEAST_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how."""

    timeout_s: float = 30.0
    """Without a byte."""
    pause_s: float = 1.0
    """Before the second try; doubled before each further one."""
    longest_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep


class Fetcher:
    """Fetches files. `whose` tells which file has a hash, for the message about one that is another."""

    def __init__(self, watcher: Watcher, patience: Patience, whose: Callable[[str], str]) -> None:
        self._watcher = watcher
        self._patience = patience
        self._whose = whose

    def fetch(self, file: CatalogueFile, addresses: Sequence[str], target: Path) -> str:
        """Bring the file to `target` and return its sha256. Raises DownloadFailed, DiskFull, OSError."""
        part = target.with_name(target.name + ".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        tried: list[str] = []
        for address in addresses:
            try:
                sha256 = self._from(address, file, part)
            except Refused as error:
                tried.append(f"{address}: {error}")
                if len(tried) < len(addresses):
                    self._watcher.say(f"{address}: {error}. Trying the next place.")
                continue
            part.replace(target)
            _note(part).unlink(missing_ok=True)
            return sha256
        raise DownloadFailed(file.path, tried)

    def _from(self, address: str, file: CatalogueFile, part: Path) -> str:
        """One place, with patience. Raises Refused when it will not be had there."""
        fruitless = 0
        for _ in range(MOST_TRIES):
            before = _size(part)
            try:
                self._transfer(address, file, part)
                return self._verified(file, part, resumed=before > 0)
            except Stalled as error:
                if error.anew:
                    _discard(part)
                fruitless = 0 if _size(part) > before else fruitless + 1
                if fruitless >= TRIES:
                    raise Refused(f"{error}, {TRIES} times") from None
                wait = min(
                    self._patience.longest_s,
                    max(error.wait_s, self._patience.pause_s * 2 ** max(0, fruitless - 1)),
                )
                self._watcher.say(f"{address}: {error}. Going on in {wait:.0f} s.")
                self._patience.sleep(wait)
        raise Refused(f"it stops again and again, {MOST_TRIES} times")

    def _transfer(self, address: str, file: CatalogueFile, part: Path) -> None:
        """Bring `part` to its full length, from where it is. Raises Stalled, Refused, DiskFull."""
        offset, validator = self._resumable(address, file, part)
        if offset and file.is_exact and offset == file.bytes:
            return
        with ask(address, offset, validator, self._patience.timeout_s) as answer:
            if offset and not answer.is_part:
                offset = 0  # the place does not resume, or has another file now
            total = self._judged(answer, file, offset)
            _note(part).write_text(json.dumps({"address": address, "validator": answer.validator}), "utf-8")
            with part.open("r+b" if offset else "wb", buffering=0) as out:
                out.seek(offset)
                out.truncate()
                done = offset
                while block := answer.read(_BLOCK):
                    if not done:
                        _refuse_other(file, block[:HEAD])
                    done += len(block)
                    if done > (total or _most(file)):
                        raise Refused(f"it gives more than the {total or file.bytes} bytes that the file has")
                    put(out, block, part.parent)
                    self._watcher.moved(file.path, done, total)
        if total and done < total:
            raise Stalled(f"the connection ended after {done} of {total} bytes")

    def _resumable(self, address: str, file: CatalogueFile, part: Path) -> tuple[int, str]:
        """Where to go on, and what has to be unchanged for it; 0 to begin anew.

        With a hash to compare with, half a file from another place is as good; without one, only what a validator
        proves to be the same file.
        """
        offset = _size(part)
        try:
            note = json.loads(_note(part).read_bytes())
            validator = str(note["validator"]) if note["address"] == address else ""
        except (OSError, ValueError, KeyError, TypeError):
            validator = ""
        if file.is_exact and offset > file.bytes:
            offset = 0
        if not validator and not (file.sha256 and file.is_exact):
            offset = 0
        return offset, validator if offset else ""

    def _judged(self, answer: Answer, file: CatalogueFile, offset: int) -> int:
        """The length of the whole file, 0 when nobody knows. Raises Refused for what cannot be the file."""
        total = answer.length + offset if answer.length else 0
        if file.is_exact and total and total != file.bytes:
            what = description(answer.read(HEAD)) if not offset else "a file"
            raise Refused(f"it has {what} of {total} bytes there, and the file has {file.bytes}")
        if total > _most(file):
            raise Refused(f"it has a file of {total} bytes there, and about {file.bytes} are known to be right")
        return file.bytes if file.is_exact else total

    def _verified(self, file: CatalogueFile, part: Path, *, resumed: bool) -> str:
        """The hash of what came. Raises Stalled when another try from the start may help, else Refused."""
        actual = sha256_of(part)
        if file.sha256 and actual == file.sha256:
            return actual
        if not file.sha256 and (not file.md5 or _md5_of(part) == file.md5):
            return actual
        _discard(part)
        if resumed:
            raise Stalled("the parts do not fit together, so it begins anew", anew=True)
        other = self._whose(actual)
        what = f"it is {other}" if other else f"its sha256 is {actual}"
        expected = file.sha256 or f"md5 {file.md5}"
        raise Refused(f"another file came: {what}, and {expected} was expected. It was thrown away")


def _refuse_other(file: CatalogueFile, head: bytes) -> None:
    instead = mismatch(file.role, head)
    if instead:
        raise Refused(f"it answers with {instead} instead of the file")


def _most(file: CatalogueFile) -> int:
    """Bytes above which it is another file, where only about its size is known: nobody fills the disk."""
    return file.bytes if file.is_exact else max(_LEAST_LIMIT, 4 * file.bytes)


def _note(part: Path) -> Path:
    """What is known of a part: the place it comes from, and the validator there."""
    return part.with_name(part.name + ".json")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _md5_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
