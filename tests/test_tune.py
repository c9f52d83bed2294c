"""How a model runs best here: which candidates are tried, which wins, what is kept, and when it is tried again."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from litetts_edge.cli import main
from litetts_edge.engines.board import Board
from litetts_edge.engines.installed import InstalledModel, read_installed
from litetts_edge.engines.memory import Room
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.prepared import Prepared, PreparedGraph
from litetts_edge.pipeline.choice import choose
from litetts_edge.pipeline.inventory import installed, untuned
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.speaking import Engine
from litetts_edge.tuning import record as records
from litetts_edge.tuning import trial
from litetts_edge.tuning.background import LATER, LONG_SILENCE_S, BackgroundTuning
from litetts_edge.tuning.record import (
    EMPTY,
    PLAIN,
    PREPARED,
    Candidate,
    Measured,
    Tuned,
    applied_here,
    circumstances,
    read_record,
    write_record,
)
from litetts_edge.tuning.stages import Search
from litetts_edge.tuning.tune import variants_of
from tests import piper_models

SMALL = Path(__file__).parent / "data" / "engines"
PI_4 = Board("Raspberry Pi 4 Model B Rev 1.5", 4, 4000)
PI_5 = Board("Raspberry Pi 5 Model B Rev 1.0", 4, 8000)
PC = Board("x86_64", 4, 16000, frozenset({"avx2", "avx512_vnni"}))
NO_GRAPHS = EngineOptions()
PLENTY = Room(10**10, "MemAvailable")


# -- the search ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Machine:
    """Measures by a formula; keeps what was tried."""

    work: dict[str, float]
    """By variant: CPU seconds per second of audio."""
    share: float = 0.9
    """Of the work that more threads can divide."""
    arena_gain: float = 0.0
    spin_gain: float = 0.0
    fails: set[str] = field(default_factory=set)
    peak_mb: float = 200.0
    arena_mb: float = 300.0
    tried: list[Candidate] = field(default_factory=list)

    def __call__(self, candidate: Candidate) -> Measured:
        self.tried.append(candidate)
        if candidate.variant in self.fails:
            return Measured(candidate, failure="it crashed")
        cpu = self.work[candidate.variant]
        rtf = cpu * (1 - self.share + self.share / candidate.threads)
        rtf *= (1 - self.arena_gain * candidate.arena) * (1 - self.spin_gain * candidate.spinning)
        peak = self.peak_mb + self.arena_mb * candidate.arena * (0.5 if candidate.shrink else 1)
        return Measured(candidate, rtf=rtf, cpu_rtf=cpu, first_audio_s=rtf, peak_mb=peak)


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


# -- the record ---------------------------------------------------------------------------------------------


def tuned(model: InstalledModel, rtf: float = 0.3, **options: Any) -> Tuned:
    best = Measured(Candidate(PLAIN, 3, **options), rtf, 0.4, 0.5, 300, load_s=2.0, hold_s=0.05)
    return Tuned(
        model.name, model.engine, circumstances(model, NO_GRAPHS), best, rtf < 0.8, "why", (best,), "2026-05-04"
    )


def shelf(state: Path, *names: str) -> list[InstalledModel]:
    """Small models, as if they had been pulled."""
    (state / "models").mkdir(parents=True, exist_ok=True)
    for name in names:
        (state / "models" / name).symlink_to(SMALL / name)
    return [read_installed(state / "models" / name) for name in names]


def test_the_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """All of it, and of every model."""
    one, two = shelf(tmp_path, "kokoro-small", "kitten-small")
    written = EMPTY.having(tuned(one)).having(tuned(two, arena=True))
    write_record(tmp_path, written)
    assert read_record(tmp_path) == written
    assert written.holds() == {"kokoro-small": 0.05, "kitten-small": 0.05}
    assert (tmp_path / records.FILE).stat().st_mode & 0o777 == 0o644  # root tunes, the daemon's user reads


@pytest.mark.parametrize(
    ("key", "value"), [("peak_mb", float("inf")), ("rtf", float("nan")), ("threads", 100_000)]
)
def test_a_record_of_what_cannot_be_is_no_record(tmp_path: Path, key: str, value: float) -> None:
    """Neither the arithmetic nor a session meets such figures."""
    [one] = shelf(tmp_path, "kokoro-small")
    path = write_record(tmp_path, EMPTY.having(tuned(one)))
    path.write_text(re.sub(f'"{key}": [0-9.]+', f'"{key}": {json.dumps(value)}', path.read_text()))
    assert read_record(tmp_path) == EMPTY


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 0}', '{"schema": 1, "models": {"x": {}}}', "\0", "[" * 100_000]
)
def test_a_damaged_record_is_no_record(tmp_path: Path, text: str) -> None:
    """The daemon starts all the same."""
    (tmp_path / records.FILE).write_text(text)
    assert read_record(tmp_path) == EMPTY


def test_another_kernel_onnxruntime_or_model_makes_it_stale(tmp_path: Path) -> None:
    """In words; and a model of the same name with other bytes has no record at all."""
    (model,) = shelf(tmp_path, "kokoro-small")
    found = tuned(model)
    assert EMPTY.having(found).stale(model, NO_GRAPHS) == ""
    assert EMPTY.stale(model, NO_GRAPHS) == "kokoro-small was never tuned here"
    for key in ("onnxruntime", "kernel", "cpu", "source_sha256", "graphs"):
        then: Any = {key: "another"}
        old = replace(found, circumstances=replace(found.circumstances, **then))
        assert EMPTY.having(old).stale(model, NO_GRAPHS).startswith(f"{key} was another and is ")
        assert (EMPTY.having(old).tuned(model) is None) == (key == "source_sha256")


def test_graphs_that_were_made_after_tuning_are_used_and_are_a_reason_to_tune(tmp_path: Path) -> None:
    """What was found of the published file says nothing of them; nor does what that took."""
    model = piper_models.install(tmp_path / "models")
    before = EngineOptions(pulled=tmp_path / "models", prepared=tmp_path / "prepared")
    record = EMPTY.having(replace(tuned(model), circumstances=circumstances(model, before)))
    assert record.own_mb(model, before) == 300
    assert applied_here(before, model, record.models[model.name]).prepared is None
    piper_models.write_prepared(tmp_path / "prepared", model, piper_models.parts(piper_models.SMALL))
    assert record.stale(model, before).startswith("graphs was none and is made ")
    assert record.own_mb(model, before) == 0
    assert applied_here(before, model, record.models[model.name]).prepared == tmp_path / "prepared"


def test_the_engine_is_made_as_the_record_says_where_the_settings_leave_it_open(tmp_path: Path) -> None:
    """Threads of the settings win."""
    (model,) = shelf(tmp_path, "kokoro-small")
    record = EMPTY.having(tuned(model, arena=True))
    options = EngineOptions(pulled=tmp_path / "models", prepared=tmp_path / "prepared")
    for asked, threads in ((0, 3), (2, 2)):
        voices = installed("kokoro", replace(options, threads=asked), record=record)
        own = voices.engines["kokoro"]._options  # type: ignore[attr-defined]
        assert (own.threads, own.arena, own.prepared) == (threads, True, None)
        assert voices.part("kokoro").tuned == record.models["kokoro-small"]


def test_an_engine_is_used_again_until_something_of_it_changes(tmp_path: Path) -> None:
    """Its options, its record, its files."""
    (model,) = shelf(tmp_path, "kokoro-small")
    options = EngineOptions(pulled=tmp_path / "models")
    first = installed("compact", options)
    same = installed("kokoro", options, first)
    assert {name: same.engines[name] is first.engines[name] for name in ("compact", "espeak", "kokoro")} == {
        "compact": True, "espeak": True, "kokoro": True,
    }  # fmt: skip
    retuned = installed("kokoro", options, first, EMPTY.having(tuned(model)))
    assert retuned.engines["kokoro"] is not first.engines["kokoro"]
    assert retuned.engines["compact"] is first.engines["compact"]


# -- auto ---------------------------------------------------------------------------------------------------


def test_auto_with_nothing_pulled_is_compact() -> None:
    """As it comes out of the box."""
    assert choose((), PI_4, EMPTY, PLENTY).engine == "compact"


@pytest.mark.parametrize(
    ("board", "engine", "words"),
    [
        (PC, "kokoro", "real-time factor 0.33"),
        (PI_5, "piper", "not kokoro-small: too slow, real-time factor 1 (published for Raspberry Pi 5, 4 c"),
        (PI_4, "piper", "not kokoro-small: too slow, real-time factor 3.2"),
        (Board("Raspberry Pi Zero 2 W Rev 1.0", 4, 500), "compact", "not piper-small: too slow"),
        (
            Board("Raspberry Pi 5 Model B Rev 1.0", 1, 8000),
            "piper",
            "0.52 (published for Raspberry Pi 5, 4 c",
        ),
        (Board("x86_64", 1, 1000, PC.features), "piper", "1.3 (measured for x86-64 with VNNI, 2 cores; reckoned"),
        (Board("x86_64", 2, 4000, PC.features), "kokoro", "(measured for x86-64 with VNNI, 2 cores)"),
        (Board("x86_64", 2, 4000, frozenset({"avx2"})), "piper", "too slow, real-time factor 2.6 (reckoned for"),
        (Board("x86_64", 4, 4000, frozenset({"avx2"})), "kokoro", "real-time factor 0.66 (reckoned for"),
        (Board("x86_64", 16, 64000), "compact", "its speed on x86_64 is not known (`litetts-edge tune`)"),
        (Board("x86_64", 2, 700, PC.features), "piper", "more than half of the machine's 700 MB"),
        (Board("riscv64", 8, 8000), "compact", "its speed on riscv64 is not known (`litetts-edge tune`)"),
    ],
)
def test_auto_goes_by_what_is_published_of_the_board(
    tmp_path: Path, board: Board, engine: str, words: str
) -> None:
    """And says why."""
    models = tuple(shelf(tmp_path, "piper-small", "kokoro-small"))
    choice = choose(models, board, EMPTY, PLENTY)
    assert choice.engine == engine
    assert words in choice.why


def test_auto_believes_its_own_measurement_more_than_what_is_published(tmp_path: Path) -> None:
    """Kokoro keeps up on this Pi 5, and does not on this PC."""
    models = tuple(shelf(tmp_path, "piper-small", "kokoro-small"))
    fast, slow = EMPTY.having(tuned(models[1], rtf=0.5)), EMPTY.having(tuned(models[1], rtf=0.9))
    assert choose(models, PI_5, fast, PLENTY).model == "kokoro-small"
    assert choose(models, PC, slow, PLENTY).model == "piper-small"
    assert "real-time factor 0.5 (measured here)" in choose(models, PI_5, fast, PLENTY).why


def test_auto_leaves_out_what_did_not_run_here(tmp_path: Path) -> None:
    """However fast the board is."""
    models = tuple(shelf(tmp_path, "kokoro-small"))
    found = tuned(models[0])
    crashed = replace(found, best=replace(found.best, rtf=0.0, failure="it crashed"))
    choice = choose(models, PC, EMPTY.having(crashed), PLENTY)
    assert (choice.engine, "not kokoro-small: it does not run here (it crashed)" in choice.why) == (
        "compact",
        True,
    )


def test_what_auto_chose_or_a_setting_names_is_not_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the first of its engine, which is too slow here; and not one without which the settings are wrong."""
    slow, fast, _ = shelf(tmp_path, "kokoro-small", "kokoro-small-q4", "kitten-small")
    write_record(tmp_path, EMPTY.having(tuned(slow, rtf=5.0)).having(tuned(fast)))
    monkeypatch.setenv("LITETTS_EDGE__STATE_DIR", str(tmp_path))
    assert main(["models", "remove", "kokoro-small-q4"]) == 2
    assert "in use: the settings speak with kokoro:af_heart" in capsys.readouterr().err
    asked = ["--set", "engine.name=kitten", "--set", "engine.model=kitten-small", "--set", "voice=kokoro:af_heart"]
    assert main(["models", "remove", "kitten-small", *asked]) == 2
    assert "in use: engine.model names it" in capsys.readouterr().err


