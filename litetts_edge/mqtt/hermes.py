"""Rhasspy's protocol, Hermes: this node is the text to speech and the loudspeaker of one site or several.

As Rhasspy does it, every `say` is answered by one `sayFinished` and every `playBytes` by one `playFinished`,
however it ends: whoever waits there goes on. What went wrong is said before, on an error topic.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litetts_edge.decode import decode_wav
from litetts_edge.errors import BadField, BadRequest, RetainedMessage, TextEmpty, TooMuchAudio
from litetts_edge.events import ClosingEvent, Dropped, Expired, Failed, SpeechEvent
from litetts_edge.mqtt.delivery import Delivery
from litetts_edge.mqtt.documents import to_json
from litetts_edge.mqtt.messages import Arrival, deadline_of, defaults_of, new_id, speak_request
from litetts_edge.mqtt.neighbour import Neighbour, Send
from litetts_edge.mqtt.payload import parse_object
from litetts_edge.mqtt.topics import (
    HermesGetVoices,
    HermesPlay,
    HermesSay,
    HermesSetVolume,
    HermesToggle,
    HermesTopics,
)
from litetts_edge.pipeline.given import Recording
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.settings.problems import SettingsError
from litetts_edge.speech import RequestId, SpeakRequest

log = logging.getLogger(__name__)

DEFAULT_SITE = "default"
"""The site of a message that names none."""
MAX_WAITING_BYTES = 32_000_000
"""Samples of all given audio that is not over yet; what comes on top is refused: it waits in memory."""
MAX_ECHO = 256
"""Characters of an id that is sent back."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came by Hermes and has not ended yet."""

    answer: Fields
    """`id`, `siteId` and `sessionId`, as they came."""
    finished: str
    """The topic on which its end is said."""
    error: str
    """The topic on which it is said what went wrong."""
    size: int = 0
    """Bytes of samples that wait with it."""


