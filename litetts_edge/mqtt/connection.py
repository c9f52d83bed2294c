"""One connection to the broker, from looking up its name to the last byte. Imports paho: load it late.

paho does the protocol; the sockets are read and written on the event loop, so everything here runs on the loop
and nothing needs a lock. Only what can hang (name lookup, TCP, TLS) runs in a daemon thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from litetts_edge.mqtt.broker import LinkSettings, Will
from litetts_edge.mqtt.dial import ConnectFailed, dial, tls_context
from litetts_edge.mqtt.dialect import Accepted, Dialect, Ended, acceptance, ending, refusal
from litetts_edge.mqtt.outbox import Outgoing

log = logging.getLogger(__name__)

_QUICKACK: int = getattr(socket, "TCP_QUICKACK", 0)  # tcp(7), Linux only


class Listener(Protocol):
    """Whoever owns the connection. All calls come on the event loop."""

    def on_slow(self) -> None:
        """Looking up the name, TCP or TLS takes longer than it should; it goes on."""

    def on_message(self, message: MQTTMessage) -> None:
        """A message came."""

    def on_suback(self, packet_id: int, granted: bool, reason: str) -> None:
        """A subscription was answered."""

    def on_puback(self, packet_id: int, reason: int) -> None:
        """A QoS 1 message was answered; a reason of 0x80 or more refuses it."""


class Connection:
    """One attempt to be connected, used once. Leave it with close()."""

    def __init__(
        self,
        settings: LinkSettings,
        will: Will,
        listener: Listener,
        *,
        version: int,
        clean: bool,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._clean = clean
        self._clock = clock
        self._dialect = Dialect(settings, is_five=version == 5)
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Accepted | ConnectFailed] = self._loop.create_future()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()
        self.last_heard = clock()
        """When the broker last sent something, in seconds on the clock."""
        self.receive_maximum = 65535
        """How many QoS 1 messages may be on their way to the broker at once, the self-test included."""
        self._fd = -1
        self._tick: asyncio.TimerHandle | None = None
        self._left: asyncio.Event | None = None
        self._written = asyncio.Event()
        self._written.set()
        self._client = self._make_client(will)

    def _make_client(self, will: Will) -> Client:
        client = self._dialect.client(will)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_socket_close = self._on_socket_close
        # Because of this callback paho only queues packets, whoever calls; the loop is the only one who writes.
        client.on_socket_register_write = self._on_want_write
        client.on_socket_unregister_write = self._on_all_written
        return client

    # -- opening and closing -------------------------------------------------------------------------------

    async def open(self) -> Accepted:
        """Connect and wait for the broker's answer. Raises ConnectFailed."""
        patience_s = 3 * self._settings.connect_timeout_s
        await dial(self._connect, self._abandon, patience_s, self._listener.on_slow)
        self._attach()
        try:
            async with asyncio.timeout(self._settings.connect_timeout_s):
                answer = await self._answer
        except TimeoutError:
            raise ConnectFailed(
                "broker_unreachable", "the broker took the connection but does not answer"
            ) from None
        if isinstance(answer, ConnectFailed):
            raise answer
        self.receive_maximum = answer.receive_maximum
        return answer

    def _connect(self) -> None:
        """Do what may hang; on a thread, and the only thing that is."""
        settings = self._settings
        if settings.tls is not None:
            self._client.tls_set_context(tls_context(settings.tls))
        options = self._dialect.connect_options(clean=self._clean)
        self._client.connect(settings.host, settings.port, settings.keepalive_s, **options)

    def _abandon(self) -> None:
        sock = self._client.socket()
        if sock is not None:
            sock.close()

    def _attach(self) -> None:
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        # An acknowledgement followed by an event must not wait for the broker's delayed TCP acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._fd = sock.fileno()
        self.last_heard = self._clock()
        self._loop.add_reader(self._fd, self._guarded, self._read)
        self._loop.add_writer(self._fd, self._guarded, self._client.loop_write)
        self._written.clear()
        self._keep_alive()

    async def leave(self, within_s: float) -> None:
        """Say goodbye, so that the broker does not publish the will; gives up after `within_s` seconds."""
        if self._fd < 0 or self.ended.done():
            return
        # paho closes its socket as soon as the goodbye is in the kernel, and with something unread that resets
        # the connection, goodbye included. This second handle keeps it open until the broker closes it.
        handle = socket.socket(fileno=os.dup(self._fd))
        handle.setblocking(False)
        self._left = asyncio.Event()
        self._client.disconnect()
        with handle, suppress(TimeoutError, OSError):
            async with asyncio.timeout(within_s):
                await self._left.wait()
                handle.shutdown(socket.SHUT_WR)
                while await self._loop.sock_recv(handle, 65536):
                    pass

    def close(self) -> None:
        """Let go of the socket at once; the broker publishes the will unless leave() came before."""
        if self._tick is not None:
            self._tick.cancel()
        self._detach()
        self._abandon()
        self._end(Ended("link_lost", "closed on our side"))

    def _detach(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            self._fd = -1
        self._written.set()

    # -- talking -------------------------------------------------------------------------------------------

    def subscribe(self, topic: str, qos: int) -> int:
        """Ask for `topic`; returns the packet id that on_suback() will name, or 0 when the link is gone."""
        result, packet_id = self._dialect.subscribe(self._client, topic, qos)
        return packet_id if result == MQTTErrorCode.MQTT_ERR_SUCCESS and packet_id else 0

    def unsubscribe(self, topic: str) -> None:
        """Ask for no more of `topic`."""
        self._client.unsubscribe(topic)

    def publish(self, message: Outgoing) -> int:
        """Queue `message` for the socket; returns the packet id that on_puback() will name if its QoS is 1."""
        info = self._client.publish(
            message.topic, message.payload, message.qos, message.retain, self._dialect.properties(message)
        )
        return info.mid

    def packet_size(self, message: Outgoing) -> int:
        """How many bytes `message` has on the wire, at most."""
        return self._dialect.packet_size(message)

    def ack(self, packet_id: int) -> None:
        """Send the PUBACK of a message that came on this connection."""
        self._client.ack(packet_id, 1)

    async def written(self) -> None:
        """Return when everything published so far is in the kernel's hands, or the connection is over."""
        await self._written.wait()

    # -- the socket on the loop ----------------------------------------------------------------------------

    def _guarded(self, step: Callable[[], object]) -> None:
        """Run one step of paho; if it stumbles over what the broker sent, only this connection ends."""
        try:
            step()
        except Exception:
            log.exception("the broker sent something unreadable; the connection is closed")
            self._detach()
            self._abandon()
            self._end(Ended("link_lost", "the broker sent something unreadable", unreadable=True))

    def _read(self) -> None:
        self.last_heard = self._clock()
        self._client.loop_read()
        sock = self._client.socket()
        while isinstance(sock, ssl.SSLSocket) and sock.pending():  # decrypted already: the loop cannot see it
            self._client.loop_read()
            sock = self._client.socket()
        if _QUICKACK and isinstance(sock, socket.socket) and sock.fileno() >= 0:
            # Linux forgets this option by itself, so it is set after each read. Without it the broker, which by
            # default waits for our TCP acknowledgement before it sends the next small message (mosquitto:
            # set_tcp_nodelay), hears of it 40 ms late when there is nothing to answer with.
            sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _keep_alive(self) -> None:
        self._guarded(self._client.loop_misc)
        if not self.ended.done():
            pause = min(max(self._settings.keepalive_s / 8, 0.1), 5.0)
            self._tick = self._loop.call_later(pause, self._keep_alive)

    def _on_want_write(self, _client: Client, _userdata: object, _sock: object) -> None:
        if self._fd >= 0:  # not while the thread is still dialling
            self._written.clear()
            self._loop.add_writer(self._fd, self._guarded, self._client.loop_write)

    def _on_all_written(self, _client: Client, _userdata: object, _sock: object) -> None:
        if self._fd >= 0:
            self._loop.remove_writer(self._fd)
            self._written.set()

    def _on_socket_close(self, _client: Client, _userdata: object, _sock: object) -> None:
        self._detach()

    # -- what paho says ------------------------------------------------------------------------------------

    def _on_connect(
        self,
        _client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self._answer.done():
            return
        self._answer.set_result(refusal(reason) if reason.is_failure else acceptance(flags, properties))

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._left is not None:  # as we wished: not an end that anybody needs to be told
            self._left.set()
            return
        self._end(ending(flags, reason))

    def _end(self, ended: Ended) -> None:
        if not self._answer.done():
            # A listener with TLS says no more than that to plain MQTT, nor TLS 1.3 to a missing certificate.
            hint = (
                "is this its TLS port? see mqtt.tls.enabled"
                if self._settings.tls is None
                else "does it want a certificate of ours? see mqtt.tls.cert_file"
            )
            why = f"the broker hung up without an answer; {hint}"
            self._answer.set_result(ConnectFailed("broker_unreachable", why, closed_early=True))
        if not self.ended.done():
            self.ended.set_result(ended)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._listener.on_message(message)

    def _on_publish(
        self, _client: Client, _userdata: object, packet_id: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        self._listener.on_puback(packet_id, reason.value)

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        packet_id: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        granted = not any(reason.is_failure for reason in reasons)
        self._listener.on_suback(packet_id, granted, ", ".join(str(reason) for reason in reasons))
