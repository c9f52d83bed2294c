"""Characters: what is not seen, what is not read, what is written in several ways. Used by clean.py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from litetts_edge.text.offsets import Rewriter

# -- what is taken out

_ASCII_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_UNSEEN = re.compile(
    "\x1b\\[[0-9;]{0,20}[A-Za-z]"  # colours of a terminal
    "|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffd\U000e0000-\U000e0fff]"
)
_EMOJI_CHARACTER = (
    "[\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f16a-\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    "\U0001f191-\U0001f1ff\U0001f200-\U0001faff\U0001fc00-\U0001fffd"
    "\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25fb-\u25fe\u2600-\u263f\u2641\u2643-\u266c\u2670-\u2775\u27b0-\u27bf"
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u21a9\u21aa\u2934\u2935\ue000-\uf8ff\U000f0000-\U0010fffd]"
)
_EMOJI = re.compile(
    f"(?:{_EMOJI_CHARACTER}[\ufe00-\ufe0f\u200d\U0001f3fb-\U0001f3ff\u20e3\u2640\u2642]*+"
    "|[\u00a9\u00ae\u2122]\ufe0f(?!)|[\u203c\u2049\u2139\u2190-\u21ff\u24c2\u25aa\u25ab\u25b6\u25c0\u2640\u2642\u265f\u303d"
    "\u3297\u3299]\ufe0f[\u200d\U0001f3fb-\U0001f3ff]*+)[ ]*+(?P<mark>(?=[.,!?;:)]))?"
)
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
# Persian and the scripts of India and its neighbours need joiners; elsewhere they are left from emoji.
_JOINERS = re.compile(
    "[\ufe00-\ufe0f\u20e3\U000e0100-\U000e01ef]|(?<![\u0590-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc])[\u200c\u200d]"
)


def unseen(rewriter: Rewriter) -> None:
    """Take out what is not seen (controls, zero width, direction, lone surrogates), and emoji, which leave a space."""
    if rewriter.text.isascii():
        if _ASCII_UNSEEN.search(rewriter.text):
            rewriter.sub(_UNSEEN, "")
        return
    rewriter.sub(_UNSEEN, "")
    rewriter.sub(_KEYCAP, lambda found: found[1] + " ")
    rewriter.sub(_EMOJI, lambda found: " " if found["mark"] is None else "")
    rewriter.sub(_JOINERS, "")


# -- what is written in several ways, character for character


def _table() -> dict[int, str]:
    table = {
        code: chr(code - 0xFEE0)
        for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    }
    for characters, one in (
        ("‘’‚‛ʼʻ′´`＇ˈ"[:-1], "'"),
        ("“”„‟″〝〞＂", '"'),
        ("‐‑⁃−﹣－", "-"),
        ("‒", "–"),
        ("―⸺⸻﹘", "—"),
        ("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2800\u3164\uffa0", " "),
        ("％", "%"), ("＄", "$"), ("＃", "#"), ("＆", "&"), ("＠", "@"), ("＋", "+"), ("＝", "="), ("＊", "*"),
        ("／", "/"), ("＿", "_"), ("＜", "<"), ("＞", ">"), ("￥", "¥"), ("￡", "£"), ("￠", "¢"), ("￦", "₩"),
        ("‥⋯", "…"),
    ):  # fmt: skip
        table |= dict.fromkeys(map(ord, characters), one)
    return table


TABLE = _table()


def compatible(rewriter: Rewriter) -> None:
    """Ligatures, full-width digits' marks, letters in circles, raised and lowered digits."""


def compose(rewriter: Rewriter) -> None:
    """Unicode NFC."""
    if not unicodedata.is_normalized("NFC", rewriter.text):
        rewriter.edit(_composed(rewriter.text))


_LONGEST_CLUSTER = 24


def _composed(text: str) -> Iterator[tuple[int, int, str]]:
    """A letter with its accents at a time."""
    start = 0
    for at in range(1, len(text) + 1):
        if at < len(text) and _joins(text[at]):
            continue
        cluster = text[start:at][:_LONGEST_CLUSTER]
        if (new := unicodedata.normalize("NFC", cluster)) != text[start:at]:
            yield start, at, new
        start = at


def _joins(character: str) -> bool:
    """May this character be composed with the one before it?"""
    return character >= "\u0300" and (
        unicodedata.category(character)[0] == "M"
        or "\u1161" <= character <= "\u1175"
        or "\u11a8" <= character <= "\u11c2"
    )
