"""The front end as a whole: where it cuts, what it says, and how it explains that."""

from __future__ import annotations

import pytest

from litetts_edge.errors import LanguageNotFound, SsmlInvalid
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.entries import entry_of
from litetts_edge.text.frontend import Explained, Frontend, normalize, phonemes
from litetts_edge.text.lexicon import Layer, Lexicon
from litetts_edge.text.sentences import CLAUSE_PAUSE_MS, MAX_CHARACTERS, split
from litetts_edge.text.tokens import Reading

WORDS = Voice("words", "test", "en-US", 16000, "Words")
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
        ("Hi 🎉 there 👍🏽!", "Hi there!"),
        ("21 °C", "twenty-one degrees Celsius"),
        ("zero\u200bwidth \ufeffmark", "zerowidth mark"),
        ("1️⃣ first", "one first"),
    ],
)
def test_spoken_text_is_clean(text: str, spoken: str) -> None:
    """NFC on one line; control characters and emoji are gone, what scripts need stays."""
    assert normalize(text, "en") == spoken


def test_joiners_stay_where_a_script_needs_them() -> None:
    """Persian has words that are divided by one."""
    assert normalize("می\u200cخواهم", "fa") == "می\u200cخواهم"


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
        list(Frontend().sentences("Hello.", IPA, "xx"))


def explained(text: str, **lexicon: str) -> list[tuple[str, str, str, str]]:
    """Text, class, spoken form and source of each token."""
    entries = Lexicon([(Layer.LIVE, [entry_of(lexicon)])] if lexicon else [])
    return [(one.text, one.kind, one.spoken, one.source) for one in Frontend(entries).explain(text, IPA).tokens]


def test_explain_shows_each_token() -> None:
    """Where it stands, its class, what is said and who decided; no white space, nothing twice."""
    first, second, mark = Frontend().explain("Hi  5 km. 🎉", IPA).tokens
    assert first == Explained((0, 2), "Hi", "word", "Hi", "hˈaɪ", first.source, 0.0)
    assert (second.span, second.kind, second.spoken) == ((4, 8), "unit", "five kilometers")
    assert (mark.span, mark.kind, mark.spoken, mark.phonemes) == ((8, 9), "mark", "", ".")


def test_sources_say_who_decided() -> None:
    """The user's entry, SSML, the sentence around a homograph, or espeak-ng for a word that nobody knows."""
    assert ("Nguyen", "lexicon", "win", "user") in explained("Mr. Nguyen", word="Nguyen", say="win")
    assert ("W3C", "sub", "web people", "ssml") in explained('<speak>a <sub alias="web people">W3C</sub></speak>')
    assert explained("We live here.")[1][3] == "homograph"
    assert explained("Xqzvbrt")[0][3] in {"espeak", "spelled"}


def test_a_lexicon_entry_beats_the_rules_and_ssml_beats_it() -> None:
    """And what it cuts off from a number is still read."""
    assert explained("5 km", word="km", say="kay em")[-1][2:] == ("kay em", "user")
    assert explained("5 km", word="km", say="kay em")[0][2] == "five"
    document = '<speak><sub alias="ell">km</sub></speak>'
    assert explained(document, word="km", say="kay em") == [("km", "sub", "ell", "ssml")]


def test_a_possessive_keeps_its_sound() -> None:
    """An entry with IPA takes the s of what follows it."""
    lexicon = Lexicon(
        [(Layer.LIVE, [entry_of({"word": "Bose", "ipa": "bˈoʊz"}), entry_of({"word": "Zak", "ipa": "zˈæk"})])]
    )
    assert phonemes("Bose's and Zak's", "en-US", lexicon).split() == ["bˈoʊzᵻz", "ænd", "zˈæks"]


def test_what_it_was_least_sure_of_is_named() -> None:
    """A word that nobody knows is in doubt; common ones are not."""
    assert Frontend().explain("The door of Xqzvbrtl.", IPA).unsure == ("Xqzvbrtl",)


SSML = """<speak>One <break time="2s"/> two
<p>Three <voice name="rms">four</voice></p> <prosody rate="150%">five</prosody>
<say-as interpret-as="characters">USB</say-as></speak>"""


def test_ssml_becomes_sentences_with_pauses_voices_and_rates() -> None:
    """Cut only where the document wants something else from there on."""
    found = [
        (one.text, one.voice, one.rate, one.pause_ms + one.tail_ms) for one in Frontend().sentences(SSML, IPA, "")
    ]
    assert found == [
        ("One", "", 1.0, 2000),
        ("two", "", 1.0, 600),
        ("Three", "", 1.0, 0),
        ("four", "rms", 1.0, 600),
        ("five", "", 1.5, 0),
        ("U S B", "", 1.0, 600),
    ]
    spans = [SSML[slice(*one.span)] for one in Frontend().sentences(SSML, IPA, "")]
    assert spans == ["One", "two", "Three", "four", "five", "USB"]


