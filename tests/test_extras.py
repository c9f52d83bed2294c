"""Chinese and Japanese sounds: the tables, which need nothing, and the packages, where they are installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.errors import EXTRAS, ExtraMissing, how_to_install
from litetts_edge.text import extras, kana, pinyin


def needs(package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=f"{package} is not installed")


chinese = needs("pypinyin")
japanese = needs("pyopenjtalk")


@pytest.mark.parametrize(
    ("syllables", "ipa"),
    [
        ("ni3 hao3", "ni↓ xau↓"),
        ("zhong1 guo2", "ꭧʊ→ŋ kwo↗"),
        ("shi4 zi5 ri4", "ʂɨ↘ ʦɨ ɻɨ↘"),
        ("yi1 yan2 ye4 you3 yin1 ying2 yong4", "i→ jɛ↗n je↘ jou↓ i→n i↗ŋ jʊ↘ŋ"),
        ("wu3 wei4 wen4 weng1 wan2", "u↓ wei↘ wə↘n wə→ŋ wa↗n"),
        ("yu2 yue4 yuan2 yun2 ju1 xue2 quan2 jun1", "y↗ ɥe↘ ɥɛ↗n y↗n ʨy→ ɕɥe↗ ʨʰɥɛ↗n ʨy→n"),
        ("nv3 lv4 lve4", "ny↓ ly↘ lɥe↘"),
        ("liu4 dui4 dun1 bo1 er4 o5", "ljou↘ twei↘ twə→n pwo→ ɚ↘ ɔ"),
        ("chi1 qi1 xi1 ci2 si4 jiong3", "ꭧʰɨ→ ʨʰi→ ɕi→ ʦʰɨ↗ sɨ↘ ʨjʊ↓ŋ"),
    ],
)
def test_syllables(syllables: str, ipa: str) -> None:
    """One of every kind of initial, final and tone; expected from misaki's tables."""
    assert " ".join(map(pinyin.ipa, syllables.split())) == ipa


def test_what_is_no_syllable_has_no_sound() -> None:
    """A stray string is silent; nothing is raised."""
    assert [pinyin.ipa(text) for text in ("", "5", "xyz1", "zh", "你")] == [""] * 5


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("你好:ni3 hao3", "ni2 hao3"),
        ("我:wo3 很:hen3 好:hao3", "wo2 hen2 hao3"),
        ("手表:shou3 biao3 厂长:chang3 zhang3", "shou2 biao3 chang2 zhang3"),
        ("不要:bu4 yao4", "bu2 yao4"),
        ("不:bu2 好:hao3", "bu4 hao3"),
        ("去:qu4 不:bu4 去:qu4", "qu4 bu5 qu4"),
        ("一样:yi1 yang4", "yi2 yang4"),
        ("一起:yi1 qi3", "yi4 qi3"),
        ("一月:yi2 yue4", "yi1 yue4"),
        ("第:di4 一:yi1 次:ci4", "di4 yi1 ci4"),
        ("看:kan4 一:yi1 看:kan4", "kan4 yi5 kan4"),
        ("二:er4 一:yi1 三:san1", "er4 yi1 san1"),
        ("一百:yi1 bai3 一十:yi1 shi2", "yi4 bai3 yi1 shi2"),
    ],
)
def test_tones_change_beside_each_other(words: str, spoken: str) -> None:
    """不, 一 and third tones, as they are said."""
    pairs: list[tuple[str, list[str]]] = []
    for token in words.split():
        if ":" in token:
            characters, _, first = token.partition(":")
            pairs.append((characters, [first]))
        else:
            pairs[-1][1].append(token)
    assert " ".join(syllable for word in pinyin.sandhi(pairs) for syllable in word) == spoken


@pytest.mark.parametrize(
    ("katakana", "ipa"),
    [
        ("コンニチワ", "koɲɲiʨiβa"),
        ("トーキョー", "toːkʲoː"),
        ("ガッコー", "ɡaʔkoː"),
        ("シンブン", "ɕimbɯɴ"),
        ("ゲンキ", "ɡeŋkʲi"),
        ("ホン", "hoɴ"),
        ("ファイル", "ɸaiɾɯ"),
        ("ティッシュ", "tʲiʔɕɨ"),
        ("ヴァイオリン", "vaioɾʲiɴ"),
        ("チョットズツ", "ʨoʔtozɨʦɨ"),
        ("ウィキ", "βikʲi"),
        ("ジェット", "ʥeʔto"),
        ("漢字", ""),
    ],
)
def test_kana(katakana: str, ipa: str) -> None:
    """Each kind of mora in misaki's symbols."""
    assert kana.ipa(katakana) == ipa


