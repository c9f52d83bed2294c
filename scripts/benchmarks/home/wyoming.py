"""Wyoming, as its client sees it: the first audio of a text, a sentence of a text that is still written, info."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Goal
from benchmarks.scene import TEXT, Heard, spread
from litetts_edge.dsp import int16
from tests.program import programs
from tests.virtual_card import VirtualCard, babble
from tests.wyoming_client import (
    AudioChunk,
    AudioStart,
    AudioStop,
    Client,
    Played,
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    connected,
)

BEHIND_ENGINE = Goal("p95", 20, "issue: Wyoming first audio within 20 ms of the engine's first chunk")
DESCRIBE = Goal("max", 100, "issue: describe answered within 100 ms even while synthesizing")
LONG = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep until the morning. " * 40


@dataclass(frozen=True, slots=True)
class Node:
    """A running program with both services."""

    speech: int
    satellite: int
    stamps: Path

    def first_chunk(self, number: int) -> float:
        """When the engine gave the first chunk of its sentence with that number."""
        return float(self.stamps.read_text().splitlines()[number])


async def measure(card: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """Both engines that are in the box, then the loudspeaker."""
    for engine in ("espeak", "compact"):
        async with node(card, engine) as here:
            async for figure in _speech(here, engine, round(60 * scale)):
                yield figure
    async with node(card, "espeak") as here:
        async for figure in _satellite(here, card, round(30 * scale)):
            yield figure


@asynccontextmanager
async def node(card: VirtualCard, engine: str) -> AsyncIterator[Node]:
    """Start the program, without a broker."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        here = Node(*_free_ports(), folder / "stamps")
        environ = card.environment | {
            "LITETTS_EDGE__MQTT__ENABLED": "false",
            "LITETTS_EDGE__ENGINE__NAME": engine,
            "LITETTS_EDGE__SPEAKER__RELEASE_AFTER_S": "-1",
            "LITETTS_EDGE__WYOMING__ENABLED": "true",
            "LITETTS_EDGE__WYOMING__PORT": str(here.speech),
            "LITETTS_EDGE__WYOMING__SATELLITE__PORT": str(here.satellite),
            "BENCH_STAMPS": str(here.stamps),
            "PYTHONPATH": os.environ["PYTHONPATH"],
        }
        async with programs(folder) as make:
            program = make(1883, environ, Path(__file__).with_name("stamped_engine.py"))
            await program.start()
            await _listening(here.speech)
            await _listening(here.satellite)
            yield here
            await program.end()


async def _listening(port: int) -> None:
    """The services begin to listen right after READY, and nobody is told."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"nobody listens on {port}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


async def _speech(here: Node, engine: str, count: int) -> AsyncIterator[Figure]:
    said = 0
    behind, asked, growing = [], [], []
    async with connected(here.speech) as client:
        await client.send(Synthesize(TEXT))
        await client.speech()
        said += 1
        for _ in range(count):
            at = time.monotonic()
            await client.send(Synthesize(TEXT))
            heard_at = await _first_audio(client)
            await client.until(AudioStop.is_type)
            behind.append((heard_at - here.first_chunk(said)) * 1000)
            asked.append((heard_at - at) * 1000)
            said += 1
        for _ in range(count):
            await client.send(SynthesizeStart(), *map(SynthesizeChunk, (TEXT, " The rest")))
            at = time.monotonic()
            await client.send(SynthesizeChunk(" of it"))  # now it is sure that the first sentence has ended
            heard_at = await _first_audio(client)
            await client.send(SynthesizeChunk(" is here."), SynthesizeStop())
            await client.until(SynthesizeStopped.is_type)
            growing.append((heard_at - at) * 1000)
    name = f"wyoming.{engine}"
    yield Figure(
        f"{name}.behind", "the engine's first chunk to the first audio at the client", "ms", behind, BEHIND_ENGINE
    )
    yield Figure(f"{name}.synthesize", "synthesize sent to the first audio at the client", "ms", asked)
    yield Figure(
        f"{name}.chunk", "the word that shows that a sentence has ended, to its first audio", "ms", growing
    )
    yield Figure(
        f"{name}.describe",
        "describe to info, while a long text is synthesized",
        "ms",
        await _describe(here, count),
        DESCRIBE,
    )


async def _first_audio(client: Client) -> float:
    await client.until(AudioChunk.is_type)
    return time.monotonic()


async def _describe(here: Node, count: int) -> list[float]:
    times = []
    phases = spread(0.02)
    async with connected(here.speech) as busy, connected(here.speech) as client:

        async def keep_busy() -> None:
            while True:
                await busy.send(Synthesize(LONG))
                await busy.speech()

        working = asyncio.create_task(keep_busy())
        for _ in range(count):
            await asyncio.sleep(0.02 + next(phases))
            at = time.monotonic()
            await client.info()
            times.append((time.monotonic() - at) * 1000)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    return times


async def _satellite(here: Node, card: VirtualCard, count: int) -> AsyncIterator[Figure]:
    sent = babble(0.5, 22_050)
    pieces = [AudioChunk(22_050, 2, 1, int16(sent[at : at + 1024]).tobytes()) for at in range(0, len(sent), 1024)]
    begun, played, phases = [], [], spread(0.1)
    with card.recording() as recording:
        async with connected(here.satellite) as client:
            for number in range(count + 1):
                await asyncio.sleep(0.3 + next(phases))
                at = time.monotonic()
                await client.send(AudioStart(22_050, 2, 1), *pieces, AudioStop())
                await client.until(Played.is_type)
                if number:  # the first one opens the card
                    begun.append(at)
                    played.append(time.monotonic())
        await recording.heard(0.5)
        heard = Heard(recording)
    first = [(heard.first(at) - at) * 1000 for at in begun]
    after = [(until - heard.last(until + 0.25)) * 1000 for until in played]
    yield Figure("wyoming.satellite.first", "audio-start sent to the first sound at the recorder", "ms", first)
    yield Figure("wyoming.satellite.played", "the last sound at the recorder to `played`", "ms", after)
