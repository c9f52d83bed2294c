"""Manners at the desk: repeat the last one, repeat until acknowledged, not twice, the newest only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.errors import NoAudioDevice, NothingToRepeat, SaidBefore, SinkFailed
from litetts_edge.events import Cancelled, Expired, Failed, Finished, Queued
from litetts_edge.pipeline.manners import Manners
from litetts_edge.pipeline.policy import LatelySaid, once_more
from litetts_edge.pipeline.rounds import Rounds
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.speaking import Quiet, Request
from litetts_edge.speech import Priority, RequestId
from tests.desk import Desk, ask, open_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


# -- repeat the last one -----------------------------------------------------------------------------------


async def test_the_last_announcement_is_said_again(desk: Desk) -> None:
    """Under a new id, which names the one it repeats; and again, which still names the first."""
    desk.pipeline.submit(ask("a", "one two three", chime="ding", repeat=2))
    await desk.closed("a")
    desk.pipeline.repeat_last(RequestId("b"))
    await desk.closed("b")
    desk.pipeline.repeat_last(RequestId("c"))
    await desk.closed("c")
    queued = {event.id: event.repeat_of for event in desk.told if isinstance(event, Queued)}
    assert queued == {"a": "", "b": "a", "c": "a"}
    first, second, third = desk.speaker.takes
    assert len(second.chunks) == len(third.chunks) < len(first.chunks), "it is said once"
    assert (second.request.text, second.request.chime) == ("one two three", "ding")


async def test_nothing_to_repeat_is_told(desk: Desk) -> None:
    """Before the first one; a file was not heard, and what was stopped was not said."""
    desk.pipeline.submit(ask("file", outputs=("file",)))
    await desk.closed("file")
    desk.speaker.pause()
    desk.pipeline.submit(ask("cut"))
    await desk.at_speaker("cut")
    desk.pipeline.stop()
    await desk.closed("cut")
    with pytest.raises(NothingToRepeat):
        desk.pipeline.repeat_last(RequestId("b"))


def test_once_more_has_as_much_time_as_the_first() -> None:
    """Its clock starts anew, and what concerned the first alone is gone."""
    last = ask("a", until_ack=True, interrupt=True, dedupe_s=60.0, coalesce_key="x", warnings=("old",))
    last = once_more(last, RequestId("b"), last.accepted_at + 1000)
    assert last.deadline == float("inf")
    assert (last.until_ack, last.interrupt, last.dedupe_s, last.coalesce_key, last.warnings) == (
        False, False, 0.0, "", (),
    )  # fmt: skip
    short = ask("a", deadline=5.0)
    assert once_more(short, RequestId("b"), 100.0).deadline == pytest.approx(100.0 + 5.0 - short.accepted_at)


# -- until somebody acknowledges ---------------------------------------------------------------------------


def insisting(pause_s: float = 0.0, limit_s: float = 1800.0, **quiet: str) -> Manners:
    request = Request.model_construct(ack_pause_s=pause_s, ack_limit_s=limit_s)
    settings = Settings(quiet=Quiet.model_validate(quiet)).model_copy(update={"request": request})
    return Manners(lambda: settings)


async def rounds(desk: Desk, count: int) -> None:
    await desk.speaker.until(lambda: sum(take.finished for take in desk.speaker.takes) >= count)


async def test_it_is_repeated_until_a_cancel_names_it(tmp_path: Path) -> None:
    """Started once and closed once, however many rounds there were."""
    async with open_desk(tmp_path, manners=insisting()) as desk:
        desk.pipeline.submit(ask("alarm", until_ack=True))
        await rounds(desk, 3)
        assert not desk.pipeline.cancel(RequestId("another"))
        assert desk.pipeline.cancel(RequestId("alarm"))
        assert await desk.closed("alarm") == ["alarm Queued", "alarm Started", "alarm Cancelled"]
        assert desk.closing("alarm") == Cancelled(RequestId("alarm"), "cancel")


async def test_others_are_heard_in_the_pauses(tmp_path: Path) -> None:
    """An alarm that nobody hears does not silence the house."""
    async with open_desk(tmp_path, manners=insisting(pause_s=3600.0, limit_s=9e9)) as desk:
        desk.pipeline.submit(ask("alarm", until_ack=True, priority=Priority.CRITICAL))
        await rounds(desk, 1)
        desk.pipeline.submit(ask("other", priority=Priority.LOW))
        await desk.closed("other")
        assert desk.pipeline.find(RequestId("alarm")) is not None
        desk.pipeline.stop()
        await desk.closed("alarm")
        assert desk.closing("alarm") == Cancelled(RequestId("alarm"), "stop")


async def test_it_ends_by_itself_in_the_end(tmp_path: Path) -> None:
    """As finished, all rounds added up, with a warning that nobody acknowledged it."""
    async with open_desk(tmp_path, manners=insisting(pause_s=0.05, limit_s=0.3)) as desk:
        desk.pipeline.submit(ask("alarm", until_ack=True))
        await desk.closed("alarm")
        finished = desk.closing("alarm")
        assert isinstance(finished, Finished)
        assert finished.warnings[-1].startswith("not_acknowledged:")
        assert finished.audio_ms == pytest.approx(450 * len(desk.speaker.takes), abs=len(desk.speaker.takes))
        assert not desk.pipeline.cancel(RequestId("alarm"))


async def test_an_interrupted_round_is_not_an_acknowledgement(tmp_path: Path) -> None:
    """Something more urgent cuts it, and it goes on afterwards."""
    async with open_desk(tmp_path, manners=insisting()) as desk:
        desk.speaker.pause()
        desk.pipeline.submit(ask("alarm", until_ack=True))
        await desk.at_speaker("alarm")
        desk.pipeline.submit(ask("fire", interrupt=True, priority=Priority.CRITICAL))
        desk.speaker.resume()
        await desk.closed("fire")
        await rounds(desk, 3)
        desk.pipeline.cancel(RequestId("alarm"))
        await desk.closed("alarm")


@pytest.mark.parametrize("error", [SinkFailed("speaker", "unplugged"), NoAudioDevice("There is no card.")])
def test_an_alarm_outlasts_a_loudspeaker_that_is_away(error: SinkFailed) -> None:
    """Once it was begun, here or before a restart; of a first round that failed its sender is told at once."""
    alarm, failed = ask("alarm", until_ack=True), Failed(RequestId("alarm"), error.code, str(error))
    first, heard, resumed = (Rounds(lambda: 10, lambda: 100) for _ in range(3))
    first.begin(alarm, 0.0)
    assert first.again(alarm, failed, 5.0) is None
    heard.begin(alarm, 0.0)
    heard.again(alarm, Finished(alarm.id, "v", 450.0, None, 0.0, 0.0), 5.0)
    resumed.resume(alarm.id, 100.0)
    for rounds_ in (heard, resumed):
        assert rounds_.again(alarm, failed, 20.0) is not None
        assert rounds_.again_at(alarm) == 30.0
        assert rounds_.again(alarm, replace(failed, code="poison"), 30.0) is None
        assert rounds_.again(alarm, failed, 95.0) is None
        assert rounds_.closing(failed) == failed


def test_an_alarm_whose_end_came_while_the_daemon_was_down_has_expired() -> None:
    """Nobody has interrupted it."""
    rounds_ = Rounds(lambda: 10, lambda: 100)
    rounds_.resume(RequestId("alarm"), 100.0)
    assert rounds_.closing(Expired(RequestId("alarm"))) == Expired(RequestId("alarm"))


async def test_what_says_nothing_is_not_repeated(tmp_path: Path) -> None:
    """A text without a word ends after its first round."""
    async with open_desk(tmp_path, manners=insisting()) as desk:
        desk.pipeline.submit(ask("mute", "...", until_ack=True))
        await desk.closed("mute")
        assert isinstance(desk.closing("mute"), Finished)


async def test_it_survives_quiet_hours_as_its_priority_says(tmp_path: Path) -> None:
    """Critical goes on; anything less is refused."""
    async with open_desk(tmp_path, manners=insisting(mode="on")) as desk:
        desk.pipeline.submit(ask("alarm", until_ack=True, priority=Priority.CRITICAL))
        await rounds(desk, 2)
        desk.pipeline.cancel(RequestId("alarm"))
        await desk.closed("alarm")


async def test_the_loudspeaker_is_heard_again_when_quiet_hours_end(tmp_path: Path) -> None:
    """An alarm with other outputs goes there alone while it is quiet; each round asks anew."""
    settings = Settings(quiet=Quiet(mode="on")).model_copy(
        update={"request": Request.model_construct(ack_pause_s=0.0, ack_limit_s=1800.0)}
    )
    async with open_desk(tmp_path, manners=Manners(lambda: settings)) as desk:
        desk.pipeline.submit(ask("alarm", until_ack=True, outputs=("speaker", "file")))
        await desk.sinks["file"].until(lambda: sum(take.finished for take in desk.sinks["file"].takes) >= 2)
        assert not desk.speaker.takes
        settings = settings.model_copy(update={"quiet": Quiet(mode="off")})
        await rounds(desk, 2)
        settings = settings.model_copy(update={"quiet": Quiet(mode="on")})
        desk.pipeline.cancel(RequestId("alarm"))
        assert await desk.closed("alarm") == ["alarm Queued", "alarm Started", "alarm Cancelled"]


# -- not twice, and the newest only ------------------------------------------------------------------------


def test_the_same_is_not_said_twice_in_a_while() -> None:
    """By what is said, not by its id; without dedupe_s, and after that time, it is said."""
    said = LatelySaid(limit=2)
    said.add(ask("a", "The door  is open."), 100.0)
    with pytest.raises(SaidBefore) as raised:
        said.check(ask("b", "The door is open.", dedupe_s=30.0), 129.0)
    assert raised.value.code == "said_before"
    said.check(ask("b", "The door is open.", dedupe_s=30.0), 130.0)
    said.check(ask("b", "The door is open."), 101.0)
    said.check(ask("b", "The window is open.", dedupe_s=30.0), 101.0)
    for number in range(2):
        said.add(ask("c", str(number)), 102.0)
    said.check(ask("b", "The door is open.", dedupe_s=30.0), 103.0)


async def test_a_deduplicated_request_is_dropped_and_told(desk: Desk) -> None:
    """The first is spoken."""
    desk.pipeline.submit(ask("a", dedupe_s=60.0))
    with pytest.raises(SaidBefore):
        desk.pipeline.submit(ask("b", dedupe_s=60.0))
    assert "b Dropped" in await desk.closed("a", "b")


async def test_a_newer_one_takes_the_place_of_a_waiting_one(desk: Desk) -> None:
    """In the same place in the queue, also a full one; what is spoken is not replaced."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("now", "ten degrees", coalesce_key="weather"))
    await desk.at_speaker("now")
    desk.pipeline.submit(ask("old", "eleven degrees", coalesce_key="weather"))
    for number in range(9):
        desk.pipeline.submit(ask(f"other{number}"))
    desk.pipeline.submit(ask("new", "twelve degrees", coalesce_key="weather"))
    desk.speaker.resume()
    await desk.closed("now", "old", "new", "other8")
    assert desk.closing("old") == Cancelled(RequestId("old"), "replaced")
    assert [take.request.id for take in desk.speaker.takes][:3] == ["now", "new", "other0"]
