"""Calibrates voices for streaming, and checks by measurement that windows sound as whole sentences do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.eight_bit import eight_bit_of
from litetts_edge.engines.kokoro_stream import KokoroStream
from litetts_edge.engines.kokoro_windows import Told
from litetts_edge.engines.stream_record import StreamCheck, record, sha256
from litetts_edge.engines.stream_statistics import Calibration, Observed, features, fit, write
from litetts_edge.engines.style_graph import SAMPLE_RATE
from litetts_edge.engines.style_speech import Spoken
from litetts_edge.engines.termination import Runs
from litetts_edge.pcm import Samples

WordErrors = Callable[[int, Samples], float]
"""The word error rate of sentence number n as heard in some audio, 0 to 1."""

_FRAME, _HOP = 512, 128
"""Samples: 21 and 5 ms at 24 kHz."""
_FLOOR_DB = -70.0
"""Below the loudest bin of a sentence, nothing is compared."""
_LEVEL_S = 0.02
"""Before and behind a join, over which levels are taken."""
_UNHEARD_DBFS = -65.0
"""A pause that is quieter than this is silent."""
_LENGTHS = (24, 36, 54, 81, 122, 183, 240)
"""Frames of the windows that a sentence is checked in: about what an engine twice as fast as speech makes."""


def calibrate(stream: KokoroStream, voice: str, sentences: Sequence[Spoken]) -> Calibration:
    """Measure whole sentences of a voice and keep what they have in common. Raises EngineFailed, OSError.

    Raises ValueError for too few sentences.
    """
    stream.load_parts()
    runs = Runs()
    observed: list[Observed] = []
    for spoken in sentences:
        with runs.begin() as run:
            observed.append(stream.observe(spoken.ids, spoken.style, run))
    calibration = fit(stream.source, observed)
    write(stream.calibrated / f"{voice}.npz", calibration)
    stream.forget()
    return calibration


def stream_check(
    stream: KokoroStream,
    voice: str,
    calibration: Calibration,
    sentences: Sequence[Spoken],
    word_errors: WordErrors | None = None,
) -> StreamCheck:
    """Compare windows with whole sentences, which are other ones than it was calibrated with, and keep the result.

    Windows of the 8-bit generator, where there is one; where they do not sound as whole sentences do, those of the
    other. Without `word_errors`, that part is left out. Raises EngineFailed, OSError; ValueError for no sentence.
    """
    if not sentences:
        raise ValueError("a check needs sentences")
    stream.load_parts()
    runs = Runs()
    exact: list[tuple[Told, Samples]] = []
    for spoken in sentences:  # all of them first: only one of the two generators is loaded at a time
        with runs.begin() as run:
            told = stream.tell(spoken.ids, spoken.style, spoken.pace, run)
            exact.append((told, stream.whole(told, run)[0]))
    for generator in stream.generators:
        check = _compared(stream, generator, voice, calibration, exact, word_errors)
        if check.is_passed:
            break
    kept = record(stream.calibrated, check)
    stream.forget()
    return kept


def _compared(
    stream: KokoroStream,
    generator: str,
    voice: str,
    calibration: Calibration,
    exact: Sequence[tuple[Told, Samples]],
    word_errors: WordErrors | None,
) -> StreamCheck:
    """Windows by one form of the generator against the exact sentences."""
    runs = Runs()
    distances, jumps, hisses, errors = [], [], [], []
    for number, (told, whole) in enumerate(exact):
        affine = stream.affine(told, calibration.statistics(features(told.frames, told.source)))
        ends = window_ends(told.frames.shape[2])
        generating, parts = stream.generating(told, affine, generator), []
        for end in ends:
            with runs.begin() as run:
                parts.append(generating.make(end, run))
        windowed = np.concatenate(parts)
        distances.append(spectral_distance_db(windowed, whole))
        hisses.append(hiss_db(windowed, whole))
        jumps += [jump_db(windowed, whole, end * stream.shape.samples) for end in ends[:-1]]
        if word_errors is not None:
            errors.append(word_errors(number, windowed) - word_errors(number, whole))
    return StreamCheck(
        voice,
        stream.source,
        sha256(stream.calibrated / f"{voice}.npz"),
        len(exact),
        spectral_db=float(np.mean(distances)),
        worst_spectral_db=float(np.max(distances)),
        jump_db=float(np.percentile(jumps, 95)) if jumps else 0.0,
        hiss_db=float(np.max(hisses)),
        word_errors=float(np.mean(errors)) if errors else None,
        eight_bit=stream.sha256(generator) if generator == eight_bit_of("generator") else "",
    )


def window_ends(frames: int) -> list[int]:
    """Where the windows of a sentence of so many frames end, the last one with it."""
    ends, at, number = [], 0, 0
    while at < frames:
        at = min(frames, at + _LENGTHS[min(number, len(_LENGTHS) - 1)])
        ends.append(at)
        number += 1
    return ends


def spectral_distance_db(one: Samples, other: Samples) -> float:
    """Root mean square over frequency of the difference of log spectra, averaged over time (Gray, Markel 1976)."""
    loudest = max(float(_powers(other).max(initial=0.0)), 1e-12)
    floor = loudest * 10 ** (_FLOOR_DB / 10)
    levels = [10 * np.log10(np.maximum(_powers(samples), floor)) for samples in (one, other)]
    difference = levels[0] - levels[1]
    return float(np.sqrt((difference**2).mean(axis=1)).mean()) if len(difference) else 0.0


def jump_db(one: Samples, other: Samples, at: int) -> float:
    """How much more, or less, `one` steps in level at sample `at` than `other` does there."""
    count = round(_LEVEL_S * SAMPLE_RATE)
    return abs(_step_db(one, at, count) - _step_db(other, at, count))


def hiss_db(one: Samples, other: Samples) -> float:
    """By how much the quietest tenth of `other` is louder in `one`, on average; silence is what nobody hears."""
    count = round(_LEVEL_S * SAMPLE_RATE)
    frames = min(len(one), len(other)) // count
    if not frames:
        return 0.0
    powers = [(part[: frames * count].reshape(frames, count) ** 2).mean(1) for part in (one, other)]
    levels = [10 * np.log10(np.maximum(power, 10 ** (_UNHEARD_DBFS / 10))) for power in powers]
    quietest = np.argsort(levels[1], kind="stable")[: max(1, frames // 10)]
    return max(0.0, float((levels[0] - levels[1])[quietest].mean()))


def _step_db(samples: Samples, at: int, count: int) -> float:
    quiet = 1e-6
    before, behind = (
        float(np.mean(part**2)) + quiet for part in (samples[max(0, at - count) : at], samples[at : at + count])
    )
    return float(10 * np.log10(behind / before))


def _powers(samples: Samples) -> NDArray[np.float64]:
    count = max(0, (len(samples) - _FRAME) // _HOP + 1)
    at = np.arange(count)[:, None] * _HOP + np.arange(_FRAME)
    spectra = np.fft.rfft(samples[at] * np.hanning(_FRAME), axis=1)
    powers: NDArray[np.float64] = np.abs(spectra) ** 2
    return powers
