"""Tokens to phonemes: for English word by word, for every other language by espeak-ng, a sentence at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from litetts_edge.text import espeak, extras
from litetts_edge.text.pronounce import Pronounced, join, pronounce
from litetts_edge.text.reading import MARKS, region
from litetts_edge.text.tokens import Token

_SPELLED = frozenset(
    {"letters", "acronym", "id", "electronic", "path", "version", "unit", "roman", "digits", "phone"}
)
"""Kinds of tokens in whose words even `A` and `I` are letters' names when they stand alone."""
_ASIDE = "()[]{}"
"""Marks of an aside, which is set off by short pauses."""
_WORD_OR_MARK = re.compile(rf"[^\s{re.escape(MARKS)}]+|[{re.escape(MARKS)}]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)++")
"""`p.m.`: its letters are said, its points are no pauses."""
_KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
MAX_SYMBOLS = 400
"""Of IPA in one go: Kokoro takes 510 phonemes, and a sentence of digits has three times its characters."""


_SOURCES = {"words": "dictionary", "rule": "dictionary"}
"""Ours for some of those of text.pronounce; the others are the same."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A word or a mark of the spoken sentence, with its sound."""

    token: int
    """Index of the token that it belongs to."""
    word: Pronounced
    source: str
    """`user`, `lexicon`, `ssml`, `homograph`, `dictionary`, `espeak` or `spelled`; empty for a mark."""
    share: float
    """How much of the token has been said when it has been, 0 to 1."""

    @property
    def is_mark(self) -> bool:
        """Whether it is a pause, no word."""
        return self.word.source == "mark"


def is_english(lang: str) -> bool:
    """Whether the words of a text in `lang` are looked up one by one."""
    return lang.replace("_", "-").partition("-")[0].lower() == "en"


def voiced(tokens: Sequence[Token], lang: str) -> list[Voiced]:
    """The sound of an English sentence, word for word, marks included; what has no sound is left out."""
    words: list[str] = []
    owners: list[tuple[int, float]] = []
    spelled: set[int] = set()
    given: dict[int, str] = {}
    for index, token in enumerate(tokens):
        parts = [token.written] if token.phonemes else _words(token)
        for number, word in enumerate(parts, 1):
            if token.phonemes:
                given[len(words)] = token.phonemes
            elif len(word) == 1 and word.isupper() and _is_letter(token, word):
                spelled.add(len(words))
            words.append(word)
            owners.append((index, number / len(parts)))
    said = pronounce(words, region(lang) or "US", spelled=spelled, given=given)
    found: list[Voiced] = []
    for (index, share), sound in zip(owners, said, strict=True):
        if sound.source != "mark":
            source = tokens[index].source or _SOURCES.get(sound.source, sound.source)
            found += [Voiced(index, sound, source, share)] if sound.ipa else []
        elif sound.ipa and found and found[-1].is_mark:  # of several the strongest stays
            strongest = max(found[-1].word.ipa, sound.ipa, key=_STRENGTH.index)
            found[-1] = replace(found[-1], word=replace(sound, ipa=strongest), share=share)
        elif sound.ipa and found:
            found.append(Voiced(index, sound, "", share))
    return found


def ipa_of(parts: Sequence[Voiced]) -> str:
    """IPA of a sentence: words apart, a mark behind the word it follows."""
    return join([part.word for part in parts])


_STRENGTH = ("", *",—:;….!?")


def _words(token: Token) -> list[str]:
    """What of a token is looked up, marks by themselves."""
    if token.kind == "mark" and token.as_written:
        if token.written[-1] == "-":
            return ["—"]
        return ["…" if set(token.written) == {"."} and len(token.written) > 1 else token.written[-1]]
    if token.as_written and _INITIALS.fullmatch(token.spoken):
        return token.spoken.upper().replace(".", " ").split()
    if token.kind == "symbol" and token.as_written:
        return [","] if token.written in _ASIDE else []
    return _WORD_OR_MARK.findall(token.spoken)


def _is_letter(token: Token, word: str) -> bool:
    """Whether a capital that stands alone is the letter's name, and no article or pronoun."""
    return token.kind in _SPELLED or word not in "AI" or _INITIALS.fullmatch(token.spoken) is not None


def foreign(sentence: str, tokens: Sequence[Token], lang: str) -> str:
    """IPA of a sentence in another language than English. Raises LanguageNotFound, ExtraMissing."""
    fixed = [token for token in tokens if token.phonemes]
    if not fixed:
        return sound_of(sentence, lang)
    said: list[str] = []
    words: list[str] = []
    for token in [*tokens, None]:
        if token is not None and not token.phonemes:
            words.append(token.written if token.as_written else token.spoken)
            continue
        if words:
            said.append(sound_of(" ".join(words), lang))
            words = []
        if token is not None:
            said.append(token.phonemes)
    return " ".join(part for part in said if part)


def sound_of(text: str, lang: str) -> str:
    """IPA of normalized text: of Chinese and Japanese by their extras, else by espeak-ng.

    Raises LanguageNotFound, ExtraMissing.
    """
    return extras.phonemes(text, lang) if extras.language(lang) else espeak.phonemes(text, lang)


def for_espeak(sentence: str, written: str, lang: str) -> str:
    """What an espeak voice is given. Raises ExtraMissing.

    It has no word for a kanji (`Chinese letter`), and reads the kana around it no better. Given kana it is good,
    and then it knows digits better than numbers in kanji.
    """
    if extras.language(lang) != "ja":
        return sentence
    if extras.is_installed(lang) or _KANJI.search(written):
        return extras.hiragana(sentence)
    return written


def portions(parts: Sequence[Voiced]) -> Iterator[Sequence[Voiced]]:
    """The sentence in portions that models take: cut behind a mark where there is one, else between words."""
    start = 0
    while start < len(parts):
        end, size, cut = start, 0, 0
        while end < len(parts) and (size < MAX_SYMBOLS or end == start):
            size += len(parts[end].word.ipa) + 1
            end += 1
            if parts[end - 1].is_mark and size > MAX_SYMBOLS // 2:
                cut = end
        if end < len(parts) and cut:
            end = cut
        yield parts[start:end]
        start = end
