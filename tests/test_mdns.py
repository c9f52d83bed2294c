"""mDNS: the node is found by others in the network, by a name that stays, at the addresses that it has."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest

from litetts_edge.mdns import door
from litetts_edge.mdns.names import Names
from litetts_edge.mdns.table import (
    LABEL,
    Endpoint,
    Facts,
    Service,
    broker_of,
    endpoints_of,
    facts_of,
    following,
    host_name,
    services,
)
from tests.mdns_parts import Ears, Node, addresses_of, text_of
from tests.network import Host, cable, why_not
from tests.program import programs
from tests.settings_loader import Load

KITCHEN = Facts("kitchen", "1.2.3", "compact", "1")
TTS = Endpoint("wyoming", "0.0.0.0", 10200)
SATELLITE = Endpoint("satellite", "", 10700)

needs_network = pytest.mark.skipif(bool(why_not()), reason=why_not())

NODE, WYOMING = "_litetts._tcp", "_wyoming._tcp"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Host, Host]]:
    """Two machines on one cable."""
    monkeypatch.setattr(door, "SETTLE_S", 0.2)
    with cable() as hosts:
        yield hosts


# -- the table ---------------------------------------------------------------------------------------------


def test_the_node_says_what_it_is() -> None:
    """Id, version, model, broker and protocol are in the TXT record; a node without HTTP has no port."""
    (node,), unheard = services(KITCHEN, (), "10.0.0.5:1883")
    told = {"id": "kitchen", "ver": "1.2.3", "model": "compact", "mqtt": "10.0.0.5:1883", "proto": "1"}
    assert (node.type, node.name, node.port, dict(node.txt), unheard) == (NODE, "kitchen", 0, told, ())


def test_what_the_settings_switch_on_is_announced(load: Load) -> None:
    """Nothing by default; the satellite as a service of its own, unless it is off."""

    def doors(text: str) -> list[tuple[str, str, int]]:
        return [(one.key, one.host, one.port) for one in endpoints_of(load(text).settings)]

    speech, satellite = ("wyoming", "0.0.0.0", 10200), ("satellite", "0.0.0.0", 10700)
    assert doors("") == []
    assert doors("wyoming: {enabled: true, host: 0.0.0.0}") == [speech, satellite]
    assert doors("wyoming: {enabled: true, host: 0.0.0.0, satellite: {enabled: false}}") == [speech]


def test_both_wyoming_services_have_their_own_names() -> None:
    """Home Assistant makes its unique id of the name, so two services of one type need two."""
    announced, _ = services(KITCHEN, (TTS, SATELLITE))
    assert [(one.name, one.type, one.port) for one in announced[1:]] == [
        ("litetts-kitchen", WYOMING, 10200),
        ("litetts-kitchen-satellite", WYOMING, 10700),
    ]


def test_http_has_a_path_and_its_port_is_the_nodes() -> None:
    """Whoever finds the node finds its programming interface."""
    announced, _ = services(KITCHEN, (Endpoint("http", "", 8080, "/v1"),))
    assert [(one.type, one.port, dict(one.txt).get("path")) for one in announced] == [
        (NODE, 8080, None),
        ("_http._tcp", 8080, "/v1"),
    ]
    assert dict(announced[0].txt)["api"] == "/v1"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_not_announced(host: str) -> None:
    """What only this machine reaches is of no use to others; the reason is told."""
    announced, unheard = services(KITCHEN, (Endpoint("wyoming", host, 10200),))
    assert [one.key for one in announced] == ["litetts"]
    assert unheard == (f"wyoming listens on {host} only, where nobody else reaches it",)


@pytest.mark.parametrize(
    ("assigned", "broker"),
    [
        (("mqtt.host=broker.lan", "mqtt.username=me", "mqtt.password=secret"), "broker.lan:1883"),
        (("mqtt.host=fd00::5", "mqtt.port=8883"), "[fd00::5]:8883"),
        (("mqtt.host=localhost",), ""),
        (("mqtt.host=broker.lan", "mqtt.enabled=false"), ""),
    ],
)
def test_the_broker_is_told_as_others_reach_it(load: Load, assigned: tuple[str, ...], broker: str) -> None:
    """Without the credentials, and not at all where it is out of reach."""
    assert broker_of(load("", *assigned).settings) == broker


def test_a_service_is_announced_where_it_answers() -> None:
    """0.0.0.0 is IPv4 alone, :: is IPv6 alone as asyncio binds it, an address is that one, nothing is all."""
    ours = [ip_address("10.0.0.1"), ip_address("10.0.1.1"), ip_address("fd00::1")]
    hosts = {"": ours, "0.0.0.0": ours[:2], "::": ours[2:], "10.0.1.1": ours[1:2], "10.9.9.9": [], "pi.lan": ours}
    for host, reached in hosts.items():
        assert list(Service("wyoming", WYOMING, "x", 1, host=host).addresses(ours)) == reached, host


@pytest.mark.parametrize("node", ["k", "a" * 64, "-_-", "under_score"])
def test_every_label_is_valid(node: str) -> None:
    """A node's id may have 64 characters, a label of the DNS 63, and a host's label no underscore."""
    announced, _ = services(Facts(node, "1", "m" * 128, "1"), (TTS, SATELLITE))
    assert all(len(f"{one.name}-99") <= LABEL for one in announced)
    label = host_name(node, "02:00:00:00:00:01", "/var/lib/litetts-edge")
    assert len(label) + len("-satellite") <= LABEL
    assert set(label) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert label.strip("-") == label


def test_long_ids_and_copied_machines_stay_apart() -> None:
    """Ids that differ in the last character have two names; one id on two boards, or twice on one, two hosts."""
    first, second = (services(Facts("a" * 63 + end, "1", "m", "1"), ())[0][0].name for end in "xy")
    assert first != second
    places = [("02:00:00:00:00:01", "/a"), ("02:00:00:00:00:02", "/a"), ("02:00:00:00:00:01", "/b")]
    assert len({host_name("kitchen", card, state) for card, state in places}) == 3


def test_what_is_too_long_for_an_entry_is_left_out() -> None:
    """An entry of a TXT record has 255 bytes at most; one more would be an error of the whole announcement."""
    (node,), _ = services(Facts("kitchen", "1", "m" * 300, "1"), ())
    assert "model" not in dict(node.txt)


def test_the_facts_are_those_of_the_info_topic() -> None:
    """One source for all doors."""
    info: dict[str, object] = {"id": "kitchen", "version": "1.2.3", "model": "compact", "schema": 1, "more": ()}
    assert facts_of(info) == KITCHEN


# -- names -------------------------------------------------------------------------------------------------


def test_a_taken_name_is_counted_on() -> None:
    """kitchen, kitchen-2, kitchen-3; an id that ends in a number is not mistaken for a count."""
    assert following("kitchen", "kitchen") == "kitchen-2"
    assert following("kitchen-2", "kitchen") == "kitchen-3"
    assert following("kitchen-2", "kitchen-2") == "kitchen-2-2"


def test_names_are_written_only_when_they_differ(tmp_path: Path) -> None:
    """An ordinary home costs the memory card nothing; a conflict is remembered."""
    file = tmp_path / "state" / "names.json"
    node = Service("litetts", NODE, "kitchen", 0)
    names = Names(file)
    names.load()
    names.keep(node, "kitchen")
    assert not file.exists()
    names.keep(node, "kitchen-2")
    again = Names(file)
    again.load()
    assert again.of(node) == "kitchen-2"
    assert again.of(Service("litetts", NODE, "bath", 0)) == "bath"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '"x"', '{"kitchen._litetts._tcp": 7}', '{"kitchen._litetts._tcp": "bath-2"}', "\xff"],
)
def test_a_damaged_file_of_names_is_none(tmp_path: Path, content: str) -> None:
    """A power cut, or somebody who edits it, costs the numbers and nothing else."""
    file = tmp_path / "names.json"
    file.write_bytes(content.encode("latin-1"))
    names = Names(file)
    names.load()
    assert names.of(Service("litetts", NODE, "kitchen", 0)) == "kitchen"


# -- on a network ------------------------------------------------------------------------------------------


@needs_network
def test_it_is_found_followed_and_missed(home: tuple[Host, Host], tmp_path: Path) -> None:
    """Another machine sees name, port, text and both kinds of addresses, a new model, a new address, the end."""
    here, there = home
    with Ears(there, NODE, WYOMING) as ears:
        with Node(here, tmp_path, "node.id=kitchen", "mqtt.host=10.77.0.2", endpoints=(TTS, SATELLITE)) as node:
            kitchen = ears.service("kitchen._litetts._tcp")
            assert text_of(kitchen)["mqtt"] == "10.77.0.2:1883"
            assert addresses_of(kitchen) == {"10.77.0.1", "fd77::1"}
            speech = ears.service("litetts-kitchen._wyoming._tcp")
            assert (speech.port, addresses_of(speech)) == (10200, {"10.77.0.1"})
            assert ears.service("litetts-kitchen-satellite._wyoming._tcp").port == 10700

            node.speak_with("kokoro")
            ears.until(lambda: text_of(ears.known["kitchen._litetts._tcp"])["model"] == "kokoro")

            here.ip("addr", "del", "10.77.0.1/24", "dev", "eth0")
            ears.until(lambda: ears.forgotten == {"10.77.0.1"})
            here.ip("addr", "add", "10.77.0.9/24", "dev", "eth0")
            ears.until(lambda: addresses_of(ears.known["kitchen._litetts._tcp"]) == {"10.77.0.9", "fd77::1"})
            assert ("Removed", "kitchen._litetts._tcp") not in ears.story
        ears.gone("kitchen._litetts._tcp")
        ears.gone("litetts-kitchen._wyoming._tcp")
        assert ears.known == {}


@needs_network
def test_a_taken_name_is_left_to_its_owner_and_the_new_one_stays(home: tuple[Host, Host], tmp_path: Path) -> None:
    """The second kitchen of a home becomes kitchen-2, and is that after a restart, with or without the first."""
    here, there = home
    with Ears(there, NODE) as ears:
        with Node(there, tmp_path / "first", "node.id=kitchen"):
            first = ears.service("kitchen._litetts._tcp")
            with Node(here, tmp_path / "second", "node.id=kitchen"):
                second = ears.service("kitchen-2._litetts._tcp")
                assert addresses_of(second) == {"10.77.0.1", "fd77::1"}
                assert first.server != second.server
            ears.gone("kitchen-2._litetts._tcp")
            assert "kitchen._litetts._tcp" in ears.known
        ears.gone("kitchen._litetts._tcp")
        with Node(here, tmp_path / "second", "node.id=kitchen"):
            ears.service("kitchen-2._litetts._tcp")


@needs_network
async def test_the_program_is_found_and_says_goodbye(home: tuple[Host, Host], tmp_path: Path) -> None:
    """`litetts-edge run` is ready first and found then; a stop takes its name out of the lists of others."""
    here, there = home
    with Ears(there, NODE, WYOMING) as ears:
        async with programs(tmp_path) as make:
            on = {f"LITETTS_EDGE__{name}__ENABLED": "true" for name in ("MDNS", "WYOMING")}
            program = make(1883, {**on, "LITETTS_EDGE__WYOMING__HOST": "0.0.0.0"}, prefix=here.command())
            await program.start()
            assert not ears.known
            info = await asyncio.to_thread(ears.service, "kitchen._litetts._tcp")
            assert text_of(info)["model"]
            for name in ("litetts-kitchen", "litetts-kitchen-satellite"):
                service = await asyncio.to_thread(ears.service, f"{name}._wyoming._tcp")
                address = service.parsed_addresses()[0], service.port
                there.inside(partial(socket.create_connection, address)).close()
            assert await program.end() == 0
            await asyncio.to_thread(ears.gone, "kitchen._litetts._tcp")


@needs_network
async def test_a_port_of_another_program_is_not_announced(home: tuple[Host, Host], tmp_path: Path) -> None:
    """The other service is; when the port is free again, it is bound, and announced then."""
    here, there = home
    on = {f"LITETTS_EDGE__{name}__ENABLED": "true" for name in ("MDNS", "WYOMING")}
    with here.inside(socket.socket) as other, Ears(there, NODE, WYOMING) as ears:
        other.bind(("0.0.0.0", 10200))
        other.listen()
        async with programs(tmp_path) as make:
            program = make(1883, {**on, "LITETTS_EDGE__WYOMING__HOST": "0.0.0.0"}, prefix=here.command())
            await program.start()
            await asyncio.to_thread(ears.service, "litetts-kitchen-satellite._wyoming._tcp")
            assert "litetts-kitchen._wyoming._tcp" not in ears.known
            other.close()
            speech = await asyncio.to_thread(ears.service, "litetts-kitchen._wyoming._tcp")
            there.inside(partial(socket.create_connection, (speech.parsed_addresses()[0], speech.port))).close()
