"""What an announcement takes beside its synthesis: publish() to first sample, less the engine's first chunk."""

from __future__ import annotations

import asyncio
import io
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import soundfile

from benchmarks.figures import Figure, Goal
from benchmarks.scene import TEXT, Publisher, Scene, scene, spread
from litetts_edge.engines import create
from litetts_edge.engines.options import EngineOptions
from litetts_edge.text.frontend import Frontend
from tests.program import NODE
from tests.virtual_card import VirtualCard
from tests.waiting import PATIENCE_S

GOAL = Goal("p95", 150, "issue: announce end to end, beside the engine's own first audio")
ENVIRON = {
    "LITETTS_EDGE__ENGINE__NAME": "compact",
    "LITETTS_EDGE__HERMES__ENABLED": "true",
    "LITETTS_EDGE__SPEAKER__RELEASE_AFTER_S": "-1",
}
WARM_UP = 3
PAUSE_S = 0.2
"""Between two announcements, and between two runs of the bare engine: neither may find warmer caches."""

Ask = Callable[[Publisher, str], Awaitable[None]]


async def measure(card: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """By each door that a house uses over MQTT: our own topic, Rhasspy's text, Rhasspy's audio."""
    count = max(5, round(30 * scale))
    bare_ms = _engine_ms(count)
    yield Figure("announce.engine", "bare compact engine, synthesize() to its first chunk", "ms", bare_ms)
    engine_ms = statistics.median(bare_ms)
    async with scene(card, ENVIRON, stamped=True) as here, Publisher(here.port) as publisher:
        for topic in ("hermes/tts/sayFinished", "hermes/audioServer/+/playFinished", f"litetts/{NODE}/event"):
            await publisher.subscribe(topic)
        for name, what, ask, own_ms in (
            ("mqtt", "publish() on speak to the first sample handed over", _speak, engine_ms),
            ("hermes", "publish() on hermes/tts/say to the first sample handed over", _say, engine_ms),
            ("hermes-audio", "publish() of a WAV on playBytes to the first sample handed over", _play, 0.0),
        ):
            whole_ms = await _announced(here, publisher, ask, count)
            yield Figure(f"announce.{name}.whole", what, "ms", whole_ms)
            beside_ms = [whole - own_ms for whole in whole_ms]
            less = ", less the bare engine's median" if own_ms else ""
            yield Figure(f"announce.{name}", what + less, "ms", beside_ms, GOAL)


async def _announced(here: Scene, publisher: Publisher, ask: Ask, count: int) -> list[float]:
    """Publish one after the other, each when the one before has ended. Returns publish() to first sample in ms."""
    published = []
    phases = spread(0.1)
    before = len(here.stamps())
    for index in range(WARM_UP + count):
        await asyncio.sleep(PAUSE_S + next(phases))
        published.append(time.monotonic())
        await ask(publisher, f"announce-{index}")
    firsts = [stamp.first_at for stamp in list(here.stamps().values())[before:]]
    return [(first - at) * 1000 for first, at in zip(firsts, published, strict=True)][WARM_UP:]


async def _speak(publisher: Publisher, name: str) -> None:
    await publisher.publish(f"litetts/{NODE}/speak", json.dumps({"id": name, "text": TEXT}))
    await _until(publisher, lambda document: document.get("event_type") == "finished")


async def _say(publisher: Publisher, name: str) -> None:
    await publisher.publish("hermes/tts/say", json.dumps({"id": name, "siteId": NODE, "text": TEXT}))
    await _until(publisher, lambda document: "sessionId" in document)


async def _play(publisher: Publisher, name: str) -> None:
    await publisher.publish(f"hermes/audioServer/{NODE}/playBytes/{name}", _wav())
    await _until(publisher, lambda document: "sessionId" in document)


async def _until(publisher: Publisher, is_the_end: Callable[[dict[str, object]], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_the_end(json.loads(bytes((await publisher.next()).payload))):
            pass


def _wav() -> bytes:
    """Half a second of a tone that begins at once."""
    file = io.BytesIO()
    soundfile.write(file, 0.3 * np.cos(2 * np.pi * 440 * np.arange(11_025) / 22_050), 22_050, format="WAV")
    return file.getvalue()


def _engine_ms(count: int) -> list[float]:
    engine = create("compact", EngineOptions())
    engine.load()
    voice = engine.voices[0]
    sentence = next(iter(Frontend().sentences(TEXT, voice, "")))
    times = []
    for _ in range(WARM_UP + count):
        time.sleep(PAUSE_S)
        began = time.perf_counter()
        chunks = engine.synthesize(sentence, voice, 1.0)
        next(chunks)
        times.append((time.perf_counter() - began) * 1000)
        for _chunk in chunks:  # as in the program: to the end
            pass
    return times[WARM_UP:]
