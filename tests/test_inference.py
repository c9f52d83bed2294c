"""One thread, the most urgent work first, and nobody waits for what hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from litetts_edge.pcm import AudioChunk
from litetts_edge.pipeline.inference import InferenceThread, Synthesis
from litetts_edge.speech import Priority


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def thread(clock: Clock) -> Iterator[InferenceThread]:
    thread = InferenceThread(clock)
    thread.start()
    yield thread
    thread.stop()
    assert thread.join(5)


class Gate:
    """Work that goes on when it is told to."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        assert self.open.wait(5)
        return "through"


async def test_results_and_errors_come_back(thread: InferenceThread) -> None:
    """To whoever asked."""
    assert await thread.run(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)


async def test_the_most_urgent_work_is_done_first(thread: InferenceThread) -> None:
    """And equals in the order in which they came."""
    gate = Gate()
    done: list[str] = []
    first = asyncio.create_task(thread.run(gate))
    await asyncio.to_thread(gate.entered.wait, 5)
    names = [
        ("low", Priority.LOW),
        ("n1", Priority.NORMAL),
        ("critical", Priority.CRITICAL),
        ("n2", Priority.NORMAL),
    ]
    rest = [asyncio.create_task(thread.run(partial(done.append, name), priority)) for name, priority in names]
    await asyncio.sleep(0)  # until all of them have asked
    gate.open.set()
    await asyncio.gather(first, *rest)
    assert done == ["critical", "n1", "n2", "low"]


async def test_cancelling_ends_the_run_in_progress_and_no_other(thread: InferenceThread) -> None:
    """Work that waits is taken back; only what runs is terminated."""
    gate, terminated = Gate(), []

    def terminate(name: str) -> None:
        terminated.append(name)
        gate.open.set()

    running = asyncio.create_task(thread.run(gate, terminate=lambda: terminate("running")))
    await asyncio.to_thread(gate.entered.wait, 5)
    waiting = asyncio.create_task(
        thread.run(lambda: terminated.append("never"), terminate=lambda: terminate("waiting"))
    )
    await asyncio.sleep(0)  # until it has asked
    waiting.cancel()
    running.cancel()
    await asyncio.wait([waiting, running])
    assert await thread.run(lambda: "next") == "next"
    assert terminated == ["running"]


async def test_a_run_is_stuck_after_ten_seconds_or_five_times_its_prediction(
    thread: InferenceThread, clock: Clock
) -> None:
    """A slow board is not a dead one."""
    gate = Gate()
    running = asyncio.create_task(thread.run(gate, predicted_s=4.0))
    await asyncio.to_thread(gate.entered.wait, 5)
    clock.now = 19.9
    assert thread.stuck_s() == 0
    clock.now = 21.0
    assert thread.stuck_s() == pytest.approx(1.0)
    gate.open.set()
    await running
    await thread.run(lambda: None)
    clock.now = 100.0
    assert thread.stuck_s() == 0


async def test_stopping_still_does_what_was_posted(clock: Clock) -> None:
    """Generators are closed, marks are wiped; nothing new is begun."""
    thread, gate, done = InferenceThread(clock), Gate(), []
    thread.start()
    running = asyncio.create_task(thread.run(gate))
    await asyncio.to_thread(gate.entered.wait, 5)
    thread.post(lambda: done.append("posted"))
    waiting = asyncio.create_task(thread.run(lambda: done.append("asked")))
    await asyncio.sleep(0)  # until it has asked
    thread.stop()
    gate.open.set()
    assert await asyncio.to_thread(thread.join, 5)
    assert done == ["posted"]
    running.cancel()
    waiting.cancel()
    await asyncio.wait([running, waiting])


def chunk() -> AudioChunk:
    return AudioChunk(np.ones(160, dtype=np.float32), 16000)


async def test_synthesis_is_one_chunk_ahead_and_no_further(thread: InferenceThread) -> None:
    """While one is handed over the next is made; memory stays flat."""
    made = []

    def chunks() -> Iterator[AudioChunk]:
        for number in range(5):
            made.append(number)
            yield chunk()

    synthesis = Synthesis(thread, chunks, Priority.NORMAL, lambda: None, 0.0)
    stream = synthesis.stream()
    await anext(stream)
    await thread.run(lambda: None, Priority.LOW)
    assert made == [0, 1]
    assert [piece async for piece in stream] != []
    assert synthesis.audio_s == pytest.approx(0.05)
    assert synthesis.synthesis_s > 0


async def test_leaving_a_synthesis_early_closes_its_generator(thread: InferenceThread) -> None:
    """On the thread, where it lives."""
    closed_on: list[str] = []

    def chunks() -> Iterator[AudioChunk]:
        try:
            while True:
                yield chunk()
        finally:
            closed_on.append(threading.current_thread().name)

    stream = Synthesis(thread, chunks, Priority.NORMAL, lambda: None, 0.0).stream()
    await anext(stream)
    await stream.aclose()
    await thread.run(lambda: None, Priority.LOW)
    assert closed_on == ["inference"]
