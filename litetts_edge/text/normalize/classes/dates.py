"""Dates: 12/05/2023, 2023-05-12, 1 de enero, 1er mai; times of day; durations."""

from __future__ import annotations

import re
from functools import partial

from litetts_edge.text.normalize.classes.scan import Rule, alternatives
from litetts_edge.text.normalize.classes.tables import Tables

_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _valid(day: int, month: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= _LENGTHS[month - 1]


def say_day(tables: Tables, day: int) -> str:
    return tables.first if day == 1 else tables.cardinal(day)


def say_year(tables: Tables, written: str) -> str:
    """Years are numbers here; of two digits, the digits count as they stand."""
    if len(written) == 2 and written[0] == "0":
        return tables.cardinal(2000 + int(written))
    return tables.cardinal(int(written))


def say_date(tables: Tables, day: int, month: int, year: str = "") -> str | None:
    """Day and month are tried in the other order when only that exists; None when neither does."""
    if not _valid(day, month):
        day, month = month, day
        if not _valid(day, month):
            return None
    said, name = say_day(tables, day), tables.months[month - 1]
    if not year:
        return tables.day_month.format(day=said, month=name)
    return tables.date.format(day=said, month=name, year=say_year(tables, year))


def _day_first(tables: Tables, match: re.Match[str]) -> str | None:
    return say_date(tables, int(match["d"]), int(match["m"]), match["y"])


def _short(tables: Tables, match: re.Match[str]) -> str | None:
    return say_date(tables, int(match["d"]), int(match["m"]))


def _iso(tables: Tables, match: re.Match[str]) -> str | None:
    month, day = int(match["m"]), int(match["d"])
    date = say_date(tables, day, month, match["y"]) if _valid(day, month) else None
    if date is None or not match["H"]:
        return date
    hour, minute = int(match["H"]), int(match["M"])
    if hour > 24 or minute > 59:
        return None
    return f"{date}, {tables.at} {tables.clock(hour, minute, False)}"


def _month_year(tables: Tables, match: re.Match[str]) -> str | None:
    month = int(match["m"])
    if not 1 <= month <= 12:
        return None
    return tables.month_year.format(month=tables.months[month - 1], year=say_year(tables, match["y"]))


def _named(tables: Tables, match: re.Match[str]) -> str | None:
    day, month = int(match["d"]), tables.month_names[match["name"].lower().rstrip(".")]
    if not _valid(day, month):
        return None
    spoken = tables.day_month.format(day=say_day(tables, day), month=tables.months[month - 1])
    if not match["y"]:
        return spoken
    joint = match["joint"].strip(" ,-")
    if joint:
        return f"{spoken} {joint} {say_year(tables, match['y'])}"
    return tables.date.format(
        day=say_day(tables, day), month=tables.months[month - 1], year=say_year(tables, match["y"])
    )


def _month_short(tables: Tables, match: re.Match[str]) -> str:
    return tables.months[tables.month_names[match["name"].lower()] - 1]


def date_rules(tables: Tables) -> list[Rule]:
    """All written dates; a short one (3/4) only after a word that announces it, or with zeros (03/04)."""
    day, month = r"(?P<d>0?[1-9]|[12]\d|3[01])", r"(?P<m>0?[1-9]|1[0-2])"
    either = r"(?P<m>0?[1-9]|[12]\d|3[01])"
    iso_time = r"(?:(?:T| |, )(?P<H>\d{1,2}):(?P<M>\d{2})(?::\d{2})?(?:\.\d{1,9})?(?:Z| ?[+-]\d{2}:?\d{2})?)?"
    edge, end = r"(?<![\w./-])(?<!\d,)", r"(?![\w/])(?![.,-]\d)"
    names = alternatives(sorted(tables.month_names))
    full = {name for name in tables.month_names if name in tables.months}
    short = alternatives(set(tables.month_names) - full)
    cues = rf"(?:(?<=\s)|^)(?:{tables.date_cues}) (?P<R>{day}/{month}){end}"
    patterns = [
        (rf"{edge}(?P<y>\d{{4}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}){iso_time}{end}", _iso),
        (rf"{edge}{day}(?P<s>[-/.]){either}(?P=s)(?P<y>\d{{4}}|\d{{2}}){end}", _day_first),
        (
            rf"(?i:(?<![\w.,/])(?P<d>0?[1-9]|[12]\d|3[01])(?:\.?[ºª°]|er)?[ "
            rf"-]{tables.date_of}(?P<name>{names}\b\.?)"
            rf"(?:(?P<joint>{tables.year_of}|-)(?P<y>\d{{4}}))?(?![\w]))",
            _named,
        ),
        (rf"{edge}(?P<m>0[1-9]|1[0-2])/(?P<y>(?:1[4-9]|20)\d\d){end}", _month_year),
        (rf"(?i:{cues})", _short),
        (rf"{edge}(?=\d\d/\d\d)(?=0|\d\d/0){day}/{month}{end}", _short),
    ]
    rules = [Rule("date", re.compile(pattern), partial(say, tables)) for pattern, say in patterns]
    named_year = rf"(?i:(?<![\w.])(?P<R>(?P<name>{short})\.?)(?={tables.year_of}\d{{4}}(?!\w)))"
    rules.append(Rule("date", re.compile(named_year), partial(_month_short, tables)))
    return rules


def say_duration(tables: Tables, hours: int, minutes: int, seconds: int) -> str:
    """Hours, minutes and seconds, those that are not zero."""
    parts = [
        f"{tables.cardinal(count, unit.gender)} {unit.one if count == 1 else unit.many}"
        for count, unit in ((hours, tables.hour), (minutes, tables.minute), (seconds, tables.second))
        if count
    ]
    if not parts:
        return f"{tables.cardinal(0)} {tables.second.one if tables.singular(0) else tables.second.many}"
    if len(parts) == 1:
        return tables.elide(parts[0])
    return tables.elide(f"{', '.join(parts[:-1])} {tables.duration_joint or tables.conjunction} {parts[-1]}")


def _clock(tables: Tables, match: re.Match[str]) -> str | None:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    part = match["part"]
    if hour > 24 or (part and not 1 <= hour <= 12 and not match["m"]):
        return None
    if match["s"]:
        return say_duration(tables, hour, minute, int(match["s"]))
    if part and hour <= 12:
        return f"{tables.clock(hour, minute, False)} {tables.day_part(hour, part[0].lower())}"
    return tables.clock(hour, minute, bool(match["mark"]))


def _parts(tables: Tables, match: re.Match[str]) -> str:
    return say_duration(tables, int(match["h"] or 0), int(match["m"] or 0), int(match["s"] or 0))


def _long(tables: Tables, match: re.Match[str]) -> str:
    return say_duration(tables, int(match["h"]), int(match["m"]), int(match["s"]))


def _marked(tables: Tables, match: re.Match[str]) -> str | None:
    hour = int(match["h"])
    return None if hour > 24 else tables.clock(hour, int(match["m"] or 0), True)


def _dotted(tables: Tables, match: re.Match[str]) -> str | None:
    hour = int(match["h"])
    return None if hour > 24 else tables.clock(hour, int(match["m"]), False)


def time_rules(tables: Tables) -> list[Rule]:
    """Times of day and durations."""
    part = r"(?: ?(?P<part>[ap]\. ?m\.|[ap]\.?m\b|[AP]\. ?M\.|[AP]\.?M\b))"
    end = r"(?![\w:])(?![.,]\d)"
    mark = r"(?: ?(?P<mark>h(?:s|rs|oras?|eures?)?\b\.?(?!\w)))?"
    clock = rf"(?<![\w:.,])(?P<h>\d{{1,2}}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?:{part}|{mark}){end}"
    whole = rf"(?<![\w:.,])(?P<h>\d{{1,2}})(?P<m>(?!))?(?P<s>(?!))?(?P<mark>(?!))?{part}(?!\w)"
    dotted = (
        rf"(?i:(?<!\w)(?:{tables.time_cues}) (?P<R>(?P<h>\d{{1,2}})[.,](?P<m>[0-5]\d)(?: ?h\b)?)"
        rf"(?![.,]?\d)(?! ?[%€$]))"
    )
    marked = r"(?<![\w:.,])(?P<h>\d{1,2}) ?[hH] ?(?P<m>[0-5]\d)(?: ?min\b|mn\b|m\b)?(?![\w])(?![.,]\d)(?! ?\d)"
    parts = (
        r"(?<![\w:.,])(?:(?P<h>\d{1,3}) ?h ?)(?:(?P<m>\d{1,2}) ?(?:min|mn|m|')\.?(?!\w) ?)"
        r"(?:(?P<s>\d{1,2}) ?(?:s|seg|sec)\b)?(?!\w)"
    )
    small = r"(?<![\w:.,])(?P<h>(?!))?(?P<m>\d{1,2}) ?(?:min|mn|m|') ?(?P<s>\d{1,2}) ?(?:s|seg|sec|''|\")(?!\w)"
    long = r"(?<![\w:.,])(?P<h>\d{1,3}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?![\w:])(?![.,]\d)"
    patterns = [
        ("duration", long, _long),
        ("time", clock, _clock),
        ("time", whole, _clock),
        ("time", dotted, _dotted),
        ("duration", parts, _parts),
        ("duration", small, _parts),
        ("time", marked, _marked),
    ]
    return [Rule(kind, re.compile(pattern), partial(say, tables)) for kind, pattern, say in patterns]
