"""Requests that are not over, in a file that outlives a restart and a crash. It holds what is to be said, so it is
readable by the owner only, and empty, that is absent, as soon as nothing waits.

Only what came by MQTT is kept: at every other door somebody waits for the answer, and is gone with the process.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from litetts_edge.errors import BadRequest
from litetts_edge.mqtt.messages import MAX_TTL_S, Arrival, Defaults, printable, speak_request
from litetts_edge.pipeline.boot import boot_id
from litetts_edge.settings import atomic
from litetts_edge.speech import RequestId, SpeakRequest

log = logging.getLogger(__name__)

MOST = 200
"""Requests that are kept, the most urgent ones."""
MOST_BYTES = 524_288
"""Of the file; it is written anew whenever one of them has begun."""
MOST_WARNINGS = 16
_OUTPUTS = frozenset({"speaker", "mqtt", "file"})

_Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Open:
    """A request that is not over. Times are seconds on the pipeline's clock."""

    request: SpeakRequest
    ends_at: float | None = None
    """Until when it is repeated, for one that insists (until_ack) and was begun."""


def can_be_kept(request: SpeakRequest) -> bool:
    """Whether it means the same to the next process."""
    return request.audio is None and request.source == "mqtt" and set(request.outputs) <= _OUTPUTS


class Journal:
    """One file. All calls touch the disk. The clock of a board without a battery may go back at a boot.

    Until the next boot the monotonic clock tells how old the file is: NTP may set the time of day by hours.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        boot: Callable[[], str] = boot_id,
    ) -> None:
        self._path = path
        self._clock = clock
        self._wall = wall
        self._boot = boot

    def save(self, requests: Iterable[Open]) -> frozenset[RequestId]:
        """Keep these and no others, as many as there is room for; returns which. Raises OSError."""
        now, room = self._clock(), MOST_BYTES
        kept: dict[RequestId, str] = {}
        for one in requests:
            document = json.dumps(_document(one, now))
            room -= len(document) + 2
            if len(kept) == MOST or room < 0:
                break
            kept[one.request.id] = document
        if kept:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lines = ",\n".join(kept.values())
            times = f'"written_at": {self._wall():.3f}, "clock": {now:.3f}, "boot": {json.dumps(self._boot())}'
            atomic.write(self._path, f'{{{times}, "requests": [\n{lines}\n]}}\n'.encode())
        else:
            self._path.unlink(missing_ok=True)
        return frozenset(kept)

    def load(self, defaults: Defaults, *, is_age_needed: bool) -> list[Open]:
        """What was kept last, as it is now; what is damaged is left out, with a warning.

        How long ago that was may not be known. With `is_age_needed` such requests have expired, alarms excepted.
        """
        try:
            with self._path.open("rb") as file:
                raw = file.read(2 * MOST_BYTES)
            document = json.loads(raw)
            away_s = self._wall() - float(document["written_at"])
            if (boot := self._boot()) and document.get("boot") == boot:
                away_s = self._clock() - float(document["clock"])
            found = list(document["requests"])[:MOST]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            log.warning("what waited at the end of the last run is lost: %s: %s", self._path, error)
            return []
        is_known = math.isfinite(away_s) and away_s >= 0
        if not is_known:
            log.warning("the clock went back: how long the last run is over is not known")
        requests = []
        for one in found:
            try:
                opened = _opened(one, self._clock(), away_s if is_known else 0.0, defaults)
            except (BadRequest, ValueError, TypeError, KeyError, OverflowError) as error:
                log.warning("a request in %s is left out: %s", self._path, error)
                continue
            if is_age_needed and not is_known and not opened.request.until_ack:
                opened = replace(opened, request=replace(opened.request, deadline=self._clock()))
            requests.append(opened)
        return requests


def _document(one: Open, now: float) -> _Document:
    request = one.request
    spoken: _Document = {
        "id": request.id,
        "text": request.text,
        "voice": request.voice,
        "lang": request.lang or None,
        "speed": request.speed,
        "volume": request.volume,
        "priority": request.priority.name.lower(),
        "interrupt": request.interrupt,
        "repeat": request.repeat,
        "chime": request.chime or False,
        "until_ack": request.until_ack,
        "dedupe_s": request.dedupe_s,
        "coalesce_key": request.coalesce_key,
        "output": list(request.outputs),
        "format": request.encoding.value,
        "reply_to": request.reply_to or None,
    }
    return {
        "speak": spoken,
        "age_s": round(min(now - request.accepted_at, MAX_TTL_S), 3),
        # A message expiry interval may be 136 years [MQTT 5 § 3.3.2.3.3].
        "left_s": None if math.isinf(request.deadline) else round(min(request.deadline - now, MAX_TTL_S), 3),
        "ends_s": None if one.ends_at is None else round(one.ends_at - now, 3),
        "correlation": request.correlation.hex(),
        "repeat_of": request.repeat_of,
        "warnings": list(request.warnings)[:MOST_WARNINGS],
    }


def _opened(found: Mapping[str, object], now: float, away_s: float, defaults: Defaults) -> Open:
    """Everything is checked as if a stranger had sent it. Raises BadRequest, ValueError, TypeError, KeyError."""
    spoken = found["speak"]
    correlation, repeat_of, warnings = found["correlation"], found["repeat_of"], found["warnings"]
    if not (isinstance(spoken, dict) and isinstance(correlation, str) and isinstance(repeat_of, str)):
        raise TypeError("it has fields of another kind")
    if not isinstance(warnings, list) or not all(isinstance(text, str) for text in warnings):
        raise TypeError("its warnings are none")
    name = spoken["id"]
    if not isinstance(name, str) or not name:
        raise TypeError("it has no id")
    arrival = Arrival(now - _seconds(found["age_s"]) - away_s, correlation=bytes.fromhex(correlation))
    request = speak_request(spoken, RequestId(name), arrival, defaults)
    left, ends = found["left_s"], found["ends_s"]
    return Open(
        replace(
            request,
            deadline=math.inf if left is None else now + _seconds(left) - away_s,
            repeat_of=printable(repeat_of[:64]),
            warnings=tuple(printable(text[:500]) for text in warnings[:MOST_WARNINGS]),
        ),
        None if ends is None else now + _seconds(ends) - away_s,
    )


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_TTL_S:
        raise TypeError("one of its times is none")
    return float(value)
