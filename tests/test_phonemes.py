"""The closed inventory: total tables, and nothing that espeak-ng writes for English is lost."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.text import espeak, phonemes
from litetts_edge.text.phonemes import (
    FLITE,
    FLITE_PHONES,
    INVENTORY,
    MARKS,
    VOWELS,
    Token,
    from_espeak,
    unread,
)

WORDS = """
'cause aachen aaliyah abdulaziz abeyance ability abrutyn aquirre ahmed aix-en-provence albrecht algebraic
allowable alred amphitheatre anxieties aoi apaches argyll arkansas's attorney autumn ba'ath ba'athism bear
beaten beer beresford blanc bottle bowyer boyar button car care carinii carrier certain chaudoin chauffeur
cheetah choir church city cliches clothes comforting conder corr couldn't croix's cup cure curious deleeuw
denouement deshler deware diabetes different diurnal duo edge employer eworld father fire focht foot foyer freer
furry gautier generation ghettoize giardina gluttony gogh greear hawaiians hour hurry huge idea illinois's
inouye jalapeno joao judge kahrs kitten kyrgyzstan lapsang law layoff letter little llanelli loch louis's luau
mannlicher marois messrs million mirti mishler mountain nation near neorx neruda nuclear o'dougherty ocean
oestreicher onion oyer patentable period player pleasure poor power prism radioactivity rapprochement rhythm
roses sauteed scrimgeour series singing sooty soyuz start subhlok swartout sweetener taoiseach thankyou thing
this tolkien tour tuohy uruguayan vietor vision vuitton wanted wasn't water wehrly weary wii winter worrier yes
zeroual zeitung zero zoo
""".split()
NAMES = """
Ångström Besançon Björk Bach Chopin Curaçao Çelik Dvořák Đoković Erdoğan Gdańsk Göteborg Győr Håkon İstanbul Kraków
Łódź Müller Muñoz Nguyễn Ñandú Phở Reykjavík São Šibenik Þór Tchaikovsky Xi'an Zürich brûlée déjà-vu façade naïve
rendezvous smörgåsbord Llandudno Schiphol Xhosa Ngorongoro Kuala Reykjavik Hawaiʻi Mbappé Tokyo Háfnarfjörður
Москва Ελλάδα תל ירושלים القاهرة दिल्ली 東京 서울 とうきょう กรุงเทพ თბილისი Երևան
""".split()
NUMBERS = (
    "0 1 7 13 21st 42 100 1999 2024 1,000,000 3.14 -5 50% £20 $5.30 €7 5°C 12:30 7:05pm 1/2 ½ № § ² x² 1e9".split()
)
SENTENCES = (
    "Of the two of us, who is at it? I am!",
    "Well; that was it: the end... or — perhaps not?!",
    "It's a quarter to seven in the evening, and the heating is on.",
    "A.M. and P.M., Mr. and Mrs. Smith of St. John's St., Messrs. Wood & Co.",
)
LETTERS = [
    chr(code)
    for code in (
        *range(0x21, 0x2000),
        *range(0x3041, 0x3100),
        *range(0xAC00, 0xD7A4, 197),
        *range(0x4E00, 0x9FA5, 997),
    )
    if unicodedata.category(chr(code))[0] in "LNSP"
]


def shown(tokens: tuple[Token, ...]) -> str:
    """`ˈ` before a stressed vowel, a space before each word, marks as they are."""
    return "".join(
        (" " if token.starts_word else "") + ("", "ˈ", "ˌ")[token.stress] + token.symbol for token in tokens
    ).strip()


def flite(tokens: tuple[Token, ...]) -> str:
    return " ".join(phone for token in tokens if token.symbol not in MARKS for phone in FLITE[token.symbol])


def test_the_inventory_is_closed() -> None:
    """Every phone once, vowels among them, and no mark is a phone."""
    assert len(set(INVENTORY)) == len(INVENTORY)
    assert set(INVENTORY) > VOWELS
    assert not set(INVENTORY) & set(MARKS)
    assert INVENTORY[:3] + INVENTORY[-2:] == ("i", "ɪ", "ᵻ", "j", "w")  # order is what trained models count by
    assert len(INVENTORY) == 51


def test_the_flite_table_is_total() -> None:
    """Each phone, and nothing else, has phones of flite; a vowel begins with one of flite's vowels."""
    assert set(FLITE) == set(INVENTORY)
    assert {phone for phones in FLITE.values() for phone in phones} <= set(FLITE_PHONES)
    assert all(FLITE.values())
    assert {symbol for symbol, phones in FLITE.items() if phones[0][0] in "aeiou"} == VOWELS