def test_auto_leaves_out_what_does_not_fit(tmp_path: Path) -> None:
    """With the arithmetic."""
    models = tuple(shelf(tmp_path, "kokoro-small"))
    choice = choose(models, PC, EMPTY, Room(10_000_000, "MemAvailable"))
    assert choice.engine == "compact"
    assert "and 10 MB are available (MemAvailable)" in choice.why


def test_auto_falls_back_when_the_chosen_model_cannot_be_used(tmp_path: Path) -> None:
    """A manifest that names no voices."""
    folder = tmp_path / "models" / "broken"
    folder.mkdir(parents=True)
    facts = json.loads((SMALL / "kokoro-small" / "manifest.json").read_text())
    facts |= {"name": "broken", "files": {}}
    (folder / "manifest.json").write_text(json.dumps(facts))
    record = EMPTY.having(tuned(read_installed(folder)))
    voices = installed("auto", EngineOptions(pulled=tmp_path / "models"), record=record)
    assert voices.default.engine == "compact"
    assert "kokoro cannot be used" in voices.choice.why


# -- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def quick_trials(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Trials by formula."""
    machine = Machine({PLAIN: 0.5})

    def measure(engine: str, options: EngineOptions, candidate: Candidate, *, tries: int = 2) -> Measured:
        return machine(candidate)

    monkeypatch.setattr(trial, "measure", measure)
    return machine


