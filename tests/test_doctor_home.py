"""What `doctor` says about Wyoming's ports, and about Home Assistant's device on the broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from litetts_edge.commands.checks import wyoming
from litetts_edge.commands.checks.broker import broker
from litetts_edge.commands.checks.finding import Finding, Level
from litetts_edge.commands.checks.homeassistant import judge_device
from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.network import Mqtt, Wyoming, WyomingSatellite
from litetts_edge.settings.schema import Node, Settings
from tests.broker import Broker, SecondClient
from tests.wyoming_parts import Home, open_home

TOPIC = "homeassistant/device/kitchen/config"
DEVICE = json.dumps({"components": {"a": {}, "b": {}}})


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path) as opened:
        yield opened


def settings(port: int, satellite: int = 0, host: str = "127.0.0.1", node: str = "kitchen") -> Settings:
    second = WyomingSatellite(enabled=bool(satellite), port=satellite or 1)
    return Settings(node=Node(id=node), wyoming=Wyoming(enabled=True, host=host, port=port, satellite=second))


async def ask(asked: Settings) -> list[Finding]:
    """What the check finds; it brings an event loop of its own."""
    return await asyncio.to_thread(lambda: list(wyoming.wyoming(asked)))


@contextlib.contextmanager
def somebody() -> Iterator[int]:
    """A program that has a port, and says nothing."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_wyoming_that_is_off_is_nothing_to_say() -> None:
    """The default."""
    assert list(wyoming.wyoming(Settings())) == []


async def test_both_services_answer(home: Home) -> None:
    """Each by its own name; bound to loopback it says that nobody else reaches it."""
    found = await ask(settings(home.speech.port, home.satellite.port))
    assert [(one.name, one.level) for one in found] == [
        ("wyoming text to speech", Level.OK),
        ("wyoming satellite", Level.OK),
    ]
    assert all("this machine only" in one.found for one in found)


async def test_what_is_exposed_says_so(home: Home) -> None:
    """Whoever reads it knows that there is no password."""
    (found,) = await ask(settings(home.speech.port, host="0.0.0.0"))
    assert found.level is Level.OK
    assert "neither password nor encryption" in found.found


async def test_the_service_of_another_node_is_not_ours(home: Home) -> None:
    """Such as another program of the house's on this machine: our clients would hear its voice."""
    (found,) = await ask(settings(home.speech.port, node="bath"))
    assert (found.level, "'litetts kitchen'" in found.found) == (Level.FAULT, True)


async def test_a_port_of_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and says nothing; how to find it is told."""
    monkeypatch.setattr(wyoming, "ANSWER_S", 0.1)
    with somebody() as port:
        (found,) = await ask(settings(port))
    assert found.level is Level.FAULT
    assert f"sport = :{port}" in found.advice[0]
    assert "wyoming.port" in found.advice[0]


async def test_a_port_without_a_daemon() -> None:
    """It is free: what is missing is the daemon."""
    with somebody() as port:
        pass
    (found,) = await ask(settings(port))
    assert (found.level, "restart it" in found.advice[0]) == (Level.WARN, True)


async def test_an_address_of_another_machine() -> None:
    """192.0.2.0/24 is nobody's (RFC 5737)."""
    (found,) = await ask(settings(10200, host="192.0.2.1"))
    assert (found.level, "EADDRNOTAVAIL" in found.found) == (Level.FAULT, True)


def test_where_it_is_reached_from_here() -> None:
    """What is bound to every address is asked at loopback."""
    hosts = {"0.0.0.0": "127.0.0.1", "::": "::1", "10.0.0.5": "10.0.0.5", "pi.lan": "pi.lan"}
    assert {host: wyoming.near(host) for host in hosts} == hosts


@pytest.mark.parametrize(
    ("document", "is_wanted", "is_online", "level"),
    [
        (DEVICE, True, True, Level.OK),
        (DEVICE, True, False, Level.OK),
        (DEVICE, False, True, Level.WARN),
        (None, True, True, Level.WARN),
        (None, True, False, None),
        (None, False, True, None),
        ("", False, True, None),
        ("[]", True, True, Level.WARN),
        ("{", True, True, Level.WARN),
        ('{"components": 5}', True, True, Level.WARN),
    ],
)
def test_the_device_and_what_is_wanted(
    document: str | None, is_wanted: bool, is_online: bool, level: Level | None
) -> None:
    """There and wanted is well; a device that is left over, missing, or another's is told."""
    found = judge_device(TOPIC, document, is_wanted=is_wanted, is_online=is_online)
    assert (found.level if found else None) is level
    assert found is None or found.level is Level.OK or found.advice


async def test_the_device_on_a_real_broker(tmp_path: Path) -> None:
    """Retained, it is seen at once; when no daemon runs, Home Assistant shows it as unavailable."""
    async with Broker(tmp_path) as real, SecondClient(real.port) as client:
        await client.publish(TOPIC, DEVICE, retain=True)
        await client.publish(Topics("litetts", "kitchen", ()).availability, "offline", retain=True)
        asked = Settings(node=Node(id="kitchen"), mqtt=Mqtt(host="127.0.0.1", port=real.port))
        found = await asyncio.to_thread(lambda: list(broker(asked, {})))
    (device,) = [one for one in found if one.name == "home assistant"]
    assert device.level is Level.OK
    assert "2 entities" in device.found
    assert "unavailable" in device.found
