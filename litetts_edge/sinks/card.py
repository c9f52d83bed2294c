"""The sound card as the speaker sees it: found, opened, lost, found again, given back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from litetts_edge.errors import NoAudioDevice
from litetts_edge.sinks import device as devices
from litetts_edge.sinks.driver import DriverStuck, DriverThread, anything_hangs
from litetts_edge.sinks.outlet import Outlet
from litetts_edge.sinks.playout import Playout
from litetts_edge.sinks.ring import Ring

log = logging.getLogger(__name__)

LOOK_S = 3.0
"""How long looking for devices may take."""
FIRST_PAUSE_S = 0.1
"""Before the second try to open a lost device; it doubles from try to try."""
DRAIN_S = 0.05
"""Silence played after the last sample was heard, because closing drops what the card still holds."""


class SpeakerState(StrEnum):
    """What the speaker has of its device."""

    OPEN = "open"
    """A stream is open; an exclusive device belongs to this process."""
    CLOSED = "closed"
    """The device is known, and free for others until the next utterance."""
    ABSENT = "absent"
    """There is no device; it is looked for."""


@dataclass(slots=True)
class Controls:
    """What the speaker wants of whatever stream is open, now or later."""

    level: float
    """Loudness as a factor."""
    held: bool = False
    speaking: bool = False
    """An utterance is in progress and its last sample is not yet in the ring."""


class Card:
    """Keeps one device, and at most one open stream on it (`outlet`) with the ring that it plays from."""

    def __init__(
        self, wanted: str | int, latency_s: float, controls: Controls, on_change: Callable[[], None] | None
    ) -> None:
        self._wanted = wanted
        self._latency_s = latency_s
        self._controls = controls
        self._on_change = on_change
        self._closing: set[asyncio.Task[None]] = set()
        self._opened = False
        self._underruns = 0
        self._gives_up = math.inf
        self._pause_s = FIRST_PAUSE_S
        self.device: devices.Device | None = None
        self.problem: str | None = None
        self.outlet: Outlet | None = None
        self.ring: Ring | None = None
        self.rate = 0
        """Hz of the ring; 0 before the first stream."""

    async def __aenter__(self) -> Card:
        self._driver = DriverThread()
        with contextlib.suppress(NoAudioDevice, DriverStuck):
            await self.look()
        self._opened = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        outlet = self.outlet
        if outlet is not None:
            if outlet.silent_since is None:
                left = outlet.quiet_at + DRAIN_S - time.monotonic()
                await asyncio.sleep(min(max(left, 0), self._latency_s + DRAIN_S, 0.5))
            self.drop()
        await asyncio.gather(*self._closing, return_exceptions=True)
        self._driver.close()

    @property
    def state(self) -> SpeakerState:
        if self.outlet is not None:
            return SpeakerState.OPEN
        return SpeakerState.CLOSED if self.device is not None else SpeakerState.ABSENT

    @property
    def underruns(self) -> int:
        return self._underruns + (self.outlet.playout.underruns if self.outlet is not None else 0)

    def apply(self) -> None:
        """Pass changed controls on to the open stream."""
        if self.outlet is not None:
            playout, controls = self.outlet.playout, self._controls
            playout.level, playout.held, playout.speaking = controls.level, controls.held, controls.speaking

    async def ready(self) -> Outlet:
        """The open stream for a new utterance. Raises NoAudioDevice, quickly."""
        self._gives_up = math.inf
        if self.outlet is not None and not await self.is_lost(self.outlet):
            self.apply()
            return self.outlet
        self.drop()
        try:
            if self.device is not None:
                # The list of devices may be old: a failure here is only a reason to look again.
                with contextlib.suppress(NoAudioDevice):
                    return await self._open(self.device)
            return await self._open(await self.look())
        except NoAudioDevice:
            self._became(None, NoAudioDevice.code)
            raise
        except DriverStuck as stuck:
            self._became(None, NoAudioDevice.code)
            raise NoAudioDevice(str(stuck)) from stuck

    async def alive(self, give_up_s: float) -> Outlet:
        """The open stream in mid-utterance; a lost one is opened again, and goes on from what was heard.

        Raises NoAudioDevice after `give_up_s` without a stream that plays.
        """
        outlet = self.outlet
        if outlet is not None:
            if not await self.is_lost(outlet):
                return outlet
            outlet.ring.rewind(outlet.heard_position(outlet.silent_since or time.monotonic()))
            self.gone()
        if outlet is None or outlet.steady or self._gives_up == math.inf:
            self._gives_up, self._pause_s = time.monotonic() + give_up_s, FIRST_PAUSE_S
        else:  # a suspended card takes every stream, and plays none: that ends no outage
            await self._pause(give_up_s)
        while True:
            try:
                found = await self._open(await self.look())
                await self.start(found)
            except (NoAudioDevice, DriverStuck) as error:
                self._became(None, NoAudioDevice.code)
                await self._pause(give_up_s, error)
            else:
                return found

    async def _pause(self, give_up_s: float, error: Exception | None = None) -> None:
        """Wait before the next try, longer each time. Raises NoAudioDevice when the time is up."""
        jittered = self._pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        if time.monotonic() + jittered > self._gives_up:
            raise NoAudioDevice(f"The sound device was lost, and not back in {give_up_s:g} s.") from error
        await asyncio.sleep(jittered)
        self._pause_s = min(2 * self._pause_s, 2.0)

    async def start(self, outlet: Outlet) -> None:
        """Let it play. Raises NoAudioDevice or DriverStuck."""
        try:
            await outlet.start()
        except NoAudioDevice:
            self.drop()
            raise

    async def is_lost(self, outlet: Outlet) -> bool:
        """Whether its device is gone or frozen."""
        if outlet.silent_since is None or outlet.ended:
            return outlet.ended
        # The whole program may have stood still, the card's thread with it: let that thread run first.
        await asyncio.sleep(0.1)
        return outlet.silent_since is not None

    def gone(self) -> None:
        """The device is lost: drop the stream and say so."""
        log.warning("sound device lost", extra={"device": self.device.name if self.device else "none"})
        self.drop()
        self._became(None, NoAudioDevice.code)

    def drop(self) -> None:
        """Close the open stream in the background; nothing that happens to it afterwards matters."""
        outlet, self.outlet = self.outlet, None
        if outlet is not None:
            self._underruns += outlet.playout.underruns
            outlet.playout.dead = True
            task = asyncio.create_task(outlet.close(), name="speaker close")
            self._closing.add(task)
            task.add_done_callback(self._closed)

    async def look(self) -> devices.Device:
        """Look for the device anew; no stream may be open. Raises NoAudioDevice or DriverStuck."""
        await self._settle()

        def choose() -> devices.Device:
            return devices.choose(self._wanted, devices.outputs())

        try:
            if not anything_hangs():
                with _stderr_kept():
                    await self._driver.call(devices.refresh, LOOK_S)
            device = await self._driver.call(choose, LOOK_S)
        except (NoAudioDevice, DriverStuck):
            self._became(None, NoAudioDevice.code)
            raise
        self._became(device, None)
        return device

    async def _open(self, device: devices.Device) -> Outlet:
        await self._settle()
        outlet = await Outlet.open(self._driver, device, self._latency_s, self.ring, self.rate, self._playout)
        old, self.outlet = self.ring, outlet
        if old is not None and old.fill and outlet.ring is not old:
            self.drop()
            raise NoAudioDevice(f"{device.name} cannot go on at {self.rate} Hz.")
        self.ring, self.rate = outlet.ring, outlet.playout.rate
        self._became(device, None)
        return outlet

    def _playout(self, ring: Ring, rate: int) -> Playout:
        playout = Playout(ring, rate, self._latency_s, self._controls.level, self._controls.held)
        playout.speaking = self._controls.speaking
        return playout

    async def _settle(self) -> None:
        """Wait until streams given up before are closed, or left to their threads."""
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("sound device did not close", extra={"reason": str(task.exception())})

    def _became(self, device: devices.Device | None, problem: str | None) -> None:
        changed = (device is None) != (self.device is None) or problem != self.problem
        self.device, self.problem = device, problem
        if changed and self._opened and self._on_change is not None:
            self._on_change()


@contextlib.contextmanager
def _stderr_kept() -> Iterator[None]:
    """Bring standard error back if a call hangs that had turned it away.

    sounddevice points it at /dev/null, for the whole process, while PortAudio starts.
    """
    kept = os.dup(2)
    try:
        yield
    except (DriverStuck, asyncio.CancelledError):
        os.dup2(kept, 2)
        raise
    finally:
        os.close(kept)
