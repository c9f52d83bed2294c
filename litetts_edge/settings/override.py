"""override.yaml in the state folder: settings changed while the daemon runs, and how they were before."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml
from yaml.representer import SafeRepresenter

from litetts_edge.errors import did_you_mean
from litetts_edge.settings.atomic import write
from litetts_edge.settings.document import Unreadable, compose, read_text
from litetts_edge.settings.layers import layer_in_file, why_unknown
from litetts_edge.settings.load import OVERRIDE_NAME, Loaded
from litetts_edge.settings.problems import Problem, SettingsError
from litetts_edge.settings.schema import known_settings

BACKUPS_KEPT = 10

_HEADER = "# Written by litetts-edge when a setting is changed while it runs; comments here do not last.\n"
_BACKUP = re.compile(r"([0-9]{6})-[0-9]{8}T[0-9]{6}Z\.yaml", re.ASCII)


class OverrideNotWritten(Exception):
    """The state folder did not take the change; everything is as it was before."""

    code = "override_not_written"

    def __init__(self, path: Path, error: OSError) -> None:
        reason = os.strerror(error.errno) if error.errno else str(error)
        super().__init__(
            f"{path} cannot be written: {reason}. The setting is unchanged; make room or mend the folder."
        )


class Override:
    """Changes override.yaml, and only to what is valid together with all the rest.

    `load` returns what all layers would give with the text it is handed in place of override.yaml, as
    `load_settings(file, environ, assignments, override=text)` does. Every method blocks on the disk.
    One caller at a time.
    """

    def __init__(self, state_dir: Path, load: Callable[[str], Loaded]) -> None:
        self._folder = state_dir
        self._load = load

    @property
    def path(self) -> Path:
        """The file; it need not exist."""
        return self._folder / OVERRIDE_NAME

    def set(self, key: str, value: object, now: datetime) -> Loaded:
        """Set one key; see change()."""
        return self.change({key: value}, (), now)

    def remove(self, key: str, now: datetime) -> Loaded:
        """Let the layers below decide a key again; see change()."""
        return self.change({}, (key,), now)

    def change(self, values: Mapping[str, object], remove: Sequence[str], now: datetime) -> Loaded:
        """Set dotted keys to a bool, number, text or list of texts, and remove others, all or nothing.

        Returns what holds from now on: the environment and the command line still win, see `origins`. To
        remove a key that is not there does nothing. Raises SettingsError and writes nothing when the whole
        would not be valid; raises OverrideNotWritten.
        """
        problems = [problem for key, value in values.items() if (problem := _refusal(key, value))]
        if problems:
            raise SettingsError(problems)
        root = self._root()
        for key in remove:
            _cut(root, key.split("."))
        for key, value in values.items():
            _put(root, key.split("."), SafeRepresenter().represent_data(value))
        try:
            return self._replace(_text(root), now)
        except SettingsError as error:  # a line number in a file that was not written helps nobody
            raise SettingsError(
                [
                    Problem("", 0, one.key, one.message)
                    if one.file == str(self.path) and one.key in values
                    else one
                    for one in error.problems
                ]
            ) from None

    def values(self) -> dict[str, str]:
        """What override.yaml sets, as shown to people: secrets masked, what is not valid left out."""
        found = layer_in_file(self.path, "override", self._folder, required=False)
        return {key: known_settings()[key].shown(entry.value) for key, entry in found.entries.items()}

    def backups(self) -> tuple[str, ...]:
        """Names of what override.yaml was before, the latest first."""
        try:
            names = [path.name for path in self._backup_folder.iterdir()]
        except OSError:
            return ()
        return tuple(sorted((name for name in names if _BACKUP.fullmatch(name)), reverse=True))

    def restore(self, name: str, now: datetime) -> Loaded:
        """Make override.yaml what it was, if that is still valid; what it is now becomes a backup."""
        if name not in self.backups():
            message = f"there is no such backup.{did_you_mean(name, self.backups())}"
            raise SettingsError([Problem(str(self._backup_folder), 0, ascii(name[:80])[1:-1], message)])
        return self._replace(self._read(self._backup_folder / name), now)

    @property
    def _backup_folder(self) -> Path:
        return self._folder / "override-backups"

    def _root(self) -> yaml.MappingNode:
        try:
            return compose(self._read(self.path)) or yaml.MappingNode("tag:yaml.org,2002:map", [])
        except Unreadable as error:
            raise SettingsError([Problem(str(self.path), error.line, "", str(error))]) from None

    def _read(self, path: Path) -> str:
        try:
            return read_text(path)
        except FileNotFoundError:
            return ""
        except Unreadable as error:
            raise SettingsError([Problem(str(path), error.line, "", str(error))]) from None

    def _replace(self, text: str, now: datetime) -> Loaded:
        """Check the text, keep the present one as a backup, and write; in this order."""
        loaded = self._load(text)
        try:
            before = self.path.read_bytes()
        except FileNotFoundError:
            before = None
        except OSError as error:
            raise OverrideNotWritten(self.path, error) from error
        content = text.encode()
        if content == before:
            return loaded
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if before is not None:
                self._back_up(before, now)
            write(self.path, content)
        except OSError as error:
            raise OverrideNotWritten(self.path, error) from error
        return loaded

    def _back_up(self, content: bytes, now: datetime) -> None:
        """Numbered, because the clock of a board without a battery goes back at each start."""
        self._backup_folder.mkdir(mode=0o700, exist_ok=True)
        names = self.backups()
        number = int(names[0][:6]) + 1 if names else 1
        write(self._backup_folder / f"{number:06d}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.yaml", content)
        for name in self.backups()[BACKUPS_KEPT:]:
            with contextlib.suppress(OSError):
                (self._backup_folder / name).unlink()


def _refusal(key: str, value: object) -> Problem | None:
    if key not in known_settings():
        return Problem("", 0, ascii(key[:80])[1:-1], why_unknown(key))
    if not _is_plain(value):
        return Problem("", 0, key, "expects true or false, a number, a text or a list of texts")
    return None


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, str) for item in value)
    if isinstance(value, int):  # 18 digits: a longer one is no setting, and may be too long to write out
        return abs(value) < 10**18
    return isinstance(value, float | str)


def _put(mapping: yaml.MappingNode, path: list[str], value: yaml.Node) -> None:
    """Set a value, making sections where they are missing."""
    name, *rest = path
    index = _index(mapping, name)
    old = mapping.value[index][1] if index is not None else None
    if rest:
        inner = old if isinstance(old, yaml.MappingNode) else yaml.MappingNode("tag:yaml.org,2002:map", [])
        _put(inner, rest, value)
        value = inner
    pair = (yaml.ScalarNode("tag:yaml.org,2002:str", name), value)
    if index is None:
        mapping.value.append(pair)
    else:
        mapping.value[index] = pair


def _cut(mapping: yaml.MappingNode, path: list[str]) -> None:
    """Remove a value, and the sections that it leaves empty."""
    name, *rest = path
    index = _index(mapping, name)
    if index is None:
        return
    inner = mapping.value[index][1]
    if rest and isinstance(inner, yaml.MappingNode):
        _cut(inner, rest)
    if not rest or (isinstance(inner, yaml.MappingNode) and not inner.value):
        del mapping.value[index]


def _index(mapping: yaml.MappingNode, name: str) -> int | None:
    return next((i for i, (key, _) in enumerate(mapping.value) if key.value == name), None)


def _text(root: yaml.MappingNode) -> str:
    if not root.value:
        return _HEADER
    text: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True)
    return _HEADER + text
