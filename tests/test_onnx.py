"""The session layer: damaged files, terminate at any moment, memory given back, the toy voice's bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from litetts_edge import engines
from litetts_edge.engines.installed import installed_models
from litetts_edge.engines.onnx import MANIFEST, OnnxModel, thread_count, verify
from litetts_edge.engines.termination import Run, Runs
from litetts_edge.engines.tiny import SLOW_RUN_S, TinyEngine
from litetts_edge.errors import EngineFailed, Terminated

REPOSITORY = Path(__file__).resolve().parents[1]
ENDLESS = 1_000_000_000
"""Rounds of the toy voice that would take half an hour."""


def inputs(rounds: int = 0) -> dict[str, np.ndarray]:
    return {"ids": np.array([1, 2, 3]), "speed": np.array([1.0], dtype=np.float32), "rounds": np.array(rounds)}


def in_one_run(*steps: Callable[[Runs, Run], object]) -> None:
    """Take the steps one after another inside one run."""
    runs = Runs()
    with runs.begin() as run:
        for step in steps:
            step(runs, run)


def terminate(runs: Runs, _: Run) -> None:
    runs.terminate()


def fail(_: Runs, __: Run) -> None:
    raise ValueError("an error on the way out")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of models/ that a test may damage."""
    shutil.copytree(engines.MODELS / "tiny", tmp_path / "tiny")
    return tmp_path


@pytest.fixture
def model() -> OnnxModel:
    made = OnnxModel("tiny", engines.MODELS / "tiny" / "tiny.onnx", threads=1)
    made.load()
    return made


def test_the_toy_voice_is_what_its_script_makes(tmp_path: Path) -> None:
    """scripts/make-tiny-voice gives the committed bytes, with the same onnx release."""
    subprocess.run([sys.executable, REPOSITORY / "scripts" / "make-tiny-voice", tmp_path], check=True)
    for name in ("tiny.onnx", MANIFEST):
        assert (tmp_path / name).read_bytes() == (engines.MODELS / "tiny" / name).read_bytes()


def test_a_missing_file_is_named(folder: Path) -> None:
    """A model that is not there: the error says which file, and what to do."""
    path = folder / "tiny" / "tiny.onnx"
    path.unlink()
    with pytest.raises(EngineFailed, match=r"tiny\.onnx cannot be read .*Get the model again"):
        TinyEngine(models=folder).load()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_file_is_refused(folder: Path, damage: str) -> None:
    """One wrong byte is enough, and onnxruntime never sees it."""
    path = folder / "tiny" / "tiny.onnx"
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-1], "flipped": data[:-1] + bytes([data[-1] ^ 1]), "empty": b""}[damage])
    with pytest.raises(EngineFailed, match="is damaged"):
        TinyEngine(models=folder).load()


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"files": {}}', '{"files": {"tiny.onnx": 1}}'])
def test_a_missing_or_broken_manifest_is_named(folder: Path, content: str | None) -> None:
    """Without a hash a model is not loaded."""
    manifest = folder / "tiny" / MANIFEST
    manifest.unlink() if content is None else manifest.write_text(content)
    with pytest.raises(EngineFailed, match=r"manifest\.json"):
        TinyEngine(models=folder).load()


def test_a_file_that_is_no_model_is_an_error(folder: Path) -> None:
    """A right hash of a wrong file: EngineFailed, not an error of the runtime's own."""
    path = folder / "tiny" / "tiny.onnx"
    path.write_bytes(b"no model")
    sha256 = hashlib.sha256(b"no model").hexdigest()
    (folder / "tiny" / MANIFEST).write_text(json.dumps({"files": {"tiny.onnx": {"sha256": sha256}}}))
    assert verify("tiny", path) == 8
    with pytest.raises(EngineFailed, match="is not a model that onnxruntime runs"):
        TinyEngine(models=folder).load()


def test_a_failed_load_can_be_tried_again(folder: Path) -> None:
    """The file is put right, and load() works without a new engine."""
    path = folder / "tiny" / "tiny.onnx"
    data = path.read_bytes()
    path.write_bytes(b"")
    tiny = TinyEngine(models=folder)
    with pytest.raises(EngineFailed):
        tiny.load()
    path.write_bytes(data)
    tiny.load()
    assert tiny.model_bytes == len(data)
    tiny.unload()
    assert tiny.model_bytes == 0


def test_terminate_ends_an_endless_run(model: OnnxModel) -> None:
    """A run of half an hour ends with Terminated; the next run on the same session is complete."""
    runs = Runs()
    timer = threading.Timer(0.05, runs.terminate)
    timer.start()
    with pytest.raises(Terminated), runs.begin() as run:
        model.run(inputs(ENDLESS), run)
    with runs.begin() as run:
        assert len(model.run(inputs(), run)[0]) == 3 * 1120


