"""How many words of a sentence were misheard, in any script. Pure functions."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from litetts_edge.pipeline.voices import primary

WITHOUT_SPACES = frozenset(("zh", "ja", "th", "yue", "cmn", "lo", "km", "my"))
"""Languages that are written without spaces between words: their characters are counted in place of words."""


def units(text: str, lang: str) -> list[str]:
    """What is compared: words without case, accents kept, punctuation dropped; or characters, see above."""
    kept = "".join(
        character if _counts(character) else " " for character in unicodedata.normalize("NFKC", text).casefold()
    )
    words = [word.strip("'") for word in kept.split()]
    if primary(lang) in WITHOUT_SPACES:
        return list("".join(words))
    return [word for word in words if word]


def errors(said: str, heard: str, lang: str) -> tuple[int, int]:
    """Units substituted, left out or added, and the units that were said."""
    wanted = units(said, lang)
    return distance(wanted, units(heard, lang)), len(wanted)


def distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Levenshtein's: the fewest changes of one item that make one of the other.

    Written here because jiwer, which does the same, would bring two packages more for ten lines.
    """
    row = list(range(len(second) + 1))  # one row at a time
    for i, one in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (one != other))
    return row[-1]


def _counts(character: str) -> bool:
    """Letters, digits and the marks that belong to letters (Hindi's vowels); the apostrophe inside a word."""
    return character == "'" or unicodedata.category(character)[0] in "LNM"