def command(state: Path, *arguments: str) -> int:
    return main(["tune", "--set", f"state_dir={state}", "--set", "node.id=x", *arguments])


def test_the_command_shows_a_table_and_keeps_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], quick_trials: Machine
) -> None:
    """Rows as they come, the winner, and where it was written."""
    shelf(tmp_path, "kokoro-small")
    assert command(tmp_path) == 0
    out = capsys.readouterr().out
    assert out.startswith("kokoro-small\n")
    assert out.count(" MB\n") == len(quick_trials.tried)
    assert f"Written to {tmp_path / records.FILE}" in out
    assert list(read_record(tmp_path).models) == ["kokoro-small"]


def test_the_command_answers_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], quick_trials: Machine
) -> None:
    """One JSON list and nothing else."""
    shelf(tmp_path, "kokoro-small")
    assert command(tmp_path, "--json", "--quick") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["model"] == "kokoro-small"
    assert len(found["rows"]) == len(quick_trials.tried)


@pytest.mark.parametrize(("load", "code", "tried"), [(100.0, LATER, False), (0.0, 0, True)])
def test_in_the_background_a_busy_machine_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_trials: Machine, load: float, code: int, tried: bool
) -> None:
    """Its figures would be worse than the truth; whoever asks for them gets them with a warning."""
    shelf(tmp_path, "kokoro-small")
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    monkeypatch.setattr(os, "nice", lambda _: 19)
    assert command(tmp_path, "--background") == code
    assert bool(quick_trials.tried) == tried
    assert command(tmp_path) == 0


