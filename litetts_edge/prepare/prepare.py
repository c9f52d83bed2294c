"""One model, made ready for this machine: a folder beside the others, whole or not there."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import onnx

from litetts_edge.engines.eight_bit import eight_bit_of
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.memory import available
from litetts_edge.engines.onnx import MANIFEST, trim
from litetts_edge.engines.prepared import Prepared, circumstances, read_prepared
from litetts_edge.errors import EngineFailed
from litetts_edge.prepare import arc_tangents, kokoro_carry, piper_parts, split_kokoro
from litetts_edge.prepare.compare import Feed
from litetts_edge.prepare.cook import Result
from litetts_edge.prepare.fixed import rewrite_fixed
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.kokoro_carry import Given, Parts
from litetts_edge.prepare.recipe import rewrite

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """How a model of one engine comes apart."""

    split: Callable[[onnx.ModelProto], Parts]
    """The parts of a published graph. Raises ValueError for a graph that it does not know."""
    feeds: Callable[[Parts, Sequence[Feed]], Given]
    """What each part is given when the published graph is given some feeds."""
    carry: Callable[[Parts, Given], tuple[Parts, Given]]
    """The parts that carry from window to window, where what they are given decides that."""
    large: str
    """The part with most of the work, which has an 8-bit form."""
    windows: Callable[[Parts, Parts, Sequence[Feed]], Iterable[Feed]]
    """What that part of the second parts, made of the first, is given for sentences, window by window."""


_STYLE = Anatomy(
    split_kokoro.split, split_kokoro.part_feeds, kokoro_carry.carry, "generator", kokoro_carry.sentence_windows
)
ANATOMY = {
    "kitten": _STYLE,
    "kokoro": _STYLE,
    "piper": Anatomy(
        piper_parts.parts,
        piper_parts.part_feeds,
        lambda parts, given: (parts, given),
        "decoder",
        piper_parts.sentence_windows,
    ),
}
"""By engine."""

_DISK = 6
"""Room for the graph, its parts, the one that is tried, and all that was there; times the size of the file."""
_MEMORY = 4
"""Graph, session and packed weights of one trial; times the size of the file."""
_WORK_MB = {"kokoro": 1650, "kitten": 550, "piper": 700}
"""On top of that: what sessions take for the sentences that two forms of a graph are compared by."""


def prepare(
    model: InstalledModel,
    prepared: Path,
    feeds: Sequence[Feed],
    *,
    others: Sequence[Feed] = (),
    force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Prepared:
    """Make `<prepared>/<model.name>/`, unless it is there and fits; `tell` hears of each step.

    `feeds` are real inputs of the published graph, by which forms are compared; `others`, of other sentences and
    voices, those whose ranges the 8-bit form has, which is not made without them. Nothing is changed unless all
    has been made. Raises EngineFailed, and OSError for a folder that cannot be written.
    """
    if not force and (found := read_prepared(prepared, model)) is not None:
        return found
    begin = time.monotonic()
    facts: dict[str, Any] = dict(circumstances(model))
    source = model.files_of("model")[0]
    model.verify(source)
    prepared.mkdir(parents=True, exist_ok=True)
    _check_room(model, source.path, prepared)
    work = prepared / f".{model.name}.new"
    shutil.rmtree(work, ignore_errors=True)  # of a run that was ended
    work.mkdir()
    try:
        results = _graphs(model, source.path, work, feeds, others, tell)
        files = {result.path.name: _about(result.path) for result in results.values()}
        facts |= {
            "name": model.name,
            "onnx": onnx.__version__,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - begin, 1),
            "files": files,
            "graphs": {variant: _facts(result) for variant, result in results.items()},
        }
        (work / MANIFEST).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        _put_in_place(work, prepared / model.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        trim()
    made = read_prepared(prepared, model)
    if made is None:
        raise EngineFailed(model.engine, f"{prepared / model.name} was written and cannot be read. See the log.")
    return made


def _graphs(
    model: InstalledModel,
    source: Path,
    work: Path,
    feeds: Sequence[Feed],
    others: Sequence[Feed],
    tell: Callable[[str], None],
) -> dict[str, Result]:
    tell(f"{model.name}: whole")
    made = {"whole": rewrite(_load(model, source), work, "whole", feeds, tell)}
    if model.engine in ANATOMY:
        made |= _parts(model, ANATOMY[model.engine], source, work, feeds, others, tell)
    return made


def _parts(
    model: InstalledModel,
    anatomy: Anatomy,
    source: Path,
    work: Path,
    feeds: Sequence[Feed],
    others: Sequence[Feed],
    tell: Callable[[str], None],
) -> dict[str, Result]:
    """The parts that stream; none for a graph of another structure, which is spoken whole."""
    try:
        published = anatomy.split(_load(model, source))
    except ValueError as error:
        tell(f"{model.name}: no parts, so no streaming: {error}")
        return {}
    parts, given = anatomy.carry(published, anatomy.feeds(published, feeds))
    large, made = anatomy.large, {}
    if others:
        sentences = anatomy.windows(published, parts, others)
        copy = onnx.ModelProto.FromString(parts[large].SerializeToString())
    for variant, part in parts.items():
        tell(f"{model.name}: {variant}")
        made[variant] = rewrite(part, work, variant, given[variant], tell)
    if others:
        tell(f"{model.name}: {large} in 8 bits")
        rival_s, variant = made[large].cpu_after_s, eight_bit_of(large)
        try:
            result = rewrite_fixed(copy, work, variant, given[large], sentences, rival_s, tell)
        except Exception as error:  # what has been made speaks without it
            log.exception("no 8-bit form of %s", model.name)
            tell(f"no 8-bit form: {error}")
            result = None
            for half in work.glob(f"{variant}.*"):
                half.unlink()
        made |= {variant: result} if result is not None else {}
    return made


def _load(model: InstalledModel, path: Path) -> onnx.ModelProto:
    """The published graph, mended: its rewrites are compared with numbers."""
    try:
        loaded = onnx.load(str(path))
    except Exception as error:  # protobuf's errors share no class that it exports
        raise EngineFailed(model.engine, f"{path} is not an ONNX file: {error}. Pull the model again.") from error
    graph = Graph(loaded)
    if arc_tangents.mend(graph):
        graph.finish()
    return loaded


def _check_room(model: InstalledModel, source: Path, prepared: Path) -> None:
    size = source.stat().st_size
    disk = shutil.disk_usage(prepared).free
    if disk < _DISK * size:
        raise EngineFailed(
            model.engine,
            f"{prepared} has {disk >> 20} MB free, and preparing {source.name} ({size >> 20} MB) takes"
            f" {_DISK} times its size. Make room, or go on without: the file runs as it is.",
        )
    work = _WORK_MB[model.engine] * 10**6
    room = available()
    if room is not None and room.bytes < _MEMORY * size + work:
        raise EngineFailed(
            model.engine,
            f"{room}, and preparing {source.name} ({size / 1e6:.0f} MB) takes"
            f" {_MEMORY} times its size and {work / 1e6:.0f} MB for its sentences. Stop other programs, or go on"
            " without: the file runs as it is.",
        )


def _about(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return {"sha256": digest, "bytes": path.stat().st_size}


def _facts(result: Result) -> dict[str, Any]:
    return {
        "files": [result.path.name],
        "snr_db": round(result.snr_db, 1),
        "noise_db": None if result.noise_db is None else round(result.noise_db, 1),
        "log_spectral_distance_db": round(result.distance_db, 2),
        "cpu_before_s": round(result.cpu_before_s, 4),
        "cpu_after_s": round(result.cpu_after_s, 4),
        "rewrites": [asdict(one) for one in result.rewrites],
        "dropped": [asdict(one) for one in result.dropped],
        "races": [asdict(one) for one in result.races],
    }


def _put_in_place(work: Path, final: Path) -> None:
    old = final.with_name(f".{final.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    work.rename(final)
    shutil.rmtree(old, ignore_errors=True)
