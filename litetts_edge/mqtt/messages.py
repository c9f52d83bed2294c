"""Wire to domain: a payload to a request. Here and in payload outside data is distrusted, and nowhere behind."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from litetts_edge.errors import (
    BadField,
    BadRequest,
    PayloadTooLarge,
    TextEmpty,
    TextTooLong,
    did_you_mean,
)
from litetts_edge.mqtt.payload import object_of, text_of
from litetts_edge.mqtt.topics import publish_topic
from litetts_edge.settings.schema import Settings
from litetts_edge.speech import Encoding, Priority, RequestId, SpeakRequest
from litetts_edge.text.ssml import is_ssml, parse

USUAL = "ding"
"""What `"chime": true` plays when the settings name none."""

SWITCH = {"on": True, "off": False, "true": True, "false": False, "1": True, "0": False}
"""How automation systems write yes and no, in lower case."""

_NUMBERS = ("speed", "volume", "repeat", "ttl_s", "dedupe_s")
_SWITCHES = ("interrupt", "until_ack", "chime")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)

MAX_TTL_S = 7 * 24 * 3600.0
MAX_REPEAT = 5
MAX_CORRELATION = 1024
"""Bytes: it shares the room beside the audio in a packet with the topic."""

MOST_WARNINGS = 8
"""Unknown keys that are told; each of the others would say the same."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with a space for each character that no request may have."""
    return _CONTROL.sub(" ", text)


OutputName = Literal["speaker", "mqtt", "file"]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
PublishTopic = Annotated[str, AfterValidator(publish_topic)]


class SpeakMessage(BaseModel):
    """The JSON of a speak topic, before defaults."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    text: str = ""
    ssml: str = ""
    id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    voice: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    lang: LanguageTag | None = None
    speed: Annotated[float, Field(ge=0.5, le=2.0)] | None = None
    volume: Annotated[int, Field(ge=0, le=100)] | None = None
    priority: Literal["low", "normal", "high", "critical"] | None = None
    interrupt: bool = False
    repeat: Annotated[int, Field(ge=1, le=MAX_REPEAT)] = 1
    chime: bool | Annotated[str, StringConstraints(max_length=64)] | None = None
    until_ack: bool = False
    dedupe_s: Annotated[float, Field(ge=0, le=MAX_TTL_S)] = 0.0
    coalesce_key: Annotated[str, StringConstraints(max_length=64)] = ""
    ttl_s: Annotated[float, Field(gt=0, le=MAX_TTL_S)] | None = None
    output: OutputName | Annotated[list[OutputName], Field(min_length=1, max_length=8)] | None = None
    format: Literal["wav", "flac", "opus", "mp3", "pcm"] | None = None
    reply_to: PublishTopic | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a message that does not say gets; from the settings."""

    voice: str
    speed: float
    outputs: tuple[str, ...]
    chime: str = ""
    """Before what is heard on the loudspeaker; empty for none."""
    encoding: Encoding = Encoding.WAV
    ttl_s: float = 120.0
    max_text: int = 5000
    max_payload_bytes: int = 65536


