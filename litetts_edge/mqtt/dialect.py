"""What is said to a broker and what its answers mean, in paho's words. Imports paho: load it late.

A Dialect knows what MQTT 5 and 3.1.1 say differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from litetts_edge.mqtt.broker import LinkSettings, Will
from litetts_edge.mqtt.dial import ConnectFailed
from litetts_edge.mqtt.outbox import Outgoing

MAX_INCOMING = 4 * 1024 * 1024  # bytes; a broker must not fill a small machine's memory with one message

# MQTT 5 §3.2.2.2; paho translates the codes of MQTT 3.1.1 to these.
_REFUSALS = {
    0x84: ("unsupported_protocol", "the broker does not speak this version of MQTT"),
    0x85: ("client_id_rejected", "the broker does not accept the client id; see mqtt.client_id"),
    0x86: ("not_authorized", "the broker does not accept the user name or password; see mqtt.username"),
    0x87: ("not_authorized", "the broker does not let this user in; see mqtt.username and the broker's rules"),
}
_SESSION_TAKEN_OVER = 0x8E
_MALFORMED = (0x81, 0x82)  # malformed packet, protocol error: what we say when we cannot read the broker's packet


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the broker said when it let us in."""

    session_present: bool
    max_packet_size: int | None
    """Bytes of a whole packet; None when the broker did not say."""
    receive_maximum: int
    """How many QoS 1 messages may be on their way to it at once."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Why a connection is over."""

    code: str
    message: str
    unreadable: bool = False
    """The broker sent something that could not be read; it will do so again if it is a stored message."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one version of the protocol says it."""

    settings: LinkSettings
    is_five: bool
    """MQTT 5; else 3.1.1."""

    def client(self, will: Will) -> Client:
        """One that speaks it, with no callbacks yet."""
        settings = self.settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if self.is_five else True,
            protocol=MQTTProtocolVersion.MQTTv5 if self.is_five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = settings.connect_timeout_s
        client.max_inflight_messages = 0  # the outbox keeps to the broker's limit
        if settings.username:
            client.username_pw_set(settings.username, settings.password)
        client.will_set(will.topic, will.payload, will.qos, will.retain)
        return client

    def connect_options(self, *, clean: bool) -> dict[str, Any]:
        """Arguments of Client.connect(); `clean` gives up the session that the broker may have."""
        if not self.is_five:
            return {}
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self.settings.session_expiry_s
        properties.ReceiveMaximum = self.settings.receive_maximum
        properties.MaximumPacketSize = MAX_INCOMING
        return {"clean_start": clean, "properties": properties}

    def subscribe(self, client: Client, topic: str, qos: int) -> tuple[MQTTErrorCode, int | None]:
        """Paho's answer: whether it was sent, and its packet id."""
        if not self.is_five:
            return client.subscribe(topic, qos)
        # Stored messages come with a new subscription only, and say that they are retained even when live.
        options = SubscribeOptions(
            qos, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
        )
        return client.subscribe(topic, options=options)

    def properties(self, message: Outgoing) -> Properties | None:
        """Those of a PUBLISH; 3.1.1 has none."""
        if not self.is_five:
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if message.expiry_s is not None:
            properties.MessageExpiryInterval = message.expiry_s
        if message.correlation is not None:
            properties.CorrelationData = message.correlation
        if message.user_properties:
            properties.UserProperty = list(message.user_properties)
        return properties

    def packet_size(self, message: Outgoing) -> int:
        """How many bytes `message` has on the wire, at most."""
        properties = self.properties(message)
        extra = len(properties.pack()) if properties is not None else 0  # type: ignore[no-untyped-call]
        return len(message.payload) + len(message.topic.encode()) + extra + 9  # header 5, topic 2, packet id 2


def acceptance(flags: ConnectFlags, properties: Properties | None) -> Accepted:
    """What a CONNACK that lets us in says."""
    return Accepted(
        session_present=flags.session_present,
        max_packet_size=getattr(properties, "MaximumPacketSize", None),
        receive_maximum=getattr(properties, "ReceiveMaximum", 65535),
    )


def refusal(reason: ReasonCode) -> ConnectFailed:
    """What a CONNACK that does not let us in means, and which setting to look at."""
    code, why = _REFUSALS.get(reason.value, ("broker_refused", f"the broker refuses: {reason}"))
    return ConnectFailed(code, why)


def ending(flags: DisconnectFlags, reason: ReasonCode) -> Ended:
    """Why a connection that we did not leave is over."""
    if not flags.is_disconnect_packet_from_server:
        return Ended("link_lost", "the connection was lost", unreadable=reason.value in _MALFORMED)
    if reason.value == _SESSION_TAKEN_OVER:
        return Ended("client_id_in_use", "another client connected with the same client id")
    return Ended("link_lost", f"the broker ended the connection: {reason}")
