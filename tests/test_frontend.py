"""Where the plain front end cuts, and what it says."""

from __future__ import annotations

import pytest

from litetts_edge.errors import LanguageNotFound
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.frontend import Explained, PlainFrontend, normalize, phonemes
from litetts_edge.text.sentences import CLAUSE_PAUSE_MS, MAX_CHARACTERS, split

IPA = Voice("ipa", "test", "en-US", 16000, "Phonemes", Alphabet.IPA)


def pieces(text: str, lang: str = "en") -> list[str]:
    return [text[piece.start : piece.end] for piece in split(text, lang)]


@pytest.mark.parametrize(
    "marked",
    [
        "Dr. Smith met Mr. Jones.|He left.",
        "It costs 3.5 euros, e.g. today.|Good.",
        "The train leaves at 10.30 a.m. on Friday.|Be there.",
        "We met at 5 p.m.|He left at 6 p.m. or so.",
        'He said "Stop."|Then he left.',
        '"Really?" she asked.|"Yes."',
        "He left... and came back.|Wait...|What?!|No.",
        "The U.S. Navy and J. R. R. Tolkien.|So do I.|Then go.",
        "See No. 5 on p. 12.|No.|That is wrong.",
        "I was born in 1990.|It was cold.",
        "It has 12.|Then more.",
        "1. First item.|2. Second item.",
        "Apples, pears, etc.|The rest is here.",
        "Visit www.example.com.|It is at 192.168.1.1 now.",
        "你好。|今天很好！|好吗？",
        "(It rained.)|We stayed in.",
        "Yahoo! is a name.",
        "¿Qué?|¡No!|Sí.",
    ],
)
def test_sentences_end_where_a_reader_pauses(marked: str) -> None:
    """Sentence ends are where the bar is, and nowhere else."""
    text = marked.replace("|", "" if marked[0] == "你" else " ")
    assert pieces(text) == marked.split("|")


def test_ordinal_dots_belong_to_the_language() -> None:
    """`3.` ends no sentence in German, where it is `third`."""
    assert pieces("Der Termin ist am 3. Mai. Gut.", "de-DE") == ["Der Termin ist am 3. Mai.", "Gut."]


def test_pauses_say_what_follows() -> None:
    """A paragraph's end is a longer pause than a sentence's; a single line break is none."""
    assert [(piece.pause_ms) for piece in split("One. Two\nlines.\n\nThree.\n \nFour")] == [300, 600, 600, 600]


def test_over_long_sentence_is_cut_at_a_clause_then_at_a_space() -> None:
    """More than 300 characters: the last clause, else the last space; no word or number is cut."""
    clauses = ("a word and another word, " * 30).strip()
    cut = list(split(clauses))
    assert all(clauses[piece.start : piece.end].endswith(",") for piece in cut[:-1])
    assert {piece.pause_ms for piece in cut[:-1]} == {CLAUSE_PAUSE_MS}
    for words in ("unbroken " * 100, "1,234,567.89 " * 100, "Jahr 1 000 000 " * 50):
        assert max(map(len, pieces(words))) <= MAX_CHARACTERS
        assert " ".join(pieces(words)).split() == words.split()
        assert not any(part.endswith(("1", "1 000")) for part in pieces(words))


def test_wide_text_without_spaces_is_cut_between_characters() -> None:
    """Chinese without punctuation is cut, with nothing lost."""
    assert "".join(pieces("你好" * 400)) == "你好" * 400
    assert max(map(len, pieces("你好" * 400))) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("  a\t b\r\nc ", "a b c"),
        ("e\u0301", "é"),
        ("a\x00b\x01c\x7f", "abc"),
        ("Hi 🎉 there 👍🏽!", "Hi there !"),
        ("21 °C", "21 °C"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("zero\u200bwidth \ufeffmark", "zerowidth mark"),
        ("1️⃣ first", "1 first"),
    ],
)
def test_spoken_text_is_clean(text: str, spoken: str) -> None:
    """NFC on one line; control characters and emoji are gone, what scripts need stays."""
    assert normalize(text, "en") == spoken


def test_a_line_stays_a_line() -> None:
    """normalize and phonemes give one line for any text."""
    assert normalize("One.\n\nTwo.", "en") == "One. Two."
    assert phonemes("Yes.\n\nTwo!", "en-US") == "jˈɛs. tˈuː!"
    assert normalize("...", "en") == phonemes("...", "en-US") == ""


def test_phonemes_need_a_known_language() -> None:
    """An unknown language is an error, even when there is nothing to say."""
    with pytest.raises(LanguageNotFound):
        phonemes("", "xx")
    with pytest.raises(LanguageNotFound):
        list(PlainFrontend().sentences("Hello.", IPA, "xx"))


def test_explain_shows_each_piece() -> None:
    """explain() tells the span, what stands there, what is spoken and who decided."""
    assert PlainFrontend().explain("Hi  there. 🎉", IPA) == [
        Explained((0, 10), "Hi  there.", "Hi there.", "hˈaɪ ðˈɛɹ.", "espeak-ng")
    ]
