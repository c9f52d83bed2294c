"""A link as the tests use it, and somebody who takes its messages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from litetts_edge.mqtt.link import Delivery, Link, LinkSettings, Subscription, Will
from tests.waiting import Telling, until

SPEAK = "litetts/node/speak"
PROBE = "litetts/node/request/ping"
AVAILABILITY = "litetts/node/availability"
TOPICS = (Subscription(SPEAK), Subscription("litetts/node/request/+"))


def settings(port: int) -> LinkSettings:
    return LinkSettings(
        "127.0.0.1", port, "node-1234", reconnect_min_s=0.02, reconnect_max_s=0.05, self_test_s=2.0, keepalive_s=30
    )


class TellingLink(Telling, Link):
    """Whoever waits for a state, a problem or a count of it looks when that is set."""


def make_link(where: LinkSettings, topics: Sequence[Subscription] = TOPICS) -> Link:
    return TellingLink(where, Will(AVAILABILITY, b"offline"), topics, PROBE)


async def proven(link: Link) -> None:
    await until(lambda: link.self_tested, "the self-test")


class Taker:
    """Takes deliveries from a link, one at a time, with a time limit."""

    def __init__(self, link: Link) -> None:
        self._deliveries = link.deliveries()

    async def next(self) -> Delivery:
        async with asyncio.timeout(15):
            return await anext(self._deliveries)

    async def texts(self, count: int) -> list[str]:
        """Take and acknowledge `count` messages."""
        texts = []
        for _ in range(count):
            delivery = await self.next()
            delivery.ack()
            texts.append(delivery.payload.decode())
        return texts
