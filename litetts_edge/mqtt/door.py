"""The MQTT door over time: one service per connection's settings, opened again when they change."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from litetts_edge.mqtt.link import Link, LinkSettings, Subscription, TlsFiles, Will
from litetts_edge.mqtt.memory import LastHeard
from litetts_edge.mqtt.neighbour import Neighbour
from litetts_edge.mqtt.publisher import AudioOverMqtt
from litetts_edge.mqtt.service import OFFLINE, MqttService
from litetts_edge.mqtt.topics import Topics
from litetts_edge.pipeline.bus import Subscription as Events
from litetts_edge.settings.changes import Change
from litetts_edge.settings.credentials import mqtt_password
from litetts_edge.settings.live import LiveSettings
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.schema import Settings

log = logging.getLogger(__name__)

GOODBYE_S = 1.5
"""How long the broker has to take `offline` at a stop."""

REMEMBER_S = 30.0
"""How often it is noted that the broker was heard: what a crash adds to the age of a backlog, at most."""

RETRY_S = 30.0
"""Wait after a password file that could not be read."""

MOST_UNTOLD = 20
"""What is kept for the error topic while there is no broker, the newest."""

MakeService = Callable[[Link, Topics], MqttService]


def topics_of(settings: Settings) -> Topics:
    """The topics of this node."""
    return Topics(settings.mqtt.base_topic, settings.node.id, settings.node.groups)


def link_settings(settings: Settings, environ: Mapping[str, str]) -> LinkSettings:
    """What the link needs to know. Raises SettingsError when the password cannot be read."""
    mqtt = settings.mqtt
    tls = TlsFiles(mqtt.tls.ca_file, mqtt.tls.cert_file, mqtt.tls.key_file, not mqtt.tls.insecure)
    return LinkSettings(
        host=mqtt.host,
        port=mqtt.port,
        client_id=mqtt.client_id,
        username=mqtt.username,
        password=mqtt_password(settings, environ),
        protocol=mqtt.protocol,
        keepalive_s=mqtt.keepalive_s,
        session_expiry_s=mqtt.session_expiry_s,
        receive_maximum=mqtt.receive_maximum,
        reconnect_min_s=mqtt.reconnect_min_s,
        reconnect_max_s=mqtt.reconnect_max_s,
        tls=tls if mqtt.tls.enabled else None,
    )


class MqttDoor:
    """Keeps the node on the bus from run() until close()."""

    def __init__(
        self,
        live: LiveSettings,
        environ: Mapping[str, str],
        publisher: AudioOverMqtt,
        make_service: MakeService,
        memory: LastHeard,
        neighbours: Sequence[Neighbour] = (),
    ) -> None:
        self._live = live
        self._environ = environ
        self._publisher = publisher
        self._make_service = make_service
        self._memory = memory
        self._neighbours = neighbours
        self._link: Link | None = None
        self._service: MqttService | None = None
        self._untold: deque[tuple[str, str]] = deque(maxlen=MOST_UNTOLD)
        self._turn = asyncio.Event()
        self._closing = False
        self._silent = asyncio.Event()
        self._reconnects = 0
        self._dropped = 0
        live.listen(self._settings_changed)

    @property
    def problem(self) -> str | None:
        """What is wrong with the link, as a stable code."""
        return self._link.problem if self._link else None

    @property
    def reconnects(self) -> int:
        """How often the link came back since the start."""
        return self._reconnects + (self._link.reconnects if self._link else 0)

    @property
    def dropped(self) -> int:
        """Messages in or out that were given up since the start."""
        return self._dropped + (_dropped(self._link) if self._link else 0)

    @property
    def connected(self) -> bool:
        """True while the broker answers."""
        return self._link is not None and self._link.state == "connected"

    def refresh_state(self) -> None:
        """Publish the state if it is not what was published last."""
        if self._service is not None:
            self._service.refresh_state()

    def refresh(self) -> None:
        """Publish state and info where they are not what was published last."""
        if self._service is not None:
            self._service.refresh_info()
            self._service.refresh_state()

    @property
    def max_packet_size(self) -> int | None:
        """Bytes of a whole packet that the broker takes; None when it does not say."""
        return self._link.max_packet_size if self._link else None

    def announce(self) -> None:
        """Publish again all that is retained, if the broker is there."""
        if self._service is not None and self.connected:
            self._service.announce()

    def tell(self, code: str, message: str) -> None:
        """Say on the error topic what concerns no message, once the broker is there."""
        if self.connected and self._service is not None:
            self._service.tell(code, message)
        else:
            self._untold.append((code, message))

    def close(self) -> None:
        """Take no more messages: what is not acknowledged yet, the broker keeps for the next start."""
        self._closing = True
        self._turn.set()

    def silent(self) -> None:
        """Everything is closed and told; say goodbye and end run()."""
        self._silent.set()

    async def run(self, events: Events) -> None:
        """Serve until close() and silent() were called; all of `events` is published, the last ones too."""
        while not self._closing:
            try:
                await self._serve(events)
            except SettingsError as error:
                log.error("cannot log in to the broker: %s", error)
                with suppress(TimeoutError):
                    async with asyncio.timeout(RETRY_S):
                        await self._turn.wait()

    async def _serve(self, events: Events) -> None:
        settings = self._live.value
        topics = self._publisher.topics = topics_of(settings)
        self._turn.clear()
        link = Link(
            await asyncio.to_thread(link_settings, settings, self._environ),
            Will(topics.availability, OFFLINE.encode()),
            self._listened_to(topics),
            topics.request("ping"),
            last_heard=await asyncio.to_thread(self._memory.load),
        )
        service = self._make_service(link, topics)
        service.attach()
        greeted = asyncio.Event()

        def greet() -> None:
            service.announce()
            while self._untold:
                service.tell(*self._untold.popleft())
            greeted.set()

        link.on_connected = greet
        async with link:
            self._link, self._service, self._publisher.link = link, service, link
            try:
                async with asyncio.TaskGroup() as group:
                    receiving = group.create_task(service.receive(), name="mqtt receive")
                    publishing = group.create_task(service.run(events), name="mqtt publish")
                    remembering = group.create_task(self._remember(link, greeted), name="mqtt memory")
                    await self._turn.wait()
                    receiving.cancel()
                    if self._closing:
                        await self._silent.wait()
                    publishing.cancel()
                    remembering.cancel()
                await service.goodbye(events, GOODBYE_S)
                await asyncio.to_thread(self._memory.save, link.last_heard)
            finally:
                self._reconnects += link.reconnects
                self._dropped += _dropped(link)
                self._link = self._service = self._publisher.link = None

    def _listened_to(self, topics: Topics) -> list[Subscription]:
        own = [Subscription(topic) for topic in topics.subscriptions()]
        foreign = [topic for neighbour in self._neighbours for topic in neighbour.topics()]
        return [*own, *(Subscription(topic, needed=False) for topic in foreign)]

    async def _remember(self, link: Link, greeted: asyncio.Event) -> None:
        await greeted.wait()
        while True:
            await asyncio.to_thread(self._memory.save, link.last_heard)
            await asyncio.sleep(REMEMBER_S)

    def _settings_changed(self, _: Settings, changes: Sequence[Change]) -> None:
        if any(change.applies == "reconnect" for change in changes):
            log.info("the settings of the broker changed: connecting again")
            self._turn.set()
        if self._service is not None and changes:
            self._service.refresh_info()
        self.refresh_state()


def _dropped(link: Link) -> int:
    return link.dropped + link.dropped_in
