"""Home Assistant as a neighbour: the node announces itself as a device there, and again when that is asked for."""

from __future__ import annotations

import asyncio
import logging
import math
import random as dice
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from litetts_edge import __version__
from litetts_edge.edition import installed_version
from litetts_edge.events import SpeechEvent
from litetts_edge.mqtt.delivery import Delivery
from litetts_edge.mqtt.documents import to_json
from litetts_edge.mqtt.homeassistant_device import MOST_BYTES, Appliance, document
from litetts_edge.mqtt.memory import LastAnnounced
from litetts_edge.mqtt.neighbour import Neighbour, Send
from litetts_edge.mqtt.topics import Topics
from litetts_edge.pipeline.voices import Voices
from litetts_edge.settings.live import LiveSettings

log = logging.getLogger(__name__)

BIRTH = b"online"
"""What Home Assistant says on its status topic when it has started (MQTT integration, "Birth and last will")."""

SOONEST_S, LATEST_S = 0.5, 3.0
"""After a birth: at a random moment, so that a house full of devices does not answer at once."""

SETTLE_S = 1.0
"""Home Assistant refuses the state of a select until it has taken in its new options."""

CUT_SHORT_S = 2.0
"""A connection that ends so soon after an announcement may have ended because of it: mosquitto 2.0 with
`max_queued_messages 0` hangs up over every message that its access rules deny."""

CUT_SHORT_TIMES = 2
"""In a row; then the announcement waits, for the node's own topics are worth more."""

WITHHELD_S = 600.0

LOOK_S = 300.0
"""How often the disk is looked at for a newer version."""

ROOM = 256
"""Bytes of a packet around the payload: topic, properties, lengths."""


class Door(Protocol):
    """What of the MQTT door is needed here."""

    @property
    def connected(self) -> bool:
        """True while the broker answers."""
        ...

    @property
    def reconnects(self) -> int:
        """How often the link came back."""
        ...

    @property
    def max_packet_size(self) -> int | None:
        """Bytes of a whole packet that the broker takes; None when it does not say."""
        ...

    def announce(self) -> None:
        """Publish again all that is retained, if the broker is there."""
        ...

    def tell(self, code: str, message: str) -> None:
        """Say on the error topic what concerns no message."""
        ...


