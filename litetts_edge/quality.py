"""Cheap checks of audio that was just made: is it sound at all, and of a believable length?

They judge levels and lengths only: white noise of the right length passes. Whether words can be understood
is another check's business.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence

SILENT_BELOW = 10 ** (-60 / 20)
"""Nothing above -60 dBFS is nothing that a loudspeaker in a room makes heard."""
FULL_SCALE = 0.999
CLIPPED_RUN = 4
"""Samples at full scale in a row: a loud peak touches it for one or two, a cut-off one stays."""

SHORTEST_S, SHORTEST_WIDE_S = 0.012, 0.03
"""Of one letter. Speech at speed 2.0 takes 0.03 s and more, Chinese and Japanese 0.1 s a character."""
LONGEST_S, LONGEST_WIDE_S, LONGEST_DIGIT_S = 0.6, 2.0, 2.5
"""Of one letter, capital or wide character, digit: a digit may stand for `hundred and twenty thousand`."""
SLACK_S = 3.0
"""What a very short text may take beyond that; too little is never said of fewer than SURE_LETTERS letters."""
SURE_LETTERS = 8


class LevelCheck:
    """Finds `not_finite`, `silent`, `clipped`, `too_short` and `too_long`."""

    def check(self, sentence: Sentence, audio: AudioChunk) -> tuple[str, ...]:
        """The faults of the sentence's whole audio; see SpeechCheck. Takes below 1 ms for a second of audio."""
        samples = audio.samples
        if not np.isfinite(samples).all():
            return ("not_finite",)  # every other measure would be one too
        faults = []
        magnitude = np.abs(samples)
        if not len(samples) or magnitude.max() < SILENT_BELOW:
            faults.append("silent")
        elif _longest_run(magnitude >= FULL_SCALE) >= CLIPPED_RUN:
            faults.append("clipped")
        shortest, longest = length_bounds(sentence.text)
        if audio.seconds < shortest:
            faults.append("too_short")
        elif audio.seconds > longest:
            faults.append("too_long")
        return tuple(faults)


def length_bounds(text: str) -> tuple[float, float]:
    """The least and the most seconds that `text` can take, at any speed from 0.5 to 2.0 and in any language."""
    letters = wide = digits = capitals = 0
    for character in text:
        if character.isdigit():
            digits += 1
        elif character >= "\u2e80":
            wide += character.isalpha()
        elif character.isupper():
            capitals += 1
        elif character.isalpha():
            letters += 1
    shortest = (letters + capitals) * SHORTEST_S + wide * SHORTEST_WIDE_S
    if letters + capitals + wide < SURE_LETTERS:
        shortest = 0.0
    others = len(text) - letters - capitals - wide - digits  # a symbol may be a word: % is `percent`
    longest = letters * LONGEST_S + (capitals + wide + others) * LONGEST_WIDE_S + digits * LONGEST_DIGIT_S
    return shortest, longest + SLACK_S


def _longest_run(flags: NDArray[np.bool_]) -> int:
    """The most True in a row."""
    if not flags.any():
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max())
