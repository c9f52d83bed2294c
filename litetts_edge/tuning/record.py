"""What was measured on this machine, by model: `<state>/tuning.json`, written by tune, read at each start."""

from __future__ import annotations

import json
import logging
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from litetts_edge.engines.cpu import cpu
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.mode import graphs_of
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.prepared import onnxruntime_version
from litetts_edge.settings import atomic

log = logging.getLogger(__name__)

FILE = "tuning.json"
SCHEMA = 2
"""Counts up when the file means something else than before; an older one counts as missing."""
PLAIN = "plain"
"""The published file as it is; every other variant is of the prepared graphs."""
PREPARED = "prepared"
"""The prepared graphs that the engine takes by itself."""
_MOST_THREADS = 256
"""With more in a damaged record a session hangs the machine."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to run a model."""

    variant: str
    """PLAIN, or the prepared graphs: `prepared`, or the ending of those to prefer, such as `int8`."""
    threads: int
    arena: bool = True
    shrink: bool = True
    spinning: bool = False

    def __str__(self) -> str:
        memory = "arena, shrunk" if self.arena and self.shrink else "arena" if self.arena else "no arena"
        return f"{self.variant}, {self.threads} threads, {memory}{', spinning' if self.spinning else ''}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a candidate did in a fresh process."""

    candidate: Candidate
    rtf: float = 0.0
    """Wall-clock seconds of synthesis per second of audio."""
    cpu_rtf: float = 0.0
    """The same in CPU seconds of all threads."""
    first_audio_s: float = 0.0
    """Of a long sentence, the model being loaded; the best of all tries, for noise only adds."""
    peak_mb: float = 0.0
    """The process at its peak (VmHWM)."""
    start_mb: float = 0.0
    """Of that, what it had before the model was loaded."""
    load_s: float = 0.0
    hold_s: float = 0.0
    """For how long loading kept the interpreter lock."""
    failure: str = ""
    """Why there is nothing to read here; empty when all went well."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the figures depend on; with others they are stale."""

    source_sha256: str
    onnxruntime: str
    kernel: str
    cpu: str
    cores: int
    graphs: str
    """The prepared graphs that there were, and voices calibrated for windows; empty for none."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best way to run one model here, with the evidence."""

    model: str
    engine: str
    circumstances: Circumstances
    best: Measured
    keeps_up: bool
    """Whether the best one is fast enough, and inside the memory that was allowed."""
    why: str
    rows: tuple[Measured, ...]
    made: str
    """When, ISO 8601, UTC."""

    @property
    def summary(self) -> dict[str, object]:
        """For `info` and the verb `tune`."""
        best = self.best
        return {
            "model": self.model,
            "variant": best.candidate.variant,
            "threads": best.candidate.threads,
            "arena": best.candidate.arena,
            "spinning": best.candidate.spinning,
            "rtf": round(best.rtf, 3),
            "first_audio_ms": round(best.first_audio_s * 1000),
            "peak_mb": round(best.peak_mb),
            "keeps_up": self.keeps_up,
            "made": self.made,
        }


def circumstances(model: InstalledModel, options: EngineOptions) -> Circumstances:
    """Those of this machine now, without importing onnxruntime. Of `options`, what says where graphs are."""
    graphs = model.files_of("model")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Circumstances(
        source_sha256=graphs[0].sha256 if graphs else "",
        onnxruntime=onnxruntime_version(),
        kernel=platform.release(),
        cpu=cpu(),
        cores=cores,
        graphs=graphs_of(model, options),
    )


