"""The shipped service, installed by scripts/install and run in its own sandbox by a real systemd.

scripts/test runs this over a copy of this machine's own system; scripts/nspawn-test over a new, minimal Debian.
The tests are one story: they share a machine and run in order.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.machine import Machine, why_not
from tests.virtual_card import VirtualCard

ROOT = Path(__file__).parent.parent
WHEELS = os.environ.get("LITETTS_EDGE_TEST_WHEELS", "")
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/run/wheels", "PIP_CONFIG_FILE": "/dev/null"}
UNIT = "litetts-edge.service"

pytestmark = pytest.mark.skipif(
    bool(why_not()) or not WHEELS, reason=why_not() or "scripts/test fetches the wheels that this installs"
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="machine-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def card(folder: Path) -> Iterator[VirtualCard]:
    (folder / "card").mkdir()
    with VirtualCard(folder / "card") as card:
        yield card


@pytest.fixture(scope="module")
def machine(folder: Path, card: VirtualCard) -> Iterator[Machine]:
    below = Path(os.environ.get("LITETTS_EDGE_TEST_ROOT", "/"))
    (folder / "machine").mkdir()
    seen = {ROOT: "/run/checkout", Path(WHEELS): "/run/wheels"}
    with Machine(below, folder / "machine", seen, {card.folder: "/run/card"}) as machine:
        for reachable in (card.folder, card.socket):  # by the service's user too
            reachable.chmod(0o777)
        pulse = '{ type pulse server "unix:/run/card/native" }'
        machine.done("sh", "-c", f"echo 'pcm.!default {pulse} ctl.!default {pulse}' >/etc/asound.conf")
        machine.done("systemctl", "enable", "--now", "mosquitto.service")
        yield machine


@pytest.fixture(scope="module")
def node(machine: Machine) -> str:
    return machine.done("litetts-edge", "check-config", "--get", "node.id")


class Listener:
    """mosquitto_sub inside the machine: what comes on one topic, message by message."""

    def __init__(self, machine: Machine, *options: str) -> None:
        self._process = subprocess.Popen(
            machine.inside("stdbuf", "-oL", "timeout", "30", "mosquitto_sub", "-h", "localhost", "-d", *options),
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Listener:
        try:
            self.until(b"SUBACK")
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def until(self, part: bytes) -> bytes:
        """Read on to the line that has `part`."""
        assert self._process.stdout is not None
        seen = []
        for line in self._process.stdout:
            seen.append(line)
            if part in line:
                return line
        raise AssertionError(f"mosquitto_sub ended before {part!r}, after {seen}")


def say(machine: Machine, node: str, payload: str) -> None:
    machine.done("mosquitto_pub", "-h", "localhost", "-q", "1", "-t", f"litetts/{node}/speak", "-m", payload)


def start(machine: Machine, node: str) -> None:
    """Start the service anew and wait until it is connected: only then does the broker keep anything for it."""
    machine.done("systemctl", "stop", UNIT)
    with Listener(machine, "-t", f"litetts/{node}/availability") as availability:
        machine.done("systemctl", "start", UNIT)
        availability.until(b"online")


@contextmanager
def journal(machine: Machine) -> Iterator[Iterator[str]]:
    """All that the unit and systemd have said of it and will say, line by line, for 40 s."""
    follow = machine.inside("timeout", "40", "journalctl", "--follow", "--lines=all", f"--unit={UNIT}")
    with subprocess.Popen(follow, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout
        process.kill()


def main_pid(machine: Machine) -> int:
    return int(machine.show(UNIT, "MainPID"))


def test_installs_and_is_ready(machine: Machine) -> None:
    """scripts/install ends with a running service, which said READY=1 itself."""
    said = machine.done("/run/checkout/scripts/install", timeout=300, **OFFLINE)
    assert "mosquitto_pub" in said
    assert machine.done("systemctl", "is-active", UNIT) == "active"
    assert machine.done("systemctl", "is-enabled", UNIT) == "enabled"
    assert machine.show(UNIT, "StatusText")
    assert machine.show(UNIT, "NRestarts") == "0"


def test_installs_twice(machine: Machine) -> None:
    """A second run keeps a changed configuration and ends with a running service."""
    machine.done("sh", "-c", "echo '# mine' >>/etc/litetts-edge/litetts-edge.yaml")
    said = machine.done("/run/checkout/scripts/install", timeout=300, **OFFLINE)
    assert "kept your /etc/litetts-edge/litetts-edge.yaml" in said
    assert machine.done("tail", "-n", "1", "/etc/litetts-edge/litetts-edge.yaml") == "# mine"
    assert machine.done("systemctl", "is-active", UNIT) == "active"


def test_runs_as_nobody_special(machine: Machine) -> None:
    """The daemon is the user litetts-edge, in the group audio, without capabilities, with a folder of its own."""
    status = machine.done("cat", f"/proc/{main_pid(machine)}/status")
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert machine.done("stat", "-c", "%U", f"/proc/{main_pid(machine)}") == "litetts-edge"
    assert "audio" in machine.done("id", "-nG", "litetts-edge").split()
    assert machine.done("stat", "-c", "%U %a", "/var/lib/litetts-edge") == "litetts-edge 750"


def test_plays_in_its_sandbox(machine: Machine, card: VirtualCard, node: str) -> None:
    """A sentence published to the service is heard at the sound card."""
    with card.recording() as heard, Listener(machine, "-t", f"litetts/{node}/event") as events:
        say(machine, node, "The front door is open.")
        assert b'"finished"' in events.until(b'"finished"')
        samples = heard.samples()
    assert np.max(np.abs(samples)) > 0.05
    assert np.count_nonzero(np.abs(samples) > 0.01) > 4_800  # a tenth of a second at 48 kHz


@pytest.mark.parametrize(("encoding", "magic"), [("wav", b"RIFF"), ("flac", b"fLaC")])
def test_encodes_in_its_sandbox(machine: Machine, node: str, encoding: str, magic: bytes) -> None:
    """A sentence asked for as audio comes back encoded; FLAC goes through soundfile's callbacks."""
    with Listener(machine, "-t", f"litetts/{node}/audio/+", "-C", "1", "-F", "audio %x") as audio:
        say(machine, node, f'{{"text": "The front door is open.", "output": "mqtt", "format": "{encoding}"}}')
        encoded = bytes.fromhex(audio.until(b"audio ").split()[1].decode())
    assert encoded[:4] == magic
    assert len(encoded) > 5_000


