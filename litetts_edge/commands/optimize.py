"""`litetts-edge models optimize [NAME]`: graphs for this machine, made once from what was published."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.commands.config import sources_of
from litetts_edge.engines.eight_bit import is_eight_bit
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.onnx import read_manifest
from litetts_edge.engines.part_sessions import GENERATOR
from litetts_edge.engines.prepared import read_prepared
from litetts_edge.engines.stream_record import FOLDER, checks
from litetts_edge.errors import BadField, ExtraMissing, SpeechError, did_you_mean
from litetts_edge.pipeline.inventory import options_of

COLUMNS = ("graph", "CPU before", "CPU after", "SNR", "rewrites")


def optimize(options: argparse.Namespace) -> int:
    """Prepare the models that are asked for; 1 when one could not be. Raises BadField, ExtraMissing."""
    if find_spec("onnx") is None:
        raise ExtraMissing("models optimize", "optimize")
    found = options_of(sources_of(options).load().settings)
    prepared = found.prepared
    if prepared is None:
        raise BadField("state_dir", "there is no folder for prepared graphs")
    manifests, failed = [], 0
    for model in _asked(installed_models(found.pulled), options.name):
        try:
            with Shelf(model.folder.parent).lock(model.folder.name):  # two would take each other's folder
                manifests.append(_prepare(model, prepared, options))
        except (SpeechError, OSError) as error:  # the others may do
            print(f"litetts-edge: {model.name}: {error}", file=sys.stderr)
            failed = 1
    if options.json:
        print(json.dumps(manifests))
    return failed


def _asked(models: Sequence[InstalledModel], name: str) -> Sequence[InstalledModel]:
    chosen = [model for model in models if name in ("", model.name)]
    if not chosen:
        known = [model.name for model in models]
        there = f" There is: {', '.join(known)}." if known else " `litetts-edge models pull` gets one."
        raise BadField("name", f"no model {name!r} is installed.{did_you_mean(name, known)}{there}")
    return chosen


def _prepare(model: InstalledModel, prepared: Path, options: argparse.Namespace) -> dict[str, Any]:
    from litetts_edge.prepare.feeds import feeds, other_feeds
    from litetts_edge.prepare.prepare import prepare

    def tell(text: str) -> None:
        print(f"  {text}", file=sys.stderr, flush=True)

    print(f"{model.name}:", file=sys.stderr)
    if not options.force and read_prepared(prepared, model) is not None:
        tell("what is there fits this model and this machine (--force makes it again)")
    else:
        checked = sorted(checks(prepared / model.name / FOLDER))
        others = [] if options.exact else other_feeds(model)
        made = prepare(model, prepared, feeds(model), others=others, force=True, tell=tell)
        if checked:
            tell(f"what was found of {', '.join(checked)} counts for nothing now, as these are other graphs")
        if checked or any(is_eight_bit(variant) or variant == GENERATOR for variant in made.graphs):
            tell(f"`litetts-edge models check {model.name}` decides in which of them a voice may speak")
    facts = read_manifest(model.engine, prepared / model.name)
    if not options.json:
        print(table(facts["graphs"]))
    return facts


def table(graphs: dict[str, Any]) -> str:
    """The graphs of a manifest, a line each, in columns."""
    rows = [COLUMNS]
    for variant, about in graphs.items():
        after, before = about["cpu_after_s"], about["cpu_before_s"]
        rewrites = ", ".join(f"{one['name']} x {one['count']}" for one in about["rewrites"]) or "none"
        share = f" ({after / before:.2f})" if before else ""
        rows.append((variant, f"{before:.2f} s", f"{after:.2f} s{share}", f"{about['snr_db']:.1f} dB", rewrites))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
