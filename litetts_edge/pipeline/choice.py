"""`engine: auto`: which of the installed models speaks on this machine, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litetts_edge.engines import PREFERENCE
from litetts_edge.engines.board import AMPLE, Board, kind_of
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.memory import Need, Room, model_need
from litetts_edge.tuning.record import Record, Tuned

BEST_FIRST = ("kokoro", "piper", "kitten")
"""By how they sound; what comes in the box follows."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine, its model, and the reason in words."""

    engine: str
    model: str
    """Empty for the engines that come with the program."""
    why: str


def choose(
    models: tuple[InstalledModel, ...],
    board: Board,
    record: Record,
    room: Room | None,
    need: Callable[[InstalledModel], Need] = model_need,
) -> Choice:
    """The best model that keeps up here and fits: by its own tuning record, else by what is known of the board."""
    passed: list[str] = []
    for model in in_order(models):
        tuned = record.tuned(model)
        speed, source = _speed(model, board, tuned)
        if tuned is not None and tuned.best.failure:
            passed.append(f"{model.name}: it does not run here ({tuned.best.failure})")
        elif speed is None:
            passed.append(f"{model.name}: its speed on {board.model} is not known (`litetts-edge tune`)")
        elif speed >= AMPLE:
            passed.append(f"{model.name}: too slow, real-time factor {speed:.2g} ({source})")
        elif room is not None and need(model).bytes > room.bytes:
            passed.append(f"{model.name}: {need(model)}, and {room}")
        else:
            return Choice(
                model.engine, model.name, _because(f"real-time factor {speed:.2g} ({source}), and it fits", passed)
            )
    return Choice(PREFERENCE[0], "", _because("it comes with the program and keeps up everywhere", passed))


def _speed(model: InstalledModel, board: Board, tuned: Tuned | None) -> tuple[float | None, str]:
    if tuned is not None:
        return tuned.best.rtf, "measured here"
    kind = kind_of(board)
    return kind.rtf.get(model.engine), f"published for {kind.name}"


def in_order(models: tuple[InstalledModel, ...]) -> tuple[InstalledModel, ...]:
    """Those that `auto` may take, the best first."""
    own = [model for model in models if model.engine in BEST_FIRST]
    return tuple(sorted(own, key=lambda model: BEST_FIRST.index(model.engine)))


def _because(reason: str, passed: list[str]) -> str:
    return "; ".join([reason, *(f"not {each}" for each in passed)])
