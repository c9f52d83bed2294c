"""Brokers in the local network, for somebody whose own is not where the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from litetts_edge.settings.schema import Settings

if TYPE_CHECKING:
    from litetts_edge.mdns.browse import Nearby

WHEN = frozenset({"broker_unreachable", "host_not_found"})
"""The problems of a link that another address may mend."""


def suggestions(problem: str | None, settings: Settings) -> tuple[str, ...]:
    """Lines of advice; asks the network, for 2.5 s at most, only when another broker may be what is wanted."""
    if problem not in WHEN or not settings.mdns.enabled:
        return ()
    from litetts_edge.mdns.browse import brokers
    from litetts_edge.mdns.interfaces import interfaces

    return suggest(asyncio.run(brokers(interfaces(settings.mdns.interfaces))), settings)


def suggest(found: Iterable[Nearby], settings: Settings) -> tuple[str, ...]:
    """A line for each broker that is not the one that the settings name."""
    mqtt = settings.mqtt
    return tuple(
        f"A broker announces itself as {one.name!r}: is it yours? Then set mqtt.host: {one.host},"
        f" mqtt.port: {one.port}, mqtt.tls.enabled: {'true' if one.is_encrypted else 'false'}."
        for one in found
        if (one.host, one.port) != (mqtt.host, mqtt.port)
    )
