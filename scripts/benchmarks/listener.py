"""A listener that nothing can flatter: what speech says, as a recogniser hears it, and how wrong that is.

pocketsphinx is the recogniser: small, no download (the English model is in its wheel), hard of hearing. A figure
of its own means something only beside that of other speech, heard in the same run.

Opening a decoder takes 150 ms, so each is opened once, at its first use. Facts about pocketsphinx 5.1 that shaped
this file:

* what it heard before leaks into the next utterance: the same recordings in another order gave other words.
  `reinit_feat` before each (0.1 ms) ends that;
* a grammar finds one of its sentences in much that is none. So any phones in any order are fitted too, and where
  they explain the sound much better than the sentence does, it was not said: MARGIN and WEAKEST;
* settings in the model's own folder (feat.params) win over those passed, so passing them does nothing.

Not for several threads at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from litetts_edge.soundcheck.listeners import pcm
from litetts_edge.soundcheck.words import distance

Samples = NDArray[np.float32]

MARGIN = -24.0
WEAKEST = -50.0
"""What a fit must reach, from flite's speech of tests/data/home_sentences.txt (three voices, 60 sentences each)
and from sound that is none of them (60 of each). Margins: flite -21 to +1, half of them above -6; phones shuffled
-69 to -31, reversed -55 to -31, sentences of a book -60 to -30; noise and silence find no path at all.
WEAKEST is for sentences of which a word or two differ from one in the list: 17 of 100 pass even so, so a test that
tells such apart puts both into the list. It costs 1 of 180 right ones."""

_RUN = 20
"""Frames: what a short word says of itself is mostly chance."""


class UnknownWords(ValueError):
    """Words that the recogniser has no pronunciation for."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(f"the recogniser's dictionary lacks {', '.join(words)}; choose other words")
        self.words = tuple(words)


@dataclass(frozen=True, slots=True)
class Fit:
    """Which of the sentences fits best, and how well."""

    sentence: str
    margin: float
    """Log likelihood of its words less that of the best free phones, per frame of 10 ms; the decoder's steps."""
    weakest: float
    """The same of its worst stretch of some 200 ms: one wrong word shows here."""


