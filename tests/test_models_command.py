"""`litetts-edge models` as its user meets it: what it prints, its exit code, and what it leaves on the disk."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from litetts_edge import cli
from litetts_edge.catalogue.entries import Catalogue
from litetts_edge.commands.models import SUBCOMMANDS, fetching, keeping, listing
from litetts_edge.commands.models.progress import ProgressLine
from tests.published import HEART, KOKORO_MODEL, PublishedFiles, published, published_catalogue, tree

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def server() -> Iterator[PublishedFiles]:
    with published() as server:
        yield server


@pytest.fixture
def state(tmp_path: Path, server: PublishedFiles, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder, in a world where the catalogue is small and its server is this machine."""

    def small() -> Catalogue:
        return published_catalogue(server.base)

    for module in (fetching, keeping, listing):
        monkeypatch.setattr(module, "read_catalogue", small)
    for name in ("XDG_STATE_HOME", "STATE_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path / "state"


def models(*arguments: str) -> int:
    return cli.main(["models", *arguments])


def test_pull_verify_remove(state: Path, capsys: Captured) -> None:
    """The life of a model."""
    assert models("pull", "voice", "--yes") == 0
    told = capsys.readouterr()
    assert "licence CC0-1.0: https://example.org/licence" in told.out
    assert "models use voice" in told.out
    assert models("verify") == 0
    assert "voice: 2 files, 3 kB, all as they should be" in capsys.readouterr().out
    assert models("remove", "voice", "--yes") == 0
    assert "is removed" in capsys.readouterr().out
    assert tree(state / "models") == []


def test_a_licence_has_to_be_accepted(state: Path, capsys: Captured, server: PublishedFiles) -> None:
    """By a person at a terminal, or --yes; before the first byte."""
    assert models("pull", "voice") == 2
    assert "--yes to accept it" in capsys.readouterr().err
    assert server.requests == []


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("\n", 2), ("n\n", 2), ("", 2)])
def test_a_person_is_asked(state: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    """Nothing is not yes."""
    stdin = io.StringIO(answer)
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    assert models("pull", "voice") == code


def test_a_pinned_hash_is_told(state: Path, capsys: Captured) -> None:
    """The user knows that nobody vouches for that file."""
    assert models("pull", "unknown", "--yes") == 0
    assert "no two public sources have a hash of voice.onnx.json" in capsys.readouterr().err


def test_damage_is_found(state: Path, capsys: Captured) -> None:
    """With the file, and what mends it; the exit code says it to scripts."""
    models("pull", "voice", "--yes")
    (state / "models" / "voice" / "voice.onnx").write_bytes(b"short")
    assert models("verify", "voice") == 1
    told = capsys.readouterr().err
    assert "voice.onnx: it has 5 bytes" in told
    assert "models pull voice" in told
    assert models("pull", "voice", "--yes") == 0
    assert models("verify") == 0


def test_what_no_pull_brings_is_not_said_to_be_mended_by_one(state: Path, capsys: Captured) -> None:
    """A model of the user's own is imported again."""
    models("pull", "voice", "--yes")
    own = state / "models" / "own"
    (state / "models" / "voice").rename(own)
    (own / "manifest.json").write_text((own / "manifest.json").read_text().replace('"voice"', '"own"', 1))
    (own / "voice.onnx").write_bytes(b"short")
    assert models("verify", "own") == 1
    assert "Import it again" in capsys.readouterr().err


def test_the_damaged_manifest_of_a_model_is_no_crash(state: Path, capsys: Captured) -> None:
    """It is told, mended by a pull, and can be removed."""
    models("pull", "voice", "--yes")
    manifest = state / "models" / "voice" / "manifest.json"
    manifest.write_text("{")
    assert models("verify") == 1
    assert "manifest.json is damaged" in capsys.readouterr().err
    assert models("pull", "voice", "--yes") == 0
    manifest.write_text("{")
    assert models("remove", "voice", "--yes") == 0


def test_a_folder_is_imported(state: Path, tmp_path: Path, capsys: Captured) -> None:
    """By import, or by pull --from."""
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "a").write_bytes(KOKORO_MODEL)
    (tmp_path / "stick" / "b").write_bytes(HEART)
    assert models("import", str(tmp_path / "stick"), "--only", "kokoro") == 0
    assert "kokoro is installed in" in capsys.readouterr().out
    assert models("pull", "kokoro", "--from", str(tmp_path / "stick")) == 0
    assert "installed already" in capsys.readouterr().out
    assert models("import", str(tmp_path / "stick"), "--only", "voice") == 2
    assert "there is no voice, only: kokoro, pack" in capsys.readouterr().err


def test_use_sets_engine_model_and_voice(state: Path, capsys: Captured) -> None:
    """In override.yaml, where a reload finds them; and what is in use is not removed."""
    models("pull", "kokoro", "--yes", "--voices", "af_*")
    assert models("use", "kokoro", "--voice", "af_sky") == 0
    override = (state / "override.yaml").read_text("utf-8")
    assert "name: kokoro" in override
    assert "model: kokoro" in override
    assert "voice: kokoro:af_sky" in override
    assert models("remove", "kokoro", "--yes") == 2
    assert "the settings speak with kokoro:af_sky" in capsys.readouterr().err
    assert models("remove", "kokoro", "--yes", "--force") == 0


