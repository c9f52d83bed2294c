"""From publish() of a stop to the last sound at the recorder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from statistics import median

from benchmarks.figures import Document, Figure, Goal
from benchmarks.scene import Heard, scene, spread
from tests.virtual_card import VirtualCard

ALLOWED_MS = 50
LATENCIES_S = (0.05, 0.2)
MARGIN_S = 0.5
"""Silence is listened to for so long beyond the latency."""


async def measure(card: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """At the recorder, and calibrated by it.

    The virtual card shows a block to its recorder before the moment at which, by its own clock, it is heard,
    and the recorder adds a delay. Both are the same for the first sound of an utterance, for which the program
    knows the moment: the calibrated figure is the recorder's less the median of that difference.
    """
    for latency_s in LATENCIES_S:
        latency_ms = round(latency_s * 1000)
        environ = {
            "LITETTS_EDGE__SPEAKER__LATENCY_S": str(latency_s),
            "LITETTS_EDGE__SPEAKER__RELEASE_AFTER_S": "-1",
        }
        stops, starts, phases = {}, {}, spread(0.2)
        async with scene(card, environ, stamped=True) as here:
            with card.recording() as recording:
                for index in range(round(30 * scale)):
                    request = f"stop-{index}"
                    starts[request] = time.monotonic()
                    await here.house.send("speak", {"id": request, "text": "hum " * 40, "voice": "hum"})
                    await here.house.document("state", partial(_plays, request))
                    # So much later that a whole device buffer is ahead; at another moment of its block each time.
                    await asyncio.sleep(latency_s + 0.3 + next(phases))
                    stops[request] = time.monotonic()
                    await here.house.send("stop")
                    await here.house.closed(request)
                    await recording.heard(latency_s + MARGIN_S)
                heard = Heard(recording)
            stamps = here.stamps()
            underruns = (await here.house.ask("health"))["data"]["underruns_total"]
        times = [(heard.last(at + latency_s + MARGIN_S) - at) * 1000 for at in stops.values()]
        over = [
            (heard.first(at) - stamps[request].first_at - stamps[request].delay_s) * 1000
            for request, at in starts.items()
        ][1:]  # the first opened the stream: that one plays at once
        calibrated = [value - median(over) for value in times]
        name = f"silence.{latency_ms}"
        what = f"publish() of stop to silence at the recorder, speaker.latency_s {latency_s:g}"
        goal = Goal("max", latency_ms + ALLOWED_MS, "issue: latency_s + 50 ms")
        yield Figure(name, what, "ms", times, goal)
        yield Figure(f"{name}.calibrated", "the same, by the clock of the card", "ms", calibrated, goal)
        yield Figure(f"{name}.recorder", "the first sound: the recorder's moment less the card's", "ms", over)
        yield Figure(f"{name}.underruns", "underruns meanwhile", "times", [underruns])


def _plays(request: str, state: Document) -> bool:
    return state["state"] == "playing" and state["current"] is not None and state["current"]["id"] == request
