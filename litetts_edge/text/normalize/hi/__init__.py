"""Hindi: what is written in digits (Western or Devanagari) and signs, read in Devanagari words."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.hi import amounts, names, when
from litetts_edge.text.normalize.hi.numbers import number, one_by_one, ordinal
from litetts_edge.text.normalize.language import Language
from litetts_edge.text.normalize.say_as import SayAs
from litetts_edge.text.normalize.scan import FOLD, Rule

_FOLD = FOLD | {0x0966 + digit: str(digit) for digit in range(10)}
_STARTS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]|(?<![\u0900-\u0963])[\u0907-\u0939]|"
    r"[0-9+\-~–—±<>≤≥≠≈=×÷&@#%‰°$€£¥₩₽₹৳₺฿₿¢/.^*½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞√∞πΩμ²³№℃℉]"
)
_RULES: tuple[Rule, ...] = (
    *names.FIRST, *when.RULES, *names.RULES, *amounts.RULES, *names.LAST, *amounts.PLAIN, *names.SIGNS
)  # fmt: skip
_HINDI = Language(
    _FOLD,
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
        day_first=True,
        gap=" ",
    ),
)
read, read_as = _HINDI.read, _HINDI.read_as
