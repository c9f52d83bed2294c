"""How near the network is to its teacher, frame by frame: it is given the teacher's durations for that."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.graphs import WholeGraphs
from benchmarks.compact.sentences import held_out
from benchmarks.compact.systems import VOICES
from benchmarks.figures import Figure
from litetts_edge.engines import MODELS
from litetts_edge.engines.compact_input import IS_PHONE
from litetts_edge.engines.compact_units import HOP, SAMPLE_RATE
from train_compact.corpus import Spoken, addenda, align, sentences
from train_compact.data import MEL, PITCH, VOICED
from train_compact.flite import CEPSTRA, Array, Flite, warped

_FRAME_MS = 1000 * HOP / SAMPLE_RATE
_DB = 20 / np.log(10)
_COSINES = np.cos(np.outer(np.arange(CEPSTRA), warped(256)))


@dataclass(slots=True)
class _Found:
    """Of one voice, sentence by sentence."""

    distance_db: list[float] = field(default_factory=list)
    f0_hz: list[float] = field(default_factory=list)
    f0_percent: list[float] = field(default_factory=list)
    voicing_percent: list[float] = field(default_factory=list)
    phone_ms: list[float] = field(default_factory=list)
    length_percent: list[float] = field(default_factory=list)
    dropped: int = 0


def measure(scale: float, fp32: Path | None) -> Iterator[Figure]:
    """The int8 model. Sentences that flite reads otherwise than our front end are dropped, and counted."""
    del fp32
    spawn = multiprocessing.get_context("spawn")
    # A process for each voice: flite's voices share one lexicon.
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        for voice, found in zip(VOICES, pool.map(_compare, VOICES, [scale] * len(VOICES)), strict=True):
            for name, what, unit, values in (
                ("distance", "log-spectral distance of the envelopes, in phones", "dB", found.distance_db),
                ("f0", "RMSE of F0, where both are voiced", "Hz", found.f0_hz),
                ("f0-percent", "the same of the teacher's F0", "%", found.f0_percent),
                ("voicing", "frames in phones that are voiced in one only", "%", found.voicing_percent),
                ("phones", "mean error of a phone's own duration", "ms", found.phone_ms),
                (
                    "length",
                    "length of the sentence by own durations, less the teacher's",
                    "%",
                    found.length_percent,
                ),
                ("dropped", "sentences that flite reads otherwise", "sentences", [float(found.dropped)]),
            ):
                yield Figure(f"likeness.{name}.{voice}", what, unit, values)


def _compare(speaker: str, scale: float) -> _Found:
    found = _Found()
    graphs, flite = WholeGraphs.of(MODELS / "compact"), Flite(speaker)
    read = sentences(held_out(scale), frozenset())
    with tempfile.TemporaryDirectory() as folder:
        lexicon = Path(folder) / "addenda.txt"
        lexicon.write_text("\n".join(addenda(read, 0)) + "\n", "ascii")
        flite.pronounce(lexicon)
    pairs = []
    for text, ipa in read.items():
        spoken = align(ipa, flite.speak(text))
        if isinstance(spoken, str):
            found.dropped += 1
            continue
        hidden, own = graphs.encode(spoken.input, speaker)
        frames = graphs.frames(hidden, spoken.durations.astype(np.float64), speaker)[: len(spoken.f0)]
        phones = IS_PHONE[spoken.input.ids]
        found.phone_ms.append(_FRAME_MS * float(np.abs(own - spoken.durations)[phones].mean()))
        found.length_percent.append(100 * (float(own.sum()) / float(spoken.durations.sum()) - 1))
        pairs.append((spoken, frames, np.repeat(phones, spoken.durations)))
    # The voices were brought to one loudness: a level that is the same in every frame is no difference.
    level = float(np.mean(np.concatenate([(said[:, MEL][:, 0] - sp.cepstra[:, 0])[of] for sp, said, of in pairs])))
    for spoken, frames, of_phones in pairs:
        _add(found, spoken, frames, of_phones, level)
    return found


def _add(found: _Found, spoken: Spoken, frames: Array, of_phones: NDArray[np.bool_], level: float) -> None:
    difference = (frames[:, MEL] - spoken.cepstra).astype(np.float64)
    difference[:, 0] -= level
    spectra = _DB * difference[of_phones] @ _COSINES
    found.distance_db.append(float(np.sqrt(np.square(spectra).mean(axis=1)).mean()))
    voiced, said_voiced = spoken.f0 > 0, frames[:, VOICED][:, 0] > 0
    found.voicing_percent.append(100 * float((voiced != said_voiced)[of_phones].mean()))
    both = voiced & said_voiced
    off = frames[:, PITCH][both, 0] - spoken.f0[both]
    found.f0_hz.append(float(np.sqrt(np.square(off).mean())))
    found.f0_percent.append(100 * float(np.sqrt(np.square(off / spoken.f0[both]).mean())))
