"""What a node is in Home Assistant: one device whose entities use the topics that are there anyway.

The document is that of device discovery (Home Assistant, MQTT integration, "Device discovery payload"), with names
written out. Home Assistant 2025.4 to 2026.11 take it whole; `tests/ha_rules.py` has the rules.
A value template is written so that it means the same in Jinja and in Python, and the tests can run it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from litetts_edge.mqtt.documents import EVENT_TYPES, to_json
from litetts_edge.mqtt.topics import Topics

MOST_BYTES = 262_144
"""A list of voices above this helps nobody to choose; brokers may allow less."""

MOST_TEXT = 255
"""Home Assistant's states, and so its text entities, hold no more (MAX_LENGTH_STATE_STATE)."""

TRIGGERS = ("started", "finished", "cancelled", "expired", "dropped", "failed")
"""Events that an automation can begin with, in its editor, without knowing a topic."""

_NOT_IN_IDS = re.compile("[^a-z0-9]+")

Component = dict[str, object]

_DIAGNOSTIC = {"entity_category": "diagnostic"}
_MEASURED = {"state_class": "measurement", **_DIAGNOSTIC}


@dataclass(frozen=True, slots=True)
class Appliance:
    """What Home Assistant is told about a node."""

    topics: Topics
    name: str
    version: str
    voices: Sequence[str]
    """The most wanted first: what does not fit is left out at the end."""

    @property
    def id(self) -> str:
        """What unique ids begin with; no other node has it."""
        return f"{self.topics.base}_{self.topics.node}"

    @property
    def slug(self) -> str:
        """What entity ids begin with: a-z, 0-9 and single underscores between them."""
        return _NOT_IN_IDS.sub("_", self.id.lower()).strip("_") or "litetts"


def document(appliance: Appliance, most_bytes: int = MOST_BYTES) -> tuple[str, int]:
    """The discovery payload, and how many voices had to be left out to keep it within `most_bytes`."""
    whole = _document(appliance, appliance.voices)
    over = len(whole.encode()) - most_bytes
    if over <= 0:
        return whole, 0
    kept = list(appliance.voices)
    while over > 0 and len(kept) > 1:  # a select without options would be refused
        over -= len(to_json(kept.pop()).encode()) + 1
    return _document(appliance, kept), len(appliance.voices) - len(kept)


def _document(appliance: Appliance, voices: Sequence[str]) -> str:
    topics = appliance.topics
    return to_json(
        {
            "device": {
                "identifiers": [appliance.id],
                "name": appliance.name,
                "manufacturer": "litetts-edge",
                "model": "LiteTTS Edge",
                "sw_version": appliance.version,
            },
            "origin": {"name": "litetts-edge", "sw_version": appliance.version},
            "availability": [{"topic": topics.availability}],
            "components": dict(_components(appliance, voices)),
        }
    )


def _components(appliance: Appliance, voices: Sequence[str]) -> Iterator[tuple[str, Component]]:
    topics = appliance.topics
    for key, platform, name, more in (
        *_speech(topics),
        *_controls(topics, voices),
        *_buttons(topics),
        *_binary_sensors(topics),
        *_sensors(topics),
    ):
        entity: Component = {"platform": platform, "name": name, "unique_id": f"{appliance.id}_{key}"}
        suggested = f"{appliance.slug}_{key}" if name is not None else appliance.slug
        yield key, entity | {"default_entity_id": f"{platform}.{suggested}", "qos": 1, **more}
    for event_type in TRIGGERS:
        yield (
            f"when_{event_type}",
            {
                "platform": "device_automation",
                "automation_type": "trigger",
                "type": event_type,
                "subtype": "announcement",
                "topic": topics.event,
                "value_template": "{{ value_json.event_type }}",
                "payload": event_type,
            },
        )


Entities = Iterator[tuple[str, str, str | None, Mapping[str, object]]]
"""Key, platform, name (None: the device's own), and the rest."""


def _speech(topics: Topics) -> Entities:
    yield "speak", "notify", None, {"command_topic": topics.own("speak"), "icon": "mdi:bullhorn"}
    yield "say", "text", "Say", {"command_topic": topics.own("speak"), "min": 1, "max": MOST_TEXT}
    yield "event", "event", "Announcement", {"state_topic": topics.event, "event_types": list(EVENT_TYPES)}


