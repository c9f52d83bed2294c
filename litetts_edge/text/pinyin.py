"""Mandarin syllables: how tones change beside each other, and each as IPA with the tone marks of Kokoro's voices.

A syllable is pinyin with its tone at the end, 5 for the neutral one: `ni3`, `lv4`. Pure functions. The symbols are
those of misaki (Apache-2.0) that Kokoro was trained on: one letter for an affricate (ʦ ʨ ꭧ), arrows for tones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘"}
_INITIALS = {
    "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n",
    "l": "l", "g": "k",
    "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
# Before and after the tone mark, which follows the vowel.
_FINALS = {
    "a": "a|", "ai": "ai|", "an": "a|n", "ang": "a|ŋ", "ao": "au|", "e": "ɤ|", "ei": "ei|", "en": "ə|n",
    "eng": "ə|ŋ",
    "i": "i|", "ia": "ja|", "ian": "jɛ|n", "iang": "ja|ŋ", "iao": "jau|", "ie": "je|", "in": "i|n", "ing": "i|ŋ",
    "iong": "jʊ|ŋ", "iou": "jou|", "o": "wo|", "ong": "ʊ|ŋ", "ou": "ou|", "u": "u|", "ua": "wa|", "uai": "wai|",
    "uan": "wa|n",
    "uang": "wa|ŋ", "uei": "wei|", "uen": "wə|n", "ueng": "wə|ŋ", "uo": "wo|", "v": "y|", "van": "ɥɛ|n",
    "ve": "ɥe|", "vn": "y|n",
}  # fmt: skip
_WHOLE = {
    "er": "ɚ|",
    "r": "ɚ|",
    "o": "ɔ|",
    "io": "jɔ|",
    "yo": "jɔ|",
    "ê": "ɛ|",
    "m": "m|",
    "n": "n|",
    "ng": "ŋ|",
    "hm": "hm|",
    "hng": "hŋ|",
}
_SHORT = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}


def ipa(syllable: str) -> str:
    """The IPA of a syllable: `zhong1` is ꭧʊ→ŋ. Empty for what is no syllable."""
    letters, tone = syllable[:-1], _TONES.get(syllable[-1:], "")
    if letters in _WHOLE:
        return _WHOLE[letters].replace("|", tone)
    initial, final = _divided(letters)
    if initial in {"zh", "ch", "sh", "r", "z", "c", "s"} and final == "i":
        return f"{_INITIALS[initial]}ɨ{tone}"
    spoken = _FINALS.get(final)
    return _INITIALS.get(initial, "") + spoken.replace("|", tone) if spoken else ""


def _divided(letters: str) -> tuple[str, str]:
    """Initial and final, free of the spelling rules: `yuan` is ("", "van"), `jun` is ("j", "vn")."""
    if letters.startswith("yu"):
        return "", "v" + letters[2:]
    if letters.startswith("y"):
        rest = letters[1:]
        rest = rest if rest.startswith("i") else "i" + rest
        return "", _SHORT.get(rest, rest) if rest != "iu" else "iou"
    if letters.startswith("w"):
        rest = letters[1:]
        rest = rest if rest.startswith("u") else "u" + rest
        return "", _SHORT.get(rest, rest)
    initial = next((each for each in _INITIALS if letters.startswith(each)), "")
    final = letters[len(initial) :]
    if initial in {"j", "q", "x"} and final.startswith("u"):
        return initial, "v" + final[1:]
    return initial, _SHORT.get(final, final)


_DIGITS = "零一二三四五六七八九幺两点"
_NO_CHANGE_BEFORE = "月日号號年级級楼樓班等"
"""What a counted place ends with: 一 keeps its tone in 一月 and 一号."""


def sandhi(words: Sequence[tuple[str, Sequence[str]]]) -> list[list[str]]:
    """The syllables of the words of one clause, as their tones are spoken. Each word is (characters, syllables).

    不 is the second tone before a fourth; 一 is the second before a fourth and the fourth before others, but keeps
    its own as a digit, after 第 and at the end; a third tone before a third is the second, unless it ends a longer
    word and a longer word follows.
    """
    characters = "".join(word for word, _ in words)
    syllables = [syllable for _, spoken in words for syllable in spoken]
    if len(characters) != len(syllables):
        return [list(spoken) for _, spoken in words]
    begins = {0}
    for word, _ in words:
        begins.add(max(begins) + len(word))
    written = list(syllables)
    for at, character in enumerate(characters[:-1]):
        following = written[at + 1][-1:]
        if character == "不" and written[at] in {"bu4", "bu2"}:
            twice = at > 0 and characters[at - 1] == characters[at + 1]
            syllables[at] = "bu5" if twice else "bu2" if following == "4" else "bu4"
        elif character == "一" and written[at].startswith("yi"):
            twice = at > 0 and characters[at - 1] == characters[at + 1]
            changed = "yi5" if twice else "yi2" if following in {"4", "5"} else "yi4"
            syllables[at] = "yi1" if _is_digit(characters, at) else changed
    for at in range(len(syllables) - 2, -1, -1):
        if (
            syllables[at][-1:] == "3"
            and written[at + 1][-1:] == "3"
            and not _apart(at + 1, begins, len(syllables))
        ):
            syllables[at] = syllables[at][:-1] + "2"
    bounds = sorted(begins)
    return [syllables[start:end] for start, end in pairwise(bounds)]


def _is_digit(characters: str, at: int) -> bool:
    previous, following = characters[at - 1] if at else "", characters[at + 1]
    return (
        previous in {"第", "十", "百", "千", "初", *_DIGITS}
        or following in _DIGITS + _NO_CHANGE_BEFORE
        or (following == "分" and characters[at + 2 : at + 3] == "之")
    )


def _apart(at: int, begins: set[int], length: int) -> bool:
    """Whether a new word begins at `at`, and neither it nor the one before it is a single character."""
    if at not in begins:
        return False
    return at - 1 not in begins and at + 1 not in begins and at + 1 != length
