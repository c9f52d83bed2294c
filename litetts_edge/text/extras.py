"""Chinese and Japanese sounds, by packages that are installed only when they are wanted (`ja` and `zh` extras).

Neither is imported before its language is spoken: pypinyin takes 60 MB of memory, pyopenjtalk as much and 340 MB
of disk with its dictionaries. Text comes normalized: no digits (text.normalize).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from litetts_edge.errors import ExtraMissing
from litetts_edge.text import kana, pinyin

LANGUAGES = ("ja", "zh")
_PACKAGES = {"ja": "pyopenjtalk", "zh": "pypinyin"}
_MARKS = str.maketrans(
    {
        "、": ",", "，": ",", "。": ".", "．": ".", "！": "!", "：": ":", "；": ";", "？": "?",
        "〜": "—", "～": "—",
        "「": "“", "」": "”", "『": "“", "』": "”", "《": "“", "》": "”", "«": "“", "»": "”", "【": "“", "】": "”",
        "（": "(", "）": ")",
    }
)  # fmt: skip
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff〇"
_PIECES = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<latin>[A-Za-z][A-Za-z' -]*)|(?P<mark>[,.!?:;—…“”()])|.", re.DOTALL)
_OPENS, _CLOSES = "“(", ",.!?:;—…”)"
_ALONE = frozenset("的了着过是在和与或我你他她它也都就把被给对从到很不没有这那吗呢吧啊们会能要")
"""Words of one character that are so frequent that a longer run may be divided at them."""
_NUMBER = re.compile("[零一二三四五六七八九十百千万亿两点幺]+")
_lock = threading.Lock()
"""Neither package says that it may be used by two threads."""


def language(lang: str) -> str:
    """`ja` or `zh` when this module speaks `lang` (`zh-CN`, `cmn`), else an empty string."""
    first = lang.lower().partition("-")[0]
    return {"ja": "ja", "jpx": "ja", "zh": "zh", "cmn": "zh"}.get(first, "")


def is_installed(lang: str) -> bool:
    """Whether the package for `lang` is there. Imports nothing."""
    return importlib.util.find_spec(_PACKAGES[language(lang)]) is not None


def phonemes(text: str, lang: str, foreign: Callable[[str], str] | None = None) -> str:
    """IPA of normalized text in misaki's symbols, words one space apart, with marks. Raises ExtraMissing.

    `foreign` gives the IPA of words in Latin letters inside Chinese; without it espeak-ng reads them as English.
    """
    if language(lang) == "ja":
        return _japanese(text)
    return _chinese(text, foreign or _english)


def hiragana(text: str) -> str:
    """Japanese as it sounds, in hiragana: espeak-ng reads kana well, and knows no kanji. Raises ExtraMissing."""
    return _joined((kana.hiragana(pron) if pron else mark) for pron, mark in _spoken_words(text))


def _english(words: str) -> str:
    from litetts_edge.text import espeak

    return espeak.phonemes(words, "en-US")


def _joined(parts: Iterator[str]) -> str:
    """Words one space apart, marks closed up to the word they belong to."""
    text = ""
    for part in parts:
        if not part:
            continue
        close = part[0] in _CLOSES or text[-1:] in {"", "“", "(", "ʔ"} or part[0] in "ʔː"
        text += part if close else f" {part}"
    return text


def _chinese(text: str, foreign: Callable[[str], str]) -> str:
    spell = _pypinyin()
    parts: list[str] = []
    for piece in _PIECES.finditer(text.translate(_MARKS)):
        if piece["han"]:
            words = [(word, spell(word)) for word in _words(piece["han"])]
            spoken = pinyin.sandhi(words)
            parts += ["".join(map(pinyin.ipa, syllables)) for syllables in spoken]
        elif piece["latin"]:
            parts.append(foreign(piece["latin"].strip(" '-")))
        elif piece["mark"]:
            parts.append(piece["mark"])
    return _joined(iter(parts))


def _words(han: str) -> Iterator[str]:
    """Words as pypinyin's phrases give them; single characters between them stay together, but frequent ones."""
    run = ""
    for word in importlib.import_module("pypinyin.seg.mmseg").seg.cut(han):
        single = len(word) == 1
        if run and (not single or word in _ALONE or bool(_NUMBER.fullmatch(word)) != bool(_NUMBER.fullmatch(run))):
            yield run
            run = ""
        if single and word not in _ALONE:
            run += word
        else:
            yield word
    if run:
        yield run


def _pypinyin() -> Callable[[str], list[str]]:
    with _lock:
        try:
            pypinyin: Any = importlib.import_module("pypinyin")
        except ImportError:
            raise ExtraMissing("Chinese", "zh") from None

    def spell(word: str) -> list[str]:
        return list(
            pypinyin.lazy_pinyin(
                word,
                style=pypinyin.Style.TONE3,
                neutral_tone_with_five=True,
                errors=lambda unknown: [""] * len(unknown),
            )
        )

    return spell


def _japanese(text: str) -> str:
    return _joined((kana.ipa(pron) if pron else mark) for pron, mark in _spoken_words(text))


def _spoken_words(text: str) -> Iterator[tuple[str, str]]:
    """Each word in katakana as it is pronounced, or a mark. Endings of a verb belong to it."""
    word = ""
    for each in _open_jtalk()(text):
        pron = re.sub("[^ァ-ヺー]", "", each["pron"])
        if not pron:
            if word:
                yield word, ""
            word = ""
            mark = each["string"].translate(_MARKS)
            if mark[:1] in set(_OPENS + _CLOSES):
                yield "", mark[:1]
            continue
        ending = (
            each["pos"] == "助動詞" or (each["pos"], each["pos_group1"]) == ("助詞", "接続助詞") or pron[0] == "ー"
        )
        if word and not (ending or word.endswith("ッ")):
            yield word, ""
            word = ""
        word += pron
    if word:
        yield word, ""


def _open_jtalk() -> Callable[[str], list[Any]]:
    with _lock:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints an advertisement of a package at import
                open_jtalk: Any = importlib.import_module("pyopenjtalk")
        except ImportError:
            raise ExtraMissing("Japanese", "ja") from None

    def read(text: str) -> list[Any]:
        with _lock:  # the dictionary of its second analyser takes 5 MB and betters few words
            return list(open_jtalk.run_frontend(text, use_sudachi_kanji_yomi=False, predict_nani=False))

    return read
