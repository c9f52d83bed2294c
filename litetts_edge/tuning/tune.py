"""Tune one installed model, and keep what was found in the state folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from litetts_edge.engines.board import read_board
from litetts_edge.engines.eight_bit import EIGHT_BIT
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.memory import Room, available, model_need
from litetts_edge.engines.mode import PARTS, Mode, mode_of
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
    applied,
    circumstances,
    read_record,
    write_record,
)
from litetts_edge.tuning.stages import Search

Heard = Callable[[Measured], object]
"""Told of each candidate as soon as it was measured."""


def variants_of(model: InstalledModel, prepared: Path | None) -> tuple[str, ...]:
    """The ways its graph can be run here: as published, as prepared, and each alternative among the prepared.

    An alternative that opens the same files as another way is none; nor is the 8-bit form, which is used where a
    check has found it good.
    """
    found = read_prepared(prepared, model)
    if found is None:
        return (PLAIN,)
    parts = ("whole", *PARTS.get(model.engine, ()))
    others = [name for name in found.graphs if name not in parts]
    endings = {name.removeprefix(f"{part}-") for name in others for part in parts if name.startswith(f"{part}-")}
    ways: dict[tuple[Path | None, ...], str] = {}
    for ending in ("", *sorted(endings - {EIGHT_BIT})):
        ways.setdefault(tuple(found.graph(part, ending) for part in parts), ending or PREPARED)
    return (PLAIN, *ways.values())


def tune(
    model: InstalledModel, options: EngineOptions, *, budget_mb: int = 0, quick: bool = False, heard: Heard
) -> Tuned:
    """Search for the best way to run the model; `budget_mb` 0 is what is available. Raises ModelTooLarge."""
    own = EngineOptions(
        stream=options.stream,
        model=model.name,
        shipped=options.shipped,
        pulled=options.pulled,
        prepared=options.prepared,
    )
    room = available()
    allowed = budget_mb or (room.bytes / 1e6 if room is not None else float("inf"))
    variants = _that_fit(model, own, room)

    def measure(candidate: Candidate) -> Measured:
        found = trial.measure(model.engine, own, candidate, tries=1 if quick else 2)
        heard(found)
        return found

    # Windows have an arena that keeps what it has, whatever is asked for.
    own_arena = variants if mode_of(model, own) is Mode.WINDOWS else ()
    search = Search(measure, allowed, quick=quick, own_arena=frozenset(own_arena) - {PLAIN})
    found = search.run(variants, read_board().cores)
    return Tuned(
        model=model.name,
        engine=model.engine,
        circumstances=circumstances(model, own),
        best=found.best,
        keeps_up=found.keeps_up,
        why=found.why,
        rows=found.rows,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _that_fit(model: InstalledModel, options: EngineOptions, room: Room | None) -> tuple[str, ...]:
    """The variants that will not run out of memory. Raises ModelTooLarge when there is none."""
    variants = variants_of(model, options.prepared)
    needs = {variant: model_need(model, applied(options, Candidate(variant, 1))) for variant in variants}
    fitting = tuple(variant for variant in variants if room is None or needs[variant].bytes <= room.bytes)
    if not fitting:
        raise ModelTooLarge(model.engine, str(min(needs.values(), key=lambda need: need.bytes)), str(room))
    return fitting


def keep(state: Path, tuned: Tuned) -> Path:
    """Put it into the record; what is there of other models stays. Raises OSError."""
    return write_record(state, read_record(state).having(tuned))
