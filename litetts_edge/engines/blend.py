"""Blends of an engine's speakers by name: `compact:slt(2)+rms(1)`; `compact:slt+rms` for equal parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from litetts_edge.errors import VoiceNotFound

_PART = re.compile(r"(?P<speaker>[a-z][a-z0-9_-]*)(?:\((?P<weight>[0-9]{1,3}(?:\.[0-9]{1,3})?)\))?")
_NO_ALIASES: Mapping[str, str] = MappingProxyType({})


def weights(
    voice: str, engine: str, speakers: Sequence[str], aliases: Mapping[str, str] = _NO_ALIASES
) -> NDArray[np.float32]:
    """How much of each speaker the voice id asks for: (speakers,), in their order, with the sum 1.

    One speaker is a blend of one; `aliases` are other names of speakers. Raises VoiceNotFound, with the nearest
    blend that there is, for a speaker that is not there or is named twice, for weights that are all 0, and for
    what is no blend.
    """
    shares = np.zeros(len(speakers))
    parts = voice.removeprefix(f"{engine}:").split("+")
    named: set[str] = set()
    for part in parts:
        found = _PART.fullmatch(part)
        speaker = aliases.get(found["speaker"], found["speaker"]) if found else ""
        if found is None or speaker not in speakers or speaker in named:
            raise VoiceNotFound(voice, _nearest(parts, engine, speakers))
        named.add(speaker)
        shares[speakers.index(speaker)] = float(found["weight"] or 1)
    if not shares.sum():
        raise VoiceNotFound(voice, _nearest(parts, engine, speakers))
    blended: NDArray[np.float32] = (shares / shares.sum()).astype(np.float32)
    return blended


def label(shares: NDArray[np.float32], speakers: Sequence[str]) -> str:
    """For people: `67 % slt, 33 % rms`."""
    named = [
        f"{share:.0%}".replace("%", " %") + f" {name}"
        for name, share in zip(speakers, shares, strict=True)
        if share
    ]
    return ", ".join(named)


def _nearest(parts: Sequence[str], engine: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """What may have been meant: each part its nearest speaker, no speaker twice."""
    meant: list[str] = []
    for part in parts:
        found = get_close_matches(part.partition("(")[0].strip().lower(), speakers, n=1)
        meant += [name for name in found or speakers if name not in meant][:1]
    return (f"{engine}:{'+'.join(meant)}", *(f"{engine}:{name}" for name in speakers))
