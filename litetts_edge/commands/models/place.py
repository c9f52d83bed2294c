"""Where the models of these settings are, and which of them the settings use."""

from __future__ import annotations

import argparse
from pathlib import Path

from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.catalogue.structure import PIPER
from litetts_edge.commands.config import sources_of
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.pipeline.configured import voices_of
from litetts_edge.pipeline.inventory import options_of
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import SettingsError


def settings_and_shelf(options: argparse.Namespace) -> tuple[Loaded, Shelf]:
    """The settings of this command, and the folder that they name. Raises SettingsError."""
    loaded = sources_of(options).load()
    return loaded, Shelf(options_of(loaded.settings).pulled or Path(loaded.settings.state_dir) / "models")


def in_use(loaded: Loaded, model: InstalledModel) -> str:
    """Why the settings use the model, in words; empty when they do not, or are wrong."""
    settings = loaded.settings
    try:
        voices = voices_of(loaded)
        voice = voices.find(settings.voice)
    except SettingsError:
        return ""
    if voice.engine != model.engine:
        return "engine.model names it" if settings.engine.model == model.name else ""
    if model.engine == PIPER:  # each of its models is a voice
        speaks = voice.id.partition("#")[0] == f"{PIPER}:{model.name}"
    else:
        first = next(iter(installed_models(model.folder.parent, model.engine)), model)
        chosen = voices.choice.model if voices.choice.engine == model.engine else ""
        speaks = (chosen or first.name) == model.name
    return f"the settings speak with {voice.id}" if speaks else ""


def megabytes(count: int) -> str:
    """`92 MB`, as it is said; a kB is the least."""
    return f"{count / 1e6:.0f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"
