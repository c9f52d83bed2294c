"""mDNS over time: what is announced follows the settings, the voice and the networks that there are."""

from __future__ import annotations

import asyncio
import importlib
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from litetts_edge.mdns.failure import MdnsFailed
from litetts_edge.mdns.interfaces import Interface, hardware, interfaces, watching
from litetts_edge.mdns.names import Names
from litetts_edge.mdns.table import Endpoint, broker_of, facts_of, host_name, services
from litetts_edge.settings.changes import Change
from litetts_edge.settings.live import LiveSettings
from litetts_edge.settings.schema import Settings

if TYPE_CHECKING:
    from litetts_edge.mdns.responder import Responder

log = logging.getLogger(__name__)

SETTLE_S = 1.0
"""A network that comes up changes several times: it is looked at when it was quiet for so long."""

LOOK_S = 15.0
"""How often the networks are looked at where the kernel does not tell of changes."""

GIVE_WAY_S = 60.0
"""A name is given up once in so long at most, whatever somebody in the network claims: RFC 6762 section 9 asks for
a limit, and a memory card remembers each name.
"""

RETRY_S, LONGEST_RETRY_S = 5.0, 300.0


class MdnsDoor:
    """Announces this node from run() on, until that is cancelled; no fault of it reaches the others."""

    def __init__(
        self,
        live: LiveSettings,
        info: Callable[[], Mapping[str, object]],
        endpoints: Callable[[], Sequence[Endpoint]],
    ) -> None:
        """`info` gives the document of the info topic, `endpoints` the doors that can be connected to.

        Both are asked again after each refresh().
        """
        self._live = live
        self._info = info
        self._endpoints = endpoints
        self._wake = asyncio.Event()
        self._responder: Responder | None = None
        self._networks: tuple[Interface, ...] = ()
        self._names: Names | None = None
        self._yields = self._repeats = False
        self._gave_way = float("-inf")
        self._failures = 0
        self._told = ""
        self._unheard: tuple[str, ...] = ()
        live.listen(self._settings_changed)

    def refresh(self) -> None:
        """Something that is announced may have changed, such as the voice, or the doors."""
        self._wake.set()

    async def run(self) -> None:
        """Announce until cancelled, then say goodbye; that takes 0.3 s, at most 0.8 s."""
        with watching(self._wake.set) as is_told:
            try:
                while True:
                    self._wake.clear()
                    pause_s = await self._attempt()
                    await self._rest(pause_s or (None if is_told else LOOK_S))
            finally:
                await self._leave()

    async def _attempt(self) -> float | None:
        """Bring what is announced up to date; the seconds until that is tried again, or None when it succeeded."""
        least_s = 0.0
        try:
            await self._reconcile()
        except MdnsFailed as error:
            self._warn(f"not announced by mDNS: {error}")
            least_s = error.least_pause_s
        except Exception:  # a fault in here must not silence the house
            log.exception("not announced by mDNS")
        else:
            self._failures = 0
            return None
        await self._leave(goodbye=False)
        longest = min(LONGEST_RETRY_S, RETRY_S * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        return max(least_s, random.uniform(longest / 2, longest))  # noqa: S311 (a street must not retry in step)

    async def _rest(self, pause_s: float | None) -> None:
        """Wait for a change, and for the quiet after it; at most `pause_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._wake.wait()
                await asyncio.sleep(SETTLE_S)

    async def _reconcile(self) -> None:
        settings = self._live.value
        if not settings.mdns.enabled:
            await self._leave()
            return
        networks = await asyncio.to_thread(interfaces, settings.mdns.interfaces)
        if not networks:
            named = ", ".join(settings.mdns.interfaces)
            raise MdnsFailed(
                f"None of mdns.interfaces ({named}) is up, carries multicast and has an address."
                if named
                else "No network is up that carries multicast; the node is announced when one comes."
            )
        if self._yields:
            await self._give_way()
        if self._responder is None:
            self._responder = await self._make_responder()
            await self._responder.open(networks)
        elif networks != self._networks:
            await self._responder.move(networks)
        self._networks = networks
        await self._publish(self._responder, settings, networks)

    async def _publish(self, responder: Responder, settings: Settings, networks: Sequence[Interface]) -> None:
        announced, unheard = services(facts_of(self._info()), self._endpoints(), broker_of(settings))
        new = await responder.publish(announced, [one for network in networks for one in network.announced])
        if self._repeats:
            self._repeats = False
            await responder.repeat()
        self._told = ""
        if new:
            log.info("announced by mDNS on %s: %s", ", ".join(one.name for one in networks), ", ".join(new))
        if unheard != self._unheard:
            self._unheard = unheard
            for why in unheard:
                log.info("not announced by mDNS: %s", why)

    async def _make_responder(self) -> Responder:
        # zeroconf takes a second to load on a small board, and the loop has better things to do.
        module = await asyncio.to_thread(importlib.import_module, "litetts_edge.mdns.responder")
        if not log.isEnabledFor(logging.DEBUG):
            logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # it is told here, once, and what to do
        if self._names is None:
            self._names = Names(Path(self._live.value.state_dir) / "mdns-names.json")
            await asyncio.to_thread(self._names.load)
        state = self._live.value.state_dir  # which two programs on one machine never share
        host = host_name(self._live.value.node.id, await asyncio.to_thread(hardware), state)
        self._yields = self._repeats = False
        responder: Responder = module.Responder(host, self._names, self._rival)
        return responder

    async def _give_way(self) -> None:
        """The name is somebody else's: come back under another, but not for ever."""
        if self._responder is not None:
            await self._responder.give_way()
            self._responder = None
        now = asyncio.get_running_loop().time()
        before, self._gave_way = self._gave_way, now
        if now - before < GIVE_WAY_S:
            raise MdnsFailed("Another machine takes every name of this one.", GIVE_WAY_S)

    async def _leave(self, *, goodbye: bool = True) -> None:
        if self._responder is not None:
            await self._responder.close(goodbye=goodbye)
            self._responder = None

    def _rival(self, yields: bool) -> None:
        self._yields = self._yields or yields
        self._repeats = self._repeats or not yields
        self._wake.set()

    def _warn(self, text: str) -> None:
        """A lasting fault is a warning once, not every few minutes for years."""
        log.log(logging.DEBUG if text == self._told else logging.WARNING, "%s", text)
        self._told = text

    def _settings_changed(self, _settings: Settings, _changes: Sequence[Change]) -> None:
        self.refresh()
