"""Which messages are births of Home Assistant, and when they are answered."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from litetts_edge.mqtt.homeassistant import HomeAssistant
from litetts_edge.mqtt.link import Delivery
from litetts_edge.mqtt.memory import LastAnnounced
from litetts_edge.mqtt.topics import Topics
from litetts_edge.pipeline.voices import Voices
from litetts_edge.settings.live import LiveSettings

TOPIC = "homeassistant/status"


class CountingDoor:
    """Counts how often everything is announced again."""

    connected = True
    reconnects = 0
    max_packet_size = None

    def __init__(self) -> None:
        self.announced = 0

    def announce(self) -> None:
        self.announced += 1

    def tell(self, code: str, message: str) -> None:
        raise AssertionError(code)


def neighbour(door: CountingDoor, asked: list[tuple[float, float]]) -> HomeAssistant:
    """One that answers at once, and notes between which times it would have chosen."""

    def at_once(soonest: float, latest: float) -> float:
        asked.append((soonest, latest))
        return 0.0

    nothing = cast("LiveSettings", None), lambda: Topics("litetts", "kitchen"), lambda: cast("Voices", None)
    return HomeAssistant(*nothing, cast("LastAnnounced", None), lambda: door, random=at_once)


async def answered(*deliveries: Delivery) -> tuple[int, list[tuple[float, float]]]:
    door, asked = CountingDoor(), list[tuple[float, float]]()
    home = neighbour(door, asked)
    for delivery in deliveries:
        await home.handle(delivery)
    for _ in range(3):  # what is due at once is done
        await asyncio.sleep(0)
    return door.announced, asked


async def test_a_birth_is_answered_between_half_a_second_and_three() -> None:
    """At random, so that a house full of devices does not answer at once."""
    assert await answered(Delivery(TOPIC, b"online")) == (1, [(0.5, 3.0)])


async def test_births_in_a_row_are_answered_once() -> None:
    """Home Assistant restarts, and restarts again."""
    announced, asked = await answered(Delivery(TOPIC, b"online"), Delivery(TOPIC, b"online"))
    assert announced == 1
    assert len(asked) == 2


@pytest.mark.parametrize(
    "delivery",
    [
        Delivery(TOPIC, b"online", retain=True),
        Delivery(TOPIC, b"offline"),
        Delivery(TOPIC, b""),
        Delivery(TOPIC, b"\xff\x00{"),
    ],
)
async def test_what_is_no_birth_is_not_answered(delivery: Delivery) -> None:
    """A retained one is old, and comes at every connection; the last will is an end."""
    assert await answered(delivery) == (0, [])
