"""`litetts-edge tune`: find out by trial how a model runs best on this machine."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from litetts_edge.catalogue.errors import ModelNotFound
from litetts_edge.commands.config import sources_of
from litetts_edge.engines.board import read_board
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.pipeline.choice import in_order
from litetts_edge.pipeline.inventory import options_of
from litetts_edge.settings.schema import Settings
from litetts_edge.tuning.background import LATER
from litetts_edge.tuning.record import Measured, Tuned
from litetts_edge.tuning.tune import keep
from litetts_edge.tuning.tune import tune as tune_model

NOTHING = (
    "No model is installed, and the one that comes with the program needs no tuning (`litetts-edge models list`)."
)
BUSY = 0.7
"""Load for each core above which a measurement says more of others than of the model."""
HEADER = f"{'':34} {'RTF':>6} {'CPU':>6} {'first audio':>11} {'peak':>8}"


def tune(options: argparse.Namespace) -> int:
    """Tune the models that are named, else those that `engine` in the settings may take. Raises ModelNotFound."""
    settings = sources_of(options).load().settings
    if options.background:
        os.nice(19)
    models = models_of(settings, options.model)
    if not models:
        print(NOTHING, file=sys.stderr)
        return 0
    if busy := _busy():
        print(f"litetts-edge: {busy}", file=sys.stderr)
        if options.background:
            return LATER
    tuned = []
    for model in models:
        try:
            found = _tuned(settings, model, options)
        except KeyboardInterrupt:
            print(f"litetts-edge: interrupted; nothing of {model.name} was written", file=sys.stderr)
            raise
        tuned.append(found)
        if found.keeps_up and not options.model:
            break  # it is the best of those that keep up: the others will not be chosen
    if options.json:
        print(json.dumps([asdict(found) for found in tuned]))
    return 0 if any(found.keeps_up for found in tuned) else 1


def models_of(settings: Settings, names: list[str]) -> list[InstalledModel]:
    """Those that are named; else the one of the settings, or with engine.name: auto all, the best first."""
    engine = settings.engine
    models = list(in_order(installed_models(options_of(settings).pulled)))
    if names:
        known = {model.name: model for model in models}
        for name in names:
            if name not in known:
                raise ModelNotFound(name, list(known))
        return [known[name] for name in names]
    if engine.model:
        return [model for model in models if model.name == engine.model]
    if engine.name != "auto":
        return [model for model in models if model.engine == engine.name][:1]
    return models


def _tuned(settings: Settings, model: InstalledModel, options: argparse.Namespace) -> Tuned:
    talks = not options.json
    if talks:
        print(f"{model.name}\n{HEADER}", flush=True)

    def heard(row: Measured) -> None:
        if talks:
            print(line(row), flush=True)

    found = tune_model(
        model, options_of(settings), budget_mb=settings.engine.memory_mb, quick=options.quick, heard=heard
    )
    path = keep(Path(settings.state_dir), found)
    if talks:
        print(
            f"\n{found.best.candidate}: {found.why}.\nWritten to {path}; a running daemon takes it at a reload.\n"
        )
    return found


def _busy() -> str:
    """That others take the processor now, in words: figures would be worse than the truth. Empty when not."""
    load, cores = os.getloadavg()[0], read_board().cores
    if load <= cores * BUSY:
        return ""
    return f"{load:.1f} programs share {cores} cores (load average): all figures will be worse than the truth."


def line(row: Measured) -> str:
    """One candidate, for people."""
    name = f"{row.candidate!s:34}"
    if row.failure:
        return f"{name} {row.failure}"
    return f"{name} {row.rtf:6.3f} {row.cpu_rtf:6.3f} {row.first_audio_s * 1000:8.0f} ms {row.peak_mb:5.0f} MB"
