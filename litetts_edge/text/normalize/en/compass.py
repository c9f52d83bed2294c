"""The points of the compass by their letters: of the wind, from a place, in a street."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import Rule, Sentence
from litetts_edge.text.tokens import Reading

_POINTS = {"N": "north", "S": "south", "E": "east", "W": "west"}
_WIND = re.compile(r"\b(?:winds?|gusts?|breeze|gale|blowing|windy)\b.{0,20}$")
_SPEED = re.compile(r" (?:at |with )?(?:about )?[0-9]{1,3} ?(?:kn|kts?|knots|mph|km/h|bft|m/s)\b", re.I)
_DISTANCE = re.compile(r"\b(?:k?m|mi|miles?|kilomet(?:er|re)s?|yards|feet|ft|blocks?|leagues?) $")
_STREET = (
    r"(?:St|Street|Ave|Avenue|Blvd|Boulevard|Rd|Road|Dr|Drive|Ln|Lane|Ct|Court|Way|Pl|Place|Hwy|Pkwy|Terrace)"
)


def point(letters: str) -> str:
    """`NNE` as "north northeast", `SW` "southwest"."""
    said = [_POINTS[letter] for letter in letters]
    return " ".join(said) if len(said) == 1 else " ".join([*said[:-2], said[-2] + said[-1]])


def _wind(match: re.Match[str], at: Sentence) -> str | None:
    of = re.match(r" of\b", at.near_after(match.end())) and _DISTANCE.search(at.near_before(match.start()))
    wind = _WIND.search(at.near_before(match.start())) or (
        len(match[0]) > 1 and _SPEED.match(at.near_after(match.end()))
    )
    if not (of or wind):
        return None
    points = [point(letters) for letters in re.split("[-/–]", match[0])]
    return (" to " if "/" not in match[0] else ", ").join(points)


def _street_side(match: re.Match[str], at: Sentence) -> str:
    return point(match["way"])


def _street(match: re.Match[str], at: Sentence) -> Reading:
    """`1250 W. Elm St.`: the number of the house and the side of the town."""
    number = match["number"]
    said = spell.pairs(number) if len(number) > 2 else spell.cardinal(number)
    return Reading(match.start(), match.end(), "id", f"{said} {_POINTS[match['way']]}")


_POINT = "(?:NN[EW]|SS[EW]|E[NS]E|W[NS]W|[NS][EW]|[NSEW])"
_NAMED_STREET = (
    rf"(?= (?:[A-Z][a-z']{{1,20}}|[0-9]{{1,3}}(?:st|nd|rd|th))(?: [A-Z][a-z]{{1,20}})?(?: {_STREET}\b))"
)
RULES = (
    Rule("abbreviation", rf"(?P<way>[NS][EW]|[NSEW]\b)\.?{_NAMED_STREET}", _street_side),
    Rule("abbreviation", rf"{_POINT}(?:[-/–]{_POINT})?(?![\w'’-]|\.[A-Za-z])", _wind),
)
NUMBER_RULES = (
    Rule(
        "id",
        rf"(?P<number>[0-9]{{1,5}}) (?P<way>[NSEW])\.?{_NAMED_STREET}",
        _street,
    ),
)
