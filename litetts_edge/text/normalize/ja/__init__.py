"""Japanese: what is written in digits and signs, read in kanji and kana."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.ja import amounts, names, when
from litetts_edge.text.normalize.ja.numbers import number, one_by_one, ordinal
from litetts_edge.text.normalize.language import Language
from litetts_edge.text.normalize.say_as import SayAs
from litetts_edge.text.normalize.scan import FOLD, Rule

_STARTS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]|[0-9+\-~–—±<>≤≥≠≈=×÷&@#%‰°$€£¥₩₽₹฿₫₿₺₱¢/.^*(（"
    r"½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞√∞πΩμ²³№\u2100-\u2188\u2460-\u2487\u3012\u3200-\u33ff]"
)
_RULES: tuple[Rule, ...] = (
    *names.FIRST, *when.RULES, *names.RULES, *amounts.RULES, *names.LAST, *amounts.PLAIN, *names.SIGNS
)  # fmt: skip
_JAPANESE = Language(
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
read, read_as = _JAPANESE.read, _JAPANESE.read_as
