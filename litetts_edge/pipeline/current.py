"""The request that is being spoken, and how its task's end becomes the one closing event."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from litetts_edge.errors import SpeechError
from litetts_edge.events import Cancelled, ClosingEvent, Failed, Finished
from litetts_edge.speech import SpeakRequest

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Current:
    """The request that a lane is speaking, and the task that speaks it."""

    request: SpeakRequest
    task: asyncio.Task[Finished]
    audible: bool = False
    """True from the first sample that a sink took."""
    cancel_reason: str = ""

    def cancel(self, reason: str) -> None:
        """End it; the first reason counts."""
        if not self.task.done():
            self.cancel_reason = self.cancel_reason or reason
            self.task.cancel()

    def closing_event(self) -> ClosingEvent:
        """What became of it; the task has ended."""
        request = self.request.id
        if self.task.cancelled():
            return Cancelled(request, self.cancel_reason or "cancel")
        error = self.task.exception()
        if error is None:
            return self.task.result()
        if isinstance(error, SpeechError):
            log.warning("speech failed: %s", error, extra={"request": request, "code": error.code})
            return Failed(request, error.code, str(error))
        # One bad request must not silence the house: the traceback is for the log, the daemon goes on.
        log.error("speech failed", exc_info=error, extra={"request": request})
        return Failed(request, "internal", "An unexpected error; the log has the details.")
