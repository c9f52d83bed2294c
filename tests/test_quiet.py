"""Quiet hours: when it is quiet, and what becomes of whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from litetts_edge.errors import QuietHours
from litetts_edge.events import Cancelled, Dropped, Expired, Finished
from litetts_edge.pipeline.manners import Manners
from litetts_edge.pipeline.quiet import Verdict, is_quiet, verdict
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.speaking import Quiet, Speaker
from litetts_edge.speech import Priority
from tests.desk import Desk, ask, open_desk

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    """2026-11-16 is a Monday."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def rules(**fields: Any) -> Quiet:
    return Quiet(**{"mode": "auto", **fields})


# -- when --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_a_night_goes_across_midnight(time: str, quiet: bool) -> None:
    """From its first minute to the last before its end."""
    assert is_quiet(rules(), at(f"2026-11-16 {time}")) is quiet


@pytest.mark.parametrize(("time", "quiet"), [("12:59", False), ("13:00", True), ("14:59", True), ("15:00", False)])
def test_a_nap_lies_within_a_day(time: str, quiet: bool) -> None:
    """The end is after the start."""
    assert is_quiet(rules(start="13:00", end="15:00"), at(f"2026-11-16 {time}")) is quiet


def test_the_night_belongs_to_the_day_on_which_it_began() -> None:
    """Friday's night ends on Saturday morning; Saturday's evening is another day's."""
    friday = rules(days=("fri",))
    assert is_quiet(friday, at("2026-11-20 22:30"))
    assert is_quiet(friday, at("2026-11-21 06:30"))
    assert not is_quiet(friday, at("2026-11-20 06:30"))
    assert not is_quiet(friday, at("2026-11-21 22:30"))


def test_on_is_always_and_off_is_never() -> None:
    """Whatever the time."""
    hours = [at("2026-11-16 00:00") + timedelta(hours=hour) for hour in range(24)]
    assert all(is_quiet(rules(mode="on"), hour) for hour in hours)
    assert not any(is_quiet(rules(mode="off"), hour) for hour in hours)
    assert not is_quiet(Quiet(), at("2026-11-16 23:00")), "quiet hours are not on by default"


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 8), ("2026-10-24", 10), ("2026-11-16", 9)])
def test_a_change_of_the_clocks_moves_no_end(day: str, hours: int) -> None:
    """A night has 9 hours, in spring 8, in autumn 10: it ends when the wall clock says 07:00."""
    noon = datetime.fromisoformat(f"{day}T12:00+00:00")
    night = [noon + timedelta(minutes=minute) for minute in range(24 * 60)]
    quiet = [moment for moment in night if is_quiet(rules(), moment.astimezone(BERLIN))]
    assert len(quiet) == hours * 60
    assert quiet[0].astimezone(BERLIN).strftime("%H:%M") == "22:00"
    assert quiet[-1].astimezone(BERLIN).strftime("%H:%M") == "06:59"


@pytest.mark.parametrize(("day", "minutes"), [("2026-03-29", 0), ("2026-10-25", 90), ("2026-11-16", 45)])
def test_hours_in_the_gap_or_twice(day: str, minutes: int) -> None:
    """02:15 to 03:00 is skipped in spring, and comes twice in autumn: no error, no night without an end."""
    start = datetime.fromisoformat(f"{day}T00:00+00:00") - timedelta(hours=1)
    moments = [start + timedelta(minutes=minute) for minute in range(6 * 60)]
    nap = rules(start="02:15", end="03:00")
    assert sum(is_quiet(nap, moment.astimezone(BERLIN)) for moment in moments) == minutes


# -- what becomes of whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "found"), [("drop", Verdict.DROP), ("hold", Verdict.HOLD), ("soft", Verdict.SOFTLY)]
)
def test_the_urgent_pass(others: str, found: Verdict) -> None:
    """From the priority that is set on; the others as is set; nobody outside quiet hours."""
    night, noon = at("2026-11-16 23:00"), at("2026-11-16 12:00")
    set_so = rules(others=others, passes="high")
    for priority in Priority:
        request = ask("a", priority=priority)
        assert verdict(request, set_so, night) is (Verdict.SPEAK if priority >= Priority.HIGH else found)
        assert verdict(request, set_so, noon) is Verdict.SPEAK
    assert verdict(ask("a", outputs=("mqtt", "file")), set_so, night) is Verdict.SPEAK


class House:
    """Settings and a wall clock that a test turns."""

    def __init__(self, **quiet: Any) -> None:
        self.settings = Settings(quiet=rules(**quiet), speaker=Speaker(volume=60))
        self.time = at("2026-11-16 23:00")
        self.manners = Manners(lambda: self.settings, lambda: self.time)

    def morning(self, desk: Desk) -> None:
        self.time = at("2026-11-17 07:00")
        desk.pipeline.look()


