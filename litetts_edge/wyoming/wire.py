r"""Wyoming on the wire: a line of JSON, then as many bytes of JSON and of audio as it says. Bounded in every part.

    {"type": …, "data": {…}, "data_length": n, "payload_length": m}\n  n bytes: more of data  m bytes: payload

As version 1.10 of the package `wyoming` has it. That package reads whatever a header announces into memory; this
does not, and it is all that is needed of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litetts_edge.errors import BadField, BadRequest

MAX_HEADER = 65_536
"""Bytes of the line. Senders may have all data in it."""
MAX_DATA = 262_144
"""Bytes of JSON behind the line."""
MAX_PAYLOAD = 1_048_576
"""Bytes of audio behind that: 20 s at 22,050 Hz, where others send 50 ms."""
VERSION = "1.10.2"
"""Of the protocol, said in every header."""


class BadEvent(BadRequest):
    """What came is not an event; where the next one begins cannot be known."""

    code = "bad_event"

    def __init__(self, reason: str) -> None:
        super().__init__(f"This is not a Wyoming event: {reason}. The connection is closed.")


@dataclass(frozen=True, slots=True)
class Event:
    """One message, either way."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""

    def text(self, name: str, default: str | None = None) -> str:
        """A text of its data. Raises BadField."""
        value = self.data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise BadField(f"{self.type}.{name}", "a text is expected")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number of its data. Raises BadField."""
        value = self.data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadField(f"{self.type}.{name}", f"a whole number from {least} to {most} is expected")
        return value

    def encoded(self) -> bytes:
        """The bytes of it, all in ASCII but the payload."""
        data = json.dumps(self.data).encode() if self.data else b""
        header: dict[str, object] = {"type": self.type, "version": VERSION}
        if data:
            header["data_length"] = len(data)
        if self.payload:
            header["payload_length"] = len(self.payload)
        return b"".join((json.dumps(header).encode(), b"\n", data, self.payload))


async def read_event(reader: asyncio.StreamReader, max_payload: int = MAX_PAYLOAD) -> Event | None:
    """The next event, or None when the sender has closed. Raises BadEvent.

    The reader's own limit, which should be MAX_HEADER, bounds the line.
    """
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadEvent("it breaks off in the midst of a line") from None
        return None
    except asyncio.LimitOverrunError:
        raise BadEvent(f"its first line has more than {MAX_HEADER} bytes") from None
    header = _object(line, "its first line")
    kind = header.get("type")
    if not isinstance(kind, str) or not kind or len(kind) > 64:
        raise BadEvent("it has no type")
    data = header.get("data") or {}
    if not isinstance(data, dict):
        raise BadEvent("its data is no object")
    size = _length(header, "data_length", MAX_DATA)
    payload_size = _length(header, "payload_length", max_payload)
    try:
        if size:
            data |= _object(await reader.readexactly(size), "its data")
        payload = await reader.readexactly(payload_size) if payload_size else b""
    except asyncio.IncompleteReadError:
        raise BadEvent("it breaks off before its end") from None
    return Event(kind, data, payload)


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadEvent(f"{what} is not JSON") from None
    if not isinstance(found, dict):
        raise BadEvent(f"{what} is no object")
    return found


def _length(header: Mapping[str, Any], name: str, most: int) -> int:
    length = header.get(name) or 0
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= most:
        raise BadEvent(f"its {name} is not a number from 0 to {most}")
    return length
