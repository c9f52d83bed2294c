"""How tuning searches, and what one trial measures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.prepared import Prepared, PreparedGraph
from litetts_edge.tuning import trial
from litetts_edge.tuning.record import PLAIN, PREPARED, Candidate, Measured
from litetts_edge.tuning.stages import Search
from litetts_edge.tuning.tune import variants_of
from tests.tune_parts import SMALL, Machine

# -- the search ---------------------------------------------------------------------------------------------


def search(machine: Machine, *variants: str, cores: int = 4, budget_mb: float = 1000, quick: bool = False) -> Any:
    return Search(machine, budget_mb, quick=quick).run(variants or tuple(machine.work), cores)


def test_the_variant_comes_first_then_threads_then_memory() -> None:
    """Each stage goes on with the winner of the one before, and nothing is tried twice."""
    machine = Machine({PLAIN: 2.0, PREPARED: 1.0, "int8": 0.5})
    found = search(machine)
    assert [str(candidate) for candidate in machine.tried] == [
        "plain, 4 threads, arena, shrunk",
        "prepared, 4 threads, arena, shrunk",
        "int8, 4 threads, arena, shrunk",
        "int8, 3 threads, arena, shrunk",
        "int8, 2 threads, arena, shrunk",
        "int8, 1 threads, arena, shrunk",
        "int8, 4 threads, arena",
        "int8, 4 threads, no arena",
        "int8, 4 threads, no arena, spinning",
    ]
    assert found.best.candidate == Candidate("int8", 4, arena=False, shrink=False)
    assert found.keeps_up
    assert tuple(row.candidate for row in found.rows) == tuple(machine.tried)


def test_with_fewer_threads_it_stops_where_it_no_longer_keeps_up() -> None:
    """One thread less is never faster."""
    machine = Machine({PLAIN: 1.5}, share=1.0)
    search(machine)
    assert [candidate.threads for candidate in machine.tried[:4]] == [4, 3, 2, 1]
    machine = Machine({PLAIN: 2.0}, share=1.0)
    search(machine)
    assert [candidate.threads for candidate in machine.tried if candidate.shrink][:3] == [4, 3, 2]
    assert 1 not in {candidate.threads for candidate in machine.tried}


def test_fewer_threads_win_where_more_gain_nothing() -> None:
    """They leave the processor to others."""

    def measure(candidate: Candidate) -> Measured:
        return Measured(candidate, 0.3, 0.3 + 0.1 * candidate.threads, first_audio_s=0.3, peak_mb=100)

    assert Search(measure, 1000).run((PLAIN,), 4).best.candidate.threads == 1


def test_more_than_the_usual_threads_only_as_long_as_they_help() -> None:
    """On a machine with many cores."""
    machine = Machine({PLAIN: 1.0}, share=0.7)
    found = search(machine, cores=64)
    assert (found.best.candidate.threads, max(candidate.threads for candidate in machine.tried)) == (6, 7)


def test_the_arena_wins_only_inside_the_memory() -> None:
    """It is faster, and gives back what it grew by where keeping that gains nothing."""
    machine = Machine({PLAIN: 1.0}, arena_gain=0.2)
    assert search(machine).best.candidate == Candidate(PLAIN, 4, arena=True, shrink=True)
    machine = Machine({PLAIN: 1.0}, arena_gain=0.2)
    assert search(machine, budget_mb=300).best.candidate == Candidate(PLAIN, 4, arena=False, shrink=False)


def test_spinning_wins_only_where_it_starts_notably_sooner() -> None:
    """5 % is noise."""
    assert not search(Machine({PLAIN: 1.0}, spin_gain=0.04)).best.candidate.spinning
    assert search(Machine({PLAIN: 1.0}, spin_gain=0.2)).best.candidate.spinning


def test_a_variant_that_crashes_is_a_row_and_no_winner() -> None:
    """The published file speaks on."""
    found = search(Machine({PLAIN: 1.0, PREPARED: 0.1}, fails={PREPARED}))
    assert found.best.candidate.variant == PLAIN
    assert [row.failure for row in found.rows if row.candidate.variant == PREPARED] == ["it crashed"]


@pytest.mark.parametrize(
    ("machine", "budget_mb", "why"),
    [
        (Machine({PLAIN: 5.0}), 1000, "nothing keeps up"),
        (Machine({PLAIN: 0.1}), 100, "nothing fits into 100 MB"),
        (Machine({PLAIN: 0.1}, fails={PLAIN}), 100, "nothing runs"),
    ],
)
def test_that_nothing_will_do_is_a_finding(machine: Machine, budget_mb: float, why: str) -> None:
    """It says what stood in the way."""
    found = search(machine, budget_mb=budget_mb)
    assert not found.keeps_up
    assert found.why.startswith(why)


def test_quick_tries_few() -> None:
    """Variants, and threads in powers of two."""
    machine = Machine({PLAIN: 1.0})
    search(machine, cores=4, quick=True)
    assert [candidate.threads for candidate in machine.tried] == [4, 2, 1]


def test_the_arena_is_kept_where_it_is_no_choice() -> None:
    """A candidate that is the same as another is not measured."""
    machine = Machine({PLAIN: 1.0, PREPARED: 0.5})
    Search(machine, 1000, own_arena=frozenset((PREPARED,))).run((PLAIN, PREPARED), 2)
    assert all(candidate.arena and candidate.shrink for candidate in machine.tried)


@pytest.mark.parametrize(
    ("graphs", "variants"),
    [
        ((), (PLAIN,)),
        (("whole", "front", "source", "generator", "generator-stats"), (PLAIN, PREPARED)),
        (("whole", "generator", "generator-stats", "generator-int8"), (PLAIN, PREPARED, "int8")),
        (("whole", "whole-int8", "whole-twin"), (PLAIN, PREPARED, "int8")),
    ],
)
def test_a_variant_is_one_that_opens_other_files(
    monkeypatch: pytest.MonkeyPatch, graphs: tuple[str, ...], variants: tuple[str, ...]
) -> None:
    """`generator-stats` is a part, no variant; two names of the same files are one."""
    made = {name: PreparedGraph(Path(name.removesuffix("-twin")), (), 100.0) for name in graphs}
    prepared = Prepared(Path(), made) if graphs else None
    monkeypatch.setattr("litetts_edge.tuning.tune.read_prepared", lambda *_: prepared)
    assert variants_of(read_installed(SMALL / "kokoro-small"), None) == variants


# -- a trial ------------------------------------------------------------------------------------------------


def test_a_real_engine_is_tried_in_a_process_of_its_own() -> None:
    """The toy voice: every figure is there, and it is as fast as a toy."""
    found = trial.measure("tiny", EngineOptions(), Candidate(PLAIN, 1), tries=1)
    assert found.failure == ""
    assert found.candidate == Candidate(PLAIN, 1)
    assert 0 < found.rtf < 1
    assert found.first_audio_s > 0
    assert 20 < found.peak_mb < 1000
    assert 0 < found.hold_s <= found.load_s


@pytest.mark.parametrize(
    ("engine", "program", "limit_s", "failure"),
    [
        ("none", trial.PROGRAM, 60, "The engine none failed: there is no such engine."),
        ("tiny", "import os; os.abort()", 60, "it crashed (SIGABRT)"),
        ("tiny", "import os; os.kill(os.getpid(), 9)", 60, "it was killed: memory ran out"),
        ("tiny", "raise ValueError('a bug')", 60, "ValueError: a bug"),
        ("tiny", "print('hello')", 60, "it answered 'hello\\n'"),
        ("tiny", "input(); import signal; signal.pause()", 0.2, "it took more than 0.2 s"),
    ],
)
def test_whatever_a_trial_does_the_search_goes_on(
    monkeypatch: pytest.MonkeyPatch, engine: str, program: str, limit_s: float, failure: str
) -> None:
    """A library that crashes, memory that runs out, a model that hangs."""
    monkeypatch.setattr(trial, "PROGRAM", program)
    found = trial.measure(engine, EngineOptions(), Candidate(PLAIN, 1), limit_s=limit_s)
    assert found.failure.startswith(failure)
