"""What tuning found: kept, believed as long as nothing changed, and what auto makes of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from litetts_edge.cli import main
from litetts_edge.engines.board import Board
from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.memory import Room
from litetts_edge.engines.options import EngineOptions
from litetts_edge.pipeline.choice import choose
from litetts_edge.pipeline.inventory import installed
from litetts_edge.tuning import record as records
from litetts_edge.tuning.record import EMPTY, applied_here, circumstances, read_record, write_record
from tests import piper_models
from tests.tune_parts import NO_GRAPHS, SMALL, shelf, tuned

PI_4 = Board("Raspberry Pi 4 Model B Rev 1.5", 4, 4000)
PI_5 = Board("Raspberry Pi 5 Model B Rev 1.0", 4, 8000)
PC = Board("x86_64", 4, 16000, frozenset({"avx2", "avx512_vnni"}))
PLENTY = Room(10**10, "MemAvailable")


# -- the record ---------------------------------------------------------------------------------------------


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
        (Board("x86_64", 2, 740, PC.features), "piper", "more than half of the machine's 740 MB"),
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
