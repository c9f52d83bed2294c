"""Services on the air: one zeroconf instance over the networks that there are, from open() to close().

Importing this module loads zeroconf, which takes a second on a small board: on a thread, and only when mDNS is on.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from zeroconf import (  # type: ignore[attr-defined]  # two are missing in its __all__
    DNSOutgoing,
    DNSService,
    Error,
    IPVersion,
    NonUniqueNameException,
    RecordUpdateListener,
    ServiceInfo,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from litetts_edge.mdns.failure import MdnsFailed
from litetts_edge.mdns.interfaces import Interface, senders
from litetts_edge.mdns.names import Names
from litetts_edge.mdns.table import OUR_HOSTS, Address, Service, following

log = logging.getLogger(__name__)

GOODBYE_S = 0.8
"""The most that a goodbye takes: three packets in 0.25 s, and what is not open yet."""

MAX_NAMES = 20
"""Names tried for one service: so many nodes with one id are a fault of the settings."""

ASK_S = 1.0
"""How long somebody who has our name may take to say who it is."""

_RESPONSE = 0x8400  # QR and AA: RFC 6762 section 18

_SRV, _IN = 33, 1  # RFC 2782, RFC 1035 section 3.2.4

_FAILURES = (OSError, RuntimeError, Error)


@dataclass(frozen=True, slots=True)
class _OnAir:
    service: Service
    addresses: tuple[Address, ...]
    info: ServiceInfo

    def __str__(self) -> str:
        name = self.info.name.removesuffix(f".{self.info.type}")
        return f"{name} ({self.service.type}{f', port {self.service.port}' if self.service.port else ''})"


class Responder:
    """Answers for our services. Every call on the event loop, one at a time."""

    def __init__(self, host: str, names: Names, on_rival: Callable[[bool], None]) -> None:
        """`host` is our host label. `on_rival` is called when another machine answers for a name of ours.

        With True: we are to leave and come back under another name. With False: they are, and what we said is to
        be said again, because clients believe who spoke last.
        """
        self._host = host
        self._names = names
        self._on_rival = on_rival
        self._zeroconf: AsyncZeroconf | None = None
        self._on_air: dict[str, _OnAir] = {}

    async def open(self, networks: Sequence[Interface]) -> None:
        """Take part in these networks, at least one. Raises MdnsFailed."""
        try:
            self._zeroconf = AsyncZeroconf(senders(networks))
            await self._zeroconf.zeroconf.async_wait_for_start()
        except _FAILURES as error:
            raise MdnsFailed(_why(error)) from error
        self._zeroconf.zeroconf.async_add_listener(_Rivals(self._rival), None)

    async def move(self, networks: Sequence[Interface]) -> None:
        """Take part in these networks from now on, where open() named others. Raises MdnsFailed."""
        assert self._zeroconf is not None
        try:
            await self._zeroconf.async_update_interfaces(senders(networks), IPVersion.All)
        except _FAILURES as error:
            raise MdnsFailed(_why(error)) from error

    async def publish(self, services: Iterable[Service], ours: Sequence[Address]) -> tuple[str, ...]:
        """Announce exactly these services, at those of our addresses where they answer; returns what is new.

        A service without such an address is not announced. It takes 1.7 s. Raises MdnsFailed.
        """
        wanted = {one.key: (one, at) for one in services if (at := one.addresses(ours))}
        steps = [self._withdraw(key) for key in self._on_air if key not in wanted]
        new = [key for key in wanted if key not in self._on_air]
        for key, (service, addresses) in wanted.items():
            known = self._on_air.get(key)
            if known is None:
                steps.append(self._register(service, addresses))
            elif (known.service, known.addresses) != (service, addresses):
                steps.append(self._update(service, addresses, known.info.name))
                self._forget(service, set(known.addresses) - set(addresses), known.info.name)
        try:
            await asyncio.gather(*steps)
        except _FAILURES as error:
            raise MdnsFailed(_why(error)) from error
        return tuple(str(self._on_air[key]) for key in new)

    async def repeat(self) -> None:
        """Say again what is on the air."""
        await asyncio.gather(
            *(self._update(one.service, one.addresses, one.info.name) for one in self._on_air.values())
        )

    async def give_way(self) -> None:
        """Leave names that are somebody else's: others forget that they are at our host, and nothing more."""
        if self._zeroconf is not None and self._on_air:
            goodbye = DNSOutgoing(_RESPONSE)
            for one in self._on_air.values():
                # Without the cache-flush bit, which would take the other's record along (RFC 6762 section 10.2).
                where = DNSService(one.info.name, _SRV, _IN, 0, 0, 0, one.service.port, one.info.server or "")
                goodbye.add_answer_at_time(where, 0)
            self._zeroconf.zeroconf.async_send(goodbye)
        await self.close(goodbye=False)

    async def close(self, *, goodbye: bool = True) -> None:
        """Leave the networks; with a goodbye, clients forget the services at once. Takes GOODBYE_S at most.

        A close() that was cancelled is completed by another.
        """
        if self._zeroconf is None:
            return
        self._on_air.clear()
        if not goodbye:
            registry = self._zeroconf.zeroconf.registry
            registry.async_remove(registry.async_get_service_infos())
        with suppress(*_FAILURES):
            async with asyncio.timeout(GOODBYE_S):
                await self._zeroconf.async_close()
        self._zeroconf = None

    # -- one service -------------------------------------------------------------------------------

    async def _register(self, service: Service, addresses: tuple[Address, ...]) -> None:
        assert self._zeroconf is not None
        name = self._names.of(service)
        is_ours = False
        for _ in range(MAX_NAMES):
            info = self._info(service, addresses, f"{name}.{service.type}.local.")
            try:
                sent = await self._zeroconf.async_register_service(info, cooperating_responders=is_ours)
            except NonUniqueNameException:
                is_ours = await self._is_ours(info)
                if not is_ours:
                    taken, name = name, following(name, service.name)
                    log.warning("another machine is %s (%s): this one is %s now", taken, service.type, name)
                continue
            self._on_air[service.key] = _OnAir(service, addresses, info)
            await asyncio.to_thread(self._names.keep, service, name)
            await sent
            return
        raise MdnsFailed(
            f"All names from {service.name} to {name} are taken: give each node a node.id of its own."
        )

    async def _update(self, service: Service, addresses: tuple[Address, ...], name: str) -> None:
        assert self._zeroconf is not None
        info = self._info(service, addresses, name)
        self._on_air[service.key] = _OnAir(service, addresses, info)
        await (await self._zeroconf.async_update_service(info))

    def _forget(self, service: Service, gone: set[Address], name: str) -> None:
        """Take addresses back: new ones replace only those of their own kind (RFC 6762 section 10.2)."""
        assert self._zeroconf is not None
        if gone:
            goodbye = DNSOutgoing(_RESPONSE)
            for record in self._info(service, tuple(gone), name).dns_addresses(override_ttl=0):
                goodbye.add_answer_at_time(record, 0)
            self._zeroconf.zeroconf.async_send(goodbye)

    async def _withdraw(self, key: str) -> None:
        assert self._zeroconf is not None
        await (await self._zeroconf.async_unregister_service(self._on_air.pop(key).info))

    async def _is_ours(self, info: ServiceInfo) -> bool:
        """Whether it is an echo: a reflector between two networks answers with what we said before a crash."""
        assert self._zeroconf is not None
        found = AsyncServiceInfo(info.type, info.name)
        await found.async_request(self._zeroconf.zeroconf, ASK_S * 1000)
        return found.server is not None and found.server.lower() == info.server_key

    def _info(self, service: Service, addresses: tuple[Address, ...], name: str) -> ServiceInfo:
        # Addresses belong to a host, so a service that answers at some of ours only needs a host of its own.
        host = f"{self._host}-{service.key}" if service.host else self._host
        return ServiceInfo(
            f"{service.type}.local.",
            name,
            port=service.port,
            properties=dict(service.txt),
            server=f"{host}.local.",
            parsed_addresses=[str(one) for one in addresses],
        )

    # -- others ------------------------------------------------------------------------------------

    def _rival(self, record: DNSService) -> None:
        """Judge what was said about a service, by whomever (RFC 6762 section 9)."""
        ours = next((one for one in self._on_air.values() if one.info.key == record.key), None)
        if ours is None or ours.info.server_key is None or ours.info.server_key == record.server_key:
            return
        # Two nodes must not both give way, or they meet again; who cannot be known to give way, gets the name.
        is_ours = record.server_key.startswith(OUR_HOSTS) and ours.info.server_key < record.server_key
        log.debug("%s answers for %s, too; we keep it: %s", record.server, ours.info.name, is_ours)
        self._on_rival(not is_ours)


class _Rivals(RecordUpdateListener):
    """Hears every host that somebody names for a service; zeroconf itself looks only while it registers."""

    def __init__(self, tell: Callable[[DNSService], None]) -> None:
        self._tell = tell

    def async_update_records(self, zc: Zeroconf, now: float, records: list[Any]) -> None:
        """Called by zeroconf on the event loop with what came in one packet."""
        for update in records:
            if isinstance(update.new, DNSService) and update.new.ttl:
                self._tell(update.new)


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            "Another program keeps UDP port 5353 for itself. `ss -ulnp sport = 5353` names it; for avahi set"
            " disallow-other-stacks=no in /etc/avahi/avahi-daemon.conf."
        )
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
