"""Brokers that announce themselves in the local network: a suggestion for somebody whose settings lead nowhere.

Importing this module loads zeroconf.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

from zeroconf import Error, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from litetts_edge.mdns.interfaces import Interface, senders

TYPES = {"_mqtt._tcp.local.": False, "_secure-mqtt._tcp.local.": True}
"""The service types of brokers, and whether they mean TLS: IANA's registry of service names."""

LISTEN_S = 1.5
"""Whoever has a name answers within 0.12 s (RFC 6762 section 6); a second question follows after a second."""

RESOLVE_S = 1.0
MOST = 5


@dataclass(frozen=True, slots=True)
class Nearby:
    """A broker that says it is there. What it says is not to be trusted, only to be suggested."""

    name: str
    """Printable, whatever was sent."""
    host: str
    """An address of it."""
    port: int
    is_encrypted: bool


async def brokers(networks: Sequence[Interface]) -> tuple[Nearby, ...]:
    """Ask once, in 1.5 to 2.5 s; nothing when there is no answer, no network, or no port 5353 for us."""
    if not networks:
        return ()
    names: dict[str, str] = {}

    def heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed and len(names) < MOST:
            names[name] = service_type

    try:
        async with AsyncZeroconf(senders(networks)) as zeroconf:
            async with AsyncServiceBrowser(zeroconf.zeroconf, list(TYPES), handlers=[heard]):
                await asyncio.sleep(LISTEN_S)
            found = []
            for name, type_ in sorted(names.items()):
                with suppress(Error):  # a name that nobody may have must not hide the others
                    found.append(AsyncServiceInfo(type_, name))
            await asyncio.gather(*(one.async_request(zeroconf.zeroconf, RESOLVE_S * 1000) for one in found))
    except (OSError, RuntimeError, Error):
        return ()
    return tuple(nearby for one in found if (nearby := _nearby(one)) is not None)


def _nearby(found: AsyncServiceInfo) -> Nearby | None:
    """None when it did not say where it is, or says that it is on this machine alone."""
    addresses = [ip_address(one.partition("%")[0]) for one in found.parsed_addresses(IPVersion.All)]
    # An address of link scope does not work without naming the interface, so it is no value for a setting.
    usable = [one for one in addresses if not (one.is_link_local or one.is_loopback or one.is_unspecified)]
    if not usable or not found.port:
        return None
    name = found.name.removesuffix(f".{found.type}")
    printable = "".join(sign if sign.isprintable() else "?" for sign in name)[:63]
    return Nearby(printable, str(usable[0]), found.port, TYPES[found.type])
