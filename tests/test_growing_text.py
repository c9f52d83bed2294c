"""A text that comes in pieces is cut where the whole one would have been, and as early as that is sure."""

from __future__ import annotations

import random

import pytest

from litetts_edge.text.clean import clean
from litetts_edge.text.growing import GrowingText
from litetts_edge.text.sentences import split

TEXTS = [
    ("en", "Dr. Smith lives on Main St. The house is old. It costs 3.50 dollars! Really? Yes. The end."),
    (
        "en",
        'He said "Why?" John Smith asked. Then he left at 5 p.m. Eastern time, e.g. by bus etc. and so on. End.',
    ),
    (
        "en",
        "A list:\n\n- One. It is good.\n- Another\n- A third\n\nThat was it. **Bold one. And two.** More.",
    ),
    (
        "en",
        "Wait... No!! Really?! J. R. R. Tolkien wrote it. U.S. troops left. See Fig. 3, No. 5. Pi is 3.14.",
    ),
    ("en", "1. One item here. 2. Two items there. 3. Three."),
    ("en", "This sentence goes on, and on, " * 20 + "until it ends. Now another one."),
    ("de", "Hallo Herr Dr. Müller. Am 3. Mai war es schön. Das ist z. B. gut. Ende."),
    ("ja", "今日は天気がいいです。「はい。」と言った。明日は雨です！本当？はい。"),
    ("hi", "यह एक है। यह दो है। बस।"),
]


def sentences(text: str, lang: str) -> list[str]:
    words = clean(text).text
    return [words[piece.start : piece.end] for piece in split(words, lang)]


def grown(text: str, lang: str, chance: random.Random) -> list[str]:
    """The sentences of each portion, the text coming in pieces of any size."""
    growing, found, at = GrowingText(lang), list[str](), 0
    while at < len(text):
        size = chance.choice([1, 3, 8, 40])
        growing.add(text[at : at + size])
        at += size
        while portion := growing.take():
            found += sentences(portion.text, lang)
    while portion := growing.take_rest():
        found += sentences(portion.text, lang)
    return found


@pytest.mark.parametrize(("lang", "text"), TEXTS)
def test_it_is_cut_like_the_whole(lang: str, text: str) -> None:
    """Whatever the pieces, the sentences are the same."""
    for seed in range(10):
        assert grown(text, lang, random.Random(seed)) == sentences(text, lang)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("It is done. Wh", None),
        ("It is done. What ", "It is done."),
        ("It is done! The", None),
        ("It costs 3.", None),
        ("A paragraph without a full stop\n\n", "A paragraph without a full stop"),
        ("**Bold. And** more ", None),
        ("これは一。こ", "これは一。"),
        ("<speak>One. Two. Three. Four. ", None),
        ("<sp", None),
    ],
)
def test_how_early(text: str, given: str | None) -> None:
    """As soon as the next word is there, and not before."""
    growing = GrowingText("en")
    growing.add(text)
    portion = growing.take()
    assert (portion.text if portion else None) == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Hello there.", True),
        ("No!", True),
        ("これは。", True),
        ("This is Dr.", False),
        ("on Jan.", False),
        ("It is 3.", False),
        ("in the U.S.", False),
        ("Wait...", False),
        ('"Why?"', False),
        ("Hello", False),
        ("<speak>One.", False),
    ],
)
def test_what_is_likely_a_sentence(text: str, given: bool) -> None:
    """When nothing more comes; not what may be an abbreviation, a number or a quotation."""
    growing = GrowingText("en")
    growing.add(text)
    assert (growing.take_likely() is not None) == given


def test_no_portion_is_longer_than_allowed() -> None:
    """A long text comes in several, and nothing of it is lost."""
    text = "This is a sentence of some length. " * 400
    growing = GrowingText("en", longest=500)
    growing.add(text)
    found = []
    while portion := growing.take():
        found.append(portion.text)
    while portion := growing.take_rest():
        found.append(portion.text)
    assert max(map(len, found)) <= 500
    assert " ".join(found).split() == text.split()


def test_a_text_without_an_end_is_cut_too() -> None:
    """Words without a full stop do not wait for ever."""
    growing = GrowingText("en")
    growing.add("word " * 100)
    portion = growing.take()
    assert portion is not None
    assert len(portion.text) <= 300
