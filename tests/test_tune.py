"""`litetts-edge tune`: the command, and tuning in the background."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from litetts_edge.cli import main
from litetts_edge.engines import kitten_symbols, kokoro_symbols
from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.piper_config import read_config
from litetts_edge.engines.piper_input import written
from litetts_edge.engines.portions import symbols_at_once
from litetts_edge.pipeline.inventory import untuned
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.speaking import Engine
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.frontend import Frontend
from litetts_edge.tuning import record as records
from litetts_edge.tuning import trial
from litetts_edge.tuning.background import LATER, LONG_SILENCE_S, BackgroundTuning
from litetts_edge.tuning.record import EMPTY, PLAIN, Candidate, Measured, read_record, write_record
from tests.tune_parts import SMALL, Machine, shelf, tuned

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


async def test_a_run_that_cleaned_up_first_is_no_failure() -> None:
    """`tune` ends with 143 at SIGTERM, and begins again for the same reason."""
    here = bench("raise SystemExit(143)", "the kernel changed")
    for _ in range(2):
        await here.tuning.tick(LONG_SILENCE_S)
        assert here.tuning.is_running
        await here.tuning.ended()
        here.now[0] += LONG_SILENCE_S
    assert not here.ends.is_set()


@pytest.mark.parametrize("engine", ["kokoro", "kitten", "piper"])
def test_the_peak_is_measured_with_the_longest_portion(engine: str) -> None:
    """For the symbols of every engine: nearly as many as a graph is given at once, and no more."""
    voice = Voice(f"{engine}:x", engine, "en-US", 24_000, "x", Alphabet.IPA)
    (sentence,) = Frontend().sentences(trial.LONG, voice, voice.lang)
    read = {
        "kokoro": kokoro_symbols.symbols(sentence.phonemes, sentence.lang),
        "kitten": kitten_symbols.symbols(sentence.phonemes),
        "piper": written(sentence, read_config(read_installed(SMALL / "piper-small"))),
    }
    assert 0.9 * symbols_at_once(1.0) < len(read[engine]) <= symbols_at_once(1.0)


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
