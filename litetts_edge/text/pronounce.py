"""How the words of a spoken English sentence sound: homographs, dictionary, espeak-ng and spelling, in this order.

The words have no digits or symbols left. IPA is that of english_alphabets.to_ipa; phonemes.from_espeak reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from litetts_edge.text import dictionary, endings, espeak
from litetts_edge.text import english_words as said
from litetts_edge.text.dictionary import Dictionary, Entry
from litetts_edge.text.english_alphabets import to_ipa
from litetts_edge.text.phonemes import MARKS, Token, from_espeak
from litetts_edge.text.weak_forms import SPECIAL, linked_r, pair, together, weakened

if TYPE_CHECKING:
    from litetts_edge.text import homographs


@dataclass(frozen=True, slots=True)
class Pronounced:
    """How one word sounds at its place."""

    ipa: str
    """Empty for what cannot be said at all; a mark is itself."""
    source: str
    """`given`, `homograph`, `words` (english_words.py), `dictionary`, `rule` (dictionary, with an ending or a part
    added), `espeak`, `spelled` or `mark`."""
    doubt: float = 0.0
    """0 is sure, 1 is a guess."""
    linked: bool = False
    """Spoken as one with the word before, as espeak-ng writes `ʌvðə`: no space is between the two."""
    variants: tuple[tuple[str, str], ...] = ()
    """Of the dictionary; see dictionary.Entry."""


def join(pronounced: Sequence[Pronounced]) -> str:
    """The IPA of a sentence: words one space apart, marks behind the word they follow."""
    parts: list[str] = []
    for word in pronounced:
        if parts and word.ipa and word.source != "mark" and not word.linked:
            parts.append(" ")
        parts.append(word.ipa)
    return "".join(parts)


def pronounce(
    words: Sequence[str],
    region: str = "US",
    *,
    spelled: Set[int] = frozenset(),
    given: Mapping[int, str] | None = None,
    entries: Dictionary | None = None,
) -> list[Pronounced]:
    """How each of the words and marks of one sentence sounds, in the case they were written in. Never raises.

    `spelled` are the places of letters that stand for their names; `given` has the IPA of words that are decided.
    Without a dictionary, espeak-ng is asked for every word that is not in english_words.py.
    """
    words = [word.replace("’", "'") for word in words]
    return _Sentence(words, region, spelled, given or {}, entries or dictionary.shared()).pronounce()


class _Sentence:
    """One sentence while its words find their forms."""

    def __init__(
        self, words: list[str], region: str, spelled: Set[int], given: Mapping[int, str], entries: Dictionary
    ) -> None:
        self._words = words
        self._small = [word.lower() for word in words]
        self._region = region
        self._spelled = spelled
        self._given = given
        self._entries = entries
        self._heard: list[Pronounced] = []

    def pronounce(self) -> list[Pronounced]:
        self._heard = heard = [self._alone(at) for at in range(len(self._words))]
        for at in range(len(heard) - 1, -1, -1):  # from the end: a word's form asks for the sound behind it
            if heard[at].source in {"words", "dictionary", "rule", "homograph"}:
                heard[at] = self._in_context(at)
            elif heard[at].source == "spelled" and at + 1 < len(heard) and {at, at + 1} <= self._spelled:
                heard[at] = replace(heard[at], ipa=together([heard[at].ipa, ""])[0])
        for at in range(len(heard) - 2):
            self._pair_up(at)
        if self._region == "GB":
            for at in range(len(heard) - 1):
                ipa = linked_r(self._small[at], heard[at].ipa, self._following(at))
                if ipa != heard[at].ipa and heard[at].source != "given":
                    heard[at] = replace(heard[at], ipa=ipa)
        return heard

    def _alone(self, at: int) -> Pronounced:
        """How a word sounds before its neighbours weaken it."""
        word, small = self._words[at], self._small[at]
        if at in self._given:
            return Pronounced(self._given[at], "given")
        if not any(map(str.isalpha, word)):
            return _without_letters(word, self._region)
        if at in self._spelled and len(word) == 1:
            return Pronounced(_letters(word, self._region, self._entries), "spelled")
        if small in SPECIAL:
            return Pronounced("ə", "words")
        if (choice := _homograph(self._words, at, self._region)) is not None:
            ipa = _canonical(choice.phonemes, self._region)
            return Pronounced(ipa, "homograph", round(1 - choice.confidence, 3))
        return word_alone(word, self._region, self._entries)

    def _in_context(self, at: int) -> Pronounced:
        """The form of a word before what follows it and, for nouns and verbs, behind what stands before it."""
        now, word = self._heard[at], self._small[at]
        following = self._following(at)
        ipa = weakened(word, now.ipa, following, first=at == 0, capital=self._words[at] == "A")
        if not now.variants or ipa != now.ipa:
            return replace(now, ipa=ipa)
        variants = dict(now.variants)
        before = self._small[at - 1] if at else ""
        tag = "None" if not following and "None" in variants else ""
        if not tag and variants.keys() - {"None"}:
            tag = "VERB" if before in said.VERB_AHEAD else "NOUN" if before in said.NOUN_AHEAD else "?"
        return replace(now, ipa=variants.get(tag) or ipa, doubt=max(now.doubt, 0.3) if tag == "?" else now.doubt)

    def _following(self, at: int) -> str:
        """The IPA of the next word; empty before a pause."""
        after = self._heard[at + 1] if at + 1 < len(self._heard) else None
        return after.ipa if after is not None and after.source != "mark" else ""

    def _pair_up(self, at: int) -> None:
        """Two function words that are spoken as one, unless a pause follows."""
        heard = self._heard
        forms = pair(self._small[at], self._small[at + 1], self._region)
        if forms is None or heard[at + 2].source == "mark" or heard[at].linked:
            return
        if {heard[at].source, heard[at + 1].source} & {"given", "spelled"}:
            return
        heard[at] = replace(heard[at], ipa=forms[0] or heard[at].ipa)
        heard[at + 1] = replace(heard[at + 1], ipa=forms[1] or heard[at + 1].ipa, linked=True)


def _homograph(words: Sequence[str], at: int, region: str) -> homographs.Choice | None:
    choose = _chooser()
    return choose(words, at, region) if choose is not None else None


@cache
def _chooser() -> Callable[[Sequence[str], int, str], homographs.Choice | None] | None:
    """Opens its table at the first sentence; without one, the dictionary's first reading stands."""
    try:
        from litetts_edge.text import homographs
    except ImportError:
        return None
    return homographs.choose


