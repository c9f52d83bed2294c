"""Settings while the daemon runs: a change is felt, a refusal changes nothing, a knob that is turned turns."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from litetts_edge.settings import atomic
from litetts_edge.settings import override as override_module
from litetts_edge.settings.changes import Change
from litetts_edge.settings.live import LiveSettings, Sources
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import Problem, SettingsError
from litetts_edge.settings.schema import Settings

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


@dataclass
class Bench:
    """Live settings over files of their own, and who was told what."""

    folder: Path
    live: LiveSettings
    told: list[list[str]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "edge.yaml"

    @property
    def saved(self) -> str:
        path = self.folder / "state" / "override.yaml"
        return path.read_text() if path.exists() else ""

    def again(self) -> Settings:
        """What the next start of the process would have."""
        return opened(self.folder).live.value


def nothing_more(_: Loaded) -> None:
    """The voice is there."""


def opened(
    folder: Path,
    text: str | None = None,
    *assignments: str,
    validate: Callable[[Loaded], None] = nothing_more,
    **environ: str,
) -> Bench:
    """A start of the process; with a text it is what the settings file says."""
    file = folder / "edge.yaml"
    if text is not None or not file.exists():
        file.write_text(text or "")
    sources = Sources(
        file, {"STATE_DIRECTORY": str(folder / "state"), "HOME": str(folder), **environ}, assignments
    )
    live = LiveSettings(sources, sources.load(), validate, now=lambda: NOON)
    bench = Bench(folder, live)

    def listen(_: Settings, changes: Sequence[Change]) -> None:
        bench.told.append([f"{change.key}={change.new}" for change in changes])

    live.listen(listen)
    return bench


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Makes the disk refuse to be written to, as a card that has gone read-only does, and mends it."""
    write = atomic.write

    def refuse(path: Path, content: bytes) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    return lambda refuses: monkeypatch.setattr(override_module, "write", refuse if refuses else write)


# -- a change ----------------------------------------------------------------------------------------------


async def test_a_change_is_in_force_told_and_kept(tmp_path: Path) -> None:
    """At once, to every listener, and after a restart."""
    bench = opened(tmp_path)
    changes = await bench.live.override({"speaker.volume": 55})
    assert [(one.key, one.old, one.new, one.applies) for one in changes] == [
        ("speaker.volume", "80", "55", "live")
    ]
    assert bench.live.value.speaker.volume == 55
    assert bench.told == [["speaker.volume=55"]]
    assert bench.live.problem is None
    assert bench.again().speaker.volume == 55
    assert [(one.key, one.new) for one in await bench.live.override({}, ["speaker.volume"])] == [
        ("speaker.volume", "80")
    ]
    assert bench.again().speaker.volume == 80


async def test_listeners_see_the_new_settings(tmp_path: Path) -> None:
    """All of them, in the order in which they came, with what is in force already."""
    bench = opened(tmp_path)
    seen: list[str] = []
    for name in ("first", "second"):
        bench.live.listen(
            lambda settings, _, name=name: seen.append(  # type: ignore[misc]
                f"{name} {settings.speed} {bench.live.value.speed}"
            )
        )
    await bench.live.override({"speed": 1.5})
    assert seen == ["first 1.5 1.5", "second 1.5 1.5"]


async def test_a_changed_file_is_read_on_request(tmp_path: Path) -> None:
    """Not before; and a reload without a change changes nothing."""
    bench = opened(tmp_path, "speed: 1.5\nspeaker: {volume: 10}\n")
    bench.file.write_text("speed: 2\nspeaker: {volume: 20}\n")
    assert bench.live.value.speed == 1.5
    assert [change.key for change in await bench.live.reload()] == ["speed", "speaker.volume"]
    assert (bench.live.value.speed, bench.live.value.speaker.volume) == (2, 20)
    assert await bench.live.reload() == ()
    assert bench.told == [["speed=2.0", "speaker.volume=20"], []]


async def test_an_override_wins_over_a_changed_file(tmp_path: Path) -> None:
    """What was turned by hand stays, until it is taken back."""
    bench = opened(tmp_path, "speed: 1.5\n")
    await bench.live.override({"speed": 1.25})
    bench.file.write_text("speed: 2\n")
    assert await bench.live.reload() == ()
    await bench.live.override({}, ["speed"])
    assert bench.live.value.speed == 2


async def test_overrides_are_listed_and_restored(tmp_path: Path) -> None:
    """With the backups that can be asked for; a secret stays one."""
    bench = opened(tmp_path, "mqtt: {username: me}\n")
    await bench.live.override({"speed": 1.5})
    await bench.live.override({"speed": 2, "mqtt.password": "sesame"})
    listed = await bench.live.overridden()
    (backup,) = list(listed["backups"])  # type: ignore[call-overload]
    assert "sesame" not in str(listed)
    assert set(listed["overrides"]) == {"speed", "mqtt.password"}  # type: ignore[call-overload]
    assert {change.key for change in await bench.live.restore(backup)} == {"speed", "mqtt.password"}
    assert bench.live.value.speed == bench.again().speed == 1.5
    assert "sesame" not in str(bench.live.describe()) + str(bench.told)


