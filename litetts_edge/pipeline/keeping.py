"""What was accepted and not heard survives a restart and a crash; what had begun to be heard is not repeated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

from litetts_edge.errors import BadRequest
from litetts_edge.events import ClosingEvent, FirstAudio, SpeechEvent
from litetts_edge.mqtt.messages import Defaults
from litetts_edge.pipeline.bus import Subscription
from litetts_edge.pipeline.journal import Journal, Open, can_be_kept
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.speech import RequestId

log = logging.getLogger(__name__)

SETTLE_S = 0.4
"""Most requests begin at once, and cost the memory card nothing."""
LAST_S = 0.5
"""At a stop, the disk may take so long; what it has not taken then is told as cancelled."""

_Written = tuple[tuple[RequestId, bool], ...]


class Keeping:
    """Writes down what is open in a pipeline, from run() to last()."""

    def __init__(
        self, pipeline: SpeechPipeline, journal: Journal, *, is_on: bool, settle_s: float = SETTLE_S
    ) -> None:
        """When it is not `is_on`, what an earlier process kept is removed, and nothing is written."""
        self._pipeline = pipeline
        self._journal = journal
        self._is_on = is_on
        self._settle_s = settle_s
        self._written: _Written = ()
        self._kept: frozenset[RequestId] = frozenset()
        self._turn = asyncio.Lock()
        self._writer = ThreadPoolExecutor(1, "journal")
        self._ended = False
        self._refused = False

    async def restore(self, defaults: Defaults, *, is_age_needed: bool) -> None:
        """Submit what the last process left; each of them has been told as queued before, and is so again."""
        if not self._is_on:
            await self._save(())
            return
        found = await asyncio.to_thread(self._journal.load, defaults, is_age_needed=is_age_needed)
        self._written = _as_written(found)
        self._kept = frozenset(one.request.id for one in found)
        for one in found:
            rounds = self._pipeline.manners.rounds
            if one.ends_at is not None:
                rounds.resume(one.request.id, one.ends_at)
            try:
                self._pipeline.submit(one.request, again=True)
            except BadRequest as error:
                rounds.forget(one.request.id)
                log.warning("not spoken after the restart: %s", error, extra={"request": one.request.id})
        if found:
            log.info("restored what waited at the end of the last run", extra={"requests": len(found)})

    async def run(self, events: Subscription) -> None:
        """Keep the file true until cancelled, or last() was called."""
        async for change in events:
            if not self._is_on or self._ended:
                continue  # nobody else takes these events away
            event = change
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settle_s):
                    while not self._leaves(event):  # else it must not be heard a second time
                        event = await anext(events)
            for _ in events.rest():
                pass
            if not self._ended:
                await self._save(tuple(self._open()))

    def _leaves(self, event: SpeechEvent) -> bool:
        """Whether the file has a request that is heard now, or over."""
        return isinstance(event, FirstAudio | ClosingEvent) and event.id in self._kept

    def last(self) -> Awaitable[frozenset[RequestId]]:
        """The process ends. What is open now and the next one will speak; it is not to be closed."""
        self._ended = True
        return self._last(tuple(self._open()) if self._is_on else ())

    async def _last(self, still_open: tuple[Open, ...]) -> frozenset[RequestId]:
        try:
            async with asyncio.timeout(LAST_S):
                await self._save(still_open)
        except TimeoutError:
            log.warning("the disk is too slow to keep what waits")
        return self._kept & {one.request.id for one in still_open}

    def _open(self) -> Iterator[Open]:
        """Those that were not heard, and alarms, the most urgent first."""
        pipeline = self._pipeline
        speaking = [now.request for now in pipeline.speaking() if not now.audible or now.request.until_ack]
        for request in (*speaking, *pipeline.queue.waiting()):
            if not can_be_kept(request):
                continue
            ends_at = pipeline.manners.rounds.ends_at(request)
            # Once an alarm was heard it no longer has to be started in time: it goes on to its end.
            yield Open(request if ends_at is None else replace(request, deadline=ends_at), ends_at)

    async def _save(self, requests: tuple[Open, ...]) -> None:
        async with self._turn:
            written = _as_written(requests)
            if written == self._written and self._is_on:
                return
            try:
                self._kept = await self._write(requests)
            except OSError as error:  # a full or read-only disk must not silence the house
                if not self._refused:
                    log.warning("a restart would lose what waits: %s", error)
                self._refused = True
                if not self._kept <= {one.request.id for one in self._open()}:
                    await self._forget()
            else:
                self._refused = False
                self._written = written

    def _write(self, requests: tuple[Open, ...]) -> Awaitable[frozenset[RequestId]]:
        """One write after the other, also after one that nobody waits for any more: the last one counts."""
        return asyncio.get_running_loop().run_in_executor(self._writer, self._journal.save, requests)

    async def _forget(self) -> None:
        """Remove the file, which a full disk allows: what was heard must not be said again."""
        with suppress(OSError):
            self._kept = await self._write(())
            self._written = ()


def _as_written(requests: tuple[Open, ...] | list[Open]) -> _Written:
    return tuple((one.request.id, one.ends_at is not None) for one in requests)
