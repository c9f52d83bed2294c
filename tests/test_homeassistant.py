"""The real program on a real broker, seen as Home Assistant sees it: the device, its states, its commands."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from litetts_edge import __version__
from tests.broker import Broker, SecondClient
from tests.ha_rules import faults, value_of
from tests.program import NODE, Program, programs
from tests.proxy import Proxy
from tests.waiting import PATIENCE_S

DEVICE = f"homeassistant/device/{NODE}/config"
BIRTH = "homeassistant/status"
QUIET = {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__ENGINE__NAME": "tiny"}

Document = dict[str, Any]


class Hass:
    """Home Assistant, as far as a device sees it: it finds devices, shows states, and sends commands."""

    def __init__(self, client: SecondClient) -> None:
        self._client = client
        self.latest: dict[str, bytes] = {}
        """The newest message of each topic."""
        self.came: list[str] = []
        """Topics, in the order in which messages came."""

    async def until(self, claim: Any) -> None:
        """Take messages until the claim is true."""
        async with asyncio.timeout(PATIENCE_S):
            while not claim():
                message = await self._client.next()
                self.latest[message.topic] = bytes(message.payload)
                self.came.append(message.topic)

    async def device(self) -> Document:
        """The device, once it is there and available."""
        await self.until(lambda: self.latest.get(DEVICE))
        whole: Document = json.loads(self.latest[DEVICE])
        (available,) = whole["availability"]
        await self.until(lambda: self.latest.get(available["topic"]) == b"online")
        return whole

    def shown(self, component: Document) -> str | None:
        """The state of an entity; None while nothing has come."""
        payload = self.latest.get(component["state_topic"])
        return None if payload is None else value_of(component["value_template"], payload)

    async def shows(self, component: Document, state: str) -> None:
        await self.until(lambda: self.shown(component) == state)

    async def send(self, component: Document, value: str = "PRESS") -> None:
        """Use an entity."""
        payload = value_of(component.get("command_template", "{{ value }}"), b"{}", value=value)
        await self._client.publish(component["command_topic"], payload, qos=component["qos"])

    async def asks_until_answered(self, verb: str) -> None:
        """Ask the node again and again: it may be away."""
        answer = f"litetts/{NODE}/response/{verb}"
        self.latest.pop(answer, None)
        while answer not in self.latest:
            await self._client.publish(f"litetts/{NODE}/request/{verb}", "")
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.until(lambda: answer in self.latest)

    async def say(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        await self._client.publish(topic, payload, retain=retain)


@asynccontextmanager
async def hass(port: int) -> AsyncIterator[Hass]:
    async with SecondClient(port) as client:
        await client.subscribe("homeassistant/#")
        await client.subscribe("litetts/#")
        yield Hass(client)


@asynccontextmanager
async def at_home(tmp_path: Path, **environ: str) -> AsyncIterator[tuple[Program, Hass]]:
    """A node that is ready, and Home Assistant on its broker."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, hass(broker.port) as home:
        program = make(broker.port, {**QUIET, **environ})
        await program.start()
        yield program, home


async def test_the_device_is_taken_whole_and_every_state_has_a_value(tmp_path: Path) -> None:
    """Each template finds its field in what the program really publishes; the device is retained."""
    async with at_home(tmp_path) as (_, home):
        device = await home.device()
        assert faults(home.latest[DEVICE].decode()) == []
        with_state = {key: one for key, one in device["components"].items() if "value_template" in one}
        entities = {key: one for key, one in with_state.items() if "state_topic" in one}
        await home.until(lambda: all(one["state_topic"] in home.latest for one in entities.values()))
        shown = {key: home.shown(one) for key, one in entities.items()}
        assert shown["voice"] in device["components"]["voice"]["options"]
        assert shown["version"] == __version__
        assert shown["engine"] == "tiny"
        assert shown["last_error"] == "none"
        assert shown["rtf"] == "None", "Home Assistant's word for unknown"
        assert shown["cache_hits"] == "0.0"
        assert all(len(value) <= 255 for value in shown.values() if value is not None)
        assert (shown["mute"], shown["speaking"], shown["problem"]) == ("OFF", "OFF", "OFF")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("volume", "35"),
        ("speed", "1.25"),
        ("mute", "ON"),
        ("voice", "tiny:slow"),
        ("quiet", "on"),
        ("quiet", "auto"),
    ],
)
async def test_what_is_set_there_is_shown_there(tmp_path: Path, key: str, value: str) -> None:
    """A command makes a round trip to its state."""
    async with at_home(tmp_path) as (_, home):
        component = (await home.device())["components"][key]
        await home.until(lambda: home.shown(component) is not None)
        assert home.shown(component) != value
        await home.send(component, value)
        await home.shows(component, value)


