"""Settings of the doors: who may ask, over what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from litetts_edge.settings import words
from litetts_edge.settings.kinds import Level, Line, Section, Topic
from litetts_edge.settings.setting import section, setting


class Tls(Section):
    """Encryption of the connection to the broker."""

    enabled: bool = setting(
        False, applies="reconnect", help="Encrypt; brokers usually listen for that on port 8883."
    )
    ca_file: Line = setting(
        "", applies="reconnect", path=True, help="Certificates (PEM) to trust; empty trusts the system's."
    )
    cert_file: Line = setting(
        "", applies="reconnect", path=True, help="Our own certificate (PEM), for brokers that ask for one."
    )
    key_file: Line = setting(
        "", applies="reconnect", path=True, help="The key (PEM) of our certificate, unless it is in the same file."
    )
    insecure: bool = setting(
        False,
        applies="reconnect",
        help="Accept a certificate that does not name the broker's host; anyone on the way can then listen in.",
    )


class Mqtt(Section):
    """The connection to the MQTT broker, and what is published there."""

    enabled: bool = setting(True, applies="restart", help="Listen to a broker at all.")
    host: Annotated[str, AfterValidator(words.host)] = setting(
        "localhost", applies="reconnect", help="Broker to connect to: a host name or an address."
    )
    port: int = setting(1883, applies="reconnect", ge=1, le=65535, help="TCP port of the broker.")
    username: Line = setting(
        "", applies="reconnect", max_length=512, help="Name to log in with; empty logs in without."
    )
    password_file: Line = setting(
        "",
        applies="reconnect",
        path=True,
        help="File whose first line is the password; empty takes the systemd credential mqtt-password, if any.",
    )
    password: Line = setting(
        "",
        applies="reconnect",
        max_length=512,
        secret=True,
        help="The password itself; better use password_file, for this file is read by more than the daemon.",
    )
    client_id: Line = setting(
        "",
        applies="reconnect",
        max_length=128,
        help="Name of the session at the broker; empty makes one of the node's id and the machine's.",
    )
    protocol: Literal["auto", "5", "3.1.1"] = setting(
        "auto", applies="reconnect", help="Version of MQTT; auto tries 5 and falls back to 3.1.1."
    )
    keepalive_s: int = setting(
        30,
        applies="reconnect",
        ge=5,
        le=3600,
        unit="s",
        help="How soon either side notices that the other is gone.",
    )
    session_expiry_s: int = setting(
        300,
        applies="reconnect",
        ge=0,
        le=604800,
        unit="s",
        help="How long the broker keeps requests while we are away.",
    )
    receive_maximum: int = setting(
        16,
        applies="reconnect",
        ge=1,
        le=65535,
        unit="messages",
        help="How many messages the broker sends before we have acknowledged the first (MQTT 5).",
    )
    backlog: Literal["drop", "speak"] = setting(
        "drop", applies="live", help="What becomes of requests that may be too old after an outage."
    )
    reconnect_min_s: float = setting(
        1.0, applies="reconnect", ge=0.1, le=3600, unit="s", help="Longest wait before the first try to reconnect."
    )
    reconnect_max_s: float = setting(
        60.0, applies="reconnect", ge=0.1, le=3600, unit="s", help="Longest wait between two tries to reconnect."
    )
    base_topic: Topic = setting("litetts", applies="reconnect", help="What every topic begins with.")
    max_audio_bytes: int = setting(
        1_500_000,
        applies="restart",
        ge=1024,
        le=268_435_455,  # MQTT 5 section 2.1.4: the largest Remaining Length
        unit="bytes",
        help="Audio above this size, or above what the broker takes, is published in chunks.",
    )
    tls: Tls = section(Tls)


class Hermes(Section):
    """Rhasspy's protocol, Hermes: this node as its text to speech and its loudspeaker."""

    enabled: bool = setting(False, applies="reconnect", help="Listen to Rhasspy's topics on the same broker.")
    site_ids: Annotated[tuple[Level, ...], AfterValidator(words.once_each)] = setting(
        (),
        applies="reconnect",
        max_length=32,
        help="Sites that this node speaks for; empty takes the node's id, and default.",
    )


class HomeAssistant(Section):
    """How the appliance shows itself in Home Assistant, over the same broker."""

    enabled: bool = setting(True, applies="reconnect", help="Announce the appliance and its controls there.")
    name: Line = setting(
        "", applies="reconnect", max_length=64, help="What the device is called there; empty takes the node's id."
    )
    discovery_prefix: Topic = setting(
        "homeassistant", applies="reconnect", help="Where Home Assistant looks for devices."
    )
    status_topic: Topic = setting(
        "homeassistant/status",
        applies="reconnect",
        help="Where Home Assistant says that it is online; then all is announced again.",
    )


class WyomingSatellite(Section):
    """The loudspeaker as a Wyoming satellite, on a port of its own."""

    enabled: bool = setting(True, applies="restart", help="Play what Wyoming clients send, if wyoming is on.")
    port: int = setting(10700, applies="restart", ge=1, le=65535, help="TCP port of the satellite.")
    priority: Literal["low", "normal", "high", "critical"] = setting(
        "normal", applies="live", help="How urgent its announcements are among all others."
    )


class Wyoming(Section):
    """Home Assistant's voice protocol: this node as a text to speech service, and as a loudspeaker."""

    enabled: bool = setting(
        False,
        applies="restart",
        help="Listen for Wyoming clients; there is neither password nor encryption.",
    )
    host: Annotated[str, AfterValidator(words.address)] = setting(
        "127.0.0.1",
        applies="restart",
        help="Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for everybody who can reach it.",
    )
    port: int = setting(10200, applies="restart", ge=1, le=65535, help="TCP port of the text to speech service.")
    satellite: WyomingSatellite = section(WyomingSatellite)


class Mdns(Section):
    """Being found in the local network without an address being typed in."""

    enabled: bool = setting(True, applies="live", help="Announce the node and its services by mDNS.")
    interfaces: Annotated[tuple[Line, ...], AfterValidator(words.once_each)] = setting(
        (),
        applies="live",
        max_length=32,
        help="Network interfaces to announce on, such as eth0; empty takes all but those of containers.",
    )