# -- a refusal ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"speaker.volume": 101},
        {"speaker.volumen": 5},
        {"speed": 1.5, "speaker.volume": -1},
        {"speed": None},
        {"": 1},
    ],
)
async def test_a_refused_change_changes_nothing(tmp_path: Path, values: dict[str, object]) -> None:
    """Not the valid half of it either; nobody is told, nothing is written, and it is no lasting problem."""
    bench = opened(tmp_path, "speed: 1.25\n")
    with pytest.raises(SettingsError):
        await bench.live.override(values)
    assert (bench.live.value.speed, bench.live.value.speaker.volume) == (1.25, 80)
    assert (bench.told, bench.saved, bench.live.problem) == ([], "", None)


async def test_a_broken_file_keeps_the_old_settings(tmp_path: Path) -> None:
    """`bad_settings` until it is mended; every error at once."""
    bench = opened(tmp_path, "speed: 1.5\n")
    bench.file.write_text("speed: 9\nspeaker: {volum: 1}\n")
    with pytest.raises(SettingsError) as raised:
        await bench.live.reload()
    assert len(raised.value.problems) == 2
    assert (bench.live.value.speed, bench.live.problem, bench.told) == (1.5, "bad_settings", [])
    bench.file.write_text("speed: 2\n")
    await bench.live.reload()
    assert (bench.live.value.speed, bench.live.problem) == (2, None)


async def test_the_running_appliance_has_its_say(tmp_path: Path) -> None:
    """A voice that is not installed is refused, in a file and as a change."""

    def check(loaded: Loaded) -> None:
        if loaded.settings.voice == "missing":
            raise SettingsError([Problem("", 0, "voice", "there is none")])

    bench = opened(tmp_path, "voice: tone\n", validate=check)
    with pytest.raises(SettingsError, match="there is none"):
        await bench.live.override({"voice": "missing"})
    assert (bench.live.value.voice, bench.saved, bench.live.problem) == ("tone", "", None)
    bench.file.write_text("voice: missing\n")
    with pytest.raises(SettingsError, match="there is none"):
        await bench.live.reload()
    assert (bench.live.value.voice, bench.live.problem) == ("tone", "bad_settings")


async def test_what_the_appliance_says_may_block(tmp_path: Path) -> None:
    """It is asked in a thread, at a reload and at a change."""
    asked: list[threading.Thread] = []
    bench = opened(tmp_path, validate=lambda _: asked.append(threading.current_thread()))
    await bench.live.reload()
    await bench.live.override({"speed": 1.5})
    assert len(asked) == 2
    assert threading.current_thread() not in asked


async def test_a_backup_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    bench = opened(tmp_path)
    await bench.live.override({"speed": 1.5})
    with pytest.raises(SettingsError, match="no such backup"):
        await bench.live.restore("000001-20260504T120000Z.yaml")
    assert bench.live.value.speed == 1.5


# -- what needs a restart ----------------------------------------------------------------------------------


async def test_a_change_that_needs_a_restart_is_a_problem_until_it_is_put_back(tmp_path: Path) -> None:
    """It is told as long as the process runs with something else, and no longer."""
    bench = opened(tmp_path)
    await bench.live.override({"queue.max": 7})
    assert bench.live.problem == "restart_needed"
    await bench.live.override({"speed": 1.5})
    assert bench.live.problem == "restart_needed"
    await bench.live.override({"queue.max": 100})
    assert bench.live.problem is None


@pytest.mark.parametrize(("key", "value"), [("speaker.volume", 7), ("mqtt.port", 7), ("voice", "tone")])
async def test_other_changes_need_none(tmp_path: Path, key: str, value: object) -> None:
    """live, reconnect and revoice are felt by themselves."""
    bench = opened(tmp_path)
    await bench.live.override({key: value})
    assert bench.live.problem is None


# -- environment and command line --------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["environment", "lower case", "command line"])
async def test_a_key_that_is_set_above_can_still_be_turned(tmp_path: Path, where: str) -> None:
    """Else the volume knob of a container would be dead. At the next start the environment wins again."""
    names = {"environment": "LITETTS_EDGE__SPEAKER__VOLUME", "lower case": "litetts_edge__speaker__volume"}
    environ: dict[str, Any] = {names[where]: "40"} if where in names else {}
    assignments = () if where in names else ("speaker.volume=40",)
    bench = opened(tmp_path, None, *assignments, **environ)
    assert bench.live.value.speaker.volume == 40
    await bench.live.override({"speaker.volume": 55})
    assert bench.live.value.speaker.volume == 55
    await bench.live.reload()
    assert bench.live.value.speaker.volume == 55
    assert opened(tmp_path, None, *assignments, **environ).live.value.speaker.volume == 40


