"""What the families of classes share: a rule, the sentence it looks at, and the shapes of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from litetts_edge.text.normalize.en.spell import cardinal
from litetts_edge.text.tokens import Reading

WINDOW = 40
"""Characters a rule may look at to either side: context is near, and a bounded look keeps reading linear."""

WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,9}+(?![0-9])|[0-9]{1,24}+)"
NUMBER = rf"(?:{WHOLE}(?:\.[0-9]{{1,24}}+)?+|\.[0-9]{{1,24}}+)"
"""A number as English writes it: grouping commas, a decimal point, perhaps no zero before it."""
SIGN = "[-−+]"
DASH = "[-–—]"
END = r"(?![\w])"


def is_british(region: str) -> bool:
    """Whether `region`, two letters or none, reads numbers and dates as Britain does."""
    return region.upper() in ("GB", "UK", "IE", "AU", "NZ")


@dataclass(frozen=True)
class Sentence:
    """One cleaned sentence, and what its rules ask of the neighbourhood of a place in it."""

    text: str
    british: bool

    @cached_property
    def shouting(self) -> bool:
        """Whether the sentence is written in capitals, so that a word of capitals is an ordinary word."""
        words = re.findall(r"[A-Za-z]{2,40}+", self.text[:2000])
        return len(words) >= 3 and not any(word[1:] != word[1:].upper() for word in words)

    def token_before(self, at: int) -> str:
        """The characters between white space before `at`, in lower case."""
        window = self.text[max(0, at - WINDOW) : at].rstrip(" \"'(")
        return window[window.rfind(" ") + 1 :].lower()

    def word_before(self, at: int) -> str:
        """The word before `at` in lower case, its full stop left out; ends in a comma when one stands between."""
        return self.token_before(at).rstrip(".").lstrip("\"'(")

    def near_before(self, at: int) -> str:
        return self.text[max(0, at - WINDOW) : at].lower()

    def near_after(self, at: int) -> str:
        return self.text[at : at + WINDOW]

    def word_after(self, at: int) -> str:
        """The word after one space at `at`, as written; "" when something else follows."""
        found = _WORD_AFTER.match(self.text, at)
        return found[1] if found else ""

    def ends_at(self, at: int) -> bool:
        """Whether only closing quotes and brackets follow, or nothing."""
        return not self.text[at : at + WINDOW].strip(" \"')]}")

    def around(self, start: int, end: int, words: re.Pattern[str]) -> bool:
        """Whether one of `words` stands near."""
        return bool(words.search(self.near_before(start)) or words.search(self.near_after(end).lower()))

    def cardinal(self, number: int | str) -> str:
        return cardinal(number, self.british)


_WORD_AFTER = re.compile(r"[ -]([^\W\d_]{1,30}+(?:'[a-z]{1,3})?)")

Say = Callable[[re.Match[str], Sentence], "str | Reading | None"]
"""The words for a match; a Reading when it covers another stretch or has another kind; None when the rule is wrong
here."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape of text and how it is said. Every quantifier in `pattern` is bounded or possessive."""

    kind: str
    pattern: str
    say: Say
    flags: re.RegexFlag = re.NOFLAG


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())
