"""Japanese: what is written in digits and signs, read in kanji and kana."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.han_say_as import SayAs
from litetts_edge.text.normalize.ja import amounts, names, when
from litetts_edge.text.normalize.ja.numbers import cardinal, number, one_by_one
from litetts_edge.text.normalize.scan import FOLD, Rule, scan
from litetts_edge.text.tokens import Reading

_STARTS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]|[0-9+\-~–—±<>≤≥≠≈=×÷&@#%‰°$€£¥₩₽₹฿₫₿₺₱¢/.^*(（"
    r"½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞√∞πΩμ²³№\u2100-\u2188\u2460-\u2487\u3012\u3200-\u33ff]"
)
_RULES: tuple[Rule, ...] = (
    *names.FIRST, *when.RULES, *names.RULES, *amounts.RULES, *names.LAST, *amounts.PLAIN, *names.SIGNS
)  # fmt: skip
_SAY_AS = SayAs(
    cardinal=cardinal,
    number=number,
    one_by_one=one_by_one,
    year=cardinal,
    telephone=names.telephone,
    electronic=names.electronic,
    duration=when.duration,
    signs=names.SIGNS_ALONE,
    times=when.RULES,
    amounts=amounts.RULES,
)


def read(text: str, region: str = "") -> list[Reading]:
    """What is not read as it is written, in order and apart. `region` makes no difference."""
    return scan(text.translate(FOLD), _STARTS, _RULES)


def read_as(text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
    """`text` as SSML's say-as asks; None when it cannot be read so."""
    return _SAY_AS.read_as(text, interpret_as, form)
