"""What Kokoro reads: its symbols, and long sentences in portions."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import pytest

from litetts_edge.engines.kokoro import KokoroEngine
from litetts_edge.engines.kokoro_symbols import VOCABULARY, is_heard, symbols
from litetts_edge.engines.portions import portions, symbols_at_once
from litetts_edge.engines.style_graph import SAMPLE_RATE
from litetts_edge.engines.style_speech import bounded
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.frontend import Frontend
from tests.kokoro_parts import said, telling


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KokoroEngine]:
    with telling(tmp_path_factory.mktemp("models")) as engine:
        yield engine


# -- symbols -----------------------------------------------------------------------------------------


def test_the_vocabulary_is_the_published_one() -> None:
    """114 symbols of 178 ids; some of each run, by the published config.json."""
    assert len(VOCABULARY) == 114
    known = {";": 1, "?": 6, "—": 9, "…": 10, " ": 16, "\u0303": 17, "ꭧ": 23, "A": 24, "I": 25, "O": 31, "Q": 33}
    known |= {"S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "f": 48, "h": 50, "z": 68, "ɑ": 69, "æ": 72}
    known |= {
        "β": 75,
        "ç": 78,
        "ɖ": 80,
        "ə": 83,
        "ɜ": 87,
        "ɡ": 92,
        "ɪ": 102,
        "ŋ": 112,
        "ø": 116,
        "œ": 120,
        "ɹ": 123,
    }
    known |= {
        "ɻ": 126,
        "ʧ": 133,
        "ʋ": 136,
        "ɤ": 140,
        "ʎ": 143,
        "ʔ": 148,
        "ː": 158,
        "ʲ": 164,
        "↓": 169,
        "↘": 173,
        "ᵻ": 177,
    }
    assert {symbol: VOCABULARY[symbol] for symbol in known} == known
    assert len(set(VOCABULARY.values())) == len(VOCABULARY)


@pytest.mark.parametrize(
    ("ipa", "lang", "written"),
    [
        ("həlˈoʊ, wˈɜːld!", "en-US", "həlˈO, wˈɜɹld!"),
        ("həlˈəʊ, wˈɜːld!", "en-GB", "həlˈQ, wˈɜːld!"),
        ("ðə bˈʌɾɚ", "en-US", "ðə bˈʌTəɹ"),
        ("el ˈaɪɾe pˈasa poɾ la kˈaʎe.", "es", "el ˈIɾe pˈasa poɾ la kˈaʎe."),
        ("la pˈitsːa e mˈɛdzːo kˈassa", "it", "la pˈiʦːa e mˈɛʣːo kˈaSa"),
        ("bˈoŋ dʒˈiæ, lˈeɪtʃj", "pt-BR", "bˈoŋ ʤˈiæ, lˈAʧj"),
        ("bɔ̃ʒˈuʁ, pətsˈœʁ", "fr-FR", "bɔ̃ʒˈuʁ, pətsˈœʁ"),
        ("nəmˈʌsteː \xe3ː", "hi", "nəmˈʌsteː a\u0303ː"),
        ("ni↗xau↓, ʂɨ↘ʨje↘.", "zh", "ni↗xau↓, ʂɨ↘ʨje↘."),
        ("koɲɲiʨiβa, ʥa", "ja", "koɲɲiʨiβa, ʥa"),
        ("ɪç hˈaːbə ʏbɐ", "de", "ɪç hˈaːbə ybɐ"),
    ],
)
def test_ipa_becomes_kokoros_symbols(ipa: str, lang: str, written: str) -> None:
    """As misaki writes each language."""
    assert symbols(ipa, lang) == written


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Twenty-one bottles of Château-d'Yquem, please!", "en-US"),
        ("The schedule's been re-scheduled: hooray…", "en-GB"),
        ("¿Qué hora es? El pingüino baila en Guadalajara, hijo.", "es"),
        ("Garçon, l'œuf est bon ; un vin blanc, aujourd'hui.", "fr-FR"),
        ("नमस्ते दुनिया, आप कैसे हैं? घर ठंडा है।", "hi"),
        ("La pizza è buona, gli gnocchi mezzo cassa.", "it"),
        ("Bom dia, o leite não está frio; amanhã há pães.", "pt-BR"),
        ("你好，世界。今天二十一度，儿子女士。", "zh"),
    ],
)
def test_what_the_front_end_writes_has_symbols(text: str, lang: str, caplog: pytest.LogCaptureFixture) -> None:
    """In every language that Kokoro has a voice for, no phone is left out."""
    voice = Voice("kokoro:x", "kokoro", lang, SAMPLE_RATE, "X", Alphabet.IPA)
    with caplog.at_level(logging.DEBUG, "litetts_edge.engines"):
        written = [symbols(sentence.phonemes, lang) for sentence in Frontend().sentences(text, voice, "")]
    assert all(map(is_heard, written))
    assert "no symbol" not in caplog.text


def test_symbols_are_total() -> None:
    """Any character in any language gives symbols of the vocabulary or nothing."""
    everything = "".join(map(chr, [*range(0x20, 0x3100), 0x1F389, 0xD7FF, 0xFFFD]))
    for lang in ("en-US", "en-GB", "fr-FR", "zh", "ja", "", "x" * 40):
        assert set(symbols(everything, lang)) <= set(VOCABULARY)


# -- long sentences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aaaa bbbb.", ["aaaa bbbb."]),
        ("aaaaaa. b, cccc", ["aaaaaa.", "b, cccc"]),
        ("aaaaa, bb cccc", ["aaaaa,", "bb cccc"]),
        ("aaaa bbbb cccc", ["aaaa bbbb", "cccc"]),
        ("a. bbbbbbb cccc", ["a. bbbbbbb", "cccc"]),
        ("aaaaaaaaaaaa", ["aaaaaaaaaa", "aa"]),
        ("aaaaaaaaaaːaa", ["aaaaaaaaa", "aːaa"]),
        ("aaaaaaaaaˈaa", ["aaaaaaaaa", "ˈaa"]),
        ("", []),
        (" . ", ["."]),
    ],
)
def test_a_long_sentence_is_cut_where_it_is_heard_least(text: str, parts: list[str]) -> None:
    """Here at most ten symbols: behind the strongest mark, at a space, else between two phonemes."""
    assert [portion.symbols for portion in portions(text, 10)] == parts


def test_portions_between_words_are_about_equal() -> None:
    """Each is made while the one before it is heard; a short one before a long one would leave a gap."""
    assert [len(one.symbols) for one in portions("aaaa " * 30, 100)] == [79, 69]


def test_a_mark_that_would_leave_a_word_behind_is_no_place_for_a_cut() -> None:
    """A portion of a word or two is spoken badly."""
    made = [one.symbols for one in portions("aaaa " * 6 + "aaaa, bb", 36)]
    assert made == ["aaaa aaaa aaaa aaaa", "aaaa aaaa aaaa, bb"]


@pytest.mark.parametrize(("speed", "symbols"), [(1.0, 180), (0.5, 90), (2.0, 360), (0.025, 24)])
def test_slow_speech_is_told_fewer_symbols(speed: float, symbols: int) -> None:
    """15 s of 12 symbols a second; and never so few that they are no speech."""
    assert symbols_at_once(speed) == symbols


def test_no_symbol_is_lost_or_said_twice() -> None:
    """Whatever the text is, its symbols come back in order, at most as many as allowed at a time."""
    random = np.random.default_rng(5)
    for _ in range(300):
        text = "".join(random.choice(list("aeiouˈː\u0303  ,.?—"), size=random.integers(0, 200)))
        made = [portion.symbols for portion in portions(text, 17)]
        assert "".join(made).replace(" ", "") == text.replace(" ", "")
        assert all(0 < len(part) <= 17 for part in made)


def test_a_sentence_of_nothing_is_a_short_silence(kokoro: KokoroEngine) -> None:
    """Marks and unknown symbols alone are no speech."""
    for ipa in ("", "?!", "ˈ ˌ", "\U0001f389", "\x00\ud800"):
        samples = said(kokoro, ipa)
        assert 0 < len(samples) < 1200
        assert not samples.any()


@pytest.mark.parametrize(
    ("asked", "given"), [(0.5, 0.5), (2, 2), (0, 0.5), (-1, 0.5), (99, 2), (float("nan"), 1), (float("inf"), 2)]
)
def test_speed_is_bounded(asked: float, given: float) -> None:
    """From 0.5 to 2."""
    assert bounded(asked) == given
