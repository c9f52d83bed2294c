"""Where a text is cut: paragraphs, sentences, and over-long sentences at a clause or a space."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHARACTERS = 300
"""A longer sentence is cut: the first sound must not wait for it, and models take a limited number of phonemes."""

PARAGRAPH_PAUSE_MS = 600
SENTENCE_PAUSE_MS = 300
CLAUSE_PAUSE_MS = 120
"""Silence after an over-long sentence's part that ends at a clause; one cut at a space has none."""

ABBREVIATIONS = frozenset(
    """
    mr mrs ms mx dr prof rev fr hon pres gov sen rep gen col lt sgt capt cmdr adm maj st mt ft sr jr messrs mme
    mlle vs approx dept fig figs vol vols ed eds pp ca cf al inc ltd corp co bros ave blvd rd apt tel ext min max
    misc jan feb apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    bzw usw ca evtl ggf inkl nr str abs hr hrn sra srta dña etc
    """.split()
)
"""Words that take a full stop without ending a sentence, in lower case."""

_BEFORE_NUMBER = frozenset("no nos nr p pp art sec ch fig vol approx op".split())
_MAY_END = frozenset("etc inc ltd corp co jr sr bros al usw".split())
"""Abbreviations after which a capital letter begins a new sentence."""
_ORDINAL_DOT = frozenset("de da nb no nn fi cs sk hu et lv sl hr sr bs is fo lb tr eu".split())
"""Languages that write the ordinal `3.` where English has `3rd`."""

_CLOSERS = "\"'”’»›)\\]」』）】"
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*|[\u2029\f]\s*")
# The lookbehind keeps the search linear: a run of marks is looked at once, from its first.
_END = re.compile(rf"(?<![.!?…])(?P<mark>[.!?…]++)[{_CLOSERS}]*+(?=\s|$)|[。！？｡．]++[{_CLOSERS}]*+")
_WORD_BEFORE = re.compile(r"[^\s\"'“‘«(\[]*$")
_INITIALISM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_CLAUSE = re.compile(r"[,;:—–]+[\"'”’»)\]]*\s|[、，；：]|\s[—–-]+\s")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is spoken in one go."""

    start: int
    end: int
    """[start, end) in characters of the text; no space at either side."""
    pause_ms: int
    """Silence to leave before the next piece."""


def split(text: str, lang: str = "en") -> Iterator[Piece]:
    """Yield the pieces of `text` in order; only white space lies between them. Linear in the text's length."""
    start = 0
    ordinals = lang.partition("-")[0].lower() in _ORDINAL_DOT
    for end, after in _paragraphs(text):
        yield from _paragraph(text, start, end, ordinals)
        start = after


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The end of each paragraph and the start of the next."""
    for gap in _PARAGRAPH.finditer(text):
        yield gap.start(), gap.end()
    yield len(text), len(text)


def _paragraph(text: str, start: int, end: int, ordinals: bool) -> Iterator[Piece]:
    begin = start
    while end > start and text[end - 1].isspace():
        end -= 1
    for candidate in _END.finditer(text, start, end):
        if candidate.end() < end and not _ends_sentence(text, begin, candidate, ordinals):
            continue
        pause_ms = PARAGRAPH_PAUSE_MS if candidate.end() == end else SENTENCE_PAUSE_MS
        yield from _piece(text, begin, candidate.end(), pause_ms)
        begin = candidate.end()
    yield from _piece(text, begin, end, PARAGRAPH_PAUSE_MS)


def _ends_sentence(text: str, begin: int, candidate: re.Match[str], ordinals: bool) -> bool:
    mark = candidate["mark"]
    if mark is None:  # a wide mark always ends
        return True
    following = text[candidate.end() : candidate.end() + 20].lstrip(" \t\r\n\"'“‘«([¿¡")
    if following[:1].islower():
        return False
    if mark != "." or candidate.end() - candidate.start() > 1:  # a mark that is doubled, strong or before a quote
        return True
    word = _word_before(text, begin, candidate.start())
    return not _is_abbreviation(word, following, ordinals, first=word.start == begin)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int


def _word_before(text: str, begin: int, end: int) -> _Word:
    lowest = max(begin, end - 24)
    found = _WORD_BEFORE.search(text[lowest:end])
    word = found[0] if found else ""
    start = end - len(word)
    while start > begin and start > end - 40 and text[start - 1].isspace():
        start -= 1  # so that a word after spaces at the very beginning is the first
    return _Word(word, start)


def _is_abbreviation(word: _Word, following: str, ordinals: bool, *, first: bool) -> bool:
    """Does the full stop after `word` belong to it? `following` begins with the next sentence's first letter."""
    low = word.text.lower()
    if low in _BEFORE_NUMBER and following[:1].isdigit():
        return True
    if low.isdigit() and len(low) <= 3:
        return first or (ordinals and len(low) <= 2)  # "1. First" in a list; "am 3. Mai"
    if _INITIALISM.fullmatch(word.text):  # e.g. U.S. a.m.
        return low not in {"a.m", "p.m"} or not following[:1].isupper()
    if len(low) == 1 and word.text.isupper():  # an initial; "I" is a word
        return word.text != "I"
    return low in ABBREVIATIONS and not (low in _MAY_END and following[:1].isupper())


def _piece(text: str, start: int, end: int, pause_ms: int) -> Iterator[Piece]:
    """Yield [start, end) without its outer space, in parts that are not over-long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_CHARACTERS:
        cut, pause = _cut(text, start)
        stop = cut
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        yield Piece(start, stop, pause)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield Piece(start, end, pause_ms)


def _cut(text: str, start: int) -> tuple[int, int]:
    """Where an over-long sentence that begins at `start` is cut, and the pause there.

    At the last clause in the second half of what is allowed; else at the last space; else between two wide
    characters. What has none of these for so long is no word, and is cut at the limit.
    """
    limit = start + MAX_CHARACTERS
    clauses = [match.end() for match in _CLAUSE.finditer(text, start + MAX_CHARACTERS // 2, limit)]
    if clauses:
        return clauses[-1], CLAUSE_PAUSE_MS
    spaces = [at for at in range(limit, start + 1, -1) if text[at - 1].isspace()]
    for at in spaces:
        if not (text[at - 2].isdigit() and text[at].isdigit()):  # 1 000 000 is one number
            return at, 0
    if spaces:
        return spaces[0], 0
    for at in range(limit, start + 1, -1):
        if _WIDE.match(text, at - 1) and _WIDE.match(text, at):
            return at, 0
    for at in range(limit, limit - 20, -1):
        if not unicodedata.combining(text[at]):  # an accent stays with its letter
            return at, 0
    return limit, 0
