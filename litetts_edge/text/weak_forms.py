"""What the neighbours of an English word do to its sound: weak forms, pairs spoken as one, the British linking r.

Pure functions over IPA as english_alphabets.to_ipa writes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from litetts_edge.text import english_words as said
from litetts_edge.text.phonemes import VOWELS

SPECIAL = frozenset(("a", "an", "the", "to", "am", "has", "than"))
"""Words whose form `weakened` decides alone."""

_VOWEL_SIGNS = frozenset(vowel[0] for vowel in VOWELS)
_FIRST_VOWEL = re.compile("([" + "".join(sorted(_VOWEL_SIGNS)) + "])")
_ENDS_IN_R = re.compile("(?:[əɑɔɜ]ː?|eə|iə|iːə|ʊə)$")


def stronger(ipa: str) -> str:
    """With a primary stress."""
    if "ˈ" in ipa:
        return ipa
    return ipa.replace("ˌ", "ˈ", 1) if "ˌ" in ipa else _FIRST_VOWEL.sub(r"ˈ\1", ipa, count=1)


def weaker(ipa: str) -> str:
    """With secondary stress where it was primary."""
    return ipa.replace("ˈ", "ˌ")


def unstressed(ipa: str) -> str:
    return ipa.replace("ˈ", "").replace("ˌ", "")


def begins_with_vowel(ipa: str) -> bool:
    return ipa.lstrip("ˈˌ")[:1] in _VOWEL_SIGNS


def weakened(word: str, ipa: str, following: str, *, first: bool = False, capital: bool = False) -> str:
    """The form of a word (small letters) before what follows it: the IPA of the next word, empty before a pause.

    `first` is the first word of a sentence; `capital` tells the letter A from the article.
    """
    ends = not following
    if word in SPECIAL:
        vowel = begins_with_vowel(following)
        return {
            "a": "ˈeɪ" if ends and capital else "ɐ",
            "an": "æn" if ends else "ɐn",
            "the": "ði" if vowel else "ðə",
            "to": "tuː" if ends else "tʊ" if vowel else "tə",
            "am": "æm" if ends or first else "ɐm",
            "has": "hˈæz" if ends else "hɐz",
            "than": "ðˈæn" if ends else "ðɐn",
        }[word]
    if ends:
        return stronger(ipa) if word in said.STRONG_AT_PAUSE | said.SECONDARY | said.UNSTRESSED else ipa
    if word in said.SECONDARY or (first and word in {"what", "when"}):
        return weaker(stronger(ipa))
    return unstressed(ipa) if word in said.UNSTRESSED else ipa


def pair(first: str, second: str, region: str) -> tuple[str, str] | None:
    """The forms of two words that are spoken as one; empty for a form that stays. None for other words."""
    forms = said.PAIRS.get(f"{first} {second}")
    if forms is None:
        return None
    one, _, other = forms[region == "GB"].partition(" ")
    return one, other


def linked_r(word: str, ipa: str, following: str) -> str:
    """The British IPA of a word (small letters), with the r of its spelling when a vowel follows."""
    heard = word.endswith(("r", "re")) and begins_with_vowel(following) and _ENDS_IN_R.search(ipa)
    return ipa + "ɹ" if heard else ipa


def together(words: Sequence[str]) -> list[str]:
    """Names of letters in a row: the last one is the strongest."""
    return [weaker(ipa) for ipa in words[:-1]] + list(words[-1:])
