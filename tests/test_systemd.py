"""The daemon's words to its service manager, on a real datagram socket."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from litetts_edge.systemd import Notifier, journal_handler
from tests.scarcity import no_file_left


class Manager:
    """The listening end, as systemd has it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(5)

    def heard(self) -> str:
        return self.socket.recv(4096).decode()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@litetts-edge-{uuid.uuid4()}"
    manager = Manager(address)
    with closing(manager.socket):
        yield manager


def test_each_word_is_one_datagram(manager: Manager) -> None:
    """READY, STATUS, RELOADING with its time, WATCHDOG and STOPPING arrive as sd_notify(3) writes them."""
    notifier = Notifier({"NOTIFY_SOCKET": manager.address}, clock=lambda: 12.5)
    notifier.status("loading the voice af_heart")
    assert manager.heard() == "STATUS=loading the voice af_heart"
    notifier.ready("speaking at the kitchen")
    assert manager.heard() == "READY=1\nSTATUS=speaking at the kitchen"
    notifier.ready()
    assert manager.heard() == "READY=1"
    notifier.reloading()
    assert manager.heard() == "RELOADING=1\nMONOTONIC_USEC=12500000"
    notifier.watchdog()
    assert manager.heard() == "WATCHDOG=1"
    notifier.stopping("fading out")
    assert manager.heard() == "STOPPING=1\nSTATUS=fading out"


@pytest.mark.skipif(not shutil.which("systemd-notify"), reason="systemd-notify is not installed")
def test_systemd_notify_says_the_same(manager: Manager) -> None:
    """The tool that systemd ships sends the same bytes for the same words."""
    environ = {**os.environ, "NOTIFY_SOCKET": manager.address}
    subprocess.run(["systemd-notify", "--no-block", "--ready", "--status=warm"], env=environ, check=True)
    theirs = manager.heard().splitlines()
    Notifier(environ).ready("warm")
    assert set(manager.heard().splitlines()) <= set(theirs)  # the tool adds MAINPID of its caller


def test_a_status_cannot_smuggle_a_word(manager: Manager) -> None:
    """Only the first line of a status is sent, so that a text in it is never read as another variable."""
    Notifier({"NOTIFY_SOCKET": manager.address}).status("speaking\nSTOPPING=1")
    assert manager.heard() == "STATUS=speaking"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_manager_nothing_happens(environ: dict[str, str]) -> None:
    """Started by hand, the daemon speaks to nobody and does not mind."""
    notifier = Notifier(environ)
    notifier.ready("warm")
    notifier.watchdog()
    assert not notifier.enabled


def test_a_manager_that_went_away_is_no_error(tmp_path: Path) -> None:
    """A socket that nobody listens at does not stop the speech."""
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    notifier.watchdog()
    assert notifier.enabled


def test_a_process_that_has_no_file_left_goes_on(manager: Manager) -> None:
    """A word is lost then, and the next one is said."""
    notifier = Notifier({"NOTIFY_SOCKET": manager.address})
    with no_file_left():
        notifier.watchdog()
    notifier.status("speaking")
    assert manager.heard() == "STATUS=speaking"


def test_a_manager_that_does_not_read_blocks_nobody(manager: Manager) -> None:
    """When the manager's buffer is full the word is dropped, and the event loop goes on."""
    notifier = Notifier({"NOTIFY_SOCKET": manager.address})
    for _ in range(5000):  # far more than net.unix.max_dgram_qlen
        notifier.watchdog()
    assert manager.heard() == "WATCHDOG=1"


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [
        ("30000000", "", 30.0),
        ("30000000", str(os.getpid()), 30.0),
        ("30000000", "1", None),
        ("", "", None),
        ("0", "", None),
        ("soon", "", None),
    ],
)
def test_watchdog_interval(usec: str, pid: str, expected: float | None) -> None:
    """The interval is read in microseconds, and only by the process that it is meant for."""
    environ = {"NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}
    assert Notifier(environ).watchdog_interval_s == expected


def test_no_watchdog_without_a_socket() -> None:
    """Nobody can be told, so nobody watches."""
    assert Notifier({"WATCHDOG_USEC": "30000000"}).watchdog_interval_s is None


def test_the_journal_only_when_stderr_is_the_journal() -> None:
    """A process whose standard error goes elsewhere logs there, whatever its parent's environment says."""
    assert journal_handler({}) is None
    assert journal_handler({"JOURNAL_STREAM": "9:99999999"}) is None


def test_the_journal_handler_is_the_extra() -> None:
    """Under the journal the handler is systemd-python's; without that package there is none."""
    stat = os.fstat(2)
    handler = journal_handler({"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"})
    try:
        from systemd.journal import JournalHandler
    except ImportError:
        assert handler is None
    else:
        assert isinstance(handler, JournalHandler)