def test_use_of_a_voice_that_is_not_there_changes_nothing(state: Path, capsys: Captured) -> None:
    """The running voice is untouched."""
    models("pull", "kokoro", "--yes", "--voices", "af_heart")
    assert models("use", "kokoro", "--voice", "af_sky") == 2
    assert "af_sky" in capsys.readouterr().err
    assert not (state / "override.yaml").exists()


@pytest.mark.parametrize(
    ("model", "voice", "told"),
    [
        ("kokoro", "espeak:de", "espeak:de is not of kokoro, which would not speak then. Name a voice of kokoro"),
        ("espeak", "compact:slt", "compact:slt is not of espeak"),
        ("voice", "piper:other", "Name piper:voice"),
        ("voice", "kokoro:af_heart", "kokoro:af_heart is not of voice"),
    ],
)
def test_use_of_a_voice_of_another_model_is_refused(
    state: Path, capsys: Captured, model: str, voice: str, told: str
) -> None:
    """Although it is there: the model that was asked for would not speak."""
    models("pull", "kokoro", "--yes", "--voices", "af_heart")
    models("pull", "voice", "--yes")
    assert models("use", model, "--voice", voice) == 2
    assert told in capsys.readouterr().err
    assert not (state / "override.yaml").exists()


def test_use_says_what_is_stronger(state: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting in the environment wins."""
    models("pull", "kokoro", "--yes", "--voices", "af_heart")
    monkeypatch.setenv("LITETTS_EDGE__VOICE", "espeak:de")
    assert models("use", "kokoro") == 1
    assert "voice (environment LITETTS_EDGE__VOICE)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["pull", "vioce", "--yes"], 2, "Did you mean 'voice'"),
        (["use", "voice"], 2, "No model named 'voice'"),
        (["remove", "voice"], 2, "No model named 'voice'"),
        (["verify", "voice"], 2, "No model named 'voice'"),
        (["import", "/nonexistent"], 2, "Is the stick mounted"),
        (["pull", "kokoro", "--voices", "bf_emma", "--yes"], 2, "no voice 'bf_emma'"),
        (["list", "nothing"], 2, "No model named"),
        (["list", "--lang", "tlh"], 1, "no such model"),
        (["pull", "voice", "--yes", "--from", "http://127.0.0.1:9"], 1, "nobody listens there"),
    ],
)
def test_what_cannot_be_done_says_why(
    state: Path, capsys: Captured, arguments: list[str], code: int, told: str
) -> None:
    """With the documented exit code."""
    assert models(*arguments) == code
    assert told in capsys.readouterr().err


def test_the_list_marks_what_is_installed(state: Path, capsys: Captured) -> None:
    """One model a line; for programs JSON; what was imported from elsewhere too."""
    models("pull", "voice", "--yes")
    capsys.readouterr()
    assert models("list", "--engine", "piper") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["*", "voice"], ["unknown", "3"]]
    assert models("list", "--installed", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["licence"]) for row in rows] == [("voice", "CC0-1.0")]
    assert models("list", "unknown") == 0
    assert "pinned at the first pull" in capsys.readouterr().out


def test_a_folder_that_may_not_be_written(state: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without rights is told to take them."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(state / "models"))

    monkeypatch.setattr("litetts_edge.catalogue.shelf.Shelf.staging", refused)
    assert models("pull", "voice", "--yes") == 1
    told = capsys.readouterr().err
    assert "models" in told
    assert "sudo" in told


def test_an_interrupted_pull_says_how_it_goes_on(
    state: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And ends as interrupted programs do."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("litetts_edge.catalogue.fetch.Fetcher.fetch", interrupted)
    assert models("pull", "voice", "--yes") == 130
    assert "goes on where it stopped" in capsys.readouterr().err


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_has_its_function(name: str) -> None:
    """The table names modules as text."""
    module, _, function = SUBCOMMANDS[name].function.partition(":")
    assert callable(getattr(import_module(module), function))


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that is drawn again, with rate and time left, and ends with the file."""
    out, clock = io.StringIO(), Clock()
    monkeypatch.setattr(out, "isatty", lambda: True)
    line = ProgressLine(out, clock)
    for clock.now, done in ((0.0, 0), (0.01, 1), (1.0, 10_000_000), (2.0, 20_000_000), (6.0, 60_000_000)):
        line.moved("a.onnx", done, 60_000_000)
    drawn = out.getvalue().split("\r")[1:]
    assert len(drawn) == 4
    assert drawn[2].rstrip() == "a.onnx: 20 MB of 60 MB, 33 %, 10.0 MB/s, 4 s left"
    assert drawn[3].endswith("\n")


def test_many_small_files_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn over each other on a terminal; the cursor is left at the start of the next line."""
    out, clock = io.StringIO(), Clock()
    monkeypatch.setattr(out, "isatty", lambda: True)
    line = ProgressLine(out, clock)
    for name in ("a", "b", "c"):
        line.moved(f"voices/{name}.bin", 522240, 522240)
    line.close()
    line.close()
    assert out.getvalue().count("\n") == 1


def test_progress_in_a_log() -> None:
    """A line now and then, and one at the end of each file."""
    out, clock = io.StringIO(), Clock()
    line = ProgressLine(out, clock)
    for second in range(31):
        clock.now = second
        line.moved("a.onnx", second * 1_000_000, 0 if second < 30 else 30_000_000)
    assert [text.partition(",")[0] for text in out.getvalue().splitlines()] == [
        "a.onnx: 10 MB", "a.onnx: 20 MB", "a.onnx: 30 MB of 30 MB",
    ]  # fmt: skip
