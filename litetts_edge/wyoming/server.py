"""Wyoming's text to speech: text in, audio out to whoever asked. Each piece is a request like any other.

A client may send a whole text (`synthesize`), or one that is still being written (`synthesize-start`, any number
of `synthesize-chunk`, `synthesize-stop`): of that, each sentence is spoken as soon as it is complete. The answer
is `audio-start`, `audio-chunk` …, `audio-stop`, and `synthesize-stopped` after a text in pieces. What goes wrong
is told by an `error` event, and the connection is closed: Home Assistant waits for an end, and passes over errors.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from litetts_edge.errors import BadField, BadRequest, QueueFull, SinkFailed, VoiceNotFound
from litetts_edge.events import ClosingEvent, Finished
from litetts_edge.mqtt.messages import Arrival, defaults_of, new_id, printable, speak_request
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.sinks.stream import StreamSink
from litetts_edge.speech import RequestId, SpeakRequest
from litetts_edge.text.growing import GrowingText
from litetts_edge.wyoming.answer import Answer
from litetts_edge.wyoming.coming import ComingText
from litetts_edge.wyoming.describe import tts_info
from litetts_edge.wyoming.listener import Connection
from litetts_edge.wyoming.outcomes import Outcomes, not_spoken
from litetts_edge.wyoming.wire import Event

log = logging.getLogger(__name__)

MAX_WAITING = 8
"""Texts of one client that wait for each other."""
TURN = 600
"""Characters of a whole text that are one request: between two of them others have their turn."""
HALF_CLOSE_S = 1.0
"""A client that ends its sending so soon after its last event waits for its answer; later, it has left."""
PATIENCE_S = 0.3
"""After so long without more text, what ends like a sentence is spoken."""

Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TextToSpeech:
    """What every client of the server is served with."""

    pipeline: SpeechPipeline
    sink: StreamSink
    outcomes: Outcomes
    live: LiveSettings
    patience_s: float = PATIENCE_S

    async def serve(self, connection: Connection) -> None:
        """Serve one client until it closes. Raises SpeechError for what it has to be told."""
        await _Client(self, connection).run()


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who is to speak, as the client said."""

    voice: str = "auto"
    lang: str = ""


