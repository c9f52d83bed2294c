"""The Wyoming door, which costs nothing while it is off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.sinks.stream import StreamSink

if TYPE_CHECKING:
    from litetts_edge.wyoming.services import Services


class WyomingDoor:
    """Serves Wyoming clients, if the settings say so. A port that is not free is tried again, and stops nobody."""

    def __init__(
        self,
        live: LiveSettings,
        pipeline: SpeechPipeline,
        bus: EventBus,
        sink: StreamSink,
        on_bound: Callable[[], None],
    ) -> None:
        """`on_bound` is called when a port has been bound; `bound` says then which."""
        self._services: Services | None = None
        if live.value.wyoming.enabled:
            from litetts_edge.wyoming.services import Services  # a megabyte, and it is off by default

            self._services = Services(live, pipeline, bus, sink, on_bound)

    @property
    def bound(self) -> frozenset[str]:
        """The services that can be connected to: `wyoming`, `satellite`."""
        return self._services.bound if self._services is not None else frozenset()

    def close(self) -> None:
        """Take no new clients; those that are there still hear how their requests end."""
        if self._services is not None:
            self._services.close()

    async def run(self) -> None:
        """Serve until cancelled; whoever is still connected then is told that the daemon stops."""
        if self._services is not None:
            await self._services.run()
