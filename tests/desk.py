"""A pipeline on stand-ins: everything between the doors and the devices, real."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from litetts_edge.engines.tone import ToneEngine
from litetts_edge.events import ClosingEvent, FirstAudio, SpeechEvent
from litetts_edge.interfaces import AudioSink, Synthesizer
from litetts_edge.pipeline.awaited import Awaited
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.manners import Manners
from litetts_edge.pipeline.queue import RequestQueue
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.pipeline.voices import Voices
from litetts_edge.quality import LevelCheck
from litetts_edge.speech import RequestId, SpeakRequest
from litetts_edge.text.frontend import Frontend
from tests.recording_sink import RecordingSink


def ask(name: str, text: str = "one two", **fields: Any) -> SpeakRequest:
    """A request with the id `name`, accepted now."""
    return SpeakRequest(
        id=RequestId(name), text=text, voice=fields.pop("voice", "auto"), accepted_at=time.monotonic(), **fields
    )


@dataclass(slots=True)
class Desk:
    """A running pipeline, what it plays to, and all that it told."""

    pipeline: SpeechPipeline
    thread: InferenceThread
    sinks: dict[str, RecordingSink]
    told: list[SpeechEvent]
    _news: asyncio.Condition

    @property
    def speaker(self) -> RecordingSink:
        return self.sinks["speaker"]

    async def until(self, claim: Callable[[], bool], within_s: float = 10.0) -> None:
        """Wait for events until the claim is true."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(claim)

    async def closed(self, *names: str) -> list[str]:
        """Wait until all these are closed; return all that was told, as `id event`, first audio left out."""
        await self.until(
            lambda: set(names) <= {event.id for event in self.told if isinstance(event, ClosingEvent)}
        )
        return self.story()

    async def started(self, name: str) -> None:
        """Wait until a request was heard."""
        await self.until(lambda: any(isinstance(event, FirstAudio) and event.id == name for event in self.told))

    async def at_speaker(self, name: str) -> None:
        """Wait until the speaker has opened its writer for a request."""
        async with asyncio.timeout(10):
            while not any(take.request.id == name for take in self.speaker.takes):
                self.speaker.opened.clear()
                await self.speaker.opened.wait()

    def story(self) -> list[str]:
        return [f"{event.id} {type(event).__name__}" for event in self.told if not isinstance(event, FirstAudio)]

    def closing(self, name: str) -> SpeechEvent:
        found = [event for event in self.told if isinstance(event, ClosingEvent) and event.id == name]
        assert len(found) == 1, f"{name} has {len(found)} closing events"
        return found[0]

    async def listen(self, events: Any) -> None:
        async for event in events:
            async with self._news:
                self.told.append(event)
                self._news.notify_all()


@asynccontextmanager
async def open_desk(
    folder: Path,
    engines: Sequence[Synthesizer] = (),
    *,
    limit: int = 10,
    clock: Callable[[], float] = time.monotonic,
    outputs: Sequence[str] = ("speaker", "file"),
    loader: Loader | None = None,
    manners: Manners | None = None,
    awaited: Awaited | None = None,
    more: Mapping[str, AudioSink] = MappingProxyType({}),
) -> AsyncIterator[Desk]:
    """A desk with these engines (beeps, unless said otherwise), open until the context is left.

    `more` are real sinks beside those that record.
    """
    bus = EventBus()
    thread = InferenceThread()
    sinks = {name: RecordingSink(name) for name in outputs}
    typed: dict[str, AudioSink] = {**sinks, **more}
    ledger = CrashLedger(folder / "in-progress.json")
    ledger.load()
    loader = loader or Loader()
    pipeline = SpeechPipeline(
        voices=Voices(engines or [ToneEngine()]),
        frontend=Frontend(),
        check=LevelCheck(),
        sinks=typed,
        queue=RequestQueue(limit),
        bus=bus,
        ledger=ledger,
        thread=thread,
        loader=loader,
        manners=manners,
        awaited=awaited,
        clock=clock,
    )
    desk = Desk(pipeline, thread, sinks, [], asyncio.Condition())
    thread.start()
    with bus.subscribe() as events:
        listening = asyncio.create_task(desk.listen(events))
        async with pipeline.running():
            yield desk
        for event in events.rest():
            desk.told.append(event)
        listening.cancel()
    thread.stop()
    thread.join(5)
