"""What every speech check promises (interfaces.SpeechCheck)."""

from __future__ import annotations

import re

import numpy as np
import pytest

from litetts_edge.interfaces import SpeechCheck
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.quality import LevelCheck
from litetts_edge.speech import Sentence

CHECKS: list[SpeechCheck] = [LevelCheck()]
RATE = 16000
NOISE = np.random.default_rng(1).uniform(-0.5, 0.5, 2 * RATE).astype(np.float32)

pytestmark = pytest.mark.parametrize("check", CHECKS, ids=lambda made: type(made).__name__)


def judge(check: SpeechCheck, samples: Samples, text: str = "The front door is open.") -> tuple[str, ...]:
    return check.check(Sentence(text, "en-US", (0, len(text))), AudioChunk(samples, RATE, ends_sentence=True))


@pytest.mark.parametrize(
    "samples",
    [
        NOISE,
        NOISE * 100,
        np.zeros(RATE, dtype=np.float32),
        np.zeros(0, dtype=np.float32),
        np.ones(1, dtype=np.float32),
        np.full(RATE, np.nan, dtype=np.float32),
        np.full(RATE, np.inf, dtype=np.float32),
    ],
)
@pytest.mark.parametrize("text", ["Yes", "x" * 300, "你好", "1e9", "%"])
def test_any_audio_gets_codes(check: SpeechCheck, samples: Samples, text: str) -> None:
    """Any samples for any text: unique codes of lower-case words, no error and no warning."""
    codes = judge(check, samples, text)
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in codes)


def test_the_audio_is_left_as_it_was(check: SpeechCheck) -> None:
    """A check looks only: it works on an array that cannot be written to."""
    samples = NOISE.copy()
    samples.flags.writeable = False
    judge(check, samples)
    np.testing.assert_array_equal(samples, NOISE)


def test_the_verdict_is_the_same_again(check: SpeechCheck) -> None:
    """A check remembers nothing."""
    silent = np.zeros(RATE, dtype=np.float32)
    assert judge(check, silent) == judge(check, silent)
    assert judge(check, silent) != judge(check, NOISE) == judge(check, NOISE)
