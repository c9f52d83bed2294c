"""The device that Home Assistant is told about, against its rules, and the rules against what breaks them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from litetts_edge.mqtt.homeassistant_device import Appliance, document
from litetts_edge.mqtt.messages import Arrival, Defaults, parse_speak
from litetts_edge.mqtt.topics import Topics
from tests.ha_rules import faults

VOICES = ("compact:slt", "compact:rms", "espeak:de")


def appliance(node: str = "kitchen", base: str = "litetts", voices: tuple[str, ...] = VOICES) -> Appliance:
    return Appliance(Topics(base, node), "Kitchen", "0.1.0", voices)


def device() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(document(appliance())[0])
    return whole


@pytest.mark.parametrize("node", ["kitchen", "living-room", "_a--b_", "-", "7", "a" * 64])
@pytest.mark.parametrize("base", ["litetts", "home/up stairs/Büro", "家"])
def test_it_breaks_no_rule(node: str, base: str) -> None:
    """Whatever the node and the base topic are called."""
    payload, left_out = document(appliance(node, base))
    assert faults(payload) == []
    assert left_out == 0


def test_the_main_entity_is_called_as_the_device() -> None:
    """`notify` first: it is what most people look for."""
    components = device()["components"]
    assert next(iter(components)) == "speak"
    assert components["speak"]["platform"] == "notify"
    assert components["speak"]["name"] is None
    assert components["speak"]["default_entity_id"] == "notify.litetts_kitchen"


def test_two_nodes_never_share_an_id() -> None:
    """Entity ids may look alike, Home Assistant numbers those; unique ids may not."""
    ids = [
        {
            one["unique_id"]
            for one in json.loads(document(appliance(node))[0])["components"].values()
            if "name" in one
        }
        for node in ("a-b", "a_b")
    ]
    assert not ids[0] & ids[1]


def test_what_a_person_can_do_and_see_is_all_there() -> None:
    """What comes with its own part, the cache's hit rate for one, comes when that does."""
    components = device()["components"]
    kinds: dict[str, set[str]] = {}
    for key, component in components.items():
        kinds.setdefault(component["platform"], set()).add(key)
    assert kinds["select"] == {"voice", "quiet"}
    assert kinds["number"] == {"volume", "speed"}
    assert kinds["switch"] == {"mute"}
    assert kinds["button"] == {"stop", "skip", "pause", "resume", "repeat", "test"}
    assert kinds["binary_sensor"] == {"speaking", "problem", "throttled"}
    assert kinds["sensor"] == {
        "rtf", "first_audio", "memory", "queue", "temperature", "last_error", "version", "engine",
        "cache_hits",
    }  # fmt: skip
    assert kinds["text"] == {"say"}
    assert kinds["event"] == {"event"}
    assert kinds["update"] == {"update"}
    assert len(kinds["device_automation"]) == 6


def test_a_list_of_voices_that_is_too_long_is_cut_at_its_end() -> None:
    """The payload stays within what the broker takes, and how many are missing is known."""
    voices = tuple(f"kokoro:voice-{number}" for number in range(5000))
    for most_bytes in (20_000, 50_000):
        payload, left_out = document(appliance(voices=voices), most_bytes)
        assert most_bytes - 64 < len(payload.encode()) <= most_bytes
        options = json.loads(payload)["components"]["voice"]["options"]
        assert options == list(voices[: len(options)])
        assert len(options) + left_out == len(voices)
        assert faults(payload) == []


def test_at_least_one_voice_stays() -> None:
    """A select without options would be dropped."""
    payload, left_out = document(appliance(), 10)
    assert json.loads(payload)["components"]["voice"]["options"] == ["compact:slt"]
    assert left_out == 2


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        for key in path[:-1]:
            whole = whole[key]
        del whole[path[-1]]

    return change


def with_(value: object, *path: str) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        for key in path[:-1]:
            whole = whole[key]
        whole[path[-1]] = value

    return change


PAGE = (Path(__file__).parent.parent / "docs" / "homeassistant.md").read_text(encoding="utf-8")


