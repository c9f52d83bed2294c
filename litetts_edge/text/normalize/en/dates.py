"""Dates: months with days and years, numeric dates in the region's order, ISO dates; names that are cut short."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import DASH, Rule, Sentence, words
from litetts_edge.text.tokens import Reading

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_BY_START = {name[:3].lower(): name for name in MONTHS}
_DAYS_BY_START = {name[:3].lower(): name for name in WEEKDAYS}

_SHORT = (
    r"Jan(?:uary)?|JAN(?:UARY)?|Feb(?:ruary)?|FEB(?:RUARY)?|Mar(?:ch)?|MAR(?:CH)?|Apr(?:il)?|APR(?:IL)?|May|MAY|"
    r"June?|JUNE?|July?|JULY?|Aug(?:ust)?|AUG(?:UST)?|Sept?(?:ember)?|SEPT?(?:EMBER)?|Oct(?:ober)?|OCT(?:OBER)?|"
    r"Nov(?:ember)?|NOV(?:EMBER)?|Dec(?:ember)?|DEC(?:EMBER)?|"
    r"january|february|april|june|july|september|october|november|december"
)
MONTH = (
    rf"(?P<month>(?:{_SHORT})(?![a-zA-Z]))"
    r"(?:(?<=Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\.|(?<=Sept)\.)?+"
)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_NOT_A_DAY = r"(?![0-9:/%]|[.,][0-9]|-[0-9]| ?[ap]\.?m\b)"
_YEAR = r"(?P<year>[12][0-9]{3}(?![0-9]|[.,][0-9]|-[0-9]{1,2}-)|[1-9][0-9]{0,2}(?= (?:BC|AD|CE|BCE|B\.C|A\.D)))"
_SUFFIX = r"(?:st|nd|rd|th)"
_ARTICLES = words("the a an this that each every of")
_NUMERIC_CONTEXT = re.compile(
    r"\b(?:on|by|until|till|since|before|after|from|dated?|due|mon|tue|wed|thu|fri|sat|sun|[a-z]{3,6}day),? $"
)


_VERSION = re.compile(
    r"\b(?:versions?|ver\.?|v|releases?|released|assistant|core|firmware|update[ds]?|build|upgraded?|"
    r"supervisor|os) $"
)


def month_name(text: str) -> str:
    return _BY_START[text[:3].lower()]


def full_date(year: int | None, month: int, day: int | None, british: bool) -> str:
    """A date that was written in figures, as the region says it."""
    name = MONTHS[month - 1]
    said_year = "" if year is None else spell.year(year, british)
    if day is None:
        return f"{name} {said_year}".strip()
    nth = spell.ordinal(day, british)
    said = f"the {nth} of {name}" if british else f"{name} {nth}"
    return f"{said}, {said_year}" if said_year else said


def year_of(short: str) -> int:
    """The year of `63` or `2026`: two figures are the hundred years around 1980."""
    if len(short) > 2:
        return int(short)
    return int(short) + (2000 if int(short) < 50 else 1900)


def _month_first(match: re.Match[str], at: Sentence) -> str | Reading | None:
    month, day, second, link, year, comma = match.group("month", "day", "second", "link", "year", "comma")
    if month == "May" and not year and at.word_before(match.start()) in ("mr", "mrs", "ms", "theresa"):
        return None
    name, suffixed = month_name(month), match["suffix"]
    if second and link and link.strip() not in "-–—" and not suffixed:
        said = f"{name} {spell.cardinal(day)} {link.strip()} {spell.cardinal(second)}"
    elif second:
        joint = "to" if link.strip() in "-–—" else link.strip()
        said = f"{name} {spell.ordinal(day)} {joint} {spell.ordinal(second)}"
    else:
        said = f"{name} {'the ' if at.british else ''}{spell.ordinal(day)}"
    if year:
        said += f"{',' if comma else ''} {spell.year(int(year), at.british)}"
    return said


def _day_first(match: re.Match[str], at: Sentence) -> str | None:
    day, suffix, second, link, of, year = match.group("day", "suffix", "second", "link", "of", "year")
    before = at.word_before(match.start())
    article = "" if before in _ARTICLES else "the "
    bridge = "" if suffix and before in _ARTICLES and not of and not at.british else "of "
    said = spell.ordinal(day)
    if second:
        joint = link.strip()
        said += f" {'to' if joint in '-–—' else joint} {'the ' if article else ''}{spell.ordinal(second)}"
        bridge = "of "
    said = f"{article}{said} {bridge}{month_name(match['month'])}"
    if year:
        said += f"{',' if match['comma'] else ''} {spell.year(int(year), at.british)}"
    return said


def _month_year(match: re.Match[str], at: Sentence) -> str | None:
    name = month_name(match["month"])
    if name == "May" and at.british and at.word_before(match.start()) in ("mr", "mrs", "ms"):
        return None
    return f"{name}{match['comma'] or ''}{match['of'] or ''} {spell.year(int(match['year']), at.british)}"


def _iso(match: re.Match[str], at: Sentence) -> str | None:
    if match["sep"] == "." and (
        len(match["m"] + match["d"]) < 4 or _VERSION.search(at.near_before(match.start()))
    ):
        return None
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    return full_date(year, month, day, at.british) if _exists(month, day) and year >= 1000 else None


def _numeric(match: re.Match[str], at: Sentence) -> str | None:
    first, second = int(match["a"]), int(match["b"])
    if len(match["y"]) == 2 and match["sep"] == "." and not at.british:
        return None
    day, month = (first, second) if at.british or match["sep"] == "." else (second, first)
    if month > 12:
        day, month = month, day
    return full_date(year_of(match["y"]), month, day, at.british) if _exists(month, day) else None


def _numeric_short(match: re.Match[str], at: Sentence) -> str | None:
    if not _NUMERIC_CONTEXT.search(at.near_before(match.start())):
        return None
    if (match["a"], match["b"]) in (("9", "11"), ("24", "7")):
        return None
    first, second = int(match["a"]), int(match["b"])
    day, month = (first, second) if at.british else (second, first)
    return full_date(None, month, day, at.british) if _exists(month, day) else None


def _exists(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _weekday(match: re.Match[str], at: Sentence) -> str | None:
    return _DAYS_BY_START[match["day"][:3].lower()]


def _months(match: re.Match[str], at: Sentence) -> str:
    """`Jan.–Mar. 2020`."""
    said = f"{month_name(match['month'])} to {month_name(match['last'])}"
    return said + (f" {spell.year(int(match['year']), at.british)}" if match["year"] else "")


def _weekdays(match: re.Match[str], at: Sentence) -> Reading:
    first, second = (_DAYS_BY_START[match[name][:3].lower()] for name in ("day", "last"))
    end = match.end() - (match[0].endswith(".") and at.ends_at(match.end()))
    return Reading(match.start(), end, "date", f"{first} to {second}")


def _weekday_ends(match: re.Match[str], at: Sentence) -> Reading:
    end = match.end() - at.ends_at(match.end())
    return Reading(match.start(), end, "abbreviation", _DAYS_BY_START[match["day"][:3].lower()])


def _month_alone(match: re.Match[str], at: Sentence) -> str | Reading | None:
    name, end = month_name(match["month"]), match.end()
    if at.ends_at(end):
        end -= 1
    return Reading(match.start(), end, "abbreviation", name)


_LIST = rf"(?:(?P<link> ?{DASH} ?| (?:to|and|or|through|until) )(?P<second>{_DAY}){_SUFFIX}?{_NOT_A_DAY}"
_WEEKDAY = "(?:Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)"
RULES = (
    Rule(
        "date",
        rf"{MONTH} (?P<day>{_DAY})(?P<suffix>{_SUFFIX})?{_LIST}(?=[,.;:)?!\"]|$| (?:of|in|at|on|was|the|when)\b))?"
        rf"(?:(?P<comma>,)? {_YEAR})?(?![0-9a-zA-Z%])(?![.,:/-][0-9])(?! ?(?:[ap]\.?m\b|[%°$£€]))",
        _month_first,
    ),
    Rule("date", rf"{MONTH}(?P<comma>,)?(?P<of> of)? {_YEAR}(?![0-9a-zA-Z%])(?! ?[%°])", _month_year),
    Rule(
        "date",
        rf"(?P<month>(?:{_SHORT})(?![a-z]))\.?{DASH}(?P<last>(?:{_SHORT})(?![a-z]))(?:\.(?= ?[0-9(]))?"
        rf"(?: {_YEAR}(?![0-9%]))?",
        _months,
    ),
    Rule(
        "abbreviation",
        rf"(?P<month>(?!May)(?:{_SHORT})(?![a-zA-Z]))(?<!Mar)(?<!J[au]n[ey])(?<!July)\.(?! ?[a-z]{{0,3}}\.)",
        _month_alone,
    ),
    Rule(
        "date",
        rf"(?P<day>{_WEEKDAY})(?:\.|(?![a-z])) ?{DASH} ?(?P<last>{_WEEKDAY})(?:\.|(?![a-z]))",
        _weekdays,
    ),
    Rule("abbreviation", r"(?P<day>Tues?|Wed|Thur?s?)\.(?! ?[a-z]{1,3}\.)", _weekday_ends),
    Rule(
        "abbreviation",
        rf"(?P<day>Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)(?:\.(?=,? [A-Z0-9]| to | and )|(?=[-–](?:Mon|Tue|Wed|"
        rf"Thu|Fri|Sat|Sun))|(?=,? (?:{_SHORT}) [0-9])|(?=,? [0-9]))",
        _weekday,
    ),
    Rule("abbreviation", r"(?<=[a-z][-–])(?P<day>Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)(?![a-z])\.?", _weekday),
)
"""What begins with a letter."""

NUMBER_RULES = (
    Rule(
        "date",
        r"(?P<y>[12][0-9]{3})(?P<sep>[-/.])(?P<m>[01]?[0-9])(?P=sep)(?P<d>[0-3]?[0-9])(?![\w-]|[.,][0-9])",
        _iso,
    ),
    Rule(
        "date",
        r"(?P<a>[0-3]?[0-9])(?P<sep>[-/.])(?P<b>[0-3]?[0-9])(?P=sep)(?P<y>[12][0-9]{3}|[0-9]{2})(?![\w/-]|[.,:][0-9])",
        _numeric,
    ),
    Rule("date", r"(?P<a>[0-3]?[0-9])/(?P<b>[0-3]?[0-9])(?![\w/-]|[.,:][0-9])", _numeric_short),
    Rule(
        "date",
        rf"(?P<day>{_DAY})(?P<suffix>{_SUFFIX})?{_LIST})?(?P<of> of)?[ -]{MONTH}(?![ -]?[0-9]{{1,2}}(?![0-9]))"
        rf"(?:(?P<comma>,)?[ -]{_YEAR})?(?![0-9])",
        _day_first,
    ),
)
"""What begins with a figure."""