def spoken_words(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, no punctuation, a hyphen parts two words."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def transcribe(samples: Samples, rate: int) -> str:
    """The words that are heard, out of all of English; "" where there are none. float32 mono, full scale 1."""
    decoder = _bare()
    _hear(decoder, pcm(samples, rate))
    hypothesis = decoder.hyp()
    return str(hypothesis.hypstr) if hypothesis else ""


def recognise(samples: Samples, rate: int, sentences: Sequence[str]) -> str | None:
    """The one of the sentences that was said, as it is written there, or None: noise, rubbish, another sentence.

    Of sentences with the same words, the first. Raises UnknownWords. The last two lists are kept ready.
    """
    found = best_fit(samples, rate, sentences)
    return found.sentence if found and found.margin >= MARGIN and found.weakest >= WEAKEST else None


def best_fit(samples: Samples, rate: int, sentences: Sequence[str]) -> Fit | None:
    """The sentence that fits best, however badly; None where the sound has no path through any of them."""
    decoder = _grammar(tuple(sentences))
    sound = pcm(samples, rate)
    words = _hear(decoder, sound)
    hypothesis = decoder.hyp()
    if hypothesis is None:
        return None
    sentence = next(one for one in sentences if spoken_words(one) == hypothesis.hypstr.split())
    return _fit(sentence, words, _hear(_phones(), sound))


def word_errors(reference: str, hypothesis: str) -> tuple[int, int]:
    """Words substituted, left out or added, and the words of the reference."""
    said = spoken_words(reference)
    return distance(said, spoken_words(hypothesis)), len(said)


def paired_bootstrap(
    errors_a: Sequence[int], errors_b: Sequence[int], words: Sequence[int], seed: int
) -> tuple[float, float, float]:
    """Word error rate of b less that of a on the same sentences, and its 95 % interval: (difference, low, high).

    10,000 draws of whole sentences (Bisani and Ney, "Bootstrap estimates for confidence intervals in ASR", 2004).
    """
    a, b, count = (np.asarray(values, dtype=np.float64) for values in (errors_a, errors_b, words))
    if not len(a) == len(b) == len(count) > 0:
        raise ValueError("errors and words are of the same sentences")
    drawn = np.random.default_rng(seed).integers(len(a), size=(10_000, len(a)))
    differences = (b - a)[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.percentile(differences, [2.5, 97.5])
    return float((b - a).sum() / count.sum()), float(low), float(high)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A word or phone where it was heard."""

    name: str
    start: int
    end: int
    """Frames of 10 ms, the end not included."""
    score: float
    """Acoustic log likelihood, in steps of the decoder."""


def _fit(sentence: str, words: list[_Stretch], phones: list[_Stretch]) -> Fit:
    free = np.zeros(max(stretch.end for stretch in words + phones))  # the phones' score, by frame
    for phone in phones:
        free[phone.start : phone.end] = phone.score / (phone.end - phone.start)
    spoken = [word for word in words if not word.name.startswith(("<", "["))]  # pauses and noises are no words
    gains = [word.score - float(free[word.start : word.end].sum()) for word in spoken]
    frames = [word.end - word.start for word in spoken]
    runs = []
    for first in range(len(spoken)):
        for last in range(first + 1, len(spoken) + 1):
            if (length := sum(frames[first:last])) >= _RUN:
                runs.append(sum(gains[first:last]) / length)
                break
    margin = sum(gains) / sum(frames)
    return Fit(sentence, margin, min(runs, default=margin))


def _hear(decoder: Any, pcm: bytes) -> list[_Stretch]:
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    log = decoder.logmath.log
    return [_Stretch(one.word, one.start_frame, one.end_frame + 1, log(one.ascore)) for one in decoder.seg() or ()]


@cache
def _bare() -> Any:
    """The decoder for all of English.

    Its settings are its own: wider beams, other language weights, noise removal off, padding and level were tried,
    and none lowered the error rate of flite by a point.
    """
    return _decoder()


@cache
def _phones() -> Any:
    """The decoder for any phones in any order."""
    from pocketsphinx import get_model_path

    return _decoder(allphone=get_model_path("en-us/en-us-phone.lm.bin"), lw=2.0, beam=1e-40, pbeam=1e-40)


@lru_cache(maxsize=2)
def _grammar(sentences: tuple[str, ...]) -> Any:
    """A decoder for one of the sentences as a whole, nothing before or after."""
    decoder = _decoder(lm=None, lw=1.0, bestpath=False, beam=1e-60, wbeam=1e-40, pbeam=1e-60)
    spoken = {tuple(spoken_words(sentence)) for sentence in sentences}
    if unknown := sorted({word for words in spoken for word in words if decoder.lookup_word(word) is None}):
        raise UnknownWords(unknown)
    # A tree: sentences share the states of their beginnings. All end in one.
    nothing: tuple[str, ...] = ()
    begin, end = 0, 1
    states = {nothing: begin}  # by what was said so far
    arcs = []
    for words in sorted(spoken - {nothing}):
        said = nothing
        for word in words[:-1]:
            longer = (*said, word)
            if longer not in states:
                states[longer] = len(states) + 1  # after `begin` and `end`
                arcs.append((states[said], states[longer], 1.0, word))
            said = longer
        arcs.append((states[said], end, 1.0, words[-1]))
    decoder.add_fsg("sentences", decoder.create_fsg("sentences", begin, end, arcs))
    decoder.activate_search("sentences")
    return decoder


def _decoder(**settings: Any) -> Any:
    from pocketsphinx import Decoder

    return Decoder(loglevel="FATAL", **settings)
