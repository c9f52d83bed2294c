"""Dates, years, times and durations."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.figures import MOMENT
from litetts_edge.text.normalize.hi.numbers import WORDS, cardinal, year
from litetts_edge.text.normalize.scan import Rule, after, before, reading
from litetts_edge.text.tokens import Reading

_NOT_INSIDE = r"(?<![0-9.,:/\-])"
_END = r"(?![0-9]|[-./:][0-9])"
_MONTHS = "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर".split()
_MONTH = r"(?:जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर)"
_Y, _M, _D = "[12][0-9]{3}", "1[0-2]|0?[1-9]", "3[01]|[12][0-9]|0?[1-9]"
_DATE = re.compile(rf"{_NOT_INSIDE}({_Y})([-/.])({_M})\2({_D}){_END}")
_DAY_FIRST = re.compile(rf"{_NOT_INSIDE}({_D})([-/.])({_M})\2({_Y}|[0-9]{{2}}){_END}")
_MONTH_FIRST = re.compile(rf"{_NOT_INSIDE}({_M})/(3[01]|2[0-9]|1[3-9])/({_Y}){_END}")
_NAMED = re.compile(
    rf"(?<![0-9.,:/])(?P<d>{_D})(?P<sep>(?: ?[-–] ?(?P<d2>{_D}))?)(?P<gap>,? |"
    rf"-)(?P<m>{_MONTH})(?P<y>,? (?:सन् )?(?P<yy>{_Y}))?(?![0-9])"
)
_YEARS = re.compile(rf"(?<![0-9.,:/\-])({_Y}) ?[-–] ?({_Y}|[0-9]{{2}})(?![0-9]|[-.,:/%][0-9])")
_YEAR = re.compile(r"(?<![0-9.,:/\-])(1[0-9]{3}|20[0-9]{2})(?![0-9]|[-.,:/%][0-9])")
_BEFORE_YEAR = re.compile(rf"(?:{_MONTH},?|सन्|सन|वर्ष|साल|ईस्वी|संवत|{_MONTH} [0-9]{{1,2}},?) ?$")
_AFTER_YEAR = re.compile(
    r" (?:में|ईस्वी|ई\.|ई०|ई |का दशक|के दशक|के दौरान|तक|से [0-9]{4}|की क्रांति|के आम|का चुनाव|के चुनाव|"
    r"विश्व कप|ओलंपिक)"
)
_COUNTED = re.compile(r"(?:लगभग|करीब|क़रीब|कुल|केवल|सिर्फ़|सिर्फ|मात्र|कम से कम|अधिकतम) $")
_ERA = re.compile(r"(?<=[0-9] )(?:ई\. ?पू\.|ई०पू०)")

_CLOCK = re.compile(
    r"(?<![0-9.:/])(?P<h>2[0-4]|[01]?[0-9]):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9])(?:\.[0-9]{1,6})?)?"
    r"(?: ?(?P<tail>[AaPp]\.?[Mm](?![A-Za-z])\.?))?(?P<at> ?(?:बजे|बजकर)(?![\u0900-\u0963]))?(?![0-9]|:[0-9])"
)
_HOUR = re.compile(r"(?<![0-9.:/])(?P<h>1[0-2]|0?[1-9]) ?(?P<tail>[AaPp]\.?[Mm](?![A-Za-z])\.?)(?P<at> ?बजे)?")
_CLOCK_SPAN = re.compile(r" ?[-~–—] ?(?=(?:2[0-4]|[01]?[0-9]):[0-5][0-9])")
_LASTED = re.compile(r"(?:समय|अवधि|टाइमर|बाकी|शेष|कुल)[^0-9]{0,4}$")
_SCORES = re.compile(r"स्कोर|अनुपात|मैच|जीत|हार|हरा|बढ़त|बराबर")


def scored(match: re.Match[str]) -> bool:
    """Whether the words around speak of a game or a proportion."""
    return bool(
        _SCORES.search(before(match, 24))
        or re.match(r" (?:से (?:जीत|हरा|हार|मात|आगे|पराजित)|के अनुपात|की बढ़त|अनुपात)", after(match, 16))
    )


def date(of_year: str, month: str, day: str) -> str:
    """`2023`, `5`, `1` is एक मई दो हज़ार तेईस; a part that is empty is left out."""
    words = (
        cardinal(day) if day else "",
        _MONTHS[int(month) - 1] if month else "",
        year(of_year) if of_year else "",
    )
    return " ".join(word for word in words if word)


def _with_century(of_year: str) -> str:
    return of_year if len(of_year) > 2 else ("19" if int(of_year) > 50 else "20") + of_year


def clock(hour: str, minute: str, second: str | None = None) -> str:
    """`8`, `30` is साढ़े आठ बजे; after twelve o'clock hours are counted on and keep their minutes."""
    value, minutes, seconds = int(hour), int(minute), int(second or 0)
    if seconds:
        return f"{WORDS[value]} बजकर {WORDS[minutes]} मिनट {WORDS[seconds]} सेकंड"
    if not minutes:
        return f"{WORDS[value]} बजे"
    if not 1 <= value <= 12 or minutes not in {15, 30, 45}:
        return f"{WORDS[value]} बजकर {WORDS[minutes]} मिनट"
    if minutes == 45:
        return f"पौने {WORDS[value % 12 + 1]} बजे"
    if minutes == 30 and value in {1, 2}:
        return ("डेढ़", "ढाई")[value - 1] + " बजे"
    return f"{'सवा' if minutes == 15 else 'साढ़े'} {WORDS[value]} बजे"


