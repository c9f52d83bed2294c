"""One utterance to all of its outputs at once, at the pace of the slowest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from litetts_edge.errors import SinkFailed
from litetts_edge.interfaces import AudioSink, AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.speech import SpeakRequest


class FanOut:
    """An AudioWriter over several. An output that fails is left out; only when none is left does it raise."""

    def __init__(self) -> None:
        self._writers: dict[str, AudioWriter] = {}
        self._failures: list[SinkFailed] = []

    @property
    def warnings(self) -> tuple[str, ...]:
        """One text for each output that was left out."""
        return tuple(f"{error.code}: {error}" for error in self._failures)

    async def open(self, name: str, opening: Awaitable[AudioWriter]) -> None:
        """Add an output, or remember why it could not be opened."""
        try:
            self._writers[name] = await opening
        except SinkFailed as error:
            self._failures.append(error)

    async def write(self, chunk: AudioChunk) -> None:
        """Write the chunk to every output that is left. Raises SinkFailed when none is."""
        await self._each(lambda writer: writer.write(chunk))

    async def finish(self) -> None:
        """Return when every output that is left has finished. Raises SinkFailed when none has."""
        await self._each(lambda writer: writer.finish())

    async def _each(self, call: Callable[[AudioWriter], Awaitable[None]]) -> None:
        async def one(name: str, writer: AudioWriter) -> None:
            try:
                await call(writer)
            except SinkFailed as error:
                self._failures.append(error)
                del self._writers[name]

        self.require()
        async with asyncio.TaskGroup() as group:
            for name, writer in tuple(self._writers.items()):
                group.create_task(one(name, writer), name=f"to {name}")
        self.require()

    def require(self) -> None:
        """Raise the first failure when no output is left."""
        if not self._writers:
            raise self._failures[0]


@asynccontextmanager
async def open_outputs(
    sinks: Mapping[str, AudioSink],
    names: Sequence[str],
    request: SpeakRequest,
    audio: AudioFormat,
    on_first_audio: Callable[[float], None],
) -> AsyncIterator[FanOut]:
    """Open a writer at every named sink. Raises SinkFailed when not one could be opened."""
    async with AsyncExitStack() as stack:
        outputs = FanOut()
        for name in names:
            writer = sinks[name].writer(request, audio, on_first_audio)
            await outputs.open(name, stack.enter_async_context(writer))
        outputs.require()
        yield outputs
