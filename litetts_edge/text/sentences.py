"""Where a text is cut: paragraphs, sentences, and over-long sentences at a clause or a space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from litetts_edge.text.abbreviations import BEFORE_NUMBER, abbreviations, leading, starters
from litetts_edge.text.layout import borders
from litetts_edge.text.long_sentences import MAX_CHARACTERS, cut

__all__ = ["CLAUSE_PAUSE_MS", "MAX_CHARACTERS", "PARAGRAPH_PAUSE_MS", "SENTENCE_PAUSE_MS", "Piece", "split"]

PARAGRAPH_PAUSE_MS = 600
SENTENCE_PAUSE_MS = 300
CLAUSE_PAUSE_MS = 120
"""Silence after an over-long sentence's part that ends at a clause; one cut at a space has none."""

_ORDINAL_DOT = frozenset("de da nb no nn fi cs sk hu et lv sl hr sr bs is fo lb tr eu pl".split())
"""Languages that write the ordinal `3.` where English has `3rd`."""
_MAY_END = frozenset("etc usw ecc enz itd itp atd apod osv т.д т.п".split())
"""Abbreviations after which any capital letter begins a new sentence."""
_UNITS = frozenset({"ms", "ft"})
"""Titles that are units after a number."""
_EXCLAIMED = frozenset("yahoo jeopardy joomla wham yum panic".split())
"""Names with an exclamation mark."""

_CLOSERS = "\"'”’“‘»«›‹)\\]」』）】〉》"
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*|[\u2029\f]\s*")
# The lookbehind keeps the search linear: a run of marks is looked at once, from its first.
_MARKS = (
    rf"(?<![.!?…])(?P<mark>[.!?…]++(?: \.(?=[\s.{_CLOSERS}]|$))*+)[{_CLOSERS}]*+(?:[ \u00a0\u202f]»)?(?=\s|$)"
    rf"|(?:[。！？｡．।॥۔؟؞។៕။።፧፨։]++|[!?]++(?=[{_WIDE}]))[!?{_CLOSERS}]*+"
)
_END = re.compile(_MARKS)
_WORD_BEFORE = re.compile(r"[^\s\"'“‘„«(\[—–]*$")
_INITIALISM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_ROMAN = re.compile(r"[IVXLC]{1,5}")
_NEXT_WORD = re.compile(r"[^\W_][\w'’]*+")
_SAID = re.compile(
    r"(?:[A-ZÀ-Þ][\w'-]*+ ){1,2}+(?:said|says|asked|asks|replied|cried|shouted|called|answered|whispered|added"
    r"|yelled|exclaimed|continued|wondered|thought|told|began|screamed|muttered|laughed|sighed)\b"
)
_INTRODUCES = re.compile(
    r"\W*(?:at|by|around|about|on|before|after|until|since|from)(?: (?:about|exactly|around|almost|just|roughly))?"
    r" [\d:.,]{1,8} ?[ap]\.m",
    re.IGNORECASE,
)
_AFTER_TIME = re.compile(
    r"(?:[A-Z]{2,4}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Eastern|Central|Mountain|Pacific|Standard|Greenwich)\b"
)
_GO_ON = frozenset(",;:&=%/")
"""What follows a mark of its own sentence."""
_OPENERS = " \t\r\n\"'“”‘„«‹»([{¿¡—–-"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is spoken in one go."""

    start: int
    end: int
    """[start, end) in characters of the text; no space at either side."""
    pause_ms: int
    """Silence to leave before the next piece."""


@dataclass(frozen=True, slots=True)
class _Language:
    """What one language knows about full stops, and what is known about this text."""

    name: str
    ordinals: bool
    leading: frozenset[str]
    abbreviations: frozenset[str]
    starters: frozenset[str]
    lower: bool
    """The text has no capital letter at all: a small letter after a full stop begins a sentence."""
    kept: frozenset[int]
    """Places of this text where no sentence ends."""


def split(
    text: str, lang: str = "en", forced: Iterable[int] = (), kept: Iterable[tuple[int, int]] = ()
) -> Iterator[Piece]:
    """Yield the pieces of `text` in order; only white space lies between them. Linear in the text's length.

    `forced` are places where a piece must end too, without a pause of its own (SSML: breaks, changes of style).
    In a `kept` [start, end) no sentence ends (SSML: what is read as one), but a forced place may be there.
    """
    name = lang.replace("_", "-").partition("-")[0].lower()
    language = _Language(
        name,
        name in _ORDINAL_DOT,
        leading(name),
        abbreviations(name),
        starters(name),
        name == "en" and text.lower() == text,
        frozenset(at for start, end in kept for at in range(start + 1, min(end, len(text)))),
    )
    start = 0
    cuts = sorted({place for place in forced if 0 < place < len(text)}, reverse=True)
    for end, after in _paragraphs(text):
        inside = []
        while cuts and cuts[-1] < after:
            inside.append(cuts.pop())
        yield from _paragraph(text, start, end, language, inside)
        start = after


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The end of each paragraph and the start of the next."""
    for gap in _PARAGRAPH.finditer(text):
        yield gap.start(), gap.end()
    yield len(text), len(text) + 1


