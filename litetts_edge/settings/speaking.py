"""Settings of the way of a request: what it may be, who reads it, where it is heard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from litetts_edge.settings import words
from litetts_edge.settings.kinds import Line, Section, Slug, TimeOfDay
from litetts_edge.settings.setting import setting


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


class Text(Section):
    """How a text is read."""

    lexicon: Line = setting(
        "",
        applies="restart",
        path=True,
        help="Your own words and how they are said; empty takes lexicon.yaml beside litetts-edge.yaml."
        " A change of the file holds at once.",
    )


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
    keep: bool = setting(
        True,
        applies="restart",
        help="Write what waits to the state folder, so that neither a restart nor a crash loses it.",
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
