"""Quiet hours: pure decisions, with the local time passed in.

A time of day is compared with the wall clock and nothing is counted in hours, so a day of 23 or 25 hours needs no
rule of its own: quiet hours end when the clock on the wall says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

from litetts_edge.settings.speaking import Quiet
from litetts_edge.speech import Priority, SpeakRequest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Verdict(Enum):
    """What becomes of a request that is to be heard."""

    SPEAK = auto()
    SOFTLY = auto()
    """At `quiet.volume` at most."""
    HOLD = auto()
    """Later: when quiet hours end, unless it expires before."""
    DROP = auto()


def is_quiet(rules: Quiet, local: datetime) -> bool:
    """Whether it is quiet at that local time."""
    if rules.mode != "auto":
        return rules.mode == "on"
    now = local.strftime("%H:%M")
    today, yesterday = DAYS[local.weekday()], DAYS[(local - timedelta(days=1)).weekday()]
    days = rules.days or DAYS
    if rules.start < rules.end:
        return rules.start <= now < rules.end and today in days
    # Across midnight the night belongs to the day on which it began.
    return (now >= rules.start and today in days) or (now < rules.end and yesterday in days)


def verdict(request: SpeakRequest, rules: Quiet, local: datetime) -> Verdict:
    """What becomes of the request at that local time; of its loudspeaker, if it has other outputs too."""
    if "speaker" not in request.outputs or not is_quiet(rules, local):
        return Verdict.SPEAK
    if request.priority >= Priority[rules.passes.upper()]:
        return Verdict.SPEAK
    return {"drop": Verdict.DROP, "hold": Verdict.HOLD, "soft": Verdict.SOFTLY}[rules.others]
