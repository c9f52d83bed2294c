"""Every call into PortAudio, on a thread that may hang.

A frozen sound server holds whoever calls it for ever. So the calls run on a daemon thread of our own, never
on asyncio's executor (whose threads asyncio.run() and the interpreter wait for at the end); a call that takes
too long is abandoned together with its thread, and whatever it still brings back is closed there.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import logging
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)
Result = TypeVar("Result")

STUCK_AT_MOST = 3
"""Threads that may hang at the same time; beyond that nothing new is tried until one returns."""

_hanging: list[threading.Thread] = []
"""Of the whole process, which has one PortAudio: a sink that follows another must know what that left behind."""


def anything_hangs() -> bool:
    """Whether some call into PortAudio still hangs: to end PortAudio then would hang too, or abort the process."""
    _hanging[:] = [thread for thread in _hanging if thread.is_alive()]
    return bool(_hanging)


class DriverStuck(Exception):
    """The sound system did not answer in time."""


class _Call(Generic[Result]):
    def __init__(self, function: Callable[[], Result], undo: Callable[[Result], object] | None) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Result] = self.loop.create_future()
        self.function = function
        self.undo = undo
        self.abandoned = False

    def run(self) -> None:
        try:
            result = self.function()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits, on the other thread
            self._tell(functools.partial(self._fail, error))
            return
        if self.abandoned:
            self._undo(result)
        else:
            self._tell(lambda: self.deliver(result))

    def deliver(self, result: Result) -> None:
        if not self.future.done():
            self.future.set_result(result)
        else:  # abandoned in this very moment; undoing may hang, and the loop must not
            threading.Thread(target=self._undo, args=(result,), daemon=True).start()

    def _undo(self, result: Result) -> None:
        if self.undo is not None:
            self.undo(result)

    def _fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def _tell(self, what: Callable[[], object]) -> None:
        # The loop may have closed while this thread was stuck.
        if not self.loop.is_closed():
            try:
                self.loop.call_soon_threadsafe(what)
            except RuntimeError:
                log.debug("the loop closed while PortAudio was answering")


class DriverThread:
    """Runs calls one after the other on a daemon thread; replaces the thread when a call hangs."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[_Call[Any] | None] | None = None
        self._stuck: list[threading.Thread] = []
        self._thread: threading.Thread | None = None
        self._turn = asyncio.Lock()

    @property
    def stuck(self) -> int:
        """How many abandoned threads still hang."""
        self._stuck = [thread for thread in self._stuck if thread.is_alive()]
        return len(self._stuck)

    async def call(
        self,
        function: Callable[[], Result],
        timeout_s: float,
        undo: Callable[[Result], object] | None = None,
    ) -> Result:
        """Run `function` there. Raises what it raises, or DriverStuck after `timeout_s`.

        `undo` gets the result of a call that came back after it was abandoned.
        """
        async with self._turn:
            if self.stuck >= STUCK_AT_MOST:
                raise DriverStuck("The sound system hangs.")
            call = _Call(function, undo)
            self._running().put(call)
            try:
                async with asyncio.timeout(timeout_s):
                    return await asyncio.shield(call.future)
            except TimeoutError as error:
                self._abandon(call)
                raise DriverStuck(f"The sound system did not answer within {timeout_s:g} s.") from error
            except asyncio.CancelledError:
                self._abandon(call)
                raise

    def close(self) -> None:
        """Let the thread end when it has done what it is doing."""
        if self._calls is not None:
            self._calls.put(None)
        self._calls = self._thread = None

    def _running(self) -> queue.SimpleQueue[_Call[Any] | None]:
        if self._calls is None:
            self._calls = queue.SimpleQueue()
            self._thread = threading.Thread(target=_work, args=(self._calls,), name="portaudio", daemon=True)
            self._thread.start()
        return self._calls

    def _abandon(self, call: _Call[Any]) -> None:
        call.abandoned = True
        if call.future.done() and not call.future.cancelled() and call.future.exception() is None:
            call.deliver(call.future.result())
        # Whatever comes late is nobody's: an exception there must not be reported as never retrieved.
        call.future.cancel()
        if self._thread is not None:
            self._stuck.append(self._thread)
            _hanging.append(self._thread)
        self.close()
        # sounddevice ends PortAudio when the interpreter exits, which waits for a hanging stream for ever.
        sounddevice = sys.modules.get("sounddevice")
        if sounddevice is not None:
            atexit.unregister(sounddevice._exit_handler)  # noqa: SLF001 - there is no public way to say so


def _work(calls: queue.SimpleQueue[_Call[Any] | None]) -> None:
    while (call := calls.get()) is not None:
        call.run()
