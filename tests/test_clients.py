"""The senders that are in use, as they are: what each puts into a message, and that the node understands it."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.broker import Broker, SecondClient
from tests.program import NODE, House, house, programs

QUIET = {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__ENGINE__NAME": "tiny"}


@asynccontextmanager
async def at_home(tmp_path: Path) -> AsyncIterator[tuple[Broker, House]]:
    """A node that is online, and a friend on its broker."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, QUIET).start()
        await friend.online()
        yield broker, friend


def mosquitto_pub(broker: Broker, topic: str, payload: bytes) -> None:
    """As a shell sends it: the payload byte for byte."""
    whole = ["-s"] if payload else ["-n"]
    command = ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", f"litetts/{NODE}/{topic}", *whole]
    subprocess.run(command, input=payload, check=True)


SPOKEN = {
    "echo in a shell ends with a line break": b"The door is open.\n",
    "Windows begins with a byte order mark": b"\xef\xbb\xbfThe door is open.\r\n",
    "a Tasmota rule sends a bare text": b"Door open",
    "Home Assistant's template with to_json": b'{"text": "T\\u00fcr auf", "volume": 40.0, "voice": null}',
    "a template that quotes everything": b'{"text": "hi", "volume": "40", "speed": "1.0", "interrupt": "false"}',
    "openHAB writes its switches in capitals": b'{"text": "hi", "interrupt": "OFF"}',
    "JSON with a byte order mark and a line break": b'\xef\xbb\xbf{"text": "hi"}\r\n',
    "a value that is only a number": b"21.5",
    "a quoted text": b'"The door is open."',
}

REFUSED = {
    "an old controller sends Latin-1": ("Tür".encode("latin-1"), "not_utf8"),
    "an item without a value": (b"", "text_empty"),
    "a line break alone": (b"\n", "text_empty"),
    "a number that is none": (b'{"text": "hi", "volume": "unavailable"}', "bad_field"),
    "Python's idea of JSON": (b"{'text': 'hi'}", "bad_json"),
}


async def test_what_senders_send_is_spoken(tmp_path: Path) -> None:
    """Every quirk of a sender that can be understood is."""
    async with at_home(tmp_path) as (broker, friend):
        for payload in SPOKEN.values():
            mosquitto_pub(broker, "speak", payload)
        await friend.until(lambda: _ends(friend) >= len(SPOKEN))
        assert {event["event_type"] for event in friend.events()} == {"queued", "started", "finished"}
        assert all(not event["warnings"] for event in friend.events() if event["event_type"] == "finished")


async def test_what_cannot_be_understood_is_told(tmp_path: Path) -> None:
    """In the order in which it came, and nothing of it is spoken."""
    async with at_home(tmp_path) as (broker, friend):
        for payload, _ in REFUSED.values():
            mosquitto_pub(broker, "speak", payload)
        await friend.until(lambda: len(friend.documents("error")) == len(REFUSED))
        assert [told["code"] for told in friend.documents("error")] == [code for _, code in REFUSED.values()]
        assert {event["event_type"] for event in friend.events()} <= {"dropped"}


KNOBS: list[tuple[str, bytes, str, Any]] = [
    ("volume/set", b"40.0", "volume", 40),  # Home Assistant's number, through a template
    ("volume/set", b"41\n", "volume", 41),
    ("volume/set", b"42 %", "volume", 42),  # openHAB's percent
    ("volume/set", b"43.00", "volume", 43),
    ("volume/set", b"\xef\xbb\xbf44", "volume", 44),
    ("volume/set", b"100", "volume", 100),
    ("mute/set", b"ON", "muted", True),
    ("mute/set", b"false", "muted", False),  # ioBroker
    ("mute/set", b"1", "muted", True),  # Tasmota, FHEM
    ("mute/set", b"off\n", "muted", False),
    ("speed/set", b"1.50", "speed", 1.5),
    ("speed/set", b"1", "speed", 1.0),
]


async def test_knobs_are_turned_as_senders_turn_them(tmp_path: Path) -> None:
    """Each way of writing a value leads to the state that was meant."""
    async with at_home(tmp_path) as (broker, friend):
        for topic, payload, name, value in KNOBS:
            friend.heard.clear()
            mosquitto_pub(broker, topic, payload)
            await friend.document("state", lambda state, name=name, value=value: state[name] == value)  # type: ignore[misc]
        assert friend.documents("error") == []


@pytest.mark.parametrize(
    ("topic", "payload"), [("volume/set", b"loud"), ("volume/set", b""), ("mute/set", b"maybe")]
)
async def test_a_knob_that_is_turned_nowhere_stays(tmp_path: Path, topic: str, payload: bytes) -> None:
    """And its sender hears why."""
    async with at_home(tmp_path) as (broker, friend):
        mosquitto_pub(broker, topic, payload)
        assert (await friend.document("error"))["code"] == "bad_field"


async def test_audio_comes_back_with_the_correlation_data(tmp_path: Path) -> None:
    """A client of MQTT 5 tells by it which of its requests the audio answers."""
    async with at_home(tmp_path) as (broker, friend), SecondClient(broker.port) as client:
        await client.subscribe("home/ear")
        await friend.send("speak", "hi", ResponseTopic="home/ear", CorrelationData=b"42")
        message = await client.next()
        assert message.payload[:4] == b"RIFF"
        assert message.properties is not None
        assert message.properties.CorrelationData == b"42"  # type: ignore[attr-defined]
        await friend.send("speak", "hi", ResponseTopic="home/ear", CorrelationData=b"4" * 1025)
        assert (await friend.document("error"))["code"] == "bad_field"


def _ends(friend: House) -> int:
    return sum(event["event_type"] in {"finished", "dropped", "failed"} for event in friend.events())
