"""What espeak-ng 1.52 is given: text that cannot crash it, clause by clause. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_KEPT = frozenset("°©®™№§¶")
"""Symbols that are read out; all others (arrows, Braille, emoji, accents on their own) are left out."""
_LEFT_OUT = frozenset("`{}[]|\\\\~^")
"""ASCII that nobody says; `}-k` in Vietnamese is a segmentation fault."""
_VIETNAMESE = re.compile(r"[^\w\s.,;:!?%]|_")
"""What Vietnamese is spared: it is the one language that crashes on much else, `"-k"` for one."""
_HYPHENS = re.compile(r"(?<![^\W_])-++(?=[^\s\d])|--++")
"""Hyphens that join nothing: before a letter foreign to the voice they corrupt memory (`"''-कक"` in Spanish)."""
_ONE_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "FULLWIDTH": "LATIN"}
"""Scripts that are mixed inside Japanese words count as one."""
_SCRIPTS_IN_A_CLAUSE = 16
"""Changes of script; a clause of many more overflows the library's list of phonemes."""
_DIGITS_IN_A_CLAUSE = 40
"""Then the next gap becomes a comma: what a clause has beyond 1,000 phonemes is not spoken."""
_LONGEST_WORD = 40
"""Characters without a space; espeak-ng spells a foreign one with a whole name, into a buffer of fixed size."""
# Where a clause ends, and its mark stays in the phonemes. A single full stop inside the text belongs to an
# abbreviation: whole sentences come one at a time.
_CLAUSE_END = re.compile(
    r"""(?P<mark>[,;:!?]+|\.{2,}|…|(?<=\s)[—–-](?=\s)|—|[、，；：。！？]+|\.(?=[\s"'”’»)\]]*$))["'”’»)\]]*(?=\s|$|(?<=[—、，；：。！？]))"""
)
_MARKS = str.maketrans(
    {"、": ",", "，": ",", "；": ";", "：": ":", "。": ".", "！": "!", "？": "?", "–": "—", "-": "—"}
)


def safe(text: str, voice: str) -> str:
    """`text` for that voice (`gmw/en-US`), with nothing that crashes espeak-ng, commands it or ends the C string.

    Found by fuzzing: a backtick in Vietnamese, Braille in Arabic and, in many languages, a hyphen before a foreign
    letter are segmentation faults; a long word or clause of many foreign letters, each spoken by its name, is a
    buffer overflow. So symbols become spaces, words end where the script changes, clauses where it changes often.
    """
    text = _HYPHENS.sub(" ", text)
    vietnamese = voice.startswith("aav/vi")
    if vietnamese:
        text = _VIETNAMESE.sub(" ", text)
    parts: list[str] = []
    length = changes = digits = 0
    script = word_script = ""  # of the last letter; of the last letter in this word
    for character in text:
        spoken, found = _known(character)
        if not spoken or (vietnamese and found not in {"", "LATIN"}):
            parts.append(", " if digits > _DIGITS_IN_A_CLAUSE else " ")
            digits = 0 if digits > _DIGITS_IN_A_CLAUSE else digits
            length, word_script = 0, ""
            continue
        digits += character.isdigit()
        if found and script not in {"", found}:
            changes += 1
            if changes % _SCRIPTS_IN_A_CLAUSE == 0:
                parts.append(", ")
            elif word_script:
                parts.append(" ")
            length = 0
        elif length >= _LONGEST_WORD:
            parts.append(", " if character.isdigit() else " ")
            length = 0
        parts.append(character)
        length, script, word_script = length + 1, found or script, found or word_script
    return "".join(parts)


@lru_cache(maxsize=4096)
def _known(character: str) -> tuple[bool, str]:
    """Whether espeak-ng gets the character, and the script of a letter (`LATIN`), else an empty string."""
    category = unicodedata.category(character)
    if category[0] in "CZ":
        return character in "\u200c\u200d", ""  # joiners, which Persian and the Indic scripts need
    if character in _LEFT_OUT:
        return False, ""
    if category in {"So", "Sk", "Lm"} and character not in _KEPT:
        return category == "Lm", ""
    if category not in {"Lu", "Ll", "Lt", "Lo"}:
        return True, ""
    script = unicodedata.name(character, "").partition(" ")[0]
    return True, _ONE_SCRIPT.get(script, script)


def clauses(text: str) -> Iterator[tuple[str, str]]:
    """Each clause, and the mark it ends with (empty for an unmarked rest)."""
    start = 0
    for end in _CLAUSE_END.finditer(text):
        mark = end["mark"].translate(_MARKS)
        mark = "…" if mark.startswith("..") else mark
        yield text[start : end.start()], f" {mark}" if mark == "—" else mark
        start = end.end()
    if text[start:].strip():
        yield text[start:], ""
