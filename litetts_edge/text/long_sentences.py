"""Where an over-long sentence is cut."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 300
"""A longer sentence is cut: the first sound must not wait for it, and models take a limited number of phonemes."""

_CLAUSE = re.compile(r"[,;:—–]+[\"'”’»)\]]*\s|[、，；：،؛၊]|\s[—–-]+\s")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
"""Vowels of Thai and Lao that stand before the consonant they belong to."""


def cut(text: str, start: int) -> tuple[int, bool]:
    """Where the sentence that begins at `start` is cut, and whether a clause ends there.

    At the last clause in the second half of what is allowed; else at the last space, not inside a number or a
    name;
    else between two characters of a script without spaces. What has none of these for so long is no word, and is
    cut at the limit.
    """
    limit = start + MAX_CHARACTERS
    clauses = [match.end() for match in _CLAUSE.finditer(text, start + MAX_CHARACTERS // 2, limit)]
    if clauses:
        return clauses[-1], True
    spaces = [at for at in range(limit, start + 1, -1) if text[at - 1].isspace()]
    for at in spaces:
        if not _belong_together(text, at):
            return at, False
    if spaces:
        return spaces[0], False
    for at in range(limit, start + 1, -1):
        if _UNSPACED.match(text, at - 1) and _UNSPACED.match(text, at) and _may_part(text, at):
            return at, False
    for at in range(limit, limit - 20, -1):
        if not unicodedata.combining(text[at]):  # an accent stays with its letter
            return at, False
    return limit, False


def _belong_together(text: str, at: int) -> bool:
    """Is the space before `at` inside a number (1 000 000) or a name (Dr. Mary Smith)?"""
    before, after = text[at - 2], text[at : at + 1]
    if before.isdigit() and after.isdigit():
        return True
    word = text[max(at - 24, 0) : at - 1].rpartition(" ")[2]
    return after.isupper() and word[:1].isupper()


def _may_part(text: str, at: int) -> bool:
    return unicodedata.category(text[at])[0] != "M" and text[at - 1] not in _LEADING_VOWELS
