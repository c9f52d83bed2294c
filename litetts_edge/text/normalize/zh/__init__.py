"""Chinese (Mandarin): what is written in digits and signs, read in simplified characters."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.language import Language
from litetts_edge.text.normalize.say_as import SayAs
from litetts_edge.text.normalize.scan import FOLD, Rule
from litetts_edge.text.normalize.zh import amounts, names, when
from litetts_edge.text.normalize.zh.numbers import number, one_by_one, ordinal

_STARTS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]|"
    r"[0-9+\-~–—±<>≤≥≠≈=×÷&@#%‰°℃℉$€£¥₩₽₹฿₫₿₺₱¢/.^*½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞\u2160-\u217b\u2460-\u2487㎡㎏㎞㎝㎜√∞πΩμ²³§№至到(]"
)
_RULES: tuple[Rule, ...] = (
    *names.FIRST, *when.RULES, *names.RULES, *amounts.RULES, *names.LAST, *amounts.PLAIN, *names.SIGNS
)  # fmt: skip
_CHINESE = Language(
    FOLD,
    _STARTS,
    _RULES,
    SayAs(
        number=number,
        one_by_one=one_by_one,
        ordinal=ordinal,
        date=when.date,
        telephone=names.telephone,
        electronic=names.electronic,
        duration=when.duration,
        signs=names.SIGNS_ALONE,
        times=when.RULES,
        amounts=amounts.RULES,
    ),
)
read, read_as = _CHINESE.read, _CHINESE.read_as
