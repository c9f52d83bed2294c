"""Which device is meant, and who holds a busy one."""

from __future__ import annotations

from pathlib import Path

import pytest

from litetts_edge.errors import NoAudioDevice
from litetts_edge.sinks.device import Device, Holder, busy_holders, choose

KNOWN = (
    Device(0, "bcm2835 Headphones: - (hw:0,0)", 8, 44_100),
    Device(2, "USB Audio: - (hw:1,0)", 2, 48_000),
    Device(5, "default", 32, 44_100, is_default=True),
)


@pytest.mark.parametrize(
    ("wanted", "index"), [("", 5), (2, 2), ("2", 2), ("default", 5), ("usb", 2), ("hw:1,0", 2), ("headphones", 0)]
)
def test_a_device_is_meant_by_index_name_or_part(wanted: str | int, index: int) -> None:
    """What a person would write in the settings finds the device."""
    assert choose(wanted, KNOWN).index == index


@pytest.mark.parametrize("wanted", ["hdmi", 1, "7"])
def test_a_device_that_is_not_there_is_not_replaced(wanted: str | int) -> None:
    """A wrong name is told, and no other loudspeaker is used instead."""
    with pytest.raises(NoAudioDevice, match=r"speaker\.device"):
        choose(wanted, KNOWN)


def test_the_process_that_holds_the_device_is_named(tmp_path: Path) -> None:
    """Playback nodes only, from whatever processes may be looked into."""
    for pid, name, node in (
        (12, "mpd", "/dev/snd/pcmC0D0p"),
        (13, "arecord", "/dev/snd/pcmC0D0c"),
        (14, "x", "/a"),
    ):
        files = tmp_path / str(pid) / "fd"
        files.mkdir(parents=True)
        (files / "3").symlink_to(node)
        (tmp_path / str(pid) / "comm").write_text(f"{name}\n")
    (tmp_path / "99").mkdir()
    assert busy_holders(tmp_path) == (Holder(12, "mpd", "/dev/snd/pcmC0D0p"),)
    assert str(busy_holders(tmp_path)[0]) == "mpd (process 12) holds /dev/snd/pcmC0D0p"
