"""Settings changed while the daemon runs: checked first, kept safely, restored."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from litetts_edge.settings.override import BACKUPS_KEPT, Override, OverrideNotWritten
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.setting import MASK
from tests.settings_loader import Load

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def override(tmp_path: Path, load: Load) -> Override:
    return Override(tmp_path / "state", lambda text: load("speaker: {volume: 30}", override=text))


def content(override: Override) -> str:
    return override.path.read_text() if override.path.exists() else ""


def test_a_setting_changed_while_running_is_kept(tmp_path: Path, override: Override, load: Load) -> None:
    """It holds from now on and after a restart, and can be taken back."""
    assert override.set("speaker.volume", 55, NOON).settings.speaker.volume == 55
    assert override.set("mqtt.tls.enabled", value=True, now=NOON).settings.mqtt.tls.enabled
    assert override.set("node.groups", ["no", "1"], NOON).settings.node.groups == ("no", "1")
    assert override.set("voice", "no", NOON).settings.voice == "no"
    after = load()
    assert (after.settings.speaker.volume, after.origins["speaker.volume"].layer) == (55, "override")
    assert override.values() == {
        "speaker.volume": "55", "mqtt.tls.enabled": "true", "node.groups": "[no, 1]", "voice": "no"
    }  # fmt: skip
    assert override.remove("mqtt.tls.enabled", NOON).settings.mqtt.tls.enabled is False
    assert "mqtt" not in content(override)
    assert override.remove("speaker.volume", NOON).settings.speaker.volume == 30
    assert override.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("speaker.volume", 900, "speaker.volume: 900 is out of range; allowed: 0 to 100 %"),
        ("speaker.volumen", 5, "speaker.volumen: unknown key. Did you mean 'volume'?"),
        ("speaker", 5, "speaker: is a section, not a setting"),
        ("speaker.volume.x", 5, "unknown key"),
        ("", 5, "unknown key"),
        ("a\nb", 5, r"a\nb: unknown key"),
        ("speaker.volume", None, "speaker.volume: expects true or false, a number, a text or a list of texts"),
        ("speaker.volume", {"a": 1}, "expects true or false"),
        ("speaker.volume", 10**18, "expects true or false"),
        ("speaker.volume", float("nan"), "is not a whole number"),
        ("speaker.volume", True, "is not a whole number"),
        ("speaker.latency_s", float("inf"), "is not a number"),
        ("outputs", [["speaker"]], "expects true or false"),
        ("voice", "a\nb", "holds the control character U+000A"),
        ("voice", "\ud800", "cannot be used"),
        ("state_dir", "/x", "state_dir: cannot be set here"),
        ("mqtt.reconnect_min_s", 100, "100 s is above mqtt.reconnect_max_s"),
    ],
)
def test_a_bad_change_is_refused_and_nothing_is_written(
    override: Override, key: str, value: object, message: str
) -> None:
    """Also one that is wrong only together with the rest."""
    override.set("speed", 1.5, NOON)
    before = content(override)
    with pytest.raises(SettingsError) as raised:
        override.set(key, value, NOON)
    assert message in str(raised.value)
    assert "override.yaml" not in str(raised.value)
    assert (content(override), override.backups()) == (before, ())


def test_several_changes_are_made_together_or_not_at_all(override: Override) -> None:
    """Two that are valid only together can be made together."""
    change = {"mqtt.reconnect_min_s": 100, "mqtt.reconnect_max_s": 200}
    assert override.change(change, ["speed"], NOON).settings.mqtt.reconnect_min_s == 100
    before = content(override)
    with pytest.raises(SettingsError) as raised:
        override.change({"speed": 2, "speaker.volume": -1, "x": 1, "y": 1}, [], NOON)
    assert len(raised.value.problems) == 2
    assert content(override) == before


def test_what_was_there_can_be_restored(override: Override) -> None:
    """The last ten, also when the clock goes back as it does on a board without a battery."""
    for volume in range(15):
        override.set("speaker.volume", volume, NOON - timedelta(days=volume))
    names = override.backups()
    assert len(names) == BACKUPS_KEPT
    assert names[0] == "000014-20260420T120000Z.yaml"
    assert override.restore(names[0], NOON).settings.speaker.volume == 13
    assert override.restore(override.backups()[0], NOON).settings.speaker.volume == 14
    with pytest.raises(SettingsError, match="there is no such backup"):
        override.restore("../../etc/passwd", NOON)


def test_no_change_writes_nothing(override: Override) -> None:
    """A dial that is turned to where it stands does not wear the card out, nor push out older backups."""
    override.set("speaker.volume", 5, NOON)
    written = override.path.stat()
    override.set("speaker.volume", 5, NOON)
    override.remove("speed", NOON)
    assert (override.path.stat().st_ino, override.backups()) == (written.st_ino, ())


def test_a_backup_that_is_no_longer_valid_stays_a_backup(override: Override) -> None:
    override.set("speed", 1.5, NOON)
    override.set("speed", 1.6, NOON)
    (override.path.parent / "override-backups" / override.backups()[0]).write_text("sped: 1")
    with pytest.raises(SettingsError, match="sped: unknown key"):
        override.restore(override.backups()[0], NOON)
    assert "1.6" in content(override)


def test_what_was_written_by_hand_survives_a_change(override: Override) -> None:
    """A password of digits is not rewritten as an octal number."""
    override.path.parent.mkdir()
    override.path.write_text("mqtt: {username: u, password: 0123}\nspeed: 2\n")
    assert override.set("speed", 1.5, NOON).settings.mqtt.password == "0123"
    assert override.set("speed", 1.6, NOON).settings.mqtt.password == "0123"
    assert override.values()["mqtt.password"] == MASK


def test_a_key_that_an_update_made_unknown_can_be_removed(override: Override) -> None:
    """Else nothing could be changed any more without an editor."""
    override.path.parent.mkdir()
    override.path.write_text("old: {thing: 1}\nspeed: 2\n")
    with pytest.raises(SettingsError, match=r"override\.yaml:2: old: unknown key"):
        override.set("speed", 1, NOON)
    assert override.remove("old.thing", NOON).settings.speed == 2
    override.path.write_text("old: [")
    with pytest.raises(SettingsError, match="YAML syntax"):
        override.remove("old", NOON)


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_or_missing_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, override: Override, load: Load
) -> None:
    """The old file stays whole, and no half of the new one stays behind."""
    override.set("speed", 1.5, NOON)
    before = content(override)
    with no_room(len("speaker: {volume: 30}")), pytest.raises(OverrideNotWritten, match=os.strerror(errno.EFBIG)):
        override.set("speed", 1.6, NOON)
    assert content(override) == before
    assert [path.name for path in override.path.parent.glob(".*")] == []
    nowhere = Override(Path("/proc/litetts"), lambda text: load(override=text))  # nobody can make folders there
    with pytest.raises(OverrideNotWritten, match=r"^/proc/litetts/override\.yaml cannot be written: No such file"):
        nowhere.set("speed", 1.5, NOON)
    assert nowhere.backups() == ()
