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
# Symbols that are read (arrows, stars are not) stay; what has a text form too is an emoji only before U+FE0F.
_EMOJI_CHARACTER = (
    "[\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f16a-\U0001f18e\U0001f191-\U0001f1ff\U0001f200-\U0001faff"
    "\U0001fc00-\U0001fffd\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25fb-\u25fe\u2600-\u263f\u2641\u2643-\u266c"
    "\u2670-\u2775\u2795-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u21a9\u21aa\u2934\u2935"
    "\ue000-\uf8ff\U000f0000-\U0010fffd]"
    "|[\u203c\u2049\u2139\u2190-\u21ff\u24c2\u25aa\u25ab\u25b6\u25c0\u2640\u2642\u303d\u3297\u3299]\ufe0f"
)
_EMOJI = re.compile(
    f"(?<! ) *+(?:(?:{_EMOJI_CHARACTER})[\ufe00-\ufe0f\u200d\U0001f3fb-\U0001f3ff\u20e3\u2640\u2642]*+ *+)++"
    "(?P<mark>(?=[.,!?;:)…]))?"
)
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
# Persian and the scripts of India and its neighbours need joiners; elsewhere they are left from emoji.
_JOINERS = re.compile(
    "[\ufe00-\ufe0f\u20e3\U000e0100-\U000e01ef]"
    "|(?<![\u0590-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc])[\u200c\u200d]"
)


def unseen(rewriter: Rewriter) -> None:
    """Take out what is not seen (controls, zero width, direction, lone surrogates); emoji leave a space."""
    if rewriter.text.isascii():
        if _ASCII_UNSEEN.search(rewriter.text):
            rewriter.sub(_UNSEEN, "")
        return
    rewriter.sub(_UNSEEN, "")
    rewriter.sub(_KEYCAP, lambda found: found[1] + " ")
    rewriter.sub(_EMOJI, lambda found: " " if found["mark"] is None else "")
    rewriter.sub(_JOINERS, "")


# -- what is written in several ways, character for character


_SPACES = "\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000\u2800\u3164\uffa0"
"""U+2800, U+3164 and U+FFA0 are a letter each by their category, and blank."""


def _table() -> dict[int, str]:
    table = {
        code: chr(code - 0xFEE0)
        for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    }
    for characters, one in (
        ("‘’‚‛ʼʻ′´`＇‹›", "'"),
        ("“”„‟″〝〞＂«»", '"'),
        ("‐‑⁃−﹣－", "-"),
        ("‒", "–"),
        ("―⸺⸻﹘", "—"),
        (_SPACES, " "),
        ("％", "%"), ("＄", "$"), ("＃", "#"), ("＆", "&"), ("＠", "@"), ("＋", "+"), ("＝", "="), ("＊", "*"),
        ("／⁄", "/"), ("＿", "_"), ("＜", "<"), ("＞", ">"), ("￥", "¥"), ("￡", "£"), ("￠", "¢"), ("￦", "₩"),
        ("‥⋯", "…"),
    ):  # fmt: skip
        table |= dict.fromkeys(map(ord, characters), one)
    return table


TABLE = _table()


_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋"
_DIGITS = str.maketrans(_RAISED + _LOWERED, "0123456789+-" * 2)

_FRENCH_OPENS = re.compile(f"(?<![\\w.,;:!?…])«[ {_SPACES}]++")
_FRENCH_CLOSES = re.compile(f"(?<![ {_SPACES}])[ {_SPACES}]++»(?!\\w)")
_WIDE_NUMBER = re.compile("(?<=[０-９])(?:．(?=[０-９])|：(?=[０-９])|，(?=[０-９]{3}(?![０-９])))")
_SCRIPTS = re.compile(
    f"(?P<fraction>[{_RAISED}]{{1,8}}/[{_LOWERED}]{{1,8}})|(?P<raised>[{_RAISED}]++)|[{_LOWERED}\u2090-\u209c]++"
    "|(?<=[0-9MN])(?P<letters>[ˢᵗʰⁿᵈʳᵉᵃᵒᵐˡᵍ]++)|(?P<micro>(?<![^\\W\\d_])μ(?=[A-Za-z]))"
)
_COMPATIBLE = re.compile(
    "[\ufb00-\ufb06\ufb13-\ufb17\ufb50-\ufdcf\ufdf0-\ufdfb\ufe70-\ufefc\u203c\u2047-\u2049\u2103\u2109\u2113"
    "\u2160-\u217f"
    "\u3300-\u3357\u3371-\u33df\U0001d400-\U0001d7ff]|[\uff61-\uff9d][\uff9e\uff9f]?"
    "|(?P<circled>[\u2460-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf\U0001f100-\U0001f10c\U0001f110-\U0001f169])"
)


def compatible(rewriter: Rewriter) -> None:
    """Give what has a form of its own the ordinary one: ligatures, letters in circles, raised and lowered digits.

    ¹ ² ³ and the fractions stay, which normalizers know; other powers become `^5`.
    """
    rewriter.sub(_FRENCH_OPENS, '"')
    rewriter.sub(_FRENCH_CLOSES, '"')
    rewriter.sub(_WIDE_NUMBER, lambda found: {"．": ".", "：": ":", "，": ","}[found[0]])
    rewriter.translate(TABLE)
    rewriter.sub(_COMPATIBLE, _ordinary)
    rewriter.sub(_SCRIPTS, _on_the_line)


def _ordinary(found: re.Match[str]) -> str:
    """Unicode NFKC, but the square metre keeps its power, and a circled number is a word."""
    one = found[0]
    if found["circled"] is None:
        new = unicodedata.normalize("NFKC", one)
        return new[:-1] + "⁰¹²³"[int(new[-1])] if "㍱" <= one <= "㏟" and new[-1] in "23" else new
    number = unicodedata.numeric(one, None)
    new = unicodedata.normalize("NFKC", one) if number is None else str(int(number))
    after = found.string[found.end() : found.end() + 1]
    before = found.string[found.start() - 1 : found.start()]
    return " " * before.isalnum() + new + " " * after.isalnum()


def _on_the_line(found: re.Match[str]) -> str | None:
    run = found[0]
    match found.lastgroup:
        case "micro":
            return "µ"
        case "letters":
            return "^n" if run == "ⁿ" else unicodedata.normalize("NFKC", run)
        case "raised":
            return _power(run, found.string[max(found.start() - 4, 0) : found.start()])
        case _:
            return unicodedata.normalize("NFKC", run.translate(_DIGITS))


def _power(run: str, before: str) -> str | None:
    """A power after a number, a unit or a bracket; a number by itself after a longer word (its footnote)."""
    digits = run.translate(_DIGITS)
    if run in {"¹", "²", "³"}:
        return None
    if not (before[-1:].isalnum() or before[-1:] == ")"):
        return digits
    if len(before) == 4 and before.isalpha() and digits.isdigit():
        return " " + digits
    return "^" + digits


_MANY_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{16,}")
_LONGEST_CLUSTER = 24


def compose(rewriter: Rewriter) -> None:
    """Unicode NFC. Dozens of accents on a letter are cut: sorting them would take the square of their number."""
    if _MANY_MARKS.search(rewriter.text) or not unicodedata.is_normalized("NFC", rewriter.text):
        rewriter.edit(_composed(rewriter.text))


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
