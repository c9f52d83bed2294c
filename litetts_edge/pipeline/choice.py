"""`engine: auto`: which of the installed models speaks on this machine, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litetts_edge.engines import PREFERENCE
from litetts_edge.engines.board import AMPLE, FEWER, SHARE, Board, kind_of
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
        takes = need(model)
        if tuned is not None and tuned.best.failure:
            passed.append(f"{model.name}: it does not run here ({tuned.best.failure})")
        elif speed is None:
            passed.append(f"{model.name}: {source} (`litetts-edge tune`)")
        elif speed >= AMPLE:
            passed.append(f"{model.name}: too slow, real-time factor {speed:.2g} ({source})")
        elif room is not None and takes.bytes > room.bytes:
            passed.append(f"{model.name}: {takes}, and {room}")
        elif tuned is None and board.memory_mb and takes.bytes > board.memory_mb * SHARE * 1e6:
            passed.append(
                f"{model.name}: {takes}, more than half of the machine's {board.memory_mb} MB"
                " (`litetts-edge tune`)"
            )
        else:
            return Choice(
                model.engine, model.name, _because(f"real-time factor {speed:.2g} ({source}), and it fits", passed)
            )
    return Choice(PREFERENCE[0], "", _because("it comes with the program and keeps up everywhere", passed))


def _speed(model: InstalledModel, board: Board, tuned: Tuned | None) -> tuple[float | None, str]:
    """The real-time factor, and whence it is known; None, and why it is not."""
    if tuned is not None:
        return tuned.best.rtf, "measured here"
    kind = kind_of(board)
    speed = kind.rtf.get(model.engine)
    if speed is None:
        return None, f"its speed on {board.model} is not known"
    source = f"{kind.source} for {kind.name}, {kind.cores} cores"
    if board.cores < kind.cores:
        return speed * FEWER, f"{source}; reckoned {FEWER} times slower with {board.cores}"
    return speed, source


def in_order(models: tuple[InstalledModel, ...]) -> tuple[InstalledModel, ...]:
    """Those that `auto` may take, the best first."""
    own = [model for model in models if model.engine in BEST_FIRST]
    return tuple(sorted(own, key=lambda model: BEST_FIRST.index(model.engine)))


def _because(reason: str, passed: list[str]) -> str:
    return "; ".join([reason, *(f"not {each}" for each in passed)])