def word_alone(word: str, region: str = "US", entries: Dictionary | None = None) -> Pronounced:
    """How a word sounds by itself. Whatever has a letter gets some sound, if espeak-ng has one for it."""
    entries = entries or dictionary.shared()
    small = word.lower()
    if small in said.SAID:
        return Pronounced(said.SAID[small][region == "GB"], "words")
    entry = entries.lookup(word, region) or _without_accents(word, region, entries)
    if entry is not None and entry.ipa:
        doubt = (0.0 if entry.sure else 0.15) + (0.1 if entry.rule else 0.0)
        return Pronounced(entry.ipa, "rule" if entry.rule else "dictionary", doubt, variants=entry.variants)
    parts = [part for part in word.split("-") if part]
    if 1 < len(parts) < 9:
        found = [_part(part, region, entries) for part in parts]
        ipa = _run_together([part.ipa for part in found], region)
        return Pronounced(ipa, "rule", max(0.1, *(part.doubt for part in found)))
    if small.endswith("'s") and len(word) > 3 and word.count("'") == 1:
        stem = word_alone(word[:-2], region, entries)
        return replace(stem, ipa=endings.add_s(stem.ipa, "", region) if stem.ipa else "")
    return _unknown(word, region, entries)


def _without_letters(word: str, region: str) -> Pronounced:
    """A mark, or digits that no rule read, such as those of another script."""
    if any(map(str.isalnum, word)):
        return Pronounced(_espeak(word, region), "espeak", 0.6)
    return Pronounced(word if word in MARKS else "", "mark")


def _part(word: str, region: str, entries: Dictionary) -> Pronounced:
    """One part of a word with hyphens."""
    said_so = said.PARTS.get(word.lower())
    return Pronounced(said_so[region == "GB"], "words") if said_so else word_alone(word, region, entries)


def _without_accents(word: str, region: str, entries: Dictionary) -> Entry | None:
    """The entry of the bare letters, for an accent that English often leaves out (café, naïve)."""
    if word.isascii():
        return None
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    entry = entries.lookup(bare, region) if bare.isascii() else None
    if entry is None or (word.endswith(("é", "és")) and not entry.ipa.rstrip("z").endswith(("eɪ", "i"))):
        return None  # or an accent that makes another word of it
    return replace(entry, rule="accent")


_SAYABLE = re.compile("[b-df-hj-np-tv-z]{0,2}+(?:[aeiou]{1,2}+[b-df-hj-np-tv-z]{1,2}+){1,3}+[aeiou]?", re.I)
"""Unknown capitals that look like a word (UNIFIL) are said as one."""


def _unknown(word: str, region: str, entries: Dictionary) -> Pronounced:
    """Few capitals, or letters without a vowel, are spelled; anything else is espeak-ng's."""
    stem = word[:-1] if len(word) > 2 and word[-1] == "s" and word[:-1].isupper() else word
    sayable = _SAYABLE.fullmatch(stem) if stem.isupper() else re.search("[aeiouy]", stem, re.I)
    if stem.isascii() and stem.isalpha() and len(stem) <= 6 and not sayable:
        names = _letters(stem, region, entries)
        return Pronounced(names if stem == word else endings.add_s(names, "", region), "spelled", 0.4)
    return Pronounced(_espeak(word, region), "espeak", 0.5 if word.islower() else 0.6)


def _letters(word: str, region: str, entries: Dictionary) -> str:
    """The names of letters."""
    names = [_letter(letter.upper(), region, entries) for letter in word]
    return _run_together(together(names), region) if len(names) > 1 else names[0]


def _letter(letter: str, region: str, entries: Dictionary) -> str:
    if letter == "Z" and region == "GB":
        return "zˈɛd"  # misaki has the American name
    entry = entries.exact(letter, region)
    return entry.ipa if entry is not None else _espeak(letter + ".", region)


@lru_cache(1024)
def _espeak(word: str, region: str) -> str:
    lang = "en-" + region
    return to_ipa(_one_word(from_espeak(espeak.phonemes(word, lang), lang)))


@lru_cache(1024)
def _canonical(ipa: str, region: str) -> str:
    return to_ipa(from_espeak(ipa, "en-" + region))


def _run_together(parts: Sequence[str], region: str) -> str:
    return to_ipa(_one_word([token for part in parts for token in from_espeak(part, "en-" + region)]))


def _one_word(tokens: Sequence[Token]) -> list[Token]:
    phones = [token for token in tokens if token.symbol not in MARKS]
    return [replace(token, starts_word=index == 0) for index, token in enumerate(phones)]