async def test_at_night_a_request_is_dropped_and_told(tmp_path: Path) -> None:
    """With a code of its own; critical ones are spoken."""
    house = House()
    async with open_desk(tmp_path, manners=house.manners) as desk:
        assert house.manners.quiet
        with pytest.raises(QuietHours):
            desk.pipeline.submit(ask("laundry"))
        desk.pipeline.submit(ask("smoke", priority=Priority.CRITICAL))
        assert await desk.closed("laundry", "smoke") == [
            "laundry Dropped", "smoke Queued", "smoke Started", "smoke Finished",
        ]  # fmt: skip
        dropped = desk.closing("laundry")
        assert isinstance(dropped, Dropped)
        assert dropped.code == "quiet_hours"


async def test_only_the_loudspeaker_is_concerned(tmp_path: Path) -> None:
    """Whoever asked for a file as well gets that, and is told what was left out."""
    house = House(others="hold")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.pipeline.submit(ask("file", outputs=("file",)))
        desk.pipeline.submit(ask("both", outputs=("speaker", "file")))
        await desk.closed("file", "both")
        finished = desk.closing("both")
        assert isinstance(finished, Finished)
        assert finished.warnings == ("quiet_hours: the loudspeaker was left out",)
        assert desk.speaker.takes == []
        assert len(desk.sinks["file"].takes) == 2


async def test_what_is_held_is_spoken_in_the_morning(tmp_path: Path) -> None:
    """In its order, and nothing waits behind it at night."""
    house = House(others="hold")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.pipeline.submit(ask("one"))
        desk.pipeline.submit(ask("two", interrupt=True))
        desk.pipeline.submit(ask("smoke", priority=Priority.CRITICAL))
        await desk.closed("smoke")
        assert [take.request.id for take in desk.speaker.takes] == ["smoke"]
        house.morning(desk)
        await desk.closed("one", "two")
        assert [take.request.id for take in desk.speaker.takes] == ["smoke", "two", "one"]


async def test_what_is_held_does_not_cut_what_is_spoken(tmp_path: Path) -> None:
    """It asked to interrupt, but its own turn has not come."""
    house = House(others="hold")
    house.time = at("2026-11-16 21:59")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.speaker.pause()
        desk.pipeline.submit(ask("evening"))
        await desk.at_speaker("evening")
        house.time = at("2026-11-16 22:00")
        desk.pipeline.submit(ask("night", interrupt=True))
        desk.speaker.resume()
        await desk.closed("evening")
        assert isinstance(desk.closing("evening"), Finished)


async def test_what_is_held_obeys_its_time_to_live(tmp_path: Path) -> None:
    """It expires at night, and is not spoken in the morning."""
    house = House(others="hold")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        request = ask("brief")
        desk.pipeline.submit(ask("brief2", deadline=request.accepted_at + 0.05))
        await desk.closed("brief2")
        assert desk.closing("brief2") == Expired(ask("brief2").id)


async def test_what_is_held_can_be_stopped(tmp_path: Path) -> None:
    """A stop at night leaves nothing for the morning."""
    house = House(others="hold")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.pipeline.submit(ask("a"))
        desk.pipeline.stop()
        await desk.closed("a")
        assert desk.closing("a") == Cancelled(ask("a").id, "stop")


async def test_a_request_that_waits_into_the_night_is_dropped(tmp_path: Path) -> None:
    """It was admitted by day; its turn comes at night."""
    house = House()
    house.time = at("2026-11-16 21:59")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.speaker.pause()
        desk.pipeline.submit(ask("now"))
        await desk.at_speaker("now")
        desk.pipeline.submit(ask("later"))
        house.time = at("2026-11-16 22:00")
        desk.speaker.resume()
        await desk.closed("now", "later")
        assert isinstance(desk.closing("now"), Finished), "what is spoken ends"
        dropped = desk.closing("later")
        assert isinstance(dropped, Dropped)
        assert dropped.code == "quiet_hours"


@pytest.mark.parametrize(("asked", "heard"), [(None, 20), (100, 20), (5, 5)])
async def test_softly_is_never_louder_than_asked(tmp_path: Path, asked: int | None, heard: int) -> None:
    """At the volume of the night, or below it; by day nothing is changed."""
    house = House(others="soft")
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.pipeline.submit(ask("night", volume=asked))
        await desk.closed("night")
        house.morning(desk)
        desk.pipeline.submit(ask("day", volume=asked))
        await desk.closed("day")
        assert [take.request.volume for take in desk.speaker.takes] == [heard, asked]


async def test_softly_follows_a_quieter_loudspeaker(tmp_path: Path) -> None:
    """A volume of 10 is not turned up to 20 by the night."""
    house = House(others="soft")
    house.settings = house.settings.model_copy(update={"speaker": Speaker(volume=10)})
    async with open_desk(tmp_path, manners=house.manners) as desk:
        desk.pipeline.submit(ask("night"))
        await desk.closed("night")
        assert desk.speaker.takes[0].request.volume == 10


def test_the_local_time_is_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time zone that is changed is heeded without a restart."""
    import time

    from litetts_edge.pipeline.manners import local_time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert local_time().utcoffset() == timedelta(hours=9)
    monkeypatch.setenv("TZ", "UTC")
    assert local_time().utcoffset() == timedelta(0)
    assert abs(local_time() - datetime.now(UTC)) < timedelta(seconds=5)
    monkeypatch.undo()
    time.tzset()
