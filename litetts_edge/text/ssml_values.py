"""The values of SSML attributes: numbers out of `x-slow`, `+10%`, `-2st`, `+6dB`, `500ms`. Pure functions.

Each function takes the text and the value around the element, and gives the new value and what was wrong with the
text: CLAMPED, BAD, UNSUPPORTED or nothing. Labels stand for themselves; numbers change what is around them.
"""

from __future__ import annotations

import math
import re

from litetts_edge.text.flat import MAX_BREAK_MS
from litetts_edge.text.styled import SILENT_DB

CLAMPED = "ssml_clamped"
BAD = "ssml_bad_value"
UNKNOWN_TAG = "ssml_unknown_tag"
UNKNOWN_ATTRIBUTE = "ssml_unknown_attribute"
UNSUPPORTED = "ssml_unsupported"

RATES = (0.5, 2.0)
PITCHES = (-12.0, 12.0)
VOLUMES = (-40.0, 12.0)

_RATE = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}
_PITCH = {"x-low": -4.0, "low": -2.0, "medium": 0.0, "default": 0.0, "high": 2.0, "x-high": 4.0}
_VOLUME = {
    "silent": SILENT_DB,
    "x-soft": -12.0,
    "soft": -6.0,
    "medium": 0.0,
    "default": 0.0,
    "loud": 6.0,
    "x-loud": 12.0,
}
_STRENGTH = {"none": 0, "x-weak": 100, "weak": 200, "medium": 400, "strong": 700, "x-strong": 1200}
_MS = {"ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000}
"""Milliseconds. Minutes and hours are no SSML, but what they mean is plain: too long."""
EMPHASES = ("strong", "moderate", "reduced", "none")

_NUMBER = re.compile(r"([+-]?)(\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})\s*(%|st|hz|db|ms|s|min|m|h)?", re.IGNORECASE)


def rate(text: str, around: float) -> tuple[float, str]:
    """The factor of the speed."""
    if text in _RATE:
        return _RATE[text], ""
    found = _NUMBER.fullmatch(text)
    if not found or found[3] not in {None, "%"}:
        return around, BAD
    number = float(found[2]) / (100 if found[3] else 1)
    factor = 1 + math.copysign(number, float(found[1] + "1")) if found[1] else number
    return _within(around * factor, RATES)


def pitch(text: str, around: float) -> tuple[float, str]:
    """Semitones. Herz are relative to a voice that is not known here."""
    if text in _PITCH:
        return _PITCH[text], ""
    found = _NUMBER.fullmatch(text)
    if not found:
        return around, BAD
    unit = (found[3] or "").lower()
    if unit == "hz":
        return around, UNSUPPORTED
    number = math.copysign(float(found[2]), float(found[1] + "1"))
    if unit == "st":
        return _within(around + number, PITCHES)
    if unit != "%":
        return around, BAD
    factor = 1 + number / 100 if found[1] else number / 100
    return _within(around + (12 * math.log2(factor) if factor > 0 else -math.inf), PITCHES)


def volume(text: str, around: float) -> tuple[float, str]:
    """Decibels. A bare number is SSML 1.0's scale from 0 to 100."""
    if text in _VOLUME:
        return _VOLUME[text], ""
    found = _NUMBER.fullmatch(text)
    unit = (found[3] or "").lower() if found else "?"
    if not found or unit not in {"", "%", "db"}:
        return around, BAD
    number = math.copysign(float(found[2]), float(found[1] + "1"))
    if around == SILENT_DB or (unit != "db" and number == 0 and not found[1]):
        return SILENT_DB, ""  # nothing makes it heard again but a label
    if unit == "db":
        return _within(around + number, VOLUMES)
    factor = 1 + number / 100 if found[1] else number / 100
    return _within(around + (20 * math.log10(factor) if factor > 0 else -math.inf), VOLUMES)


def pause(time: str, strength: str) -> tuple[int, str]:
    """Milliseconds of a break."""
    if time:
        found = _NUMBER.fullmatch(time)
        unit = found[3].lower() if found and found[3] else ""
        if not found or unit not in _MS:
            return _STRENGTH.get(strength, _STRENGTH["medium"]), BAD
        ms = float(found[2]) * _MS[unit]
        if found[1] == "-" and ms:
            return 0, CLAMPED
        return min(round(ms), MAX_BREAK_MS), CLAMPED if ms > MAX_BREAK_MS else ""
    if strength and strength not in _STRENGTH:
        return _STRENGTH["medium"], BAD
    return _STRENGTH[strength or "medium"], ""


def _within(value: float, limits: tuple[float, float]) -> tuple[float, str]:
    low, high = limits
    return min(max(value, low), high), CLAMPED if not low - 1e-9 <= value <= high + 1e-9 else ""
