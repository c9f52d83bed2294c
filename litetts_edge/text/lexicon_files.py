"""The lexicon's files: what comes with the program, the user's own, and what is added while it runs."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litetts_edge.errors import LexiconInvalid, LexiconNotWritten
from litetts_edge.settings.atomic import write
from litetts_edge.settings.document import Unreadable, read_text
from litetts_edge.settings.problems import Problem
from litetts_edge.text.entries import Entry, entry_of, read_entries
from litetts_edge.text.lexicon import Layer, Lexicon

LIVE_NAME = "lexicon.yaml"
"""In the state folder."""
MAX_BYTES = 512 * 1024
"""Of a lexicon; some 8,000 entries, which take a second to read."""
STEPS_KEPT = 20
"""Changes that can be undone."""

_HEADER = "# Written by litetts-edge when the lexicon is changed while it runs; comments here do not last.\n"
_STEP = re.compile(r"([0-9]{6})\.yaml", re.ASCII)

_Signature = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read."""

    signature: _Signature
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


class LexiconFiles:
    """Holds the lexicon in force. Safe from any thread; every method may read the disk.

    `user` is the file that people write, `state` the folder for what is added while it runs; either may be None.
    A file that is not there is empty.
    """

    def __init__(self, user: Path | None = None, state: Path | None = None) -> None:
        self._paths = {Layer.FILE: user, Layer.LIVE: state / LIVE_NAME if state else None}
        self._read: dict[Layer, _File] = {}
        self._lexicon = Lexicon()
        self._lock = threading.RLock()

    def current(self) -> Lexicon:
        """The lexicon by what the files hold now: one stat for each, and they are read again when they changed."""
        with self._lock:
            fresh = {layer: self._load(layer) for layer in Layer}
            if fresh != self._read:
                self._read = fresh
                self._lexicon = Lexicon((layer, fresh[layer].entries) for layer in Layer)
            return self._lexicon

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files, as of the last current()."""
        with self._lock:
            return tuple(problem for read in self._read.values() for problem in read.problems)

    def origin(self, layer: Layer) -> str:
        """The file of a layer, as shown to people."""
        return str(self._paths.get(layer) or "litetts_edge")

    def tried(self, fields: Mapping[str, Any]) -> Lexicon:
        """The lexicon as it would be with an entry (without fields: as it is). Raises LexiconInvalid."""
        if not fields:
            return self.current()
        layers = [(layer, [entry]) for layer, entry in self.current().entries]
        return Lexicon([*layers, (Layer.LIVE, [_entry(fields)])])

    def add(self, fields: Mapping[str, Any]) -> Entry:
        """Add an entry, or replace the one about the same thing. Raises LexiconInvalid, LexiconNotWritten."""
        entry = _entry(fields)
        with self._lock:
            kept = [one for one in self._live() if one.key != entry.key]
            self._replace([*kept, entry])
        return entry

    def remove(self, fields: Mapping[str, Any]) -> list[Entry]:
        """Remove what was added for that word, phrase or regex (and `lang`, when it is given).

        Raises LexiconInvalid when there is nothing, or when it stands in a file that people write.
        """
        wanted = {name: fields[name] for name in ("word", "phrase", "regex") if isinstance(fields.get(name), str)}
        if len(wanted) != 1:
            raise LexiconInvalid("name exactly one word, phrase or regex to remove")
        ((form, pattern),) = wanted.items()
        lang = fields.get("lang")

        def meant(entry: Entry) -> bool:
            same = entry.pattern == pattern if entry.case else entry.pattern.lower() == pattern.lower()
            return entry.form == form and same and lang in (None, "", entry.lang)

        with self._lock:
            entries = self._live()
            gone = [entry for entry in entries if meant(entry)]
            if not gone:
                for layer, entry in self.current().entries:
                    if meant(entry):
                        place = f"{self.origin(layer)}:{entry.line}"
                        raise LexiconInvalid(f"{pattern!r} stands in {place}; remove it there, or add another")
                raise LexiconInvalid(f"there is no entry for the {form} {pattern[:80]!r}")
            self._replace([entry for entry in entries if entry not in gone])
        return gone

    def undo(self) -> int:
        """Take the last add or remove back; how many more can be. Raises LexiconInvalid, LexiconNotWritten."""
        with self._lock:
            steps = self._steps()
            if not steps:
                raise LexiconInvalid("there is no change to undo")
            path = self._live_path()
            try:
                write(path, steps[-1].read_bytes())
                steps[-1].unlink()
            except OSError as error:
                raise LexiconNotWritten(str(path), error) from error
            return len(steps) - 1

    # -- files -------------------------------------------------------------------------------------

    def _load(self, layer: Layer) -> _File:
        """The file of a layer, from memory when it did not change."""
        known = self._read.get(layer)
        if layer is Layer.PROJECT:
            return known or _project()
        path = self._paths[layer]
        signature = _signature(path)
        if known is not None and known.signature == signature:
            return known
        if path is None or signature is None:
            return _File(signature, (), ())
        try:
            entries, problems = read_entries(read_text(path, MAX_BYTES), str(path))
        except FileNotFoundError:
            return _File(None, (), ())
        except Unreadable as error:
            # What was good stays in force: a word must not be misread because somebody is saving a file.
            kept = known.entries if known else ()
            return _File(signature, kept, (Problem(str(path), error.line, "", str(error)),))
        return _File(signature, tuple(entries), tuple(problems))

    def _live_path(self) -> Path:
        path = self._paths[Layer.LIVE]
        if path is None:
            raise LexiconInvalid("there is no state folder here to keep a change in")
        return path

    def _live(self) -> list[Entry]:
        """The entries that may be changed. Raises LexiconInvalid when writing the file anew would lose a line."""
        self._live_path()
        self.current()
        read = self._read[Layer.LIVE]
        if read.problems:
            raise LexiconInvalid(f"mend this first: {read.problems[0]}")
        return list(read.entries)

    def _replace(self, entries: list[Entry]) -> None:
        """Keep the present file as a step that can be undone, and write; in this order."""
        path = self._live_path()
        content = _text(entries).encode()
        if len(content) > MAX_BYTES:
            raise LexiconInvalid(
                f"it would have more than {MAX_BYTES} bytes; write a lexicon file instead, or remove entries"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            steps = self._steps()
            number = int(steps[-1].stem) + 1 if steps else 1
            folder = self._step_folder
            folder.mkdir(mode=0o700, exist_ok=True)
            write(folder / f"{number:06d}.yaml", path.read_bytes() if path.exists() else b"")
            for step in steps[: max(0, len(steps) + 1 - STEPS_KEPT)]:
                with contextlib.suppress(OSError):
                    step.unlink()
            write(path, content)
        except OSError as error:
            raise LexiconNotWritten(str(path), error) from error

    @property
    def _step_folder(self) -> Path:
        return self._live_path().with_name("lexicon-steps")

    def _steps(self) -> list[Path]:
        """What the file was before each change, the latest last."""
        try:
            return sorted(path for path in self._step_folder.iterdir() if _STEP.fullmatch(path.name))
        except OSError:
            return []


def _entry(fields: Mapping[str, Any]) -> Entry:
    try:
        return entry_of(fields)
    except ValueError as error:
        raise LexiconInvalid(str(error)) from None


def _project() -> _File:
    text = (Path(__file__).parent / "data" / "lexicon.yaml").read_text("utf-8")
    entries, problems = read_entries(text, "litetts_edge/text/data/lexicon.yaml")
    return _File(None, tuple(entries), tuple(problems))


def _signature(path: Path | None) -> _Signature:
    if path is None:
        return None
    try:
        status = os.stat(path)  # noqa: PTH116 - once for each request
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _text(entries: list[Entry]) -> str:
    import yaml

    fields = [entry.fields() for entry in entries]
    if not fields:
        return _HEADER
    return _HEADER + yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1000)
