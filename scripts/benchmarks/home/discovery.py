"""Home Assistant: how soon after its start the program is there, available, and in step with what is changed."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Goal
from benchmarks.scene import Publisher
from tests.broker import Broker
from tests.program import NODE, programs

GOAL = Goal("max", 1000, "issue: from discovery to available after a start")

DEVICE = f"homeassistant/device/{NODE}/config"
AVAILABILITY = f"litetts/{NODE}/availability"


async def measure(scale: float) -> AsyncIterator[Figure]:
    """A first start each time: the broker knows nothing of the node, and the node nothing of the broker."""
    from_launch, from_ready, sizes, round_trips = [], [], [], []
    for _ in range(max(1, round(10 * scale))):
        with TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            async with (
                Broker(folder / "broker") as broker,
                programs(folder) as make,
                Publisher(broker.port) as home,
            ):
                await home.subscribe("homeassistant/#")
                await home.subscribe(f"litetts/{NODE}/#")
                program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"})
                launched = time.monotonic()
                await program.start()
                ready = time.monotonic()
                at, size = await _available(home)
                from_launch.append((at - launched) * 1000)
                from_ready.append(max(0.0, at - ready) * 1000)
                sizes.append(size)
                round_trips += [await _round_trip_ms(home, volume) for volume in (11, 22, 33, 44, 55)]
                await program.end()
    what = "from READY=1 until the broker has both the device and `online`, at a first start"
    yield Figure("discovery.available", what, "ms", from_ready, GOAL)
    yield Figure(
        "discovery.launched", "the same from the launch of the process, the voice loaded", "ms", from_launch
    )
    yield Figure("discovery.size", "bytes of the device", "bytes", sizes)
    yield Figure("discovery.state", "publish() of a volume to the state that shows it", "ms", round_trips)


async def _available(home: Publisher) -> tuple[float, float]:
    """When the later of the two came, and the size of the device."""
    came: dict[str, tuple[float, int]] = {}
    while not {DEVICE, AVAILABILITY} <= came.keys():
        message = await home.next()
        if message.payload and (message.topic != AVAILABILITY or message.payload == b"online"):
            came.setdefault(message.topic, (message.timestamp, len(message.payload)))
    return max(came[DEVICE][0], came[AVAILABILITY][0]), float(came[DEVICE][1])


async def _round_trip_ms(home: Publisher, volume: int) -> float:
    began = time.monotonic()
    await home.publish(f"litetts/{NODE}/volume/set", str(volume), qos=0)  # no PUBACK for Nagle to wait behind
    while True:
        message = await home.next()
        if message.topic.endswith("/state"):
            with suppress(ValueError):
                if json.loads(message.payload)["volume"] == volume:
                    return (message.timestamp - began) * 1000
