"""Decisions about requests: pure, without I/O, with the time passed in."""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum

from litetts_edge.speech import RequestId, SpeakRequest


class Lane(StrEnum):
    """Requests of one lane follow each other; the lanes run side by side.

    Whoever waits for a file does not wait for the loudspeaker to end its sentence.
    """

    ALOUD = "aloud"
    QUIET = "quiet"


def lane(request: SpeakRequest) -> Lane:
    """The lane of a request: aloud when a loudspeaker is among its outputs."""
    return Lane.ALOUD if "speaker" in request.outputs else Lane.QUIET


def is_expired(request: SpeakRequest, now: float) -> bool:
    """True when it is too late to start it."""
    return now >= request.deadline


def may_interrupt(request: SpeakRequest, current: SpeakRequest) -> bool:
    """True when `request` may cut `current`: it asks to, and is no less urgent."""
    return request.interrupt and request.priority >= current.priority


class RecentIds:
    """The ids of the last requests, to recognise one that comes a second time."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._ids: OrderedDict[RequestId, None] = OrderedDict()

    def __contains__(self, request: object) -> bool:
        return request in self._ids

    def add(self, request: RequestId) -> None:
        """Remember it; the oldest is forgotten when there are more than `limit`."""
        self._ids[request] = None
        self._ids.move_to_end(request)
        while len(self._ids) > self._limit:
            self._ids.popitem(last=False)
