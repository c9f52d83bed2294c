"""mDNS beside others and without a network: avahi on the same port, names that meet, cables that come later."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from zeroconf import ServiceInfo, Zeroconf

from litetts_edge.commands.checks.nearby import suggest, suggestions
from litetts_edge.mdns import door
from litetts_edge.mdns.browse import Nearby, brokers
from litetts_edge.mdns.interfaces import hardware, interfaces, senders
from litetts_edge.mdns.table import Endpoint, host_name
from tests import avahi
from tests.avahi import Avahi
from tests.mdns_parts import Ears, Node, addresses_of, text_of
from tests.network import Host, cable, why_not
from tests.settings_loader import Load

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

NODE, WYOMING = "_litetts._tcp", "_wyoming._tcp"
KITCHEN = f"kitchen.{NODE}"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Host, Host]]:
    """Two machines on one cable."""
    monkeypatch.setattr(door, "SETTLE_S", 0.2)
    monkeypatch.setattr(door, "RETRY_S", 0.2)
    with cable() as hosts:
        yield hosts


class Announcer:
    """Somebody else's program that announces a service."""

    def __init__(self, host: Host, info: ServiceInfo, *, is_asking: bool = True) -> None:
        """`is_asking`: whether the name is free, first."""
        self._is_asking = is_asking
        self._host = host
        self._info = info

    def __enter__(self) -> None:
        self._zeroconf = self._host.inside(lambda: Zeroconf(senders(interfaces())))
        self._zeroconf.register_service(self._info, cooperating_responders=not self._is_asking)

    def __exit__(self, *_: object) -> None:
        self._zeroconf.close()


def other(name: str, server: str, port: int = 0) -> ServiceInfo:
    """A service of another program at 10.77.0.2; `name` has its type behind it."""
    type_ = name.partition(".")[2]
    return ServiceInfo(
        f"{type_}.local.", f"{name}.local.", port=port, server=server, parsed_addresses=["10.77.0.2"]
    )


@pytest.mark.skipif(bool(avahi.why_not()), reason=avahi.why_not())
def test_beside_avahi_and_seen_by_it(home: tuple[Host, Host], tmp_path: Path) -> None:
    """avahi on our own machine shares port 5353 and keeps its host name; avahi on another sees us come and go."""
    here, there = home
    with Avahi(here) as beside, Avahi(there) as afar:
        with Node(here, tmp_path, "node.id=kitchen", "mqtt.host=10.77.0.2"):
            for one in (afar, beside):
                found = one.browse(NODE, lambda fields: fields[0] == "=" and fields[7] == "10.77.0.1")
                assert found[3] == "kitchen"
                assert '"mqtt=10.77.0.2:1883"' in found[9]
            assert afar.browse(NODE, lambda fields: fields[:4] == ["+", "eth0", "IPv6", "kitchen"])
        afar.browse(NODE, lambda fields: fields[0] == "-" or "kitchen" not in fields)
        assert not [line for line in beside.log + afar.log if "conflict" in line.lower()]


