"""The words of a request: what is to be said, by whom, and how urgently."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NewType, Protocol

if TYPE_CHECKING:  # it imports numpy, which a command's help need not load
    from litetts_edge.pcm import AudioChunk, AudioFormat

RequestId = NewType("RequestId", str)


class Priority(IntEnum):
    """How urgent a request is; a higher one is spoken before every waiting lower one."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3


class Encoding(StrEnum):
    """How published or stored audio is encoded."""

    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"
    MP3 = "mp3"
    PCM = "pcm"
    """Bare 16-bit little-endian mono samples, without a header."""


class Alphabet(StrEnum):
    """What a voice reads: the words themselves, or phonemes that the front end made of them."""

    TEXT = "text"
    IPA = "ipa"


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of one model."""

    id: str
    engine: str
    lang: str
    """The language it is read in, as a BCP 47 tag (`en-US`)."""
    sample_rate: int
    """Hz."""
    name: str
    """The label that people see."""
    alphabet: Alphabet = Alphabet.TEXT


class GivenAudio(Protocol):
    """Audio that a sender gives instead of a text. Read on the event loop."""

    @property
    def format(self) -> AudioFormat:
        """The format of every chunk."""
        ...

    def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """Yield the audio from its beginning, as it comes. Raises AudioStalled when its sender does not go on."""
        ...


@dataclass(frozen=True, slots=True)
class SpeakRequest:
    """One thing to say, as asked; unchanged from the door to the last event."""

    id: RequestId
    text: str
    voice: str
    """A voice id; the door has put the configured voice here when the sender named none."""
    lang: str = ""
    """BCP 47 tag to read the text in; empty reads it in the voice's own language."""
    speed: float = 1.0
    """1.0 is the voice's natural rate; 2.0 is twice as fast."""
    volume: int | None = None
    """Loudness of this utterance only, 0 to 100; None follows the loudspeaker's own volume."""
    priority: Priority = Priority.NORMAL
    interrupt: bool = False
    """Cut what plays now, unless that is more urgent."""
    repeat: int = 1
    outputs: tuple[str, ...] = ("speaker",)
    """Names of the sinks that all receive this utterance."""
    encoding: Encoding = Encoding.WAV
    reply_to: str = ""
    """Topic for published audio; empty publishes under the node's own audio topic."""
    correlation: bytes = b""
    """Goes back with published audio, so that its receiver knows which request it answers (MQTT 5 § 4.10)."""
    source: str = "command line"
    """The door it came through."""
    accepted_at: float = 0.0
    """Seconds on the pipeline's clock when the door took it."""
    deadline: float = math.inf
    """Seconds on the pipeline's clock; a request not started by then is expired."""
    warnings: tuple[str, ...] = ()
    """What the door wants the sender to know; carried to the closing event."""
    chime: str = ""
    """Name of the sound before it; empty for none. The door has put the configured one here."""
    until_ack: bool = False
    """Say it again and again, with pauses, until somebody cancels it."""
    dedupe_s: float = 0.0
    """Refuse it when the same was accepted so short a time ago; 0 never does."""
    coalesce_key: str = ""
    """It takes the place of a waiting request with the same key; empty takes none."""
    repeat_of: str = ""
    """The id of the announcement that this is said again for; empty for a new one."""
    audio: GivenAudio | None = None
    """Played in place of the text, which is empty then; no voice and no engine has a part in it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a text that is synthesized in one go."""

    text: str
    """What is spoken, normalised; never empty."""
    lang: str
    """BCP 47 tag."""
    span: tuple[int, int]
    """Where it stands in the request's text, as [start, end) in characters."""
    pause_ms: int = 0
    """Silence to leave after it when another sentence follows."""
    phonemes: str = ""
    """IPA, for a voice whose alphabet asks for it; else empty."""
    lead_ms: int = 0
    """Silence to leave before it (SSML)."""
    tail_ms: int = 0
    """Silence to leave after it, also when nothing follows (SSML)."""
    voice: str = ""
    """The voice that the text asks for here (SSML); empty for the request's own."""
    rate: float = 1.0
    """Factor of the request's speed (SSML)."""
    warnings: tuple[str, ...] = ()
    """What the sender should know of how it is read: `code: detail`."""
    marks: tuple[tuple[str, float], ...] = ()
    """Named moments (SSML), each with the share of the sentence that is said before it, 0 to 1."""
