"""A thousand requests at once: none lost, none twice, in order, and what they cost."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

import soundfile

from benchmarks.figures import Figure, Goal
from benchmarks.machine import memory_mb
from benchmarks.scene import Scene, scene
from tests.virtual_card import VirtualCard

NONE = Goal("max", 0, "issue: none lost, order kept")
FLAT = Goal("max", 3, "ours: flat means below 3 MB")
CLOSING = {"finished", "cancelled", "expired", "dropped", "failed"}
PATIENCE_S = 600


async def measure(_: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """Published as fast as the client can, with QoS 1."""
    count = round(1000 * scale)
    environ = {"LITETTS_EDGE__QUEUE__MAX": str(count), "LITETTS_EDGE__OUTPUTS": "file"}
    requests = [f"backlog-{index:04}" for index in range(count)]
    async with scene(None, environ) as here:
        before = memory_mb(here.program.pid)["rss"]
        began = time.monotonic()
        sending = asyncio.gather(
            *(
                here.house.send("speak", {"id": name, "text": f"Number {index}.", "ttl_s": 3600, "output": "file"})
                for index, name in enumerate(requests)
            )
        )
        sizes = await _sizes(here, [max(1, count * share // 1000) for share in (100, 500, 1000)])
        took_s = time.monotonic() - began
        await sending
        peak = memory_mb(here.program.pid)["peak"]
        events = here.house.events()
        folder = here.program.folder / "state" / "audio"
        files = {path.name for path in folder.iterdir()}
        whole = sum(soundfile.info(path).frames > 0 for path in folder.glob("backlog-*.wav"))
    started = [event["id"] for event in events if event["event_type"] == "started"]
    ends = Counter(event["id"] for event in events if event["event_type"] in CLOSING)
    finished = {event["id"] for event in events if event["event_type"] == "finished"}
    strays = files - {f"{name}.wav" for name in requests}
    misplaced = sum(one != other for one, other in zip(started, requests, strict=False))
    for name, what, wrong in (
        ("lost", "requests that did not finish", count - len(finished)),
        ("order", "requests started out of order, or not once", misplaced + abs(len(started) - count)),
        ("closing", "requests without exactly one closing event", sum(ends[name] != 1 for name in requests)),
        ("files", "files that are missing, unreadable or unasked for", count - whole + len(strays)),
    ):
        yield Figure(f"backlog.{name}", f"{what}, of {count}", "requests", [wrong], NONE)
    yield Figure("backlog.time", f"first publish() to the last closing event of {count}", "s", [took_s])
    yield Figure("backlog.rate", "that, for one request", "ms", [took_s * 1000 / count])
    yield Figure("backlog.rss.before", "resident before", "MB", [before])
    for done, size in zip((100, 500, 1000), sizes, strict=True):
        yield Figure(f"backlog.rss.{done}", f"resident when {done / 10:g} % were done", "MB", [size])
    yield Figure("backlog.rss.peak", "the most it ever was", "MB", [peak])
    yield Figure("backlog.rss.growth", "from 10 % to 100 % done", "MB", [sizes[-1] - sizes[0]], FLAT)


async def _sizes(here: Scene, counts: list[int]) -> list[float]:
    """Resident memory (MB) at the moment when so many requests are closed."""
    sizes = []
    for wanted in counts:
        closed = seen = 0

        def enough(wanted: int = wanted) -> bool:
            nonlocal closed, seen
            # Each message is looked at once: a thousand requests are told in four thousand messages.
            for topic, payload in here.house.heard[seen:]:
                closed += topic == "event" and any(f'"{end}"'.encode() in payload[:40] for end in CLOSING)
            seen = len(here.house.heard)
            return closed >= wanted

        await here.house.until(enough, PATIENCE_S)
        sizes.append(memory_mb(here.program.pid)["rss"])
    return sizes