def duration(hours: str, minutes: str, seconds: str) -> str:
    """`01`, `30`, `00` is एक घंटा तीस मिनट; parts that are zero are left out."""
    parts = ((hours, "घंटा" if int(hours) == 1 else "घंटे"), (minutes, "मिनट"), (seconds, "सेकंड"))
    return " ".join(f"{cardinal(value)} {name}" for value, name in parts if int(value)) or "शून्य सेकंड"


def _part_of_day(part: str | None, hour: int) -> str:
    if not part:
        return ""
    if part[0] in "Aa":
        return "रात " if hour == 12 or hour < 4 else "सुबह "
    return "दोपहर " if hour == 12 or hour < 4 else "शाम " if hour < 8 else "रात "


def _clock(match: re.Match[str]) -> Reading | None:
    part = match["tail"]
    if not part and not match["s"] and not match["at"] and scored(match):
        return None
    if match["s"] and not part and not match["at"] and _LASTED.search(before(match)):
        return reading(match, "duration", duration(match["h"], match["m"], match["s"]))
    spoken = clock(match["h"], match["m"], match["s"])
    return reading(
        match, "time", _part_of_day(part, int(match["h"])) + spoken, 0.0 if match["at"] or part else 0.2
    )


def _hour(match: re.Match[str]) -> Reading:
    return reading(match, "time", _part_of_day(match["tail"], int(match["h"])) + clock(match["h"], "0"))


def _span(match: re.Match[str]) -> Reading | None:
    return reading(match, "range", " से ".strip()) if re.search(r":[0-5][0-9]$", before(match, 3)) else None


def _named(match: re.Match[str]) -> Reading:
    day = cardinal(match["d"]) + (f" से {cardinal(match['d2'])}" if match["d2"] else "")
    of_year = " " + year(match["yy"]) if match["yy"] else ""
    return reading(match, "date", f"{day} {match['m']}{of_year}")


def _years(match: re.Match[str]) -> Reading | None:
    first, second = match[1], match[2]
    if len(second) == 2:
        if int(second) != (int(first) + 1) % 100:
            return None
        return reading(match, "range", f"{year(first)} {cardinal(second)}", 0.3)
    if int(second) <= int(first):
        return None
    return reading(match, "range", f"{year(first)} से {year(second)}", 0.2)


def _year(match: re.Match[str]) -> Reading | None:
    previous = before(match, 24)
    if _BEFORE_YEAR.search(previous):
        return reading(match, "year", year(match[1]))
    if (
        _AFTER_YEAR.match(after(match, 16))
        and not _COUNTED.search(previous)
        and not re.search("[₹$€£] ?$", previous)
    ):
        return reading(match, "year", year(match[1]), 0.3)
    return None


RULES: tuple[Rule, ...] = (
    (MOMENT, lambda m: reading(m, "date", f"{date(m[1], m[2], m[3])} {clock(m[4], m[5], m[6])}")),
    (_DATE, lambda m: reading(m, "date", date(m[1], m[3], m[4]))),
    (_DAY_FIRST, lambda m: reading(m, "date", date(_with_century(m[4]), m[3], m[1]), 0.2)),
    (_MONTH_FIRST, lambda m: reading(m, "date", date(m[3], m[1], m[2]), 0.4)),
    (_NAMED, _named),
    (_YEARS, _years),
    (_YEAR, _year),
    (_ERA, lambda m: reading(m, "abbreviation", "ईसा पूर्व")),
    (_CLOCK, _clock),
    (_HOUR, _hour),
    (_CLOCK_SPAN, _span),
)
