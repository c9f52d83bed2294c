"""One open stream of the sound card, from opening to closing or abandoning it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from litetts_edge.sinks.device import Device, close_stream, open_stream, start_stream
from litetts_edge.sinks.driver import DriverStuck, DriverThread
from litetts_edge.sinks.playout import Playout
from litetts_edge.sinks.ring import Ring

OPEN_S = 2.0
"""How long opening or starting a stream may take."""
STEADY_S = 1.0
"""A stream that asked for samples for so long really plays; filling the card's buffer takes a moment only."""
CLOSE_S = 0.3
"""How long closing may take before the stream is left to its thread."""


class Outlet:
    """A stream that plays from a ring. Made by Outlet.open(); start() makes it play."""

    def __init__(self, driver: DriverThread, ring: Ring, stream: Any, playout: Playout, latency_s: float) -> None:
        self._driver = driver
        self._stream = stream
        self.ring = ring
        self.playout = playout
        self._patience_s = max(0.5, 4 * latency_s)
        self._started = False
        self._started_at = 0.0
        self._in_use = threading.Lock()
        """Held while a driver thread starts or closes the stream. PortAudio aborts the process when it is closed
        by one thread while it is started by another, which hangs when the sound server has just died."""
        self._is_over = False
        self.ended_at: float | None = None
        """time.monotonic() at which PortAudio said that the stream is over."""

    @classmethod
    async def open(
        cls,
        driver: DriverThread,
        device: Device,
        latency_s: float,
        ring: Ring | None,
        ring_rate: int,
        playout: Callable[[Ring, int], Playout],
    ) -> Outlet:
        """Open a stream on `device`; a new ring is made unless `ring` has the rate that the device takes.

        Raises NoAudioDevice or DriverStuck.
        """
        box: list[Outlet] = []

        def callback(out: Any, frames: int, times: Any, status: Any) -> None:
            box[0].playout.callback(out, frames, times, status)

        def finished() -> None:  # must return None
            if box:
                box[0].ended_at = time.monotonic()

        stream = await driver.call(
            lambda: open_stream(device, latency_s, callback, finished, ring_rate or None), OPEN_S, close_stream
        )
        rate = round(stream.samplerate)
        if ring is None or rate != ring_rate:
            ring = Ring(room=rate, history=round(rate * max(1.0, 2 * latency_s)))
        outlet = cls(driver, ring, stream, playout(ring, rate), latency_s)
        box.append(outlet)
        return outlet

    async def start(self) -> None:
        """Let it play; a second call does nothing. Raises NoAudioDevice or DriverStuck."""
        if not self._started:
            self.playout.last_at = self._started_at = time.monotonic()
            self._started = True
            await self._driver.call(self._start, OPEN_S)

    @property
    def silent_since(self) -> float | None:
        """The time.monotonic() at which the device stopped asking for samples; None while it lives."""
        if self.ended_at is not None:
            return self.ended_at
        last = self.playout.last_at
        if self._started and time.monotonic() - last > self._patience_s:
            return last
        return None

    @property
    def steady(self) -> bool:
        """It has played for a while; a suspended device takes a buffer full of samples and asks for no more."""
        return self._started and self.playout.last_at - self._started_at > STEADY_S

    @property
    def ended(self) -> bool:
        """PortAudio itself said that the stream is over."""
        return self.ended_at is not None

    def heard_position(self, moment: float) -> int:
        """The position in the ring that was being heard at that time.monotonic()."""
        return self.playout.timeline.position_at(moment, self.ring.taken)

    @property
    def quiet_at(self) -> float:
        """The time.monotonic() at which the last sample taken so far has been heard."""
        return self.playout.timeline.heard_by(self.ring.taken)

    async def close(self) -> None:
        """Stop at once. A frozen device is left to its thread, after CLOSE_S at most: raises DriverStuck."""
        self.playout.dead = True
        await self._driver.call(self._close, CLOSE_S)

    def _start(self) -> None:
        with self._in_use:
            try:
                if not self._is_over:
                    start_stream(self._stream)
            finally:
                if self._is_over:  # close() was here meanwhile, and left it to this thread
                    close_stream(self._stream)

    def _close(self) -> None:
        self._is_over = True
        if not self._in_use.acquire(timeout=CLOSE_S / 3):
            raise DriverStuck("The sound system has not started the stream yet.")
        try:
            close_stream(self._stream)
        finally:
            self._in_use.release()
