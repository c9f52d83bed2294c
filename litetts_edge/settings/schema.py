"""Every setting: its default, range, unit, sentence, and what changing it does.

A text that is empty by default is filled in when the settings are loaded, where its sentence says so.
`etc/litetts-edge.yaml` and `docs/settings.md` are generated from this page by `scripts/generate-settings`.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from litetts_edge.settings import words
from litetts_edge.settings.setting import Setting, section, sections_of, setting, settings_of

Line = Annotated[str, AfterValidator(words.line)]
Slug = Annotated[str, AfterValidator(words.slug)]
Level = Annotated[str, AfterValidator(words.level)]
TimeOfDay = Annotated[str, AfterValidator(words.time_of_day)]


class Section(BaseModel):
    """Settings that belong together; values are already of the right type when they come here."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Node(Section):
    """Who this appliance is on the bus."""

    id: Annotated[str, AfterValidator(words.node_id)] = setting(
        "", applies="restart", help="Its name in every topic: a-z, 0-9, _ and -; empty takes the host name."
    )
    groups: Annotated[tuple[Slug, ...], AfterValidator(words.once_each)] = setting(
        (), applies="reconnect", max_length=32, help="Groups it belongs to; it speaks what is sent to any of them."
    )


class Engine(Section):
    """The code that turns text into audio."""

    name: Slug = setting(
        "auto",
        applies="revoice",
        help="Which engine speaks; auto takes the best installed one that keeps up on this machine.",
    )
    model: Line = setting(
        "",
        applies="revoice",
        max_length=128,
        help="Installed model that the engine loads; empty takes the engine's first.",
    )
    threads: int = setting(
        0,
        applies="revoice",
        ge=0,
        le=64,
        unit="threads",
        help="Threads of one synthesis; 0 takes what `litetts-edge tune` found, else chooses by cores.",
    )
    spinning: bool = setting(
        False, applies="revoice", help="Let idle threads spin: a little faster, but busier and warmer."
    )
    stream: Literal["exact", "calibrated", "off"] = setting(
        "calibrated",
        applies="revoice",
        help="How a sentence is given out before all of it exists: as if it were whole, sooner where a check has"
        " found no difference, or only when it is whole.",
    )
    idle_unload_s: float = setting(
        0.0,
        applies="live",
        ge=0,
        le=604800,
        unit="s",
        help="Give the model's memory back after so long a silence, and load it again on demand; 0 never does.",
    )
    memory_mb: int = setting(
        0,
        applies="live",
        ge=0,
        le=1_048_576,
        unit="MB",
        help="The most that models may take; a larger one is not loaded. 0 goes by what is available.",
    )


class Tuning(Section):
    """Finding out what suits this machine."""

    auto: bool = setting(
        True,
        applies="live",
        help="Tune the voice in a long silence, if that was not done since onnxruntime, kernel or model changed.",
    )


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
    base_topic: Annotated[str, AfterValidator(words.topic)] = setting(
        "litetts", applies="reconnect", help="What every topic begins with."
    )
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
    discovery_prefix: Annotated[str, AfterValidator(words.topic)] = setting(
        "homeassistant", applies="reconnect", help="Where Home Assistant looks for devices."
    )
    status_topic: Annotated[str, AfterValidator(words.topic)] = setting(
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


class Speaker(Section):
    """The loudspeaker."""

    device: Line = setting(
        "",
        applies="restart",
        max_length=256,
        help="Sound card, by its number, its name or a part of it; empty takes the system's default.",
    )
    latency_s: float = setting(
        0.2,
        applies="restart",
        ge=0.01,
        le=2,
        unit="s",
        help="Sound held ready in the sound card: less stops sooner, more survives a busy machine.",
    )
    volume: int = setting(80, applies="live", ge=0, le=100, unit="%", help="Loudness before the loudspeaker.")
    muted: bool = setting(False, applies="live", help="Speak without a sound.")
    release_after_s: float = setting(
        10.0,
        applies="restart",
        ge=-1,
        le=86400,
        unit="s",
        help="Give the sound card back after so long a silence, for others to use; -1 never does.",
    )
    lead_in_s: float = setting(
        0.0,
        applies="live",
        ge=0,
        le=5,
        unit="s",
        help="Silence before the first word after a pause, for an amplifier that sleeps: HDMI takes 1 to 1.5,"
        " Bluetooth 1, USB 0.5.",
    )
    duck_percent: int = setting(
        100,
        applies="live",
        ge=0,
        le=100,
        unit="%",
        help="While it speaks, turn what other programs play through PulseAudio or PipeWire down to so much of"
        " their volume; 100 leaves them alone.",
    )


class Chime(Section):
    """A sound before an announcement."""

    default: Line = setting(
        "",
        applies="live",
        max_length=64,
        help="Chime before every announcement that does not say: ding, dingdong, gong, alert, soft, or a file of"
        " your own without its ending; empty plays none.",
    )
    folder: Line = setting(
        "",
        applies="live",
        path=True,
        help="Your own chimes: WAV or FLAC files of at most 5 s; empty takes the folder chimes beside"
        " litetts-edge.yaml. A new file is found at a reload.",
    )


class Quiet(Section):
    """Hours in which the loudspeaker holds back. What goes to mqtt or a file is not concerned."""

    mode: Literal["off", "auto", "on"] = setting(
        "off", applies="live", help="Never quiet, quiet at the hours below, or quiet until this is changed again."
    )
    start: TimeOfDay = setting("22:00", applies="live", help="Local time at which quiet hours begin.")
    end: TimeOfDay = setting(
        "07:00", applies="live", help="Local time at which they end; on the next day when it is before the start."
    )
    days: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], AfterValidator(words.once_each)
    ] = setting((), applies="live", help="Days on which quiet hours begin; empty means every day.")
    passes: Literal["low", "normal", "high", "critical"] = setting(
        "critical", applies="live", help="Requests at least so urgent are spoken all the same."
    )
    others: Literal["drop", "hold", "soft"] = setting(
        "drop",
        applies="live",
        help="What becomes of the others: refused as quiet_hours, held until the end unless they expire before,"
        " or spoken softly.",
    )
    volume: int = setting(20, applies="live", ge=0, le=100, unit="%", help="The most that `soft` is spoken with.")


