"""The one thread on which the front end and the models run, and how the event loop uses it."""

from __future__ import annotations

import asyncio
import heapq
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from litetts_edge.errors import Terminated
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Priority

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(order=True, slots=True)
class _Job:
    rank: tuple[int, int]
    work: Callable[[], object] = field(compare=False)
    loop: asyncio.AbstractEventLoop | None = field(compare=False, default=None)
    future: asyncio.Future[Any] | None = field(compare=False, default=None)
    terminate: Callable[[], None] = field(compare=False, default=lambda: None)
    predicted_s: float = field(compare=False, default=0.0)


class InferenceThread:
    """Runs one piece of work at a time, the most urgent first.

    It is a daemon thread: a model that hangs must not keep the process from ending. Cancelling the await
    of run() ends the work by its own `terminate`; work that is not yet over keeps the next one waiting.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: list[_Job] = []
        self._count = 0
        self._running: _Job | None = None
        self._running_since = 0.0
        self._closing = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="inference", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more work, end the run in progress, and do not wait for it. What was posted is still done."""
        with self._wake:
            self._closing = True
            self._jobs = [job for job in self._jobs if job.future is None]
            heapq.heapify(self._jobs)
            if self._running is not None:
                self._running.terminate()
            self._wake.notify()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end; False when it has not in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    async def run(
        self,
        work: Callable[[], T],
        priority: Priority = Priority.NORMAL,
        terminate: Callable[[], None] = lambda: None,
        predicted_s: float = 0.0,
    ) -> T:
        """Do the work on the thread and return its result, or raise what it raised."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        job = self._put(_Job((-priority, 0), work, loop, future, terminate, predicted_s))
        try:
            return await future
        except asyncio.CancelledError:
            self._cancel(job)
            raise

    def post(self, work: Callable[[], object], priority: Priority = Priority.NORMAL) -> None:
        """Do the work on the thread some time, and tell nobody."""
        self._put(_Job((-priority, 0), work))

    def stuck_s(self) -> float:
        """Seconds by which the work in progress is late; 0.0 while all is well.

        A run is allowed max(10 s, 5 x predicted): a slow board is not a dead one.
        """
        with self._wake:
            if self._running is None:
                return 0.0
            allowed = max(10.0, 5 * self._running.predicted_s)
            return max(0.0, self._clock() - self._running_since - allowed)

    def _put(self, job: _Job) -> _Job:
        with self._wake:
            self._count += 1
            job.rank = (job.rank[0], self._count)
            if not self._closing:
                heapq.heappush(self._jobs, job)
                self._wake.notify()
        return job

    def _cancel(self, job: _Job) -> None:
        # Under the lock, so that a terminate meant for this job never reaches the next one.
        with self._wake:
            if job is self._running:
                job.terminate()
            elif job in self._jobs:
                self._jobs = [other for other in self._jobs if other is not job]
                heapq.heapify(self._jobs)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._running = None
                while not self._jobs and not self._closing:
                    self._wake.wait()
                if not self._jobs:
                    return
                job = heapq.heappop(self._jobs)
                self._running, self._running_since = job, self._clock()
            self._do(job)

    def _do(self, job: _Job) -> None:
        try:
            result = job.work()
        except Exception as error:  # it is handed to whoever asked for the work
            if job.future is None:
                log.exception("work on the inference thread failed")
            else:
                _resolve(job, job.future.set_exception, error)
        else:
            if job.future is not None:
                _resolve(job, job.future.set_result, result)


def _resolve(job: _Job, setter: Callable[[Any], None], value: object) -> None:
    future, loop = job.future, job.loop
    assert future is not None
    assert loop is not None

    def resolve() -> None:
        if not future.done():
            setter(value)

    try:
        loop.call_soon_threadsafe(resolve)
    except RuntimeError:  # the loop is closed: nobody waits any more
        log.debug("a result came after the end")


class Synthesis:
    """The audio of one request as it is made, one chunk ahead of whoever takes it."""

    def __init__(
        self,
        thread: InferenceThread,
        chunks: Callable[[], Iterator[AudioChunk]],
        priority: Priority,
        terminate: Callable[[], None],
        predicted_s: float,
    ) -> None:
        self._thread = thread
        self._chunks = chunks
        self._priority = priority
        self._terminate = terminate
        self._predicted_s = predicted_s
        self.synthesis_s = 0.0
        """Seconds that the thread worked on it."""
        self.audio_s = 0.0
        """Seconds of audio that came out."""

    async def stream(self) -> AsyncGenerator[AudioChunk, None]:
        """Yield the chunks. The next one is made while this one is being handed over, never further ahead.

        Closing the stream ends the run in progress.
        """
        iterator = self._chunks()

        def step() -> AudioChunk | None:
            began = time.perf_counter()
            try:
                return next(iterator, None)
            finally:
                self.synthesis_s += time.perf_counter() - began

        def ask() -> asyncio.Task[AudioChunk | None]:
            run = self._thread.run(step, self._priority, self._terminate, self._predicted_s)
            return asyncio.create_task(run, name="next chunk")

        ahead = ask()
        try:
            while (chunk := await ahead) is not None:
                self.audio_s += chunk.seconds
                ahead = ask()
                yield chunk
        finally:
            if not ahead.done():
                ahead.cancel()
            elif not ahead.cancelled():
                ahead.exception()  # it was made for nobody: look at it, so that nothing warns about it
            self._thread.post(lambda: _close(iterator))


def _close(iterator: Iterator[AudioChunk]) -> None:
    close = getattr(iterator, "close", None)
    if close is None:
        return
    try:
        close()
    except Terminated:
        log.debug("the run ended as asked")
