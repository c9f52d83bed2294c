"""Letters close to a figure: the unit of a measure (`5m`, `16A`), or a part of a name (`flat 3b`, `Exit 14A`)."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en.rules import Sentence

SEAT = re.compile(
    r"\b(?:flat|apt|apartment|room|seat|gate|unit|suite|house|block|section|row|class|bus|no|number|platform|exit|line|"
    r"road|route|street|highway|rte|interstate|type|model|tram|train|figure|fig|appendix|chapter|form|schedule|table|building|"
    r"level|ward|track|group|stage|phase|vitamin|grade|article|rule|part|act|clause|page|pp|junction|hall|"
    r"door|zone|psalm)\.? $"
)
_ROAD_AFTER = re.compile(
    r" (?:[A-Z][a-z']+ ){1,2}(?:St|Street|Ave|Avenue|Rd|Road|Ln|Lane|Dr|Drive|Way|Close|Court|Place)\b"
)
_CURRENT = re.compile(
    r"amp|fuse|breaker|curren|circuit|supply|charg|battery|load|socket|generator|cable|[0-9] ?k?[vw]\b", re.I
)
_MANY_BEFORE = re.compile(
    r"\b(?:the|these|those|two|three|four|five|six|many|some|few|both|pair of|his|her|their) $"
)
_COUNTDOWN = re.compile(
    r"(?:\b(?:timer|time|remaining|left|uptime|countdown|eta|elapsed|runtime|duration|"
    r"snooze)s?:? (?:is )?(?:of |for )?|"
    r"\b(?:ring|done|ready|start|arrive|due|finish|finishe|finished|depart|leave|back|end|boil|again)s? in )$"
)
_COUNTDOWN_AFTER = re.compile(
    r" (?:left|remaining|ago|to go|elapsed|timer|alarm|countdown|break|nap|walk|snooze)\b"
)
TIMED = re.compile(
    r" (?:timer|countdown|delay|timeout|pause|interval|clip|video|exposure|limit|window|break|cooldown|alarm)\b"
)
_SECONDS = re.compile(
    r"\b(?:for|in|after|within|every|timeout|wait|of|than|delay|took|takes|last|past|about|only|lasts?|min|m|"
    r"at)(?: a)? $"
)


_BEGINS_IN = re.compile(
    r"\b(?:off|on|out|down|up|again|ready|done|due|over|timer|alarm|(?:clos|open|lock|start|restart|reboot|retry|resum|stop|"
    r"end|expir|finish|begin|arriv|leav|ring|reconnect|refresh|updat|record|trigger|fir|check|shutdown|depart|"
    r"boil|arm|disarm|go)(?:e|s|es|ing)?) in $"
)
"""What is said of a time to come: `closes in 90s`, not `temperatures in 80s`."""
_WEATHER = re.compile(
    r"\b(?:temp\w{0,12}|highs?|lows?|degrees|music|songs|born|people|adults|fashion)\b.{0,12} in $"
)


def is_unit(unit: str, number: str, before: str, after: str) -> bool:
    """`5m`, `16GB`, but not `flat 3b`, the decade `80s`, `2d` films; `before` is in lower case."""
    if unit == "K":
        return number.isdigit() and len(number) == 4 and number.endswith("00")
    if unit == "A" and (_ROAD_AFTER.match(after) or (len(number) > 2 and not _CURRENT.search(before + after))):
        return False
    if unit == "B" or (unit in ("A", "M", "V", "W", "d", "g", "h", "l", "s", "t", "b") and SEAT.search(before)):
        return False
    if unit == "s":
        return _is_seconds(number, before, after)
    return not (unit == "d" and number in ("2", "3"))


def _is_seconds(number: str, before: str, after: str) -> bool:
    """`5s` is, `the 7s`, `747s`, `10s of them` and `the 80s` are not."""
    if (number.isdigit() and _MANY_BEFORE.search(before)) or re.match(r" of (?:the )?[a-z]+\b", after):
        return False
    if re.fullmatch("[2-9]0", number) and re.search(r"\bin $", before):
        return _BEGINS_IN.search(before) is not None or (number < "40" and not _WEATHER.search(before))
    spoken_for = bool(_SECONDS.search(before))
    if "," in number or re.fullmatch("[1-9][0-9][1-9]", number):
        return spoken_for
    if re.fullmatch(r"[1-9]0|[12][0-9]{3}|[1-9][0-9]?00", number):
        return number == "10" or (spoken_for and len(number) < 3)
    return True


def is_countdown(match: re.Match[str], at: Sentence) -> bool:
    """`5m left`, `Timer: 5m`: minutes."""
    before = at.near_before(match.start())
    return bool(_COUNTDOWN.search(before) or _COUNTDOWN_AFTER.match(at.near_after(match.end())))
