"""Where a homograph stands: what the rules see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

MARKS = frozenset('. , ! ? ; : … — – - " ( )'.split()) | {""}
TO_BE = frozenset("is are was were be been being am i'm he's she's it's we're they're you're isn't wasn't".split())
DETERMINERS = frozenset(
    "a an the this that these those my your his her its our their some any no each every".split()
)
AT = frozenset("in at to from near for via through around outside toward towards visit visited visiting".split())
"""Words before the name of a town."""


@dataclass(frozen=True, slots=True)
class Place:
    """One word and its neighbours, in lower case; empty strings beyond the sentence."""

    words: Sequence[str]
    index: int

    def at(self, offset: int) -> str:
        place = self.index + offset
        return self.words[place].lower() if 0 <= place < len(self.words) else ""

    @property
    def before(self) -> str:
        return self.at(-1)

    @property
    def after(self) -> str:
        return self.at(1)

    @property
    def word(self) -> str:
        return self.words[self.index]

    @property
    def starts(self) -> bool:
        """At the beginning of a sentence, where a capital says nothing."""
        return self.index == 0 or self.words[self.index - 1] in {".", "!", "?", ":", '"', "…", "—", "("}

    @property
    def named(self) -> bool:
        """A capital that means a name."""
        return self.word[:1].isupper() and not self.starts and not self.word.isupper()

    def near(self, cues: frozenset[str], reach: int = 4) -> bool:
        """Whether one of the words stands up to `reach` places away."""
        low, high = max(0, self.index - reach), min(len(self.words), self.index + reach + 1)
        return any(self.words[at].lower() in cues for at in range(low, high) if at != self.index)


Rule = Callable[[Place], int | None]
"""The number of a reading (homographs.tsv), or None: then the model decides."""


@cache
def cues(text: str) -> frozenset[str]:
    """The words of a text, taken apart once."""
    return frozenset(text.split())
