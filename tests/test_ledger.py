"""What was in progress at a crash is known afterwards, and is not tried for ever."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from litetts_edge.errors import Poison
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.speech import SpeakRequest
from tests.desk import ask


def crash(path: Path, request: SpeakRequest, boot: str = "now") -> None:
    """A process that ends in the middle of the request."""
    ledger = CrashLedger(path, lambda: boot)
    ledger.load()
    ledger.begin(request)


def test_two_crashes_make_poison(tmp_path: Path) -> None:
    """By what is said, whatever its id."""
    for name in ("a", "b"):
        crash(tmp_path / "ledger", ask(name, "boom"))
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    with pytest.raises(Poison, match="2 times"):
        ledger.begin(ask("c", "boom"))
    ledger.begin(ask("d", "another text"))


def test_poison_stays_poison_over_restarts(tmp_path: Path) -> None:
    """Refusing it is no success."""
    for name in ("a", "b"):
        crash(tmp_path / "ledger", ask(name, "boom"))
    for _ in range(3):
        ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
        ledger.load()
        with pytest.raises(Poison):
            ledger.begin(ask("c", "boom"))
        ledger.end(ask("c", "boom"))


def test_an_end_that_is_no_crash_counts_nothing(tmp_path: Path) -> None:
    """Finished or failed, it was not the process that ended."""
    for _ in range(5):
        ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
        ledger.load()
        ledger.begin(ask("a"))
        ledger.end(ask("a"))


def test_one_good_run_forgives_one_crash(tmp_path: Path) -> None:
    """It may have been a power cut."""
    crash(tmp_path / "ledger", ask("a"))
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    ledger.begin(ask("a"))
    ledger.end(ask("a"))
    crash(tmp_path / "ledger", ask("a"))
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    ledger.begin(ask("a"))


@pytest.mark.parametrize(("boots", "is_poison"), [("abcd", False), ("aaa", True), ("aab", False), ("aabb", True)])
def test_a_power_cut_is_no_crash(tmp_path: Path, boots: str, is_poison: bool) -> None:
    """Each letter is a start of the machine; it neither counts, nor makes what has counted forgotten."""
    for boot in boots[:-1]:
        crash(tmp_path / "ledger", ask("a", "boom"), boot)
    ledger = CrashLedger(tmp_path / "ledger", lambda: boots[-1])
    ledger.load()
    with pytest.raises(Poison) if is_poison else nullcontext():
        ledger.begin(ask("a", "boom"))


def test_where_the_machine_does_not_say_which_start_it_is_every_end_counts(tmp_path: Path) -> None:
    """As it did in files that do not say it."""
    for _ in range(2):
        crash(tmp_path / "ledger", ask("a", "boom"), boot="")
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    with pytest.raises(Poison):
        ledger.begin(ask("a", "boom"))


def test_a_stop_in_the_middle_of_a_text_is_no_crash(tmp_path: Path) -> None:
    """However the process ends after it: a text that takes long has not crashed it."""
    for _ in range(3):
        ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
        ledger.load()
        ledger.begin(ask("a", "boom"))
        ledger.stop()
        ledger.begin(ask("b", "other"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"running": 5, "crashes": {}}', "\x00"])
def test_a_damaged_file_begins_anew(tmp_path: Path, content: str) -> None:
    """A power cut may leave anything."""
    (tmp_path / "ledger").write_text(content)
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    ledger.begin(ask("a"))


def test_a_disk_that_takes_nothing_does_not_stop_the_speech(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The folder is a file here, which not even root can write into. The log says so once, until it is mended."""
    folder = tmp_path / "folder"
    ledger = CrashLedger(folder / "ledger")
    for _ in range(2):
        caplog.clear()
        folder.write_text("")
        for name in ("a", "b"):
            ledger.begin(ask(name))
            ledger.end(ask(name))
        assert [record.message for record in caplog.records if "could not be written" in record.message][1:] == []
        assert "could not be written" in caplog.text
        folder.unlink()
        ledger.begin(ask("c"))
        ledger.end(ask("c"))
        (folder / "ledger").unlink()
        folder.rmdir()


def test_a_text_in_progress_twice_is_marked_until_both_have_ended(tmp_path: Path) -> None:
    """Aloud and into a file at the same time: the first end must not hide a crash of the second."""
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    for name in ("a", "b"):
        ledger.begin(ask(name, "boom"))
    ledger.end(ask("a", "boom"))
    crash(tmp_path / "ledger", ask("c", "other"))
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    ledger.begin(ask("d", "boom"))
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    with pytest.raises(Poison):
        ledger.begin(ask("e", "boom"))


def test_a_kill_in_the_middle_of_a_write_loses_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new ledger is beside the old one until it is whole."""
    crash(tmp_path / "ledger", ask("a", "boom"))

    def killed(path: Path, text: str) -> None:
        path.write_bytes(text[:5].encode())
        raise OSError("the process is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", killed)
        crash(tmp_path / "ledger", ask("b", "other"))
    crash(tmp_path / "ledger", ask("c", "boom"))
    ledger = CrashLedger(tmp_path / "ledger", lambda: "now")
    ledger.load()
    with pytest.raises(Poison):
        ledger.begin(ask("d", "boom"))
