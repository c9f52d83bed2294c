"""What every front end promises (interfaces.TextFrontend)."""

from __future__ import annotations

import string
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.interfaces import TextFrontend
from litetts_edge.speech import Alphabet, Sentence, Voice
from litetts_edge.text.frontend import Frontend

FRONTENDS: list[TextFrontend] = [Frontend()]
WORDS = Voice("words", "test", "en-US", 16000, "Words")
IPA = Voice("ipa", "test", "en-US", 16000, "Phonemes", Alphabet.IPA)

HOSTILE = {
    "dots": ".",
    "spaced dots": ". ",
    "quotes": '."',
    "bangs": "!",
    "brackets": "(",
    "one word": "a",
    "digits": "1",
    "newlines": "\n ",
    "emoji": "🎉\u200d",
    "accents": "e" + "\u0301" * 99,
    "wide": "你",
    "initials": "A.",
    "commas": "a,",
    "clauses": ", ",
    "tags": "<a>",
    "flags": "(en)",
    "marks": ".\n?",
    "nul": "\x00a",
    "surrogates": "\ud800",
}

pytestmark = pytest.mark.parametrize("frontend", FRONTENDS, ids=lambda made: type(made).__name__)


def check(text: str, sentences: list[Sentence]) -> None:
    """The promises about spans and contents."""
    at = 0
    for sentence in sentences:
        start, end = sentence.span
        assert at <= start < end <= len(text)
        assert sentence.text.strip() == sentence.text != ""
        assert sentence.pause_ms >= 0
        assert sentence.lang
        assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in sentence.text)
        at = end


@given(text=st.text(max_size=300) | st.text(alphabet="aB1 .,!?\n\"'()…。\x00🎉", max_size=700))
@settings(deadline=None, max_examples=150)
def test_spans_are_ordered_and_inside(frontend: TextFrontend, text: str) -> None:
    """For any text: spans are ordered, inside the text, do not overlap, and nothing is empty."""
    check(text, list(frontend.sentences(text, WORDS, "")))
    spoken = list(frontend.sentences(text, IPA, ""))
    check(text, spoken)
    assert all(sentence.phonemes for sentence in spoken)


@given(text=st.text(alphabet="abc XY12.,!?\n", max_size=900))
@settings(deadline=None)
def test_every_letter_is_in_one_sentence(frontend: TextFrontend, text: str) -> None:
    """No letter or digit is lost between sentences."""
    spans = [sentence.span for sentence in frontend.sentences(text, WORDS, "")]
    inside = {at for start, end in spans for at in range(start, end)}
    assert all(at in inside for at, character in enumerate(text) if character.isalnum())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n\n",
        "...",
        "?!",
        string.punctuation,
        "🎉🎊👍🏽",
        "👩\u200d👩\u200d👧",
        "\x00\x01",
        "— … —",
        "❤️",
        "。！",
    ],
)
def test_nothing_speakable_yields_nothing(frontend: TextFrontend, text: str) -> None:
    """Only punctuation, spaces, emoji or control characters: no sentence."""
    assert list(frontend.sentences(text, WORDS, "")) == []
    assert list(frontend.sentences(text, IPA, "")) == []


def test_phonemes_only_for_a_voice_that_reads_them(frontend: TextFrontend) -> None:
    """A voice that reads words gets no phonemes; one that reads IPA does."""
    (words,) = frontend.sentences("Hello world.", WORDS, "")
    (ipa,) = frontend.sentences("Hello world.", IPA, "")
    assert words.phonemes == ""
    assert ipa.phonemes == "həlˈoʊ wˈɜːld."


def test_language_is_the_voices_or_the_one_asked_for(frontend: TextFrontend) -> None:
    """An empty language reads the text in the voice's own."""
    assert next(frontend.sentences("Hallo", WORDS, "")).lang == "en-US"
    assert next(frontend.sentences("Hallo", WORDS, "de")).lang == "de"


def test_sentences_come_one_at_a_time(frontend: TextFrontend) -> None:
    """The first sentence does not wait for the others."""
    assert next(iter(frontend.sentences("One. " * 1000, WORDS, ""))).span == (0, 4)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(frontend: TextFrontend, name: str) -> None:
    """100,000 characters of anything are split: linear work takes 0.2 s of processor time, quadratic 100 s."""
    text = (HOSTILE[name] * 100_000)[:100_000] + "a"
    began = time.process_time()
    check(text, list(frontend.sentences(text, WORDS, "")))
    assert time.process_time() - began < 10.0
