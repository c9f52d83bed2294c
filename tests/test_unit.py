"""The shipped unit, judged by systemd's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parent.parent / "systemd" / "litetts-edge.service"

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze") or not os.access("/tmp", os.W_OK),
    reason="systemd-analyze is not installed, or this user may not write to /tmp, where it has to",
)


def analyze(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *args], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


def installed(text: str, folder: Path) -> str:
    """A unit in `folder` as it would be after an installation: its program and its readme are really there."""
    readme = folder / "README.md"
    readme.touch()
    unit = folder / UNIT.name
    text = text.replace("/opt/litetts-edge/venv/bin/litetts-edge", sys.executable)
    unit.write_text(text.replace("/opt/litetts-edge/README.md", str(readme)), encoding="utf-8")
    return str(unit)


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing to say."""
    result = analyze("verify", "--recursive-errors=yes", installed(UNIT.read_text(encoding="utf-8"), tmp_path))
    assert (result.returncode, result.stdout) == (0, "")


@needs_systemd
def test_verify_would_find_a_wrong_line(tmp_path: Path) -> None:
    """A key that systemd does not know is a failure: the test above can fail."""
    text = UNIT.read_text(encoding="utf-8").replace("WatchdogSec=", "WatchdogSeconds=")
    assert analyze("verify", "--recursive-errors=yes", installed(text, tmp_path)).returncode != 0


@needs_systemd
def test_exposure_is_at_most_two() -> None:
    """The sandbox is as tight as `systemd-analyze security` can be asked for, with sound and a network left."""
    result = analyze("security", "--offline=true", "--threshold=20", str(UNIT))  # exposure times 10
    assert result.returncode == 0, result.stdout


def service() -> dict[str, list[str]]:
    """The [Service] section; a key may come more than once."""
    lines: dict[str, list[str]] = {}
    text = UNIT.read_text(encoding="utf-8").split("[Service]")[1].split("[Install]")[0]
    for line in text.splitlines():
        key, is_assignment, value = line.partition("=")
        if is_assignment and not line.startswith("#"):
            lines.setdefault(key, []).append(value)
    return lines


def test_the_unit_speaks_the_oldest_dialect() -> None:
    """systemd 252 knows neither notify-reload nor ImportCredential; a reload is a SIGHUP to the daemon."""
    unit = service()
    assert unit["Type"] == ["notify"]
    assert unit["NotifyAccess"] == ["main"]
    assert unit["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert "ImportCredential" not in unit


def test_a_missing_password_does_not_stop_the_start() -> None:
    """A credential is looked up by name, for one given by an absolute path must exist."""
    for value in service()["LoadCredential"]:
        assert not value.partition(":")[2].startswith("/")


def test_what_sound_needs_stays_open() -> None:
    """cffi's callbacks, the sound cards, dmix's shared memory: each looks like an easy point of hardening."""
    unit = service()
    assert unit["MemoryDenyWriteExecute"] == ["no"]
    assert unit["DeviceAllow"] == ["char-alsa rw"]
    assert "PrivateDevices" not in unit
    assert unit["PrivateIPC"] == unit["RemoveIPC"] == ["no"]
    assert unit["SupplementaryGroups"] == ["audio"]


def test_what_mdns_needs_stays_open() -> None:
    """Multicast in both families, and netlink, by which the kernel tells of networks that come and go."""
    unit = service()
    (families,) = unit["RestrictAddressFamilies"]
    assert {"AF_INET", "AF_INET6", "AF_NETLINK"} <= set(families.split())
    assert not {"PrivateNetwork", "IPAddressDeny", "RestrictNetworkInterfaces", "SocketBindDeny"} & set(unit)
