"""Publishing never waits, and a slow subscriber loses nothing that matters."""

from __future__ import annotations

import asyncio

from litetts_edge.events import Expired, FirstAudio, Queued
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.speech import RequestId

A = RequestId("a")


async def test_every_subscriber_gets_every_event_in_order() -> None:
    """From the moment it subscribes."""
    bus = EventBus()
    bus.publish(Queued(A))
    with bus.subscribe() as one, bus.subscribe() as two:
        bus.publish(Expired(A))
        bus.publish(Queued(A))
        for subscription in (one, two):
            assert [await anext(subscription), await anext(subscription)] == [Expired(A), Queued(A)]


async def test_a_slow_subscriber_loses_first_audio_only() -> None:
    """However far it is behind."""
    bus = EventBus(limit=2)
    with bus.subscribe() as slow:
        for _ in range(5):
            bus.publish(FirstAudio(A, 1.0))
            bus.publish(Expired(A))
        kept = list(slow.rest())
    assert kept.count(Expired(A)) == 5
    assert kept.count(FirstAudio(A, 1.0)) == 1


async def test_a_subscriber_waits_for_the_next_event() -> None:
    """And sleeps meanwhile."""
    bus = EventBus()
    with bus.subscribe() as events:
        waiting = asyncio.ensure_future(anext(events))
        done, _ = await asyncio.wait([waiting], timeout=0)
        assert not done
        bus.publish(Queued(A))
        assert await asyncio.wait_for(waiting, 5) == Queued(A)


def test_leaving_ends_the_subscription() -> None:
    """Nothing is kept for somebody who has gone."""
    bus = EventBus()
    with bus.subscribe() as events:
        pass
    bus.publish(Queued(A))
    assert list(events.rest()) == []
