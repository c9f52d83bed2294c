"""`models optimize`: a folder that is whole or not there, and made again when it does not fit."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import onnx
import pytest

from litetts_edge.commands import optimize
from litetts_edge.engines.installed import InstalledModel, ModelFile, read_installed
from litetts_edge.engines.memory import Room
from litetts_edge.engines.onnx import MANIFEST, verify
from litetts_edge.engines.prepared import read_prepared
from litetts_edge.engines.stream_record import FOLDER, StreamCheck, record
from litetts_edge.errors import BadField, EngineFailed, ExtraMissing
from litetts_edge.prepare import prepare as prepare_module
from litetts_edge.prepare import recipe
from litetts_edge.prepare.compare import open_session, snr_db
from litetts_edge.prepare.feeds import feeds
from litetts_edge.prepare.graph import Graph
from litetts_edge.prepare.prepare import prepare
from litetts_edge.settings.live import Sources
from tests.small_models import PULLED_MODELS
from tests.style_block import feed, style_block

FEEDS = (feed(), feed(200, seed=1))


def installed(folder: Path, graph: onnx.ModelProto) -> InstalledModel:
    """A model as the catalogue leaves it, with this graph."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    onnx.save(graph, str(path))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    about = {"role": "model", "sha256": digest, "bytes": path.stat().st_size}
    facts = {"name": folder.name, "engine": "kokoro", "files": {"model.onnx": about}}
    (folder / MANIFEST).write_text(json.dumps(facts))
    return InstalledModel(
        folder.name, "kokoro", folder, (), (ModelFile(path, "model", digest, path.stat().st_size),)
    )


@pytest.fixture
def model(tmp_path: Path) -> InstalledModel:
    return installed(tmp_path / "models" / "block", style_block())


def test_a_prepared_graph_says_what_the_published_one_says(tmp_path: Path, model: InstalledModel) -> None:
    """And engines find it, with its hash, what was done and how exact that is."""
    prepare(model, tmp_path / "prepared", FEEDS)
    found = read_prepared(tmp_path / "prepared", model)
    assert found is not None
    path = found.graph("whole")
    assert path is not None
    assert verify("kokoro", path) == path.stat().st_size
    runs = [open_session(one).run(None, dict(FEEDS[0])) for one in (model.files[0].path, path)]
    assert snr_db(runs[0], runs[1]) > 100
    assert {rewrite.name: rewrite.count for rewrite in found.graphs["whole"].rewrites}["norm scales"] == 6
    assert found.graphs["whole"].snr_db > 100


def test_what_fits_is_not_made_again(tmp_path: Path, model: InstalledModel) -> None:
    """Unless it is asked for."""
    said: list[str] = []
    prepare(model, tmp_path, FEEDS)
    prepare(model, tmp_path, FEEDS, tell=said.append)
    assert said == []
    prepare(model, tmp_path, FEEDS, force=True, tell=said.append)
    assert said


def test_another_published_file_is_prepared_anew(tmp_path: Path, model: InstalledModel) -> None:
    """The graphs of the old one are gone then."""
    prepare(model, tmp_path / "prepared", FEEDS)
    other = installed(model.folder, style_block(spelled_out=True))
    assert read_prepared(tmp_path / "prepared", other) is None
    prepare(other, tmp_path / "prepared", FEEDS)
    assert read_prepared(tmp_path / "prepared", other) is not None
    assert [path.name for path in (tmp_path / "prepared").iterdir()] == ["block"]


def test_a_run_that_was_ended_leaves_nothing_in_the_way(tmp_path: Path, model: InstalledModel) -> None:
    """Its half folder is not read, and the next run clears it away."""
    half = tmp_path / ".block.new"
    half.mkdir()
    (half / "whole.onnx").write_bytes(b"half")
    assert read_prepared(tmp_path, model) is None
    prepare(model, tmp_path, FEEDS)
    assert [path.name for path in tmp_path.iterdir() if path.name != "models"] == ["block"]


