"""The link to the broker: it comes back by itself, and says what is wrong when it cannot.

Connecting happens in the background. Nothing here fails because a broker is missing: `state` and `problem` tell.
"""

from __future__ import annotations

import asyncio
import logging
import random as dice
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from litetts_edge.mqtt.attempts import Attempts
from litetts_edge.mqtt.broker import LinkSettings, Subscription, TlsFiles, Will
from litetts_edge.mqtt.delivery import Arrivals, Delivery
from litetts_edge.mqtt.dial import ConnectFailed
from litetts_edge.mqtt.outbox import Outgoing
from litetts_edge.mqtt.sender import PacketTooLarge, Sender
from litetts_edge.mqtt.subscriptions import SelfTest, Subscriptions

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessage

    from litetts_edge.mqtt.connection import Connection
    from litetts_edge.mqtt.dialect import Accepted, Ended

__all__ = ["Delivery", "Link", "LinkSettings", "PacketTooLarge", "Subscription", "TlsFiles", "Will"]

log = logging.getLogger(__name__)

_GOODBYE_S = 0.5  # for the DISCONNECT to leave; a frozen broker does not hold up the exit
_RETEST_S = 60.0  # a self-test that failed is tried again: the broker's rules may have been mended


class Link:
    """One connection to the broker at a time, kept up for as long as the context is open. Loop only.

    The hooks are called on the loop and must not block; assign them before entering.
    """

    def __init__(
        self,
        settings: LinkSettings,
        will: Will,
        subscriptions: Sequence[Subscription],
        self_test_topic: str,
        *,
        last_heard: float | None = None,
        random: Callable[[], float] = dice.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._will = will
        self._topics = Subscriptions(subscriptions)
        self._self_test = SelfTest(self_test_topic, settings.self_test_s, clock)
        self._clock = clock

        self.on_connected: Callable[[], None] = _nothing
        """Connected and subscribed: publish availability, info and state again."""
        self.on_session_lost: Callable[[float], None] = _say_nothing
        """The broker forgot our session, and with it what was published while we were away for so many seconds."""
        self.on_problem: Callable[[str | None], None] = _say_nothing
        """`problem` has changed."""

        self.state: Literal["connecting", "connected", "closed"] = "closed"
        self.problem: str | None = None
        """A stable code: broker_unreachable, host_not_found, not_authorized, tls_untrusted, tls_failed, tls_files,
        client_id_in_use, client_id_rejected, unsupported_protocol, broker_refused, link_lost, link_unstable,
        self_test_failed, subscription_refused; None when all is well or nothing is known yet."""
        self.problem_text = ""
        """What the log said about it, for people."""
        self.protocol: str | None = None
        """`5` or `3.1.1` while connected."""
        self.session_present = False
        self.self_tested = False
        """The self-test message of this connection came back: topics really reach us."""
        self.reconnects = 0
        self.sessions_lost = 0

        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._arrivals = Arrivals(self._self_test, clock)
        self._sender = Sender(settings.outbox_limit)
        self._attempts = Attempts(settings.protocol, settings.reconnect_min_s, settings.reconnect_max_s, random)
        self._met_at = 0.0
        self._lost_at = last_heard
        self._was_connected = False
        self._denied = False

    async def __aenter__(self) -> Self:
        self.state = "connecting"
        self._task = asyncio.create_task(self._run(), name="mqtt link")
        self._task.add_done_callback(lambda _task: self._arrivals.close())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.state = "closed"
        if self._connection is not None:
            await self._connection.leave(_GOODBYE_S)
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})

    @property
    def duplicates(self) -> int:
        """Messages that the broker repeated and that were not delivered again."""
        return self._arrivals.duplicates

    @property
    def dropped_in(self) -> int:
        """Messages of QoS 0 that came faster than they were taken, and were dropped."""
        return self._arrivals.dropped

    @property
    def max_packet_size(self) -> int | None:
        """Bytes of a whole packet, from the last CONNACK; None when the broker did not say."""
        return self._sender.max_packet_size

    @property
    def dropped(self) -> int:
        """Messages to publish that were given up: QoS 0 without a connection, QoS 1 beyond the outbox."""
        return self._sender.dropped

    # -- for the service -----------------------------------------------------------------------------------

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Yield messages in order of arrival; each must be acknowledged, whatever it says."""
        while (delivery := await self._arrivals.next()) is not None:
            yield delivery
        assert self._task is not None
        if not self._task.cancelled():
            self._task.result()  # a fault of ours: it ends the service, and systemd restarts the daemon

    def publish(
        self,
        topic: str,
        payload: bytes | str,
        *,
        qos: int = 0,
        retain: bool = False,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
        user_properties: Sequence[tuple[str, str]] = (),
    ) -> bool:
        """Send a message; returns False when it is dropped: QoS 0 without a connection.

        QoS 1 is kept until the broker has it, over reconnections too. What MQTT 3.1.1 cannot carry (expiry,
        correlation, user properties) is left out there. Raises PacketTooLarge.
        """
        # The name of a file or a device may have bytes that are no text: better a `?` than no message at all.
        data = payload.encode(errors="replace") if isinstance(payload, str) else payload
        return self._sender.publish(
            Outgoing(topic, data, qos, retain, expiry_s, correlation, tuple(user_properties))
        )

    @property
    def last_heard(self) -> float | None:
        """When the broker was last heard, in seconds on the clock; None when it never was."""
        return self._lost_at if self._connection is None else self._connection.last_heard

    def unsubscribe(self, topic: str) -> None:
        """End a subscription that an earlier configuration left in the session."""
        if self._connection is not None:
            self._connection.unsubscribe(topic)

    async def flush(self, within_s: float) -> bool:
        """Wait until the broker has acknowledged every QoS 1 message; False when time is up first."""
        return await self._sender.flush(within_s)

    async def room(self) -> None:
        """Wait, while there is a connection, until there is room for many a QoS 1 message.

        Whoever makes messages faster than the broker takes them waits here, so that none is dropped.
        """
        await self._sender.room()

    async def written(self) -> bool:
        """Wait until what was published has left this process; False when its connection was over first.

        A writer of much audio waits here, so that a slow network does not fill the memory.
        """
        connection = self._connection
        if connection is None:
            return False
        await connection.written()
        return not connection.ended.done()

    # -- the life of the link ------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            if not await self._one_connection():
                await asyncio.sleep(self._attempts.wait_s())

    async def _one_connection(self) -> bool:
        """Connect, serve until the connection ends. True asks for another one without a wait."""
        from litetts_edge.mqtt.connection import Connection

        attempts = self._attempts
        connection = Connection(
            self._settings, self._will, self, version=attempts.version, clean=attempts.clean, clock=self._clock
        )
        async with AsyncExitStack() as stack:
            stack.callback(connection.close)
            try:
                accepted = await connection.open()
            except ConnectFailed as failure:
                self._tell(failure.code, str(failure))
                return attempts.failed(
                    unsupported=failure.code == "unsupported_protocol", closed_early=failure.closed_early
                )
            stack.callback(self._lose, connection)
            self._greet(connection, accepted)
            test = asyncio.create_task(self._test(connection), name="mqtt self-test")
            stack.callback(test.cancel)
            ended = await connection.ended
            self._note_end(ended)
        return False

    def _greet(self, connection: Connection, accepted: Accepted) -> None:
        away = self._clock() - self._lost_at if self._lost_at is not None else None
        five = self._attempts.version == 5
        self._attempts.succeeded()
        self._met_at = self._clock()
        self._connection = connection
        backlog_since = self._backlog_begin() if accepted.session_present else None
        self._arrivals.connected(connection.ack, resumed=accepted.session_present, backlog_since=backlog_since)
        self._sender.connected(connection, accepted)
        self.protocol = "5" if five else "3.1.1"
        self.session_present = accepted.session_present
        self.state = "connected"
        kept = "session resumed" if accepted.session_present else "new session"
        where = f"{self._settings.host}:{self._settings.port}"
        log.info("connected to the broker at %s (MQTT %s, %s)", where, self.protocol, kept)
        self.reconnects += self._was_connected
        if away is not None and five and not accepted.session_present and self._expected_session(away):
            self.sessions_lost += 1
            log.warning("the broker lost our session: what was published in the last %.0f s is gone", away)
            self.on_session_lost(away)
        self._was_connected = True
        self._topics.ask(connection)
        self._sender.send_waiting()
        if not self._denied:
            self._tell(None, "")
        self.on_connected()

    def _expected_session(self, away: float) -> bool:
        """The broker should have kept the session; a process that was off for long expects nothing."""
        expiry_s = self._settings.session_expiry_s
        return expiry_s > 0 and (self._was_connected or away < expiry_s)

    def _backlog_begin(self) -> float:
        """When the oldest message that the broker may have kept for us can have been published.

        Not before the session's expiry: a time on disk may come from a clock that was wrong.
        """
        oldest = self._clock() - self._settings.session_expiry_s
        return oldest if self._lost_at is None else max(oldest, self._lost_at)

    def _lose(self, connection: Connection) -> None:
        """Undo _greet(); what is on its way in or out waits for the next connection."""
        self._lost_at = connection.last_heard  # messages can have waited since then, not only since we noticed
        self._connection = None
        self.protocol = None
        self.self_tested = False
        self._arrivals.disconnected()
        self._sender.disconnected()
        if self.state != "closed":
            self.state = "connecting"

    def _note_end(self, ended: Ended) -> None:
        self._attempts.ended(self._clock() - self._met_at, unreadable=ended.unreadable)
        if self._attempts.clean:
            log.error("a stored message cannot be read and would end every connection: the session is given up")
        if ended.code == "link_lost" and self._denied:
            return
        if ended.code == "link_lost" and self._attempts.unstable:
            # Not every broker says why. mosquitto 2.0 just hangs up on the older of two clients with one id.
            self._tell(
                "link_unstable",
                f"the connection was lost {self._attempts.short_ones} times soon after it was made;"
                f" does another client use the client id {self._settings.client_id!r}?",
            )
        else:
            self._tell(ended.code, ended.message)

    def _tell(self, code: str | None, message: str) -> None:
        """Note the problem; the log gets one line for each change, not one for each attempt."""
        if code == self.problem:
            return
        self.problem = code
        self.problem_text = message
        if code is not None:
            log.warning("mqtt %s:%s: %s (%s)", self._settings.host, self._settings.port, message, code)
        self.on_problem(code)

    async def _test(self, connection: Connection) -> None:
        """Prove that messages reach us, and try again while they do not."""
        await self._topics.answered(self._settings.self_test_s)
        while not await self._self_test.passes(connection, busy=lambda: self._arrivals.waiting > 0):
            self._arrivals.backlog_is_over()
            self._tell_denied()
            await asyncio.sleep(_RETEST_S)
        self.self_tested = True
        self._denied = False
        self._attempts.proved()
        refused = ", ".join(f"{topic} ({reason})" for topic, reason in self._topics.refused.items())
        if refused:
            self._tell("subscription_refused", f"the broker refuses subscriptions: {refused}")
        else:
            self._tell(None, "")

    def _tell_denied(self) -> None:
        user = self._settings.username or "(anonymous)"
        self._tell(
            "self_test_failed",
            f"a message of our own to {self._self_test.topic} did not come back: the broker's access rules (ACL)"
            f" must let the user {user} read and write it",
        )

    # -- what the connection says (connection.Listener) ----------------------------------------------------

    def on_slow(self) -> None:
        """Say so; the attempt goes on in its thread."""
        self._tell("broker_unreachable", "looking up the broker's name or connecting hangs; see mqtt.host")

    def on_message(self, message: MQTTMessage) -> None:
        """Pass a message on."""
        self._arrivals.take_in(message)

    def on_suback(self, packet_id: int, granted: bool, reason: str) -> None:
        """Note what became of a subscription."""
        self._topics.answer(packet_id, granted, reason)

    def on_puback(self, packet_id: int, reason: int) -> None:
        """Let go of a message that the broker has, or does not want."""
        ours = self._sender.settled(packet_id, reason)
        if not ours and reason >= 0x80 and self._self_test.was_sent_as(packet_id):
            self._denied = True  # mosquitto 2.0 hangs up after this, which would look like a fault of the network
            self._tell_denied()


def _nothing() -> None:
    """The hook that nobody has set."""


def _say_nothing(_what: object) -> None:
    """The hook with a parameter that nobody has set."""