def _paragraph(text: str, start: int, end: int, language: _Language, forced: list[int]) -> Iterator[Piece]:
    while end > start and text[end - 1].isspace():
        end -= 1
    ends, stops = borders(text, start, end)
    for place in sorted({*(ends - language.kept), *forced, end}):
        if not start < place <= end:
            continue
        pause_ms = PARAGRAPH_PAUSE_MS if place == end else SENTENCE_PAUSE_MS if place in ends else 0
        yield from _segment(text, start, place, language, stops, pause_ms)
        start = place


def _segment(
    text: str, start: int, end: int, language: _Language, stops: set[int], pause_ms: int
) -> Iterator[Piece]:
    """Sentences up to a border; the last one has the border's pause."""
    begin = start
    last = end
    while last > start and text[last - 1].isspace():
        last -= 1
    for candidate in (_greek_end() if language.name == "el" else _END).finditer(text, start, last):
        stop = candidate.end()
        if stop == last:
            pause_ms = pause_ms or SENTENCE_PAUSE_MS
            break
        if stop not in stops and stop not in language.kept and _ends_sentence(text, begin, candidate, language):
            yield from _piece(text, begin, stop, SENTENCE_PAUSE_MS)
            begin = stop
    yield from _piece(text, begin, end, pause_ms)


@cache
def _greek_end() -> re.Pattern[str]:
    return re.compile(_MARKS + r"|;(?=\s|$)")


def _ends_sentence(text: str, begin: int, candidate: re.Match[str], language: _Language) -> bool:
    mark, stop = candidate["mark"], candidate.end()
    if mark is None:
        return not _goes_on(text, candidate)
    following = text[stop : stop + 64].lstrip(_OPENERS)
    closed = stop > candidate.end("mark")
    if following[:1].islower():
        return language.lower and mark == "." and not closed and _is_whole_word(text, begin, candidate, language)
    if following[:1] in _GO_ON or (closed and _SAID.match(following)):  # "Why?" John asked.
        return False
    if mark != ".":
        return _strong(text, begin, candidate, following, language)
    return closed or not _is_abbreviation(text, begin, candidate.start(), following, language)


def _goes_on(text: str, candidate: re.Match[str]) -> bool:
    """A quotation in Chinese or Japanese that the sentence goes on after: 「はい。」と言った。"""
    if candidate[0][-1] not in '」』”"）':
        return False
    return (
        re.match(
            "[とっはがをのにもでや、，]|[他她我你]?[们們]?(?:说|說|问|問|道|喊|答)", text[candidate.end() :][:4]
        )
        is not None
    )


def _strong(text: str, begin: int, candidate: re.Match[str], following: str, language: _Language) -> bool:
    """Does an ellipsis, or a mark that is not just a full stop, end the sentence before a capital letter?"""
    mark = candidate["mark"]
    if "!" in mark or "?" in mark:
        if mark != "!":
            return True
        name = _word_before(text, begin, candidate.start()).text.lower() in _EXCLAIMED
        return not (name and not _starts(following, language))
    if text[candidate.start() - 1 : candidate.start()] in {"[", "("}:  # [...]
        return False
    dots = mark.count(".") + 3 * mark.count("…")
    return not (dots == 3 and re.match(r"I\b", following))  # I is a capital anywhere