def defaults_of(settings: Settings) -> Defaults:
    """What the settings say."""
    return Defaults(
        voice="auto",
        speed=settings.speed,
        outputs=settings.outputs,
        chime=settings.chime.default,
        encoding=Encoding(settings.request.format),
        ttl_s=settings.request.ttl_s,
        max_text=settings.request.max_text,
        max_payload_bytes=settings.request.max_payload_bytes,
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when a message came."""

    at: float
    """Seconds on the pipeline's clock."""
    source: str = "mqtt"
    priority: Priority = Priority.NORMAL
    """From the topic; the payload's own wins."""
    expiry_s: float | None = None
    """What is left of the message's own expiry interval [MQTT-3.3.2-6]."""
    sent_after: float | None = None
    """It waited at the broker, and was sent at this time or later; None when it came at once."""
    reply_to: str = ""
    """Response topic [MQTT 5 § 3.3.2.3.5]; the payload's own wins."""
    correlation: bytes = b""
    """What the sender calls its request [MQTT 5 § 3.3.2.3.6]."""


class SpeakRefused(Exception):
    """A speak message that was refused, with the id it would have had, so that its sender can be told."""

    def __init__(self, request: RequestId, error: BadRequest) -> None:
        super().__init__(str(error))
        self.request = request
        self.error = error


def new_id() -> RequestId:
    """An id for a request whose sender gave none."""
    return RequestId(secrets.token_hex(8))


def parse_speak(payload: bytes, arrival: Arrival, defaults: Defaults) -> SpeakRequest:
    """Turn the payload of a speak topic into a request. Raises SpeakRefused."""
    request = new_id()
    try:
        if len(payload) > defaults.max_payload_bytes:
            raise PayloadTooLarge(len(payload), defaults.max_payload_bytes)
        text = text_of(payload)
        if not text.startswith("{"):
            return _request(SpeakMessage(text=_spoken(text, defaults)), request, arrival, defaults, ())
        fields = object_of(text)
        request = _sender_id(fields) or request
        return speak_request(fields, request, arrival, defaults)
    except BadRequest as error:
        raise SpeakRefused(request, error) from error


def _sender_id(fields: Mapping[str, Any]) -> RequestId | None:
    sent = fields.get("id")
    return (
        RequestId(sent) if isinstance(sent, str) and 1 <= len(sent) <= 64 and not _CONTROL.search(sent) else None
    )


def speak_request(
    fields: Mapping[str, Any], request: RequestId, arrival: Arrival, defaults: Defaults
) -> SpeakRequest:
    """Turn the fields of a speak message into a request with this id. Raises BadRequest."""
    # Templates of automation systems render what is not set as null.
    fields = {name: _meant(name, value) for name, value in fields.items() if value is not None or name == "text"}
    if "text" not in fields and "ssml" not in fields:
        raise TextEmpty
    try:
        message = SpeakMessage.model_validate(fields)
    except ValidationError as error:
        raise _bad_field(error) from None
    if message.id is not None and message.id != request:
        raise BadField("id", "it has control characters; use letters, digits, '-' and '_'")
    known = tuple(SpeakMessage.model_fields)
    warnings = tuple(
        f"unknown_key: {name[:64]!r} was ignored.{did_you_mean(name[:64], known)}"
        for name in sorted(message.model_extra or {})[:MOST_WARNINGS]
    )
    if message.text and message.ssml:
        raise BadField("ssml", "text is there too; send one of them")
    if message.ssml and not is_ssml(message.ssml):
        raise BadField("ssml", "it does not begin with <speak>")
    text = _spoken(message.ssml or message.text, defaults)
    return _request(message.model_copy(update={"text": text}), request, arrival, defaults, warnings)


def _meant(name: str, value: Any) -> Any:
    """The value that an automation system meant: they send 40 as 40.0 or "40", and true as "true" or "ON"."""
    if isinstance(value, str):
        word = value.strip().lower()
        if name in _NUMBERS and _DECIMAL.fullmatch(word):
            value = float(word)
        elif name in _SWITCHES:
            value = SWITCH.get(word, value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bad_field(error: ValidationError) -> BadField:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "a key"
    return BadField(name, first["msg"].removeprefix("Value error, "))


def _spoken(text: str, defaults: Defaults) -> str:
    if len(text) > defaults.max_text:
        raise TextTooLong(len(text), defaults.max_text)
    if not text.strip():
        raise TextEmpty
    bad = _CONTROL.search(text)
    if bad:
        raise BadField("text", f"character {bad.start() + 1} is U+{ord(bad.group()):04X}, which cannot be spoken")
    if is_ssml(text):
        parse(text)  # what is wrong with it is told now, with its line
    return text


def _request(
    message: SpeakMessage, request: RequestId, arrival: Arrival, defaults: Defaults, warnings: tuple[str, ...]
) -> SpeakRequest:
    outputs = [message.output] if isinstance(message.output, str) else message.output or defaults.outputs
    priority = Priority[message.priority.upper()] if message.priority else arrival.priority
    return SpeakRequest(
        id=request,
        text=message.text,
        voice=message.voice or defaults.voice,
        lang=message.lang or "",
        speed=defaults.speed if message.speed is None else message.speed,
        volume=message.volume,
        priority=priority,
        interrupt=message.interrupt,
        repeat=message.repeat,
        chime=_chime(message.chime, defaults, outputs),
        until_ack=message.until_ack,
        dedupe_s=message.dedupe_s,
        coalesce_key=message.coalesce_key,
        outputs=tuple(dict.fromkeys(outputs)),
        encoding=Encoding(message.format) if message.format else defaults.encoding,
        reply_to=message.reply_to or _response_topic(arrival.reply_to),
        correlation=_correlation(arrival.correlation),
        source=arrival.source,
        accepted_at=arrival.at,
        deadline=deadline_of(message.ttl_s, arrival, defaults.ttl_s),
        warnings=warnings,
    )


def _chime(asked: bool | str | None, defaults: Defaults, outputs: Sequence[str]) -> str:
    """Its name. Whether there is one of that name is for the pipeline to say."""
    if asked is None:
        return defaults.chime if "speaker" in outputs else ""
    if isinstance(asked, str):
        return asked
    return (defaults.chime or USUAL) if asked else ""


def _response_topic(topic: str) -> str:
    try:
        return publish_topic(topic) if topic else ""
    except ValueError as error:
        raise BadField("response topic", str(error)) from None


def _correlation(data: bytes) -> bytes:
    if len(data) > MAX_CORRELATION:
        raise BadField("correlation data", f"it has {len(data)} bytes; at most {MAX_CORRELATION} are sent back")
    return data


def deadline_of(ttl_s: float | None, arrival: Arrival, default_ttl_s: float) -> float:
    """When it is too late to start.

    The broker counts an expiry interval down while it keeps the message, so what is left of it starts now.
    A ttl_s starts at the sender, whose clock we do not know: for a message that waited, the earliest
    time at which it can have been sent counts, which is when the link was lost.
    """
    left = math.inf if arrival.expiry_s is None else arrival.at + arrival.expiry_s
    if ttl_s is None and arrival.expiry_s is not None:
        return left
    sent = arrival.at if arrival.sent_after is None or arrival.expiry_s is not None else arrival.sent_after
    return min(left, sent + (default_ttl_s if ttl_s is None else ttl_s))