class HomeAssistant(Neighbour):
    """Announces the node while run() runs. What is retained there is kept in mind on disk, so that it can be taken
    back after the node's id, the prefix or the switch has changed, over a restart too.
    """

    def __init__(
        self,
        live: LiveSettings,
        topics: Callable[[], Topics],
        voices: Callable[[], Voices],
        memory: LastAnnounced,
        door: Callable[[], Door],
        *,
        installed: Callable[[], str] = installed_version,
        random: Callable[[float, float], float] = dice.uniform,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = live
        self._topics = topics
        self._voices = voices
        self._memory = memory
        self._door = door
        self._installed = installed
        self._random = random
        self._send: Send | None = None
        self._due = asyncio.Event()
        self._afresh = False
        self._announced = ""
        self._updated = ""
        self._left_out = 0
        self._clock = clock
        self._cut_short = 0
        self._withheld_until = -math.inf
        self._answer: asyncio.TimerHandle | None = None

    # -- the neighbour -----------------------------------------------------------------------------

    def topics(self) -> Sequence[str]:
        """Its birth messages."""
        settings = self._live.value.homeassistant
        return (settings.status_topic,) if settings.enabled else ()

    def opened(self, send: Send) -> None:
        """Take the new link's way out."""
        self._send = send

    def greet(self) -> None:
        """Connected, or born: the broker may have forgotten everything."""
        self._afresh = True
        self._due.set()

    def changed(self) -> None:
        """The voices may have changed."""
        self._due.set()

    def tell(self, event: SpeechEvent) -> None:
        """Its event entity listens to the node's own topic."""

    async def handle(self, delivery: Delivery) -> None:
        """Answer a birth, a little later. A retained one is old: the node has just announced itself anyway."""
        if delivery.retain or delivery.payload.strip().lower() != BIRTH:
            return
        if self._answer is not None:
            self._answer.cancel()
        wait_s = self._random(SOONEST_S, LATEST_S)
        self._answer = asyncio.get_running_loop().call_later(wait_s, self._door().announce)

    # -- announcing --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Announce what there is to announce until cancelled."""
        remembered = await asyncio.to_thread(self._memory.load)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._due.wait()
            self._due.clear()
            if not self._door().connected:  # greet() comes
                continue
            if self._afresh:
                self._afresh = False
                self._announced = self._updated = ""
            remembered = await self._take_back(remembered)
            if self._live.value.homeassistant.enabled and self._clock() >= self._withheld_until:
                await self._announce()

    async def _take_back(self, remembered: tuple[str, ...]) -> tuple[str, ...]:
        """Empty the topics that are no longer this node's. Returns what is remembered now."""
        wanted = self._wanted()
        if remembered != wanted:
            # Both are on disk while the broker may have either.
            await asyncio.to_thread(self._memory.save, (*wanted, *remembered))
            for topic in remembered:
                if topic not in wanted:
                    self._publish(topic, "")
                    log.info("no longer announced to Home Assistant: %s", topic)
            await asyncio.to_thread(self._memory.save, wanted)
        return wanted

    def _wanted(self) -> tuple[str, ...]:
        settings = self._live.value.homeassistant
        topics = self._topics()
        return (topics.discovery(settings.discovery_prefix), topics.update) if settings.enabled else ()

    async def _announce(self) -> None:
        """Publish what is another than the last one published."""
        settings = self._live.value.homeassistant
        topics = self._topics()
        appliance = Appliance(topics, settings.name or topics.node, __version__, self._voices_by_want())
        most = min(MOST_BYTES, (self._door().max_packet_size or MOST_BYTES) - ROOM)
        device, left_out = document(appliance, most)
        if device != self._announced:
            was_known = bool(self._announced)
            self._announced = device
            self._say_left_out(left_out, len(appliance.voices))
            self._publish(topics.discovery(settings.discovery_prefix), device)
            loop = asyncio.get_running_loop()
            loop.call_later(CUT_SHORT_S, self._judge, self._door().reconnects)
            if was_known:
                loop.call_later(SETTLE_S, self._door().announce)
        update = await asyncio.to_thread(self._update)
        if update != self._updated:
            self._updated = update
            self._publish(topics.update, update)

    def _judge(self, reconnects: int) -> None:
        """Did the connection outlive the announcement?"""
        if self._door().connected and self._door().reconnects == reconnects:
            self._cut_short = 0
            return
        self._cut_short += 1
        if self._cut_short >= CUT_SHORT_TIMES and self._clock() >= self._withheld_until:
            self._withheld_until = self._clock() + WITHHELD_S
            settings = self._live.value.homeassistant
            log.warning(
                "the broker seems to hang up over %s, so that is left alone for %.0f minutes: let its access rules"
                " (ACL) allow this node to write there and to read %s, or set homeassistant.enabled: false",
                self._topics().discovery(settings.discovery_prefix),
                WITHHELD_S / 60,
                settings.status_topic,
            )

    def _voices_by_want(self) -> list[str]:
        """The one that speaks first (it may be a blend, which no list has), then those of its engine."""
        voices = self._voices()
        default = voices.default
        ordered = sorted(voices, key=lambda voice: voice.engine != default.engine)
        return list(dict.fromkeys((default.id, *(voice.id for voice in ordered))))

    def _say_left_out(self, count: int, of: int) -> None:
        if count and count != self._left_out:
            message = f"Home Assistant is told {of - count} of {of} voices: a message to the broker holds no more."
            log.warning("%s", message)
            self._door().tell("voices_left_out", message)
        self._left_out = count

    def _update(self) -> str:
        """The document of the update topic; touches the disk."""
        installed = self._installed() or __version__
        summary = "" if installed == __version__ else f"{installed} is installed; restart the service to run it."
        return to_json({"installed_version": __version__, "latest_version": installed, "release_summary": summary})

    def _publish(self, topic: str, payload: str) -> None:
        """With QoS 0: greet() repeats it, and what access rules deny must not be sent again and again."""
        if self._send is not None:
            self._send(topic, payload, retain=True, qos=0)
