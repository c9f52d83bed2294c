"""A desk whose voice can be changed, on a machine with as much memory as a test says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from litetts_edge.engines.memory import Cost, Need, Room
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.residence import Residence
from litetts_edge.pipeline.voices import Part, Voices
from tests.desk import Desk, open_desk
from tests.faulty_engines import HeavyEngine

MB = 1_000_000


def need(name: str, megabytes: int) -> Need:
    """What a model takes, all of it for as long as it is loaded."""
    return Need(name, name, megabytes * MB, Cost(1.0, 0))


@dataclass(slots=True)
class House:
    """A desk whose voice can be changed, on a machine with as much memory as the test says."""

    desk: Desk
    loader: Loader
    residence: Residence
    free_mb: Callable[[], int]
    told: list[tuple[str, str]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def voices(self, *engines: Synthesizer, megabytes: int = 100) -> Voices:
        """These engines, the first of them speaking, with models of that size."""
        return Voices(engines, {one.name: Part(one.name, need(one.name, megabytes)) for one in engines})

    async def until(self, claim: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not claim():
                self.changed.clear()
                await self.changed.wait()

    async def speaks(self, name: str) -> None:
        """Wait until that voice is the one that speaks."""
        await self.until(lambda: self.desk.pipeline.voices.default.id == name)


@dataclass(slots=True)
class Machine:
    """Its memory: what is free, less what the loaded engines take."""

    total_mb: int
    engines: Sequence[HeavyEngine] = ()
    each_mb: int = 100

    def free_mb(self) -> int:
        return self.total_mb - self.each_mb * sum(bool(engine.model_bytes) for engine in self.engines)

    def room(self) -> Room:
        return Room(self.free_mb() * MB, "MemAvailable of the test")


@dataclass(slots=True)
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def open_house(
    folder: Path,
    engines: Sequence[Synthesizer],
    machine: Machine,
    *,
    clock: Callable[[], float] = time.monotonic,
    latency_s: float = 0.2,
    idle_unload_s: float = 0.0,
) -> AsyncIterator[House]:
    """The first engine speaks and is loaded."""
    loader = Loader(machine.room)
    async with open_desk(folder, engines, loader=loader, clock=clock) as desk:
        residence = Residence(
            desk.pipeline, loader, desk.thread, lambda: latency_s, idle_unload_s=lambda: idle_unload_s
        )
        house = House(desk, loader, residence, machine.free_mb)
        residence.tell = lambda code, message: house.told.append((code, message))
        loop = asyncio.get_running_loop()
        residence.on_change = house.changed.set
        loader.on_change = lambda: loop.call_soon_threadsafe(house.changed.set)
        desk.pipeline.voices = house.voices(*engines)
        await residence.begin()
        living = asyncio.create_task(residence.run())
        try:
            yield house
        finally:
            living.cancel()
            await asyncio.wait([living])
