"""Which script a text is written in, and whether a language is. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

_OF_LANGUAGE = {
    script: frozenset(languages.split())
    for script, languages in {
        "CYRILLIC": "ru uk be bg sr mk kk ky tg mn tt ba cv os ab av ce kv udm mhr sah tyv uz",
        "GREEK": "el grc",
        "ARABIC": "ar fa ur ps sd ug ku ckb",
        "HEBREW": "he yi",
        "DEVANAGARI": "hi mr ne kok sa bpy mai",
        "BENGALI": "bn as bpy",
        "GUJARATI": "gu",
        "GURMUKHI": "pa",
        "ORIYA": "or",
        "TAMIL": "ta",
        "TELUGU": "te",
        "KANNADA": "kn",
        "MALAYALAM": "ml",
        "SINHALA": "si",
        "THAI": "th",
        "LAO": "lo",
        "MYANMAR": "my shn",
        "KHMER": "km",
        "GEORGIAN": "ka",
        "ARMENIAN": "hy hyw",
        "ETHIOPIC": "am ti",
        "CHEROKEE": "chr",
        "CJK": "zh cmn yue hak nan ja",
        "KANA": "ja",
        "HANGUL": "ko",
    }.items()
}
_ALSO_LATIN = frozenset("sr uz ku kk az tt mn hak nan ug ko ja".split())
"""Languages of another script that are written in Latin letters, too."""
_ONE = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "FULLWIDTH": "LATIN", "IDEOGRAPHIC": "CJK", "BOPOMOFO": "CJK"}
_SHARE = 1 / 3
"""Of the letters; a foreign name in a sentence is no other script."""


def foreign_script(text: str, lang: str) -> str:
    """The script of a third of the letters, when `lang` is not written in it: `Cyrillic`; else empty."""
    if text.isascii() and _writes("LATIN", lang):
        return ""
    counts = Counter(_script(letter) for letter in text if letter.isalpha())
    total = sum(counts.values())
    for script, count in counts.most_common(2):
        if script and count > total * _SHARE and not _writes(script, lang):
            return "Chinese" if script == "CJK" else script.capitalize()
    return ""


def _writes(script: str, lang: str) -> bool:
    language = lang.replace("_", "-").partition("-")[0].lower()
    if script in _OF_LANGUAGE:
        return language in _OF_LANGUAGE[script]
    if script == "LATIN":
        return language in _ALSO_LATIN or not any(language in languages for languages in _OF_LANGUAGE.values())
    return True  # a script of which we know nothing: no ground for a warning


@lru_cache(2048)
def _script(letter: str) -> str:
    first = unicodedata.name(letter, "").partition(" ")[0]
    return _ONE.get(first, first)
