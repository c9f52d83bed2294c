"""The loudspeaker: one long-lived stream that survives its sound card."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from types import TracebackType

from litetts_edge import dsp
from litetts_edge.errors import NoAudioDevice, SinkFailed
from litetts_edge.interfaces import AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.sinks import device as devices
from litetts_edge.sinks.driver import DriverStuck, DriverThread
from litetts_edge.sinks.outlet import Outlet
from litetts_edge.sinks.playout import Playout
from litetts_edge.sinks.ring import Ring
from litetts_edge.speech import SpeakRequest

log = logging.getLogger(__name__)

LOOK_S = 3.0
"""How long looking for devices may take."""
CUT_S = 0.3
"""How long a cut may wait for the card to take it; a card that takes longer is frozen."""
DRAIN_S = 0.05
"""Silence played after the last sample was heard, because closing drops what the card still holds."""


class SpeakerState(StrEnum):
    OPEN = "open"
    """A stream is open; an exclusive device belongs to this process."""
    CLOSED = "closed"
    """The device is known, and free for others until the next utterance."""
    ABSENT = "absent"
    """There is no device; it is looked for."""


class SpeakerSink:
    """Plays utterances one after the other on a sound device.

    `device` is an index, a name or a part of one; empty means the default. `latency_s` is how much sound the
    card holds. Without a device it opens all the same: writer() then raises NoAudioDevice, until one appears.
    A device that disappears in mid-utterance is waited for during `give_up_s`, and the utterance goes on from
    what was heard. `release_after_s` of silence give the device back; -1 keeps it. `on_change` is called on
    the event loop when the device comes or goes.
    """

    name = "speaker"

    def __init__(
        self,
        device: str | int = "",
        latency_s: float = 0.2,
        volume: int = 80,
        muted: bool = False,
        release_after_s: float = 10.0,
        give_up_s: float = 10.0,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._wanted = device
        self._latency_s = latency_s
        self._volume = volume
        self._muted = muted
        self._release_after_s = release_after_s
        self._give_up_s = give_up_s
        self._on_change = on_change
        self._utterance_volume: int | None = None
        self._held = False
        self._speaking = False
        self._device: devices.Device | None = None
        self._outlet: Outlet | None = None
        self._ring: Ring | None = None
        self._rate = 0
        self._underruns = 0
        self._idle_since = 0.0
        self._problem: str | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> SpeakerSink:
        self._driver = DriverThread()
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        with contextlib.suppress(SinkFailed, DriverStuck):
            await self._look()
        self._tending = asyncio.create_task(self._tend(), name="speaker")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tending.cancel()
        await asyncio.gather(self._tending, return_exceptions=True)
        outlet = self._outlet
        if outlet is not None:
            if outlet.silent_since is None:
                left = outlet.quiet_at + DRAIN_S - time.monotonic()
                await asyncio.sleep(min(max(left, 0), self._latency_s + DRAIN_S, 0.5))
            self._drop(outlet)
        await asyncio.gather(*self._closing, return_exceptions=True)
        self._driver.close()

    # What others see.

    @property
    def device_name(self) -> str:
        """The device that is used, or `none`."""
        return self._device.name if self._device is not None else "none"

    @property
    def state(self) -> SpeakerState:
        if self._outlet is not None:
            return SpeakerState.OPEN
        return SpeakerState.CLOSED if self._device is not None else SpeakerState.ABSENT

    @property
    def problem(self) -> str | None:
        """The code of what keeps it from playing, or None."""
        return self._problem

    @property
    def underruns(self) -> int:
        """How often, since the start, the card ran out of samples within an utterance."""
        return self._underruns + (self._outlet.playout.underruns if self._outlet is not None else 0)

    @property
    def device_latency_s(self) -> float:
        """From handing a sample to the card to hearing it, as the card reports it; 0 when it is closed."""
        return self._outlet.playout.delay_s if self._outlet is not None else 0.0

    def available(self) -> bool:
        """True when a device is known, so that a request is likely to be heard."""
        return self._device is not None

    # Loudness and pause.

    def set_volume(self, volume: int) -> None:
        """0 to 100, live; an utterance with a volume of its own keeps that."""
        self._volume = volume
        self._apply()

    def set_muted(self, muted: bool) -> None:
        """Silence, live; what is spoken meanwhile is lost."""
        self._muted = muted
        self._apply()

    def pause(self) -> None:
        """Hold the sound after a short fade, losing none of it."""
        self._held = True
        self._apply()

    def resume(self) -> None:
        """Go on where pause() held."""
        self._held = False
        self._apply()

    def _apply(self) -> None:
        if self._outlet is not None:
            self._outlet.playout.held = self._held
            self._outlet.playout.level = self._level()

    def _level(self) -> float:
        if self._muted:
            return 0.0
        return dsp.gain(self._volume if self._utterance_volume is None else self._utterance_volume)

    # One utterance.

    def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AbstractAsyncContextManager[AudioWriter]:
        """Take the loudspeaker for one utterance; a second one waits for its turn. See AudioSink.writer."""
        return self._utterance(request, audio, on_first_audio)

    @contextlib.asynccontextmanager
    async def _utterance(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        async with self._turn:
            self._utterance_volume = request.volume
            outlet = await self._ready()
            outlet.playout.first_at = None
            self._speak(True)
            writer = _SpeakerWriter(self, dsp.Resampler(audio.sample_rate, self._rate), on_first_audio)
            try:
                yield writer
            finally:
                self._speak(False)
                self._utterance_volume = None
                writer.leave()
                try:
                    await self._cut()
                finally:
                    self._apply()
                    self._idle_since = time.monotonic()
                    self._news.set()

    async def put(self, samples: Samples) -> None:
        """Hand samples at the device's rate to the ring, waiting for room. For the writer only."""
        while len(samples):
            outlet = await self._alive()
            samples = samples[outlet.ring.put(samples) :]
            await self._start(outlet)
            if len(samples):
                # Woken when a quarter of the ring, or what is left, has room.
                wanted = min(len(samples), self._rate // 4) - outlet.ring.free
                await asyncio.sleep(max(wanted / self._rate, 0.02))

    async def drain(self) -> None:
        """Return when all that was put was heard. For the writer only."""
        self._speak(False)
        while True:
            outlet = await self._alive()
            left = outlet.quiet_at - time.monotonic() + outlet.ring.fill / self._rate
            if outlet.ring.fill == 0 and left <= 0:
                return
            await asyncio.sleep(min(max(left, 0.005), 0.1))

    def first_at(self) -> float | None:
        """When the card took the first sample of this utterance that is not zero. For the writer only."""
        return self._outlet.playout.first_at if self._outlet is not None else None

    def _speak(self, speaking: bool) -> None:
        self._speaking = speaking
        if self._outlet is not None:
            self._outlet.playout.speaking = speaking

    async def _cut(self) -> None:
        """Fade out and forget what nobody has heard yet; a card that does not follow is dropped."""
        outlet = self._outlet
        if outlet is None:
            if self._ring is not None:
                self._ring.skip()
            return
        if outlet.ring.fill == 0 and not self._held:
            return
        outlet.playout.cut = True
        ends = time.monotonic() + CUT_S
        try:
            while outlet.playout.cut and time.monotonic() < ends and not outlet.ended:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # the card's thread must not set an event: that takes a lock
        finally:
            if outlet.playout.cut:
                self._drop(outlet)
                outlet.ring.skip()

    # The device.

    async def _ready(self) -> Outlet:
        """The open stream for a new utterance. Raises NoAudioDevice, quickly."""
        if self._outlet is not None and not await self._lost(self._outlet):
            self._apply()
            return self._outlet
        if self._outlet is not None:
            self._drop(self._outlet)
        try:
            if self._device is not None:
                with contextlib.suppress(NoAudioDevice):
                    return await self._open(self._device)
            return await self._open(await self._look())
        except DriverStuck as stuck:
            self._became(None, NoAudioDevice.code)
            raise NoAudioDevice(str(stuck)) from stuck
        except NoAudioDevice as error:
            self._became(None, error.code)
            raise

    async def _alive(self) -> Outlet:
        """The open stream in mid-utterance, opened again if it was lost. Raises NoAudioDevice after give_up_s."""
        outlet = self._outlet
        if outlet is not None:
            if not await self._lost(outlet):
                return outlet
            outlet.ring.rewind(outlet.heard_position(outlet.silent_since or time.monotonic()))
            log.warning("sound device lost", extra={"device": self.device_name})
            self._drop(outlet)
            self._became(None, NoAudioDevice.code)
        gives_up = time.monotonic() + self._give_up_s
        for attempt in range(1_000_000):
            try:
                found = await self._open(await self._look())
                await self._start(found)
            except (NoAudioDevice, DriverStuck) as error:
                pause = min(0.1 * 2**attempt, 2.0) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
                if time.monotonic() + pause > gives_up:
                    raise NoAudioDevice(f"The sound device was lost: {error}") from error
                await asyncio.sleep(pause)
            else:
                return found
        raise AssertionError("unreachable")

    async def _start(self, outlet: Outlet) -> None:
        try:
            await outlet.start()
        except (DriverStuck, SinkFailed):
            raise
        except Exception as error:  # PortAudio's own class, known only when it is imported
            raise NoAudioDevice(f"{self.device_name} could not be started: {error}.") from error

    async def _open(self, device: devices.Device) -> Outlet:
        outlet = await Outlet.open(self._driver, device, self._latency_s, self._ring, self._rate, self._playout)
        if self._ring is not None and self._ring.fill and outlet.ring is not self._ring:
            self._drop(outlet)
            raise NoAudioDevice(f"{device.name} cannot go on at {self._rate} Hz.")
        self._outlet, self._ring, self._rate = outlet, outlet.ring, outlet.playout.rate
        self._became(device, None)
        self._news.set()
        return outlet

    def _playout(self, ring: Ring, rate: int) -> Playout:
        playout = Playout(ring, rate, self._latency_s, self._level(), self._held)
        playout.speaking = self._speaking
        return playout

    async def _lost(self, outlet: Outlet) -> bool:
        if outlet.silent_since is None or outlet.ended:
            return outlet.ended
        # The whole program may have stood still, the card's thread with it: let that thread run first.
        await asyncio.sleep(0.1)
        return outlet.silent_since is not None

    async def _look(self) -> devices.Device:
        """Find the device again. Raises NoAudioDevice or DriverStuck."""
        await asyncio.gather(*self._closing, return_exceptions=True)

        def look() -> devices.Device:
            return devices.choose(self._wanted, devices.outputs())

        if not self._driver.stuck:  # ending PortAudio under a hanging stream would hang as well
            await self._driver.call(devices.refresh, LOOK_S)
        try:
            self._became(await self._driver.call(look, LOOK_S), None)
        except (NoAudioDevice, DriverStuck):
            self._became(None, NoAudioDevice.code)
            raise
        assert self._device is not None
        return self._device

    def _drop(self, outlet: Outlet) -> None:
        """Close a stream in the background; nothing it does afterwards matters."""
        self._underruns += outlet.playout.underruns
        outlet.playout.dead = True
        self._outlet = None
        task = asyncio.create_task(outlet.close(), name="speaker close")
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("sound device did not close", extra={"reason": str(task.exception())})

    def _became(self, device: devices.Device | None, problem: str | None) -> None:
        changed = (device is None) != (self._device is None) or problem != self._problem
        self._device, self._problem = device, problem
        if changed and self._on_change is not None:
            self._on_change()

    async def _tend(self) -> None:
        """Between utterances: give a silent device back, notice a lost one, look for an absent one."""
        absent = 0
        while True:
            pause = None
            if self._outlet is not None:
                pause = 0.25
            elif self._device is None:
                pause = min(2.0 * 1.5**absent, 30.0) * random.uniform(0.5, 1.0)  # noqa: S311
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), pause)
            if self._turn.locked():
                absent = 0
                await asyncio.sleep(0.25)
                continue
            async with self._turn:
                await self._tend_once()
            absent = absent + 1 if self._device is None else 0

    async def _tend_once(self) -> None:
        outlet = self._outlet
        if outlet is not None:
            idle = time.monotonic() - self._idle_since
            if await self._lost(outlet):
                self._drop(outlet)
                self._became(None, NoAudioDevice.code)
            elif 0 <= self._release_after_s <= idle and idle >= self._latency_s + DRAIN_S:
                self._drop(outlet)
        elif self._device is None:
            with contextlib.suppress(NoAudioDevice, DriverStuck):
                await self._look()


class _SpeakerWriter:
    """Takes one utterance to the loudspeaker."""

    def __init__(
        self, sink: SpeakerSink, resampler: dsp.Resampler, on_first_audio: Callable[[float], None]
    ) -> None:
        self._sink = sink
        self._resampler = resampler
        self._on_first_audio = on_first_audio
        self._watching: asyncio.Task[None] | None = None
        self._told = False

    async def write(self, chunk: AudioChunk) -> None:
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="speaker first audio")
        await self._sink.put(self._resampler.feed(chunk.samples))

    async def finish(self) -> None:
        await self._sink.put(self._resampler.finish())
        await self._sink.drain()
        self._tell()

    def leave(self) -> None:
        """Stop watching for the first sample."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        # The card's thread must not wake the loop itself: that takes a lock and a system call.
        waits = 0
        while not self._tell():
            waits += 1
            await asyncio.sleep(0.005 if waits < 100 else 0.05)

    def _tell(self) -> bool:
        at = self._sink.first_at()
        if at is not None and not self._told:
            self._told = True
            self._on_first_audio(at)
        return self._told
