"""What `doctor` says about chimes, quiet hours and ducking."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from litetts_edge.chimes import chime
from litetts_edge.commands.checks.finding import Level
from litetts_edge.commands.checks.manners import chimes, manners, quiet
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.speaking import Chime, Quiet, Speaker


def test_nothing_set_is_nothing_to_say(tmp_path: Path) -> None:
    """The default settings."""
    assert list(manners(Settings(chime=Chime(folder=str(tmp_path))))) == []


def test_a_chime_that_cannot_be_played_is_named(tmp_path: Path) -> None:
    """A file that is no audio, and a default that is not there; a good one is listed."""
    import soundfile

    (tmp_path / "door.wav").write_text("no audio")
    found = list(chimes("dor", tmp_path))
    assert [one.level for one in found] == [Level.WARN, Level.WARN]
    assert "door.wav" in found[0].found
    assert "'dor'" in found[1].found
    soundfile.write(tmp_path / "door.wav", chime("soft", 16_000), 16_000)
    (good,) = chimes("door", tmp_path)
    assert good.level is Level.OK
    assert good.found.startswith("door before announcements")


def test_quiet_hours_say_by_which_clock() -> None:
    """And whether it is quiet now."""
    night = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)
    (found,) = quiet(Settings(quiet=Quiet(mode="auto")), night)
    assert found.found == "from 22:00 to 07:00; it is 23:30 UTC here, so quiet"
    (found,) = quiet(Settings(quiet=Quiet(mode="on")), night)
    assert found.found == "until quiet.mode is changed; it is 23:30 UTC here, so quiet"


def test_ducking_that_cannot_work_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `pactl`."""
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(chime=Chime(folder=str(tmp_path)), speaker=Speaker(duck_percent=40))
    (found,) = manners(settings)
    assert found.level is Level.WARN
    assert "pactl" in found.found
