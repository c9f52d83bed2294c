"""How a run is told to end, from any thread, without touching the run that comes after it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from litetts_edge.errors import Terminated


class Run:
    """One stretch of work that can be ended early."""

    def __init__(self) -> None:
        self.terminated = False
        """Set once, by terminate(); work that goes in small steps looks at it."""
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None

    def when_terminated(self, end: Callable[[], None]) -> None:
        """Call `end` (quick, from any thread) at terminate(), or now if that has happened."""
        with self._lock:
            self._end = end
            if self.terminated:
                end()

    def terminate(self) -> None:
        with self._lock:
            if not self.terminated:
                self.terminated = True
                if self._end is not None:
                    self._end()


class Runs:
    """The run in progress of an engine, if any. Each run has its own flag, so none is ended for another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: Run | None = None

    @contextmanager
    def begin(self) -> Iterator[Run]:
        """The run in progress while inside; nothing may be yielded there.

        Raises Terminated at its end if terminate() was called meanwhile, whatever the work did or raised: a
        runtime has no error code for it.
        """
        run = Run()
        with self._lock:
            self._current = run
        try:
            yield run
        except Exception:
            if run.terminated:
                raise Terminated from None
            raise
        finally:
            with self._lock:
                self._current = None
        if run.terminated:
            raise Terminated

    def terminate(self) -> None:
        """End the run in progress; without one, do nothing."""
        with self._lock:
            if self._current is not None:
                self._current.terminate()
