"""The words of the front end: what a stretch of text is, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = frozenset(
    """
    word mark cardinal ordinal year decade date time duration decimal fraction money percent unit range math score
    ratio roman phone digits id version ip electronic path abbreviation acronym letters symbol hashtag interjection
    state name lexicon sub phoneme foreign
    """.split()
)
"""Every class of token. `word` and `mark` are read as they stand; `state` is a value of a home (`unavailable`, an
entity id); `sub` and `phoneme` come from SSML."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch of a sentence that is not read as it is written."""

    start: int
    end: int
    """[start, end) in characters of the sentence."""
    kind: str
    """One of KINDS."""
    spoken: str
    """Words, one space apart. Letters that are spelled stand alone, as capitals; a comma is a pause."""
    doubt: float = 0.0
    """0 is sure, 1 is a guess: whether another reading was as likely."""
    phonemes: str = ""
    """IPA, when the reading decides that too; else empty."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark, or a stretch with a reading of its own. Between the tokens of a sentence is white space."""

    start: int
    end: int
    """[start, end) in characters of the sentence."""
    written: str
    kind: str
    """One of KINDS."""
    spoken: str
    """As in Reading; empty for what is not said."""
    doubt: float = 0.0
    source: str = ""
    """Who decided the reading, when it was not the normalizer: `user`, `lexicon` or `ssml`."""
    phonemes: str = ""
    """IPA, when that is decided already."""
    as_written: bool = False
    """Nobody decided a reading: a word is said as it stands, a mark is a pause, other characters are not said."""
