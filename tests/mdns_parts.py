"""Parts for tests of mDNS: a node that announces itself on one machine, and ears on another."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from zeroconf import (  # type: ignore[attr-defined]  # two are missing in its __all__
    DNSAddress,
    DNSService,
    IPVersion,
    NotRunningException,
    RecordUpdateListener,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

from litetts_edge.mdns.door import MdnsDoor
from litetts_edge.mdns.interfaces import interfaces, senders
from litetts_edge.mdns.table import Endpoint
from litetts_edge.settings.schema import Settings
from tests.network import Host
from tests.settings_loader import loader
from tests.waiting import PATIENCE_S, TellingLog, until


class Live:
    """Settings that a test changes."""

    def __init__(self, value: Settings) -> None:
        self.value = value
        self._listeners: list[Callable[[Settings, Sequence[object]], None]] = []

    def listen(self, listener: Callable[[Settings, Sequence[object]], None]) -> None:
        self._listeners.append(listener)

    def change(self, value: Settings) -> None:
        self.value = value
        for listener in self._listeners:
            listener(value, ())


class Node:
    """The mDNS door on a machine of its own, from entering the context to its goodbye at leaving it."""

    def __init__(self, host: Host, folder: Path, *assignments: str, endpoints: Sequence[Endpoint] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self._host = host
        self._load = loader(folder)
        self._assignments = assignments
        self._endpoints = endpoints
        self.model = "compact"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,))
        self._thread.start()
        assert ready.wait(PATIENCE_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def logged(self, caplog: pytest.LogCaptureFixture, words: str) -> None:
        """Wait until it has logged these words."""
        with TellingLog():
            told = until(lambda: words in caplog.text, f"{words!r} in the log")
            asyncio.run_coroutine_threadsafe(told, self._loop).result()

    def speak_with(self, model: str) -> None:
        """Another model has been loaded."""
        self.model = model
        self._loop.call_soon_threadsafe(self._door.refresh)

    def set(self, *assignments: str) -> None:
        """The settings are changed."""
        value = self._load("", *self._assignments, *assignments).settings
        self._loop.call_soon_threadsafe(self._live.change, value)

    def _run(self, ready: threading.Event) -> None:
        self._host.enter()
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: threading.Event) -> None:
        self._live = Live(self._load("", *self._assignments).settings)
        live: Any = self._live
        self._door = MdnsDoor(live, self._info, lambda: self._endpoints)
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._door.run())
        ready.set()
        await asyncio.wait({self._task})

    def _info(self) -> dict[str, object]:
        return {"id": self._live.value.node.id, "version": "1.2.3", "model": self.model, "schema": 1}


class Ears(RecordUpdateListener):
    """Somebody on a machine who browses for services, or who asks nothing and listens."""

    def __init__(self, host: Host, *types: str) -> None:
        self._host = host
        self._types = [f"{one}.local." for one in types]
        self._news = threading.Condition()
        self.known: dict[str, ServiceInfo] = {}
        """By name and type, as in `kitchen._litetts._tcp`."""
        self.story: list[tuple[str, str]] = []
        """What was heard of whom: Added, Updated, Removed."""
        self.forgotten: set[str] = set()
        """Addresses that were taken back."""
        self.left: dict[str, list[str]] = defaultdict(list)
        """The hosts that said goodbye, by service."""
        self.hosts: dict[str, list[str]] = defaultdict(list)
        """What was said of a service, in order; zeroconf may still know an older host, too."""

    def __enter__(self) -> Self:
        self._zeroconf = self._host.inside(lambda: Zeroconf(senders(interfaces())))
        self._zeroconf.add_listener(self, None)
        if self._types:
            self._browser = ServiceBrowser(self._zeroconf, self._types, handlers=[self._heard])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zeroconf.close()

    def _heard(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        gone = state_change is ServiceStateChange.Removed
        found = None
        with suppress(NotRunningException):  # the context is being left
            found = None if gone else zeroconf.get_service_info(service_type, name)
        short = name.removesuffix(".local.")
        with self._news:
            self.story.append((state_change.name, short))
            if gone:
                self.known.pop(short, None)
            elif found is not None:
                self.known[short] = found
            self._news.notify_all()

    def async_update_records(self, zc: Zeroconf, now: float, records: list[Any]) -> None:
        """Called by zeroconf with what came in one packet."""
        for record in (update.new for update in records):
            with self._news:
                if isinstance(record, DNSAddress) and not record.ttl:
                    self.forgotten.add(str(ip_address(record.address)))
                elif isinstance(record, DNSService):
                    said = self.hosts if record.ttl else self.left
                    said[record.name.removesuffix(".local.")].append(record.server)
                self._news.notify_all()

    def until(self, claim: Callable[[], bool]) -> None:
        """Wait until the claim about what is known is true."""
        with self._news:
            assert self._news.wait_for(claim, PATIENCE_S), f"it never came: {self.story}\n{self.known}"

    def service(self, name: str) -> ServiceInfo:
        """Wait until it is known."""
        self.until(lambda: name in self.known)
        return self.known[name]

    def gone(self, name: str) -> None:
        """Wait for its goodbye."""
        self.until(lambda: ("Removed", name) in self.story)


def text_of(service: ServiceInfo) -> dict[str, str | None]:
    """Its TXT record."""
    return service.decoded_properties


def addresses_of(service: ServiceInfo) -> set[str]:
    return set(service.parsed_addresses(IPVersion.All))
