"""Figures as Chinese, Hindi and Japanese texts have them, from how each writes a number; sums in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litetts_edge.text.normalize.scan import before

BY_THOUSANDS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,6}(?![0-9,])|[0-9]{1,40})(?:\.[0-9]{1,40})?(?![0-9])"
"""Digits, with commas between thousands and a part after the point."""
TO = r" ?[-~–—] ?"
POINT = re.compile(r"(?<![0-9.])\.[0-9]{1,20}(?![0-9.])")
MOMENT = re.compile(
    r"([12][0-9]{3})-(1[0-2]|0[1-9])-(3[01]|[12][0-9]|0[1-9])[T ]([01][0-9]|2[0-3]):([0-5][0-9])"
    r"(?::([0-5][0-9])(?:\.[0-9]{1,9})?)?(?:Z|[+-][01][0-9]:?[0-5][0-9])?(?![0-9:])"
)
"""Year, month, day, hour, minute, second (ISO 8601)."""
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5),
    "⅙": (1, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
VULGAR = f"[{''.join(_VULGAR)}]"
_OPERATOR = "[-+×*xX÷/=<>≤≥≠≈±^]"


@dataclass(frozen=True, slots=True)
class Figures:
    """Patterns of one language. `n` is a number, `a`, `b` and `c` are several, `sign` and `unit` what they say."""

    mixed: re.Pattern[str]
    """`w` and a fraction: `a` over `b`, or `c` for the two."""
    fraction: re.Pattern[str]
    measure: re.Pattern[str]
    """One number, or a range from `a` to `b`, with its `scale`."""
    measures: re.Pattern[str]
    """A range whose first number has a unit of its own, `ua`."""
    sum: re.Pattern[str]
    ratio: re.Pattern[str]
    power: re.Pattern[str]
    number: re.Pattern[str]
    piece: re.Pattern[str]
    """Of a sum: `op`, or `n` with its `power`."""


def figures(number: str, *, sign: str, scale: str, units: str, joint: str = " ") -> Figures:
    """The arguments are patterns, too.

    `sign` is of an optional sign, `scale` of what may multiply a number, `joint` of what stands between a whole
    number and its fraction.
    """
    term = rf"(?:[-+]?{number}[²³]?)"
    return Figures(
        mixed=re.compile(
            rf"(?<![0-9./])(?P<sign>-?)(?P<w>[0-9]{{1,4}})"
            rf"(?:{joint}(?P<a>[0-9]{{1,3}})/(?P<b>[0-9]{{1,4}})| ?(?P<c>{VULGAR}))(?![0-9/])"
        ),
        fraction=re.compile(
            rf"(?<![0-9./])(?P<sign>{sign})(?P<a>[0-9]{{1,9}})/(?P<b>[0-9]{{1,9}})(?![0-9/]|\.[0-9])"
        ),
        measure=re.compile(rf"(?P<a>{sign}{number})(?:{TO}(?P<b>{number}))?(?P<scale>{scale}) ?(?P<unit>{units})"),
        measures=re.compile(rf"(?P<a>{sign}{number}) ?(?P<ua>{units}){TO}(?P<b>-?{number}) ?(?P<unit>{units})"),
        sum=re.compile(
            rf"(?<![0-9A-Za-z.])-?{term}(?: ?{_OPERATOR} ?{term}){{1,12}}(?! ?[0-9A-Za-z%.][0-9]?)(?: ?=)?"
        ),
        ratio=re.compile(rf"(?<![0-9.:])(?P<a>{number}) ?: ?(?P<b>{number})(?: ?: ?(?P<c>{number}))?(?![0-9:])"),
        power=re.compile(rf"(?P<n>{sign}{number})(?P<power>[²³])"),
        number=re.compile(rf"(?P<n>{sign}{number})"),
        piece=re.compile(rf"(?P<op>{_OPERATOR})|(?P<n>{number})(?P<power>[²³]?)"),
    )


@dataclass(frozen=True, slots=True)
class SumWords:
    """How a language says a sum."""

    number: Callable[[str], str]
    operators: Mapping[str, str]
    signs: Mapping[str, str]
    """`+`, `-` and `±` before a number."""
    powers: Mapping[str, str]
    """What `²` and `³` add to a number."""
    to_the: str
    """For `^`."""
    th_power: str
    """What the number after `^` ends in."""
    gap: str = ""

    def spoken(self, pieces: re.Pattern[str], text: str) -> str:
        """`text`, which Figures.sum has matched, by its Figures.piece."""
        words: list[str] = []
        wants_number, is_power = True, False
        for piece in pieces.finditer(text):
            if piece["n"]:
                ending = self.th_power if is_power else ""
                words.append(self.number(piece["n"]) + (ending or self.powers.get(piece["power"], "")))
                wants_number = is_power = False
            elif piece["op"] == "^":
                words.append(self.to_the)
                is_power = True
            elif wants_number and piece["op"] in self.signs:
                words.append(self.signs[piece["op"]])
            else:
                words.append(self.operators[piece["op"]])
                wants_number = True
        return self.gap.join(words)


def vulgar(sign: str) -> tuple[str, str]:
    """What `½` has above and below."""
    above, below = _VULGAR[sign]
    return str(above), str(below)


def mixed_part(match: re.Match[str]) -> tuple[str, str] | None:
    """What a match of Figures.mixed has above and below; None when that is no part of 1."""
    above, below = vulgar(match["c"]) if match["c"] else (match["a"], match["b"])
    return (above, below) if int(above) < int(below) else None


def is_signed(match: re.Match[str]) -> bool:
    """Whether the `sign` of a match is the number's, and no dash behind a word."""
    return bool(match["sign"]) and not re.search(r"[0-9A-Za-z]$", before(match, 1))


def is_fraction(match: re.Match[str]) -> bool:
    """Whether `a` over `b` can be one: `05/12` cannot."""
    return int(match["b"]) != 0 and (len(match["a"]) == 1 or match["a"][0] != "0")


def numeric(written: str) -> float:
    """Of digits, commas and a point."""
    return float(written.replace(",", ""))
