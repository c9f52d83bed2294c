"""The Wyoming services in this process, on free ports, over a pipeline on stand-ins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from litetts_edge.interfaces import Synthesizer
from litetts_edge.pipeline.given import Feed
from litetts_edge.pipeline.manners import Manners
from litetts_edge.settings.live import LiveSettings, Sources
from litetts_edge.sinks.stream import StreamSink
from litetts_edge.wyoming.listener import Listener
from litetts_edge.wyoming.outcomes import Outcomes
from litetts_edge.wyoming.satellite import Satellite
from litetts_edge.wyoming.server import TextToSpeech
from tests.desk import Desk, open_desk

FOREVER_S = 1e6


@dataclass
class Home:
    """Both services, and what is behind them."""

    desk: Desk
    speech: Listener
    satellite: Listener

    def closings(self) -> list[str]:
        """How the requests ended, in order."""
        ends = {"Finished", "Cancelled", "Expired", "Dropped", "Failed"}
        return [end for end in (line.rpartition(" ")[2] for line in self.desk.story()) if end in ends]


@asynccontextmanager
async def open_home(
    folder: Path,
    engines: Sequence[Synthesizer] = (),
    *,
    settings: str = "",
    patience_s: float = FOREVER_S,
    feed_limit: int = 0,
    stall_s: float = 10.0,
    clients: int = 8,
) -> AsyncIterator[Home]:
    """A home that is open until the context is left. With a `feed_limit`, feeds have that and share nothing."""
    file = folder / "edge.yaml"
    file.write_text("node: {id: kitchen}\n" + settings)
    sources = Sources(file, {"STATE_DIRECTORY": str(folder / "state"), "HOME": str(folder)}, ())
    live = LiveSettings(sources, sources.load())
    sink, outcomes = StreamSink(), Outcomes()
    async with open_desk(folder, engines, more={sink.name: sink}, manners=Manners(lambda: live.value)) as desk:
        server = TextToSpeech(desk.pipeline, sink, outcomes, live, patience_s)
        limited = (lambda rate: Feed(rate, feed_limit, stall_s)) if feed_limit else None
        satellite = Satellite(desk.pipeline, outcomes, live, limited)
        speech = Listener("text to speech", "127.0.0.1", 0, clients, server.serve)
        playing = Listener("satellite", "127.0.0.1", 0, clients, satellite.serve)
        with desk.pipeline.bus.subscribe() as events:
            tasks = [
                asyncio.create_task(outcomes.run(events)),
                asyncio.create_task(speech.run()),
                asyncio.create_task(playing.run()),
            ]
            await speech.bound.wait()
            await playing.bound.wait()
            try:
                yield Home(desk, speech, playing)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await satellite.close()