@pytest.mark.parametrize("lang", ["en-US", "en-GB"])
@pytest.mark.parametrize(
    "texts", [WORDS, NAMES, NUMBERS, SENTENCES, LETTERS], ids="words names numbers sentences letters".split()
)
def test_nothing_that_espeak_says_is_lost(texts: list[str], lang: str) -> None:
    """No table misses what espeak-ng writes for a text, and whatever has sound has tokens."""
    for text in texts:
        ipa = espeak.phonemes(text, lang)
        assert unread(ipa) == "", (text, ipa)
        assert any(token.symbol in INVENTORY for token in from_espeak(ipa, lang)) == any(map(str.isalpha, ipa))


def test_every_entry_can_be_reached() -> None:
    """What stands in the table is decomposed, as the input is, and becomes phones of the inventory only."""
    for written, phones in phonemes._READ.items():
        assert unicodedata.is_normalized("NFD", written), written
        assert set(phones) <= set(INVENTORY), written
        assert unread(written) == "", written
        assert from_espeak(f"t{written}ə"), written


def test_a_symbol_that_no_table_knows_is_reported() -> None:
    """The check above can fail: an unknown symbol is left out, and named."""
    assert unread("kˈæ\u2603t ж") == "\u2603ж"
    assert shown(from_espeak("kˈæ\u2603t ж")) == "kˈæt"


@pytest.mark.parametrize(
    ("ipa", "expected"),
    [
        ("ʌvðə tʃˈɜːtʃ", "ʌvðə tʃˈɝtʃ"),
        ("kˈɔːt ʃˈɪp", "kˈɔt ʃˈɪp"),
        ("fˈɔːɹ fˈoːɹ bˈɛɹ nˈɪɹ pˈʊɹ kˈɑːɹ", "fˈɔɹ fˈɔɹ bˈɛɹ nˈɪɹ pˈʊɹ kˈɑɹ"),
        ("hˈɜːɹi dˈɪfɚɹənt dʒˌɛnɚɹˈeɪʃən", "hˈɝi dˈɪfɚənt dʒˌɛnɚˈeɪʃən"),
        ("kjˈʊɹɹiəs", "kjˈʊɹiəs"),
        ("zˈiəɹoʊ pˈiəɹɪəd aɪdˈiə", "zˈɪɹoʊ pˈɪɹiəd aɪdˈiə"),
        ("mˈɛsrz bˈɛrzfɚd krwˈɑː", "mˈɛsɚz bˈɛɹzfɚd kɹwˈɑ"),
        ("bˈʌʔn̩ ælbɹɪʔˌn̩", "bˈʌʔən ælbɹɪʔən"),
        ("lˈɑːx ɬænˈɛli ɑːvˈɑ̃s blˈɑ̃ŋk", "lˈɑk lænˈɛli ɑvˈɑns blˈɑŋk"),
        ("ˌæləpˈeɪnʲoʊ tˈæmɪlʲ ɲˈɛ", "ˌæləpˈeɪnjoʊ tˈæmɪl njˈɛ"),
        ("fˈaɪɚ fˈaɪə wˈiːː", "fˈaɪɚ fˈaɪə wˈi"),
        ("r.ˈə s-ˈɐŋ ˈɛl1 kˈɔr.", "ɹˈə sˈɐŋ ˈɛl kˈɔɹ."),
        ("hwˈɛn: jˈɛs?! nˈoʊ,, ɐ... —", "hwˈɛn: jˈɛs?! nˈoʊ, ɐ…—"),
    ],
)
def test_reading(ipa: str, expected: str) -> None:
    """The longest symbol wins inside a word, never across a space; what English lacks becomes what is nearest."""
    assert shown(from_espeak(ipa)) == expected