def test_announces_itself_in_its_sandbox(machine: Machine) -> None:
    """A network that comes up is noticed, and the node announced there: port 5353 and netlink are open to it."""
    cable = ("ip link add eth0 type veth peer name cable", "ip addr add 10.77.0.1/24 dev eth0")
    machine.done("sh", "-ec", "; ".join([*cable, "ip link set cable up", "ip link set eth0 up"]))
    with journal(machine) as log:
        assert any("announced by mDNS on eth0: " in line for line in log)


def test_reloads(machine: Machine) -> None:
    """`systemctl reload` keeps the process, and the service says when it is done."""
    before = main_pid(machine)
    machine.done("systemctl", "reload", UNIT)
    deadline = time.monotonic() + 10
    # systemd tells this on D-Bus only, which the machine has not.
    while machine.run("systemctl", "is-active", UNIT).stdout.strip() != "active":
        assert time.monotonic() < deadline, "the reload never ended"
    assert main_pid(machine) == before


def test_the_watchdog_brings_it_back(machine: Machine) -> None:
    """A daemon that hangs is aborted after WatchdogSec and started again."""
    # The shipped 30 s, shortened so that nobody waits for it.
    folder = f"/run/systemd/system/{UNIT}.d"
    machine.done("sh", "-c", f"mkdir -p {folder} && printf '[Service]\\nWatchdogSec=3\\n' >{folder}/fast.conf")
    machine.done("systemctl", "daemon-reload")
    machine.done("systemctl", "restart", UNIT)
    hung = main_pid(machine)
    machine.done("kill", "-STOP", str(hung))
    with journal(machine) as log:
        assert any("Watchdog timeout" in line for line in log)
        assert any(f"Started {UNIT}" in line for line in log)
    assert machine.show(UNIT, "NRestarts") == "1"
    assert main_pid(machine) != hung
    machine.done("sh", "-c", f"rm -r {folder}")
    machine.done("systemctl", "daemon-reload")