def test_a_cable_that_comes_later(
    home: tuple[Host, Host], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a network there is one warning, and with one the node is announced; switched off it is gone."""
    here, there = home
    here.ip("link", "set", "eth0", "down")
    with Node(here, tmp_path, "node.id=kitchen") as node:
        node.logged(caplog, "No network is up")
        here.ip("link", "set", "eth0", "up")
        with Ears(there, NODE) as ears:
            ears.service(KITCHEN)
            node.set("node.id=kitchen", "mdns.enabled=false")
            ears.gone(KITCHEN)
    assert [record.levelno for record in caplog.records if "not announced" in record.message] == [logging.WARNING]


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_port_5353_for_one_alone(
    home: tuple[Host, Host], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A program that keeps the port is named as what to look for; when it is gone, the node is announced."""
    here, there = home
    with here.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as greedy:
        greedy.bind(("", 5353))
        node = Node(here, tmp_path, "node.id=kitchen")
        node.__enter__()
        node.logged(caplog, "disallow-other-stacks")
    with Ears(there, NODE) as ears:
        ears.service(KITCHEN)
        node.__exit__(None, None, None)
    gc.collect()  # zeroconf does not close a socket that it could not bind: now, while that is forgiven


def test_two_kitchens_meet(home: tuple[Host, Host], tmp_path: Path) -> None:
    """Two nodes took one name while no cable joined them; afterwards one has given way."""
    for host in home:
        host.ip("link", "set", "eth0", "down")
        host.ip("link", "add", "own", "type", "veth", "peer", "name", "end")
        host.ip("link", "set", "own", "up")
        host.ip("link", "set", "end", "up")
        host.ip("addr", "add", "10.78.0.1/24", "dev", "own")
    places = {host: tmp_path / host.name for host in home}
    names = {host: host_name("kitchen", host.inside(hardware), str(place)) for host, place in places.items()}
    first, second = sorted(home, key=lambda host: names[host])
    lost = f"{names[second]}.local."

    def node(host: Host) -> Node:
        return Node(host, places[host], "node.id=kitchen", f"state_dir={places[host]}")

    with (
        node(first),
        node(second),
        Ears(second, NODE) as before,
    ):
        assert before.service(KITCHEN).server == lost
        with Ears(first, NODE) as elsewhere:
            assert elsewhere.service(KITCHEN).server != lost
        for host in home:
            host.ip("link", "set", "eth0", "up")
        before.until(lambda: before.left[KITCHEN] == [lost])
        for host in home:
            with Ears(host, NODE) as after:
                assert after.service(f"kitchen-2.{NODE}").server == lost
                assert after.service(KITCHEN).server != lost
        assert ("Removed", KITCHEN) not in before.story


def test_who_keeps_the_name_says_so_last(
    home: tuple[Host, Host], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A node that will give way has been heard with our name; clients are told again whose it is."""
    here, there = home
    theirs = "litetts-zzz.local."
    caplog.set_level(logging.INFO)
    with Ears(there) as ears, Node(here, tmp_path, "node.id=kitchen") as node:
        node.logged(caplog, "announced by mDNS")
        (ours,) = set(ears.hosts[KITCHEN])
        with Announcer(there, other(KITCHEN, theirs), is_asking=False):
            ears.until(lambda: theirs in ears.hosts[KITCHEN] and ears.hosts[KITCHEN][-1] == ours)


def test_who_claims_every_name_does_not_lead_us_on(
    home: tuple[Host, Host], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One name is given up, the next only after a minute; a stranger's claim counts as much as a node's."""
    here, there = home
    with Ears(there, NODE) as ears, Node(here, tmp_path, "node.id=kitchen") as node:
        ears.service(KITCHEN)
        with Announcer(there, other(KITCHEN, "stranger.local."), is_asking=False):
            ears.service(f"kitchen-2.{NODE}")
            with Announcer(there, other(f"kitchen-2.{NODE}", "stranger.local."), is_asking=False):
                node.logged(caplog, "takes every name")
        assert ("Removed", KITCHEN) not in ears.story[: ears.story.index(("Added", f"kitchen-2.{NODE}"))]


def test_noise_is_not_listened_to(home: tuple[Host, Host], tmp_path: Path) -> None:
    """Datagrams of anything, on the port of mDNS, change nothing and end nothing."""
    here, there = home
    random = Random(1)
    with Ears(there, NODE) as ears, Node(here, tmp_path, "node.id=kitchen") as node:
        ears.service(KITCHEN)
        with there.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as loud:
            loud.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.77.0.2"))
            for _ in range(300):
                header = random.choice((b"", b"\0\0\x84\0\0\0\0\x05\0\0\0\0", b"\0\0\0\0\0\x05\0\0\0\0\0\0"))
                loud.sendto(header + random.randbytes(random.randrange(600)), ("224.0.0.251", 5353))
        node.speak_with("kokoro")
        ears.until(lambda: text_of(ears.known[KITCHEN])["model"] == "kokoro")


def test_an_echo_of_ourselves_is_no_conflict(home: tuple[Host, Host], tmp_path: Path) -> None:
    """A reflector between two networks still says what we said before a crash: the name stays."""
    here, there = home
    with Ears(there, NODE) as ears, Node(here, tmp_path, "node.id=kitchen"):
        server = ears.service(KITCHEN).server
    assert server is not None
    with (
        Announcer(there, other(KITCHEN, server)),
        Node(here, tmp_path, "node.id=kitchen"),
        Ears(there, NODE) as ears,
    ):
        ears.until(lambda: KITCHEN in ears.known and text_of(ears.known[KITCHEN]).get("id") == "kitchen")
        assert list(ears.known) == [KITCHEN]


def test_two_programs_on_one_machine(home: tuple[Host, Host], tmp_path: Path) -> None:
    """With one id by mistake: each keeps a name, a port and a goodbye of its own."""
    here, there = home
    first, second = f"litetts-kitchen.{WYOMING}", f"litetts-kitchen-2.{WYOMING}"
    doors = [Endpoint("wyoming", "0.0.0.0", port) for port in (10200, 10201)]
    with Ears(there, WYOMING) as ears, Node(here, tmp_path / "a", "node.id=kitchen", endpoints=doors[:1]):
        assert ears.service(first).port == 10200
        with Node(here, tmp_path / "b", "node.id=kitchen", endpoints=doors[1:]):
            assert ears.service(second).port == 10201
        ears.gone(second)
        assert ears.known[first].port == 10200


def test_a_home_with_ipv6_alone(home: tuple[Host, Host], tmp_path: Path) -> None:
    """The node is found, and followed to another prefix, as providers give one every night."""
    for place, host in enumerate(home, 1):
        host.ip("addr", "del", f"10.77.0.{place}/24", "dev", "eth0")
    here, there = home
    with Ears(there, NODE) as ears, Node(here, tmp_path, "node.id=kitchen"):
        assert addresses_of(ears.service(KITCHEN)) == {"fd77::1"}
        here.ip("addr", "add", "fd78::1/64", "dev", "eth0", "nodad")
        here.ip("addr", "del", "fd77::1/64", "dev", "eth0")
        ears.until(lambda: addresses_of(ears.known[KITCHEN]) == {"fd78::1"})


def test_only_networks_that_others_are_in(home: tuple[Host, Host]) -> None:
    """Loopback, containers' bridges and what carries no multicast are left out; naming some takes those alone."""
    here, _ = home
    for number, name in enumerate(("docker0", "br-0123456789ab", "wlan0", "mute")):
        here.ip("link", "add", name, "type", "veth", "peer", "name", f"veth{number}")
        here.ip("link", "set", f"veth{number}", "up")
        here.ip("link", "set", name, "up", "multicast", "off" if name == "mute" else "on")
        here.ip("addr", "add", f"10.80.{number}.1/24", "dev", name)
    assert {one.name for one in here.inside(interfaces)} == {"eth0", "wlan0"}
    assert [one.name for one in here.inside(lambda: interfaces(("docker0", "mute", "absent")))] == ["docker0"]
    here.ip("addr", "add", "fd77::99/64", "dev", "eth0")  # nobody knows yet whether it is free
    (eth0,) = here.inside(lambda: interfaces(("eth0",)))
    assert {str(one) for one in eth0.announced} == {"10.77.0.1", "fd77::1"}


# -- brokers -----------------------------------------------------------------------------------------------


def test_a_broker_nearby_is_suggested(home: tuple[Host, Host], load: Load) -> None:
    """`doctor` asks only when the broker is not found, and what it heard cannot harm a terminal."""
    here, there = home
    with Announcer(there, other("evil\u202ename._mqtt._tcp", "pi.local.", 1884)):
        settings = load("", "mqtt.host=10.77.0.9").settings
        (line,) = here.inside(lambda: suggestions("broker_unreachable", settings))
    assert "announces itself as 'evil?name'" in line
    assert "mqtt.host: 10.77.0.2, mqtt.port: 1884, mqtt.tls.enabled: false" in line
    assert suggestions("not_authorized", settings) == suggestions(None, settings) == ()
    known = Nearby("ours", "10.77.0.2", 1884, is_encrypted=False)
    assert suggest((known,), load("", "mqtt.host=10.77.0.2", "mqtt.port=1884").settings) == ()


def test_no_broker_nearby() -> None:
    """A machine without a network is told nothing more, and at once."""
    assert asyncio.run(brokers(())) == ()
