"""SIGINT and SIGTERM in the middle of what takes long: a line that says so, its exit code, nothing half done."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psutil
import pytest

from litetts_edge import cli
from litetts_edge.catalogue.imports import install
from litetts_edge.catalogue.recognise import recognise
from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.engines.installed import installed_models
from tests import tune_parts
from tests.published import VOICE_JSON, Notes, PublishedFiles, onnx_bytes, published, published_catalogue, tree

LARGE = onnx_bytes(("input", "input_lengths", "scales"), weights=3_000_000)
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
PULL = """
import sys
from litetts_edge import cli
from litetts_edge.commands.models import fetching
from tests import published
published.VOICE_MODEL = published.onnx_bytes(published.PIPER_INPUTS, weights=3_000_000)
fetching.read_catalogue = lambda: published.published_catalogue(sys.argv[1])
sys.exit(cli.main(["models", "pull", "voice", "--yes"]))
"""
TUNE = """
import sys
from litetts_edge import cli
sys.exit(cli.main(["tune", *sys.argv[1:]]))
"""


def begun(program: str, state: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "XDG_STATE_HOME": str(state), "LITETTS_EDGE__STATE_DIR": str(state)}
    command = [sys.executable, "-c", program, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environ, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def server() -> Iterator[PublishedFiles]:
    with published({"/voice.onnx": LARGE, "/voice.onnx.json": VOICE_JSON}) as server:
        yield server


@pytest.mark.parametrize("number", CODES)
def test_an_interrupted_pull_goes_on(server: PublishedFiles, tmp_path: Path, number: signal.Signals) -> None:
    """In the middle of a file: no model is there, and the next pull asks for the rest only."""
    pulling: list[subprocess.Popen[str]] = []

    def half(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        server.give(handler, content, until=len(content) // 2)
        while not any(path.stat().st_size > 10_000 for path in tmp_path.glob("models/.incoming/voice/*")):
            server.closing.wait(0.01)
        pulling[0].send_signal(number)
        server.closing.wait(10)

    server.behaves("/voice.onnx", half, server.give)
    pulling.append(begun(PULL, tmp_path, server.base))
    _, errors = pulling[0].communicate(timeout=60)
    assert pulling[0].returncode == CODES[number], errors
    assert errors.endswith("interrupted; the same command goes on where it stopped\n")
    assert installed_models(tmp_path / "models") == ()
    again = begun(PULL, tmp_path, server.base)
    again.communicate(timeout=60)
    assert again.returncode == 0
    (model,) = installed_models(tmp_path / "models")
    for file in model.files:
        model.verify(file)
    assert tree(tmp_path / "models") == ["voice/manifest.json", "voice/voice.onnx", "voice/voice.onnx.json"]
    ranges = [asked.get("Range", "") for asked in server.asked("/voice.onnx")]
    assert len(ranges) == 2
    assert re.fullmatch("bytes=[1-9][0-9]*-", ranges[1])


@pytest.mark.parametrize("number", CODES)
def test_an_interrupted_tuning_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """In the middle of a trial: that process ends, too, and the record is as it was."""
    tune_parts.shelf(tmp_path, "kokoro-small")
    tuning = begun(TUNE, tmp_path, "kokoro-small")
    assert tuning.stdout is not None
    while "first audio" not in tuning.stdout.readline():  # the table begins
        assert tuning.poll() is None
    parent = psutil.Process(tuning.pid)
    while not (trials := parent.children()):
        assert psutil.wait_procs([parent], timeout=0.01) == ([], [parent])
    tuning.send_signal(number)
    _, errors = tuning.communicate(timeout=60)
    assert tuning.returncode == CODES[number], errors
    assert errors.endswith("interrupted; nothing of kokoro-small was written\n")
    _, alive = psutil.wait_procs(trials, timeout=10)
    assert not alive
    assert not list(tmp_path.glob("*tuning*"))


def test_an_interrupted_import_leaves_nothing_behind(tmp_path: Path) -> None:
    """It is copied again by the next one."""
    (tmp_path / "own.onnx").write_bytes(LARGE)
    (tmp_path / "own.onnx.json").write_bytes(VOICE_JSON)
    (found,) = recognise([tmp_path], published_catalogue("https://example.org")).models

    class Interrupted(Notes):
        def moved(self, path: str, done: int, total: int) -> None:
            raise KeyboardInterrupt

    shelf = Shelf(tmp_path / "models")
    with pytest.raises(KeyboardInterrupt):
        install(found, shelf, Interrupted(), datetime(2026, 1, 2, tzinfo=UTC))
    assert tree(shelf.folder) == []


def test_two_cannot_optimize_one_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one says so, and the first one's graphs are not taken away from under it."""
    monkeypatch.setenv("LITETTS_EDGE__STATE_DIR", str(tmp_path))
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    tune_parts.shelf(tmp_path, "piper-small")
    with Shelf(tmp_path / "models").lock("piper-small"):
        assert cli.main(["models", "optimize", "piper-small"]) == 1
    assert "Another process pulls, imports, optimizes or removes piper-small" in capsys.readouterr().err
    assert not (tmp_path / "prepared" / "piper-small").exists()