def test_auto_tunes_until_something_keeps_up(tmp_path: Path, quick_trials: Machine) -> None:
    """What comes after it would not be chosen."""
    shelf(tmp_path, "kokoro-small", "piper-small", "kitten-small")
    quick_trials.work = {PLAIN: 9.0}
    assert command(tmp_path, "--quick") == 1
    assert set(read_record(tmp_path).models) == {"kokoro-small", "piper-small", "kitten-small"}
    quick_trials.work = {PLAIN: 0.1}
    assert command(tmp_path, "--quick") == 0
    assert read_record(tmp_path).models["kokoro-small"].keeps_up
    assert not read_record(tmp_path).models["piper-small"].keeps_up


def test_a_model_that_is_not_there_is_named_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage."""
    shelf(tmp_path, "kokoro-small")
    assert command(tmp_path, "kokoro-smal") == 2
    assert "Did you mean 'kokoro-small'?" in capsys.readouterr().err


def test_with_nothing_installed_there_is_nothing_to_tune(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That is no fault."""
    assert command(tmp_path) == 0
    assert "needs no tuning" in capsys.readouterr().err


def test_a_small_export_is_tuned_from_end_to_end(tmp_path: Path) -> None:
    """Real processes, a real engine, a real record: and then nothing is left to tune."""
    shelf(tmp_path, "kokoro-small")
    assert command(tmp_path, "--quick") == 0
    (model,) = (read_installed(tmp_path / "models" / "kokoro-small"),)
    found = read_record(tmp_path).tuned(model)
    assert found is not None
    assert all(not row.failure for row in found.rows)
    assert untuned(Settings(state_dir=str(tmp_path))) == ""