def test_a_failure_leaves_what_was_there(
    tmp_path: Path, model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is, and nothing beside it."""
    prepare(model, tmp_path, FEEDS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(onnx, "save", full)
    with pytest.raises(OSError, match="No space left"):
        prepare(model, tmp_path, FEEDS, force=True)
    assert read_prepared(tmp_path, model) is not None
    assert [path.name for path in tmp_path.iterdir() if path.name != "models"] == ["block"]


def test_a_failure_of_the_8_bit_form_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts in the published precision are there, and nothing half made beside them."""
    voice = read_installed(PULLED_MODELS / "piper-small")
    (given,) = feeds(voice)[:1]
    said: list[str] = []

    def refused(source: object, work: Path, name: str, *_: object) -> None:
        (work / f"{name}.trial.onnx").write_bytes(b"half")
        raise RuntimeError("no kernel")

    monkeypatch.setattr(prepare_module, "rewrite_fixed", refused)
    made = prepare(voice, tmp_path, [given], others=[given], tell=said.append)
    assert set(made.graphs) == {"whole", "encoder", "flow", "decoder"}
    assert "no 8-bit form: no kernel" in said
    assert {path.stem for path in made.folder.iterdir()} == {*made.graphs, "manifest"}


def test_a_rewrite_that_changes_the_sound_is_dropped(
    tmp_path: Path, model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph goes on without it, and the manifest says so."""

    def wrong(graph: Graph) -> int:
        for node in graph.of_type("InstanceNormalization"):
            graph.read_instead(node, 1, node.input[2])
        return 1

    monkeypatch.setattr(recipe, "BEFORE", (("norm scales", wrong),))
    prepare(model, tmp_path, FEEDS)
    about = json.loads((tmp_path / "block" / MANIFEST).read_text())["graphs"]["whole"]
    assert [one["name"] for one in about["dropped"]] == ["norm scales"]
    assert about["snr_db"] > 80


def test_a_file_that_is_no_graph_is_named(tmp_path: Path) -> None:
    """Its hash was right, so it is what was pulled."""
    model = installed(tmp_path / "models" / "block", style_block())
    model.files[0].path.write_bytes(b"<html>")
    digest = hashlib.sha256(b"<html>").hexdigest()
    model = InstalledModel(
        "block", "kokoro", model.folder, (), (ModelFile(model.files[0].path, "model", digest, 6),)
    )
    with pytest.raises(EngineFailed, match=r"model\.onnx is not an ONNX file"):
        prepare(model, tmp_path, FEEDS)
    assert not (tmp_path / "block").exists()


def test_too_little_memory_is_said_with_the_arithmetic(
    tmp_path: Path, model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is done."""
    monkeypatch.setattr("litetts_edge.prepare.prepare.available", lambda: Room(1_500_000_000, "MemAvailable"))
    with pytest.raises(EngineFailed, match=r"1500 MB are available .*takes 4 times its size and 1650 MB"):
        prepare(model, tmp_path, FEEDS)


def test_the_table_shows_the_gain() -> None:
    """A line for each graph."""
    rewrites = [{"name": "snakes", "count": 48, "snr_db": 120.0}]
    about = {"cpu_before_s": 2.0, "cpu_after_s": 1.0, "snr_db": 61.25, "rewrites": rewrites}
    lines = optimize.table({"whole": about}).splitlines()
    assert lines[0].split() == ["graph", "CPU", "before", "CPU", "after", "SNR", "rewrites"]
    assert lines[1].split() == ["whole", "2.00", "s", "1.00", "s", "(0.50)", "61.2", "dB", "snakes", "x", "48"]


def test_a_model_that_is_not_there() -> None:
    """The hint says which is meant."""
    known = [InstalledModel("kokoro-v1.0", "kokoro", Path(), (), ())]
    with pytest.raises(BadField, match=r"no model 'kokoro-v1' is installed\. Did you mean 'kokoro-v1\.0'\?"):
        optimize._asked(known, "kokoro-v1")
    with pytest.raises(BadField, match="models pull"):
        optimize._asked([], "")


def test_without_onnx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is needed for this command only."""
    monkeypatch.setattr(optimize, "find_spec", lambda _: None)
    with pytest.raises(ExtraMissing, match=r"models optimize needs .*/python\S* -m pip install 'onnx>="):
        optimize.optimize(argparse.Namespace())


def test_what_was_checked_before_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """New graphs have to be checked anew: nobody is left to wonder why a voice speaks whole sentences again."""
    voice = read_installed(PULLED_MODELS / "piper-small")
    shutil.copytree(voice.folder, tmp_path / "models" / voice.name)
    monkeypatch.setattr(optimize, "sources_of", lambda _: Sources(None, {}, [f"state_dir={tmp_path}"]))
    options = argparse.Namespace(name=voice.name, force=True, exact=True, json=False)
    assert optimize.optimize(options) == 0
    assert "models check" not in capsys.readouterr().err
    folder = tmp_path / "prepared" / voice.name / FOLDER
    folder.mkdir()
    record(folder, StreamCheck(voice.name, "", "", 5, 0.5, 0.9, 0.1, 0.0, None))
    assert optimize.optimize(options) == 0
    said = capsys.readouterr().err
    assert f"what was found of {voice.name} counts for nothing" in said
    assert f"models check {voice.name}" in said
