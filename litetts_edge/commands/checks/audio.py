"""Sound: the devices, the chosen one, whether it takes sound, and if not, who or what is in the way."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litetts_edge.commands.checks.finding import Finding, fault, ok, warn
from litetts_edge.errors import NoAudioDevice
from litetts_edge.settings.schema import Settings
from litetts_edge.sinks import device as devices
from litetts_edge.sinks.device import Device, Holder

LIMIT_S = 10.0
FIRST_BLOCK_S = 3.0
"""How long a device that was opened may take before it asks for sound."""

WHEN_STUCK = (
    "The sound server or the driver hangs. Restart it: `systemctl --user restart pipewire pipewire-pulse`,",
    "or `pulseaudio --kill` (it starts again by itself); if that does not help, restart the machine.",
)
DAEMON = "litetts-edge"
"""What the daemon's process is called."""
_FIRST_PERSON = 1000  # login.defs(5), UID_MIN: lower ones belong to services
WITHOUT = "Without a sound card set `outputs: [mqtt]`: the audio is then published on the broker."


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides whether this user reaches a sound card."""

    user: str
    is_root: bool
    is_service: bool
    """An account for a program, not for a person: it has no desktop with a sound server."""
    in_audio: bool | None
    """In the group audio; None where there is no such group."""
    nodes: tuple[str, ...]
    """The playback devices of ALSA, such as /dev/snd/pcmC0D0p."""
    forbidden: tuple[str, ...]
    """Those of them that this user may not open."""
    servers: tuple[str, ...]
    """The sockets of sound servers: those that this user can reach."""
    others_servers: tuple[str, ...] = ()
    """Sockets of sound servers that belong to other users."""


def audio(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look for a device as the daemon would, and give it a moment of silence."""
    needed = settings.outputs == ("speaker",)
    if "speaker" not in settings.outputs:
        yield ok("audio", f"the speaker is not among the outputs ({', '.join(settings.outputs)})")
        return
    around = surroundings(environ)
    try:
        devices.refresh()
        found = devices.outputs()
        chosen = devices.choose(settings.speaker.device, found)
    except NoAudioDevice as error:
        yield judge_missing(str(error), _outputs(), around, needed=needed)
        return
    yield judge_found(found, chosen, around)
    try:
        rate = play_silence(chosen, settings.speaker.latency_s)
    except NoAudioDevice as error:
        yield judge_refused(chosen, str(error), devices.busy_holders(), around, needed=needed)
    else:
        yield ok("audio device", f"{chosen.name} takes sound at {rate} Hz")


def _outputs() -> tuple[Device, ...]:
    with suppress(NoAudioDevice):
        return devices.outputs()
    return ()


def play_silence(device: Device, latency_s: float) -> int:
    """Open the device and wait until it asks for sound; its rate in Hz. Raises NoAudioDevice."""
    asked = threading.Event()

    def callback(out: Any, _frames: int, _times: Any, _status: Any) -> None:
        out.fill(0)
        asked.set()

    stream = devices.open_stream(device, latency_s, callback, lambda: None)
    try:
        devices.start_stream(stream)
        if not asked.wait(FIRST_BLOCK_S):
            raise NoAudioDevice(f"{device.name} was opened, but asks for no sound.")
        return int(stream.samplerate)
    finally:
        devices.close_stream(stream)


# -- what it means -----------------------------------------------------------------------------------------


def judge_found(found: Sequence[Device], chosen: Device, around: Surroundings) -> Finding:
    """`chosen` is the one that the settings mean."""
    names = ", ".join(f"{device.index} {device.name}" for device in found[:8])
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    servers = f"; sound server: {', '.join(around.servers)}" if around.servers else "; no sound server"
    return ok("audio", f"{chosen.name} is chosen; devices: {names}{more}{servers}")


