"""The sounds before an announcement that are made here. Pure functions; files of one's own are pipeline/tunes.py.

Each is a sum of decaying sines (a struck bar or bell is one, Fletcher and Rossing, "The Physics of Musical
Instruments", 1998, chapters 19 and 21), begins and ends with a raised cosine, and is scaled to the loudness of
speech: its loudest 400 ms have -20 LUFS (ITU-R BS.1770-4), so that one volume suits both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from litetts_edge.pcm import Samples

END_S = 0.03
"""Every chime fades out over so long: what still rings by then is cut without a click."""
HIGHEST = 0.45
"""Partials above this share of the sample rate are left out: they would fold back as other tones."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One tone of a chime."""

    at_s: float
    pitch: float
    """Hz."""
    partials: tuple[tuple[float, float], ...]
    """(multiple of the pitch, strength); the higher one decays the faster."""
    decay_s: float
    """Time in which the pitch itself falls to a third (1/e)."""
    attack_s: float = 0.004
    length_s: float = 10.0
    """It is stopped after so long, as by a hand."""


@dataclass(frozen=True, slots=True)
class Chime:
    """How one sounds."""

    about: str
    length_s: float
    strikes: tuple[Strike, ...]
    scale: float
    """Makes its loudest 400 ms -20 LUFS; measured, and held by a test."""


_BAR = ((1.0, 1.0), (2.0, 0.25), (3.98, 0.10))
"""A tuned bar, such as a doorbell's: close to whole multiples."""
_BELL = ((0.5, 0.5), (1.0, 1.0), (1.19, 0.55), (1.5, 0.35), (2.0, 0.45), (2.74, 0.2), (3.76, 0.1))
"""Hum, prime, tierce, quint, nominal and above: the partials of a church bell."""
_PURE = ((1.0, 1.0), (2.0, 0.12))
_BUZZ = ((1.0, 1.0), (2.0, 0.5), (3.0, 0.3))

CHIMES: Mapping[str, Chime] = {
    "ding": Chime("one bright strike", 0.8, (Strike(0.0, 1046.5, _BAR, 0.22),), 0.265),
    "dingdong": Chime(
        "a doorbell: high, then low",
        1.5,
        (Strike(0.0, 659.3, _BAR, 0.25), Strike(0.5, 523.3, _BAR, 0.35)),
        0.237,
    ),
    "gong": Chime("low and long", 2.4, (Strike(0.0, 220.0, _BELL, 0.7, attack_s=0.015),), 0.156),
    "alert": Chime(
        "three short beeps: look up",
        0.72,
        tuple(Strike(0.24 * turn, 987.8, _BUZZ, 5.0, attack_s=0.006, length_s=0.15) for turn in range(3)),
        0.139,
    ),
    "soft": Chime(
        "two gentle tones, rising",
        1.2,
        (Strike(0.0, 392.0, _PURE, 0.3, attack_s=0.06), Strike(0.3, 523.3, _PURE, 0.35, attack_s=0.06)),
        0.235,
    ),
}


def chime(name: str, sample_rate: int) -> Samples:
    """The chime of that name (a key of CHIMES): mono, float32, at `sample_rate` Hz."""
    made = CHIMES[name]
    samples = np.zeros(round(made.length_s * sample_rate))
    for strike in made.strikes:
        start = round(strike.at_s * sample_rate)
        tone = _tone(strike, min(len(samples) - start, round(strike.length_s * sample_rate)), sample_rate)
        samples[start : start + len(tone)] += tone
    samples *= made.scale
    _fade_out(samples, round(END_S * sample_rate))
    whole: Samples = samples.astype(np.float32)
    return whole


def _tone(strike: Strike, count: int, sample_rate: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    time = np.arange(count) / sample_rate
    tone = np.zeros(count)
    for multiple, strength in strike.partials:
        hertz = strike.pitch * multiple
        if hertz < HIGHEST * sample_rate:
            decay = np.exp(-time * max(multiple, 1.0) / strike.decay_s)
            tone += strength * decay * np.sin(2 * np.pi * hertz * time)
    attack = min(round(strike.attack_s * sample_rate), count)
    tone[:attack] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(attack) / max(attack, 1))
    if strike.length_s * sample_rate <= count + 1:
        _fade_out(tone, round(0.02 * sample_rate))
    return tone


def _fade_out(samples: np.ndarray[tuple[int], np.dtype[np.float64]], count: int) -> None:
    """The last `count` samples fall to zero."""
    samples[-count:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, count + 1) / count)
