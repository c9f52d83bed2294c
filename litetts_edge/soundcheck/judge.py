"""Limits, and what is said where one is passed. Each judge takes what a voice said and returns one finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.quality import LevelCheck
from litetts_edge.soundcheck.finding import Finding, Verdict
from litetts_edge.soundcheck.listeners import Listener
from litetts_edge.soundcheck.loudness import loudness
from litetts_edge.soundcheck.measures import liveliness, peak_db, quiet_stretches, snr_db, spectrum_distance_db
from litetts_edge.soundcheck.sentences import are_words
from litetts_edge.soundcheck.words import errors
from litetts_edge.speech import Sentence

LOUDNESS = (-40.0, -9.0)
"""LUFS. Beyond these the file is damaged or its scale is another; compact and espeak-ng have -19 to -22."""
QUIET_DB = 50.0
"""Under the loudest 10 ms: what is quieter is a pause."""
HOLE_S, EDGE_S = 1.2, 1.0
"""The longest pause within a sentence and at either end: a comma takes 0.1 to 0.5 s."""
PHONES_A_SECOND = (3.5, 25.0)
"""Of all sentences together. compact and espeak-ng read 11 to 15 a second in seven languages, count 5.5 to 9.5."""
SAME_DB = 60.0
"""Of a repeated sentence against the first: threads may add in another order, which is 90 dB and more."""
ALIKE_DB, ALIKE_LENGTH = 3.0, 0.15
"""For voices that draw noise: long-time spectrum and length may differ by so much."""
DYNAMICS_DB, COLOURS_DB, CHANGE_DB = 12.0, 6.0, 7.5
"""See Liveliness; medians of a voice's sentences. Measured on those of sentences.py with compact (3 voices),
espeak-ng (7 languages) and tiny, 65 in all: at least 21.6, 8.2 and 12.0. White noise has 0.8, 2.7 and 4.1, a hum
0.3, 0.3 and 0.7, the small exports with random weights (tests/data/engines) at most 3.1, 3.0 and 4.4."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text as a voice said it."""

    text: str
    sentences: tuple[Sentence, ...]
    samples: Samples
    rate: int
    phones: int
    """How many sounds the front end asked for."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def numbers(said: Sequence[Said]) -> Finding:
    """Each sample is a number, and there are any."""
    wrong = sum(int(np.count_nonzero(~np.isfinite(one.samples))) for one in said)
    empty = sum(not len(one.samples) for one in said)
    if wrong or empty:
        what = f"{wrong} samples are not numbers" if wrong else f"{empty} of {len(said)} sentences gave no sound"
        return Finding("numbers", Verdict.FAILED, f"{what}. The model is damaged or of another kind.")
    return Finding("numbers", Verdict.PASSED, "every sample is a number")


def levels(said: Sequence[Said]) -> Finding:
    """Loud enough, not too loud, and not cut off at full scale."""
    rate, whole = said[0].rate, np.concatenate([one.samples for one in said])
    peak = peak_db(whole)
    clipped = [one.text for one in said if "clipped" in _level_faults(one)]
    try:
        level = loudness(whole, rate)
    except ValueError:  # nothing to hear
        level = -120.0
    values = {"peak_dbfs": peak, "loudness_lufs": level}
    found = f"loudness {level:.1f} LUFS, peak {peak:.1f} dBFS"
    if clipped:
        told = f"{found}; cut off at full scale in {len(clipped)} of {len(said)} sentences: it rattles"
        return Finding("levels", Verdict.FAILED, told, values)
    low, high = LOUDNESS
    if not low <= level <= high:
        return Finding("levels", Verdict.FAILED, f"{found}; from {low:g} to {high:g} LUFS is expected", values)
    return Finding("levels", Verdict.PASSED, found, values)


def silence(said: Sequence[Said]) -> Finding:
    """No long holes within a sentence, no long silence at its edges."""
    found = [quiet_stretches(one.samples, one.rate, QUIET_DB) for one in said]
    edge = max(max(before, after) for before, _, after in found)
    hole = max(within for _, within, _ in found)
    values = {"longest_hole_s": hole, "longest_edge_s": edge}
    told = f"longest pause in a sentence {hole:.2f} s (at most {HOLE_S:g}), at an edge {edge:.2f} s ({EDGE_S:g})"
    return Finding("silence", _passed(hole <= HOLE_S and edge <= EDGE_S), told, values)


def length(said: Sequence[Said]) -> Finding:
    """As long as such a text takes."""
    low, high = PHONES_A_SECOND
    pace = sum(one.phones for one in said) / max(sum(one.seconds for one in said), 1e-9)
    odd = [one.text for one in said if {"too_short", "too_long"} & set(_level_faults(one))]
    told = f"{pace:.1f} phones a second (from {low:g} to {high:g})"
    if odd:
        told += f"; of an unbelievable length: {odd[0]!r}"
    return Finding("length", _passed(low <= pace <= high and not odd), told, {"phones_per_s": pace})


def repeats(point: str, first: Said, again: Said) -> Finding:
    """The same sentence twice: the same samples, or for a voice that draws noise, one that sounds alike."""
    snr = snr_db(first.samples, again.samples)
    when = "after unloading and loading" if point == "reload" else "said twice"
    if snr >= SAME_DB:
        told = "the same samples" if np.isinf(snr) else f"the same to {snr:.0f} dB"
        return Finding(point, Verdict.PASSED, f"{when}: {told}", {"snr_db": min(snr, 200.0)})
    ratio = again.seconds / max(first.seconds, 1e-9)
    apart = spectrum_distance_db(first.samples, again.samples, first.rate)
    alike = abs(ratio - 1) <= ALIKE_LENGTH and apart <= ALIKE_DB
    told = f"{when}: not the same samples; length × {ratio:.2f}, long-time spectrum {apart:.1f} dB apart"
    told += ", as voices that draw noise do" if alike else f" (at most {ALIKE_LENGTH:.0%} and {ALIKE_DB:g} dB)"
    return Finding(point, _passed(alike), told, {"length_ratio": ratio, "spectrum_distance_db": apart})


def speech(said: Sequence[Said]) -> Finding:
    """Whether it moves as speech does. Noise and hum of any level and length fail here without any listener."""
    found = [liveliness(one.samples, one.rate) for one in said]
    dynamics = float(np.median([one.dynamics_db for one in found]))
    colours = float(np.median([one.colours_db for one in found]))
    change = float(np.median([one.change_db for one in found]))
    values = {"dynamics_db": dynamics, "colours_db": colours, "change_db": change}
    told = (
        f"level moves by {dynamics:.0f} dB (at least {DYNAMICS_DB:g}), colour by {colours:.1f} dB"
        f" ({COLOURS_DB:g}), from one 100 ms to the next by {change:.1f} dB ({CHANGE_DB:g})"
    )
    if dynamics >= DYNAMICS_DB and colours >= COLOURS_DB and change >= CHANGE_DB:
        return Finding("speech", Verdict.PASSED, told, values)
    why = "This is noise or hum, not speech: wrong, damaged or random weights sound like this."
    return Finding("speech", Verdict.FAILED, f"{why} {told[0].upper()}{told[1:]}.", values)


def words(said: Sequence[Said], listener: Listener | None, lang: str) -> Finding:
    """Which words a recogniser hears."""
    if listener is None:
        why = "no recogniser: name a folder with a Whisper model by --listener, or install pocketsphinx (English)"
        return Finding("words", Verdict.UNCHECKED, why)
    if not are_words(lang) or not listener.hears(lang):
        why = f"{listener.name} does not know {lang}" if are_words(lang) else f"there is no text in {lang} here"
        return Finding("words", Verdict.UNCHECKED, why)
    wrong = total = 0
    worst = (0.0, "", "")
    for one in said:
        heard = listener.transcribe(one.samples, one.rate, lang)
        missed, count = errors(one.text, heard, lang)
        wrong, total = wrong + missed, total + count
        worst = max(worst, (missed / count, one.text, heard))
    rate = wrong / total
    told = f"{rate:.0%} of the words misheard by {listener.name} (at most {listener.limit:.0%})"
    verdict = Verdict.PASSED
    if rate > listener.limit:
        told += f"; said {worst[1]!r}, heard {worst[2]!r}"
        verdict = Verdict.FAILED if listener.is_trusted else Verdict.UNCHECKED
        told += "" if listener.is_trusted else ". It is hard of hearing: listen yourself, or name a Whisper model"
    return Finding("words", verdict, told, {"word_error_rate": rate})


def _level_faults(said: Said) -> tuple[str, ...]:
    text = " ".join(sentence.text for sentence in said.sentences)
    sentence = Sentence(text, said.sentences[0].lang, (0, len(text)))
    return LevelCheck().check(sentence, AudioChunk(said.samples, said.rate, ends_sentence=True))


def _passed(is_good: bool) -> Verdict:
    return Verdict.PASSED if is_good else Verdict.FAILED
