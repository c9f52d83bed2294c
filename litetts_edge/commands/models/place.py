"""Where the models of these settings are, and which of them the settings use."""

from __future__ import annotations

import argparse
from pathlib import Path

from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.commands.config import sources_of
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.pipeline.voices import options_of
from litetts_edge.settings.schema import Settings


def settings_and_shelf(options: argparse.Namespace) -> tuple[Settings, Shelf]:
    """The settings of this command, and the folder that they name. Raises SettingsError."""
    settings = sources_of(options).load().settings
    return settings, Shelf(options_of(settings).pulled or Path(settings.state_dir) / "models")


def in_use(settings: Settings, model: InstalledModel, folder: Path) -> str:
    """Why the settings use the model, in words; empty when they do not."""
    voice = settings.voice.partition("#")[0]
    if voice == f"{model.engine}:{model.name}":
        return f"the setting voice is {settings.voice}"
    if getattr(settings.engine, "model", "") == model.name:
        return f"the setting engine.model is {model.name}"
    is_named = settings.engine.name == model.engine or voice.startswith(f"{model.engine}:")
    rest = [one.name for one in installed_models(folder, model.engine)]
    if is_named and rest == [model.name]:
        return f"the settings speak with {model.engine}, and it has no other model"
    return ""


def megabytes(count: int) -> str:
    """`92 MB`, as it is said; a kB is the least."""
    return f"{count / 1e6:.0f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"
