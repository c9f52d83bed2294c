"""From publish() to the first sample, on a stream that is open and on one that must be opened."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator

from benchmarks.figures import Figure, Goal
from benchmarks.scene import TEXT, Heard, Scene, Stamp, round_trip_ms, scene, speak, spread
from litetts_edge.text import espeak
from tests.virtual_card import VirtualCard

GOAL = Goal("p95", 60, "issue: publish to first sample with espeak")


async def measure(card: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """First the two parts that are not ours, then the whole, in both situations."""
    count = round(100 * scale)
    yield Figure(
        "baseline.synthesis",
        "bare espeak-ng, the same sentence, no program around it",
        "ms",
        [_synthesis_ms() for _ in range(count)],
    )
    for situation, release_after_s in (("open", -1), ("released", 0)):
        environ = {"LITETTS_EDGE__SPEAKER__RELEASE_AFTER_S": str(release_after_s)}
        async with scene(card, environ, stamped=True) as here:
            if situation == "open":
                trips = await round_trip_ms(here.port, count)
                yield Figure("baseline.broker", "bare mosquitto, publish() to a subscriber", "ms", trips)
            with card.recording() as recording:
                published, told = await _speak_all(here, card, count, wait_released=situation == "released")
                heard = Heard(recording)
            at_once = await _speak_at_once(here, count) if situation == "open" else {}
            stamps = here.stamps()
        for figure in _figures(situation, published, told, stamps, heard):
            yield figure
        if at_once:
            waits = [(stamps[request].accepted_at - at) * 1000 for request, at in at_once.items()]
            yield Figure("accepted.at-once", "publish() right after an event to the request accepted", "ms", waits)


async def _speak_all(
    here: Scene, card: VirtualCard, count: int, *, wait_released: bool
) -> tuple[dict[str, float], list[float]]:
    """Say the sentence again and again. Returns when each was published, and what the events said."""
    await speak(here.house, "warm-up")
    await here.house.closed("warm-up")
    published = {}
    phases = spread(0.1)
    for index in range(count):
        if wait_released:
            await asyncio.to_thread(_await_released, card)
        # At another moment of the card's block each time.
        await asyncio.sleep(0.05 + next(phases))
        request = f"first-{index}"
        published[request] = await speak(here.house, request)
        await here.house.closed(request)
    told = [event["first_audio_ms"] for event in here.house.events() if event["event_type"] == "finished"]
    return published, told[1:]


async def _speak_at_once(here: Scene, count: int) -> dict[str, float]:
    """Publish each request the moment the one before is closed: small messages both ways, close together."""
    published = {}
    for index in range(count):
        request = f"at-once-{index}"
        published[request] = await speak(here.house, request, text="Go.", speed=2.0)
        await here.house.closed(request)
    return published


def _figures(
    situation: str, published: dict[str, float], told: list[float], stamps: dict[str, Stamp], heard: Heard
) -> Iterator[Figure]:
    accepted, handed, delays, recorded = [], [], [], []
    for request, at in published.items():
        seen = stamps[request]
        accepted.append((seen.accepted_at - at) * 1000)
        handed.append((seen.first_at - at) * 1000)
        delays.append(seen.delay_s * 1000)
        recorded.append((heard.first(at) - at) * 1000)
    name = f"first-sample.{situation}"
    yield Figure(
        name, f"publish() to the first sample handed to the sound card, stream {situation}", "ms", handed, GOAL
    )
    yield Figure(f"{name}.accepted", "of that, publish() to the request accepted", "ms", accepted)
    yield Figure(f"{name}.event", "first_audio_ms as the event says it, from acceptance", "ms", told)
    yield Figure(f"{name}.device", "what the open card holds, as it reports it", "ms", delays)
    yield Figure(f"{name}.recorder", "publish() to the first sound at the recorder, all included", "ms", recorded)


def _synthesis_ms() -> float:
    began = time.perf_counter()
    espeak.synthesize(TEXT, "en-US", 175, lambda _: True)
    return (time.perf_counter() - began) * 1000


def _await_released(card: VirtualCard) -> None:
    """Wait until nobody plays on the card."""
    for _ in range(200):
        playing = subprocess.run(
            ("pactl", "list", "short", "sink-inputs"),
            env=os.environ | card.environment,
            capture_output=True,
            check=True,
        )
        if not playing.stdout.strip():
            return
        time.sleep(0.02)
    raise TimeoutError("the program keeps the sound card")
