"""SSML say-as: the author says what a text is, so that nothing has to be guessed."""

from __future__ import annotations

import re
from collections.abc import Callable

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.codes import phone
from litetts_edge.text.normalize.en.dates import MONTHS, full_date, month_name, year_of
from litetts_edge.text.normalize.en.fractions import FRACTION, spoken_fraction
from litetts_edge.text.normalize.en.reader import read
from litetts_edge.text.normalize.en.roman import value as roman_value
from litetts_edge.text.normalize.en.rules import NUMBER, Sentence, is_british
from litetts_edge.text.normalize.en.times import clock, duration, half_of_day

_MARKS = {
    ".": "dot", ",": "comma", "-": "dash", "/": "slash", "@": "at", "#": "hash", "&": "and", "+": "plus",
    "*": "star",
    "_": "underscore", ":": "colon", ";": "semicolon", "!": "exclamation mark", "?": "question mark",
    "'": "apostrophe",
    '"': "quote", "(": "open bracket", ")": "close bracket", "=": "equals", "%": "percent", "$": "dollar",
    "£": "pound", "€": "euro", "\\": "backslash", "|": "pipe", "~": "tilde", "<": "less than", ">": "greater than",
    "^": "caret", "[": "open square bracket", "]": "close square bracket", "{": "open brace", "}": "close brace",
    "`": "backtick", "°": "degree", "–": "dash", "—": "dash", " ": "",
}  # fmt: skip
_LONGEST = 2000
"""Characters of the longest text that is read so; a longer one is not what a say-as is for."""


def read_as(text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
    """The words of `text` as what `interpret_as` says it is; None when it cannot be read so.

    `region` is that of the language, as `read` takes it: "GB" says "one hundred and one".
    """
    text = text.strip()[:_LONGEST]
    say = _READERS.get(interpret_as.strip().lower())
    return say(text, form.strip().lower(), is_british(region)) if say and text else None


def _characters(text: str, form: str, british: bool) -> str | None:
    said = []
    for one in text:
        if one.isascii() and one.isdigit():
            said.append(spell.digits(one))
        elif one.isalpha():
            said.append(one.upper()[:1])
        elif name := _MARKS.get(one, ""):
            said.append(name)
    return " ".join(said) or None


def _cardinal(text: str, form: str, british: bool) -> str | None:
    plain = text.replace("−", "-")
    if re.fullmatch(rf"[-+]?{NUMBER}", plain):
        return spell.number(plain, british)
    if re.fullmatch(r"[-+]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+", plain):
        return spell.number(plain, british)
    amount = roman_value(text.upper())
    return spell.cardinal(amount, british) if amount else _general(text, british)


def _ordinal(text: str, form: str, british: bool) -> str | None:
    found = re.fullmatch(r"([0-9][0-9,]*)(?:st|nd|rd|th)?\.?", text)
    amount = found[1].replace(",", "") if found else str(roman_value(text.upper()) or "")
    return spell.ordinal(amount, british) if amount else None


def _digits(text: str, form: str, british: bool) -> str | None:
    """Figure by figure; the point between two of them is said."""
    said = [
        "point" if part == "." else spell.digits(part)
        for part in re.findall(r"[0-9]+|(?<=[0-9])\.(?=[0-9])", text)
    ]
    return " ".join(said) or None


def _telephone(text: str, form: str, british: bool) -> str | None:
    said = phone(text, "oh" if british else "zero")
    if form in ("1", "44") and said and not text.lstrip().startswith("+"):
        return said
    return said or None


def _fraction(text: str, form: str, british: bool) -> str | None:
    plain = text.replace("+", " ")
    found = re.fullmatch(FRACTION, plain)
    return spoken_fraction(found, Sentence(plain, british)) if found else _cardinal(text, form, british)


def _date(text: str, form: str, british: bool) -> str | None:
    """The figures of a date in the order that `form` gives them: mdy, dmy, ymd, md, dm, ym, my, y, m, d."""
    form = re.sub(r"([ymd])\1+", r"\1", re.sub("[^a-z]", "", form))  # `yyyymmdd`, `dd/mm/yyyy`
    if re.search("[A-Za-z]{3}", text) or not form:
        return _named_date(text, form, british)
    figures = re.findall("[0-9]+", text)
    if len(figures) == 1 and len(figures[0]) in (6, 8) and len(form) == 3:
        figures = _cut(figures[0], form)
    if len(figures) != len(form) or set(form) - set("ymd"):
        return None
    parts = {letter: int(figure) for letter, figure in zip(form, figures, strict=True)}
    month, day = parts.get("m"), parts.get("d")
    if not (month is None or 1 <= month <= 12) or not (day is None or 1 <= day <= 31):
        return None
    year = year_of(figures[form.index("y")]) if "y" in parts else None
    if month is None:
        words = [spell.ordinal(day, british)] if day is not None else []
        return " ".join([*words, spell.year(year, british)] if year is not None else words) or None
    return full_date(year, month, day, british or form.startswith("d"))


def _cut(figures: str, form: str) -> list[str]:
    parts, long = [], len(figures) - 4
    for letter in form:
        size = long if letter == "y" else 2
        parts.append(figures[:size])
        figures = figures[size:]
    return parts


def _named_date(text: str, form: str, british: bool) -> str | None:
    if re.fullmatch("[0-9]{4}", text):
        return spell.year(int(text), british)
    if re.fullmatch("[A-Za-z]{3,9}", text):
        return month_name(text) if text[:3].lower() in {name[:3].lower() for name in MONTHS} else None
    if re.fullmatch("[0-9]{8}", text):
        return _date(text, "ymd", british)
    return _general(text, british or form.startswith("d"))


def _time(text: str, form: str, british: bool) -> str | None:
    found = re.fullmatch(
        r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:[:.]([0-9]{2}))?(?:\.[0-9]+)? ?([aApP])?\.?[mM]?\.?", text
    )
    if not found:
        return _general(text, british)
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if hour > 24 or minute > 59 or second > 59:
        return None
    half = half_of_day(found[4]) if found[4] else ""
    if form.startswith("hms12") and not half:
        half = "P M" if 12 <= hour < 24 else "A M"
    if half:
        hour = (hour - 1) % 12 + 1
    said = clock(hour, minute, "" if second else half)
    if second:
        said = f"{said} and {spell.cardinal(second)} second{'s' * (second != 1)} {half}".rstrip()
    return said


