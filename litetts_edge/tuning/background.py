"""Tunes while nobody speaks: a process of low priority, which gives way as soon as there is something to say."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

log = logging.getLogger(__name__)

LONG_SILENCE_S = 600.0
"""It is begun after so long a silence, and what was cut short is begun again after the next."""

PROGRAM = (sys.executable, "-P", "-m", "litetts_edge", "tune", "--background", "--quick", "--json")


LATER = 75
"""Exit code of a run that found the machine too busy (sysexits.h: EX_TEMPFAIL)."""
ENDED = 128 + signal.SIGTERM
"""Exit code of a run that gave way."""


class BackgroundTuning:
    """Begins, cuts short and takes in. Belongs to the event loop; tick() is called every now and then."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        reason: Callable[[], str],
        on_done: Callable[[], None],
        *,
        program: Sequence[str] = PROGRAM,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`reason` says why there is something to tune, or is empty; it reads files, on a thread.

        `arguments` follow the program's own. `on_done` is called when a run has ended well.
        """
        self._command = (*program, *arguments)
        # The service manager listens to the daemon, and a child must not speak to it.
        self._environ = {name: value for name, value in environ.items() if name != "NOTIFY_SOCKET"}
        self._reason = reason
        self._on_done = on_done
        self._clock = clock
        self._running: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._asked = False
        self._next_look = 0.0
        self._given_up = ""
        """The reason for which a run failed: it would fail again."""

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def ask(self) -> None:
        """Begin in the next moment of silence, whether there is a reason or not."""
        self._asked, self._given_up = True, ""

    async def reason(self) -> str:
        """Why there is something to tune; empty when there is not."""
        return await asyncio.to_thread(self._reason)

    async def tick(self, idle_s: float, *, is_wanted: bool = True) -> None:
        """`idle_s`: how long nobody has spoken. Without `is_wanted` it runs only when it was asked for."""
        if self._running is not None:
            if idle_s == 0.0:
                log.info("tuning gives way to speech")
                self._end()
            return
        if self._asked and idle_s > 0.0:
            self._asked = False
            await self._begin("it was asked for")
        elif is_wanted and idle_s >= LONG_SILENCE_S and self._clock() >= self._next_look:
            self._next_look = self._clock() + LONG_SILENCE_S
            reason = await self.reason()
            if reason and reason != self._given_up:
                await self._begin(reason)

    async def ended(self) -> None:
        """Return when nothing runs."""
        if self._watching is not None:
            await asyncio.wait([self._watching])

    async def close(self) -> None:
        """End what runs."""
        self._end()
        await self.ended()

    def _end(self) -> None:
        if self._running is not None:
            with suppress(ProcessLookupError):
                self._running.terminate()

    async def _begin(self, reason: str) -> None:
        log.info("tuning begins: %s", reason)
        try:
            self._running = await asyncio.create_subprocess_exec(
                *self._command, env=self._environ, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            self._given_up = reason
            log.warning("tuning cannot begin: %s", error)
            return
        self._watching = asyncio.create_task(self._watch(self._running, reason), name="tuning")

    async def _watch(self, process: asyncio.subprocess.Process, reason: str) -> None:
        _, errors = await process.communicate()
        self._running = None
        if process.returncode in (0, 1):  # 1: nothing keeps up, which is a finding, too
            log.info("tuning has ended")
            self._on_done()
        elif process.returncode == LATER:
            log.info("the machine is busy: tuning waits for another silence")
        elif process.returncode is not None and process.returncode > 0 and process.returncode != ENDED:
            self._given_up = reason
            last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
            log.warning("tuning failed: %s", last or f"exit code {process.returncode}")