def test_terminate_before_the_model_runs_is_not_lost(model: OnnxModel) -> None:
    """Between the start of a run and the runtime's own, terminate() still counts."""
    with pytest.raises(Terminated):
        in_one_run(terminate, lambda _, run: model.run(inputs(ENDLESS), run))


def test_terminate_between_two_models_of_a_run_is_not_lost(model: OnnxModel) -> None:
    """An engine of several models stays terminated for all of them."""
    with pytest.raises(Terminated):
        in_one_run(
            lambda _, run: model.run(inputs(), run), terminate, lambda _, run: model.run(inputs(ENDLESS), run)
        )


def test_terminate_after_the_work_still_ends_the_run(model: OnnxModel) -> None:
    """Work that was quicker than terminate() is not handed out."""
    with pytest.raises(Terminated):
        in_one_run(lambda _, run: model.run(inputs(), run), terminate)


def test_a_late_terminate_never_reaches_the_next_run(model: OnnxModel) -> None:
    """Without a run in progress terminate() does nothing, nor does one that holds an old run."""
    runs = Runs()
    with runs.begin() as first:
        model.run(inputs(), first)
    runs.terminate()
    first.terminate()
    with runs.begin() as second:
        assert len(model.run(inputs(), second)[0])


def test_runs_and_terminates_race(model: OnnxModel) -> None:
    """Thousands of terminates at any moment: every run is either complete or Terminated, and none hangs."""
    runs = Runs()
    ended = threading.Event()

    def disturb() -> None:
        while not ended.wait(0.0001):
            runs.terminate()

    disturber = threading.Thread(target=disturb)
    disturber.start()
    outcomes: list[int] = []
    try:
        while len(set(outcomes)) < 2 or len(outcomes) < 300:
            try:
                with runs.begin() as run:
                    outcomes.append(len(model.run(inputs(2000 if len(outcomes) % 2 else 0), run)[0]))
            except Terminated:
                outcomes.append(-1)
    finally:
        ended.set()
        disturber.join()
    assert set(outcomes) <= {3 * 1120, -1}


def test_an_error_of_the_runtime_is_engine_failed(model: OnnxModel) -> None:
    """Wrong inputs raise EngineFailed; a terminated run raises Terminated whatever went wrong in it."""
    with pytest.raises(EngineFailed, match=r"tiny\.onnx did not run"):
        model.run({"ids": np.array([1])}, Run())
    with pytest.raises(Terminated):
        in_one_run(terminate, fail)
    with pytest.raises(ValueError, match="on the way out"):
        in_one_run(fail)


def test_a_terminated_run_writes_nothing_to_the_log(folder: Path) -> None:
    """The runtime would print an error for each stop; a stop is no error."""
    program = f"""
import numpy as np, pathlib
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.termination import Runs
from litetts_edge.errors import Terminated
model = OnnxModel("tiny", pathlib.Path({str(folder)!r}) / "tiny" / "tiny.onnx", threads=1)
model.load()
runs = Runs()
try:
    with runs.begin() as run:
        runs.terminate()
        model.run({{"ids": np.array([1]), "speed": np.ones(1, np.float32), "rounds": np.array({ENDLESS})}}, run)
except Terminated:
    print("terminated")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("terminated\n", "")


def test_run_needs_load() -> None:
    """run() before load() or after unload() is an error, not a crash."""
    model = OnnxModel("tiny", engines.MODELS / "tiny" / "tiny.onnx")
    with pytest.raises(EngineFailed, match="not loaded"):
        model.run(inputs(), Run())


def test_threads_are_the_cores_at_most_four() -> None:
    """0 asks the machine; a number is taken as it is."""
    assert thread_count(3) == 3
    assert 1 <= thread_count(0) <= min(4, os.cpu_count() or 1)


def test_slow_mode_is_calibrated() -> None:
    """A run of tiny:slow is worth about 2 s: far more rounds than the calibration itself."""
    tiny = TinyEngine(threads=1, models=engines.MODELS)
    tiny.load()
    assert SLOW_RUN_S == 2.0
    assert tiny._slow_rounds > 20_000


def test_without_onnxruntime_the_engine_says_so(model: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none for 32 bit: the voice is replaced, the daemon goes on."""
    model.unload()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineFailed, match="onnxruntime is not installed"):
        model.load()


def test_nothing_is_reported_to_anybody(tmp_path: Path) -> None:
    """onnxruntime keeps a device number at home and reports its use, unless it is told not to."""
    code = """
from litetts_edge.engines import create
engine = create("tiny")
engine.load()
"""
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}  # nothing that already says so
    subprocess.run((sys.executable, "-c", code), check=True, env=home, cwd=REPOSITORY)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"name": "a", "engine": "b", "files": {"c": {"bytes": Infinity}}}']
)
def test_a_model_with_a_damaged_manifest_is_left_out(tmp_path: Path, text: str) -> None:
    """The daemon starts with the others."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text(
        text.replace('{"bytes', '{"role": "", "sha256": "", "bytes')
    )
    assert installed_models(tmp_path) == ()
