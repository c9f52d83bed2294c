"""One pass over a sentence: at each word, figure or sign the first rule that fits it gives the reading.

Rules are tried from the most particular to the most general, so that the first is the longest that makes sense.
Each looks at a bounded stretch, and what it has read, or the word it has refused, is not tried again: the time is
linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from litetts_edge.text.normalize.en import (
    acronyms,
    codes,
    compass,
    dates,
    electronic,
    fractions,
    measures,
    money,
    numbers,
    roman,
    scores,
    spell,
    symbols,
    times,
    units,
    words,
    years,
)
from litetts_edge.text.normalize.en.rules import Rule, Say, Sentence, is_british
from litetts_edge.text.tokens import Reading

_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]++(?:['’][^\W\d_]++)*+)"
    r"|(?P<number>[0-9])"
    rf"|(?P<operator>{symbols.OPERATOR})"
    r"|(?P<sign>(?<![\w.])(?:[-−–+±~≈](?=\.?[0-9])|\.(?=[0-9])|[-−–+](?=(?:US|C|A)?[$£€¥]|√)))"
    r"|(?P<dot>(?<![\w.])\.(?=[a-zA-Z]{2,4}\b))"
    r"|(?P<bracket>\((?=[-−]?[0-9$£€¥]))"
    r"|(?P<short>(?<!\w)['’](?=[0-9]{2}))"
    r"|(?P<digit>[^\W_])"
    r"|(?P<path>(?<![\w/.])(?:~|\.{1,2})?/(?=\w)|\\\\)"
    r"|(?P<symbol>[^\w\s.,!?;:…'\"()\-–—‘’“”«»‹›„‚¿¡]|_)"
)
_STARTS = frozenset(
    "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec v V PhD".split()
) | frozenset(dates.MONTHS)
_DIGIT = re.compile("[0-9]")
_UNSAID = re.compile(r"[0-9]|  |\s\Z|\A\s")
_NEXT = frozenset("@:._/\\-+&#$£€^²³0123456789")

_Compiled = tuple[tuple[str, re.Pattern[str], Say], ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    """The rules by what a stretch begins with, ready to run."""

    number: _Compiled
    word: _Compiled
    joined: _Compiled
    formula: _Compiled
    by_group: dict[str, _Compiled]


def _ready(*families: tuple[Rule, ...]) -> _Compiled:
    unit = units.pattern()
    return tuple(
        (rule.kind, re.compile(rule.pattern.replace("UNIT", unit), rule.flags), rule.say)
        for family in families
        for rule in family
    )


@cache
def _tables() -> _Tables:
    number = _ready(
        electronic.EVERYWHERE, scores.RULES, compass.NUMBER_RULES, times.NUMBER_RULES[:1],
        dates.NUMBER_RULES, times.NUMBER_RULES[1:], scores.AFTER_DATES,
        codes.PHONES,
        money.NUMBER_RULES, measures.NUMBER_RULES, years.NUMBER_RULES, fractions.NUMBER_RULES,
        numbers.NUMBER_RULES[:2],
        numbers.SUMS, codes.NUMBER_RULES, numbers.NUMBER_RULES[2:],
    )  # fmt: skip
    word = _ready(
        words.RULES, dates.RULES, money.RULES, years.RULES, codes.RULES[:1], roman.RULES, compass.RULES,
        acronyms.RULES,
        symbols.WORD_RULES,
    )  # fmt: skip
    joined = (
        _ready(electronic.EVERYWHERE, electronic.RULES, codes.UNITS, times.RULES, words.RULES[:2], codes.RULES)
        + word
    )
    by_group = {
        "bracket": _ready(codes.PHONES, money.RULES, years.RULES),
        "short": _ready(years.RULES),
        "dot": _ready(electronic.DOT_RULES),
        "digit": _ready(measures.VULGAR_RULES, fractions.NUMBER_RULES, symbols.DIGIT_RULES),
        "path": _ready(electronic.SYMBOL_RULES, symbols.RULES),
        "symbol": _ready(
            electronic.SYMBOL_RULES, money.RULES, numbers.SYMBOL_RULES, fractions.NUMBER_RULES, symbols.RULES
        ),
        "operator": _ready(symbols.OPERATORS, electronic.SYMBOL_RULES, symbols.RULES),
        "sign": _ready(money.RULES) + number,
    }
    return _Tables(number, word, joined, _ready(codes.FORMULAS), by_group)


def read(text: str, region: str = "") -> list[Reading]:
    """What is not read as it stands in one cleaned sentence: ordered, apart, inside the text. Never raises."""
    at = Sentence(text, is_british(region))
    tables = _tables()
    readings: list[Reading] = []
    place = 0
    while (token := _TOKEN.search(text, place)) is not None:
        start, end = token.span()
        group = token.lastgroup or ""
        if group == "word":
            rules = _word_rules(token[0], text[end : end + 1], tables)
        elif group == "number":
            rules = tables.number
        else:
            rules = tables.by_group[group]
        reading = _first(rules, at, start) if rules else None
        if reading is not None and reading.end > place:
            readings.append(reading)
            place = reading.end
        else:
            place = end
    return readings


def _word_rules(word: str, following: str, tables: _Tables) -> _Compiled:
    """Most words are read as they stand and are not worth a try."""
    if not word.isascii() and "'" not in word and not word.isalpha():
        return tables.formula if word[0].isalpha() else tables.by_group["digit"]
    if following and following in _NEXT:
        return tables.joined
    if len(word) == 1:
        known = word in "IVXNSEW" or not word.isascii()
    elif word[1:] != word[1:].lower():
        return tables.joined
    elif word.islower():
        known = word[:3] in _LOWER_MONTHS or not word.strip("ivx")
    else:
        known = word[0] in "IVX" and word.endswith(("th", "st", "nd", "rd"))
    return tables.word if known or word in words.WORDS or word in _STARTS else ()


_LOWER_MONTHS = frozenset(month[:3].lower() for month in dates.MONTHS)


def _whole(match: re.Match[str], at: Sentence, kind: str, said: str) -> Reading:
    """The full stop of an abbreviation that ends the sentence is left to it."""
    start, end = match.span()
    if end - start > 1 and at.text[end - 1] == "." and at.ends_at(end):
        end -= 1
    return Reading(start, end, kind, said)


def _first(rules: _Compiled, at: Sentence, start: int) -> Reading | None:
    text = at.text
    for kind, pattern, say in rules:
        match = pattern.match(text, start)
        if match is None or match.end() == start:
            continue
        said = say(match, at)
        if said is None:
            continue
        reading = _whole(match, at, kind, said) if isinstance(said, str) else said
        if _UNSAID.search(reading.spoken):
            spoken = _DIGIT.sub(lambda digit: f" {spell.digits(digit[0])} ", reading.spoken)
            return Reading(reading.start, reading.end, reading.kind, " ".join(spoken.split()), reading.doubt)
        return reading
    return None
