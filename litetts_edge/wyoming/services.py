"""Both Wyoming services, from the start of the daemon to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.sinks.stream import StreamSink
from litetts_edge.wyoming.listener import Listener
from litetts_edge.wyoming.outcomes import Outcomes
from litetts_edge.wyoming.satellite import Satellite
from litetts_edge.wyoming.server import TextToSpeech

MAX_CLIENTS = 32
"""Of the text to speech service at once."""
MAX_SENDERS = 16
"""Of the loudspeaker at once."""


class Services:
    """Text to speech, and the loudspeaker if the settings say so."""

    def __init__(
        self,
        live: LiveSettings,
        pipeline: SpeechPipeline,
        bus: EventBus,
        sink: StreamSink,
        on_bound: Callable[[], None],
    ) -> None:
        """`on_bound` is called when a port has been bound; `bound` says then which."""
        self._bus = bus
        self._outcomes = Outcomes()
        self._satellite = Satellite(pipeline, self._outcomes, live)
        settings = live.value.wyoming
        server = TextToSpeech(pipeline, sink, self._outcomes, live)
        host, port = settings.host, settings.port
        self._listeners = {
            "wyoming": Listener("wyoming text to speech", host, port, MAX_CLIENTS, server.serve, on_bound)
        }
        if settings.satellite.enabled:
            port = settings.satellite.port
            self._listeners["satellite"] = Listener(
                "wyoming satellite", host, port, MAX_SENDERS, self._satellite.serve, on_bound
            )

    @property
    def bound(self) -> frozenset[str]:
        """Those that can be connected to: `wyoming`, `satellite`."""
        return frozenset(key for key, listener in self._listeners.items() if listener.bound.is_set())

    def close(self) -> None:
        """Take no new clients; those that are there still hear how their requests end."""
        for listener in self._listeners.values():
            listener.close()

    async def run(self) -> None:
        """Serve until cancelled; whoever is still connected then is told that the daemon stops."""
        with self._bus.subscribe() as events:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._outcomes.run(events), name="wyoming outcomes")
                    for listener in self._listeners.values():
                        group.create_task(listener.run(), name="wyoming door")
            finally:
                await self._satellite.close()