async def test_what_is_changed_elsewhere_is_shown_there(tmp_path: Path) -> None:
    """By MQTT, by a request, and by a reload of the settings."""
    async with at_home(tmp_path) as (_, home):
        components = (await home.device())["components"]
        await home.say(f"litetts/{NODE}/volume/set", "12")
        await home.shows(components["volume"], "12")
        await home.say(f"litetts/{NODE}/request/override", json.dumps({"key": "speaker.muted", "value": True}))
        await home.shows(components["mute"], "ON")
        await home.say(f"litetts/{NODE}/request/override", json.dumps({"key": "speaker.muted"}))
        await home.shows(components["mute"], "OFF")


async def test_a_notification_is_spoken(tmp_path: Path) -> None:
    """The event entity hears its story, a trigger fires at its end, and the next report has its figures."""
    async with at_home(tmp_path, LITETTS_EDGE__HEALTH__INTERVAL_S="1") as (_, home):
        components = (await home.device())["components"]
        topic = components["event"]["state_topic"]
        seen: list[str] = []
        await home.send(components["speak"], "The washing machine is done.")
        while "finished" not in seen:
            before = len(home.came)
            await home.until(lambda before=before: topic in home.came[before:])
            seen.append(json.loads(home.latest[topic])["event_type"])
        assert seen == ["queued", "started", "finished"]
        assert set(seen) <= set(components["event"]["event_types"])
        trigger = components["when_finished"]
        assert value_of(trigger["value_template"], home.latest[trigger["topic"]]) == trigger["payload"]
        await home.until(lambda: home.shown(components["rtf"]) not in (None, "None"))


@pytest.mark.parametrize("key", ["say", "test"])
async def test_text_and_test_button_speak(tmp_path: Path, key: str) -> None:
    """The button says a sentence in the voice's language."""
    async with at_home(tmp_path) as (_, home):
        components = (await home.device())["components"]
        await home.send(components[key], "Hello")
        topic = components["event"]["state_topic"]
        await home.until(lambda: b'"finished"' in home.latest.get(topic, b""))


async def test_the_buttons_do_what_they_say(tmp_path: Path) -> None:
    """Pause, resume and stop, seen by their states and events."""
    async with at_home(tmp_path) as (_, home):
        components = (await home.device())["components"]
        await home.send(components["voice"], "tiny:slow")
        await home.shows(components["voice"], "tiny:slow")
        await home.send(components["pause"])
        await home.until(lambda: b'"paused"' in home.latest[components["speaking"]["state_topic"]])
        await home.send(components["resume"])
        await home.send(components["speak"], "This is a long one.")
        await home.shows(components["speaking"], "ON")
        await home.send(components["stop"])
        await home.shows(components["speaking"], "OFF")
        assert json.loads(home.latest[components["event"]["state_topic"]])["reason"] == "stop"


async def test_a_birth_is_answered_by_everything_again(tmp_path: Path) -> None:
    """A moment later, the device first or last; a retained birth, or another word, is no birth."""
    async with at_home(tmp_path) as (_, home):
        await home.device()
        await home.until(lambda: f"litetts/{NODE}/update" in home.latest)
        home.came.clear()
        await home.say(BIRTH, "offline")
        await home.say(BIRTH, b"\xff\x00{")
        await home.say(BIRTH, "online", retain=True)
        await home.say(BIRTH, "", retain=True)
        await home.say(f"litetts/{NODE}/request/ping", "")
        await home.until(lambda: f"litetts/{NODE}/response/ping" in home.came)
        assert DEVICE not in home.came
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await home.say(BIRTH, "online")
        again = {DEVICE, *(f"litetts/{NODE}/{topic}" for topic in ("state", "info", "availability", "update"))}
        await home.until(lambda: again <= set(home.came))
        assert loop.time() - asked >= 0.5
        assert not any(topic.endswith("/error") for topic in home.came)


