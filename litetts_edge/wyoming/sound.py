"""Bare samples, as Wyoming sends them, into ours: any usual width, any number of channels mixed down to one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from litetts_edge.errors import BadField
from litetts_edge.pcm import Samples
from litetts_edge.wyoming.wire import Event

LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000
"""Hz."""
MOST_CHANNELS = 8
_TYPES = {1: "u1", 2: "<i2", 4: "<i4"}
"""By width in bytes; 24-bit samples nobody sends."""


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """What an audio-start announces."""

    rate: int
    """Hz."""
    width: int
    """Bytes of a sample."""
    channels: int

    @property
    def frame(self) -> int:
        """Bytes of a moment: a sample of each channel."""
        return self.width * self.channels


def format_of(event: Event) -> SoundFormat:
    """The format that an event says. Raises BadField."""
    width = event.whole("width", 1, 4)
    if width not in _TYPES:
        raise BadField(f"{event.type}.width", "samples of 1, 2 or 4 bytes are played")
    rate = event.whole("rate", LOWEST_RATE, HIGHEST_RATE)
    return SoundFormat(rate, width, event.whole("channels", 1, MOST_CHANNELS))


def samples_of(raw: bytes, sound: SoundFormat) -> Samples:
    """Whole frames as float32 mono, full scale -1 to 1."""
    values = np.frombuffer(raw, dtype=_TYPES[sound.width]).astype(np.float32)
    half = np.float32(2 ** (8 * sound.width - 1))
    if sound.width == 1:
        values -= half
    mono: Samples = values.reshape(-1, sound.channels).mean(axis=1, dtype=np.float32) / half
    return mono
