"""Times of day, durations written with colons, and ISO 8601 times as a home gives them."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.dates import full_date
from litetts_edge.text.normalize.en.rules import DASH, Rule, Sentence, words
from litetts_edge.text.normalize.en.scores import is_ratio
from litetts_edge.text.tokens import Reading

_HALF = r"(?P<half>[ap]m|[AP]M|(?<= )[AP](?= ?$)|[ap]\.m|[AP]\.M)(?![a-zA-Z])\.?"
_BEFORE_TIME = words("at by since until till before after from @ time")
_DAY_BEFORE = re.compile(
    r"(?:\b[12][0-9]{3}|[0-9](?:st|nd|rd|th)|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|"
    r"dec)[a-z]{0,6}\.? [0-9]{1,2}),? $"
)
_MILITARY_AFTER = re.compile(r" ?(?:hours|hrs|h|GMT|UTC|Zulu|Z|CET|EST|local)\b")
_MILITARY_BEFORE = words("at by until till from around about since to between approximately")
_DAY_WORDS = (("in the morning", 12), ("in the afternoon", 18), ("in the evening", 21), ("at night", 24))


def clock(hour: int, minute: int, half: str = "", zero: str = "oh") -> str:
    """A time as its figures read: `14:05` "fourteen oh five", `9:00` "nine o'clock", `7:00 AM` "seven A M"."""
    tail = f" {half}" if half else ""
    if minute:
        low = f"{zero} " if minute < 10 else ""
        return f"{spell.tens(hour)} {low}{spell.tens(minute)}{tail}"
    if half:
        return spell.tens(hour) + tail
    if hour in (0, 24):
        return "midnight"
    return f"{spell.tens(hour)} o'clock" if hour <= 12 else f"{spell.tens(hour)} hundred"


def spoken_time(hour: int, minute: int, british: bool) -> str:
    """A time as a person says it: `18:20` "twenty past six in the evening"."""
    if minute == 0 and hour % 12 == 0:
        return "midday" if hour == 12 else "midnight"
    part = next(name for name, until in _DAY_WORDS if hour < until)
    if minute == 0:
        return f"{spell.tens(_twelve(hour))} o'clock {part}"
    if minute % 5:
        return f"{clock(_twelve(hour), minute)} {part}"
    to = minute > 30
    quarter = {15: "quarter", 30: "half", 45: "quarter"}
    amount = 60 - minute if to else minute
    said = quarter.get(minute, spell.tens(amount))
    return f"{said} {'to' if to else 'past'} {spell.tens(_twelve(hour + to))} {part}"


def _twelve(hour: int) -> int:
    return (hour - 1) % 12 + 1


def duration(hours: int, minutes: int, seconds: int, places: str = "") -> str:
    """`1, 30, 0` as "one hour thirty minutes"."""
    parts = [f"{spell.cardinal(hours)} hour{'s' * (hours != 1)}"] if hours else []
    if minutes:
        parts.append(f"{spell.cardinal(minutes)} minute{'s' * (minutes != 1)}")
    if seconds or places or not parts:
        said = spell.number(f"{seconds}.{places}" if places else str(seconds))
        parts.append(f"{said} second{'s' * (places != '' or seconds != 1)}")
    return " ".join(parts)


def half_of_day(written: str) -> str:
    return "A M" if written[:1] in "aA" else "P M"


def _time(match: re.Match[str], at: Sentence) -> str | Reading | None:
    hour, minute, half = int(match["h"]), int(match["m"] or 0), match["half"]
    if half in ("A", "P") and not match["sep"] and at.word_before(match.start()) not in _BEFORE_TIME:
        return None
    if hour > 24 or minute > 59 or (half and hour > 23):
        return None
    if not half:
        if match["sep"] == ":" and is_ratio(at.near_before(match.start())):
            return None
        if match["sep"] == "." and not _says_time(match, at):
            return None
        return clock(hour, minute)
    return _with_half(match, at, clock(hour, minute, half_of_day(half)) if hour else "twelve " + half_of_day(half))


def _with_half(match: re.Match[str], at: Sentence, said: str) -> str | Reading:
    """Dotted and apart, `p.m.` is read as it stands; attached, its last full stop may end the sentence."""
    end, half = match.end(), match["half"]
    if "." in half and match.string[match.start("half") - 1] == " ":
        return Reading(match.start(), match.start("half") - 1, "time", said[: -len(" P M")])
    if match.string[end - 1] == "." and (at.ends_at(end) or "." not in half):
        end -= 1
    return Reading(match.start(), end, "time", said)


def _says_time(match: re.Match[str], at: Sentence) -> bool:
    return (
        at.british
        and at.word_before(match.start()) in ("at", "by", "until", "from", "till")
        and len(match["m"]) == 2
    )


def _range(match: re.Match[str], at: Sentence) -> str | Reading | None:
    h1, m1, h2, m2 = (int(match[name] or 0) for name in ("h1", "m1", "h2", "m2"))
    half1, half2 = match["half1"], match["half"]
    if max(h1, h2) > 24 or max(m1, m2) > 59 or not (half2 or (match["m1"] and match["m2"])):
        return None
    first = clock(h1, m1, half_of_day(half1) if half1 else "")
    if not half1 and half2 and not m1:
        first = spell.tens(h1)
    second = clock(h2, m2, half_of_day(half2) if half2 else "")
    said = f"{first} to {second}"
    return _with_half(match, at, said) if half2 else said


def _clock_seconds(match: re.Match[str], at: Sentence) -> str | Reading | None:
    hours, minutes, seconds = int(match["h"]), int(match["m"]), int(match["s"])
    half = match["half"]
    if minutes > 59 or seconds > 59 or (half and hours > 23):
        return None
    day_before = _DAY_BEFORE.search(at.near_before(match.start()))
    before = at.word_before(match.start())
    if not half and (not (before in _BEFORE_TIME or day_before) or hours > 23 or match["places"]):
        return Reading(
            match.start(), match.end(), "duration", duration(hours, minutes, seconds, match["places"] or "")
        )
    said = (
        clock(hours, minutes)
        if minutes or not (seconds or half)
        else clock(hours, minutes).removesuffix(" o'clock").removesuffix(" hundred")
    )
    if seconds:
        said += f" and {spell.cardinal(seconds)} second{'s' * (seconds != 1)}"
    return _with_half(match, at, f"{said} {half_of_day(half)}") if half else said


def _minutes_seconds(match: re.Match[str], at: Sentence) -> str | None:
    first, second, unit = int(match["m"]), int(match["s"]), match["unit"]
    if second > 59:
        return None
    return (
        duration(first, second, 0) if unit.startswith("h") else duration(0, first, second, match["places"] or "")
    )


def _hours(match: re.Match[str], at: Sentence) -> str | None:
    """`13:00h` "thirteen hundred hours"."""
    hour, minute = int(match["h"]), int(match["m"])
    if hour > 24:
        return None
    low = "hundred" if minute == 0 else f"{'oh ' if minute < 10 else ''}{spell.tens(minute)}"
    return f"{spell.tens(hour)} {low} hours"


def _iso(match: re.Match[str], at: Sentence) -> str | None:
    month, day, hour, minute = (int(match[name]) for name in ("mo", "d", "h", "m"))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return None
    zone = ", U T C" if match["zone"] in ("Z", "+00:00", "+0000", "+00") else ""
    date = full_date(int(match["y"]), month, day, at.british)
    return f"{date}, at {spoken_time(hour, minute, at.british)}{zone}"


def _military(match: re.Match[str], at: Sentence) -> str | None:
    """`0630` "oh six thirty", `1300 hours` "thirteen hundred hours": a zero before, or a word beside,
    speaks for it.
    """
    hour, minute, start = match["h"], int(match["m"]), match.start()
    after = _MILITARY_AFTER.match(at.near_after(match.end()))
    before = at.word_before(start)
    if not after and (hour[0] != "0" or before not in _MILITARY_BEFORE):
        return None
    if int(hour) > 24 or (hour[0] != "0" and (before not in _MILITARY_BEFORE or after is None)):
        return None
    said = f"{'oh' if at.british else 'zero'} {spell.digits(hour[1])}" if hour[0] == "0" else spell.tens(int(hour))
    low = "hundred" if minute == 0 else f"{'oh ' if minute < 10 else ''}{spell.tens(minute)}"
    return f"{said} {low}"


def _days_clock(match: re.Match[str], at: Sentence) -> str:
    days, hours, minutes, seconds = (int(match[name]) for name in ("d", "h", "m", "s"))
    rest = duration(hours, minutes, seconds)
    return f"{spell.cardinal(days)} day{'s' * (days != 1)} {rest}"


def _iso_duration(match: re.Match[str], at: Sentence) -> str | None:
    names = ("year", "month", "week", "day", "hour", "minute", "second")
    amounts = [(name, match[name]) for name in names if match[name]]
    said = (f"{spell.number(amount)} {name}{'s' * (amount != '1')}" for name, amount in amounts)
    return " ".join(said) or None


def _part(name: str, letter: str) -> str:
    return rf"(?:(?P<{name}>[0-9]{{1,6}}+(?:\.[0-9]{{1,6}}+)?){letter})?"


_HM = "[0-9]{1,2}"
NUMBER_RULES = (
    Rule(
        "date",
        r"(?P<y>[12][0-9]{3})-(?P<mo>[01][0-9])-(?P<d>[0-3][0-9])[T ](?P<h>[0-2][0-9]):(?P<m>[0-5][0-9])"
        r"(?::[0-5][0-9](?:[.,][0-9]{1,9}+)?)?(?P<zone>Z|[-+][0-9]{2}(?::?[0-9]{2})?)?(?![\w:])",
        _iso,
    ),
    Rule(
        "time",
        rf"(?P<h1>{_HM})(?:[:.](?P<m1>[0-5][0-9]))? ?(?P<half1>[ap]\.?m\.?|[AP]\.?M\.?)? ?{DASH} ?"
        rf"(?P<h2>{_HM})(?:[:.](?P<m2>[0-5][0-9]))?(?: ?{_HALF})?(?![\w%]|[.,:/-][0-9])",
        _range,
    ),
    Rule(
        "time",
        rf"(?P<h>[0-9]{{1,3}}):(?P<m>[0-5][0-9]):(?P<s>[0-5][0-9])(?:\.(?P<places>[0-9]{{1,6}}+))?"
        rf"(?: ?{_HALF})?(?![\w:])",
        _clock_seconds,
    ),
    Rule(
        "duration",
        r"(?P<d>[0-9]{1,5}) ?(?:d|days?),? (?P<h>[0-2]?[0-9]):(?P<m>[0-5][0-9]):(?P<s>[0-5][0-9])(?![\w:.])",
        _days_clock,
    ),
    Rule("time", r"(?P<h>[0-2][0-9])(?P<m>[0-5][0-9])(?![\w%°$£€-]|[.,:/][0-9])", _military),
    Rule(
        "duration",
        r"(?P<m>[0-9]{1,4}):(?P<s>[0-5][0-9])(?:\.(?P<places>[0-9]{1,3}))? ?(?P<unit>minutes?|mins?|hours?|"
        r"hrs?)\b",
        _minutes_seconds,
    ),
    Rule(
        "duration",
        r"(?P<m>[0-9]{1,4}):(?P<s>[0-5][0-9])\.(?P<places>[0-9]{1,6}+)(?P<unit>)(?![\w:])",
        _minutes_seconds,
    ),
    Rule("time", rf"(?P<h>{_HM}):(?P<m>[0-5][0-9]) ?[hH](?!\w)", _hours),
    Rule("time", rf"(?P<h>{_HM})(?P<sep>[:.])(?P<m>[0-5][0-9])(?: ?{_HALF})?(?![\w%]|[.,:/-][0-9])", _time),
    Rule("time", rf"(?P<h>{_HM})(?P<sep>)(?P<m>) ?{_HALF}(?![\w%])", _time),
)
RULES = (
    Rule(
        "duration",
        rf"P{_part('year', 'Y')}{_part('month', 'M')}{_part('week', 'W')}{_part('day', 'D')}"
        rf"(?:T{_part('hour', 'H')}{_part('minute', 'M')}{_part('second', 'S')})?(?!\w)(?<=[0-9][YMWDHS])",
        _iso_duration,
    ),
)
