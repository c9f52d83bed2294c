"""Dates, years, times and durations."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.figures import MOMENT
from litetts_edge.text.normalize.ja.numbers import cardinal
from litetts_edge.text.normalize.scan import Rule, after, before, reading
from litetts_edge.text.tokens import Reading

_NOT_INSIDE = r"(?<![0-9.,:/\-])"
_WEEKDAYS = "月火水木金土日"
_DATE = re.compile(
    rf"{_NOT_INSIDE}([12][0-9]{{3}})([-/.])(1[0-2]|0?[1-9])\2(3[01]|[12][0-9]|0?[1-9])(?![0-9]|[-/.][0-9])"
)
_DATE_TURNED = re.compile(
    rf"{_NOT_INSIDE}(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])/([12][0-9]{{3}})(?![0-9]|[-/.][0-9])"
)
_MONTH = re.compile(rf"{_NOT_INSIDE}((?:19|20)[0-9]{{2}})[-/](1[0-2]|0?[1-9])(?![0-9]|[-/.][0-9]|年)")
_MONTH_DAY = re.compile(rf"{_NOT_INSIDE}(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9]|[-/.][0-9])")
_DATED = re.compile(
    rf" ?[(（][{_WEEKDAYS}](?:曜日?|・?祝)?[)）]| ?~|から(?!の距離)|まで|に(?:開|発|公|行|実|予|締|届|発売|"
    rf"リリ|開催)"
    r"| (?:2[0-3]|[01]?[0-9]):[0-5][0-9]"
)
_ERA = re.compile(
    r"(?<![A-Za-z])([MTSHR])(元|[0-9]{1,2})([./年])(1[0-2]|0?[1-9])(?:\.|/|月)(3[01]|[12][0-9]|"
    r"0?[1-9])日?(?![0-9])"
)
_ERA_YEAR = re.compile(r"(?<![A-Za-z])([MTSHR])([0-9]{1,2}|元)(?=年)")
_ERAS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_WEEKDAY = re.compile(rf"(?<=[日0-9])[(（]([{_WEEKDAYS}])(?:曜日?)?(・?[祝休])?[)）]")

_CLOCK = re.compile(
    r"(?<![0-9.:/])(?:(?P<lead>[AaPp]\.?[Mm]\.?) ?)?(?P<h>2[0-9]|[01]?[0-9]):(?P<m>[0-5][0-9])"
    r"(?::(?P<s>[0-5][0-9])(?:\.[0-9]{1,6})?)?(?: ?(?P<tail>[AaPp]\.?[Mm](?![A-Za-z])\.?))?(?![0-9]|:[0-9])"
)
_HOUR = re.compile(r"(?<![0-9.:/])(?P<h>1[0-2]|0?[0-9]) ?(?P<tail>[AaPp]\.?[Mm](?![A-Za-z])\.?)(?![A-Za-z])")
_SPAN = re.compile(r" ?[-~–—] ?(?=(?:2[0-9]|[01]?[0-9]):[0-5][0-9])")
_OPEN_SPAN = re.compile(r"(?<=[0-9]) ?~(?=$| |[)）、。])")
_DAY_SPAN = re.compile(r"(?<=[年月日時分秒]) ?[-~–—] ?(?=[0-9])")
_LASTED = re.compile(r"(?:タイム|所要時間|再生時間|記録|残り|経過|時間は|タイマー)[^0-9]{0,4}$")
_SCORES = re.compile(r"スコア|試合|得点|[勝敗負破]|リード|引き分け|比率|割合|比$|比は$|対戦|[っで]て$")


def scored(match: re.Match[str]) -> bool:
    """Whether the words around speak of a game or a proportion."""
    around = before(match, 12)
    return bool(
        _SCORES.search(around)
        or re.match(r"で(?:勝|敗|負|破|下|快勝|大勝|逆転|引き分け)|の(?:勝|敗|割合|比)", after(match))
    )


def date(year: str, month: str, day: str) -> str:
    """`2023`, `5`, `1` is 二千二十三年五月一日; a part that is empty is left out."""
    parts = ((year, "年"), (month, "月"), (day, "日"))
    return "".join(cardinal(digits) + name for digits, name in parts if digits)


def clock(hour: str, minute: str, second: str | None = None) -> str:
    """`8`, `05` is 八時五分; a full hour has no minutes."""
    words = cardinal(hour) + "時"
    if int(minute) or (second and int(second)):
        words += cardinal(minute) + "分"
    return words + (cardinal(second) + "秒" if second and int(second) else "")


def duration(hours: str, minutes: str, seconds: str) -> str:
    """`01`, `30`, `00` is 一時間三十分; parts that are zero are left out."""
    parts = ((hours, "時間"), (minutes, "分"), (seconds, "秒"))
    return "".join(cardinal(value) + name for value, name in parts if int(value)) or "零秒"


def _clock(match: re.Match[str]) -> Reading | None:
    part = match["lead"] or match["tail"]
    if not part and not match["s"] and scored(match):
        return None
    if match["s"] and not part and _LASTED.search(before(match)):
        return reading(match, "duration", duration(match["h"], match["m"], match["s"]))
    return reading(match, "time", _half(part) + clock(match["h"], match["m"], match["s"]), 0.1)


def _half(part: str | None) -> str:
    return "" if not part else "午前" if part[0] in "Aa" else "午後"


def _span(match: re.Match[str]) -> Reading | None:
    return reading(match, "range", "から") if re.search(r":[0-5][0-9]$", before(match, 3)) else None


def _month_day(match: re.Match[str]) -> Reading | None:
    month, day = match["m"], match["d"]
    sure = bool(_DATED.match(after(match)))
    if not sure and month[0] != "0" and int(month) < int(day):
        return None
    return reading(match, "date", f"{cardinal(month)}月{cardinal(day)}日", 0.1 if sure else 0.4)


def _weekday(match: re.Match[str]) -> Reading:
    more = {"祝": "祝日", "休": "休日"}.get((match[2] or "")[-1:], "")
    return reading(match, "date", f"{match[1]}曜日{more}")


def _era(match: re.Match[str]) -> Reading:
    year = "元" if match[2] == "元" else cardinal(match[2])
    return reading(match, "date", f"{_ERAS[match[1]]}{year}年{cardinal(match[4])}月{cardinal(match[5])}日")


def _era_year(match: re.Match[str]) -> Reading:
    return reading(match, "year", _ERAS[match[1]] + ("元" if match[2] == "元" else cardinal(match[2])))


RULES: tuple[Rule, ...] = (
    (MOMENT, lambda m: reading(m, "date", date(m[1], m[2], m[3]) + clock(m[4], m[5], m[6]))),
    (_DATE, lambda m: reading(m, "date", date(m[1], m[3], m[4]))),
    (_DATE_TURNED, lambda m: reading(m, "date", date(m[3], m[1], m[2]), 0.5)),
    (_MONTH, lambda m: reading(m, "date", f"{cardinal(m[1])}年{cardinal(m[2])}月", 0.3)),
    (_MONTH_DAY, _month_day),
    (_ERA, _era),
    (_ERA_YEAR, _era_year),
    (_WEEKDAY, _weekday),
    (re.compile(r"(?<![0-9.])0([1-9])(?=[月日時分秒年歳])"), lambda m: reading(m, "date", cardinal(m[1]))),
    (_DAY_SPAN, lambda m: reading(m, "range", "から")),
    (_CLOCK, _clock),
    (_HOUR, lambda m: reading(m, "time", _half(m["tail"]) + clock(m["h"], "0"))),
    (_SPAN, _span),
    (_OPEN_SPAN, _span),
)
