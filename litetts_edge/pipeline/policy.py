"""Decisions about requests: pure, without I/O, with the time passed in."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import replace
from enum import StrEnum

from litetts_edge.errors import SaidBefore
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


def once_more(last: SpeakRequest, request: RequestId, now: float) -> SpeakRequest:
    """A new request that says again what `last` said, once, with as much time to be started in."""
    return replace(
        last,
        id=request,
        repeat_of=last.repeat_of or last.id,
        accepted_at=now,
        deadline=now + (last.deadline - last.accepted_at),
        repeat=1,
        interrupt=False,
        until_ack=False,
        dedupe_s=0.0,
        coalesce_key="",
        warnings=(),
        outputs=("speaker",),
    )


class LatelySaid:
    """What was accepted lately, to recognise the same said twice. It keeps hashes: what is said is private."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._at: OrderedDict[bytes, float] = OrderedDict()

    def check(self, request: SpeakRequest, now: float) -> None:
        """Raises SaidBefore when the same was accepted less than `dedupe_s` ago."""
        said_at = self._at.get(_meaning(request))
        if request.dedupe_s and said_at is not None and now - said_at < request.dedupe_s:
            raise SaidBefore(now - said_at, request.dedupe_s)

    def add(self, request: SpeakRequest, now: float) -> None:
        """It was accepted; the oldest is forgotten when there are more than `limit`."""
        meaning = _meaning(request)
        self._at[meaning] = now
        self._at.move_to_end(meaning)
        while len(self._at) > self._limit:
            self._at.popitem(last=False)


def _meaning(request: SpeakRequest) -> bytes:
    """The same for two requests that say the same at the same places."""
    said = "\0".join((" ".join(request.text.split()), request.lang, *sorted(request.outputs)))
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()
