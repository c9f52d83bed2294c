"""Any text at all: the front end never raises, loses no word, and knows where everything stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.errors import SsmlInvalid
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.frontend import Frontend, normalize, phonemes

LANGUAGES = ("en-US", "en-GB", "es", "fr", "it", "pt-BR", "hi", "zh", "ja", "de")
FRONTEND = Frontend()
PROSE = (Path(__file__).parent / "data" / "prose_en.txt").read_text("utf-8")
WORDS = sorted(set(re.findall(r"\b[a-z]{4,12}\b", PROSE)) - {"hour", "hours", "minutes", "seconds"})
"""Words of English prose, none of them an abbreviation or part of a time."""

ANY = st.text(max_size=5000) | st.text(
    alphabet="aBcde fgh 0123456789.,:;-/$€£%°#@&*_+=<>()[]{}'\"!?\n\t\u00a0½²é漢あкहि🎉\u200d", max_size=600
)


def voice(lang: str) -> Voice:
    return Voice("words", "test", lang, 16000, "Words", Alphabet.TEXT)


@pytest.mark.parametrize("lang", LANGUAGES)
@given(text=ANY)
@settings(deadline=None, max_examples=150)
def test_spans_are_in_order_and_inside(lang: str, text: str) -> None:
    """Of every token of explain(), and what stands there is what it says."""
    if lang in {"zh", "ja"}:  # the sounds need the extras, the readings do not
        normalize(text, lang)
        return
    try:
        tokens = FRONTEND.explain(text, voice(lang)).tokens
    except SsmlInvalid:
        assert "<speak" in text
        return
    at = 0
    for token in tokens:
        start, end = token.span
        assert at <= start <= end <= len(text)
        assert text[start:end] == token.text
        at = end


@pytest.mark.parametrize("lang", LANGUAGES)
@given(text=ANY)
@settings(deadline=None, max_examples=80)
def test_one_line_without_digits_that_we_can_say(lang: str, text: str) -> None:
    """normalize() gives one line; where we have rules of our own no ASCII digit is left."""
    try:
        said = normalize(text, lang)
    except SsmlInvalid:
        return
    assert not re.search(r"[\n\r\x00]", said)
    if lang != "de":
        assert not re.search(r"[0-9]", said), said


BETWEEN = st.sampled_from(
    [" ", ", ", ". ", "; ", " - ", " (", ") ", " 5 ", " 12:30 ", " $3 ", "! ", "? ", '" ', "\n", " & "]
)


@given(words=st.lists(st.tuples(st.sampled_from(WORDS), BETWEEN), min_size=1, max_size=60))
@settings(deadline=None, max_examples=200)
def test_no_word_is_lost_or_said_twice(words: list[tuple[str, str]]) -> None:
    """Among numbers and marks all words are said, in their order; what is added is only numbers and units."""
    text = "".join(word + between for word, between in words)
    said = re.findall(r"[a-z']+", normalize(text, "en-US").lower())
    rest = iter(said)
    assert all(word in rest for word, _ in words), text


@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
@settings(deadline=None, max_examples=60)
def test_every_word_has_its_sound(words: list[str]) -> None:
    """As many groups of phonemes as words, but for function words that are spoken as one."""
    tokens = FRONTEND.explain(" ".join(words), Voice("ipa", "test", "en-US", 16000, "IPA", Alphabet.IPA)).tokens
    assert [token.text for token in tokens] == words
    assert all(token.phonemes for token in tokens)
    assert phonemes(" ".join(words), "en-US")