class _Client:
    def __init__(self, parts: TextToSpeech, connection: Connection) -> None:
        self._parts = parts
        self._connection = connection
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(MAX_WAITING + 1)  # the last place is for a refusal
        self._refused = self._warned = False
        self._text: ComingText | None = None

    async def run(self) -> None:
        reading = asyncio.create_task(self._read(), name="wyoming read")
        speaking = asyncio.create_task(self._speak(), name="wyoming speak")
        try:
            done, _ = await asyncio.wait({reading, speaking}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # What it asked for is cancelled with it: nobody hears it any more.
            reading.cancel()
            speaking.cancel()
            await asyncio.gather(reading, speaking, return_exceptions=True)

    # -- in: never waits for what is spoken ---------------------------------------------------------

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        async for event in self._connection.events(max_payload=0):
            heard_at = loop.time()
            try:
                await self._take(event)
            except BadRequest as error:
                self._end_text()
                if not self._refused:  # what was asked before is still spoken
                    self._refused = True
                    self._jobs.put_nowait(_raising(error))
        # TCP does not tell who has left from who only sends no more.
        if self._text is None and loop.time() - heard_at < HALF_CLOSE_S:
            await self._jobs.join()
            await self._connection.flush()

    async def _take(self, event: Event) -> None:
        match event.type:
            case "describe":
                settings = self._parts.live.value
                await self._connection.send("info", tts_info(settings.node.id, self._parts.pipeline.voices))
            case "ping":
                await self._connection.send("pong", {"text": event.data.get("text")})
            case "synthesize" if self._text is None:
                wish = self._wish(event)
                text = _text_of(event)
                self._put(lambda: self._say_whole(text, wish))
            case "synthesize-start":
                self._end_text()
                wish, settings = self._wish(event), self._parts.live.value
                coming = self._text = ComingText(
                    self._language(wish), settings.request.max_text, self._parts.patience_s
                )
                self._put(lambda: self._say_coming(coming, wish))
            case "synthesize-chunk":
                if self._text is None:
                    raise BadField("synthesize-chunk", "no synthesize-start came before it")
                self._text.add(self._printable(event.text("text")))
            case "synthesize-stop":
                self._end_text()

    def _printable(self, text: str) -> str:
        """A model that writes may write anything; the rest of its answer is to be heard all the same."""
        cleaned = printable(text)
        if cleaned != text and not self._warned:
            self._warned = True
            log.warning("wyoming text to speech: %s sends control characters; left out", self._connection.peer)
        return cleaned

    def _end_text(self) -> None:
        if self._text is not None:
            self._text.end()
            self._text = None

    def _put(self, job: Job) -> None:
        if self._refused:  # the connection closes when that has its turn
            return
        if self._jobs.qsize() >= MAX_WAITING:
            raise QueueFull(MAX_WAITING)
        self._jobs.put_nowait(job)

    def _wish(self, event: Event) -> _Wish:
        """The voice that the event names, or its language. Raises BadField, VoiceNotFound."""
        asked = event.data.get("voice") or {}
        if not isinstance(asked, dict):
            raise BadField("voice", "an object with name, speaker or language is expected")
        fields = Event(f"{event.type}.voice", asked)
        name, speaker = fields.text("name", ""), fields.text("speaker", "")
        if not name:
            return _Wish(lang=fields.text("language", "").replace("_", "-"))
        if len(name) + len(speaker) > 128:
            raise BadField("voice", "its name is too long")
        return _Wish(self._voice(name, speaker))

    def _voice(self, name: str, speaker: str) -> str:
        """The id of a voice by its name in our info, by its id without the engine, and by its speaker."""
        voices = self._parts.pipeline.voices
        known = [voice.id for voice in voices]
        same = [one for one in known if one.partition(":")[2] == name]
        names = [f"{one}#{speaker}" for one in (name, *same)] if speaker else [name, *same]
        for one in names:
            if one == "auto" or one in known:
                return one
        try:
            return voices.find(names[0]).id  # a blend
        except VoiceNotFound:
            raise VoiceNotFound(names[0], known) from None

    def _language(self, wish: _Wish) -> str:
        voices = self._parts.pipeline.voices
        return wish.lang or voices.find(wish.voice).lang

    # -- out ----------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        while True:
            job = await self._jobs.get()
            await job()
            self._jobs.task_done()

    async def _say_whole(self, text: str, wish: _Wish) -> None:
        self._request(text, wish)  # what is wrong with it is told before any of it is spoken
        answer = Answer(self._connection)
        growing = GrowingText(self._language(wish), TURN)
        growing.add(text)
        while (portion := growing.take_rest()) is not None:
            await self._say(portion.text, wish, answer)
            answer.pause_ms = portion.pause_ms
        await answer.end(self._rate())

    async def _say_coming(self, coming: ComingText, wish: _Wish) -> None:
        answer = Answer(self._connection)
        async for portion in coming.portions():
            await self._say(portion.text, wish, answer)
            answer.pause_ms = portion.pause_ms
        await answer.end(self._rate())
        await self._connection.send("synthesize-stopped")

    def _rate(self) -> int:
        return self._parts.pipeline.voices.default.sample_rate

    async def _say(self, text: str, wish: _Wish, answer: Answer) -> None:
        """Have the text spoken to this client. Raises SpeechError when it was not, to its end."""
        request = self._request(text, wish)
        parts = self._parts
        with parts.outcomes.expect(request.id) as outcome, parts.sink.listen(request.id) as listener:

            def ended(future: asyncio.Future[ClosingEvent]) -> None:
                if not future.cancelled() and not isinstance(future.result(), Finished):
                    listener.break_off()  # it may never have begun

            outcome.add_done_callback(ended)
            parts.pipeline.submit(request)
            try:
                try:
                    async for chunk in listener:
                        await answer.play(chunk)
                except SinkFailed:
                    pass  # why is in its closing event
                error = not_spoken(await outcome)
            finally:
                parts.pipeline.cancel(request.id, "disconnected")
        if error is not None:
            raise error

    def _request(self, text: str, wish: _Wish) -> SpeakRequest:
        settings = self._parts.live.value
        fields = {"text": text, "voice": wish.voice, "lang": wish.lang or None}
        arrival = Arrival(time.monotonic(), source="wyoming")
        defaults = replace(defaults_of(settings), outputs=(self._parts.sink.name,))
        return speak_request(fields, RequestId(f"wyoming-{new_id()}"), arrival, defaults)


def _text_of(event: Event) -> str:
    text = event.text("text")
    if event.data.get("text_format") == "ssml" and not text.lstrip().startswith("<speak"):
        raise BadField("text", "it is said to be SSML, and does not begin with <speak>")
    return text


def _raising(error: BadRequest) -> Job:
    async def tell() -> None:
        raise error

    return tell
