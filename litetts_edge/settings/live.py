"""The settings in force: read by everyone, changed in one place, valid at all times."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from litetts_edge.settings.changes import Change, Shown, changes, describe
from litetts_edge.settings.layers import variable_of
from litetts_edge.settings.load import Loaded, load_settings
from litetts_edge.settings.override import Override, OverrideNotWritten
from litetts_edge.settings.problems import Problem, SettingsError
from litetts_edge.settings.render import json_schema
from litetts_edge.settings.schema import Settings

log = logging.getLogger(__name__)

RESTART_NEEDED = "restart_needed"
"""The problem that a change is in force, but not felt before the next start."""

Listener = Callable[[Settings, Sequence[Change]], None]
"""Told the settings now in force and what is different in them."""


class Sources:
    """Where the settings of this process come from: a file, its environment, its command line."""

    def __init__(self, file: Path | None, environ: Mapping[str, str], assignments: Sequence[str]) -> None:
        self.file = file
        self.environ = dict(environ)
        self.assignments = tuple(assignments)
        self.given_way: frozenset[str] = frozenset()
        """Keys that override.yaml decides, whatever environment and command line say: a knob must turn.

        At the next start they win again, as they are documented to.
        """

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line that gives another process of ours the same sources."""
        file = () if self.file is None else ("-c", str(self.file))
        return (*file, *(word for pair in self.assignments for word in ("--set", pair)))

    def load(self, override: str | None = None) -> Loaded:
        """Read all layers. Raises SettingsError."""
        variables = {variable_of(key) for key in self.given_way}
        environ = {name: text for name, text in self.environ.items() if name.upper() not in variables}
        assignments = [pair for pair in self.assignments if pair.partition("=")[0].strip() not in self.given_way]
        return load_settings(self.file, environ, assignments, override=override)


class LiveSettings:
    """Holds the settings and tells listeners of changes. With any error the old settings stay in force.

    Belongs to the event loop; the disk is touched in a thread, one change at a time.
    """

    def __init__(
        self,
        sources: Sources,
        loaded: Loaded,
        validate: Callable[[Loaded], None] = lambda loaded: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`validate` raises SettingsError for what only the running appliance knows, such as its voices.

        It is called in a thread, and may block.
        """
        self._sources = sources
        self._started = loaded
        self._loaded = loaded
        self._validate = validate
        self._now = now
        self._override = Override(Path(loaded.settings.state_dir), self._tried)
        self._listeners: list[Listener] = []
        self._one_at_a_time = asyncio.Lock()
        self._bad = False
        self._last_tried = loaded
        self._unsaved: Mapping[str, object] = {}
        self._unremoved: frozenset[str] = frozenset()
        """Changes that the disk did not take; every later one tries them again."""

    @property
    def value(self) -> Settings:
        """The settings in force."""
        return self._loaded.settings

    @property
    def problem(self) -> str | None:
        """`bad_settings` after a reload that was refused, `restart_needed` while a change is not felt yet."""
        if self._bad:
            return SettingsError.code
        return RESTART_NEEDED if self._needs_restart() else None

    def listen(self, listener: Listener) -> None:
        """Call `listener` after every change."""
        self._listeners.append(listener)

    def describe(self) -> list[Shown]:
        """Every setting, its value and origin; secrets masked."""
        return describe(self._loaded)

    def schema(self) -> Mapping[str, object]:
        """The JSON schema of the settings."""
        return json_schema()

    async def reload(self) -> Sequence[Change]:
        """Read all layers again and put them in force. Raises SettingsError, and then nothing changes."""
        async with self._one_at_a_time:
            before = self.value
            try:
                if self._unsaved or self._unremoved:
                    await self._change({}, ())
                else:
                    self._put_in_force(await asyncio.to_thread(self._tried))
            except SettingsError:
                self._bad = True
                raise
            return changes(before, self.value)

    async def override(self, values: Mapping[str, object], remove: Sequence[str] = ()) -> Sequence[Change]:
        """Set or remove overrides, lasting over a restart. Raises SettingsError, and then nothing changes.

        A value that is valid but cannot be written (disk full, read-only) is in force until the next start.
        A key that is removed is what environment and command line say again.
        """
        async with self._one_at_a_time:
            before, given_way = self.value, self._sources.given_way
            self._sources.given_way = given_way.difference(remove).union(values)
            try:
                await self._change(values, remove)
            except SettingsError:
                self._sources.given_way = given_way
                raise
            return changes(before, self.value)

    async def restore(self, backup: str) -> Sequence[Change]:
        """Make the overrides what they were in a backup. Raises SettingsError, and then nothing changes."""
        async with self._one_at_a_time:
            before = self.value
            try:
                loaded = await asyncio.to_thread(self._override.restore, backup, self._now())
            except OverrideNotWritten as error:
                raise SettingsError([Problem("", 0, "", str(error))]) from None
            self._unsaved, self._unremoved = {}, frozenset()
            self._put_in_force(loaded)
            return changes(before, self.value)

    async def overridden(self) -> dict[str, object]:
        """What is overridden now, and the backups that restore() takes."""
        lines = [line for line in self.describe() if line.origin.layer == "override"]
        backups = await asyncio.to_thread(self._override.backups)
        return {"overrides": {line.key: line.value for line in lines}, "backups": list(backups)}

    async def _change(self, values: Mapping[str, object], remove: Collection[str]) -> None:
        values = {key: value for key, value in self._unsaved.items() if key not in remove} | dict(values)
        removed = self._unremoved.union(remove).difference(values)
        try:
            loaded = await asyncio.to_thread(self._override.change, values, tuple(removed), self._now())
        except OverrideNotWritten as error:
            log.warning("a change holds only until the next start: %s", error.__cause__)
            loaded = self._last_tried
        else:
            values, removed = {}, frozenset()
        self._unsaved, self._unremoved = values, removed
        self._put_in_force(loaded)

    def _tried(self, override: str | None = None) -> Loaded:
        """What all layers give, with `override` in place of override.yaml. Reads files. Raises SettingsError."""
        loaded = self._sources.load(override)
        self._validate(loaded)
        self._last_tried = loaded
        return loaded

    def _needs_restart(self) -> bool:
        """Whether something is not what the process started with, and only a start makes it felt."""
        return any(change.applies == "restart" for change in changes(self._started.settings, self.value))

    def _put_in_force(self, loaded: Loaded) -> None:
        changed = changes(self._loaded.settings, loaded.settings)
        self._loaded = loaded
        self._bad = False
        if changed:
            log.info("settings changed: %s", ", ".join(f"{one.key} = {one.new}" for one in changed))
        for listener in self._listeners:
            listener(loaded.settings, changed)
