"""A language that is read place by place (scan): Chinese, Hindi, Japanese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from litetts_edge.text.normalize.say_as import SayAs
from litetts_edge.text.normalize.scan import Rule, scan
from litetts_edge.text.tokens import Reading


@dataclass(frozen=True, slots=True)
class Language:
    """Its rules, and how it reads what SSML names."""

    fold: Mapping[int, str | int]
    """One character for one, before anything is looked for; scan.FOLD at least."""
    starts: re.Pattern[str]
    """A character where a rule may begin."""
    rules: tuple[Rule, ...]
    """The first that knows a place wins."""
    say_as: SayAs

    def read(self, text: str, region: str = "") -> list[Reading]:
        """What is not read as it is written, in order and apart. `region` makes no difference."""
        return scan(text.translate(self.fold), self.starts, self.rules)

    def read_as(self, text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
        """`text` as SSML's say-as asks; None when it cannot be read so."""
        return self.say_as.read_as(text.translate(self.fold).strip(), interpret_as, form)