# -- in the background --------------------------------------------------------------------------------------


def test_what_is_untuned_is_what_the_settings_may_take(tmp_path: Path) -> None:
    """With auto the best that keeps up; with an engine its first model; nothing where nothing is pulled."""
    state = str(tmp_path)
    assert untuned(Settings(state_dir=state)) == ""
    kokoro, piper = shelf(tmp_path, "kokoro-small", "piper-small")
    assert untuned(Settings(state_dir=state)) == "kokoro-small was never tuned here"
    write_record(tmp_path, EMPTY.having(tuned(kokoro)))
    assert untuned(Settings(state_dir=state)) == ""
    write_record(tmp_path, EMPTY.having(tuned(kokoro, rtf=2.0)))
    assert untuned(Settings(state_dir=state)) == "piper-small was never tuned here"
    assert untuned(Settings(state_dir=state, engine=Engine(name="kokoro"))) == ""
    assert untuned(Settings(state_dir=state, engine=Engine(model="piper-small"))).startswith("piper-small")
    assert untuned(Settings(state_dir=state, engine=Engine(name="compact"))) == ""
    del piper


@dataclass(slots=True)
class Bench:
    """Background tuning with a program of our own, and who was told."""

    tuning: BackgroundTuning
    ends: asyncio.Event
    reasons: list[str]
    now: list[float]


def bench(program: str, *reasons: str) -> Bench:
    ends, why, now = asyncio.Event(), list(reasons), [0.0]
    tuning = BackgroundTuning(
        (),
        {},
        lambda: why[0] if why else "",
        ends.set,
        program=(sys.executable, "-c", program),
        clock=lambda: now[0],
    )
    return Bench(tuning, ends, why, now)


async def test_it_begins_after_a_long_silence_and_is_taken_in_at_its_end() -> None:
    """Not a second sooner, and only with a reason."""
    here = bench("", "the kernel changed")
    await here.tuning.tick(LONG_SILENCE_S - 1)
    assert not here.tuning.is_running
    await here.tuning.tick(LONG_SILENCE_S, is_wanted=False)
    assert not here.tuning.is_running
    await here.tuning.tick(LONG_SILENCE_S)
    assert here.tuning.is_running
    await asyncio.wait_for(here.ends.wait(), 10)
    here.reasons.clear()
    here.now[0] += LONG_SILENCE_S
    await here.tuning.tick(LONG_SILENCE_S)
    assert not here.tuning.is_running


async def test_it_gives_way_to_speech_and_comes_back() -> None:
    """What was cut short is no failure."""
    here = bench("import signal; signal.pause()", "the kernel changed")
    await here.tuning.tick(LONG_SILENCE_S)
    await here.tuning.tick(0.0)
    await here.tuning.ended()
    assert not here.ends.is_set()
    here.now[0] += LONG_SILENCE_S
    await here.tuning.tick(LONG_SILENCE_S)
    assert here.tuning.is_running
    await here.tuning.close()
    assert not here.tuning.is_running


async def test_a_busy_machine_is_tried_again_after_another_silence() -> None:
    """It may be busy with something that ends."""
    here = bench(f"raise SystemExit({LATER})", "the kernel changed")
    for _ in range(2):
        await here.tuning.tick(LONG_SILENCE_S)
        assert here.tuning.is_running
        await here.tuning.ended()
        here.now[0] += LONG_SILENCE_S
    assert not here.ends.is_set()


async def test_what_failed_is_not_tried_for_the_same_reason_again() -> None:
    """Unless somebody asks for it."""
    here = bench("raise SystemExit(2)", "the kernel changed")
    await here.tuning.tick(LONG_SILENCE_S)
    await here.tuning.ended()
    here.now[0] += LONG_SILENCE_S
    await here.tuning.tick(LONG_SILENCE_S)
    assert not here.tuning.is_running
    here.tuning.ask()
    await here.tuning.tick(0.1, is_wanted=False)
    assert here.tuning.is_running
    await here.tuning.close()