class Text(Section):
    """How a text is read."""

    lexicon: Line = setting(
        "",
        applies="restart",
        path=True,
        help="Your own words and how they are said; empty takes lexicon.yaml beside litetts-edge.yaml."
        " A change of the file holds at once.",
    )


class File(Section):
    """Audio written to files."""

    folder: Line = setting(
        "",
        applies="restart",
        path=True,
        help="Where the files go; empty takes the folder audio in the state folder.",
    )


class Queue(Section):
    """Requests that wait for their turn."""

    max: int = setting(
        100, applies="restart", ge=1, le=10000, unit="requests", help="How many may wait; more are refused."
    )


class Request(Section):
    """What a speak request may be, and what it is when it does not say."""

    ttl_s: float = setting(
        120.0,
        applies="live",
        ge=1,
        le=604800,
        unit="s",
        help="A request that has not been started after so long expires, unless it says otherwise.",
    )
    ack_pause_s: float = setting(
        10.0,
        applies="live",
        ge=1,
        le=3600,
        unit="s",
        help="Silence between two rounds of a request that is repeated until somebody cancels it (until_ack).",
    )
    ack_limit_s: float = setting(
        1800.0,
        applies="live",
        ge=10,
        le=86400,
        unit="s",
        help="Such a request ends by itself after so long.",
    )
    format: Literal["wav", "flac", "opus", "mp3", "pcm"] = setting(
        "wav", applies="live", help="How published and stored audio is encoded, unless the request says otherwise."
    )
    max_text: int = setting(
        5000, applies="live", ge=1, le=5000, unit="characters", help="A longer text is refused."
    )
    max_payload_bytes: int = setting(
        65536, applies="live", ge=1024, le=1_048_576, unit="bytes", help="A larger message is refused unread."
    )


class Mdns(Section):
    """Being found in the local network without an address being typed in."""

    enabled: bool = setting(True, applies="live", help="Announce the node and its services by mDNS.")
    interfaces: Annotated[tuple[Line, ...], AfterValidator(words.once_each)] = setting(
        (),
        applies="live",
        max_length=32,
        help="Network interfaces to announce on, such as eth0; empty takes all but those of containers.",
    )


class Health(Section):
    """How the appliance tells how it is."""

    interval_s: float = setting(
        30.0, applies="live", ge=1, le=3600, unit="s", help="Time between two reports on the health topic."
    )


class Privacy(Section):
    """What is said at home stays at home."""

    publish_text: bool = setting(
        False, applies="live", help="Let events on the bus carry the text that was spoken."
    )
    log_text: bool = setting(
        False, applies="live", help="Let the log carry the text that was spoken, at level debug."
    )


class Log(Section):
    """What the daemon writes down."""

    level: Literal["debug", "info", "warning", "error"] = setting(
        "info", applies="live", help="The least important thing that is written."
    )
    format: Literal["auto", "text", "journal"] = setting(
        "auto", applies="restart", help="Lines of text, or fields for the systemd journal; auto finds out."
    )


class Settings(Section):
    """Everything that can be set."""

    node: Node = section(Node)
    state_dir: Line = setting(
        "",
        applies="restart",
        path=True,
        help="Folder for what must survive a restart; empty takes the one that systemd gives,"
        " else /var/lib/litetts-edge for root and ~/.local/state/litetts-edge for others.",
    )
    voice: Line = setting(
        "auto",
        applies="revoice",
        min_length=1,
        max_length=128,
        help="Voice that speaks, as `litetts-edge voices` lists it, or a blend such as compact:slt(2)+rms;"
        " auto takes the engine's own default.",
    )
    speed: float = setting(
        1.0, applies="live", ge=0.5, le=2, help="Rate of speech; 1.0 is the voice's natural one."
    )
    engine: Engine = section(Engine)
    tuning: Tuning = section(Tuning)
    outputs: Annotated[tuple[Literal["speaker", "mqtt", "file"], ...], AfterValidator(words.once_each)] = setting(
        ("speaker",), applies="live", min_length=1, help="Where audio goes unless the request says otherwise."
    )
    mqtt: Mqtt = section(Mqtt)
    hermes: Hermes = section(Hermes)
    homeassistant: HomeAssistant = section(HomeAssistant)
    wyoming: Wyoming = section(Wyoming)
    speaker: Speaker = section(Speaker)
    chime: Chime = section(Chime)
    quiet: Quiet = section(Quiet)
    text: Text = section(Text)
    file: File = section(File)
    queue: Queue = section(Queue)
    request: Request = section(Request)
    mdns: Mdns = section(Mdns)
    health: Health = section(Health)
    privacy: Privacy = section(Privacy)
    log: Log = section(Log)


@cache
def known_settings() -> dict[str, Setting]:
    """Every setting by its dotted key, in the order of the schema."""
    return {one.key: one for one in settings_of(Settings)}


@cache
def known_sections() -> dict[str, str]:
    """The sentence of every section by its dotted name."""
    return dict(sections_of(Settings))
