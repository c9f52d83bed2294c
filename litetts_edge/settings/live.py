"""The settings in force: read by everyone, changed in one place, valid at all times."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from litetts_edge.settings.layers import variable_of
from litetts_edge.settings.load import Loaded, load_settings
from litetts_edge.settings.override import Override, OverrideNotWritten
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.reload import Change, Shown, changes, describe
from litetts_edge.settings.render import json_schema
from litetts_edge.settings.schema import Settings

log = logging.getLogger(__name__)

Listener = Callable[[Settings, Sequence[Change]], None]
"""Told the settings now in force and what is different in them."""


class Sources:
    """Where the settings of this process come from: a file, its environment, its command line."""

    def __init__(self, file: Path | None, environ: Mapping[str, str], assignments: Sequence[str]) -> None:
        self.file = file
        self.environ = dict(environ)
        self.assignments = tuple(assignments)

    def load(self, override: str | None = None) -> Loaded:
        """Read all layers. Raises SettingsError."""
        return load_settings(self.file, self.environ, self.assignments, override=override)

    def copy(self) -> Sources:
        """The same, to go back to."""
        return Sources(self.file, self.environ, self.assignments)

    def give_way(self, key: str) -> None:
        """Let override.yaml decide `key` from now on: a knob that somebody turns must turn.

        At the next start environment and command line win again, as they are documented to.
        """
        variable = variable_of(key)
        self.environ = {name: text for name, text in self.environ.items() if name.upper() != variable}
        self.assignments = tuple(pair for pair in self.assignments if pair.partition("=")[0].strip() != key)


class LiveSettings:
    """Holds the settings and tells listeners of changes. With any error the old settings stay in force.

    Belongs to the event loop; the disk is touched in a thread, one change at a time.
    """

    def __init__(
        self,
        sources: Sources,
        loaded: Loaded,
        validate: Callable[[Settings], None] = lambda settings: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`validate` raises SettingsError for what only the running appliance knows, such as its voices."""
        self._sources = sources
        self._loaded = loaded
        self._validate = validate
        self._now = now
        self._override = Override(Path(loaded.settings.state_dir), self._tried)
        self._listeners: list[Listener] = []
        self._one_at_a_time = asyncio.Lock()
        self._needs_restart = False
        self._bad = False
        self._last_tried = loaded

    @property
    def value(self) -> Settings:
        """The settings in force."""
        return self._loaded.settings

    @property
    def problem(self) -> str | None:
        """`bad_settings` after a reload that was refused, `restart_needed` after one that is not felt yet."""
        if self._bad:
            return SettingsError.code
        return "restart_needed" if self._needs_restart else None

    def listen(self, listener: Listener) -> None:
        """Call `listener` after every change."""
        self._listeners.append(listener)

    def describe(self) -> list[Shown]:
        """Every setting, its value and origin; secrets masked."""
        return describe(self._loaded)

    def schema(self) -> dict[str, object]:
        """The JSON schema of the settings."""
        return json_schema()

    async def reload(self) -> Sequence[Change]:
        """Read all layers again and put them in force. Raises SettingsError, and then nothing changes."""
        async with self._one_at_a_time:
            try:
                loaded = await asyncio.to_thread(self._sources.load)
                self._validate(loaded.settings)
            except SettingsError:
                self._bad = True
                raise
            return self._put_in_force(loaded)

    async def override(self, values: Mapping[str, object], remove: Sequence[str] = ()) -> Sequence[Change]:
        """Set or remove overrides, lasting over a restart. Raises SettingsError, and then nothing changes.

        A value that is valid but cannot be written (disk full, read-only) is in force until the next start.
        """
        async with self._one_at_a_time:
            before, sources = self.value, self._sources.copy()
            for key in values:
                self._sources.give_way(key)
            try:
                await self._write(partial(self._override.change, values, remove, self._now()))
            except SettingsError:
                self._sources = sources
                raise
            return changes(before, self.value)

    async def restore(self, backup: str) -> Sequence[Change]:
        """Make the overrides what they were in a backup. Raises SettingsError."""
        async with self._one_at_a_time:
            before = self.value
            await self._write(partial(self._override.restore, backup, self._now()))
            return changes(before, self.value)

    async def overridden(self) -> dict[str, object]:
        """What is overridden now, and the backups that restore() takes."""
        lines = [line for line in self.describe() if line.origin.layer == "override"]
        backups = await asyncio.to_thread(self._override.backups)
        return {"overrides": {line.key: line.value for line in lines}, "backups": list(backups)}

    async def _write(self, change: Callable[[], Loaded]) -> None:
        try:
            self._put_in_force(await asyncio.to_thread(change))
        except OverrideNotWritten as error:
            log.warning("%s", error)
            self._put_in_force(self._last_tried)

    def _tried(self, text: str) -> Loaded:
        loaded = self._sources.load(text)
        self._validate(loaded.settings)
        self._last_tried = loaded
        return loaded

    def _put_in_force(self, loaded: Loaded) -> Sequence[Change]:
        changed = changes(self._loaded.settings, loaded.settings)
        self._loaded = loaded
        self._bad = False
        self._needs_restart = self._needs_restart or any(change.applies == "restart" for change in changed)
        if changed:
            log.info("settings changed: %s", ", ".join(f"{one.key} = {one.new}" for one in changed))
        for listener in self._listeners:
            listener(loaded.settings, changed)
        return changed
