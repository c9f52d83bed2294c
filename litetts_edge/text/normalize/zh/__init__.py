"""Chinese (Mandarin): what is written in digits and signs, read in simplified characters."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.han_say_as import SayAs
from litetts_edge.text.normalize.scan import FOLD, Rule, scan
from litetts_edge.text.normalize.zh import amounts, names, when
from litetts_edge.text.normalize.zh.numbers import cardinal, number, one_by_one
from litetts_edge.text.tokens import Reading

_STARTS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]|"
    r"[0-9+\-~–—±<>≤≥≠≈=×÷&@#%‰°℃℉$€£¥₩₽₹฿₫₿₺₱¢/.^*½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞\u2160-\u217b\u2460-\u2487㎡㎏㎞㎝㎜√∞πΩμ²³§№至到(]"
)
_RULES: tuple[Rule, ...] = (
    *names.FIRST, *when.RULES, *names.RULES, *amounts.RULES, *names.LAST, *amounts.PLAIN, *names.SIGNS
)  # fmt: skip
_SAY_AS = SayAs(
    cardinal=cardinal,
    number=number,
    one_by_one=one_by_one,
    year=one_by_one,
    telephone=names.telephone,
    electronic=names.electronic,
    duration=when.duration,
    signs=names.SIGNS_ALONE,
    times=when.RULES,
    amounts=amounts.RULES,
)


def read(text: str, region: str = "") -> list[Reading]:
    """What is not read as it is written, in order and apart. `region` makes no difference yet."""
    return scan(text.translate(FOLD), _STARTS, _RULES)


def read_as(text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
    """`text` as SSML's say-as asks; None when it cannot be read so."""
    return _SAY_AS.read_as(text, interpret_as, form)
