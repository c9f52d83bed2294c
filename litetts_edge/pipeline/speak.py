"""The way of a request: admitted, queued, started, synthesized, handed over, closed."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager

from litetts_edge.errors import BadRequest, Duplicate, NothingToRepeat, OutputNotFound, QuietHours, ShuttingDown
from litetts_edge.events import (
    Cancelled,
    ClosingEvent,
    Dropped,
    Expired,
    Finished,
    FirstAudio,
    Queued,
    Started,
)
from litetts_edge.interfaces import AudioSink, SpeechCheck, TextFrontend
from litetts_edge.pipeline.awaited import Awaited
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.closings import Closings
from litetts_edge.pipeline.current import Current
from litetts_edge.pipeline.fanout import open_outputs
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.manners import Manners
from litetts_edge.pipeline.policy import Lane, RecentIds, lane, may_interrupt, once_more
from litetts_edge.pipeline.queue import RequestQueue
from litetts_edge.pipeline.reader import Reader, voice_for
from litetts_edge.pipeline.source import Playing, Source
from litetts_edge.pipeline.turns import Turns
from litetts_edge.pipeline.voices import Voices
from litetts_edge.speech import RequestId, SpeakRequest

log = logging.getLogger(__name__)

Clock = Callable[[], float]


class SpeechPipeline:
    """Speaks requests. Its methods belong to the event loop; `async with` runs it."""

    def __init__(
        self,
        *,
        voices: Voices,
        frontend: TextFrontend,
        check: SpeechCheck,
        sinks: Mapping[str, AudioSink],
        queue: RequestQueue,
        bus: EventBus,
        ledger: CrashLedger,
        thread: InferenceThread,
        loader: Loader,
        manners: Manners | None = None,
        awaited: Awaited | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.voices = voices
        """Those that the next request is read by; another set may be put here at any time."""
        self.coming: Voices | None = None
        """The set that will be put there soon; its voices may be asked for already."""
        self.queue = queue
        self.bus = bus
        self.manners = manners or Manners()
        self.closings = Closings(bus, self.manners.rounds)
        self._sinks = sinks
        self._awaited = awaited or Awaited()
        self._reader = Reader(frontend, check, ledger, thread, loader)
        self._clock = clock
        self._recent = RecentIds()
        self._last_aloud: SpeakRequest | None = None
        """The last announcement that was heard to its end; in memory only, for what is said is private."""
        self._current: dict[Lane, Current] = {}
        self._resumed = asyncio.Event()
        self._resumed.set()
        self.turns = Turns(lambda name: name in self._current)
        self._busy_at = clock()
        self._closing = False
        self._expiry: asyncio.TimerHandle | None = None
        queue.held = self._is_held

    @property
    def reader(self) -> Reader:
        """Who reads texts."""
        return self._reader

    # -- admission ---------------------------------------------------------------------------------

    def submit(self, request: SpeakRequest, *, again: bool = False) -> None:
        """Queue a request. One that is refused raises BadRequest, and is told as Dropped unless it is a duplicate.

        A duplicate changes nothing: the first of its name still gets its one closing event. What an earlier
        process has admitted comes `again`: it needs no room, its like may wait too, its voice may have left, its
        outputs may come later.
        """
        if self._is_known(request.id):
            raise Duplicate(request.id)
        try:
            request = self._admit(request, again)
        except BadRequest as error:
            self.refuse(request.id, error)
            raise
        self._recent.add(request.id)
        self.bus.publish(Queued(request.id, request.repeat_of))
        self._watch_deadlines()
        current = self._current.get(lane(request))
        may_cut = current is not None and may_interrupt(request, current.request)
        if current is not None and may_cut and not self.queue.held(request):
            current.cancel("interrupted")

    def repeat_last(self, request: RequestId) -> None:
        """Say the last announcement again, as a request of that id. Raises BadRequest."""
        if self._last_aloud is None:
            raise NothingToRepeat
        self.submit(once_more(self._last_aloud, request, self._clock()))

    def refuse(self, request: RequestId, error: BadRequest) -> None:
        """Close a request that was never admitted, unless its name belongs to one that was."""
        if not self._is_known(request):
            self.bus.publish(Dropped(request, error.code, str(error)))

    def _is_known(self, request: RequestId) -> bool:
        # A long queue holds more names than are remembered: an open request keeps its own all the same.
        return request in self._recent or self.find(request) is not None

    def _admit(self, request: SpeakRequest, again: bool) -> SpeakRequest:
        if self._closing:
            raise ShuttingDown
        if request.audio is None and not again:
            self._admit_voice(request)
        for name in request.outputs:
            if name not in self._sinks:
                raise OutputNotFound(name, tuple(self._sinks))
        now = self._clock()
        if again:
            request = self.manners.due(request)
            self._awaited.add(request, now)
            self.queue.put_back(request)
        else:
            request = self.manners.admit(request, now)
            replaced = self.queue.put(request)
            if replaced is not None:
                self.closings.close(Cancelled(replaced.id, "replaced"))
        self.manners.admitted(request, request.accepted_at if again else now)
        self._busy_at = now
        return request

    def _admit_voice(self, request: SpeakRequest) -> None:
        try:
            voice_for(self.voices, request)
        except BadRequest:
            if self.coming is None:
                raise
            voice_for(self.coming, request)

    def _is_held(self, request: SpeakRequest) -> bool:
        now = self._clock()
        return self.manners.held(request, now) or bool(self._awaited.missing(request, now))

    # -- control: overtakes speech -----------------------------------------------------------------

    def stop(self, reason: str = "stop") -> None:
        """Silence: what is spoken is cut, and what waits is cancelled."""
        self.clear(reason)
        self.skip(reason)

    def skip(self, reason: str = "skip") -> None:
        """Cut what is spoken and go on with what waits."""
        for current in self._current.values():
            current.cancel(reason)

    def clear(self, reason: str = "clear") -> None:
        """Cancel what waits, and let what is spoken end."""
        for request in self.queue.clear():
            self.closings.close(Cancelled(request.id, reason))

    def cancel(self, request: RequestId, reason: str = "cancel") -> bool:
        """Cancel one request, waiting or spoken. False when it is neither."""
        if self.queue.remove(request) is not None:
            self.closings.close(Cancelled(request, reason))
            return True
        for current in self._current.values():
            if current.request.id == request:
                current.cancel(reason)
                return True
        return False

    def pause(self) -> None:
        """Hold the loudspeaker where it is; nothing new starts there."""
        self._resumed.clear()
        for sink in self._sinks.values():
            sink.pause()

    def resume(self) -> None:
        """Go on where pause() held."""
        self._resumed.set()
        for sink in self._sinks.values():
            sink.resume()

    @property
    def paused(self) -> bool:
        """True between pause() and resume()."""
        return not self._resumed.is_set()

    def find(self, request: RequestId) -> SpeakRequest | None:
        """A request that waits or is spoken now, else None."""
        spoken = (current.request for current in self._current.values())
        return next((known for known in (*spoken, *self.queue.waiting()) if known.id == request), None)

    def current(self) -> Current | None:
        """What is spoken now: aloud before quiet."""
        return self._current.get(Lane.ALOUD) or self._current.get(Lane.QUIET)

    def speaking(self) -> tuple[Current, ...]:
        """What is spoken now, in either lane."""
        return tuple(self._current.values())

    def idle_s(self) -> float:
        """Seconds since anything was spoken or asked for."""
        return 0.0 if self._current or len(self.queue) else self._clock() - self._busy_at

    # -- the lanes ---------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Speak what is submitted until the context is left; then cut what is spoken, and close what waits.

        What closings.keep() names then is cut, too, and not closed.
        """
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(self._serve(name), name=f"lane {name}") for name in Lane]
            try:
                yield
            finally:
                self._closing = True
                await self.closings.end(lambda: self.skip("shutdown"))
                self.clear("shutdown")
                if self._expiry is not None:
                    self._expiry.cancel()
                for task in lanes:
                    task.cancel()

    async def _serve(self, name: Lane) -> None:
        while True:
            if name is Lane.ALOUD:
                await self._resumed.wait()
            await self.queue.wait(name)
            now = self._clock()
            if name is Lane.ALOUD and any(self._awaited.missing(one, now) for one in self.queue.waiting()):
                await self._awaited.look()  # else a new request would find the device, and be heard before them
            await self.turns.next(name)
            if self._closing:
                return
            if name is Lane.ALOUD and self.paused:
                continue
            self._expire()
            request = self.queue.pop(name)
            if request is not None:
                self._awaited.forget(request)
                await self._take_turn(request, name)

    async def _take_turn(self, request: SpeakRequest, name: Lane) -> None:
        """It was admitted, but what is quiet may have changed since."""
        try:
            due = self.manners.due(request)
        except QuietHours as error:
            self.closings.close(Dropped(request.id, error.code, str(error)))
            return
        if lane(due) is name:
            await self._speak(due)
        else:
            self.queue.put_back(due)

    async def _speak(self, request: SpeakRequest) -> None:
        """Say one request. However it ends, exactly one closing event is published, here."""
        task = asyncio.create_task(self._say(request), name=f"speak {request.id}")
        current = self._current[lane(request)] = Current(request, task)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:  # the lane ends: so does what it speaks
            current.cancel("shutdown")
            await asyncio.wait([task])
            raise
        finally:
            del self._current[lane(request)]
            self._busy_at = self._clock()
            self.turns.ended()
            self._ended(request, current.closing_event())

    def _ended(self, request: SpeakRequest, event: ClosingEvent) -> None:
        again = None if self._closing else self.manners.again(request, event, self._clock())
        if again is not None:
            self.queue.put_back(again)
            self._watch_deadlines()
            return
        if isinstance(event, Finished) and request.audio is None and "speaker" in request.outputs:
            self._last_aloud = request
        self.closings.close(event)

    async def _say(self, request: SpeakRequest) -> Finished:
        started = self._clock()
        first_audio: list[float] = []

        def on_first_audio(at: float) -> None:
            current = self._current.get(lane(request))
            if not first_audio and current is not None and current.request is request:
                first_audio.append((at - request.accepted_at) * 1000)
                current.audible = True
                self.bus.publish(FirstAudio(request.id, first_audio[0]))

        def begin(voice: str) -> None:
            if self.manners.rounds.begin(request, started):
                self.bus.publish(Started(request.id, voice, (started - request.accepted_at) * 1000))

        warnings = list(request.warnings)
        if request.audio is not None:
            begin("")
            playing = Playing(request.audio, request.repeat)
            return await self._spoken(request, playing, warnings, started, first_audio, on_first_audio)
        # The voices of now, to the end of this request, whatever comes after them.
        async with self._reader.reading(self.voices, request, warnings, begin) as reading:
            return await self._spoken(request, reading, warnings, started, first_audio, on_first_audio)

    async def _spoken(
        self,
        request: SpeakRequest,
        source: Source,
        warnings: Sequence[str],
        started: float,
        first_audio: Sequence[float],
        on_first_audio: Callable[[float], None],
    ) -> Finished:
        heard, whole = await self.manners.announced(request, source)
        async with open_outputs(self._sinks, request.outputs, heard, source.audio, on_first_audio) as outputs:
            async with aclosing(whole.stream()) as chunks:
                async for chunk in chunks:
                    await outputs.write(chunk)
            await outputs.finish()
        for warning in outputs.warnings:
            log.warning("an output was left out: %s", warning, extra={"request": request.id})
        return Finished(
            id=request.id,
            voice=source.voice,
            audio_ms=whole.audio_s * 1000,
            first_audio_ms=first_audio[0] if first_audio else None,
            queue_ms=(started - request.accepted_at) * 1000,
            rtf=source.synthesis_s / source.audio_s if source.audio_s else 0.0,
            warnings=(*warnings, *whole.warnings, *outputs.warnings),
            marks=tuple(source.marks),
        )

    # -- expiry ------------------------------------------------------------------------------------

    def _expire(self) -> None:
        now = self._clock()
        for request in self.queue.take_expired(now):
            if missing := self._awaited.missing(request, now):
                log.warning("expired: %s was not there", " and ".join(missing), extra={"request": request.id})
            self._awaited.forget(request)
            self.closings.close(Expired(request.id))
        self._watch_deadlines()

    def look(self) -> None:
        """The time of day may be another, or an output there: see what is still held."""
        self.queue.look()

    def _wake(self) -> None:
        self._expire()
        self.queue.look()

    def _watch_deadlines(self) -> None:
        # The sender hears of it when it happens, not when the long text before it ends.
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        now = self._clock()
        rounds = [at for request in self.queue.waiting() if (at := self.manners.rounds.again_at(request)) > now]
        deadline = self.queue.next_deadline()
        wake_at = min((math.inf if deadline is None else deadline, *rounds))
        if wake_at < math.inf:
            self._expiry = asyncio.get_running_loop().call_later(max(0.0, wake_at - now), self._wake)
