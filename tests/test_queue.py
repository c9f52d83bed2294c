"""The waiting requests: order, bound, deadlines; and the small decisions around them."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.errors import QueueFull
from litetts_edge.pipeline.policy import Lane, RecentIds, is_expired, lane, may_interrupt
from litetts_edge.pipeline.queue import RequestQueue
from litetts_edge.speech import Priority, RequestId
from tests.desk import ask


def names(queue: RequestQueue) -> list[str]:
    return [request.id for request in queue.waiting()]


@given(st.lists(st.sampled_from(Priority), max_size=30))
def test_order_is_by_priority_and_then_by_arrival(priorities: list[Priority]) -> None:
    """For any arrivals: sorted, and stable."""
    queue = RequestQueue(100)
    for number, priority in enumerate(priorities):
        queue.put(ask(str(number), priority=priority))
    expected = sorted(range(len(priorities)), key=lambda number: -priorities[number])
    assert names(queue) == [str(number) for number in expected]


def test_one_that_interrupts_goes_before_its_equals_only() -> None:
    """Not before what is more urgent."""
    queue = RequestQueue(10)
    for request in (ask("n"), ask("h", priority=Priority.HIGH), ask("i", interrupt=True)):
        queue.put(request)
    assert names(queue) == ["h", "i", "n"]


def test_a_full_queue_refuses() -> None:
    """And says how many wait."""
    queue = RequestQueue(1)
    queue.put(ask("a"))
    with pytest.raises(QueueFull, match="1 requests"):
        queue.put(ask("b"))
    assert names(queue) == ["a"]


def test_what_is_held_takes_no_room_from_what_is_not() -> None:
    """A night full of held messages does not keep an alarm out; each kind has its bound."""
    queue = RequestQueue(2)
    queue.held = lambda request: request.priority < Priority.CRITICAL
    for name in ("a", "b"):
        queue.put(ask(name))
    with pytest.raises(QueueFull):
        queue.put(ask("c"))
    for name in ("alarm", "fire"):
        queue.put(ask(name, priority=Priority.CRITICAL))
    with pytest.raises(QueueFull):
        queue.put(ask("flood", priority=Priority.CRITICAL))
    assert names(queue) == ["alarm", "fire", "a", "b"]
    queue.held = lambda _: False
    with pytest.raises(QueueFull):
        queue.put(ask("d"))


def test_lanes_are_taken_separately() -> None:
    """The next of a lane is not always the next of all."""
    queue = RequestQueue(10)
    queue.put(ask("aloud"))
    queue.put(ask("quiet", outputs=("file",)))
    taken = queue.pop(Lane.QUIET)
    assert taken is not None
    assert taken.id == "quiet"
    assert queue.pop(Lane.QUIET) is None
    assert names(queue) == ["aloud"]


def test_expired_ones_are_taken_out_and_the_next_deadline_is_known() -> None:
    """Each deadline counts by itself."""
    queue = RequestQueue(10)
    for name, deadline in (("a", 5.0), ("b", 3.0), ("c", 9.0)):
        queue.put(ask(name, deadline=deadline))
    assert queue.next_deadline() == 3.0
    assert [request.id for request in queue.take_expired(5.0)] == ["a", "b"]
    assert queue.next_deadline() == 9.0
    assert queue.remove(RequestId("c")) is not None
    assert queue.remove(RequestId("c")) is None
    assert queue.next_deadline() is None


async def test_waiting_for_a_lane_ends_when_something_comes_for_it() -> None:
    """And not when it comes for the other."""
    queue = RequestQueue(10)
    waiting = asyncio.create_task(queue.wait(Lane.QUIET))
    queue.put(ask("aloud"))
    done, _ = await asyncio.wait([waiting], timeout=0)
    assert not done
    queue.put(ask("quiet", outputs=("mqtt",)))
    await asyncio.wait_for(waiting, 5)


def test_the_lane_is_aloud_when_a_loudspeaker_is_among_the_outputs() -> None:
    """However many others there are."""
    assert lane(ask("a", outputs=("mqtt", "speaker"))) is Lane.ALOUD
    assert lane(ask("a", outputs=("mqtt", "file"))) is Lane.QUIET


def test_a_deadline_is_the_first_moment_that_is_too_late() -> None:
    """At it, and not before it."""
    assert not is_expired(ask("a", deadline=5.0), 4.999)
    assert is_expired(ask("a", deadline=5.0), 5.0)


@pytest.mark.parametrize(
    ("new", "current", "cuts"), [(1, 1, True), (2, 1, True), (1, 2, False), (0, 3, False), (3, 3, True)]
)
def test_an_interruption_needs_to_be_no_less_urgent(new: int, current: int, cuts: bool) -> None:
    """A doorbell does not cut a smoke alarm."""
    request = ask("new", interrupt=True, priority=Priority(new))
    assert may_interrupt(request, ask("now", priority=Priority(current))) is cuts
    assert not may_interrupt(ask("new", priority=Priority.CRITICAL), ask("now"))


def test_the_oldest_id_is_forgotten_first() -> None:
    """Only as many are kept as were asked for."""
    recent = RecentIds(2)
    for name in "abc":
        recent.add(RequestId(name))
    assert ["a" in recent, "b" in recent, "c" in recent] == [False, True, True]