def test_stops_well(machine: Machine, node: str) -> None:
    """A stop says `offline` and ends with 0 within 2 s."""
    start(machine, node)
    before = time.monotonic()
    machine.done("systemctl", "stop", UNIT)
    assert time.monotonic() - before < 2.2  # systemctl's own time included
    assert machine.show(UNIT, "ExecMainStatus") == "0"
    assert machine.show(UNIT, "Result") == "success"
    topic = f"litetts/{node}/availability"
    assert machine.done("mosquitto_sub", "-h", "localhost", "-C", "1", "-W", "5", "-t", topic) == "offline"


def test_stops_well_when_the_sound_server_hangs(machine: Machine, card: VirtualCard, node: str) -> None:
    """A sound server that is frozen in the middle of a sentence does not hold up the stop."""
    start(machine, node)
    with Listener(machine, "-t", f"litetts/{node}/event") as events:
        say(machine, node, "One, two, three, four, five, six, seven, eight, nine, ten. " * 3)
        events.until(b'"started"')
    card.freeze()
    before = time.monotonic()
    machine.done("systemctl", "stop", UNIT)
    took = time.monotonic() - before
    card.thaw()
    assert took < 2.2
    assert machine.show(UNIT, "ExecMainStatus") == "0"


def test_takes_a_password_from_the_credential_store(machine: Machine) -> None:
    """A password in /etc/credstore reaches the service, and only it."""
    store = "/etc/credstore/litetts-edge.mqtt-password"
    machine.done("sh", "-c", f"mkdir -p /etc/credstore && umask 077 && echo secret >{store}")
    machine.done("systemctl", "restart", UNIT)
    environ = machine.done("cat", f"/proc/{main_pid(machine)}/environ").split("\0")
    given = dict(line.split("=", 1) for line in environ if "=" in line)
    assert machine.done(
        "cat", f"/proc/{main_pid(machine)}/root{given['CREDENTIALS_DIRECTORY']}/mqtt-password"
    ) == ("secret")


def test_a_wrong_configuration_is_not_tried_for_ever(machine: Machine) -> None:
    """Exit 2 is not restarted, and the journal has the reason."""
    machine.done("sh", "-c", "echo 'mqtt: {prot: 1}' >/etc/litetts-edge/conf.d/wrong.yaml")
    assert machine.run("systemctl", "restart", UNIT).returncode != 0
    assert machine.show(UNIT, "ExecMainStatus") == "2"
    assert machine.show(UNIT, "ActiveState") == "failed"
    assert "prot" in machine.done("journalctl", "--no-pager", "--lines=20", f"--unit={UNIT}")
    machine.done("rm", "/etc/litetts-edge/conf.d/wrong.yaml")
    machine.done("systemctl", "restart", UNIT)


def test_uninstalls(machine: Machine) -> None:
    """--uninstall takes the service away and leaves what is yours; --purge takes that too."""
    machine.done("/run/checkout/scripts/install", "--uninstall")
    assert machine.run("systemctl", "cat", UNIT).returncode != 0
    assert machine.run("ls", "/opt/litetts-edge").returncode != 0
    assert machine.run("ls", "/usr/local/bin/litetts-edge").returncode != 0
    assert machine.done("tail", "-n", "1", "/etc/litetts-edge/litetts-edge.yaml") == "# mine"
    machine.done("/run/checkout/scripts/install", "--uninstall", "--purge")
    assert machine.run("ls", "/etc/litetts-edge").returncode != 0
    assert machine.run("ls", "/var/lib/litetts-edge").returncode != 0
    assert machine.run("id", "litetts-edge").returncode != 0
