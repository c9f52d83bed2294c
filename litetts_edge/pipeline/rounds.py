"""Requests that are said again and again until somebody acknowledges them by a cancel (`until_ack`).

Each round is a turn of its own in the queue, so that other announcements are heard between two of them. To the
outside they are one request: started once, closed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from litetts_edge.errors import NoAudioDevice, SinkFailed
from litetts_edge.events import Cancelled, ClosingEvent, Expired, Failed, Finished
from litetts_edge.speech import RequestId, SpeakRequest

OUTPUT_LOST = frozenset({SinkFailed.code, NoAudioDevice.code})
"""An output that fails may be there again at the next round."""


@dataclass(slots=True)
class _Insisting:
    """One request between its first round and its last."""

    ends_at: float
    again_at: float = 0.0
    said: Finished | None = None
    """All rounds so far as one."""
    resumed: bool = False
    """A process that is gone began it."""


class Rounds:
    """Knows the requests that insist. All times are seconds on the pipeline's clock."""

    def __init__(self, pause_s: Callable[[], float], limit_s: Callable[[], float]) -> None:
        self._pause_s = pause_s
        self._limit_s = limit_s
        self._open: dict[RequestId, _Insisting] = {}

    def begin(self, request: SpeakRequest, now: float) -> bool:
        """A turn of any request has come; True when it is the first one."""
        if request.id in self._open:
            return False
        if request.until_ack:
            self._open[request.id] = _Insisting(now + self._limit_s())
        return True

    def ends_at(self, request: SpeakRequest) -> float | None:
        """Until when it insists; None for one that does not, or has not begun."""
        insisting = self._open.get(request.id)
        return insisting.ends_at if insisting else None

    def resume(self, request: RequestId, ends_at: float) -> None:
        """It was begun by a process that is gone."""
        self._open[request] = _Insisting(ends_at, resumed=True)

    def forget(self, request: RequestId) -> None:
        """It will not go on."""
        self._open.pop(request, None)

    def again_at(self, request: SpeakRequest) -> float:
        """When its next round is due; long ago for one that does not insist."""
        insisting = self._open.get(request.id)
        return insisting.again_at if insisting else -math.inf

    def again(self, request: SpeakRequest, event: ClosingEvent, now: float) -> SpeakRequest | None:
        """What goes back to the queue after a turn that ended with `event`; None when that was all.

        A round that a more urgent request cut is followed by another: nobody has acknowledged it. So is one whose
        output was lost, but for the first: that its sender is told of at once, as of any request.
        """
        insisting = self._open.get(request.id)
        cut = isinstance(event, Cancelled) and event.reason == "interrupted"
        said = isinstance(event, Finished) and event.audio_ms > 0
        lost = isinstance(event, Failed) and event.code in OUTPUT_LOST
        if insisting is None or not (cut or said or (lost and (insisting.said or insisting.resumed))):
            return None
        if isinstance(event, Finished):
            insisting.said = _sum(insisting.said, event)
        insisting.again_at = now + self._pause_s()
        if insisting.again_at >= insisting.ends_at:
            return None
        return replace(request, deadline=insisting.ends_at)

    def closing(self, event: ClosingEvent) -> ClosingEvent:
        """The closing event of the whole request, for that of its last turn or wait; it is forgotten here."""
        insisting = self._open.pop(event.id, None)
        if insisting is None or not isinstance(event, Finished | Expired):
            return event
        if insisting.said is None:
            cut = isinstance(event, Expired) and not insisting.resumed
            return Cancelled(event.id, "interrupted") if cut else event
        warning = "not_acknowledged: it was repeated to the end of request.ack_limit_s, and nobody cancelled it"
        return replace(insisting.said, warnings=(*insisting.said.warnings, warning))


def _sum(before: Finished | None, last: Finished) -> Finished:
    if before is None:
        return last
    news = tuple(text for text in last.warnings if text not in before.warnings)
    return replace(before, audio_ms=before.audio_ms + last.audio_ms, warnings=(*before.warnings, *news))