def test_letters_are_spelled_in_every_language() -> None:
    """Also where we have no rules."""
    assert normalize('<speak><say-as interpret-as="characters">abc1</say-as></speak>', "de") == "a b c 1"


def test_no_break_is_lost() -> None:
    """At the beginning, at the end, and around what has no word."""
    document = (
        '<speak><break time="1s"/>a<break time="2s"/><s>...</s><break time="3s"/>b<break time="4s"/></speak>'
    )
    found = [(one.text, one.lead_ms, one.pause_ms, one.tail_ms) for one in Frontend().sentences(document, IPA, "")]
    assert found == [("a", 1000, 0, 2000), ("b", 3000, 0, 4000)]


def test_ssml_marks_have_their_place() -> None:
    """Before the first word, inside a sentence and behind the last."""
    document = '<speak><mark name="a"/>One two <mark name="b"/>six ten. Yes.<mark name="c"/></speak>'
    first, second = Frontend().sentences(document, IPA, "")
    assert [(name, round(share, 1)) for name, share in first.marks] == [("a", 0.0), ("b", 0.4)]
    assert second.marks == (("c", 1.0),)


def test_ssml_phonemes_are_said_as_written() -> None:
    """And those of a language without rules of ours, too."""
    document = '<speak>a <phoneme ph="təˈmɑːtoʊ">tomato</phoneme></speak>'
    assert "təˈmɑːtoʊ" in phonemes(document, "en-US")
    assert "təˈmɑːtoʊ" in phonemes(document, "de")


@pytest.mark.parametrize("text", ["<speak>", "<speak>a<b></speak>", "<!DOCTYPE speak><speak>a</speak>"])
def test_broken_ssml_is_an_error_with_its_place(text: str) -> None:
    """And nothing of it is spoken."""
    with pytest.raises(SsmlInvalid, match="line 1"):
        list(Frontend().sentences(text, IPA, ""))


def test_warnings_come_with_the_first_sentence() -> None:
    """What SSML asked in vain, and a script that the language is not written in."""
    (sentence,) = Frontend().sentences('<speak><break time="9h"/>Привет</speak>', WORDS, "en-US")
    assert [warning.partition(":")[0] for warning in sentence.warnings] == ["ssml_clamped", "other_script"]
    (sentence,) = Frontend().sentences("Привет, как дела?", WORDS, "ru")
    assert sentence.warnings == ()


def test_a_fault_in_a_rule_costs_no_announcement(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the sentence is read without rules, its digits too."""

    def read(text: str, region: str = "") -> list[Reading]:
        raise IndexError(text)

    monkeypatch.setattr("litetts_edge.text.normalize.en.read", read)
    assert phonemes("Room 5 is open.", "en-US").split()[:2] == ["ɹˈuːm", "fˈaɪv"]
    assert "IndexError" in caplog.text


def test_a_fault_in_say_as_costs_no_announcement(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and what it was to read is read as if the say-as were not there."""

    def read_as(text: str, *_: str) -> str | None:
        raise IndexError(text)

    monkeypatch.setattr("litetts_edge.text.normalize.en.read_as", read_as)
    document = '<speak>Room <say-as interpret-as="digits">5</say-as> is open.</speak>'
    assert phonemes(document, "en-US").split()[:2] == ["ɹˈuːm", "fˈaɪv"]
    assert "IndexError" in caplog.text


def test_digits_of_another_script_are_said() -> None:
    """No rule reads them, espeak-ng does."""
    assert len(phonemes("The ٣ doors", "en-US").split()) == 3


def test_a_language_that_nobody_reads_is_a_warning() -> None:
    """One word of a document does not cost the others."""
    (first, second) = Frontend().sentences('<speak>One <lang xml:lang="xx-YY">two</lang></speak>', IPA, "")
    assert (first.lang, second.lang) == ("en-US", "en-US")
    assert [warning.partition(":")[0] for warning in second.warnings] == ["language_kept"]


def test_a_number_may_have_its_format() -> None:
    """`number` with `ordinal`, as SSML 1.0 has it."""
    assert (
        normalize('<speak><say-as interpret-as="number" format="ordinal">3</say-as></speak>', "en-US") == "third"
    )


def test_other_languages_go_to_espeak_as_they_are() -> None:
    """German is never read by English rules."""
    assert normalize("Am 3. Mai um 8.30 Uhr, 5 km.", "de") == "Am 3. Mai um 8.30 Uhr, 5 km."


def test_a_long_sentence_comes_in_portions_that_models_take() -> None:
    """Three hundred digits are some 1500 phonemes; none is lost, and the places are in order."""
    digits = "7" * 280
    found = list(Frontend().sentences(f"Say {digits}.", IPA, ""))
    assert len(found) > 1
    assert max(len(one.phonemes) for one in found) < 510
    assert sum(one.phonemes.count("sˈɛvən") for one in found) == 280
