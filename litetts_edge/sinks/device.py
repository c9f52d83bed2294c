"""Sound devices: which there are, which one is meant, how it is opened, and who holds a busy one."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from litetts_edge.errors import NoAudioDevice, did_you_mean

log = logging.getLogger(__name__)

RATES = (48_000, 44_100)
"""Hz, in the order in which they are tried: nearly every card runs at 48 kHz, and PortAudio's idea of a
device's own rate is 44,100 for everything behind ALSA's plug layer, which then resamples badly."""

BLOCK_S = (0.010, 0.020)
"""Shortest and longest block: each costs one run of Python code, and each delays what is new."""

DEPTH = 0.6
"""Share of the wanted latency asked from PortAudio. It fills up to two blocks more than it was asked for
(measured on PulseAudio 16: asked 0.12 s, held 0.20 s; asked 0.03 s, held 0.05 s)."""


@dataclass(frozen=True, slots=True)
class Device:
    """A place where PortAudio can play."""

    index: int
    name: str
    channels: int
    rate: int
    """Hz."""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a sound device open."""

    pid: int
    name: str
    node: str
    """Such as /dev/snd/pcmC0D0p."""

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid}) holds {self.node}"


def refresh() -> None:
    """Make PortAudio look for devices again: it lists them once, when it starts. No stream may be open."""
    if "sounddevice" not in sys.modules:
        _portaudio()  # the first import looks for devices itself
        return
    sd = _portaudio()
    with _explained("PortAudio could not be started"):
        # sounddevice offers no public way, and counts.
        if sd._initialized:  # noqa: SLF001
            sd._terminate()  # noqa: SLF001
        sd._initialize()  # noqa: SLF001


def outputs() -> tuple[Device, ...]:
    """Every device that can play, as of the last refresh(). Raises NoAudioDevice when PortAudio cannot tell."""
    sd = _portaudio()
    with _explained("PortAudio could not list the devices"):
        rows = sd.query_devices()
        default = sd.default.device[1]
        if default < 0:
            default = next((api["default_output_device"] for api in sd.query_hostapis()), -1)
    return tuple(
        Device(
            index=int(row["index"]),
            name=str(row["name"]),
            channels=int(row["max_output_channels"]),
            rate=round(row["default_samplerate"]),
            is_default=int(row["index"]) == default,
        )
        for row in rows
        if row["max_output_channels"] > 0
    )


def choose(wanted: str | int, devices: Iterable[Device]) -> Device:
    """The device meant by `wanted`: an index, a name or a part of one; empty means the default.

    Raises NoAudioDevice.
    """
    known = list(devices)
    if not known:
        raise NoAudioDevice("There is no sound card.")
    if wanted == "":
        return next((device for device in known if device.is_default), known[0])
    if isinstance(wanted, int) or wanted.isdecimal():
        found = [device for device in known if device.index == int(wanted)]
    else:
        low = wanted.casefold()
        found = [device for device in known if device.name.casefold() == low]
        found = found or [device for device in known if low in device.name.casefold()]
    if not found:
        hint = did_you_mean(str(wanted), [device.name for device in known])
        raise NoAudioDevice(f"No sound device {wanted!r} (setting speaker.device).{hint}")
    return found[0]


def open_stream(
    device: Device,
    latency_s: float,
    callback: Callable[[Any, int, Any, Any], None],
    finished: Callable[[], None],
    rate: int | None = None,
) -> Any:
    """An open output stream that was not started; `rate` (Hz) is tried first. Raises NoAudioDevice.

    `callback` gets (out, frames, times, status), `out` as an array (frames, channels) to be filled.
    """
    sd = _portaudio()
    first = () if rate is None else (rate,)
    formats = [
        (hertz, channels)
        for hertz in dict.fromkeys((*first, *RATES, device.rate))
        for channels in dict.fromkeys((1, 2, device.channels))
        if channels <= device.channels
    ]
    error: Exception | None = None
    for hertz, channels in formats:
        block = min(max(latency_s / 10, BLOCK_S[0]), BLOCK_S[1])
        try:
            return sd.RawOutputStream(
                samplerate=hertz,
                blocksize=round(block * hertz),
                device=device.index,
                channels=channels,
                dtype="float32",
                latency=latency_s * DEPTH,
                callback=_on_arrays(callback, channels),
                finished_callback=finished,
            )
        except (sd.PortAudioError, ValueError) as refused:
            error = refused
            if _code(refused) not in (-9997, -9998):  # another rate, or more channels, may be taken
                break
    holders = busy_holders()
    reason = f"{device.name} could not be opened: {error}."
    if holders:
        reason += f" {'; '.join(str(holder) for holder in holders)}."
    raise NoAudioDevice(reason) from error


def _on_arrays(
    callback: Callable[[Any, int, Any, Any], None], channels: int
) -> Callable[[Any, int, Any, Any], None]:
    # sounddevice 0.5.6 shapes its own arrays in a way that numpy 2.5 warns about, at every call.
    def on_buffer(out: Any, frames: int, times: Any, status: Any) -> None:
        callback(np.frombuffer(out, dtype=np.float32).reshape(frames, channels), frames, times, status)

    return on_buffer


def start_stream(stream: Any) -> None:
    """Let it ask for samples. Raises NoAudioDevice."""
    with _explained("The sound device could not be started"):
        stream.start()


def close_stream(stream: Any) -> None:
    """Stop at once and close; what the card still holds is dropped."""
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)


def busy_holders(proc: Path = Path("/proc")) -> tuple[Holder, ...]:
    """The processes that have an ALSA playback device open, as far as this user may see them."""
    found = []
    for folder in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            nodes = {str(link.readlink()) for link in (folder / "fd").iterdir()}
            name = (folder / "comm").read_text().strip()
            found += [Holder(int(folder.name), name, node) for node in sorted(nodes) if _is_playback(node)]
    return tuple(found)


def _is_playback(node: str) -> bool:
    return re.fullmatch(r"/dev/snd/pcmC\d+D\d+p", node) is not None


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except _portaudio().PortAudioError as error:
        raise NoAudioDevice(f"{what}: {error}.") from error


def _code(error: Exception) -> int:
    """PortAudio's number for what went wrong; 0 when there is none."""
    return error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as missing:
        raise NoAudioDevice(
            "The PortAudio library is missing: `apt install libportaudio2` brings it."
        ) from missing
    return sounddevice
