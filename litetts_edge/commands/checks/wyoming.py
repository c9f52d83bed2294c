"""Wyoming's ports: whether a daemon of this node answers at them, and who else can reach it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from ipaddress import ip_address

from litetts_edge.commands.checks.finding import Finding, fault, ok, warn
from litetts_edge.mdns.table import Endpoint, endpoints_of, is_loopback
from litetts_edge.settings.schema import Settings

LIMIT_S = 20.0
ANSWER_S = 2.0
"""A service says what it is within 0.1 s; a board may be busy."""

WHEN_STUCK = ("Looking up the name in wyoming.host hangs: put an address there.",)

_PORTS = {"wyoming": "wyoming.port", "satellite": "wyoming.satellite.port"}
_NAMES = {"wyoming": "wyoming text to speech", "satellite": "wyoming satellite"}


def wyoming(settings: Settings) -> Iterator[Finding]:
    """Ask each service that is switched on what it is; nothing is spoken."""
    for door in endpoints_of(settings):
        answer = asyncio.run(_described(near(door.host), door.port))
        yield judge(door, answer, settings.node.id, why_not_bound(door) if answer is None else None)


def near(host: str) -> str:
    """Where this machine reaches what is bound to `host`."""
    try:
        bound = ip_address(host)
    except ValueError:
        return host
    if not bound.is_unspecified:
        return host
    return "::1" if bound.version == 6 else "127.0.0.1"


async def _described(host: str, port: int) -> str | None:
    """The name that a Wyoming service gives itself, "" for something else, None when nobody listens."""
    from litetts_edge.wyoming.wire import MAX_HEADER, BadEvent, Event, read_event

    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection(host, port, limit=MAX_HEADER)
    except (OSError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(ANSWER_S):
            writer.write(Event("describe").encoded())
            info = await read_event(reader, 0)
    except (OSError, TimeoutError, BadEvent):
        return ""
    finally:
        writer.transport.abort()
    return _name(info.data) if info is not None and info.type == "info" else ""


def _name(info: object) -> str:
    """As describe.py says it: that of the satellite, or of the first program that speaks."""
    if not isinstance(info, dict):
        return ""
    programs = info.get("tts")
    found = info.get("satellite") or (programs[0] if isinstance(programs, list) and programs else None)
    return str(found.get("name", "")) if isinstance(found, dict) else ""


def why_not_bound(door: Endpoint) -> int:
    """The number of the error with which the port refuses to be bound; 0 when it is free."""
    try:
        where = socket.getaddrinfo(door.host or None, door.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        with socket.socket(*where[0][:3]) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as asyncio has it
            trial.bind(where[0][4])
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def judge(door: Endpoint, answer: str | None, node: str, refusal: int | None) -> Finding:
    """What it means: `answer` as of _described(), `refusal` as of why_not_bound()."""
    name, where = _NAMES[door.key], f"{door.host or 'every address'}, port {door.port}"
    if answer == f"litetts {node}":
        if is_loopback(door.host):
            return ok(name, f"answers on {where}, for this machine only; wyoming.host opens it for others")
        return ok(name, f"answers on {where}, for whoever reaches it: it has neither password nor encryption")
    elsewhere = f"See who it is with `ss -ltnp sport = :{door.port}`, or choose another {_PORTS[door.key]}."
    if answer:
        return fault(name, f"on {where} another Wyoming service answers: {answer[:64]!r}", elsewhere)
    if answer == "" or refusal in {errno.EADDRINUSE, errno.EACCES}:
        return fault(name, f"another program has {where}", elsewhere)
    if refusal:
        return fault(
            name,
            f"{where} cannot be listened on: {errno.errorcode.get(refusal, refusal)}",
            "wyoming.host must be an address of this machine (`ip address`), or 0.0.0.0 for all of them.",
        )
    return warn(
        name,
        f"nobody listens on {where}, and it is free",
        "The daemon is not running, or was started before wyoming was switched on: restart it.",
    )
