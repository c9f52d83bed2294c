"""What Home Assistant 2025.4 to 2026.11 takes as MQTT device discovery, as our own rules.

Written from the schemas of its MQTT integration (schemas.py, config.py, discovery.py and one file per platform),
and stricter: a key that they drop in silence is refused too, and at the top level one that only some of these
versions know. `faults()` says what is wrong; nothing said means accepted whole. On 2026-11-21 the device was held
against the schemas themselves too, of 2025.4.0, 2026.2.3 and 2026.11.0: each takes it and every entity of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Payload = dict[str, Any]

ABBREVIATED = {
    "dev": "device", "o": "origin", "cmps": "components", "avty": "availability", "avty_t": "availability_topic",
    "avty_mode": "availability_mode", "p": "platform", "uniq_id": "unique_id", "cmd_t": "command_topic",
    "stat_t": "state_topic", "val_tpl": "value_template", "cmd_tpl": "command_template", "ops": "options",
    "ent_cat": "entity_category", "dev_cla": "device_class", "stat_cla": "state_class", "ic": "icon",
    "unit_of_meas": "unit_of_measurement", "def_ent_id": "default_entity_id", "t": "topic", "e": "encoding",
    "atype": "automation_type", "stype": "subtype", "pl": "payload", "evt_typ": "event_types",
}  # fmt: skip
DEVICE_ABBREVIATED = {
    "ids": "identifiers", "cns": "connections", "mf": "manufacturer", "mdl": "model", "sw": "sw_version",
    "hw": "hw_version", "sn": "serial_number", "cu": "configuration_url", "sa": "suggested_area",
}  # fmt: skip
ORIGIN_ABBREVIATED = {"sw": "sw_version", "url": "support_url"}

TOP = frozenset({
    "device", "origin", "components", "availability", "availability_mode", "availability_topic",
    "availability_template", "payload_available", "payload_not_available", "state_topic", "command_topic", "qos",
    "encoding",
})  # fmt: skip
DEVICE = frozenset({
    "identifiers", "connections", "manufacturer", "model", "model_id", "name", "hw_version", "serial_number",
    "sw_version", "via_device", "suggested_area", "configuration_url",
})  # fmt: skip
ORIGIN = frozenset({"name", "sw_version", "support_url"})
AVAILABILITY = frozenset({"topic", "payload_available", "payload_not_available", "value_template"})

BASE = frozenset({"platform", "qos", "encoding"})
ENTITY = BASE | {
    "name", "unique_id", "default_entity_id", "device_class", "enabled_by_default", "entity_category", "icon",
    "json_attributes_topic", "json_attributes_template", "message_expiry_interval", "availability",
    "availability_topic", "availability_mode",
}  # fmt: skip
READ = frozenset({"state_topic", "value_template"})
WRITE = frozenset({"command_topic", "command_template", "retain"})


@dataclass(frozen=True, slots=True)
class Platform:
    """What a component of one kind must and may have."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    device_classes: frozenset[str] = frozenset()


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLATFORMS = {
    "notify": Platform(_keys("command_topic"), WRITE),
    "button": Platform(_keys("command_topic"), WRITE | {"payload_press"}, _keys("identify restart update")),
    "text": Platform(_keys("command_topic"), WRITE | READ | _keys("min max mode pattern")),
    "number": Platform(
        _keys("command_topic"),
        WRITE | READ | _keys("min max step mode optimistic payload_reset unit_of_measurement"),
    ),
    "select": Platform(_keys("command_topic options"), WRITE | READ | {"optimistic"}),
    "switch": Platform(
        _keys("command_topic"),
        WRITE | READ | _keys("payload_on payload_off state_on state_off optimistic"),
        _keys("outlet switch"),
    ),
    "sensor": Platform(
        _keys("state_topic"),
        READ
        | _keys("expire_after force_update options state_class unit_of_measurement suggested_display_precision"),
        _keys("data_size duration enum temperature timestamp"),
    ),
    "binary_sensor": Platform(
        _keys("state_topic"),
        READ | _keys("payload_on payload_off expire_after force_update off_delay"),
        _keys("connectivity problem running sound update"),
    ),
    "event": Platform(_keys("state_topic event_types"), READ, _keys("button doorbell motion")),
    "update": Platform(
        _keys("state_topic"),
        READ | _keys("latest_version_topic latest_version_template title release_summary release_url"),
        _keys("firmware"),
    ),
    "device_automation": Platform(
        _keys("automation_type type subtype topic"), BASE | _keys("payload value_template")
    ),
}
"""Those that we use. `media_player` and `tts` do not exist over MQTT."""

