"""The listener that judges voices, itself judged: with espeak-ng's speech, which every installation has."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.compact.sentences import home
from benchmarks.listener import (
    Fit,
    UnknownWords,
    best_fit,
    paired_bootstrap,
    recognise,
    spoken_words,
    transcribe,
    word_errors,
)
from litetts_edge.pcm import Samples
from litetts_edge.text import espeak
from train_compact.home_sentences import generate

COMPETING = home()
SAID = [
    "My father moved to Tokyo in twenty twenty-five.",
    "Ruth can choose between fish and pizza.",
    "Your bread timer is up.",
]
"""Some of them that even espeak-ng, hard to understand for this listener, says well enough."""


def speech(text: str) -> Samples:
    """At espeak.SAMPLE_RATE."""
    parts: list[Samples] = []

    def take(samples: NDArray[np.int16]) -> bool:
        parts.append(samples.astype(np.float32) / np.float32(32768))
        return True

    espeak.synthesize(text, "en-US", 150, take)
    return np.concatenate(parts)


def heard(samples: Samples) -> str | None:
    return recognise(samples, espeak.SAMPLE_RATE, COMPETING)


@pytest.mark.parametrize("sentence", SAID)
def test_what_was_said_is_recognised(sentence: str) -> None:
    """Out of 520; at any loudness, and with no pause around it."""
    samples = speech(sentence)
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    assert heard(samples) == heard(samples * 0.01) == heard(samples[loud[0] : loud[-1]]) == sentence


@pytest.mark.parametrize("colour", ["white", "pink", "none"])
def test_noise_and_silence_are_no_sentence(colour: str) -> None:
    """However long."""
    noise = np.random.default_rng(7).normal(size=3 * espeak.SAMPLE_RATE)
    if colour == "pink":
        spectrum = np.fft.rfft(noise)
        noise = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), len(noise))
    samples = (noise / noise.std() * (0.0 if colour == "none" else 0.1)).astype(np.float32)
    assert heard(samples) is heard(samples[: len(samples) // 3]) is None


@pytest.mark.parametrize("sentence", SAID)
def test_shuffled_and_reversed_speech_is_no_sentence(sentence: str) -> None:
    """The same sound, in pieces of the length of a phone (80 ms) in another order, or from its end."""
    samples = speech(sentence)
    pieces = np.array_split(samples, round(len(samples) / espeak.SAMPLE_RATE / 0.08))
    np.random.default_rng(7).shuffle(pieces)
    assert heard(np.concatenate(pieces)) is heard(samples[::-1]) is None


def test_a_sentence_that_is_not_among_them_is_not_taken_for_another() -> None:
    """Good speech of the same voice, of words that are in the grammar too."""
    others = [sentence for sentence in generate(100, seed=5) if 4 <= len(spoken_words(sentence)) <= 8][:4]
    assert not [sentence for sentence in others if spoken_words(sentence) in [*map(spoken_words, COMPETING)]]
    assert [heard(speech(sentence)) for sentence in others] == [None] * 4
    assert heard(speech("The early morning is a time for people who have nothing to hide.")) is None


def test_what_was_heard_before_changes_nothing() -> None:
    """Forwards, backwards, and after noise, to the last digit."""
    sounds = [speech(sentence) for sentence in SAID[1:]]
    noise = np.random.default_rng(7).normal(0, 0.1, espeak.SAMPLE_RATE).astype(np.float32)

    def results(order: list[Samples]) -> list[tuple[str, Fit | None]]:
        return [
            (transcribe(each, espeak.SAMPLE_RATE), best_fit(each, espeak.SAMPLE_RATE, COMPETING)) for each in order
        ]

    forwards = results(sounds)
    assert results([noise, *sounds[::-1]])[:0:-1] == forwards
    assert None not in [fit for _, fit in forwards]


def test_words_that_the_listener_cannot_know_are_named() -> None:
    """All of them, before anything is heard; none of the home's sentences has one."""
    with pytest.raises(UnknownWords, match="plugh, xyzzy") as error:
        recognise(np.zeros(0, dtype=np.float32), 16000, ["Say xyzzy.", "Say plugh, please."])
    assert error.value.words == ("plugh", "xyzzy")
    assert recognise(np.zeros(0, dtype=np.float32), 16000, generate(1000, seed=6)) is None


@pytest.mark.parametrize(
    ("reference", "hypothesis", "errors"),
    [
        ("It is twenty-one o'clock.", "it is twenty one o'clock", 0),
        ("The door is open.", "the floor is open", 1),
        ("The door is open.", "door is not open", 2),
        ("The door is open.", "", 4),
        ("Done.", "it is all done", 3),
    ],
)
def test_errors_are_counted_in_words(reference: str, hypothesis: str, errors: int) -> None:
    """Wrong, missing and added ones."""
    assert word_errors(reference, hypothesis) == (errors, len(spoken_words(reference)))


def test_the_interval_of_a_difference() -> None:
    """A voice that is as good as another: zero is within it. One that is worse in every sentence: it is not."""
    draw = np.random.default_rng(3)
    words, a = [8] * 200, draw.integers(0, 4, 200).tolist()
    same, low, high = paired_bootstrap(a, draw.permutation(a).tolist(), words, seed=1)
    assert low < same == 0 < high
    assert paired_bootstrap(a, [errors + 2 for errors in a], words, seed=1) == (0.25, 0.25, 0.25)


def test_the_sentences_held_out_are_fit_for_a_grammar() -> None:
    """At least 500, each with other words, and generated ones begin the same for the same seed."""
    assert len(COMPETING) == len({tuple(spoken_words(line)) for line in COMPETING}) >= 500
    assert generate(30, seed=9)[:10] == generate(10, seed=9) != generate(10, seed=8)
