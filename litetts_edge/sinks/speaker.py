"""The loudspeaker: utterances, one after the other, on one long-lived stream that survives its sound card."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType

from litetts_edge import dsp
from litetts_edge.errors import NoAudioDevice
from litetts_edge.interfaces import AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.sinks.card import DRAIN_S, Card, Controls, SpeakerState
from litetts_edge.sinks.driver import DriverStuck
from litetts_edge.sinks.first_audio import FirstAudioWatch
from litetts_edge.sinks.lead_in import LeadIn
from litetts_edge.sinks.outlet import Outlet
from litetts_edge.speech import SpeakRequest

__all__ = ["SpeakerSink", "SpeakerState"]

CUT_S = 0.3
"""How long a cut may wait for the card to take it; a card that takes longer is frozen."""
TEND_S = 0.25
"""How often an open, silent stream is looked after."""


class SpeakerSink:
    """Plays utterances on a sound device.

    `device` is an index, a name or a part of one; empty means the default. `latency_s` is how much sound the
    card holds. Without a device it opens all the same: writer() then raises NoAudioDevice, until one appears.
    A device that disappears in mid-utterance is waited for during `give_up_s`, and the utterance goes on from
    what was heard. `release_after_s` of silence give the device back; -1 keeps it. `lead_in_s` is how long the
    device is awake before the first sample after a pause. `on_change` is called on the event loop when the
    device comes or goes later than the opening.
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
        lead_in_s: float = 0.0,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._latency_s = latency_s
        self._volume = volume
        self._utterance_volume: int | None = None
        self._muted = muted
        self._release_after_s = release_after_s
        self._give_up_s = give_up_s
        self._controls = Controls(level=0.0)
        self._card = Card(device, latency_s, self._controls, on_change)
        self._idle_since = 0.0
        self._lead_in = LeadIn(lead_in_s)
        self._apply()

    async def __aenter__(self) -> SpeakerSink:
        self._turn = asyncio.Lock()
        self._spoke = asyncio.Event()
        await self._card.__aenter__()
        self._tending = asyncio.create_task(self._tend(), name="speaker")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tending.cancel()
        await asyncio.gather(self._tending, return_exceptions=True)
        await self._card.__aexit__(kind, error, trace)

    @property
    def device_name(self) -> str:
        """The device that is used, or `none`."""
        return self._card.device.name if self._card.device is not None else "none"

    @property
    def state(self) -> SpeakerState:
        return self._card.state

    @property
    def problem(self) -> str | None:
        """The code of what keeps it from playing, or None."""
        return self._card.problem

    @property
    def underruns(self) -> int:
        """How often, since the start, the card ran out of samples within an utterance."""
        return self._card.underruns

    @property
    def device_latency_s(self) -> float:
        """From handing a sample to the card to hearing it, as the card reports it; 0 when it is closed."""
        return self._card.outlet.playout.delay_s if self._card.outlet is not None else 0.0

    def available(self) -> bool:
        """True when a device is known, so that a request is likely to be heard."""
        return self._card.device is not None

    async def look(self) -> None:
        """Look for an absent device now, and not only in half a minute; see available()."""
        async with self._turn:
            await self._tend_once()

    def set_volume(self, volume: int) -> None:
        """0 to 100 (see dsp.gain), live; an utterance with a volume of its own keeps that."""
        self._volume = volume
        self._apply()

    def set_lead_in(self, seconds: float) -> None:
        """How long a sleeping device is woken; from the next utterance on."""
        self._lead_in.seconds = seconds

    def set_muted(self, muted: bool) -> None:
        """Silence, live; what is spoken meanwhile is lost."""
        self._muted = muted
        self._apply()

    def pause(self) -> None:
        """Hold the sound after a short fade, losing none of it."""
        self._controls.held = True
        self._apply()

    def resume(self) -> None:
        """Go on where pause() held."""
        self._controls.held = False
        self._apply()

    def _apply(self) -> None:
        volume = self._volume if self._utterance_volume is None else self._utterance_volume
        self._controls.level = 0.0 if self._muted else dsp.gain(volume)
        self._card.apply()

    @contextlib.asynccontextmanager
    async def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        """Take the loudspeaker for one utterance; a second one waits for its turn. See AudioSink.writer."""
        async with self._turn:
            self._utterance_volume = request.volume
            self._apply()
            try:
                outlet = await self._ready()
                outlet.playout.first_at = None
                self.speak(True)
                resampler = dsp.Resampler(audio.sample_rate, self._card.rate)
                watch = FirstAudioWatch(self._card, on_first_audio)
                try:
                    yield _SpeakerWriter(self, resampler, watch, bool(request.chime))
                finally:
                    watch.end()
                    self.speak(False)
                    await self._cut()
            finally:
                self._utterance_volume = None
                self._apply()
                self._idle_since = time.monotonic()
                self._spoke.set()

    async def put(self, samples: Samples) -> None:
        """Hand samples at the device's rate to the ring, waiting for room. For the writer only."""
        while len(samples):
            outlet = await self._card.alive(self._give_up_s)
            samples = samples[outlet.ring.put(samples) :]
            with contextlib.suppress(NoAudioDevice, DriverStuck):  # alive() tries again, and gives up in time
                await self._card.start(outlet)
            if len(samples):
                # Woken when a quarter of the ring, or what is left, has room.
                missing = min(len(samples), self._card.rate // 4) - outlet.ring.free
                await asyncio.sleep(max(missing / self._card.rate, 0.02))

    async def drain(self) -> None:
        """Return when all that was put was heard. For the writer only."""
        self.speak(False)
        while self._card.ring is not None:
            outlet = await self._card.alive(self._give_up_s)
            left = outlet.quiet_at - time.monotonic() + outlet.ring.fill / self._card.rate
            if outlet.ring.fill == 0 and left <= 0:
                return
            await asyncio.sleep(min(max(left, 0.005), 0.1))

    async def wake(self, chime_s: float) -> None:
        """Wait until the device may hear the first sample. For the writer only."""
        await asyncio.sleep(self._lead_in.left(time.monotonic(), chime_s))

    def speak(self, speaking: bool) -> None:
        """Whether more is to come soon, so that running dry is a fault. For the writer only."""
        self._controls.speaking = speaking
        self._card.apply()

    async def _ready(self) -> Outlet:
        """The open stream for a new utterance; it plays silence already when the device has to be woken."""
        before, idle_s = self._card.outlet, time.monotonic() - self._idle_since
        outlet = await self._card.ready()
        if self._lead_in.begin(time.monotonic(), opened=outlet is not before, idle_s=idle_s):
            with contextlib.suppress(NoAudioDevice, DriverStuck):  # put() tries again, and gives up in time
                await self._card.start(outlet)
        return outlet

    async def _cut(self) -> None:
        """Fade out and forget what nobody has heard yet; a card that does not follow is dropped."""
        outlet, ring = self._card.outlet, self._card.ring
        if ring is None or ring.fill == 0:
            return
        try:
            if outlet is not None:
                outlet.playout.cut = True
                ends = time.monotonic() + CUT_S
                # The card's thread must not set an event, which takes a lock: so this looks.
                while outlet.playout.cut and time.monotonic() < ends and not outlet.ended:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        finally:
            if outlet is None or outlet.playout.cut:
                self._card.drop()
                ring.skip()

    async def _tend(self) -> None:
        """Between utterances: give a silent device back, notice a lost one, look for an absent one."""
        looked = 0
        while True:
            pause_s = None
            if self._card.outlet is not None:
                pause_s = TEND_S
            elif self._card.device is None:
                pause_s = min(2.0 * 1.5**looked, 30.0) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
            self._spoke.clear()
            # Not wait_for(): before Python 3.12 it can lose a cancellation that comes with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._spoke.wait()
            async with self._turn:
                await self._tend_once()
            looked = looked + 1 if self._card.device is None else 0

    async def _tend_once(self) -> None:
        card = self._card
        if card.outlet is not None:
            idle_s = time.monotonic() - self._idle_since
            if await card.is_lost(card.outlet):
                card.gone()
            elif 0 <= self._release_after_s <= idle_s and idle_s >= self._latency_s + DRAIN_S:
                card.drop()
        elif card.device is None:
            with contextlib.suppress(NoAudioDevice, DriverStuck):
                await card.look()


class _SpeakerWriter:
    """Takes one utterance to the loudspeaker."""

    def __init__(
        self, sink: SpeakerSink, resampler: dsp.Resampler, first: FirstAudioWatch, has_chime: bool
    ) -> None:
        self._sink = sink
        self._resampler = resampler
        self._first = first
        self._chime_is_next = has_chime
        self._awake = False

    async def write(self, chunk: AudioChunk) -> None:
        is_chime, self._chime_is_next = self._chime_is_next, False
        if not self._awake:
            await self._sink.wake(chunk.seconds if is_chime else 0.0)
            self._awake = True
            self._first.begin()
        # After a chime the text may be a moment late, which is no underrun.
        self._sink.speak(True)
        await self._sink.put(self._resampler.feed(chunk.samples))
        if is_chime:
            self._sink.speak(False)

    async def finish(self) -> None:
        await self._sink.put(self._resampler.finish())
        await self._sink.drain()
        self._first.look()