UNITS = {"data_size": {"B", "kB", "MB", "GB"}, "temperature": {"°C"}, "duration": {"s", "ms", "min", "h"}}
ENTITY_ID = re.compile(r"([a-z_]+)\.(?!_)(?!.*__)[a-z0-9_]+(?<!_)")
KEY = re.compile("[a-zA-Z0-9_-]+")
EXPRESSION = re.compile(r"\{\{ (?:(?!\{\{|\}\}).)+ \}\}")


def faults(payload: str) -> list[str]:
    """Everything that Home Assistant would refuse, or drop."""
    try:
        whole = json.loads(payload)
    except ValueError:
        return ["not JSON"]
    if not isinstance(whole, dict):
        return ["not an object"]
    return list(_device_faults(_written_out(whole, ABBREVIATED)))


def _written_out(fields: Payload, names: Mapping[str, str]) -> Payload:
    return {names.get(key, key): value for key, value in fields.items()}


def _device_faults(whole: Payload) -> Iterator[str]:
    yield from _unknown("top level", whole, TOP)
    yield from _missing("top level", whole, _keys("device origin components"))
    yield from _common("top level", whole)
    device = _written_out(_object(whole.get("device")), DEVICE_ABBREVIATED)
    yield from _unknown("device", device, DEVICE)
    if not device.get("identifiers") and not device.get("connections"):
        yield "device: neither identifiers nor connections"
    if not device.get("name"):
        yield "device: without a name"
    yield from _url("device", device.get("configuration_url"))
    origin = _written_out(_object(whole.get("origin")), ORIGIN_ABBREVIATED)
    yield from _unknown("origin", origin, ORIGIN)
    yield from _missing("origin", origin, _keys("name"))
    yield from _url("origin", origin.get("support_url"))
    components = _object(whole.get("components"))
    if not components:
        yield "components: none"
    for key, component in components.items():
        yield from _component_faults(key, _written_out(_object(component), ABBREVIATED))
    unique = [one["unique_id"] for one in components.values() if isinstance(one, dict) and "unique_id" in one]
    if len(unique) != len(set(unique)):
        yield "components: a unique_id twice"


def _component_faults(key: str, component: Payload) -> Iterator[str]:
    if not KEY.fullmatch(key):
        yield f"{key}: a key may hold letters, digits, _ and -"
    name = component.get("platform")
    platform = PLATFORMS.get(name) if isinstance(name, str) else None
    if platform is None:
        yield f"{key}: no platform {name!r}"
        return
    is_entity = name != "device_automation"
    yield from _unknown(key, component, platform.required | platform.optional | (ENTITY if is_entity else BASE))
    yield from _missing(key, component, platform.required | (_keys("unique_id") if is_entity else frozenset()))
    yield from _common(key, component)
    if "device_class" in component and component["device_class"] not in platform.device_classes:
        yield f"{key}: no device_class {component['device_class']!r}"
    if is_entity:
        yield from _entity(key, str(name), component)
    yield from OWN.get(str(name), _nothing)(key, component)


def _entity(key: str, platform: str, component: Payload) -> Iterator[str]:
    if "name" not in component or not isinstance(component["name"], str | None):
        yield f"{key}: its name is a text, or null for the device's own"
    category = component.get("entity_category")
    allowed = (
        (None, "diagnostic")
        if platform in ("sensor", "binary_sensor", "event")
        else (None, "diagnostic", "config")
    )
    if category not in allowed:
        yield f"{key}: entity_category {category!r} on {platform}"
    suggested = component.get("default_entity_id", f"{platform}.x")
    found = ENTITY_ID.fullmatch(suggested)
    if found is None or found[1] != platform:
        yield f"{key}: default_entity_id {suggested!r}"
    if ":" not in component.get("icon", "mdi:x"):
        yield f"{key}: an icon has a prefix"


def _number(key: str, component: Payload) -> Iterator[str]:
    if component.get("min", 1) >= component.get("max", 100):
        yield f"{key}: min is not below max"
    if component.get("step", 1) < 0.001:
        yield f"{key}: step below 0.001"
    if component.get("mode", "auto") not in ("auto", "box", "slider"):
        yield f"{key}: mode {component['mode']!r}"