async def test_a_knob_that_is_let_go_is_what_the_environment_says(tmp_path: Path) -> None:
    """Not what the file says, which never was in force."""
    bench = opened(tmp_path, "speaker: {volume: 10}\n", LITETTS_EDGE__SPEAKER__VOLUME="40")
    await bench.live.override({"speaker.volume": 55})
    await bench.live.override({}, ["speaker.volume"])
    assert bench.live.value.speaker.volume == 40


async def test_a_refused_turn_leaves_the_environment_in_force(tmp_path: Path) -> None:
    """Also at the next change of something else."""
    bench = opened(tmp_path, "speaker: {volume: 10}\n", LITETTS_EDGE__SPEAKER__VOLUME="40")
    with pytest.raises(SettingsError):
        await bench.live.override({"speaker.volume": 900})
    await bench.live.override({"speed": 1.5})
    await bench.live.reload()
    assert bench.live.value.speaker.volume == 40


# -- a disk that cannot be written -------------------------------------------------------------------------


async def test_what_cannot_be_written_holds_until_the_next_start(
    tmp_path: Path, read_only: Callable[[bool], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Every change of it, through later changes and reloads; the log says so."""
    bench = opened(tmp_path, "speed: 1.25\n")
    read_only(True)
    with caplog.at_level(logging.WARNING):
        changes = await bench.live.override({"speaker.volume": 30})
    assert [change.key for change in changes] == ["speaker.volume"]
    assert "only until the next start" in caplog.text
    assert os.strerror(errno.EROFS) in caplog.text
    await bench.live.override({"speed": 1.5})
    await bench.live.override({"speaker.muted": True})
    await bench.live.reload()
    settings = bench.live.value
    assert (settings.speaker.volume, settings.speed, settings.speaker.muted) == (30, 1.5, True)
    await bench.live.override({}, ["speed"])
    assert (bench.live.value.speed, bench.live.value.speaker.volume) == (1.25, 30)
    assert (bench.saved, bench.again().speaker.volume) == ("", 80)


async def test_what_could_not_be_written_is_written_when_it_can(
    tmp_path: Path, read_only: Callable[[bool], None]
) -> None:
    """With the next change or reload, removals too."""
    bench = opened(tmp_path)
    await bench.live.override({"speed": 1.5})
    read_only(True)
    await bench.live.override({"speaker.volume": 30}, ["speed"])
    read_only(False)
    assert bench.again().speed == 1.5
    assert await bench.live.reload() == ()
    assert (bench.again().speed, bench.again().speaker.volume) == (1.0, 30)


async def test_a_refusal_on_such_a_disk_keeps_what_holds(
    tmp_path: Path, read_only: Callable[[bool], None]
) -> None:
    """The unwritten change survives a bad one."""
    bench = opened(tmp_path)
    read_only(True)
    await bench.live.override({"speaker.volume": 30})
    with pytest.raises(SettingsError):
        await bench.live.override({"speed": 9})
    await bench.live.override({"speaker.muted": True})
    assert (bench.live.value.speaker.volume, bench.live.value.speed) == (30, 1.0)


async def test_a_backup_cannot_be_restored_on_such_a_disk(
    tmp_path: Path, read_only: Callable[[bool], None]
) -> None:
    """It is refused, and nothing changes."""
    bench = opened(tmp_path)
    await bench.live.override({"speed": 1.5})
    await bench.live.override({"speed": 2})
    listed = await bench.live.overridden()
    (backup,) = list(listed["backups"])  # type: ignore[call-overload]
    read_only(True)
    with pytest.raises(SettingsError, match="cannot be written"):
        await bench.live.restore(backup)
    assert bench.live.value.speed == 2


async def test_a_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A real one: nobody can make folders in /proc."""
    bench = opened(tmp_path, STATE_DIRECTORY="/proc/litetts")
    await bench.live.override({"speaker.volume": 30})
    await bench.live.override({"speed": 1.5})
    assert (bench.live.value.speaker.volume, bench.live.value.speed) == (30, 1.5)
    assert await bench.live.overridden() == {
        "overrides": {"speaker.volume": "30", "speed": "1.5"},
        "backups": [],
    }


async def test_changes_at_the_same_time_follow_each_other(tmp_path: Path) -> None:
    """Two doors may turn two knobs at once; none of it is lost."""
    bench = opened(tmp_path)
    await asyncio.gather(
        bench.live.override({"speed": 1.5}), bench.live.override({"speaker.volume": 5}), bench.live.reload()
    )
    assert (bench.again().speed, bench.again().speaker.volume) == (1.5, 5)
    assert (bench.live.value.speed, bench.live.value.speaker.volume) == (1.5, 5)
