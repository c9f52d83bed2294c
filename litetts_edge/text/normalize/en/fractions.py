"""Fractions, written with a slash or as one character."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import Rule, Sentence

VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    "⅑": (1, 9), "⅒": (1, 10), "↉": (0, 3),
}  # fmt: skip
_SIGNS = "".join(VULGAR)
SIMPLE = r"(?P<n>[0-9]{1,4})[/⁄](?P<d>[0-9]{1,4})(?![0-9/]|[.,][0-9])"
FRACTION = (
    rf"(?P<whole>(?:[0-9]{{1,6}}(?=[{_SIGNS}]|[ -][0-9]{{1,3}}[/⁄])))?(?:[ -](?=[0-9]))?"
    rf"(?:(?P<n>[0-9]{{1,4}})[/⁄](?P<d>[0-9]{{1,4}})(?![0-9/]|[.,][0-9])|(?P<sign>[{_SIGNS}]))"
)
_FIXED = {"24/7": "twenty-four seven", "9/11": "nine eleven", "50/50": "fifty fifty", "20/20": "twenty twenty",
          "4/4": "four four", "7/7": "seven seven", "6/8": "six eight", "60/40": "sixty forty",
          "80/20": "eighty twenty"}  # fmt: skip
_TIME = re.compile(r"\b(?:time|beat|signature|rhythm|meter|metre)\b")


def parts(numerator: int, denominator: int, british: bool = False) -> str:
    """`3, 4` as "three quarters", `1, 2` "one half", `5, 240` "five over two hundred forty"."""
    top = spell.cardinal(numerator, british)
    if (
        denominator == 0
        or (numerator >= 20 and numerator > denominator)
        or (denominator > 100 and denominator % 100 and denominator != 144)
        or denominator == 1
    ):
        return f"{top} over {spell.cardinal(denominator, british)}"
    if denominator in (2, 4):
        name = ("half", "halves") if denominator == 2 else ("quarter", "quarters")
        return f"{top} {name[numerator != 1]}"
    return f"{top} {spell.ordinal(denominator, british)}{'s' * (numerator != 1)}"


def spoken_fraction(match: re.Match[str], at: Sentence) -> str | None:
    """The words of a match of FRACTION."""
    over = VULGAR[match["sign"]] if match["sign"] else (int(match["n"]), int(match["d"]))
    if not match["whole"]:
        return parts(*over, at.british)
    said = parts(*over, at.british)
    if over[0] >= over[1]:
        return None
    if over[0] == 1 and over[1] == 2:
        said = "a half"
    return f"{at.cardinal(match['whole'])} and {said}"


def _fraction(match: re.Match[str], at: Sentence) -> str | None:
    if match["minus"]:
        said = spoken_fraction(match, at)
        return f"minus {said}" if said else None
    if match["ending"] and (match["sign"] or match["whole"]):
        return spoken_fraction(match, at)
    if match["d"] == "1" and len(match["n"]) > 1:
        return f"{at.cardinal(match['n'])} to one"
    if "⁄" in match[0] and not match["whole"] and len(match["n"]) > 1 and len(match["d"]) == 1:
        whole, top = match["n"][:-1], int(match["n"][-1])
        if 0 < top < int(match["d"]):
            half = "a half" if match["d"] == "2" else parts(top, int(match["d"]), at.british)
            return f"{at.cardinal(whole)} and {half}"
    fixed = _FIXED.get(match[0])
    if fixed and (match["n"] not in ("4", "6") or _TIME.search(at.near_after(match.end()))):
        return fixed
    return spoken_fraction(match, at)


NUMBER_RULES = (
    Rule("fraction", rf"(?P<minus>[-−–])?{FRACTION}(?P<ending>(?<=[0-9])(?:th|rd|nd|st)s?)?(?!\w)", _fraction),
)
