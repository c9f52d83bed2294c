"""The one espeak-ng library: every language, hostile text, aborts."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from litetts_edge.errors import LanguageNotFound
from litetts_edge.text import espeak
from litetts_edge.text.espeak_input import safe


def spoken(text: str, lang: str = "en-US", rate: int = 175) -> NDArray[np.int16]:
    parts: list[NDArray[np.int16]] = []

    def take(samples: NDArray[np.int16]) -> bool:
        parts.append(samples)
        return True

    espeak.synthesize(text, lang, rate, take)
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)


def test_every_language_speaks() -> None:
    """Each listed language can be selected, gives phonemes and audio, and its tag finds it again.

    In a process of its own, so that a crash names the language; its standard error stays empty.
    """
    program = """
from litetts_edge.text import espeak
languages = espeak.languages()
assert len(languages) > 120, len(languages)
for language in languages:
    print(language.tag, flush=True)
    assert espeak.language(language.tag) == language
    assert espeak.phonemes("a 42", language.tag), language
    heard = []
    espeak.synthesize("a 42, 7.", language.tag, 175, lambda samples: heard.append(len(samples)) or True)
    assert sum(heard) > 2000, language
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-200:] + done.stderr


def test_a_language_is_found_while_something_is_spoken() -> None:
    """The event loop asks for languages, and must not wait for the inference thread."""
    answered: list[bool] = []

    def take(_: NDArray[np.int16]) -> bool:
        asking = threading.Thread(target=espeak.language, args=("de",), daemon=True)
        asking.start()
        asking.join(5)
        answered.append(not asking.is_alive())
        return False

    espeak.synthesize("The front door is open.", "en-US", 175, take)
    assert answered == [True]


@pytest.mark.parametrize(
    ("tag", "voice"),
    [
        ("en-US", "gmw/en-US"),
        ("EN_us", "gmw/en-US"),
        ("en-GB", "gmw/en"),
        ("de", "gmw/de"),
        ("de-AT-1996", "gmw/de"),
        ("fr", "roa/fr"),
        ("fr-FR", "roa/fr"),
        ("pt-BR", "roa/pt-BR"),
        ("es-AR", "roa/es-419"),
        ("zh", "sit/cmn"),
        ("zh-Hans-CN", "sit/cmn"),
        ("zh-HK", "sit/yue"),
        ("nn-NO", "gmq/nb"),
        ("ja-JP", "jpx/ja"),
    ],
)
def test_tags_find_their_language(tag: str, voice: str) -> None:
    """BCP 47 tags are matched in any case, and fall back to the language without its region."""
    assert espeak.language(tag).voice == voice


@pytest.mark.parametrize(
    "tag", ["", "-", "x", "xx", "english", "en2", "x-en", "gmw/en-US", "../../etc", "fo", "\x00", "e" * 9999]
)
def test_unknown_tags_are_errors(tag: str) -> None:
    """What is not a known language raises, is never handed to the library, and the next call works."""
    with pytest.raises(LanguageNotFound):
        espeak.language(tag)
    with pytest.raises(LanguageNotFound):
        espeak.phonemes("Hello", tag)
    with pytest.raises(LanguageNotFound):
        spoken("Hello", tag)
    assert espeak.phonemes("ok", "en-US") == "ˌoʊkˈeɪ"


@given(tag=st.text(max_size=20) | st.from_regex(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True))
@settings(deadline=None)
def test_any_tag_is_a_language_or_an_error(tag: str) -> None:
    """The mapping is total."""
    try:
        found = espeak.language(tag)
    except LanguageNotFound:
        return
    assert found in espeak.languages()


def test_regional_defaults_are_listed() -> None:
    """Tags have their usual case, names are for people."""
    by_tag = {language.tag: language.name for language in espeak.languages()}
    assert by_tag["pt-BR"] == "Portuguese (Brazil)"
    assert "en-GB-x-rp" in by_tag
    assert "yue-Latn-jyutping" in by_tag
    assert len(by_tag) == len(espeak.languages())


def test_punctuation_stays_in_the_phonemes() -> None:
    """Marks are the model's prosody: they stay behind their word; an abbreviation's dot is none."""
    assert espeak.phonemes("Wait... what?! No: yes; ok — fine, Dr. Who.", "en-US") == (
        "wˈeɪt… wˌʌt?! nˈoʊ: jˈɛs; ˌoʊkˈeɪ — fˈaɪn, dˈɑːktɚ hˈuː."
    )
    assert espeak.phonemes("你好，世界。", "zh").endswith(".")


def test_language_flags_are_removed() -> None:
    """A foreign word leaves its sounds and no `(en)`."""
    ipa = espeak.phonemes("Le weekend est cool.", "fr")
    assert "(" not in ipa
    assert "kˈuːl" in ipa


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<speak><break time='5s'/>hi</speak>", "speak break time hi"),
        ("<say-as interpret-as='x'>hi</say-as>", "say hi"),
        ("a <b>hi</b>", "hi"),
    ],
)
def test_markup_is_text(text: str, words: str) -> None:
    """Angle brackets are read, never obeyed: the words inside a tag are spoken."""
    heard = espeak.phonemes(text, "en-US").translate({ord("ˈ"): None, ord("ˌ"): None})
    for word in words.split():
        assert espeak.phonemes(word, "en-US").strip("ˈˌ").replace("ˈ", "") in heard


