"""Every setting: its default, range, unit, sentence, and what changing it does.

Most of them are on two pages beside this one: network (the doors) and speaking (the way of a request).
A text that is empty by default is filled in when the settings are loaded, where its sentence says so.
`etc/litetts-edge.yaml` and `docs/settings.md` are generated from these pages by `scripts/generate-settings`.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator

from litetts_edge.settings import words
from litetts_edge.settings.kinds import Line, Section, Slug
from litetts_edge.settings.network import Hermes, HomeAssistant, Mdns, Mqtt, Wyoming
from litetts_edge.settings.setting import Setting, section, sections_of, setting, settings_of
from litetts_edge.settings.speaking import Chime, Engine, File, Queue, Quiet, Request, Speaker, Text, Tuning


class Node(Section):
    """Who this appliance is on the bus."""

    id: Annotated[str, AfterValidator(words.node_id)] = setting(
        "", applies="restart", help="Its name in every topic: a-z, 0-9, _ and -; empty takes the host name."
    )
    groups: Annotated[tuple[Slug, ...], AfterValidator(words.once_each)] = setting(
        (), applies="reconnect", max_length=32, help="Groups it belongs to; it speaks what is sent to any of them."
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
