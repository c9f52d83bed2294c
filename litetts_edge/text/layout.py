"""Where the layout of a paragraph ends a sentence: lists, short lines, line separators. Pure, linear."""

from __future__ import annotations

import re
from itertools import pairwise

LINE = "\u2028"
"""A line break that ends a sentence; clean.py leaves it where markup made a line."""

_WRAPPED = 40
"""Characters: a text whose lines are all shorter was not wrapped by a program; its line breaks are meant."""
_FEW_WORDS = 4

_BULLETS = {"•", "‣", "⁃", "◦", "▪", "●"}
_BULLET = re.compile(r"(?<=\s)[•‣⁃◦▪●](?!\s*+$)")
_ITEM = re.compile(r"(?<![^\s•‣⁃◦▪●])(?:(?P<number>\d{1,2})|(?P<letter>[a-z]))(?P<mark>\.\)|\)|\.)(?=[ \t]+\S)")
_LINE_ITEM = re.compile(r"[ \t]*+(?:[-*+•‣⁃◦▪●][ \t]|(?:\d{1,2}|[a-zA-Z])(?:\.\)|\)|\.)[ \t])")
_UNFINISHED = frozenset(
    """
    the a an of to and or in on at for with by from as my your our his her its their is are was were be will that
    der
    die das den dem des ein eine einen einem einer und oder im am an zu von mit le la les un une de du des et ou
    à el
    los las una y o con por para en il lo gli di da e che per del della do dos das no na em
    """.split()
)
"""A line that ends with one of these goes on in the next."""


def borders(text: str, start: int, end: int) -> tuple[set[int], set[int]]:
    """Where a sentence ends by its layout, and the full stops that belong to an item's number instead.

    The first are positions between characters, the second are the positions behind the full stops.
    """
    ends: set[int] = set()
    paragraph = text[start:end]
    at = text.find(LINE, start, end)
    while at >= 0:
        ends.add(at)
        at = text.find(LINE, at + 1, end)
    ends.update(found.start() for found in _BULLET.finditer(text, start, end))
    if "\n" in paragraph:
        ends |= _line_ends(paragraph, start)
    return ends, _items(text, start, end, ends)


def _line_ends(paragraph: str, start: int) -> set[int]:
    """The line breaks that are meant: before an item, in a list of few words, and after lines that had room."""
    lines = paragraph.split("\n")
    width = max(map(len, lines))
    bare = [line.strip() for line in lines]
    filled = [line for line in bare if line]
    fragments = len(filled) > 2 and all(
        line[-1] not in ".!?…:;," and line.count(" ") < _FEW_WORDS and _last_word(line) not in _UNFINISHED
        for line in filled
    )
    ends: set[int] = set()
    at = start
    for line, following in pairwise(lines):
        at += len(line) + 1
        begins = following.lstrip()
        if not begins:
            continue
        if fragments or _LINE_ITEM.match(following):
            ends.add(at - 1)
        elif (
            not begins[0].islower()
            and (line.strip()[-1:] or ",") not in ",;-–—"
            and _last_word(line.strip()) not in _UNFINISHED
        ):
            word = begins.split(None, 1)[0]
            if width < _WRAPPED or len(line.strip()) + 1 + len(word) < width - 2:
                ends.add(at - 1)
    return ends


def _last_word(line: str) -> str:
    return line[-24:].rpartition(" ")[2].lower()


def _items(text: str, start: int, end: int, ends: set[int]) -> set[int]:
    """Numbered items inside lines: `1. One 2. Two`. Adds to `ends`; gives the full stops of the numbers."""
    stops: set[int] = set()
    last, mark, first = 0, "", 0
    for found in _ITEM.finditer(text, start, end):
        value = int(found["number"]) if found["number"] else ord(found["letter"]) - 96
        kind = ("0" if found["number"] else "a") + found["mark"]
        if kind == mark and value == last + 1:
            if text[max(start, found.start() - 2) : found.start()].strip()[-1:] not in _BULLETS:
                ends.add(found.start())
            stops |= {first, found.end()}
            last = value
        elif value <= 1 or _is_bare(text, start, found.start()):
            before = text[max(start, found.start() - 3) : found.start()].rstrip(" \t")
            if not before or before[-1] in ".:!?;•‣⁃◦▪●\n" + LINE:
                last, mark, first = value, kind, found.end()
    return stops


def _is_bare(text: str, start: int, at: int) -> bool:
    """Is there nothing between the paragraph's start and here?"""
    return at - start < 8 and not text[start:at].strip(" \t•‣⁃◦▪●")
