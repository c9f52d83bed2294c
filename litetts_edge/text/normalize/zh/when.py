"""Dates, years, times and durations."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.figures import MOMENT
from litetts_edge.text.normalize.scan import Rule, after, before, reading
from litetts_edge.text.normalize.zh.numbers import cardinal, counted, number, one_by_one
from litetts_edge.text.tokens import Reading

_NOT_INSIDE = r"(?<![0-9.,:/\-])"
_END = r"(?![0-9]|[.:/\-][0-9])"
_DATE = re.compile(
    rf"{_NOT_INSIDE}([12][0-9]{{3}})([-/.])(1[0-2]|0?[1-9])\2(3[01]|[12][0-9]|0?[1-9])(?![0-9]|[-/.][0-9])"
)
_DATE_TURNED = re.compile(rf"{_NOT_INSIDE}(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])/([12][0-9]{{3}}){_END}")
_DATE_DAY_FIRST = re.compile(rf"{_NOT_INSIDE}(3[01]|[12][0-9]|0?[1-9])/(1[0-2]|0?[1-9])/([12][0-9]{{3}}){_END}")
_MONTH = re.compile(
    rf"{_NOT_INSIDE}((?:19|20)[0-9]{{2}})[-/](1[0-2]|0[1-9])(?![0-9]|[-/.][0-9]|年|赛季|財年|财年|学年)"
)
_DAYS = re.compile(
    rf"{_NOT_INSIDE}(1[0-2]|0?[1-9])月(3[01]|[12][0-9]|0?[1-9])([日号號]?)[-~–—](3[01]|[12][0-9]|"
    rf"0?[1-9])([日号號])"
)
_MONTH_DAY = re.compile(
    rf"{_NOT_INSIDE}(1[0-2]|0?[1-9])[-/](3[01]|[12][0-9]|0?[1-9])(?= ?[(（](?:周|星期|週)| ?(?:周|星期|"
    rf"週)[一二三四五六日天])"
)
_YEARS = re.compile(r"(?<![0-9])([12][0-9]{3})年?[-~–—至到]([12][0-9]{3}|[0-9]{2})(?=年|学年|赛季|财年)")
_SEASON = re.compile(r"(?<![0-9/])((?:19|20)[0-9]{2})/([0-9]{2}|(?:19|20)[0-9]{2})(?=年|学年|赛季|财年)")
_LIVES = re.compile(r"(?<=[(（])([12][0-9]{3})年?[-~–—]([12][0-9]{3})年?(?=[)）])")
_YEAR = re.compile(r"(?<![0-9.,:/])([0-9]{4}|[0-9]{2})(?=年(?!级|級))")
_SPAN = re.compile(r"年(?:前|来|來|后|後|间|間|以上|以下|以内|左右|的历史|历史|多|之久|期|内)")
_LABEL = re.compile(
    r"(?<![0-9.,:/])((?:19|20)[0-9]{2})(?=届|版|款|赛季|财年|学年|级|春|夏|秋|冬|奥运|世界杯|年度|世博|"
    r"亚运|欧洲杯|男子|女子|中国|国际|全国|高考|考研|[Qq][1-4])"
)
_COHORT = re.compile(
    r"(?<![0-9.])([056789][05])(?=后(?![面来天半续期方者续勤退排卫代台备果悔跟])|後(?![面來天半續期方]))"
)

_CLOCK = re.compile(
    r"(?<![0-9.:/])(?:(?P<lead>[AaPp]\.?[Mm]\.?) ?)?(?P<h>2[0-4]|"
    r"[01]?[0-9]):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9])(?:\.[0-9]{1,6})?)?"
    r"(?: ?(?P<tail>[AaPp]\.?[Mm](?![A-Za-z])\.?))?(?![0-9]|:[0-9])"
)
_HOUR = re.compile(r"(?<![0-9.:/])(?P<h>1[0-2]|0?[1-9]) ?(?P<tail>[AaPp]\.?[Mm](?![A-Za-z])\.?)")
_CLOCK_SPAN = re.compile(r" ?[-~–—至到] ?(?=(?:2[0-4]|[01]?[0-9]):[0-5][0-9])")
_LASTED = re.compile(r"(?:用时|用時|时长|時長|耗时|历时|成绩|持续|全长|片长|倒计时|计时)[^0-9]{0,4}$")
_SCORES = re.compile(
    r"比分|比赛|大胜|战胜|击败|领先|落后|不敌|逆转|扳平|完胜|险胜|战平|负于|输给|取胜|淘汰|横扫|"
    r"[以为][ ]?$|比例|配比|[战胜负平]$"
)


def scored(match: re.Match[str]) -> bool:
    """Whether the words around speak of a game or a proportion, so that `3:10` is no time."""
    return bool(
        _SCORES.search(before(match, 14))
        or re.match(r" ?(?:大胜|战胜|击败|领先|落后|不敌|逆转|完胜|险胜|取胜|的比[例分])", after(match))
    )


def date(year: str, month: str, day: str) -> str:
    """`2023`, `5`, `1` is 二零二三年五月一日; a part that is empty is left out."""
    parts = ((year, one_by_one, "年"), (month, cardinal, "月"), (day, cardinal, "日"))
    return "".join(words(digits) + name for digits, words, name in parts if digits)


def clock(hour: str, minute: str, second: str | None = None) -> str:
    """`8`, `05` is 八点零五分; two o'clock is 两点."""
    words = ("两" if int(hour) == 2 else cardinal(hour)) + "点"
    if int(minute) or (second and int(second)):
        words += ("零" if int(minute) < 10 else "") * bool(int(minute)) + cardinal(minute) + "分"
    if second and int(second):
        words += ("零" if int(second) < 10 else "") + cardinal(second) + "秒"
    return words


