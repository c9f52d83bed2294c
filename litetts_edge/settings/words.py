"""Rules for texts in the settings. Each returns its text unchanged, or raises ValueError for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address

RESERVED_IDS = ("all", "group", "pool")
"""Topic levels that address more than one node."""

_SLUG = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that an MQTT string should not hold (MQTT 5 section 1.5.4) and a line of text does not."""


def line(text: str) -> str:
    """A line of text without control characters."""
    if found := _CONTROL.search(text):
        raise ValueError(f"holds the control character U+{ord(found[0]):04X}; remove it")
    return text


def slug(text: str) -> str:
    """1 to 64 of a-z, 0-9, _ and -."""
    if not _SLUG.fullmatch(text):
        raise ValueError("may hold only 1 to 64 of the characters a-z, 0-9, _ and -")
    return text


def node_id(text: str) -> str:
    """A slug that is not reserved, or nothing."""
    if text in RESERVED_IDS:
        raise ValueError("is reserved for topics that reach several nodes; choose another name")
    return slug(text) if text else text


def host(text: str) -> str:
    """A host name or an IP address, without a port."""
    if "://" in text:
        raise ValueError(
            "holds more than the host name; the port goes to mqtt.port, and mqtts:// is mqtt.tls.enabled"
        )
    if _HOST.fullmatch(text):
        return text
    try:
        ip_address(text)
    except ValueError:
        hint = "; the port goes to mqtt.port" if ":" in text else ""
        raise ValueError(f"is not a host name or an IP address{hint}") from None
    return text


def address(text: str) -> str:
    """A host name or an IP address of this machine, to listen on."""
    try:
        return host(text)
    except ValueError:
        raise ValueError("is not a host name or an IP address; the port has a setting of its own") from None


def level(text: str) -> str:
    """One level of a topic, without wildcards."""
    if not text or any(sign in text for sign in "/+#"):
        raise ValueError("is not one level of a topic: it is empty, or holds /, + or #")
    return line(text)


def topic(text: str) -> str:
    """One or more topic levels without wildcards."""
    if any(sign in text for sign in "+#"):
        raise ValueError("holds a wildcard, + or #")
    if not all(text.split("/")):
        raise ValueError("needs at least one level, and no slash at either end or twice in a row")
    if text.startswith("$"):
        raise ValueError("begins with $, as only the broker's own topics may")
    if len(text.encode(errors="replace")) > 200:
        raise ValueError("is longer than 200 bytes")
    return line(text)


def time_of_day(text: str) -> str:
    """A local time as HH:MM, 00:00 to 23:59."""
    if not _TIME.fullmatch(text):
        raise ValueError("is not a time of day; write it as HH:MM, from 00:00 to 23:59")
    return text


def once_each(items: Sequence[str]) -> Sequence[str]:
    """A list that names nothing twice."""
    for item in items:
        if items.count(item) > 1:
            raise ValueError(f"lists {item!r} twice")
    return items