def _text(key: str, component: Payload) -> Iterator[str]:
    if not 0 <= component.get("min", 0) < component.get("max", 255) <= 255:
        yield f"{key}: needs 0 <= min < max <= 255"


def _select(key: str, component: Payload) -> Iterator[str]:
    yield from _list_of_texts(key, "options", component.get("options"))


def _event(key: str, component: Payload) -> Iterator[str]:
    yield from _list_of_texts(key, "event_types", component.get("event_types"))


def _sensor(key: str, component: Payload) -> Iterator[str]:
    if component.get("state_class", "measurement") not in ("measurement", "total", "total_increasing"):
        yield f"{key}: state_class {component['state_class']!r}"
    device_class = component.get("device_class")
    if device_class in UNITS and component.get("unit_of_measurement") not in UNITS[device_class]:
        yield f"{key}: {device_class} in {component.get('unit_of_measurement')!r}"


def _automation(key: str, component: Payload) -> Iterator[str]:
    if component.get("automation_type") != "trigger":
        yield f"{key}: automation_type {component.get('automation_type')!r}"


def _nothing(_key: str, _component: Payload) -> Iterator[str]:
    yield from ()


OWN: Mapping[str, Callable[[str, Payload], Iterator[str]]] = {
    "number": _number, "text": _text, "select": _select, "event": _event, "sensor": _sensor,
    "device_automation": _automation,
}  # fmt: skip


def _object(value: object) -> Payload:
    return value if isinstance(value, dict) else {}


def _unknown(where: str, fields: Payload, known: frozenset[str]) -> Iterator[str]:
    yield from (f"{where}: unknown key {key!r}" for key in fields if key not in known)


def _missing(where: str, fields: Payload, required: frozenset[str]) -> Iterator[str]:
    yield from (f"{where}: without {key}" for key in sorted(required) if not fields.get(key))


def _common(where: str, fields: Payload) -> Iterator[str]:
    """What is checked wherever it stands: QoS, topics, templates, availability."""
    if fields.get("qos", 0) not in (0, 1, 2) or isinstance(fields.get("qos"), bool):
        yield f"{where}: qos {fields['qos']!r}"
    for key, value in fields.items():
        if key == "topic" or key.endswith("_topic"):
            yield from _topic(where, key, value)
        elif key.endswith("_template") and not EXPRESSION.fullmatch(str(value)):
            yield f"{where}: {key} is not one expression"
    entries = fields.get("availability", [])
    if "availability" in fields and "availability_topic" in fields:
        yield f"{where}: availability and availability_topic exclude each other"
    for entry in entries if isinstance(entries, list) else [entries]:
        fields = _written_out(_object(entry), ABBREVIATED)
        yield from _unknown(f"{where} availability", fields, AVAILABILITY)
        yield from _missing(f"{where} availability", fields, _keys("topic"))
        yield from _topic(f"{where} availability", "topic", fields.get("topic", "x"))


def _topic(where: str, key: str, value: object) -> Iterator[str]:
    if not isinstance(value, str) or not value or re.search("[+#\x00-\x1f\x7f-\x9f]", value) or "~" in value:
        yield f"{where}: {key} {value!r} is no topic"


def _url(where: str, value: object) -> Iterator[str]:
    if value is not None:
        parts = urlsplit(str(value))
        if parts.scheme not in ("http", "https", "homeassistant") or not parts.netloc:
            yield f"{where}: {value!r} is no address"


def _list_of_texts(key: str, field: str, values: Sequence[object] | None) -> Iterator[str]:
    if not values or not all(isinstance(value, str) and value for value in values):
        yield f"{key}: {field} needs at least one text"
    elif len(set(values)) != len(values):
        yield f"{key}: {field} has one twice"


def value_of(template: str, payload: bytes, **names: object) -> str:
    """What a value template makes of a message. Ours mean the same in Jinja as in Python, which runs them here."""
    expression = template.strip().removeprefix("{{").removesuffix("}}").strip()
    scope = {"value_json": _Attributed(json.loads(payload)), "tojson": _ToJson(), **names}
    return str(eval(expression, {"__builtins__": {}}, scope))


class _Attributed:
    """A JSON object whose fields are read as attributes, as templates do; one that is not there is an error."""

    def __init__(self, fields: Payload) -> None:
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        try:
            return self._fields[name]
        except KeyError:
            raise AssertionError(f"no field {name!r} in {sorted(self._fields)}") from None


class _ToJson:
    """The filter: `value | tojson`."""

    def __ror__(self, value: object) -> str:
        return json.dumps(value)