def test_every_katakana_has_a_sound() -> None:
    """All from ァ to ヶ, and the long mark."""
    assert [chr(code) for code in range(0x30A1, 0x30F7) if not kana.ipa(chr(code))] == []
    assert kana.hiragana("トーキョーワ") == "とーきょーわ"


def test_languages_are_known_by_their_tags() -> None:
    """Only Mandarin and Japanese are read here."""
    asked = ("ja", "ja-JP", "zh", "zh-CN", "cmn", "yue", "en-US", "")
    assert [extras.language(lang) for lang in asked] == ["ja", "ja", "zh", "zh", "zh", "", "", ""]


@pytest.mark.parametrize(("lang", "package"), [("zh", "pypinyin"), ("ja", "pyopenjtalk")])
def test_without_the_package_the_error_says_what_to_install(
    lang: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No garbage is spoken: the message has the command."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExtraMissing, match=rf"{sys.executable} -m pip install '{package}") as caught:
        extras.phonemes("你好", lang)
    assert caught.value.code == "extra_missing"


def test_importing_the_module_imports_no_package() -> None:
    """Nobody pays for a language that is not spoken."""
    program = (
        "import sys; import litetts_edge.text.extras as e; e.is_installed('ja'); e.is_installed('zh');"
        "print([n for n in ('pypinyin', 'pyopenjtalk', 'sudachipy', 'numpy') if n in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


@chinese
@pytest.mark.parametrize(
    ("text", "ipa"),
    [
        ("你好，世界。", "ni↗xau↓, ʂɨ↘ʨje↘."),
        ("银行", "i↗nxa↗ŋ"),
        ("不要", "pu↗jau↘"),
        ("重庆很重要！", "ꭧʰʊ↗ŋʨʰi↘ŋ xə↓n ꭧʊ↘ŋjau↘!"),
        ("", ""),
    ],
)
def test_chinese(text: str, ipa: str) -> None:
    """Phrases decide between readings; marks stay."""
    assert extras.phonemes(text, "zh") == ipa


@chinese
def test_latin_words_in_chinese_are_left_to_another_reader() -> None:
    """The words themselves are handed over, one group at a time."""
    assert extras.phonemes("我用Home Assistant和MQTT。", "zh", lambda words: f"<{words}>").count("<") == 2
    assert "<Home Assistant>" in extras.phonemes("我用Home Assistant和MQTT。", "zh", lambda words: f"<{words}>")


@chinese
@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_has_a_chinese_reading(text: str) -> None:
    """Nothing raises, and no Han character is left in it."""
    assert not any("\u4e00" <= character <= "\u9fff" for character in extras.phonemes(text, "zh", lambda _: "x"))


@japanese
@pytest.mark.parametrize(
    ("text", "ipa"),
    [
        ("今日は良い天気です。", "kʲoː βa joi teŋkʲidesɨ."),
        ("東京タワーに行った、", "toːkʲoːtaβaː ɲi iʔta,"),
        ("三時三十分", "saɴ ʥi saɴ ʥɨʔpɯɴ"),
        ("", ""),
    ],
)
def test_japanese(text: str, ipa: str) -> None:
    """Kanji are read in their words, は as it sounds; endings stay with their verb."""
    assert extras.phonemes(text, "ja") == ipa


@japanese
def test_japanese_in_hiragana() -> None:
    """What an espeak voice is given instead of kanji."""
    assert extras.hiragana("東京へ行く。") == "とーきょー え いく."


@japanese
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own use of another package
@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_has_a_japanese_reading(text: str) -> None:
    """Nothing raises, and no kanji is left in it."""
    assert not any("\u4e00" <= character <= "\u9fff" for character in extras.phonemes(text, "ja"))


def test_the_extras_are_those_of_the_package() -> None:
    """The command in the message installs what pyproject.toml says."""
    stated = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert {name: [package] for name, package in EXTRAS.items()} == {
        name: stated["optional-dependencies"][name] for name in EXTRAS
    }


def test_who_may_not_write_into_the_environment_is_told_to_use_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's own belongs to root."""
    monkeypatch.setattr("sys.prefix", "/nonexistent")
    monkeypatch.setattr("sys.executable", "/opt/litetts-edge/venv/bin/python")
    assert how_to_install("optimize") == "sudo /opt/litetts-edge/venv/bin/python -m pip install 'onnx>=1.18'"
