"""Tune one installed model, and keep what was found in the state folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from litetts_edge.engines.board import read_board
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.memory import available, model_need
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.prepared import read_prepared
from litetts_edge.errors import ModelTooLarge
from litetts_edge.tuning import trial
from litetts_edge.tuning.record import (
    PLAIN,
    PREPARED,
    Candidate,
    Measured,
    Tuned,
    circumstances,
    read_record,
    write_record,
)
from litetts_edge.tuning.stages import Search

Heard = Callable[[Measured], object]
"""Told of each candidate as soon as it was measured."""


def variants_of(model: InstalledModel, prepared: Path | None) -> tuple[str, ...]:
    """The ways its graph can be run here: as published, as prepared, and each alternative among the prepared."""
    found = read_prepared(prepared, model)
    if found is None:
        return (PLAIN,)
    endings = sorted({name.partition("-")[2] for name in found.graphs if "-" in name})
    return (PLAIN, PREPARED, *endings)


def tune(
    model: InstalledModel, options: EngineOptions, *, budget_mb: int = 0, quick: bool = False, heard: Heard
) -> Tuned:
    """Search for the best way to run the model; `budget_mb` 0 is what is available. Raises ModelTooLarge."""
    need, room = model_need(model), available()
    if room is not None and need.bytes > room.bytes:
        raise ModelTooLarge(model.engine, str(need), str(room))
    allowed = budget_mb or (room.bytes / 1e6 if room is not None else float("inf"))
    own = EngineOptions(
        stream=options.stream,
        model=model.name,
        shipped=options.shipped,
        pulled=options.pulled,
        prepared=options.prepared,
    )

    def measure(candidate: Candidate) -> Measured:
        found = trial.measure(model.engine, own, candidate, tries=1 if quick else 2)
        heard(found)
        return found

    found = Search(measure, allowed, quick=quick).run(variants_of(model, options.prepared), read_board().cores)
    return Tuned(
        model=model.name,
        engine=model.engine,
        circumstances=circumstances(model),
        best=found.best,
        keeps_up=found.keeps_up,
        why=found.why,
        rows=found.rows,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def keep(state: Path, tuned: Tuned) -> Path:
    """Put it into the record; what is there of other models stays. Raises OSError."""
    return write_record(state, read_record(state).having(tuned))