@dataclass(frozen=True, slots=True)
class Record:
    """All models that were tuned here."""

    models: Mapping[str, Tuned]

    def tuned(self, model: InstalledModel) -> Tuned | None:
        """What was found for this very model; None when it was never tuned. What is stale still tells the most."""
        found, graphs = self.models.get(model.name), model.files_of("model")
        if found is None or found.circumstances.source_sha256 != (graphs[0].sha256 if graphs else ""):
            return None
        return found

    def own_mb(self, model: InstalledModel, options: EngineOptions) -> float:
        """What the model took at its peak beyond the program; 0 where it was not measured as things are."""
        found = self.tuned(model)
        if found is None or found.best.failure or found.circumstances.graphs != graphs_of(model, options):
            return 0.0
        return max(0.0, found.best.peak_mb - found.best.start_mb)

    def stale(self, model: InstalledModel, options: EngineOptions) -> str:
        """Why it should be tuned (again), in words; empty when it need not."""
        found = self.models.get(model.name)
        if found is None:
            return f"{model.name} was never tuned here"
        then, now = asdict(found.circumstances), asdict(circumstances(model, options))
        changed = [
            f"{key} was {then[key] or 'none'} and is {now[key] or 'none'}" for key in now if then[key] != now[key]
        ]
        return "; ".join(changed)

    def holds(self) -> dict[str, float]:
        """By model: for how long loading it kept the interpreter lock, in seconds."""
        return {name: tuned.best.hold_s for name, tuned in self.models.items()}

    def having(self, tuned: Tuned) -> Record:
        """The same, with one more or another one."""
        return replace(self, models={**self.models, tuned.model: tuned})


EMPTY = Record({})


def applied_here(options: EngineOptions, model: InstalledModel, tuned: Tuned) -> EngineOptions:
    """The options that run the model as it was found best; graphs that tune has not seen are taken."""
    is_seen = tuned.circumstances.graphs == graphs_of(model, options)
    best = tuned.best.candidate
    return applied(options, best if is_seen else replace(best, variant=PREPARED))


def applied(options: EngineOptions, best: Candidate) -> EngineOptions:
    """The options that run a model as this candidate; threads and spinning only where they are not set."""
    return replace(
        options,
        threads=options.threads or best.threads,
        spinning=options.spinning or best.spinning,
        arena=best.arena,
        shrink=best.shrink,
        variant="" if best.variant in {PLAIN, PREPARED} else best.variant,
        prepared=None if best.variant == PLAIN else options.prepared,
    )


def read_record(state: Path) -> Record:
    """What is in the state folder; EMPTY when nothing is, or nothing that can be read. Never raises."""
    path = state / FILE
    try:
        facts = json.loads(path.read_text("utf-8"))
        if facts["schema"] != SCHEMA:
            return EMPTY
        return Record({name: _tuned(name, about) for name, about in facts["models"].items()})
    except FileNotFoundError:
        return EMPTY
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        log.warning("%s is damaged and not used: %r. Run `litetts-edge tune`.", path, error)
        return EMPTY


def write_record(state: Path, record: Record) -> Path:
    """Into the state folder, whole or not at all. Raises OSError."""
    models = {
        name: {key: value for key, value in asdict(tuned).items() if key != "model"}
        for name, tuned in record.models.items()
    }
    state.mkdir(parents=True, exist_ok=True)
    path = state / FILE
    atomic.write(path, json.dumps({"schema": SCHEMA, "models": models}, indent=1).encode())
    path.chmod(0o644)  # `sudo litetts-edge tune` writes it, and the daemon's own user reads it
    return path


def _tuned(name: str, about: Mapping[str, Any]) -> Tuned:
    return Tuned(
        model=name,
        engine=str(about["engine"]),
        circumstances=Circumstances(**about["circumstances"]),
        best=_measured(about["best"]),
        keeps_up=bool(about["keeps_up"]),
        why=str(about["why"]),
        rows=tuple(_measured(row) for row in about["rows"]),
        made=str(about["made"]),
    )


def _measured(row: Mapping[str, Any]) -> Measured:
    names = ("rtf", "cpu_rtf", "first_audio_s", "peak_mb", "start_mb", "load_s", "hold_s")
    numbers = {key: float(row[key]) for key in names}
    candidate = row["candidate"]
    if not all(map(math.isfinite, numbers.values())) or not 0 < candidate["threads"] <= _MOST_THREADS:
        raise ValueError(f"{candidate} cannot have done {numbers}")
    return Measured(
        candidate=Candidate(
            variant=str(candidate["variant"]),
            threads=int(candidate["threads"]),
            arena=bool(candidate["arena"]),
            shrink=bool(candidate["shrink"]),
            spinning=bool(candidate["spinning"]),
        ),
        failure=str(row["failure"]),
        **numbers,
    )
