"""A text that comes in pieces: which of its sentences are complete, and can be spoken before the rest is there.

A sentence is given out when what follows can no longer change where it ends: `Dr.` is no sentence, and neither is
the `3.` of `3.14`. So the sentences are those that the whole text would have been cut into, as far as a reader who
does not know the end can tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from litetts_edge.text.clean import clean
from litetts_edge.text.sentences import SENTENCE_PAUSE_MS, Piece, split
from litetts_edge.text.ssml import is_ssml

_LOOKED_AT = 6_000
"""Characters that are looked at at once, so that the work does not grow with what waits."""
_UNDECIDED = 600
"""Characters of a paragraph without a full stop, after which its lines are taken as they stand."""

_MARK = re.compile(r"[.!?…](?P<closed>[\"'”’“‘»«›‹)\]\s]*)$")
_WIDE_MARK = re.compile(r"[。！？｡．।॥۔؟؞។៕።፧፨።](?P<closed>[!?\"'”’」』）】〉》)\]]*)$")
_WORD = r"\W*+[\w'’-]++\W"
_ONE_WORD = re.compile(_WORD)
_THREE_WORDS = re.compile(rf"(?:{_WORD}){{3}}")
_WIDE_WORD = re.compile(r"\s*+[^\W_]")
_ITEM = re.compile(r"\s*(?:[-*+•‣⁃◦▪●]|(?:\d{1,2}|[a-zA-Z])(?:\.\)|\)|\.))\s+\S")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*\Z|[\u2029\f]\s*\Z")
_CLOSING = re.compile(r"(?:[*_`~]++|</\w{1,16}>)*+\s*")
"""Markup that belongs to the sentence before it, and the space to the next one."""
_UNSURE = re.compile(r"[\d.]\.$|[\"'”’“‘»«›‹)\]]$")
"""Ends that are none if more follows: a decimal number; a quotation that somebody said."""
_LIKELY = (" The next", " Smith and", " 5 more", " I am")
"""What could follow an abbreviation; a full stop that ends a sentence before each of them ends one."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Complete sentences, as they came."""

    text: str
    pause_ms: int
    """Silence to leave before what follows."""


class GrowingText:
    """Takes a text as it comes and gives its sentences out as they are complete."""

    def __init__(self, lang: str, longest: int = 5000) -> None:
        """`lang` as a BCP 47 tag; no portion is longer than `longest` characters."""
        self._lang = lang
        self._longest = longest
        self._rest = ""
        self._looked = False
        self.length = 0
        """Characters that came."""

    def add(self, text: str) -> None:
        """More of it came."""
        self._rest += text
        self.length += len(text)
        self._looked = False

    def take(self) -> Portion | None:
        """The sentences that are complete now, or None."""
        if self._looked or self._is_document:
            return None
        self._looked = True
        window = _Window(self._rest, self._lang)
        return self._cut(window, window.complete())

    def take_likely(self) -> Portion | None:
        """As take(), when nothing more has come for a while: what ends like a sentence is one."""
        window = _Window(self._rest, self._lang)
        if self._is_document or len(self._rest) > _LOOKED_AT or not window.ends_likely():
            return None
        portion = self._cut(window, len(window.pieces))
        return portion and replace(portion, pause_ms=min(portion.pause_ms, SENTENCE_PAUSE_MS))

    def take_rest(self) -> Portion | None:
        """The next sentences of what is left, when there is no more to come; None at the end."""
        if len(self._rest) > self._longest and not self._is_document:
            window = _Window(self._rest, self._lang)
            return self._cut(window, max(1, len(window.pieces) - 1))
        whole, self._rest = self._rest.strip(), ""
        return Portion(whole, 0) if whole else None

    @property
    def _is_document(self) -> bool:
        """SSML cannot be read before its end is there."""
        start = self._rest.lstrip()
        return is_ssml(start) or (0 < len(start) <= len("<speak") and "<speak".startswith(start))

    def _cut(self, window: _Window, count: int) -> Portion | None:
        """Take `count` pieces, or as many as are allowed at once."""
        while count > 1 and window.end(count) > self._longest:
            count -= 1
        if not count:
            return None
        end = window.end(count)
        taken, self._rest = self._rest[:end], self._rest[end:]
        self._looked = False
        return Portion(taken.strip(), window.pieces[count - 1].pause_ms)


class _Window:
    """The beginning of what waits, cleaned and cut."""

    def __init__(self, waiting: str, lang: str) -> None:
        self._raw = waiting[:_LOOKED_AT]
        self._lang = lang
        self._clean = clean(self._raw)
        self.pieces = list(split(self._clean.text, lang))

    def end(self, count: int) -> int:
        """Where the first `count` pieces end in the text as it came, with what belongs to them."""
        piece = self.pieces[count - 1]
        end = self._clean.source(piece.start, piece.end)[1]
        found = _CLOSING.match(self._raw, end)
        return max(1, found.end() if found else end)

    def complete(self) -> int:
        """How many of the pieces are complete."""
        if _BLANK_LINE.search(self._raw):
            return len(self.pieces)
        text, after = self._clean.text, " " if self._raw[-1:].isspace() else ""
        for count in range(len(self.pieces) - 1, 0, -1):
            piece, following = self.pieces[count - 1], self.pieces[count]
            rest = text[piece.end :] + after
            if _settled(text[piece.start : piece.end], rest, piece, following) and self._is_even(count, rest):
                return count
        return 0

    def _is_even(self, count: int, rest: str) -> bool:
        """No bold stretch is cut in two."""
        return self._raw.count("**", 0, self.end(count)) % 2 == 0 or len(rest) > _UNDECIDED

    def ends_likely(self) -> bool:
        """Does the text, as far as it is known, end with a sentence?"""
        text = self._clean.text
        if not (_MARK.search(text) or _WIDE_MARK.search(text)) or _UNSURE.search(text):
            return False
        return all(any(one.end == len(text) for one in split(text + more, self._lang)) for more in _LIKELY)


def _settled(text: str, rest: str, piece: Piece, following: Piece) -> bool:
    """Does the piece end where it ends, whatever comes after `rest`?"""
    if rest.startswith(("\n\n", "\u2028")) or len(rest) > _UNDECIDED:
        return True
    if wide := _WIDE_MARK.search(text):
        return len(rest) >= 4 if wide["closed"] else _WIDE_WORD.match(rest) is not None
    if mark := _MARK.search(text):
        return (_THREE_WORDS if mark["closed"] else _ONE_WORD).match(rest) is not None
    if rest.startswith("\n"):
        return _ITEM.match(rest) is not None
    # Cut in mid-sentence for being long: nothing that follows moves that place.
    return following.start - piece.end <= 1