async def test_a_new_connection_announces_again(tmp_path: Path) -> None:
    """The broker may have lost what was retained."""
    async with (
        Broker(tmp_path / "broker") as broker,
        Proxy(broker.port) as proxy,
        programs(tmp_path) as make,
        hass(broker.port) as home,
    ):
        program = make(proxy.port, QUIET)
        await program.start()
        await home.device()
        await home.say(DEVICE, "", retain=True)
        await home.until(lambda: home.latest[DEVICE] == b"")
        proxy.cut()
        await home.device()


async def test_a_device_that_is_switched_off_is_taken_back(tmp_path: Path) -> None:
    """Live, and it stays away from births; switched on again it is back."""
    async with at_home(tmp_path) as (_, home):
        await home.device()
        override = f"litetts/{NODE}/request/override"
        await home.say(override, json.dumps({"key": "homeassistant.enabled", "value": False}))
        await home.until(lambda: home.latest[DEVICE] == b"" and home.latest[f"litetts/{NODE}/update"] == b"")
        await home.until(lambda: home.latest[f"litetts/{NODE}/availability"] == b"online")
        await home.say(BIRTH, "online")
        await home.say(override, json.dumps({"key": "homeassistant.enabled", "value": True}))
        await home.device()


async def test_a_voice_that_no_list_has_is_an_option_too(tmp_path: Path) -> None:
    """A blend: the device comes again with it, and then the state that needs it."""
    async with at_home(tmp_path, LITETTS_EDGE__ENGINE__NAME="compact") as (_, home):
        await home.device()
        await home.say(f"litetts/{NODE}/voice/set", "compact:slt(2)+rms")
        await home.until(lambda: b'"compact:slt(2)+rms"' in home.latest[DEVICE])
        voice = json.loads(home.latest[DEVICE])["components"]["voice"]
        assert voice["options"][0] == "compact:slt(2)+rms"
        home.came.clear()
        await home.until(lambda: voice["state_topic"] in home.came)
        assert home.shown(voice) == "compact:slt(2)+rms"


async def test_a_damaged_memory_is_no_fault(tmp_path: Path) -> None:
    """What is no topic there is not published to; what was announced by that name before is taken back."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, hass(broker.port) as home:
        await home.say("homeassistant/device/old/config", "{}", retain=True)
        state = tmp_path / "state"
        state.mkdir()
        (state / "announced").write_text("homeassistant/+/#\n\n$SYS/x\n\0\nhomeassistant/device/old/config\n")
        program = make(broker.port, {**QUIET, "LITETTS_EDGE__STATE_DIR": str(state)})
        await program.start()
        await home.device()
        assert home.latest["homeassistant/device/old/config"] == b""


async def test_a_node_with_another_name_takes_its_old_device_back(tmp_path: Path) -> None:
    """Over a restart: what was announced is remembered in the state folder."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, hass(broker.port) as home:
        state = {"LITETTS_EDGE__STATE_DIR": str(tmp_path / "state")}
        program = make(broker.port, {**QUIET, **state})
        await program.start()
        await home.device()
        await program.end()
        program = make(broker.port, {**QUIET, **state, "LITETTS_EDGE__NODE__ID": "bath"})
        await program.start()
        await home.until(lambda: home.latest.get("homeassistant/device/bath/config"))
        assert home.latest[DEVICE] == b""


