"""`litetts-edge models use`: a model speaks from now on, by override.yaml in the state folder; and back."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.catalogue.structure import PIPER
from litetts_edge.commands.config import sources_of
from litetts_edge.commands.models.place import settings_and_shelf
from litetts_edge.engines import ENGINES, PREFERENCE
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.errors import BadField
from litetts_edge.mqtt.topics import Topics
from litetts_edge.pipeline.configured import voices_of
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.override import Override, OverrideNotWritten
from litetts_edge.settings.schema import Settings

UNIT = Path("/etc/systemd/system/litetts-edge.service")
SERVICE_STATE = Path("/var/lib/litetts-edge")


FILES = "auto"
"""In place of a model: what the settings files say."""
IN_THE_BOX = tuple(name for name in PREFERENCE if name in ENGINES)
KEYS = ("engine.name", "engine.model", "voice")


def use_model(options: argparse.Namespace) -> int:
    """Set the engine, its model and the voice. Raises ModelNotFound, BadField, EngineFailed, SettingsError."""
    before, shelf = settings_and_shelf(options)
    values = _values(options.name, options.voice, shelf)
    sources = sources_of(options)

    def load(override: str) -> Loaded:
        loaded = sources.load(override)
        voices_of(loaded)  # a voice that is not there is told now, and nothing is written
        return loaded

    state = Path(before.settings.state_dir)
    try:
        loaded = Override(state, load).change(values, () if values else KEYS, datetime.now(UTC))
    except OverrideNotWritten as error:
        print(f"litetts-edge: {error} Does the folder belong to another user? Then try sudo.", file=sys.stderr)
        return 1
    _give_to_daemon(state)
    hidden = [f"{key} ({loaded.origins[key]})" for key in values if str(_value(loaded, key)) != values[key]]
    if hidden:
        print(f"litetts-edge: decided elsewhere, and stronger: {', '.join(hidden)}", file=sys.stderr)
        return 1
    voices = voices_of(loaded)
    print(f"{voices.default.id} is what speaks. A running daemon takes it at: {how_to_reload(loaded.settings)}")
    return 0


def how_to_reload(settings: Settings, unit: Path = UNIT) -> str:
    """The command that has a daemon with these settings read them again."""
    if unit.is_file() and Path(settings.state_dir) == SERVICE_STATE:
        return "sudo systemctl reload litetts-edge"
    mqtt = settings.mqtt
    topic = Topics(mqtt.base_topic, settings.node.id, settings.node.groups).request("reload")
    user = f" -u {mqtt.username} -P PASSWORD" if mqtt.username else ""
    return f"mosquitto_pub -h {mqtt.host} -p {mqtt.port}{user} -t {topic} -n"


def _values(name: str, voice: str, shelf: Shelf) -> dict[str, str]:
    """What is set; nothing for FILES."""
    if name == FILES and not voice:
        return {}
    if name in IN_THE_BOX:
        return dict(zip(KEYS, (name, "", _with_engine(voice, name, name)), strict=True))
    model = shelf.installed(name)
    return dict(zip(KEYS, (model.engine, model.name, _voice(voice, model)), strict=True))


def _with_engine(voice: str, engine: str, model: str) -> str:
    """The id of a voice that may be named without its engine. Raises BadField for one of another engine."""
    named, colon, _ = voice.partition(":")
    if colon and named != engine:
        raise _of_another(voice, model, f"a voice of {engine}")
    return voice if colon else f"{engine}:{voice}" if voice else "auto"


def _voice(asked: str, model: InstalledModel) -> str:
    """As _with_engine(); a voice of Piper may be named by its speaker alone, and has to be of this model."""
    if model.engine != PIPER:
        return _with_engine(asked, model.engine, model.name)
    own = f"{PIPER}:{model.name}"
    if ":" in asked and asked.partition("#")[0] != own:
        raise _of_another(asked, model.name, own)
    return asked if ":" in asked else f"{own}#{asked}" if asked else own


def _of_another(voice: str, model: str, wanted: str) -> BadField:
    """What was meant: this model, or that voice?"""
    return BadField(
        "--voice",
        f"{voice} is not of {model}, which would not speak then. Name {wanted} (`litetts-edge voices`), or use"
        f" the model that {voice} is of (`litetts-edge models list`).",
    )


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
