"""What is announced: a pure table, made of the settings and of what the appliance says about itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from litetts_edge.settings.schema import Settings

NODE = "_litetts._tcp"
WYOMING = "_wyoming._tcp"
HTTP = "_http._tcp"

LABEL = 63
"""The most bytes of a label: RFC 1035 section 2.3.4."""
_ROOM = len("litetts--a1b2c3-satellite")
"""What a name, or the host's, may get around the node's id."""

OUR_HOSTS = "litetts-"
"""What the host label of every node begins with."""

TXT = 255
"""The most bytes of one entry: RFC 6763 section 6.1."""

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A door that listens on the network."""

    key: str
    """Its name in the settings and in the memory of names."""
    host: str
    """What it is bound to, as its setting says; empty is every address."""
    port: int
    path: str = ""
    """Of its programming interface, for a door that speaks HTTP."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the appliance says about itself in the TXT record."""

    node: str
    version: str
    model: str
    protocol: str
    """The version of the MQTT protocol."""


@dataclass(frozen=True, slots=True)
class Service:
    """One instance of a service type, as it is announced."""

    key: str
    type: str
    """As in `_wyoming._tcp`."""
    name: str
    """The instance's name, before any conflict with another machine."""
    port: int
    """0 when there is nothing to connect to."""
    txt: tuple[tuple[str, str], ...] = ()
    host: str = ""
    """The address that the service is bound to; empty is every address."""

    def addresses(self, all_of_us: Iterable[Address]) -> tuple[Address, ...]:
        """Those of our addresses at which the service answers."""
        return tuple(one for one in all_of_us if _answers(self.host, one))


def endpoints_of(settings: Settings) -> tuple[Endpoint, ...]:
    """The doors that listen on the network, as the settings have them."""
    wyoming = settings.wyoming
    if not wyoming.enabled:
        return ()
    speech = Endpoint("wyoming", wyoming.host, wyoming.port)
    satellite = Endpoint("satellite", wyoming.host, wyoming.satellite.port)
    return (speech, satellite) if wyoming.satellite.enabled else (speech,)


def services(
    facts: Facts, endpoints: Sequence[Endpoint], broker: str = ""
) -> tuple[tuple[Service, ...], tuple[str, ...]]:
    """The services to announce, and a sentence for each door that is not, because no other machine reaches it.

    `broker` is the broker's host:port, as another machine would reach it.
    """
    reached = [door for door in endpoints if not is_loopback(door.host)]
    http = next((door for door in reached if door.key == "http"), None)
    told = {
        "id": facts.node,
        "ver": facts.version,
        "model": facts.model,
        "api": http.path if http else "",
        "mqtt": broker,
        "proto": facts.protocol,
    }
    txt = tuple((key, value) for key, value in told.items() if value and len(f"{key}={value}".encode()) <= TXT)
    node = Service("litetts", NODE, cut(facts.node), http.port if http else 0, txt, http.host if http else "")
    return (node, *(_service(door, facts.node) for door in reached)), tuple(
        f"{door.key} listens on {door.host} only, where nobody else reaches it"
        for door in endpoints
        if is_loopback(door.host)
    )


def facts_of(info: Mapping[str, object]) -> Facts:
    """Taken from the document of the info topic."""
    return Facts(str(info["id"]), str(info["version"]), str(info["model"]), str(info["schema"]))


def _service(door: Endpoint, node: str) -> Service:
    name = f"litetts-{cut(node)}"
    if door.key == "http":
        return Service(door.key, HTTP, name, door.port, (("path", door.path),), door.host)
    return Service(
        door.key, WYOMING, f"{name}-satellite" if door.key == "satellite" else name, door.port, (), door.host
    )


def broker_of(settings: Settings) -> str:
    """The broker's host:port for other machines; empty when there is none that they could reach by it."""
    mqtt = settings.mqtt
    if not mqtt.enabled or is_loopback(mqtt.host):
        return ""
    host = f"[{mqtt.host}]" if ":" in mqtt.host else mqtt.host
    return f"{host}:{mqtt.port}"


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine reach what is bound to `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")  # RFC 6761 section 6.3


def cut(node: str) -> str:
    """The node's id, short enough for a label with what is put around it; two ids stay two."""
    if len(node) + _ROOM <= LABEL:
        return node
    return f"{node[: LABEL - _ROOM - 7]}-{hashlib.sha256(node.encode()).hexdigest()[:6]}"


def host_name(node: str, hardware: str, state: str) -> str:
    """A host label that no other machine has, nor this machine's own mDNS responder: that would be a conflict.

    `hardware` tells two machines apart that were copied from one memory card, `state`, the state folder, two
    programs on one machine: with one host, each would take the other's services for its own.
    """
    label = re.sub(r"[^a-z0-9-]+", "-", cut(node)).strip("-")
    return f"{OUR_HOSTS}{label}-{hashlib.sha256(f'{hardware} {state}'.encode()).hexdigest()[:6]}"


def following(name: str, wanted: str) -> str:
    """The name to try after `name`: kitchen, kitchen-2, kitchen-3 …; `wanted` is the first of them."""
    tail = name.removeprefix(f"{wanted}-")
    return f"{wanted}-{int(tail) + 1}" if name != wanted and tail.isdecimal() else f"{wanted}-2"


def _answers(host: str, address: Address) -> bool:
    try:
        bound = ip_address(host)
    except ValueError:
        return True  # every address, or a name of ours
    if bound.is_unspecified:
        return bound.version == address.version  # asyncio binds :: for IPv6 alone
    return bound == address
