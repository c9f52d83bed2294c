"""Years and decades: when four figures are a year, and when they count something."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.dates import full_date
from litetts_edge.text.normalize.en.rules import DASH, Rule, Sentence, words
from litetts_edge.text.tokens import Reading

_YEAR_BEFORE = words(
    """in since by until till from of after before during circa c ca year years early late mid spring summer autumn
    fall winter between and to about around january february march april may june july august september october
    november december christmas michaelmas easter born died b d est established founded fiscal fy class olympics
    copyright ad season vintage model the through dated date anno budget to/from edition cup championship"""
)
_COUNT_BEFORE = words(
    """over than nearly almost exactly only some another additional least most total approximately roughly up
    just every per all these those with contains contained has have had number numbers code pin room no page box
    plus minus times equals costs cost paid pay worth score scored x × held got about$ extra bought sold"""
)
_SURE_BEFORE = words(
    """circa c ca fl since until till during circa year years early late mid spring summer autumn fall winter
    january february
    march april may june july august september october november december ad fiscal born died in"""
)
_NOT_COUNTED = words(
    """is was has as its his this us always plus series les perhaps sometimes presents paris texas wales james
    charles lords commons congress elections olympics games sales its across unless towards afterwards thus
    yes census crisis basis press riots was's does goes comes makes says previous various famous business princess
    process access success progress address class less onwards levels prices contains"""
)
_COUNTED = re.compile(
    r"(?:[- ](?P<between>(?!(?:by|of|in|to|at|on|for|with|from|and|or|as|the|was|were|is|a|an|but|that|"
    r"when|had|it|he|she|they)\b)[a-z]+ )?(?:people|persons?|men|women|children|votes|feet|sheep|fish|"
    r"miles|meters?|"
    r"metres?|yards|"
    r"grams?|kilos?|hours?|minutes|seconds|days?|weeks|months|steps|items|members|seats|copies|students|employees|"
    r"dollars?|pounds|euros|cents|times|percent|degrees|watts?|volts?|calories|words|pages|points|units|species|"
    r"families|houses|inhabitants|residents|soldiers|troops|homes|kilometers?|kilometres?|tons?|tonnes|acres|"
    r"million|billion|thousand|hundred|or so|sleeping|rpm|square)\b|[- ]seat(?:er|s)?\b| more\b)"
)
_PAIRED = re.compile(r"\b(?:between|in|since|from|of|by|during|around|both) [12][0-9]{3},? (?:and|or|to) $")
_PAIR_AFTER = re.compile(r" (?:and|or) (?:in )?[12][0-9]{3}(?![0-9]|[.,][0-9])(?! [a-z]{2,20}s\b)")
_OWNERS = words("her his its their our my your")
_PLURAL = re.compile(r" ([a-z]{3,20}s)\b")


def _bare(match: re.Match[str], at: Sentence) -> str | Reading | None:
    """Four figures: a year where the words before speak for it, unless what follows is counted."""
    value, start, end = int(match["year"]), match.start(), match.end()
    before = at.word_before(start)
    plain = "" if at.text[start - 1 : start] == "(" else before.rstrip(",")
    if _PAIRED.search(at.near_before(start)) or _PAIR_AFTER.match(at.near_after(end)):
        before = plain = "paired"
    if _counts(match, at, before) or not _may_be_year(value, plain):
        return None
    doubt = 0.0 if plain in _YEAR_BEFORE else 0.3
    said = spell.year(value, at.british)
    tail = match["possessive"] or ""
    return Reading(start, end, "year", said + tail.replace("’", "'"), doubt)


def _may_be_year(value: int, before: str) -> bool:
    if before in ("between", "around", "about", "paired") and (before == "paired" or value % 10):
        return 1000 <= value <= 2199
    if before in _SURE_BEFORE or before in ("from", "after", "before", "by", "of"):
        return 1000 <= value <= 2199
    return 1400 <= value <= 2099 and before not in _COUNT_BEFORE


def _counts(match: re.Match[str], at: Sentence, before: str) -> bool:
    after, value = at.near_after(match.end()), int(match["year"])
    both = re.match(r" (?:and|or|to) [0-9,.]{1,9}(?![0-9])", after)
    counted = _COUNTED.match(after, both.end() if both else 0)
    if counted and (before not in _SURE_BEFORE or counted["between"] is None):
        return True
    if before in _SURE_BEFORE and before not in ("in", "by"):
        return False
    plural = _PLURAL.match(after)
    if plural is None or plural[1] in _NOT_COUNTED:
        return False
    if before in _OWNERS and value > 1900 and value % 100:
        return False
    return before not in ("in", "of", "the", "since", "year", "from", "paired") or plural[1] in (
        "cases",
        "patients",
        "villages",
        "copies",
    )


def _bracketed(match: re.Match[str], at: Sentence) -> Reading | None:
    value = int(match["year"])
    if not 1000 <= value <= 2099:
        return None
    return Reading(match.start("year"), match.end("year"), "year", spell.year(value, at.british))


def _era(match: re.Match[str], at: Sentence) -> str | Reading:
    """`323 B.C.`, `44 BC`: the letters that carry full stops are read as they stand."""
    number, second, era = match["number"], match["second"], match["era"]
    said = spell.year(int(number), at.british)
    if second:
        said += f" {spell.letters(match['first'])}" if match["first"] else ""
        said += f" to {spell.year(int(second), at.british)}"
    if "." in era:
        return Reading(match.start(), match.start("era") - 1, "year", said)
    return f"{said} {spell.letters(era)}"


def _anno(match: re.Match[str], at: Sentence) -> str:
    return f"{spell.letters(match['era'])} {spell.year(int(match['number']), at.british)}"


def _decade(match: re.Match[str], at: Sentence) -> str | None:
    value = int(match["number"])
    if value in (100, 1000) and at.near_after(match.end()).startswith(" of "):
        return None
    if value % 10 or (value < 100 and (value < 20 or (match["mark"] == "'" and not match["short"] and False))):
        return None
    return spell.decade(value, at.british)


def _short_year(match: re.Match[str], at: Sentence) -> str | None:
    """`'45` as "forty-five", `'05` as "oh five"."""
    if (
        match.string.count("'", match.end(), match.end() + 60) % 2
        and at.word_before(match.start()) not in _YEAR_BEFORE
    ):
        return None
    number = match["number"]
    return f"oh {spell.digits(number[1])}" if number[0] == "0" else spell.tens(int(number))


def _short_years(match: re.Match[str], at: Sentence) -> str:
    return " to ".join(
        f"oh {spell.digits(number[1])}" if number[0] == "0" else spell.tens(int(number))
        for number in match.group("number", "second")
    )


def _range(match: re.Match[str], at: Sentence) -> str | Reading | None:
    """`1990-95`, `1914-1918`; not where the second is the smaller one."""
    first, second = match["first"], match["second"]
    low = int(first)
    high = int(first[: 4 - len(second)] + second)
    if len(second) == 1 and (low < 1500 or low % 10 == 0 or at.word_before(match.start()) in _COUNT_BEFORE):
        return None
    if len(second) == 2 and high <= low and 1 <= int(second) <= 12 and "-" in match[0]:
        return Reading(match.start(), match.end(), "date", full_date(low, int(second), None, at.british))
    if not (1000 <= low < high <= 2199) or (len(second) == 2 and at.word_before(match.start()) in _COUNT_BEFORE):
        return None
    if _COUNTED.match(at.near_after(match.end())):
        return None
    if len(second) == 1:
        tail = spell.cardinal(second)
    elif len(second) == 2:
        tail = f"oh {spell.digits(second[1])}" if second[0] == "0" else spell.tens(int(second))
    else:
        tail = spell.year(high, at.british)
    return f"{spell.year(low, at.british)} to {tail}"


def _old(match: re.Match[str], at: Sentence) -> str | None:
    """`In 529 Cyrus`, `in 567, he`: three figures after `in` that count nothing."""
    if at.word_before(match.start()) not in ("in", "year", "around", "since", "until"):
        return None
    if not re.match(r",(?! [0-9])| [A-Z](?![A-Z])", at.near_after(match.end())):
        return None
    return spell.year(int(match["number"]), at.british)


_ERA = r"(?P<era>B\.C\.E?|A\.D|C\.E|BCE?|AD|CE)(?![\w])"
NUMBER_RULES = (
    Rule(
        "year",
        rf"(?P<number>[1-9][0-9]{{0,3}})(?:(?: (?P<first>BCE?|AD|"
        rf"CE))? ?{DASH} ?(?P<second>[1-9][0-9]{{0,3}}))? {_ERA}",
        _era,
    ),
    Rule("decade", r"(?P<number>[12][0-9]{2}0)(?P<mark>['’])?s(?P<short>)(?!\w)", _decade),
    Rule("decade", r"(?P<number>[1-9][0-9]0)(?P<mark>)s(?P<short>)(?= (?:BCE?|AD|CE|B\.C|A\.D))", _decade),
    Rule("decade", r"(?P<number>[2-9]0|[1-9]00)(?P<mark>['’])?s(?P<short>)(?!\w)", _decade),
    Rule(
        "year",
        rf"(?P<first>[12][0-9]{{3}}) ?(?:{DASH}|/) ?(?P<second>[12][0-9]{{3}}|[0-9]{{2}}|"
        rf"(?<=[0-9][-–])[1-9])(?![\w%°$£€-]|[.,:/][0-9])",
        _range,
    ),
    Rule("year", r"(?P<year>[12][0-9]{3})(?P<possessive>['’]s)?(?![\w%$£€°²³/–—]|[.,:-][0-9]|-[A-Z])", _bare),
    Rule("year", r"(?P<number>[1-9][0-9]{2})(?![\w%$£€°-]|[.,:/][0-9])", _old),
)
RULES = (
    Rule("decade", r"['’](?P<number>[1-9]0)(?P<mark>)s(?P<short>)(?!\w)", _decade),
    Rule("year", r"['’](?P<number>[0-9]{2}) ?[-–] ?['’](?P<second>[0-9]{2})(?![\w'’%])", _short_years),
    Rule("year", r"['’](?P<number>[0-9]{2})(?![\w'’%]|[.,][0-9])", _short_year),
    Rule("year", r"\((?P<year>[12][0-9]{3})(?=[);,])", _bracketed),
    Rule("year", r"(?P<era>AD|CE|BC) (?P<number>[1-9][0-9]{0,3})(?![\w]|[.,][0-9])", _anno),
)
