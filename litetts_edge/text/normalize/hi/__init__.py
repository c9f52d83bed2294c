"""Hindi: what is written in digits (Western or Devanagari) and signs, read in Devanagari words."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.hi import amounts, names, when
from litetts_edge.text.normalize.hi.say_as import SAY
from litetts_edge.text.normalize.scan import FOLD, Rule, scan
from litetts_edge.text.tokens import Reading

_FOLD = FOLD | {0x0966 + digit: str(digit) for digit in range(10)}
_STARTS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]|(?<![\u0900-\u0963])[\u0907-\u0939]|"
    r"[0-9+\-~–—±<>≤≥≠≈=×÷&@#%‰°$€£¥₩₽₹৳₺฿₿¢/.^*½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞√∞πΩμ²³№℃℉]"
)
_RULES: tuple[Rule, ...] = (
    *names.FIRST, *when.RULES, *names.RULES, *amounts.RULES, *names.LAST, *amounts.PLAIN, *names.SIGNS
)  # fmt: skip


def read(text: str, region: str = "") -> list[Reading]:
    """What is not read as it is written, in order and apart. `region` makes no difference."""
    return scan(text.translate(_FOLD), _STARTS, _RULES)


def read_as(text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
    """`text` as SSML's say-as asks; None when it cannot be read so."""
    say = SAY.get(interpret_as)
    text = text.translate(_FOLD).strip()
    return say(text, form) if say is not None and text else None
