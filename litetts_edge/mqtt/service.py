"""The MQTT door: topics to the pipeline, events to topics."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count

from litetts_edge.errors import BadRequest, NotSupported, RetainedMessage, SpeechError
from litetts_edge.events import FirstAudio, SpeechEvent
from litetts_edge.health import Health
from litetts_edge.mqtt.controls import control, turn
from litetts_edge.mqtt.documents import event_document, to_json
from litetts_edge.mqtt.link import Delivery, Link, PacketTooLarge
from litetts_edge.mqtt.messages import Arrival, SpeakRefused, defaults_of, parse_speak
from litetts_edge.mqtt.neighbour import Neighbour
from litetts_edge.mqtt.payload import parse_object
from litetts_edge.mqtt.topics import (
    Control,
    Prepare,
    Request,
    Set,
    Speak,
    Topics,
    UnknownTopic,
    matches,
    publish_topic,
)
from litetts_edge.mqtt.verbs import Verbs
from litetts_edge.pipeline.bus import Subscription
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.settings.problems import SettingsError
from litetts_edge.soundcheck.sentences import sentences
from litetts_edge.speech import Priority, RequestId
from litetts_edge.status import BOOT_ID, Status

log = logging.getLogger(__name__)

ONLINE, OFFLINE = "online", "offline"


@dataclass(slots=True)
class MqttService:
    """Serves one broker link: receive() in, run() out."""

    link: Link
    topics: Topics
    pipeline: SpeechPipeline
    live: LiveSettings
    health: Health
    status: Status
    verbs: Verbs
    neighbours: Sequence[Neighbour] = ()
    """Those who speak other protocols on this link."""
    _state: str = ""
    """The state document as last published."""
    _info: str = ""
    """The info document as last published."""

    async def run(self, events: Subscription) -> None:
        """Publish the events and the health until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._report_health(), name="mqtt health")
            async for event in events:
                self._tell(event)
                await self.link.room()

    async def goodbye(self, events: Subscription, timeout_s: float) -> None:
        """Tell the last events, say `offline`, and wait until the broker has it all, or the time is up."""
        self.link.on_connected = lambda: None  # a connection that comes about now must not say `online` after it
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s * 2 / 3):
                for event in events.rest():
                    await self.link.room()
                    self._tell(event)
        self._send(self.topics.availability, OFFLINE, retain=True)
        if self.link.state == "connected":  # else the last will has said it
            await self.link.flush(timeout_s / 3)

    def attach(self) -> None:
        """Take the link's hooks but on_connected, and let the neighbours have it; before the link is entered."""
        self.link.on_session_lost = self._session_lost
        self.link.on_problem = lambda _: self.refresh_state()
        for neighbour in self.neighbours:
            neighbour.opened(self._send)

    # -- out ---------------------------------------------------------------------------------------

    def announce(self) -> None:
        """Publish all that is retained, availability last: whoever sees `online` can rely on the rest."""
        self._state = ""
        self._info = ""
        self.refresh_info()
        self.refresh_state()
        for neighbour in self.neighbours:
            neighbour.greet()
        self._send(self.topics.availability, ONLINE, retain=True)

    def refresh_info(self) -> None:
        """Publish the info when it is another than the last one published."""
        info = to_json(self.status.info())
        if info != self._info:
            self._info = info
            self._send(self.topics.info, info, retain=True)
            for neighbour in self.neighbours:
                neighbour.changed()

    def refresh_state(self) -> None:
        """Publish the state when it is another than the last one published."""
        state = to_json(self.status.state())
        if state != self._state:
            self._state = state
            self._send(self.topics.state, state, retain=True)

    def _send(
        self,
        topic: str,
        payload: str,
        *,
        retain: bool = False,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
        qos: int = 1,
    ) -> bool:
        """Publish; what is above the broker's limit is told instead, and False is returned."""
        try:
            self.link.publish(topic, payload, qos=qos, retain=retain, expiry_s=expiry_s, correlation=correlation)
        except PacketTooLarge as error:
            log.warning("%s", error)
            if topic != self.topics.error:
                self._publish(self.topics.error, {"code": error.code, "message": str(error), "topic": topic})
            return False
        return True

    def _publish(self, topic: str, document: Mapping[str, object]) -> None:
        self._send(topic, to_json(document))

    async def _report_health(self) -> None:
        while True:
            interval_s = self.live.value.health.interval_s
            document = await asyncio.to_thread(self.health.snapshot)
            # It expires by itself, so that nobody reads the health of a node that is gone [MQTT 5 § 3.3.2.3.3].
            expiry_s = max(1, round(3 * interval_s))
            # QoS 1 waits for the connection: the first report is made before there is one.
            self._send(self.topics.health, to_json(document), retain=True, expiry_s=expiry_s)
            self.refresh_state()
            await asyncio.sleep(interval_s)

    def _tell(self, event: SpeechEvent) -> None:
        if not isinstance(event, FirstAudio):  # the state says `playing`, and Finished the time
            self._publish(self.topics.event, self._event(event))
        for neighbour in self.neighbours:
            neighbour.tell(event)
        self.refresh_state()

    def _event(self, event: SpeechEvent) -> dict[str, object]:
        # QoS 1 may repeat what was on its way when the link broke; the event's own id tells a repetition.
        document = event_document(event) | {"event_id": f"{BOOT_ID}-{next(_numbers)}"}
        request = self.pipeline.find(event.id)
        if self.live.value.privacy.publish_text and request is not None:
            document["text"] = request.text
        return document

    def _error(self, error: BadRequest, topic: str, request: str | None = None) -> None:
        log.warning("refused: %s", error, extra={"topic": topic, "code": error.code, "request": request})
        document = {"code": error.code, "message": str(error), "topic": topic}
        self._publish(self.topics.error, document | ({"id": request} if request else {}))

    def tell(self, code: str, message: str) -> None:
        """Publish an error that concerns no message."""
        self._publish(self.topics.error, {"code": code, "message": message, "topic": ""})

    def _session_lost(self, away_s: float) -> None:
        message = (
            f"The broker forgot our session: what was sent while we were away, {away_s:.0f} s, is lost."
            " Let it keep sessions over a restart (mosquitto: persistence true)."
        )
        self.tell("session_lost", message)

    # -- in ----------------------------------------------------------------------------------------

    async def receive(self) -> None:
        """Serve messages until cancelled; what is not acknowledged by then, the broker keeps."""
        async with asyncio.TaskGroup() as answering:
            async for delivery in self.link.deliveries():
                match self.topics.parse(delivery.topic):
                    case Request(verb) if not delivery.retain:
                        # An answer may take time (explain waits for the model), and a stop must not wait for it.
                        answering.create_task(self._told(delivery.topic, self._request(verb, delivery)))
                    case _:
                        await self._told(delivery.topic, self._handle(delivery))
                await self.link.room()  # each message makes at least one of ours: the broker shall not outrun it
                delivery.ack()
                self.refresh_state()

    async def _told(self, topic: str, handling: Coroutine[None, None, None]) -> None:
        """Handle a message; whatever is wrong with it is told on the error topic, and closes no door."""
        try:
            await handling
        except BadRequest as error:
            self._error(error, topic)
        except Exception:
            log.exception("a message could not be handled", extra={"topic": topic})
            document = {"code": "internal", "message": "see the log", "topic": topic}
            self._publish(self.topics.error, document)

    async def _handle(self, delivery: Delivery) -> None:
        for neighbour in self.neighbours:
            if any(matches(filter_, delivery.topic) for filter_ in neighbour.topics()):
                await neighbour.handle(delivery)
                return
        if delivery.retain:
            if delivery.payload:  # an empty one removes what was retained
                raise RetainedMessage(delivery.topic)
            return
        match self.topics.parse(delivery.topic):
            case Speak(priority):
                self._speak(delivery, priority)
            case Control(verb):
                self._control(verb, delivery)
            case Set(what):
                await turn(what, delivery.payload, self.live, self.pipeline.voices)
            case Prepare():
                raise NotSupported("prepare")
            case _ if delivery.topic.startswith(self.topics.own("")):
                raise UnknownTopic(delivery.topic)
            case _:
                log.info("no longer ours, so unsubscribed: %s", delivery.topic)
                self.link.unsubscribe(delivery.topic)

    def _speak(self, delivery: Delivery, priority: Priority) -> None:
        request: RequestId | None = None
        try:
            try:
                asked = parse_speak(
                    delivery.payload, self._arrival(delivery, priority), defaults_of(self.live.value)
                )
            except SpeakRefused as refused:
                request = refused.request
                self.pipeline.refuse(refused.request, refused.error)
                raise refused.error from None
            request = asked.id
            if self.live.value.privacy.log_text:
                log.debug("%s: %s", request, asked.text)
            self.pipeline.submit(asked)
        except BadRequest as error:
            self._error(error, delivery.topic, request)

    def _arrival(self, delivery: Delivery, priority: Priority) -> Arrival:
        keep = self.live.value.mqtt.backlog == "speak"
        return Arrival(
            at=delivery.received_at,
            priority=priority,
            expiry_s=delivery.expiry_s,
            sent_after=None if keep else delivery.backlog_since,
            reply_to=delivery.response_topic,
            correlation=delivery.correlation or b"",
        )

    def _control(self, verb: str, delivery: Delivery) -> None:
        if verb == "test":
            sentence = sentences(self.pipeline.voices.default.lang)[0]
            self._speak(replace(delivery, payload=sentence.encode()), Priority.NORMAL)
        else:
            control(verb, delivery.payload, self.pipeline)

    async def _request(self, verb: str, delivery: Delivery) -> None:
        fields: dict[str, object] = {}
        answer: dict[str, object]
        try:
            fields = parse_object(delivery.payload)
            data = await self.verbs.answer(verb, fields)
            answer = {"id": fields.get("id"), "status": "ok", "data": data}
        except SpeechError as error:
            answer = _refusal(fields, error.code, str(error))
        except SettingsError as error:
            answer = _refusal(fields, "bad_settings", str(error))
        except Exception:  # whoever asked must not wait for ever
            log.exception("request/%s failed", verb)
            answer = _refusal(fields, SpeechError.code, "An unexpected error; the log has the details.")
        topic = self.topics.response(verb if verb.isidentifier() else "unknown")
        with suppress(ValueError):  # brokers pass on what nobody may publish to
            topic = publish_topic(delivery.response_topic)
        if not self._send(topic, to_json(answer), correlation=delivery.correlation):
            answer = _refusal(fields, PacketTooLarge.code, "The answer is above the broker's limit.")
            self._send(topic, to_json(answer), correlation=delivery.correlation)


_numbers = count(1)


def _refusal(fields: Mapping[str, object], code: str, message: str) -> dict[str, object]:
    return {"id": fields.get("id"), "status": "error", "error": {"code": code, "message": message}}