def _controls(topics: Topics, voices: Sequence[str]) -> Entities:
    def shown(expression: str, what: str, **more: object) -> Component:
        return _shown(topics.state, expression, command_topic=topics.own(what, "set"), **more)

    percent = {"min": 0, "max": 100, "step": 1, "unit_of_measurement": "%"}
    yield "volume", "number", "Volume", shown("value_json.volume", "volume", icon="mdi:volume-high", **percent)
    muted = "'ON' if value_json.muted else 'OFF'"
    yield "mute", "switch", "Mute", shown(muted, "mute", icon="mdi:volume-off")
    options = list(voices)
    yield "voice", "select", "Voice", shown("value_json.voice", "voice", icon="mdi:account-voice", options=options)
    rate = {"min": 0.5, "max": 2, "step": 0.05, "mode": "slider"}
    yield "speed", "number", "Speed", shown("value_json.speed", "speed", icon="mdi:speedometer", **rate)
    mode = {"options": ["auto", "on", "off"], "command_template": "{{ value.upper() }}"}
    yield (
        "quiet",
        "select",
        "Quiet hours",
        shown("value_json.quiet_mode", "quiet", icon="mdi:weather-night", **mode),
    )


def _buttons(topics: Topics) -> Entities:
    for verb, name, icon in (
        ("stop", "Stop", "stop"),
        ("skip", "Skip", "skip-next"),
        ("pause", "Pause", "pause"),
        ("resume", "Resume", "play"),
        ("repeat", "Repeat last", "repeat"),
    ):
        yield verb, "button", name, {"command_topic": topics.own(verb), "icon": f"mdi:{icon}"}
    yield (
        "test",
        "button",
        "Test",
        {"command_topic": topics.own("test"), "icon": "mdi:speaker-message", **_DIAGNOSTIC},
    )


def _binary_sensors(topics: Topics) -> Entities:
    speaking = "'ON' if value_json.state in ('synthesizing', 'playing') else 'OFF'"
    yield "speaking", "binary_sensor", "Speaking", _shown(topics.state, speaking, icon="mdi:account-voice")
    trouble = {"device_class": "problem", **_DIAGNOSTIC}
    details = {
        "json_attributes_topic": topics.state,
        "json_attributes_template": "{{ {'code': value_json.problem} | tojson }}",
    }
    problem = "'ON' if value_json.problem else 'OFF'"
    yield "problem", "binary_sensor", "Problem", _shown(topics.state, problem, **trouble, **details)
    throttled = "{True: 'ON', False: 'OFF'}.get(value_json.throttled)"  # None is unknown: no Raspberry Pi
    yield "throttled", "binary_sensor", "Throttled", _shown(topics.health, throttled, **trouble)


def _sensors(topics: Topics) -> Entities:
    for key, name, field, more in (
        ("rtf", "Real-time factor", "rtf_p50", {"suggested_display_precision": 3}),
        ("first_audio", "First audio", "first_audio_ms_p50", {"unit_of_measurement": "ms"}),
        ("memory", "Memory", "rss_mb", {"unit_of_measurement": "MB", "device_class": "data_size"}),
        ("temperature", "CPU temperature", "temp_c", {"unit_of_measurement": "°C", "device_class": "temperature"}),
    ):
        yield key, "sensor", name, _shown(topics.health, f"value_json.{field}", **_MEASURED, **more)
    share = {"unit_of_measurement": "%", "suggested_display_precision": 0, **_MEASURED}
    share["enabled_by_default"] = False  # nothing is cached yet
    rate = "100 * value_json.cache_hit_rate"
    yield "cache_hits", "sensor", "Cache hit rate", _shown(topics.health, rate, **share)
    yield "queue", "sensor", "Queue", _shown(topics.state, "value_json.queue_length", **_MEASURED)
    for key, name, topic, value in (
        ("last_error", "Last error", topics.health, "value_json.last_error or 'none'"),
        ("version", "Version", topics.info, "value_json.version"),
        ("engine", "Engine", topics.info, "value_json.engine"),
    ):
        yield key, "sensor", name, _shown(topic, value, **_DIAGNOSTIC)
    installed: Component = {"state_topic": topics.update, "title": "litetts-edge", **_DIAGNOSTIC}
    yield "update", "update", "Installed version", installed


def _shown(topic: str, expression: str, **more: object) -> Component:
    """What is told on a topic, by an expression over its JSON."""
    return {"state_topic": topic, "value_template": f"{{{{ {expression} }}}}", **more}