def test_mnemonics_are_text() -> None:
    """`[[...]]` is spelt out: as phoneme input it would be one short word."""
    assert len(spoken("[[h@l'oU]]")) > 1.3 * len(spoken("hello"))


def test_embedded_commands_are_text() -> None:
    """A control-A command (here: rate 400, pitch 99) changes nothing afterwards and commands nothing."""
    assert (
        len(spoken("one \x01400S\x0199P two three four five"))
        > len(spoken("one 400S99P two three four five")) * 0.8
    )
    before = len(spoken("This is a normal sentence."))
    spoken("\x01400S\x0199P")
    assert len(spoken("This is a normal sentence.")) == pytest.approx(before, rel=0.02)


def test_nul_does_not_cut_the_text() -> None:
    """What stands behind a NUL is spoken, too."""
    assert len(spoken("one\x00 two three four")) == pytest.approx(len(spoken("one two three four")), rel=0.05)
    assert espeak.phonemes("one\x00two", "en-US") == "wˈʌn tˈuː"


@pytest.mark.parametrize(
    "text", ["word " * 400, "a" * 2000, "supercalifragilistic" * 40, "7" * 500, "777 " * 75, "one, two. " * 150]
)
def test_long_text_is_spoken_to_its_end(text: str) -> None:
    """Nothing is cut: the last word is heard after all that comes before it."""
    assert len(spoken(text + " finally the end")) > len(spoken(text)) + 0.5 * espeak.SAMPLE_RATE


def test_take_can_end_a_run() -> None:
    """False from `take` ends the run; the next one begins afresh and is whole."""
    whole = len(spoken("Hello world."))
    heard = []

    def take(samples: NDArray[np.int16]) -> bool:
        heard.append(len(samples))
        return False

    espeak.synthesize("Hello world. " * 50, "en-US", 175, take)
    assert len(heard) == 1
    assert len(spoken("Hello world.")) == pytest.approx(whole, rel=0.02)


def test_an_error_in_take_comes_out() -> None:
    """An exception does not vanish in C: it ends the run and is raised."""

    def take(_: NDArray[np.int16]) -> bool:
        raise KeyError("take")

    with pytest.raises(KeyError):
        espeak.synthesize("Hello", "en-US", 175, take)
    assert len(spoken("Hello"))


def test_rate_does_not_leak_into_the_next_run() -> None:
    """Each run has the rate it asks for."""
    natural = len(spoken("Hello world."))
    spoken("Hello world.", rate=450)
    assert len(spoken("Hello world.")) == pytest.approx(natural, rel=0.02)


def test_threads_take_turns() -> None:
    """Phonemes and audio asked for by several threads at once are right."""
    wrong: list[str] = []

    def work(lang: str, expected: str) -> None:
        wrong.extend(ipa for _ in range(30) if (ipa := espeak.phonemes("no", lang)) != expected)

    langs = ("en-US", "de", "fr", "es")
    threads = [threading.Thread(target=work, args=(lang, espeak.phonemes("no", lang))) for lang in langs]
    for thread in threads:
        thread.start()
    spoken("Hello world. " * 10, "it")
    for thread in threads:
        thread.join()
    assert wrong == []


def test_words_stay_whole() -> None:
    """What is kept from the library leaves ordinary text as it is, Japanese with its three scripts included."""
    for text in (
        "今日はコーヒーを飲みます。",
        "naïve café, Привет 21 °C",
        "می\u200cخواهم",
        "नमस्ते दुनिया",
        "don't — 10:30",
        "vis-a-vis - -5",
    ):
        assert safe(text, "gmw/en-US") == text


FOREIGN = "Ԫᚵϸᦎእᖝၩᄨⅈࠊݴቜሷጫজফᛎஇઓᥓಓკདྷྷ⺐ᷞᓪ᠋ⴂᛒྲᨣႱᵂᎳ๗ບ" * 4


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("vi", "`"),
        ("vi", "}-k"),
        ("vi", '"-k'),
        ("vi", "ᘵi᭯ɘပèຯ" * 20),
        ("ar", "⣯⣾"),
        ("ti", "⢿"),
        ("es", "\"''-कक " * 20),
        ("hi", "---Ⱦ---" * 20),
        ("ml", '";-ɂ-ⱦҰⱦ ' * 20),
        ("ar", FOREIGN),
        ("si", FOREIGN),
        ("en-US", FOREIGN),
    ],
)
def test_what_crashed_the_library_is_spoken(lang: str, text: str) -> None:
    """Texts that fuzzing found to crash espeak-ng. In a process of its own, so that a crash is a failure."""
    program = """
import sys
from litetts_edge.text import espeak
for _ in range(5):
    espeak.phonemes(sys.argv[2], sys.argv[1])
    espeak.synthesize(sys.argv[2] + " a", sys.argv[1], 450, lambda samples: True)
"""
    subprocess.run([sys.executable, "-c", program, lang, text], check=True, timeout=60)


@given(
    text=st.text(max_size=200),
    lang=st.sampled_from(["en-US", "zh", "ar", "hi", "th", "ja", "vi", "ru", "hyw", "chr"]),
)
@settings(deadline=None, max_examples=200)
def test_any_text_is_survived(text: str, lang: str) -> None:
    """Any characters in any language: phonemes without flags or line breaks, audio, and no crash."""
    ipa = espeak.phonemes(text, lang)
    assert "\n" not in ipa
    assert "(" not in ipa
    spoken(text, lang, 450)
