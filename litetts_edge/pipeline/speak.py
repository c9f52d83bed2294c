"""The way of a request: admitted, queued, started, synthesized, handed over, closed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import replace

from litetts_edge.errors import BadRequest, Duplicate, EngineFailed, OutputNotFound, ShuttingDown, VoiceNotFound
from litetts_edge.events import (
    Cancelled,
    Dropped,
    Expired,
    Finished,
    FirstAudio,
    Queued,
    Started,
)
from litetts_edge.interfaces import AudioSink, SpeechCheck, TextFrontend
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.current import Current
from litetts_edge.pipeline.fanout import open_outputs
from litetts_edge.pipeline.inference import InferenceThread, Synthesis
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.policy import Lane, RecentIds, lane, may_interrupt
from litetts_edge.pipeline.queue import RequestQueue
from litetts_edge.pipeline.render import Rendering
from litetts_edge.pipeline.source import Playing, Reading, Source
from litetts_edge.pipeline.turns import Turns
from litetts_edge.pipeline.voices import Voices, primary
from litetts_edge.speech import Priority, RequestId, SpeakRequest, Voice
from litetts_edge.text.sentences import MAX_CHARACTERS
from litetts_edge.text.ssml import is_ssml, parse

log = logging.getLogger(__name__)

Clock = Callable[[], float]

FIRST_PACE = 0.07
"""Synthesis seconds per character before an engine was measured: real time, at 15 characters a second."""

LOAD_S = 12.0
"""For the watchdog: a large model on a small board, which is then allowed five times as long."""


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
        clock: Clock = time.monotonic,
    ) -> None:
        self.voices = voices
        """Those that the next request is read by; another set may be put here at any time."""
        self.coming: Voices | None = None
        """The set that will be put there soon; its voices may be asked for already."""
        self.frontend = frontend
        self.queue = queue
        self.bus = bus
        self._check = check
        self._sinks = sinks
        self._ledger = ledger
        self._thread = thread
        self._loader = loader
        self._clock = clock
        self._recent = RecentIds()
        self._pace: dict[str, float] = {}
        """By engine: synthesis seconds per character of its last request."""
        self._current: dict[Lane, Current] = {}
        self._resumed = asyncio.Event()
        self._resumed.set()
        self.turns = Turns(lambda name: name in self._current)
        self._busy_at = clock()
        self._closing = False
        self._expiry: asyncio.TimerHandle | None = None

    # -- admission ---------------------------------------------------------------------------------

    def submit(self, request: SpeakRequest) -> None:
        """Queue a request. One that is refused raises BadRequest, and is told as Dropped unless it is a duplicate.

        A duplicate changes nothing: the first of its name still gets its one closing event.
        """
        if self._is_known(request.id):
            raise Duplicate(request.id)
        try:
            self._admit(request)
        except BadRequest as error:
            self.refuse(request.id, error)
            raise
        self._recent.add(request.id)
        self.bus.publish(Queued(request.id))
        self._watch_deadlines()
        current = self._current.get(lane(request))
        if current is not None and may_interrupt(request, current.request):
            current.cancel("interrupted")

    def refuse(self, request: RequestId, error: BadRequest) -> None:
        """Close a request that was never admitted, unless its name belongs to one that was."""
        if not self._is_known(request):
            self.bus.publish(Dropped(request, error.code, str(error)))

    def _is_known(self, request: RequestId) -> bool:
        # A long queue holds more names than are remembered: an open request keeps its own all the same.
        return request in self._recent or self.find(request) is not None

    def _admit(self, request: SpeakRequest) -> None:
        if self._closing:
            raise ShuttingDown
        if request.audio is None:
            self._admit_voice(request)
        for name in request.outputs:
            if name not in self._sinks:
                raise OutputNotFound(name, tuple(self._sinks))
        self.queue.put(request)
        self._busy_at = self._clock()

    def _admit_voice(self, request: SpeakRequest) -> None:
        try:
            self._find(self.voices, request)
        except BadRequest:
            if self.coming is None:
                raise
            self._find(self.coming, request)

    @staticmethod
    def _find(voices: Voices, request: SpeakRequest) -> Voice:
        asked = voices.find(request.voice)
        return voices.for_language(asked, _language(request, asked))

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
            self.bus.publish(Cancelled(request.id, reason))

    def cancel(self, request: RequestId, reason: str = "cancel") -> bool:
        """Cancel one request, waiting or spoken. False when it is neither."""
        if self.queue.remove(request) is not None:
            self.bus.publish(Cancelled(request, reason))
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

    def idle_s(self) -> float:
        """Seconds since anything was spoken or asked for."""
        return 0.0 if self._current or len(self.queue) else self._clock() - self._busy_at

    # -- the lanes ---------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Speak what is submitted until the context is left; then cut what is spoken, and close what waits."""
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(self._serve(name), name=f"lane {name}") for name in Lane]
            try:
                yield
            finally:
                self._closing = True
                self.stop("shutdown")
                if self._expiry is not None:
                    self._expiry.cancel()
                for task in lanes:
                    task.cancel()

    async def _serve(self, name: Lane) -> None:
        while True:
            if name is Lane.ALOUD:
                await self._resumed.wait()
            await self.queue.wait(name)
            await self.turns.next(name)
            if name is Lane.ALOUD and self.paused:
                continue
            self._expire()
            request = self.queue.pop(name)
            if request is not None:
                await self._speak(request)

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
            self.bus.publish(current.closing_event())

    async def _say(self, request: SpeakRequest) -> Finished:
        started = self._clock()
        first_audio: list[float] = []

        def on_first_audio(at: float) -> None:
            current = self._current.get(lane(request))
            if not first_audio and current is not None and current.request is request:
                first_audio.append((at - request.accepted_at) * 1000)
                current.audible = True
                self.bus.publish(FirstAudio(request.id, first_audio[0]))

        warnings = list(request.warnings)
        if request.audio is not None:
            self.bus.publish(Started(request.id, "", (started - request.accepted_at) * 1000))
            playing = Playing(request.audio, request.repeat)
            return await self._spoken(request, playing, warnings, started, first_audio, on_first_audio)
        voices = self.voices  # to the end of this request, whatever comes after it
        asked = _asked(voices, request, warnings)
        lang = _language(request, asked)
        voice = voices.for_language(asked, lang)
        self.bus.publish(Started(request.id, voice.id, (started - request.accepted_at) * 1000))
        if voice.engine != asked.engine:
            warnings.append(f"voice_changed: {asked.id} does not speak {lang}; {voice.id} does")
        with ExitStack() as using:
            voice = await self._ready(voices, voice, request.priority, warnings, using)
            rendering = self._rendering(replace(request, lang=voices.reading(voice, lang)), voices, voice)
            reading = Reading(rendering, self._synthesis(rendering))
            finished = await self._spoken(request, reading, warnings, started, first_audio, on_first_audio)
        self._pace[voice.engine] = max(0.001, reading.synthesis_s / (len(request.text) * request.repeat))
        return finished

    async def _spoken(
        self,
        request: SpeakRequest,
        source: Source,
        warnings: Sequence[str],
        started: float,
        first_audio: Sequence[float],
        on_first_audio: Callable[[float], None],
    ) -> Finished:
        async with open_outputs(self._sinks, request.outputs, request, source.audio, on_first_audio) as outputs:
            async with aclosing(source.stream()) as chunks:
                async for chunk in chunks:
                    await outputs.write(chunk)
            await outputs.finish()
        for warning in outputs.warnings:
            log.warning("an output was left out: %s", warning, extra={"request": request.id})
        return Finished(
            id=request.id,
            voice=source.voice,
            audio_ms=source.audio_s * 1000,
            first_audio_ms=first_audio[0] if first_audio else None,
            queue_ms=(started - request.accepted_at) * 1000,
            rtf=source.synthesis_s / source.audio_s if source.audio_s else 0.0,
            warnings=(*warnings, *source.warnings, *outputs.warnings),
            marks=tuple(source.marks),
        )

    async def _ready(
        self, voices: Voices, voice: Voice, priority: Priority, warnings: list[str], using: ExitStack
    ) -> Voice:
        """The voice with its engine loaded; when that fails, a spare one, and a warning. Raises EngineFailed."""
        try:
            await self._load(voices, voice, priority, using)
        except EngineFailed as error:
            spare = voices.spare(voice)
            if spare is None:
                raise
            await self._load(voices, spare, priority, using)
            warnings.append(f"voice_changed: {error} {spare.id} speaks instead.")
            return spare
        return voice

    async def _load(self, voices: Voices, voice: Voice, priority: Priority, using: ExitStack) -> None:
        """Make the voice's engine ready to speak at once, and keep it so while `using` is open."""
        engine, need = voices.engine(voice), voices.need(voice.engine)
        using.enter_context(self._loader.using(engine))
        await self._thread.run(lambda: self._loader.load(engine, need), priority, predicted_s=LOAD_S)

    def _rendering(self, request: SpeakRequest, voices: Voices, voice: Voice) -> Rendering:
        def another(name: str) -> Voice | None:
            return voices.beside(voice, name)

        return Rendering(request, voice, voices.engine(voice), self.frontend, self._check, self._ledger, another)

    def _synthesis(self, rendering: Rendering) -> Synthesis:
        request = rendering.request
        pace = self._pace.get(rendering.engine.name, FIRST_PACE)
        longest_run = min(len(request.text), MAX_CHARACTERS)
        predicted_s = longest_run * pace
        return Synthesis(self._thread, rendering.chunks, request.priority, rendering.terminate, predicted_s)

    # -- expiry ------------------------------------------------------------------------------------

    def _expire(self) -> None:
        for request in self.queue.take_expired(self._clock()):
            self.bus.publish(Expired(request.id))
        self._watch_deadlines()

    def _watch_deadlines(self) -> None:
        # The sender hears of it when it happens, not when the long text before it ends.
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        deadline = self.queue.next_deadline()
        if deadline is not None and deadline != float("inf"):
            wait_s = max(0.0, deadline - self._clock())
            self._expiry = asyncio.get_running_loop().call_later(wait_s, self._expire)


def _asked(voices: Voices, request: SpeakRequest, warnings: list[str]) -> Voice:
    """The voice of the request. One that has left since then is replaced: nothing that was admitted gets lost."""
    try:
        return voices.find(request.voice)
    except VoiceNotFound:
        warnings.append(f"voice_changed: {request.voice} has left; {voices.default.id} speaks instead")
        return voices.default


def _language(request: SpeakRequest, voice: Voice) -> str:
    """The language that is asked for: by the request, or by an SSML document in another one than the voice's.

    A document's `en-US` says little of the accent that somebody who chose a British voice wants to hear.
    Raises SsmlInvalid.
    """
    if request.lang or not is_ssml(request.text):
        return request.lang
    written = parse(request.text).lang
    return "" if primary(written) == primary(voice.lang) else written