def judge_missing(why: str, found: Sequence[Device], around: Surroundings, *, needed: bool) -> Finding:
    """There is no device, or not the one that the settings name; `needed` when it is the only output."""
    judge = fault if needed else warn
    if "libportaudio2" in why:
        return judge("audio", _first(why), "Install it: `sudo apt install libportaudio2`.", WITHOUT)
    if found:
        names = ", ".join(repr(device.name) for device in found)
        return judge(
            "audio", _first(why), f"Set speaker.device to one of {names}, or leave it empty.", *_reach(around)
        )
    if around.nodes and around.forbidden:
        return judge("audio", f"{_first(why)} There are cards that {around.user} may not use.", *_reach(around))
    if around.nodes:
        return judge(
            "audio",
            f"{_first(why)} Yet there is {', '.join(around.nodes)}",
            "Another program may hold it: stop that, then try `aplay -l` and `speaker-test -t sine -l 1`.",
            *_reach(around),
        )
    return judge(
        "audio",
        _first(why),
        WITHOUT,
        "With a card: is it plugged in, and in `aplay -l`? On a Raspberry Pi /boot/firmware/config.txt needs"
        " `dtparam=audio=on`, or the `dtoverlay` of the sound board.",
        *_reach(around),
    )


def judge_refused(
    chosen: Device, why: str, holders: Sequence[Holder], around: Surroundings, *, needed: bool
) -> Finding:
    """The device is there, but cannot be used; `holders` have a sound card open."""
    if holders and all(holder.name.startswith(DAEMON) for holder in holders):
        return ok("audio device", f"{chosen.name} is in use by the running daemon: {holders[0]}")
    judge = fault if needed else warn
    if holders:
        stop = " or ".join(f"`kill {holder.pid}` ({holder.name})" for holder in holders)
        return judge(
            "audio device",
            f"{chosen.name} is busy: {'; '.join(map(str, holders))}",
            f"Stop that program: {stop}; or share the card by playing through a sound server or a `dmix` device.",
        )
    advice = ["Try `speaker-test -t sine -l 1`; set speaker.device to another device if this one is not meant."]
    if not around.is_root:
        advice.insert(0, "Another user's program may hold it: `sudo litetts-edge doctor` sees and names it.")
    return judge("audio device", why, *advice, *_reach(around))


def _first(why: str) -> str:
    return why.removeprefix("The output speaker failed: ").partition(" `litetts-edge doctor`")[0]


def _reach(around: Surroundings) -> list[str]:
    """What keeps this user from sound cards."""
    lines = []
    if around.in_audio is False and not around.is_root:
        again = "restart the service" if around.is_service else "log in again"
        lines.append(
            f"{around.user} is not in the group audio: `sudo usermod -aG audio {around.user}`, then {again}."
        )
    if around.others_servers and not around.servers:
        lines.append(
            f"The sound server of another user ({', '.join(around.others_servers)}) may keep the card, and"
            f" {around.user} cannot play through it: log that user out, or run litetts-edge as that user."
        )
    return lines


# -- the surroundings --------------------------------------------------------------------------------------


def surroundings(
    environ: Mapping[str, str], dev: Path = Path("/dev/snd"), run: Path = Path("/run")
) -> Surroundings:
    """Look at this user's groups, the nodes of the cards and the sockets of sound servers."""
    import pwd

    uid = os.geteuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = f"user {uid}"
    nodes = tuple(sorted(str(node) for node in dev.glob("pcmC*D*p")))
    forbidden = tuple(node for node in nodes if not os.access(node, os.R_OK | os.W_OK))
    mine, others = _servers(environ, uid, run)
    return Surroundings(user, uid == 0, 0 < uid < _FIRST_PERSON, _in_audio(), nodes, forbidden, mine, others)


def _in_audio() -> bool | None:
    import grp

    try:
        return grp.getgrnam("audio").gr_gid in {os.getegid(), *os.getgroups()}
    except KeyError:
        return None


def _servers(environ: Mapping[str, str], uid: int, run: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sockets by which this user reaches a sound server, and those of others."""
    own = Path(environ.get("XDG_RUNTIME_DIR") or run / "user" / str(uid))
    places = [own / "pulse" / "native", own / "pipewire-0", run / "pulse" / "native"]
    if named := environ.get("PULSE_SERVER", "").removeprefix("unix:"):
        places.insert(0, Path(named))
    mine = [str(place) for place in places if _is_there(place)]
    if named and not named.startswith("/"):
        mine.insert(0, named)  # on another machine
    users = sorted((run / "user").glob("*")) if _is_there(run / "user") else []
    others = [str(place) for user in users for place in (user / "pulse" / "native",) if _is_there(place)]
    return tuple(mine), tuple(place for place in others if place not in mine)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that this user may not enter
        return False
