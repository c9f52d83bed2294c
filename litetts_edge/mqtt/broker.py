"""Which broker, and how to talk to it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What makes the connection private. With no file named, the system's certificate authorities are trusted."""

    ca_file: str = ""
    """Certificate authorities to trust, PEM."""
    cert_file: str = ""
    """Our own certificate, PEM, for brokers that ask for one."""
    key_file: str = ""
    verify_hostname: bool = True


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Where the broker is and what is agreed with it."""

    host: str
    port: int
    client_id: str
    """Stable over restarts, and no other client's: two with the same one throw each other out."""
    username: str = ""
    password: str = field(default="", repr=False)
    protocol: str = "auto"
    """`5`, `3.1.1`, or `auto`: 5, and 3.1.1 when the broker does not know 5."""
    keepalive_s: int = 60
    """A broker that is silent for up to twice as long is given up."""
    session_expiry_s: int = 300
    """How long the broker keeps messages for us while we are away (MQTT 5 only)."""
    receive_maximum: int = 16
    """How many messages the broker may send before the first is acknowledged (MQTT 5 only)."""
    reconnect_min_s: float = 1.0
    reconnect_max_s: float = 60.0
    tls: TlsFiles | None = None
    connect_timeout_s: float = 10.0
    """For each of TCP, TLS and the broker's answer."""
    self_test_s: float = 5.0
    """How long the self-test message may take to come back on a link that is silent otherwise."""
    outbox_limit: int = 2000
    """How many QoS 1 messages are kept while there is no connection."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes for us when the connection is lost."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic filter and the highest QoS (0 or 1) to receive it with."""

    topic: str
    qos: int = 1
    needed: bool = True
    """Without it, a broker that refuses is logged, and no problem."""