def _duration(text: str, form: str, british: bool) -> str | None:
    found = re.fullmatch(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{2})", text)
    if found:
        return duration(int(found[1] or 0), int(found[2]), int(found[3]))
    return _general(text, british)


def _currency(text: str, form: str, british: bool) -> str | None:
    if re.fullmatch(rf"[-+]?{NUMBER}", text) and len(form) == 3:
        return _general(f"{text} {form.upper()}", british)
    return _general(text, british)


def _address(text: str, form: str, british: bool) -> str | None:
    return _general(text, british)


def _measure(text: str, form: str, british: bool) -> str | None:
    return _general(text, british)


def _general(text: str, british: bool) -> str | None:
    """As in running text."""
    said, place = "", 0
    for reading in read(text, "GB" if british else "US"):
        said += text[place : reading.start]
        if said[-1:].isalnum() or not reading.spoken:
            said += " "
        said += reading.spoken
        place = reading.end
        if text[place : place + 1].isalnum():
            said += " "
    words = " ".join((said + text[place:]).split())
    return words or None


def _beep(text: str, form: str, british: bool) -> str:
    return "beep"


_Reader = Callable[[str, str, bool], "str | None"]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("characters", "spell-out", "verbatim", "letters"), _characters),
    **dict.fromkeys(("cardinal", "number"), _cardinal),
    "ordinal": _ordinal,
    "digits": _digits,
    "fraction": _fraction,
    **dict.fromkeys(("unit", "measure"), _measure),
    "date": _date,
    "time": _time,
    "duration": _duration,
    **dict.fromkeys(("telephone", "phone"), _telephone),
    **dict.fromkeys(("currency", "money"), _currency),
    "address": _address,
    **dict.fromkeys(("expletive", "bleep"), _beep),
}