@dataclass(frozen=True, slots=True)
class _Word:
    """The word before a full stop."""

    text: str
    start: int
    before: str
    """Up to 24 characters before it, of the same sentence."""

    @property
    def first(self) -> bool:
        """Does the sentence begin with it?"""
        return len(self.before) < 8 and not any(map(str.isalnum, self.before))


def _word_before(text: str, begin: int, end: int) -> _Word:
    found = _WORD_BEFORE.search(text[max(begin, end - 24) : end])
    start = end - len(found[0]) if found else end
    return _Word(text[start:end], start, text[max(begin, start - 24) : start])


def _starts(following: str, language: _Language) -> bool:
    """Is the next word one that begins sentences, with its capital?"""
    word = _NEXT_WORD.match(following)
    if word is None or not word[0][0].isupper():
        return False
    if len(word[0]) == 1 and following[1:2] == ".":  # an initial
        return False
    return word[0].lower().replace("’", "'") in language.starters


def _is_whole_word(text: str, begin: int, candidate: re.Match[str], language: _Language) -> bool:
    low = _word_before(text, begin, candidate.start()).text.lower()
    return len(low) > 1 and "." not in low and low not in language.abbreviations and low not in language.leading


def _is_abbreviation(text: str, begin: int, end: int, following: str, language: _Language) -> bool:
    """Does the full stop at `end` belong to the word before it? `following` is what comes after the spaces."""
    word = _word_before(text, begin, end)
    low = word.text.lower()
    starts = _starts(following, language)
    counts = low in BEFORE_NUMBER and (following[:1].isdigit() or _ROMAN.fullmatch(following.split(" ", 1)[0]))
    if counts or low.isdecimal():
        ordinal = language.ordinals and len(low) <= 2 and not starts
        return bool(counts) or (len(low) <= 3 and (word.first or ordinal))
    if len(low) == 1 and low.isalpha():
        return _is_single_letter(word, following, starts, language)
    counted = word.before[-2:-1].isdigit()
    if (low in language.leading and not (counted and low in _UNITS)) or (
        language.name == "de" and low[-3:] == "str"
    ):
        return True
    if low in {"a.m", "p.m"} and following[:1].isupper():
        introduces = word.start - begin < 32 and _INTRODUCES.fullmatch(text, begin, end)
        return bool(introduces or _AFTER_TIME.match(following))
    if low in _MAY_END or (counted and language.name == "en"):  # 5 min. Then
        starts = following[:1].isupper()
    known = low in language.abbreviations or _INITIALISM.fullmatch(word.text) is not None
    return (known and not starts) or (word.first and _ROMAN.fullmatch(word.text) is not None)


def _is_single_letter(word: _Word, following: str, starts: bool, language: _Language) -> bool:
    """Is a letter before a full stop an initial or an item's, rather than the end of a sentence (Plan B.)?"""
    low = word.text.lower()
    if word.before.endswith(". ") and f"{word.before[-3:-2].lower()}.{low}" in _MAY_END:  # и т. д.
        return not following[:1].isupper()
    if low == "m" and word.before.endswith((" a. ", " p. ")) and word.before[-5:-4].isdigit():  # 5 p. m. Hora
        return not following[:1].isupper()
    if word.first or low in language.leading or starts:
        return word.first or not starts
    if word.text == "I" and language.name == "en":  # Albert I. Jones, but: you and I.
        return word.before.rstrip().rpartition(" ")[2][:1].isupper()
    return True


def _piece(text: str, start: int, end: int, pause_ms: int) -> Iterator[Piece]:
    """Yield [start, end) without its outer space, in parts that are not over-long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_CHARACTERS:
        at, clause = cut(text, start)
        stop = at
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        yield Piece(start, stop, CLAUSE_PAUSE_MS if clause else 0)
        start = at
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield Piece(start, end, pause_ms)
