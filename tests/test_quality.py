"""What LevelCheck finds, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest

from litetts_edge import engines
from litetts_edge.engines.options import EngineOptions
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.quality import CLIPPED_RUN, LevelCheck, length_bounds
from litetts_edge.speech import Sentence
from litetts_edge.text.frontend import Frontend

RATE = 16000
TEXT = "The front door is open."
TONE = (0.5 * np.sin(np.arange(2 * RATE) * 0.1)).astype(np.float32)


def judge(samples: Samples, text: str = TEXT) -> tuple[str, ...]:
    return LevelCheck().check(
        Sentence(text, "en-US", (0, len(text))), AudioChunk(samples, RATE, ends_sentence=True)
    )


def test_a_good_level_and_length_is_fine() -> None:
    """Two seconds at half scale for five words: nothing to say. Noise passes too: it only looks at levels."""
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 2 * RATE).astype(np.float32)
    assert judge(TONE) == judge(noise) == ()


@pytest.mark.parametrize("level", [0.0, 0.0009])
def test_silence_is_found(level: float) -> None:
    """Nothing above -60 dBFS (0.001) is silence; a little more is not."""
    assert judge(np.full(2 * RATE, level, dtype=np.float32)) == ("silent",)
    assert judge(np.full(2 * RATE, 0.0011, dtype=np.float32)) == ()


@pytest.mark.parametrize("gain", [2.5, 100.0, -2.5])
def test_clipping_is_found(gain: float) -> None:
    """A tone cut off at full scale, at either side."""
    assert judge(np.clip(TONE * gain, -1, 1)) == ("clipped",)


def test_a_peak_at_full_scale_is_no_clipping() -> None:
    """A loud sound that only touches full scale is fine; one that stays there is not."""
    samples = TONE.copy()
    samples[100 : 100 + CLIPPED_RUN - 1] = 1.0
    assert judge(samples) == ()
    samples[100 : 100 + CLIPPED_RUN] = 1.0
    assert judge(samples) == ("clipped",)
    samples[-CLIPPED_RUN:] = -1.0
    assert judge(samples) == ("clipped",)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_sample_that_is_no_number_is_found(value: float) -> None:
    """NaN and infinity are told alone: nothing else can be measured."""
    samples = TONE.copy()
    samples[777] = value
    assert judge(samples) == ("not_finite",)


def test_lengths_that_no_speech_has_are_found() -> None:
    """Much too much or too little audio for the text, each side of the bound."""
    shortest, longest = length_bounds(TEXT)
    assert judge(np.resize(TONE, round(shortest * RATE) - 1)) == ("too_short",)
    assert judge(np.resize(TONE, round(shortest * RATE) + 1)) == ()
    assert judge(np.resize(TONE, round(longest * RATE) - 1)) == ()
    assert judge(np.resize(TONE, round(longest * RATE) + 1)) == ("too_long",)
    assert judge(np.zeros(0, dtype=np.float32)) == ("silent", "too_short")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en-us", TEXT),
        ("en-us", "Ok"),
        ("en-us", "999,999,999,999"),
        ("en-us", "BBC NHS WWW UFO"),
        ("en-us", "-12.5 °C, 100 % and €3.50"),
        ("en-us", "supercalifragilisticexpialidocious " * 8),
        ("de", "Die Donaudampfschifffahrtsgesellschaft hat 1.234.567 Fahrgäste."),
        ("zh", "你好，世界。今天很好！"),
        ("ja", "こんにちは、せかい。"),
        ("ko", "안녕하세요 세계"),
        ("ar", "مرحبا بالعالم"),
        ("hi", "नमस्ते दुनिया"),
        ("th", "สวัสดีชาวโลก"),
        ("ru", "Здравствуй, мир."),
    ],
)
@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_real_speech_is_fine(lang: str, text: str, speed: float) -> None:
    """espeak-ng in many scripts, at every speed: no fault is found."""
    espeak = engines.create("espeak")
    voice = next(voice for voice in engines.all_voices() if voice.id == f"espeak:{lang}")
    for sentence in Frontend().sentences(text, voice, ""):
        (chunk,) = espeak.synthesize(sentence, voice, speed)
        assert LevelCheck().check(sentence, chunk) == ()


@pytest.mark.parametrize("name", [name for name in engines.ENGINES if name not in engines.PULLED])
def test_every_engine_passes(name: str) -> None:
    """What our own engines make is fine. (Of the others there are only random weights here: they make noise.)"""
    engine = engines.create(name, EngineOptions(threads=1))
    engine.load()
    voice = engine.voices[0]
    for sentence in Frontend().sentences(TEXT, voice, ""):
        chunks = list(engine.synthesize(sentence, voice, 1.0))
        whole = AudioChunk(
            np.concatenate([chunk.samples for chunk in chunks]), voice.sample_rate, ends_sentence=True
        )
        assert LevelCheck().check(sentence, whole) == ()
