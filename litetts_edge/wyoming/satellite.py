"""The loudspeaker as a Wyoming satellite: audio in, `played` out when it was heard to its end.

A second service, because Home Assistant loads no text to speech from one that calls itself a satellite. It has no
microphone: what belongs to one is accepted and left. Given audio goes the way of every request, with its priority,
the quiet hours and the volume; what is not heard is told by an `error` event, and never by `played`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litetts_edge.errors import BadField, BadRequest, QueueFull, SpeechError
from litetts_edge.mqtt.messages import new_id
from litetts_edge.pcm import AudioChunk
from litetts_edge.pipeline.given import Feed, Room
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.speech import Priority, RequestId, SpeakRequest
from litetts_edge.wyoming.describe import satellite_info
from litetts_edge.wyoming.listener import Connection
from litetts_edge.wyoming.outcomes import Outcomes, not_spoken
from litetts_edge.wyoming.sound import SoundFormat, format_of, samples_of
from litetts_edge.wyoming.wire import Event

log = logging.getLogger(__name__)

MAX_WAITING = 8
"""Announcements, of all clients together, that are not over: with 2 MB of audio each, and 48 MB between them."""
MAX_MISTAKES = 20
"""Events in a row that were refused; a client that goes on like that is mended by no answer."""


class Satellite:
    """What every client of the loudspeaker is served with."""

    def __init__(
        self,
        pipeline: SpeechPipeline,
        outcomes: Outcomes,
        live: LiveSettings,
        make_feed: Callable[[int], Feed] | None = None,
    ) -> None:
        """`make_feed` takes a rate in Hz."""
        room = Room()  # Home Assistant gives minutes at once, and wants its pings answered meanwhile
        self._pipeline = pipeline
        self._outcomes = outcomes
        self._live = live
        self._make_feed = make_feed or (lambda rate: Feed(rate, room=room))
        self._playing: set[asyncio.Task[None]] = set()

    async def serve(self, connection: Connection) -> None:
        """Serve one client until it closes. Raises BadEvent."""
        await _Client(self, connection).run()

    def info(self) -> Mapping[str, object]:
        """The answer to `describe`."""
        return satellite_info(self._live.value.node.id)

    def play(self, rate: int, connection: Connection) -> tuple[RequestId, Feed, asyncio.Task[None]]:
        """Ask for audio of that rate to be played; its end is told to the connection by the task.

        Raises QueueFull.
        """
        if len(self._playing) >= MAX_WAITING:
            raise QueueFull(MAX_WAITING)
        feed = self._make_feed(rate)
        request = self._request(feed)
        # Not the connection's own: what was given whole is heard, and counted, though its sender has left.
        task = asyncio.create_task(self._until_heard(request, feed, connection), name=f"wyoming {request.id}")
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)
        return request.id, feed, task

    def cancel(self, request: RequestId) -> None:
        """Its sender has gone before it had given it all."""
        self._pipeline.cancel(request, "disconnected")

    async def close(self) -> None:
        """Wait for nothing any more."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    async def _until_heard(self, request: SpeakRequest, feed: Feed, connection: Connection) -> None:
        error: SpeechError | None
        with self._outcomes.expect(request.id) as outcome:
            try:
                self._pipeline.submit(request)
                error = not_spoken(await outcome)
            except BadRequest as refused:
                error = refused
        feed.forget()
        with contextlib.suppress(ConnectionError):
            if error is None:
                await connection.send("played")
            else:
                log.info("an announcement was not heard: %s", error, extra={"request": request.id})
                await connection.refuse(error)

    def _request(self, feed: Feed) -> SpeakRequest:
        settings = self._live.value
        now = time.monotonic()
        return SpeakRequest(
            id=RequestId(f"wyoming-{new_id()}"),
            text="",
            voice="",
            audio=feed,
            priority=Priority[settings.wyoming.satellite.priority.upper()],
            outputs=("speaker",),
            source="wyoming",
            accepted_at=now,
            deadline=now + settings.request.ttl_s,
        )


class _Client:
    def __init__(self, satellite: Satellite, connection: Connection) -> None:
        self._satellite = satellite
        self._connection = connection
        self._announcement: _Announcement | None = None
        self._untold: set[asyncio.Task[None]] = set()
        """Announcements of its own that are not over."""
        self._mistakes = 0

    async def run(self) -> None:
        try:
            async for event in self._connection.events():
                try:
                    await self._take(event)
                    self._mistakes = 0
                except BadRequest as error:
                    self._end()
                    self._mistakes += 1
                    if self._mistakes > MAX_MISTAKES:
                        raise
                    log.warning("wyoming satellite: %s", error, extra={"code": error.code})
                    await self._connection.refuse(error)
            if self._announcement is None and self._untold:  # it only sends no more
                await asyncio.wait(self._untold)
                await self._connection.flush()
        finally:
            if self._announcement is not None:
                self._satellite.cancel(self._announcement.request)

    async def _take(self, event: Event) -> None:
        match event.type:
            case "describe":
                await self._connection.send("info", self._satellite.info())
            case "ping":
                await self._connection.send("pong", {"text": event.data.get("text")})
            case "audio-start":
                self._end()
                sound = format_of(event)
                request, feed, task = self._satellite.play(sound.rate, self._connection)
                self._untold.add(task)
                task.add_done_callback(self._untold.discard)
                self._announcement = _Announcement(sound, request, feed)
            case "audio-chunk" if self._announcement is not None:
                await self._announcement.take(event)
            case "audio-stop":
                self._end()
            case "run-satellite" | "pause-satellite":
                log.debug("%s: %s", self._connection.peer, event.type)

    def _end(self) -> None:
        if self._announcement is not None:
            self._announcement.feed.end()
            self._announcement = None


@dataclass(slots=True)
class _Announcement:
    """Audio that is still coming."""

    sound: SoundFormat
    request: RequestId
    feed: Feed
    _rest: bytes = b""
    """The beginning of a frame whose end is in the next chunk."""

    async def take(self, event: Event) -> None:
        """Hand a chunk on, as soon as there is room for it. Raises BadField."""
        if event.data and format_of(event) != self.sound:
            raise BadField("audio-chunk", "its format is not that of the audio-start before it")
        raw = self._rest + event.payload
        whole = len(raw) - len(raw) % self.sound.frame
        self._rest = raw[whole:]
        await self.feed.put(AudioChunk(samples_of(raw[:whole], self.sound), self.sound.rate))
