"""What happens to a request. Each request gets exactly one of the closing events, last."""

from __future__ import annotations

from dataclasses import dataclass

from litetts_edge.speech import RequestId


@dataclass(frozen=True, slots=True)
class Queued:
    """It was admitted and will be spoken, or closed with a reason."""

    id: RequestId
    repeat_of: str = ""
    """The id of the announcement that this one is said again for; empty for a new one."""


@dataclass(frozen=True, slots=True)
class Started:
    """Its turn has come."""

    id: RequestId
    voice: str
    """The id of the voice that reads it; empty for audio that came with the request."""
    queue_ms: float
    """From acceptance to here."""


@dataclass(frozen=True, slots=True)
class FirstAudio:
    """The first sample that is not silence was taken by the sink. The one event that may be lost."""

    id: RequestId
    first_audio_ms: float
    """From acceptance to here."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last sample was really played, or the last byte handed over."""

    id: RequestId
    voice: str
    audio_ms: float
    """Length of the audio that was handed over, chime and repeats included."""
    first_audio_ms: float | None
    """None when nothing was audible."""
    queue_ms: float
    rtf: float
    """Synthesis seconds per second of audio (real-time factor)."""
    cache_hit: bool = False
    warnings: tuple[str, ...] = ()
    marks: tuple[tuple[str, float], ...] = ()
    """Names of SSML marks and when they were reached, in milliseconds from where the text begins. Inside a
    sentence that follows from the length of the text before it; at its ends it is exact."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody stopped it."""

    id: RequestId
    reason: str
    """`stop`, `skip`, `cancel`, `clear`, `interrupted`, `replaced`, `disconnected` (its sender is gone) or
    `shutdown`."""


@dataclass(frozen=True, slots=True)
class Expired:
    """It was not started in time."""

    id: RequestId


@dataclass(frozen=True, slots=True)
class Dropped:
    """It was never admitted, or quiet hours began while it waited."""

    id: RequestId
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It was started, and could not be completed."""

    id: RequestId
    code: str
    message: str


ClosingEvent = Finished | Cancelled | Expired | Dropped | Failed
SpeechEvent = Queued | Started | FirstAudio | ClosingEvent