async def test_remove_takes_the_device_back_while_the_daemon_runs(tmp_path: Path) -> None:
    """It is told, and does not announce itself again, not even after a restart."""
    async with at_home(tmp_path) as (program, home):
        await home.device()
        assert await command(program, "remove") == 0
        await home.until(lambda: home.latest[DEVICE] == b"")
        await program.end()
        await program.start()
        await home.until(lambda: home.latest[f"litetts/{NODE}/availability"] == b"online")
        await home.say(f"litetts/{NODE}/request/ping", "")
        await home.until(lambda: f"litetts/{NODE}/response/ping" in home.came)
        assert home.latest[DEVICE] == b""
        assert await command(program, "add") == 0
        await home.device()


async def test_remove_works_without_the_daemon(tmp_path: Path) -> None:
    """And says what keeps the device away for good."""
    async with at_home(tmp_path) as (program, home):
        await home.device()
        await program.end()
        assert await command(program, "remove") == 0
        await home.until(lambda: home.latest[DEVICE] == b"")
        assert "homeassistant.enabled" in (program.folder / "said").read_text()


async def command(program: Program, what: str) -> int:
    """Run `litetts-edge homeassistant` as the program's owner would."""
    with (program.folder / "said").open("w") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "litetts_edge",
            "homeassistant",
            what,
            env=program._environ,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        return await process.wait()


async def test_an_update_that_waits_for_a_restart_is_shown(tmp_path: Path) -> None:
    """A newer version is on disk than the one that runs."""
    packages = tmp_path / "packages"
    newer = packages / "litetts_edge-99.0.dist-info"
    newer.mkdir(parents=True)
    async with at_home(tmp_path, PYTHONPATH=os.pathsep.join((str(packages), *sys.path))) as (_, home):
        components = (await home.device())["components"]
        topic = components["update"]["state_topic"]
        await home.until(lambda: topic in home.latest)
        (newer / "METADATA").write_text("Metadata-Version: 2.1\nName: litetts-edge\nVersion: 99.0\n")
        await home.say(BIRTH, "online")
        await home.until(lambda: json.loads(home.latest[topic])["latest_version"] == "99.0")
        assert json.loads(home.latest[topic])["installed_version"] == __version__


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_access_rules_that_know_nothing_of_home_assistant_do_no_harm(tmp_path: Path, protocol: str) -> None:
    """mosquitto 2.0 without a queue limit hangs up over what it denies: that is left alone, all else goes on."""
    rules = f"user node\ntopic readwrite litetts/{NODE}/#\nuser friend\ntopic readwrite #\n"
    environ = {**QUIET, "LITETTS_EDGE__MQTT__USERNAME": "node", "LITETTS_EDGE__MQTT__PASSWORD": "secret"}
    users = {"node": "secret", "friend": "too"}
    async with (
        Broker(tmp_path / "broker", users=users, acl=rules) as broker,
        programs(tmp_path) as make,
        SecondClient(broker.port, username="friend", password="too") as client,
    ):
        await client.subscribe("litetts/#")
        home = Hass(client)
        program = make(broker.port, {**environ, "LITETTS_EDGE__MQTT__PROTOCOL": protocol})
        await program.start()
        await program.logged("hang up over homeassistant/device")
        await home.asks_until_answered("ping")
        connections = broker.log().count("New client connected")
        await home.say(f"litetts/{NODE}/speak", "still here")
        await home.until(lambda: b'"finished"' in home.latest.get(f"litetts/{NODE}/event", b""))
        await home.until(lambda: json.loads(home.latest[f"litetts/{NODE}/state"])["problem"] is None)
        assert broker.log().count("New client connected") - connections <= 1


async def test_a_small_broker_gets_a_device_that_fits(tmp_path: Path) -> None:
    """With fewer voices; that is said, and the node is online all the same."""
    async with (
        Broker(tmp_path / "broker", max_packet_size=10_000) as broker,
        programs(tmp_path) as make,
        hass(broker.port) as home,
    ):
        program = make(broker.port, QUIET)
        await program.start()
        await home.until(lambda: b"voices_left_out" in home.latest.get(f"litetts/{NODE}/error", b""))
        await home.device()
        assert len(home.latest[DEVICE]) < 10_000
        assert faults(home.latest[DEVICE].decode()) == []
