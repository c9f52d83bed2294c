"""Domain to wire: the JSON documents that doors publish about requests."""

from __future__ import annotations

import json

from litetts_edge.events import (
    Cancelled,
    Dropped,
    Expired,
    Failed,
    Finished,
    Queued,
    SpeechEvent,
    Started,
)

_EVENT_TYPES = {
    Queued: "queued",
    Started: "started",
    Finished: "finished",
    Cancelled: "cancelled",
    Expired: "expired",
    Dropped: "dropped",
    Failed: "failed",
}
EVENT_TYPES = tuple(_EVENT_TYPES.values())
"""Every `event_type` of the event topic."""


def event_document(event: SpeechEvent) -> dict[str, object]:
    """The document of the event topic, without the ids that only a door knows."""
    return {"event_type": _EVENT_TYPES[type(event)], "id": event.id, **_facts(event)}


def _facts(event: SpeechEvent) -> dict[str, object]:
    match event:
        case Queued() if event.repeat_of:
            return {"repeat_of": event.repeat_of}
        case Started():
            return {"voice": event.voice, "queue_ms": _ms(event.queue_ms)}
        case Finished():
            return {
                "audio_ms": _ms(event.audio_ms),
                "first_audio_ms": None if event.first_audio_ms is None else _ms(event.first_audio_ms),
                "queue_ms": _ms(event.queue_ms),
                "rtf": round(event.rtf, 4),
                "voice": event.voice,
                "cache": "hit" if event.cache_hit else "miss",
                "warnings": list(event.warnings),
                **({"marks": [{"name": name, "ms": _ms(ms)} for name, ms in event.marks]} if event.marks else {}),
            }
        case Cancelled():
            return {"reason": event.reason}
        case Dropped() | Failed():
            return {"reason": event.code, "message": event.message}
    return {}


def _ms(value: float) -> float:
    return round(value, 1)


def to_json(document: object) -> str:
    """Compact JSON, not escaped to ASCII; what JSON does not know is written as text."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str)
