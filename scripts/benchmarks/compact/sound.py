"""Faults that a listener who understands every word still hears: clicks, hiss in pauses, clipping, loudness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.sentences import held_out
from benchmarks.compact.systems import VOICES, find
from benchmarks.figures import Figure, Goal
from litetts_edge.engines import MODELS
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.compact_units import KNEE
from litetts_edge.engines.compact_windows import WHOLE
from litetts_edge.pcm import Samples
from litetts_edge.soundcheck.loudness import loudness
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend
from litetts_edge.text.phonemes import MARKS

TARGET_LUFS = -20.0
FLUX = Goal(
    "max", 1.001, "issue: no clicks at window joins; the same places without a join are what they are held to"
)
JOINS = Goal("low", 1.0, "issue: spectral flux at joins not above its median elsewhere, as far as chance allows")
SILENT = Goal("max", -60.0, "issue: silence below -60 dBFS")
CLIPPED = Goal("max", 0.0, "issue: no clipping")
OFF = Goal("max", 1.0, "issue: within 1 LU of -20 LUFS")

_EDGE_S = 0.005
_LONG_PAUSE_S = 0.08
"""Shorter ones are the end of one sound and the beginning of another."""
_IN_PAUSE = (0.4, 0.8)
"""Of the length of a pause: before that what was said dies away, after it the next sound begins."""
_FRAME, _STEP = 128, 64
_AROUND = 1600
"""Samples on either side that a place is compared with."""
_QUIET = 1e-3
"""RMS below which a join is in a pause: nobody hears a jump there, and any ratio is one of noise."""


@dataclass(slots=True)
class _Found:
    """Of one voice."""

    at_joins: list[float] = field(default_factory=list)
    elsewhere: list[float] = field(default_factory=list)
    without_joins: list[float] = field(default_factory=list)
    """As at_joins, of the same sentences in one window each."""
    edges_db: list[float] = field(default_factory=list)
    pauses_db: list[float] = field(default_factory=list)
    spoken: list[Samples] = field(default_factory=list)


def measure(scale: float, fp32: Path | None) -> Iterator[Figure]:
    """Of what the engine streams, sample for sample; all sentences always, for few of them have pauses."""
    del scale, fp32
    for voice in VOICES:
        found = _speak_all(voice, held_out())
        found.pauses_db += _pauses_at_marks(voice)
        yield from _joins(voice, found)
        whole = np.concatenate(found.spoken)
        limited, clipped = (1e6 * float(np.mean(np.abs(whole) > size)) for size in (KNEE, 0.99999))
        level = loudness(whole, 16000)
        for name, what, unit, values, goal in (
            ("silence.edges", "RMS of the first or the last 5 ms, the louder", "dBFS", found.edges_db, SILENT),
            (
                "silence.pauses",
                f"RMS from {_IN_PAUSE[0]:g} to {_IN_PAUSE[1]:g} of each pause of {_LONG_PAUSE_S:g} s and more; "
                "20 sentences have each mark put into their middle",
                "dBFS",
                found.pauses_db,
                SILENT,
            ),
            (
                "peak",
                "the loudest sample of a sentence",
                "dBFS",
                [_db(np.abs(x).max()) for x in found.spoken],
                None,
            ),
            (
                "limited",
                f"samples above {KNEE:g} of full scale, which the vocoder bends, of a million",
                "samples",
                [limited],
                None,
            ),
            ("clipped", "samples at full scale, of a million", "samples", [clipped], CLIPPED),
            ("loudness", "BS.1770 integrated, all sentences joined", "LUFS", [level], None),
            ("loudness.off", f"that, from {TARGET_LUFS:g} LUFS", "LU", [abs(level - TARGET_LUFS)], OFF),
        ):
            yield Figure(f"{name}.{voice}", what, unit, values, goal)


def _joins(voice: str, found: _Found) -> Iterator[Figure]:
    """Against all other places, which chance and the places themselves move; and against these without joins."""
    joins, usual = np.array(found.at_joins), float(np.median(found.elsewhere))
    drawn = np.random.default_rng(3).integers(len(joins), size=(2000, len(joins)))
    low, high = np.percentile(np.median(joins[drawn], axis=1) / usual, [2.5, 97.5])
    yield Figure(
        f"joins.flux.{voice}",
        "spectral flux at window joins, of its median elsewhere, with the 95 % interval of a bootstrap",
        "times",
        [float(np.median(joins)) / usual],
        interval=(float(low), float(high)),
        goal=JOINS,
    )
    ratio = float(np.median(joins) / np.median(found.without_joins))
    what = "the same, of the flux at these places in the same sentences without joins"
    yield Figure(f"joins.flux-of-whole.{voice}", what, "times", [ratio], FLUX)
    yield Figure(f"joins.count.{voice}", "window joins in sound", "joins", [float(len(joins))])


def _speak_all(speaker: str, texts: list[str]) -> _Found:
    found, compact = _Found(), CompactEngine(models=MODELS)
    uncut = CompactEngine(models=MODELS, first_steps=WHOLE)
    voice = find(compact, f"compact:{speaker}")
    for text in texts:
        for sentence in Frontend().sentences(text, voice, ""):
            chunks = [chunk.samples for chunk in compact.synthesize(sentence, voice, 1.0)]
            samples = np.concatenate(chunks)
            joins = np.cumsum([len(chunk) for chunk in chunks])[:-1]
            at_joins, elsewhere = flux_at(samples, joins)
            found.at_joins += at_joins
            found.elsewhere += elsewhere
            (whole,) = uncut.synthesize(sentence, voice, 1.0)
            found.without_joins += flux_at(whole.samples, joins)[0]
            edge = round(_EDGE_S * voice.sample_rate)
            found.edges_db.append(max(_rms_db(samples[:edge]), _rms_db(samples[-edge:])))
            found.pauses_db += _pauses(compact, sentence, voice, samples)
            found.spoken.append(samples)
    return found


def _pauses(compact: CompactEngine, sentence: Sentence, voice: Voice, samples: Samples) -> list[float]:
    """The level of each long pause within a sentence."""
    found = []
    for token in compact.times(sentence, voice, 1.0)[1:-1]:
        length = token.end_s - token.start_s
        if token.token in MARKS and length >= _LONG_PAUSE_S:
            begin, end = (round((token.start_s + part * length) * voice.sample_rate) for part in _IN_PAUSE)
            found.append(_rms_db(samples[begin:end]))
    return found


def _pauses_at_marks(speaker: str) -> list[float]:
    """The same, of sentences that have each mark of MARKS in their middle: few of the held-out ones have any."""
    compact = CompactEngine(models=MODELS)
    voice = find(compact, f"compact:{speaker}")
    found = []
    for text in held_out()[:20]:
        for sentence in Frontend().sentences(text, voice, ""):
            words = sentence.phonemes.split()
            middle = len(words) // 2
            for mark in MARKS:
                said = " ".join(words[:middle]) + mark + " " + " ".join(words[middle:])
                marked = replace(sentence, phonemes=said)
                chunks = [chunk.samples for chunk in compact.synthesize(marked, voice, 1.0)]
                found += _pauses(compact, marked, voice, np.concatenate(chunks))
    return found


def flux_at(samples: Samples, joins: NDArray[np.int64]) -> tuple[list[float], list[float]]:
    """How fast the spectrum changes at the joins, and at all other places 4 ms apart.

    The distance of the magnitudes of two frames of 8 ms, one centred on the place (where a jump is a click in its
    middle) and one 4 ms before, divided by the median of that within 0.1 s. Pauses are left out.
    """
    places = np.arange(_FRAME, len(samples) - _FRAME, _STEP)
    if not len(places):
        return [], []
    everywhere = _flux(samples, places)
    loud = [float(np.square(samples[max(0, at - 400) : at + 400]).mean()) > _QUIET**2 for at in places]

    def relative(at: int, flux: float) -> float:
        near = (np.abs(places - at) <= _AROUND) & (np.abs(places - at) > _FRAME)
        return flux / max(float(np.median(everywhere[near])), 1e-9)

    far = [int(np.abs(joins - at).min(initial=_AROUND)) > _FRAME for at in places]
    elsewhere = [
        relative(int(at), float(flux))
        for at, flux, is_loud, is_far in zip(places, everywhere, loud, far, strict=True)
        if is_loud and is_far
    ]
    inside = [int(at) for at in joins if places[0] <= at <= places[-1] and loud[int(np.abs(places - at).argmin())]]
    at_joins = [
        relative(at, float(flux)) for at, flux in zip(inside, _flux(samples, np.array(inside)), strict=True)
    ]
    return at_joins, elsewhere


def _flux(samples: Samples, places: NDArray[np.int64]) -> NDArray[np.float64]:
    if not len(places):
        return np.zeros(0)
    window, offsets = np.hanning(_FRAME), np.arange(_FRAME) - _FRAME // 2
    here, before = (
        np.abs(np.fft.rfft(samples[centres[:, None] + offsets] * window)) for centres in (places, places - _STEP)
    )
    distance: NDArray[np.float64] = np.sqrt(np.square(here - before).sum(axis=1))
    return distance


def _rms_db(samples: Samples) -> float:
    return _db(np.sqrt(np.square(samples.astype(np.float64)).mean()))


def _db(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-6)))