def test_the_page_names_entities_that_there_are() -> None:
    """And all of them: `…_skip` after a full one stands for one of the same platform."""
    named: set[str] = set()
    platform = ""
    for full, platform_, key in re.findall(r"(([a-z_]+)\.litetts_kitchen\w*)|`…_(\w+)`", PAGE):
        platform = platform_ or platform
        named.add(full or f"{platform}.litetts_kitchen_{key}")
    entities = {one["default_entity_id"] for one in device()["components"].values() if "default_entity_id" in one}
    assert named - {"tts.litetts_kitchen"} == entities


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_what_is_to_be_copied_is_whole(block: str) -> None:
    """It is YAML, and every JSON that it sends is one that the node takes, with the fields it knows."""
    assert isinstance(yaml.safe_load(block), dict)
    for fields in re.findall(r"\{\{ (\{\"text\".*?\}) \| tojson \}\}", block, re.DOTALL):
        said = re.sub(r"(priority \| default\(.*?\))|\bmessage\b", '"normal"', fields)
        request = parse_speak(said.encode(), Arrival(0.0), Defaults("auto", 1.0, ("speaker",)))
        assert request.warnings == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("origin"), "top level: without origin"),
        (without("origin", "name"), "origin: without name"),
        (without("device"), "top level: without device"),
        (without("device", "identifiers"), "device: neither identifiers nor connections"),
        (without("components"), "components: none"),
        (without("components", "mute", "unique_id"), "mute: without unique_id"),
        (without("components", "mute", "command_topic"), "mute: without command_topic"),
        (without("components", "version", "state_topic"), "version: without state_topic"),
        (without("components", "when_failed", "topic"), "when_failed: without topic"),
        (with_("litetts/x", "~"), "top level: unknown key '~'"),
        (with_(60, "message_expiry_interval"), "top level: unknown key 'message_expiry_interval'"),
        (with_("x", "default_entity_id"), "top level: unknown key 'default_entity_id'"),
        (with_("x", "device", "vendor"), "device: unknown key 'vendor'"),
        (with_("kitchen.local:8080", "device", "cu"), "device: 'kitchen.local:8080' is no address"),
        (with_("ftp://kitchen/", "origin", "url"), "origin: 'ftp://kitchen/' is no address"),
        (with_("media_player", "components", "speak", "p"), "speak: no platform 'media_player'"),
        (with_("tts", "components", "speak", "p"), "speak: no platform 'tts'"),
        (with_(3, "components", "mute", "qos"), "mute: qos 3"),
        (with_(3, "qos"), "top level: qos 3"),
        (with_("mute", "components", "mute", "object_id"), "mute: unknown key 'object_id'"),
        (with_([], "components", "voice", "options"), "voice: options needs at least one text"),
        (with_(["a", "a"], "components", "voice", "options"), "voice: options has one twice"),
        (with_([], "components", "event", "event_types"), "event: event_types needs at least one text"),
        (with_("config", "components", "rtf", "entity_category"), "rtf: entity_category 'config' on sensor"),
        (with_("system", "components", "mute", "entity_category"), "mute: entity_category 'system' on switch"),
        (with_(256, "components", "say", "max"), "say: needs 0 <= min < max <= 255"),
        (with_(100, "components", "volume", "min"), "volume: min is not below max"),
        (with_("knob", "components", "volume", "mode"), "volume: mode 'knob'"),
        (with_("loud", "components", "problem", "device_class"), "problem: no device_class 'loud'"),
        (with_("MiB", "components", "memory", "unit_of_measurement"), "memory: data_size in 'MiB'"),
        (with_("often", "components", "rtf", "state_class"), "rtf: state_class 'often'"),
        (with_("speaker", "components", "mute", "icon"), "mute: an icon has a prefix"),
        (with_("kitchen", "components", "mute", "default_entity_id"), "mute: default_entity_id 'kitchen'"),
        (with_("light.x", "components", "mute", "default_entity_id"), "mute: default_entity_id 'light.x'"),
        (
            with_("litetts/+/mute/set", "components", "mute", "cmd_t"),
            "mute: command_topic 'litetts/+/mute/set' is no topic",
        ),
        (with_("{{ a }}{{ b }}", "components", "mute", "val_tpl"), "mute: value_template is not one expression"),
        (with_({"platform": "button"}, "components", "a b"), "a b: a key may hold letters, digits, _ and -"),
        (with_([{"t": "x", "pl": "on"}], "availability"), "top level availability: unknown key 'payload'"),
    ],
)
def test_the_rules_can_be_broken(change: Callable[[dict[str, Any]], None], said: str) -> None:
    """Each rule refuses a device that breaks it: Home Assistant would drop the device, or the entity."""
    whole = device()
    change(whole)
    assert said in faults(json.dumps(whole))


def test_abbreviations_are_names_too() -> None:
    """Home Assistant writes them out first; so do the rules."""
    whole = device()
    whole["dev"], whole["o"], whole["cmps"] = whole.pop("device"), whole.pop("origin"), whole.pop("components")
    assert faults(json.dumps(whole)) == []
    assert faults("[]") == ["not an object"]
    assert faults("{") == ["not JSON"]
