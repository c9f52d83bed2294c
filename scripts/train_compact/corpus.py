"""Sentences, as our own front end reads them, and the same as flite speaks them: aligned training data.

Every word that the corpus uses is given to flite in our pronunciation (a lexicon addendum), so that what the
network reads is what it hears. Where flite speaks otherwise all the same (the vowel of `the` before a vowel),
the network is told the vowel that flite spoke; any other difference drops the sentence, and is counted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.compact_input import IS_PHONE, PHONES, Input, read
from litetts_edge.engines.compact_units import HOP, SAMPLE_RATE
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.frontend import Frontend
from litetts_edge.text.phonemes import FLITE, MARKS, from_espeak
from train_compact.flite import Utterance

READER = Voice("compact", "compact", "en-US", SAMPLE_RATE, "", Alphabet.IPA)
FRAME_S = HOP / SAMPLE_RATE
LEAD = 6
"""Frames of silence that are kept before the first phone; flite's own fifth of a second would only delay it."""
TAIL = 16
"""Frames of silence that are kept after the last phone."""

_SPELLED = re.compile(r"[A-Za-z' ,.;:?!\-]+")
_WORD = re.compile(r"[a-z']+")
_VOWELS = frozenset("aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw".split())


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence by one speaker: what the network reads, and what it shall say."""

    input: Input
    durations: NDArray[np.int16]
    """(tokens,) frames of each token; their sum is the number of frames."""
    f0: NDArray[np.float32]
    """(frames,) Hz; 0 where unvoiced."""
    cepstra: NDArray[np.float32]
    """(frames, CEPSTRA) as in Utterance."""
    strengths: NDArray[np.float32]
    """(frames, BANDS) as in Utterance."""


def sentences(lines: Iterable[str], left_out: frozenset[str]) -> dict[str, str]:
    """What the front end makes of the lines: the text of each sentence, and its IPA. `left_out` holds key()s."""
    found: dict[str, str] = {}
    frontend = Frontend()
    for line in lines:
        for sentence in frontend.sentences(line.strip(), READER, "en-US"):
            if _SPELLED.fullmatch(sentence.text) and key(sentence.text) not in left_out:
                found.setdefault(sentence.text, sentence.phonemes)
    return found


def key(text: str) -> str:
    """The words of a text, without marks and capitals."""
    return " ".join(_WORD.findall(text.lower()))


def addenda(read_sentences: dict[str, str], choice: int) -> list[str]:
    """A line of flite's lexicon for each word: the pronunciation that our front end gives it most often.

    With `choice` 1 the second most frequent one, for the words that have it in a tenth of the cases (`for`, `of`):
    sentences that the first lexicon does not fit are tried again with it.
    """
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, ipa in read_sentences.items():
        words = [word for word in re.split(r"[\s,.;:?!\-]+", text.lower()) if word.strip("'")]
        groups = [group for group in re.split(rf"[\s{re.escape(''.join(MARKS))}]+", ipa) if group]
        if len(words) != len(groups):  # espeak-ng joined some of them: their other sentences vote
            continue
        for word, group in zip(words, groups, strict=True):
            votes[word.replace("'", "")][_entry(group)] += 1  # flite drops apostrophes before it looks a word up
    lines = []
    for word, counted in votes.items():
        if word in ("the", "a"):  # flite reads these two by what follows
            continue
        ranked = counted.most_common(choice + 1)
        chosen = ranked[-1] if 10 * ranked[-1][1] >= counted.total() else ranked[0]
        lines.append(f"{word} : {chosen[0]}")
    return lines


def _entry(ipa: str) -> str:
    phones = []
    for token in from_espeak(ipa):
        stress = str(min(token.stress, 1))
        phones += [phone + stress if phone in _VOWELS else phone for phone in FLITE.get(token.symbol, ())]
    return " ".join(phones)


def align(ipa: str, utterance: Utterance) -> Spoken | str:
    """What the network reads, with flite's durations, or the reason why the sentence is dropped."""
    wanted = read(ipa)
    heard = utterance.phones
    ids, durations = wanted.ids.copy(), np.zeros(len(wanted.ids), dtype=np.int16)
    frames = len(utterance.f0)
    ends = [min(frames, round(phone.end / FRAME_S)) for phone in heard]
    ends[-1] = frames
    at, begin = 0, 0
    for position, wanted_id in enumerate(ids):
        is_break = not IS_PHONE[wanted_id]
        if is_break and (at == len(heard) or heard[at].name != "pau"):
            continue  # a mark at which flite makes no pause lasts no time
        if at == len(heard):
            return "too few phones"
        name = heard[at].name
        if not is_break and name != PHONES[wanted_id]:
            if name == "pau":
                return "a pause at no mark"
            if not (name in _VOWELS and PHONES[wanted_id] in _VOWELS):
                return "other consonants"
            ids[position] = PHONES.index(name)
        durations[position] = ends[at] - begin
        begin, at = ends[at], at + 1
    if at != len(heard):
        return "too many phones"
    first, last = max(0, int(durations[0]) - LEAD), max(0, int(durations[-1]) - TAIL)
    durations[0] -= first
    durations[-1] -= last
    kept = slice(first, frames - last)
    return Spoken(
        Input(ids, wanted.stress, wanted.starts_word),
        durations,
        utterance.f0[kept],
        utterance.cepstra[kept],
        utterance.strengths[kept],
    )
