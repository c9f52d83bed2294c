"""What the service manager hears: ready, alive, and one line for people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from litetts_edge.mqtt.door import MqttDoor
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.settings.live import LiveSettings
from litetts_edge.status import Status
from litetts_edge.systemd import Notifier

log = logging.getLogger(__name__)

TICK_S = 1.0
"""How often the status line and the watchdog are looked after."""


class Heartbeat:
    """Beats as long as the event loop and the model are alive."""

    def __init__(
        self,
        notifier: Notifier,
        live: LiveSettings,
        thread: InferenceThread,
        status: Status,
        door: MqttDoor,
        chores: Callable[[], Awaitable[None]],
    ) -> None:
        """`chores` are done at each beat, once all is ready."""
        self._notifier = notifier
        self._live = live
        self._thread = thread
        self._status = status
        self._door = door
        self._chores = chores
        self._told = ""
        self.is_ready = False
        """Since ready() was called."""

    async def run(self) -> None:
        """Beat until cancelled."""
        watchdog_s = self._notifier.watchdog_interval_s
        while True:
            if self._thread.stuck_s():
                log.error("a synthesis is %.0f s late", self._thread.stuck_s())
            elif watchdog_s is not None:
                self._notifier.watchdog()
            if self.is_ready:
                self.tell(self._line())
                await self._chores()
            await asyncio.sleep(min(TICK_S, (watchdog_s or TICK_S) / 3))

    def ready(self) -> None:
        """Say that all is ready: at the start, and after a reload."""
        self.is_ready = True
        self._notifier.ready(self._line())

    def reloading(self) -> None:
        """Say that the settings are read again; ready() ends it."""
        self._notifier.reloading()

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._notifier.stopping("Stopping")

    def tell(self, line: str) -> None:
        """The line for people, when it is another than before."""
        if line != self._told:
            self._told = line
            self._notifier.status(line)

    def _line(self) -> str:
        mqtt = self._live.value.mqtt
        state = self._status.state()
        broker = f"{mqtt.host}:{mqtt.port}"
        link = f"connected to {broker}" if self._door.connected else f"waiting for the broker at {broker}"
        problem = f"; problem: {state['problem']}" if state["problem"] else ""
        queue = f", {state['queue_length']} waiting" if state["queue_length"] else ""
        word = str(state["state"]).capitalize()
        return f"{word}{queue}; voice {state['voice']}; speaker {state['audio_device']}; {link}{problem}"