class Hermes(Neighbour):
    """Speaks for Rhasspy. What it is asked goes the way of every request; only the answers differ."""

    def __init__(self, live: LiveSettings, pipeline: SpeechPipeline) -> None:
        self._live = live
        self._pipeline = pipeline
        self._asked: dict[RequestId, Asked] = {}
        self._send: Send | None = None
        self._is_on = True
        """False after toggleOff: given audio is then passed over in silence."""

    # -- the neighbour ---------------------------------------------------------------------------------------

    def topics(self) -> Sequence[str]:
        """Nothing while it is switched off."""
        return self._topics.subscriptions() if self._live.value.hermes.enabled else ()

    def opened(self, send: Send) -> None:
        """What is asked over one link is answered over the next, too."""
        self._send = send

    async def handle(self, delivery: Delivery) -> None:
        """Serve a message for one of our sites; those for others are passed over."""
        match self._topics.parse(delivery.topic):
            case HermesSay():
                self._for_us(delivery, lambda fields: self._say(delivery, fields))
            case HermesGetVoices(answer):
                self._for_us(delivery, lambda fields: self._voices(answer, fields))
            case HermesToggle(is_on):
                self._for_us(delivery, lambda _: self._toggle(is_on))
            case HermesSetVolume():
                if (fields := self._fields(delivery)) is not None:
                    await self._set_volume(fields)
            case HermesPlay(site, request):
                await self._play(delivery, site, request)

    def changed(self) -> None:
        """Whoever wants the voices asks for them."""

    def tell(self, event: SpeechEvent) -> None:
        """Answer what has ended."""
        if isinstance(event, ClosingEvent) and (asked := self._asked.pop(event.id, None)) is not None:
            if error := _error(event):
                place = {name: value for name, value in asked.answer.items() if name != "id"}
                self._publish(asked.error, {"error": error, "context": asked.answer["id"], **place})
            self._publish(asked.finished, asked.answer)

    # -- text ------------------------------------------------------------------------------------------------

    def _say(self, delivery: Delivery, fields: Fields) -> None:
        asked = Asked(_answer(fields), self._topics.say_finished, self._topics.say_error)
        request = new_id()
        try:
            made = self._request(request, fields, delivery)
        except BadRequest as error:
            self._refuse(request, asked, error)
        else:
            self._submit(made, asked)

    def _request(self, request: RequestId, fields: Fields, delivery: Delivery) -> SpeakRequest:
        text = fields.get("text")
        if text is None:
            raise TextEmpty
        wanted = {"text": text, **self._reader(fields.get("lang")), **self._loudness(fields.get("volume"))}
        return speak_request(wanted, request, self._arrival(delivery), defaults_of(self._live.value))

    def _reader(self, lang: object) -> Fields:
        """Rhasspy sends `it_IT`; and, when somebody chose one of getVoices, the id of a voice."""
        if not isinstance(lang, str) or not lang:
            return {}
        tag = lang.partition(".")[0].replace("_", "-")
        return {"lang": tag} if _LANGUAGE.fullmatch(tag) else {"voice": lang}

    def _loudness(self, scale: object) -> Fields:
        """Rhasspy's volume scales the samples of this text, so the node's own volume still counts."""
        factor = 1.0 if scale is None else _scale(scale)
        if factor == 1.0:
            return {}
        # The inverse of dsp.gain(): a volume is what is heard, the factor one of amplitude.
        return {"volume": round(self._live.value.speaker.volume * factor**0.6)}

    # -- given audio -----------------------------------------------------------------------------------------

    async def _play(self, delivery: Delivery, site: str, name: str) -> None:
        if delivery.retain:
            if delivery.payload:
                raise RetainedMessage(delivery.topic)
            return
        topics, settings, arrival, request = self._topics, self._live.value, self._arrival(delivery), new_id()
        # Rhasspy's own audio server takes the request for the session, too.
        answer = {"id": name, "siteId": site, "sessionId": name}
        asked = Asked(answer, topics.play_finished(site), topics.play_error)
        if not self._is_on:
            self._publish(asked.finished, asked.answer)
            return
        try:
            samples, rate = await asyncio.to_thread(decode_wav, delivery.payload)
            if samples.nbytes + sum(other.size for other in self._asked.values()) > MAX_WAITING_BYTES:
                raise TooMuchAudio(MAX_WAITING_BYTES)
        except BadRequest as error:
            self._refuse(request, asked, error)
            return
        made = SpeakRequest(
            id=request,
            text="",
            voice="auto",
            outputs=settings.outputs,
            source=arrival.source,
            accepted_at=arrival.at,
            deadline=deadline_of(None, arrival, settings.request.ttl_s),
            audio=Recording(samples, rate),
        )
        self._submit(made, replace(asked, size=samples.nbytes))

    def _toggle(self, is_on: bool) -> None:
        self._is_on = is_on

    # -- the rest --------------------------------------------------------------------------------------------

    def _voices(self, topic: str, fields: Fields) -> None:
        voices = [{"voiceId": voice.id, "description": voice.name} for voice in self._pipeline.voices]
        self._publish(topic, {"voices": voices, "id": _echo(fields.get("id")), "siteId": _site(fields)})

    async def _set_volume(self, fields: Fields) -> None:
        try:
            await self._live.override({"speaker.volume": round(100 * _scale(fields.get("volume")))})
        except SettingsError as error:
            raise BadField("volume", error.problems[0].message) from None

    # -- between the two -------------------------------------------------------------------------------------

    @property
    def _topics(self) -> HermesTopics:
        settings = self._live.value
        return HermesTopics(settings.hermes.site_ids or tuple(dict.fromkeys((settings.node.id, DEFAULT_SITE))))

    def _submit(self, request: SpeakRequest, asked: Asked) -> None:
        """Submit it. Refused or not, its closing event answers it, in tell()."""
        self._asked[request.id] = asked
        try:
            self._pipeline.submit(request)
        except BadRequest as error:
            _log_refusal(request.id, error)

    def _refuse(self, request: RequestId, asked: Asked, error: BadRequest) -> None:
        self._asked[request] = asked
        self._pipeline.refuse(request, error)
        _log_refusal(request, error)

    def _for_us(self, delivery: Delivery, serve: Callable[[Fields], None]) -> None:
        fields = self._fields(delivery)
        if fields is not None:
            serve(fields)

    def _fields(self, delivery: Delivery) -> Fields | None:
        """The payload's fields; None when it is for another site. Raises BadRequest."""
        if delivery.retain and not delivery.payload:  # it removes what was retained
            return None
        fields = parse_object(delivery.payload)
        if _site(fields) not in self._topics.sites:
            return None
        if delivery.retain:
            raise RetainedMessage(delivery.topic)
        return fields

    def _arrival(self, delivery: Delivery) -> Arrival:
        keep = self._live.value.mqtt.backlog == "speak"
        return Arrival(
            at=delivery.received_at,
            source="hermes",
            expiry_s=delivery.expiry_s,
            sent_after=None if keep else delivery.backlog_since,
        )

    def _publish(self, topic: str, document: Fields) -> None:
        if self._send is not None:
            self._send(topic, to_json(document))


def _answer(fields: Fields) -> Fields:
    return {"id": _echo(fields.get("id")), "siteId": _site(fields), "sessionId": _echo(fields.get("sessionId"))}


def _site(fields: Fields) -> str:
    site = fields.get("siteId")
    return DEFAULT_SITE if site in (None, "") else str(site)


def _echo(value: object) -> object:
    """What a sender named its request, for its answer: a short text or a number, else null."""
    fits = isinstance(value, str) and len(value) <= MAX_ECHO
    return value if fits or isinstance(value, int | float) else None


def _scale(value: object) -> float:
    """A volume of Rhasspy, 0 to 1, also as a text. Raises BadField."""
    try:
        scale = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        scale = -1.0
    if isinstance(value, bool) or not 0.0 <= scale <= 1.0:
        raise BadField("volume", f"{str(value)[:40]!r} is not a number from 0 to 1")
    return scale


def _error(event: ClosingEvent) -> str:
    """What went wrong, for people; empty when nothing did."""
    match event:
        case Dropped() | Failed():
            return f"{event.code}: {event.message}"
        case Expired():
            return "expired: It was not started in time."
    return ""  # a request that was cancelled ended as somebody wanted


def _log_refusal(request: RequestId, error: BadRequest) -> None:
    log.warning("refused: %s", error, extra={"code": error.code, "request": request})
