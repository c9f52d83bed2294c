"""Tables between the inventory and misaki's, Kokoro's and espeak-ng's symbols: total, and nothing is lost."""

from __future__ import annotations

import itertools

import pytest

from litetts_edge.text.english_alphabets import (
    ESPEAK_MNEMONICS,
    KOKORO_GB,
    KOKORO_US,
    from_misaki,
    to_espeak_mnemonics,
    to_ipa,
    to_kokoro,
)
from litetts_edge.text.phonemes import INVENTORY, Token, from_espeak

# what the readme of misaki 0.9.4 and its vocabularies name
MISAKI_US = "AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹɾʃʊʌʒʤʧθᵊᵻʔT"
MISAKI_GB = "AIQWYabdfhijklmnpstuvwzðŋɑɒɔəɛɜɡɪɹʃʊʌʒʤʧθᵊ"

US = [
    ("bˈʌɾəɹ", "bˈʌɾɚ"),
    ("kəɹˈɛkt", "kɚˈɛkt"),
    ("nˈɜɹs", "nˈɜːs"),
    ("bˈʌʔn", "bˈʌʔən"),
    ("lˈɪɾᵊl", "lˈɪɾəl"),
    ("Idˈiə", "aɪdˈiːə"),
    ("nˈʌʧˌɛl", "nˈʌtʃˌɛl"),
    ("nˈʌtʃˌɛl", "nˈʌt\u200cʃˌɛl"),
    ("wˈɑʧᵻz", "wˈɑːtʃᵻz"),
    ("dɹˈɔɪŋ", "dɹˈɔːɪŋ"),
    ("ʤˈY", "dʒˈɔɪ"),
    ("nˈW", "nˈaʊ"),
    ("ɡˈO", "ɡˈoʊ"),
]
GB = [
    ("nˈɪə", "nˈiːə"),
    ("zˈɪəɹQ", "zˈiːəɹəʊ"),
    ("ˈɛːɹɪə", "ˈeəɹiə"),
    ("pəsˈiːv", "pəsˈiːv"),
    ("nˈɜːs", "nˈɜːs"),
    ("ˈɛkstəːn", "ˈɛkstɜːn"),
    ("kˈat", "kˈæt"),
    ("twˈɛntiwˈʌn", "twˈɛntiwˈʌn"),
    ("hˈapi", "hˈæpi"),
    ("hˈɒt", "hˈɒt"),
    ("fjˈʊə", "fjˈʊə"),
]


@pytest.mark.parametrize(("symbols", "ipa"), US)
def test_american_symbols_are_read(symbols: str, ipa: str) -> None:
    """What misaki writes for en-US is the IPA that espeak-ng would have written."""
    assert to_ipa(from_misaki(symbols, "US")) == ipa


@pytest.mark.parametrize(("symbols", "ipa"), GB)
def test_british_symbols_are_read(symbols: str, ipa: str) -> None:
    """What misaki writes for en-GB is the IPA that espeak-ng would have written."""
    assert to_ipa(from_misaki(symbols, "GB")) == ipa


@pytest.mark.parametrize(
    ("symbols", "region"),
    [(s, "US") for s, _ in US if s not in {"nˈʌtʃˌɛl", "dɹˈɔɪŋ", "bˈʌɾəɹ"}] + [(s, "GB") for s, _ in GB],
)
def test_kokoro_gets_back_what_misaki_wrote(symbols: str, region: str) -> None:
    """The symbols survive the way through the inventory; a flap is T to Kokoro, and a glottal stop is t."""
    wanted = symbols.replace("ɾ", "T").replace("ʔ", "t") if region == "US" else symbols
    assert to_kokoro(from_misaki(symbols, region), region) == wanted


def test_each_symbol_of_misaki_is_one_phone_or_more() -> None:
    """No symbol of a vocabulary is lost."""
    for region, symbols in (("US", MISAKI_US), ("GB", MISAKI_GB)):
        for symbol in symbols:
            assert from_misaki(symbol, region), (region, symbol)


def test_tables_are_total() -> None:
    """Each phone has Kokoro symbols for both accents, and a mnemonic."""
    for table in (KOKORO_US, KOKORO_GB, ESPEAK_MNEMONICS):
        assert set(table) == set(INVENTORY)
        assert all(table.values())


def test_any_two_phones_are_read_back() -> None:
    """Written side by side, no two phones become a third one, in either accent."""
    for lang, unheard in (("en-US", {"ɜ", "ɪə"}), ("en-GB", {"ɝ", "ɪə"})):
        phones = [phone for phone in INVENTORY if phone not in unheard]
        for first, second in itertools.product(phones, phones):
            if second == "ɹ" and first in ({"ɹ", "ɚ", "ɝ"} if lang == "en-US" else {"ɹ"}):
                continue  # the same r: from_espeak never makes two of it
            tokens = (Token(first, 0, True), Token(second), Token("ʌ", 1))
            assert from_espeak(to_ipa(tokens), lang) == tokens, (lang, first, second, to_ipa(tokens))


def test_a_sentence_keeps_its_words_and_marks() -> None:
    """Words are one space apart and marks stand behind them, as IPA and for Kokoro."""
    tokens = from_espeak("hɐlˈoʊ, ðɪs ɪz ɐ tˈɛst; wˈʌt?")
    assert from_espeak(to_ipa(tokens)) == tokens
    assert to_kokoro(tokens) == "həlˈO, ðɪs ɪz ɐ tˈɛst; wˈʌt?"


def test_only_articles_keep_the_open_schwa() -> None:
    """Kokoro knows ɐ from the words a and an alone."""
    assert to_kokoro(from_espeak("ɐn ɐnˈʌðɚ ɐ ɐbˈaʊt")) == "ɐn ənˈʌðəɹ ɐ əbˈWt"


def test_mnemonics() -> None:
    """A word can be handed to espeak-ng's voices phone by phone."""
    assert to_espeak_mnemonics(from_espeak("tʃˈɜːtʃ mˈuːzɪk.")) == "tS'3:tS m'u:zIk"