def duration(hours: str, minutes: str, seconds: str) -> str:
    """`01`, `30`, `00` is 一小时三十分钟; parts that are zero are left out."""
    parts = ((hours, "小时"), (minutes, "分钟"), (seconds, "秒"))
    return "".join(counted(cardinal_digits(value), name) + name for value, name in parts if int(value)) or "零秒"


def cardinal_digits(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _clock(match: re.Match[str]) -> Reading | None:
    part = match["lead"] or match["tail"]
    if not part and not match["s"] and scored(match):
        return None
    if match["s"] and not part and _LASTED.search(before(match)):
        return reading(match, "duration", duration(match["h"], match["m"], match["s"]))
    half = _half(part, int(match["h"]))
    spoken = half + clock(str(int(match["h"]) % 12 or 12) if half else match["h"], match["m"], match["s"])
    return reading(match, "time", spoken, 0.1 if len(match["h"]) == 2 or part else 0.2)


def _half(part: str | None, hour: int) -> str:
    if not part:
        return ""
    if part[0] in "Aa":
        return "凌晨" if hour == 12 else "上午"
    return "中午" if hour == 12 else "下午"


def _hour(match: re.Match[str]) -> Reading | None:
    return reading(match, "time", _half(match["tail"], int(match["h"])) + clock(match["h"], "0"))


def _span(match: re.Match[str]) -> Reading | None:
    previous = before(match, 3)
    if not re.search(r":[0-5][0-9]$|[0-5][0-9]$", previous) or ":" not in before(match, 8):
        return None
    return reading(match, "range", "至" if match[0].strip() == "至" else "到")


def _year(match: re.Match[str]) -> Reading | None:
    digits, rest = match[1], after(match, 8)
    if len(digits) == 4:
        if digits[0] == "0" or (digits.endswith("00") and _SPAN.match(rest)):
            return None
        return reading(match, "year", one_by_one(digits))
    if (
        (digits[0] not in "089")
        or rest.startswith("年代")
        or _SPAN.match(rest)
        or re.search(r"[共约近达满第]$|[0-9]$", before(match, 1))
    ):
        return None
    return reading(match, "year", one_by_one(digits), 0.0 if digits[0] == "0" else 0.4)


def _years(match: re.Match[str]) -> Reading:
    middle = match[0][len(match[1]) : -len(match[2])]
    return reading(
        match,
        "range",
        one_by_one(match[1])
        + ("年" if "年" in middle else "")
        + ("至" if "至" in middle else "到")
        + one_by_one(match[2]),
    )


RULES: tuple[Rule, ...] = (
    (MOMENT, lambda m: reading(m, "date", date(m[1], m[2], m[3]) + clock(m[4], m[5], m[6]))),
    (_DATE, lambda m: reading(m, "date", date(m[1], m[3], m[4]))),
    (_DATE_TURNED, lambda m: reading(m, "date", date(m[3], m[1], m[2]), 0.5)),
    (_DATE_DAY_FIRST, lambda m: reading(m, "date", date(m[3], m[2], m[1]), 0.3)),
    (_YEARS, _years),
    (_LIVES, _years),
    (_SEASON, lambda m: reading(m, "year", one_by_one(m[1]) + "至" + one_by_one(m[2]))),
    (_MONTH, lambda m: reading(m, "date", f"{one_by_one(m[1])}年{cardinal(m[2])}月", 0.3)),
    (_DAYS, lambda m: reading(m, "range", f"{cardinal(m[1])}月{cardinal(m[2])}{m[3]}至{cardinal(m[4])}{m[5]}")),
    (_MONTH_DAY, lambda m: reading(m, "date", f"{cardinal(m[1])}月{cardinal(m[2])}日", 0.2)),
    (_YEAR, _year),
    (re.compile("(?<=[年月日号點点分])[-~–—](?=[0-9])"), lambda m: reading(m, "range", "到")),
    (_LABEL, lambda m: reading(m, "year", one_by_one(m[1]), 0.1)),
    (_COHORT, lambda m: reading(m, "decade", one_by_one(m[1]), 0.1)),
    (re.compile(r"(?<![0-9])0([0-9])(?=[月日号])"), lambda m: reading(m, "date", number(m[1]))),
    (_CLOCK, _clock),
    (_HOUR, _hour),
    (_CLOCK_SPAN, _span),
)
