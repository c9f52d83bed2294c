"""Audio for someone inside this process, at the pace of whoever takes it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator

from litetts_edge.errors import SinkFailed
from litetts_edge.interfaces import AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.speech import RequestId, SpeakRequest


class StreamSink:
    """Hands each chunk to the listener of that request; the writer waits until it was taken.

    The listener comes first, then the request:
        with sink.listen(request.id) as audio:
            submit(request)
            async for chunk in audio: ...
    """

    name = "stream"

    def __init__(self) -> None:
        self._listeners: dict[RequestId, Listener] = {}

    @contextlib.contextmanager
    def listen(self, request_id: RequestId) -> Iterator[Listener]:
        """Be the one who hears that request; leaving early makes its writer fail, which ends the request."""
        listener = self._listeners[request_id] = Listener()
        try:
            yield listener
        finally:
            del self._listeners[request_id]
            listener.leave()

    def pause(self) -> None:
        """The listener sets the pace, and pauses by not taking."""

    def resume(self) -> None:
        """Nothing was held."""

    @contextlib.asynccontextmanager
    async def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        """See AudioSink.writer. Raises SinkFailed when nobody listens for that request."""
        listener = self._listeners.get(request.id)
        if listener is None:
            raise SinkFailed("stream", f"nobody listens for {request.id!r}.")
        listener.begin(audio)
        writer = _StreamWriter(listener, on_first_audio)
        try:
            yield writer
        finally:
            if not writer.finished:
                listener.break_off()


class Listener:
    """The hearing end: iterate over it once. Raises SinkFailed when the utterance was cut."""

    def __init__(self) -> None:
        self._format: AudioFormat | None = None
        self._chunk: AudioChunk | None = None
        self._ended = False
        self._cut = False
        self._gone = False
        self._changed = asyncio.Condition()
        self._wakes: set[asyncio.Task[None]] = set()

    @property
    def audio(self) -> AudioFormat | None:
        """The format of the chunks; None until the utterance has begun."""
        return self._format

    async def __aiter__(self) -> AsyncIterator[AudioChunk]:
        while (chunk := await self._take()) is not None:
            yield chunk

    async def _take(self) -> AudioChunk | None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._chunk is not None or self._ended or self._cut)
            if self._cut:
                raise SinkFailed("stream", "the utterance was cut.")
            chunk, self._chunk = self._chunk, None
            self._changed.notify_all()
            return chunk

    # The writing end, for StreamSink.

    def begin(self, audio: AudioFormat) -> None:
        self._format = audio

    async def give(self, chunk: AudioChunk) -> None:
        """Offer a chunk; return when it was taken. Raises SinkFailed when the listener left."""
        async with self._changed:
            self._chunk = chunk
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._chunk is None or self._gone)
            if self._chunk is not None:
                raise SinkFailed("stream", "the listener left.")

    async def end(self) -> None:
        """All chunks were taken: the iteration ends."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    def break_off(self) -> None:
        """The iteration raises; a chunk that was offered and not taken is withdrawn."""
        self._cut = True
        self._chunk = None
        self._wake()

    def leave(self) -> None:
        """Nobody takes any more."""
        self._gone = True
        self._wake()

    def _wake(self) -> None:
        async def wake() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(wake())
        self._wakes.add(task)
        task.add_done_callback(self._wakes.discard)


class _StreamWriter:
    def __init__(self, listener: Listener, on_first_audio: Callable[[float], None]) -> None:
        self._listener = listener
        self._on_first_audio: Callable[[float], None] | None = on_first_audio
        self.finished = False

    async def write(self, chunk: AudioChunk) -> None:
        await self._listener.give(chunk)
        if self._on_first_audio is not None and chunk.samples.any():
            self._on_first_audio(time.monotonic())
            self._on_first_audio = None

    async def finish(self) -> None:
        await self._listener.end()
        self.finished = True