@pytest.mark.parametrize(
    ("ipa", "expected"),
    [
        ("ɹˌeɪdɪəʊ", "ɹ eɪ d i əʊ"),
        ("bˈaɪəʊ", "b aɪ əʊ"),
        ("nˈiːəʊəks", "n i əʊ ə k s"),
        ("klˈɔːɪŋ", "k l ɔ ɪ ŋ"),
        ("fˈɔɪeɪ", "f ɔɪ eɪ"),
        ("tˈʃ tʃ tsʃ", "t ʃ tʃ t s ʃ"),
    ],
)
def test_what_stands_together(ipa: str, expected: str) -> None:
    """Two letters are one phone only where the longest reading from the left makes them one."""
    assert [token.symbol for token in from_espeak(ipa, "en-GB")] == expected.split()


def test_tokens_of_a_sentence() -> None:
    """Stress is on the vowel, a group of joined words is one word, and a mark is a token of its own."""
    assert from_espeak("stɹˈiːt ʌvðə.") == (
        Token("s", 0, True),
        Token("t"),
        Token("ɹ"),
        Token("i", 1),
        Token("t"),
        Token("ʌ", 0, True),
        Token("v"),
        Token("ð"),
        Token("ə"),
        Token("."),
    )


def test_british_vowels_have_no_r() -> None:
    """The same letters mean another vowel in en-GB, and the r behind it is spoken."""
    assert shown(from_espeak("fˈɜːɹi nˈəʊt bˈeə tˈʊə nˈiə lˈɒt", "en-GB")) == "fˈɜɹi nˈəʊt bˈeə tˈʊə nˈiə lˈɒt"
    assert shown(from_espeak("mˈɛsrz", "en-GB")) == "mˈɛsəz"


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("button", "b ah t ax n"),
        ("hurry", "hh er iy"),
        ("near", "n ih r"),
        ("zero", "z ih r ow"),
        ("period", "p ih r iy ax d"),
        ("curious", "k y uh r iy ax s"),
        ("generation", "jh eh n er ey sh ax n"),
        ("fire", "f ay er"),
        ("four", "f ao r"),
        ("start", "s t aa r t"),
        ("bottle", "b aa t ax l"),
        ("united", "y uw n ay t ax d"),
        ("judge", "jh ah jh"),
        ("church", "ch er ch"),
        ("thing", "th ih ng"),
        ("pleasure", "p l eh zh er"),
        ("yellow", "y eh l ow"),
        ("the", "dh ax"),
    ],
)
def test_flite_would_say_the_same(word: str, phones: str) -> None:
    """Our phones of an American word are the ones that flite 2.2 prints for it (voice slt)."""
    assert flite(from_espeak(espeak.phonemes(word, "en-US"))) == phones


@given(
    st.text(alphabet="".join(INVENTORY) + "ˈˌː \u0303\u0329\u0361.,?!…xɲʲrɬoea" + "-1", max_size=40) | st.text()
)
def test_any_text_gives_tokens(text: str) -> None:
    """Total: symbols of the two tuples, stress on vowels only, and letters begin a word."""
    for lang in ("en-US", "en-GB"):
        tokens = from_espeak(text, lang)
        assert {token.symbol for token in tokens} <= {*INVENTORY, *MARKS}
        assert all(token.stress == 0 or token.symbol in VOWELS for token in tokens)
        assert not any(token.starts_word for token in tokens if token.symbol in MARKS)
        for is_mark, run in groupby(tokens, lambda token: token.symbol in MARKS):
            assert is_mark or next(run).starts_word


@given(st.lists(st.sampled_from(sorted(set(INVENTORY) - {"ɪə", "ɜ", "ɹ"})), min_size=1))
def test_each_phone_is_read_as_itself(phones: list[str]) -> None:
    """IPA made of our own phones, a space between each, comes back unchanged."""
    assert [token.symbol for token in from_espeak(" ".join(phones))] == phones


def test_nothing_heavy_is_loaded() -> None:
    """The tables can be read where numpy is not installed."""
    program = "import sys, litetts_edge.text.phonemes; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
