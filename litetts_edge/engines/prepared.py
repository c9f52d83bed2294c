"""The graphs that `models optimize` made of a model for this machine: a folder each, with a manifest.

    <prepared>/<model>/manifest.json
    {"recipe": 1, "name": "kokoro-v1.0-q8", "source_sha256": "<hex>", "onnxruntime": "1.31.1", "onnx": "1.23.0",
     "cpu": "AMD EPYC (avx2 avx512f)", "made": "2026-01-31T12:00:00+00:00", "seconds": 48.1,
     "files": {"whole.onnx": {"sha256": "<hex>", "bytes": 92361116}},
     "graphs": {"whole": {"files": ["whole.onnx"], "snr_db": 61.3,
                          "rewrites": [{"name": "conv2d", "count": 89, "snr_db": 121.0}]}}}

Written by prepare/, read by the engines. Graphs for other kernels than those of this machine are slow or wrong by
more than was measured, so they count as missing. The first of a graph's files is the one that a session opens.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from litetts_edge.engines.cpu import cpu
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.onnx import MANIFEST, read_manifest
from litetts_edge.errors import EngineFailed

log = logging.getLogger(__name__)

RECIPE = 4
"""Counts up when other rewrites are made than before, so that the graphs are made again."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One kind of change to a graph, with what it cost in exactness."""

    name: str
    count: int
    """Places where it was made."""
    snr_db: float
    """Of the graph with it against the graph without it."""


@dataclass(frozen=True, slots=True)
class PreparedGraph:
    """One graph, ready to run."""

    path: Path
    rewrites: tuple[Rewrite, ...]
    snr_db: float
    """Against the published file, on real sentences."""
    sha256: str = ""
    """Of the file."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made of one model."""

    folder: Path
    graphs: Mapping[str, PreparedGraph]
    """By variant: `whole`, `encoder`, `decoder`, `front`, `generator`, …"""
    made: str = ""
    """When, ISO 8601."""

    def graph(self, variant: str, ending: str = "") -> Path | None:
        """The file of a variant, or None: of `<variant>-<ending>` where there is one. OnnxModel verifies it."""
        found = self.graphs.get(f"{variant}-{ending}") or self.graphs.get(variant)
        return found.path if found else None


def read_prepared(folder: Path | None, model: InstalledModel) -> Prepared | None:
    """The graphs in `<folder>/<model.name>/`; None when they are missing, damaged or made for something else.

    Never raises: without prepared graphs a model runs as it was published.
    """
    if folder is None or not (here := folder / model.name).is_dir():
        return None
    try:
        facts = read_manifest(model.engine, here)
        if why := stale(facts, model):
            log.info("%s is not used: %s. Run `litetts-edge models optimize %s`.", here, why, model.name)
            return None
        graphs = {variant: _graph(here, facts, variant) for variant in facts["graphs"]}
        return Prepared(here, graphs, str(facts.get("made", "")))
    except (EngineFailed, OSError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        log.warning(
            "%s is damaged and not used: %s. Run `litetts-edge models optimize %s`.", here, error, model.name
        )
        return None


def stale(facts: Mapping[str, Any], model: InstalledModel) -> str:
    """Why graphs with this manifest do not fit the model and this machine; empty when they do."""
    for key, wanted in circumstances(model).items():
        if facts.get(key) != wanted:
            return f"{key} was {facts.get(key)!r} and is {wanted!r}"
    return ""


def circumstances(model: InstalledModel) -> dict[str, str | int]:
    """What prepared graphs depend on, a part of their manifest. Raises EngineFailed for a model without graph."""
    models = model.files_of("model")
    if not models:
        raise EngineFailed(model.engine, f"{model.folder / MANIFEST} names no file with the role `model`.")
    return {
        "recipe": RECIPE,
        "source_sha256": models[0].sha256,
        "onnxruntime": onnxruntime_version(),
        "cpu": cpu(),
    }


def onnxruntime_version() -> str:
    """The installed one, without importing it; empty when there is none."""
    try:
        return version("onnxruntime")
    except PackageNotFoundError:
        return ""


def _graph(folder: Path, facts: Mapping[str, Any], variant: str) -> PreparedGraph:
    about = facts["graphs"][variant]
    for name in about["files"]:
        if Path(name).name != name:
            raise ValueError(f"{name} is outside the folder")
        size = (folder / name).stat().st_size
        if size != facts["files"][name]["bytes"]:
            raise ValueError(f"{name} has {size} bytes, not {facts['files'][name]['bytes']}")
    rewrites = (Rewrite(str(one["name"]), int(one["count"]), float(one["snr_db"])) for one in about["rewrites"])
    first = about["files"][0]
    return PreparedGraph(
        folder / first, tuple(rewrites), float(about["snr_db"]), str(facts["files"][first]["sha256"])
    )
