"""`litetts-edge models use`: a model speaks from now on, by override.yaml in the state folder."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from litetts_edge.catalogue.structure import PIPER
from litetts_edge.commands.config import sources_of
from litetts_edge.commands.models.place import settings_and_shelf
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.pipeline.voices import voices_of
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.override import Override, OverrideNotWritten


def use_model(options: argparse.Namespace) -> int:
    """Set the engine, its model and the voice. Raises ModelNotFound, EngineFailed, SettingsError."""
    before, shelf = settings_and_shelf(options)
    model = shelf.installed(options.name)
    sources = sources_of(options)

    def load(override: str) -> Loaded:
        loaded = sources.load(override)
        voices_of(loaded)  # a voice that is not there is told now, and nothing is written
        return loaded

    values = {"engine.name": model.engine, "engine.model": model.name, "voice": _voice(options.voice, model)}
    state = Path(before.settings.state_dir)
    try:
        loaded = Override(state, load).change(values, (), datetime.now(UTC))
    except OverrideNotWritten as error:
        print(f"litetts-edge: {error} Does the folder belong to another user? Then try sudo.", file=sys.stderr)
        return 1
    _give_to_daemon(state)
    hidden = [f"{key} ({loaded.origins[key]})" for key in values if str(_value(loaded, key)) != values[key]]
    if hidden:
        print(f"litetts-edge: decided elsewhere, and stronger: {', '.join(hidden)}", file=sys.stderr)
        return 1
    print(f"{model.name} is what speaks. A running daemon takes it at: sudo systemctl reload litetts-edge")
    return 0


def _voice(asked: str, model: InstalledModel) -> str:
    """The id of a voice that may be named without its engine, or for Piper by its speaker."""
    if ":" in asked:
        return asked
    if model.engine == PIPER:
        return f"{PIPER}:{model.name}#{asked}" if asked else f"{PIPER}:{model.name}"
    return f"{model.engine}:{asked}" if asked else "auto"


def _value(loaded: Loaded, key: str) -> object:
    value: object = loaded.settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _give_to_daemon(state: Path) -> None:
    """What root writes here has to be readable by the user that the folder belongs to."""
    if os.geteuid() != 0:
        return
    owner = state.stat()
    backups = state / "override-backups"
    for path in (state / "override.yaml", backups, *backups.glob("*")):
        with contextlib.suppress(FileNotFoundError):
            os.chown(path, owner.st_uid, owner.st_gid)
