"""A restart and a crash lose nothing that waits, and nothing is heard twice."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from litetts_edge.events import Cancelled, ClosingEvent, Finished, Started
from litetts_edge.mqtt.messages import Defaults
from litetts_edge.pipeline.journal import Journal, Open
from litetts_edge.pipeline.keeping import Keeping
from litetts_edge.pipeline.manners import Manners
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.speaking import Request
from litetts_edge.speech import Priority, SpeakRequest
from tests.desk import Desk, open_desk
from tests.desk import ask as ask_anywhere
from tests.waiting import news, until

DEFAULTS = Defaults(voice="auto", speed=1.0, outputs=("speaker",))


def ask(name: str, text: str = "one two", **fields: Any) -> SpeakRequest:
    return ask_anywhere(name, text, source="mqtt", **fields)


@asynccontextmanager
async def process(
    folder: Path, *, is_on: bool = True, journal: Journal | None = None, settle_s: float = 0.0
) -> AsyncIterator[Desk]:
    """One run of the daemon, as far as it concerns what is kept."""
    manners = Manners(lambda: Settings(request=Request(ack_pause_s=1)))
    async with open_desk(folder, manners=manners) as desk:
        journal = journal or Journal(folder / "waiting.json")
        kept = Keeping(desk.pipeline, journal, is_on=is_on, settle_s=settle_s)
        desk.pipeline.closings.keep = kept.last
        with desk.pipeline.bus.subscribe() as events:
            await kept.restore(DEFAULTS, is_age_needed=True)
            running = asyncio.create_task(kept.run(events))
            try:
                yield desk
            finally:
                running.cancel()


def waiting(folder: Path) -> str:
    file = folder / "waiting.json"
    return file.read_text() if file.exists() else ""


async def written(folder: Path, claim: bool, *names: str) -> None:
    """Wait until the file names all of these, or none."""
    await until(lambda: all((f'"{name}"' in waiting(folder)) is claim for name in names), "the file", folder)


async def test_what_waits_is_spoken_after_a_restart(tmp_path: Path) -> None:
    """In its order, once, with one closing event in all; what was being heard is cut and told, as ever."""
    async with process(tmp_path) as before:
        before.pipeline.submit(ask("cut", "one " * 400))
        await before.started("cut")
        before.pipeline.submit(ask("later"))
        before.pipeline.submit(ask("sooner", priority=Priority.HIGH))
    assert [event for event in before.told if isinstance(event, ClosingEvent)] == [
        Cancelled(ask("cut").id, "shutdown")
    ]
    async with process(tmp_path) as after:
        await after.closed("later")
        assert [take.request.id for take in after.speaker.takes] == ["sooner", "later"]
        await written(tmp_path, False, "later")


async def test_what_waits_is_spoken_after_a_crash(tmp_path: Path) -> None:
    """The file has it while the process still runs; what has begun to be heard is out of it."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    async with process(tmp_path) as before:
        before.pipeline.pause()
        before.pipeline.submit(ask("a"))
        before.pipeline.submit(ask("b"))
        await written(tmp_path, True, "a", "b")
        before.pipeline.resume()
        await before.closed("a", "b")
        await written(tmp_path, False, "a", "b")
        before.pipeline.pause()
        before.pipeline.submit(ask("c"))
        await written(tmp_path, True, "c")
        shutil.copy(tmp_path / "waiting.json", crashed)
    async with process(crashed) as after:
        await after.closed("c")
        assert [take.request.id for take in after.speaker.takes] == ["c"]


async def test_an_alarm_goes_on_until_somebody_acknowledges_it(tmp_path: Path) -> None:
    """Though it was heard already: it is started once, and closed once."""
    async with process(tmp_path) as before:
        before.pipeline.submit(ask("leak", until_ack=True))
        await before.started("leak")
        await written(tmp_path, True, "leak")
    assert before.story() == ["leak Queued", "leak Started"]
    async with process(tmp_path) as after:
        await after.at_speaker("leak")
        assert after.pipeline.cancel(ask("leak").id)
        await after.closed("leak")
        assert not any(isinstance(event, Started) for event in after.told)
        assert isinstance(after.closing("leak"), Cancelled)
        await written(tmp_path, False, "leak")


async def test_an_alarm_that_was_heard_outlives_its_time_to_be_started(tmp_path: Path) -> None:
    """A restart long after it began finds it with all the time that is left to it."""
    async with process(tmp_path) as desk:
        desk.pipeline.submit(ask("leak", until_ack=True, deadline=ask("now").accepted_at + 100))
        await desk.started("leak")
        await written(tmp_path, True, "leak")
        (found,) = Journal(tmp_path / "waiting.json").load(DEFAULTS, is_age_needed=True)
    assert found.ends_at is not None
    assert found.request.deadline == pytest.approx(found.ends_at, abs=0.01)


async def test_what_was_admitted_is_not_refused_by_the_next_process(tmp_path: Path) -> None:
    """Neither for room that alarms between two rounds took, nor for its like, nor for a voice that left."""
    names = [f"r{number}" for number in range(12)]
    last = ask("gone", voice="piper:gone", chime="gone", deadline=ask("now").accepted_at + 100)
    alike = [Open(ask(name, "ring", dedupe_s=60.0, deadline=last.deadline)) for name in names]
    Journal(tmp_path / "waiting.json").save([*alike, Open(last)])
    async with process(tmp_path) as after:
        await after.closed(*names, "gone")
        assert all(isinstance(after.closing(name), Finished) for name in (*names, "gone"))


async def test_what_is_heard_leaves_the_file_at_once(tmp_path: Path) -> None:
    """However long new requests may settle: a crash in that time must not say it again."""
    Journal(tmp_path / "waiting.json").save([Open(ask("a", "one " * 400))])
    async with process(tmp_path, settle_s=3600) as desk:
        await desk.started("a")
        await written(tmp_path, False, "a")


async def test_what_expired_meanwhile_is_told(tmp_path: Path) -> None:
    """It has its closing event, and is not heard."""
    now = ask("x").accepted_at
    before = Journal(tmp_path / "waiting.json", wall=lambda: 0.0, boot=lambda: "an earlier one")
    before.save([Open(ask("old", deadline=now + 120))])
    async with process(tmp_path) as after:
        assert await after.closed("old") == ["old Queued", "old Expired"]
        assert after.speaker.takes == []


async def test_a_request_of_before_is_known(tmp_path: Path) -> None:
    """A sender that sends it again after the restart has it spoken once."""
    async with process(tmp_path) as before:
        before.pipeline.pause()
        before.pipeline.submit(ask("a"))
    async with process(tmp_path) as after:
        with pytest.raises(Exception, match="a"):
            after.pipeline.submit(ask("a"))
        await after.closed("a")
        assert len(after.speaker.takes) == 1


async def test_what_begins_at_once_costs_no_disk(tmp_path: Path) -> None:
    """The usual announcement is never written down."""

    class Counted(Journal):
        saves = 0

        def save(self, requests: Any) -> Any:
            Counted.saves += 1
            return super().save(requests)

    async with open_desk(tmp_path) as desk:
        kept = Keeping(desk.pipeline, Counted(tmp_path / "waiting.json"), is_on=True, settle_s=0.5)
        with desk.pipeline.bus.subscribe() as events:
            running = asyncio.create_task(kept.run(events))
            for name in "abc":
                desk.pipeline.submit(ask(name))
                await desk.closed(name)
            await kept.last()
            running.cancel()
    assert Counted.saves == 0


async def test_a_disk_that_takes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The house speaks on; at the stop what waits is told as cancelled, so that its sender can send it again."""
    (tmp_path / "state").write_text("a file where the folder should be")
    async with process(tmp_path, journal=Journal(tmp_path / "state" / "waiting.json")) as desk:
        desk.pipeline.submit(ask("a"))
        await desk.closed("a")
        desk.pipeline.pause()
        desk.pipeline.submit(ask("b"))
    assert isinstance(desk.closing("a"), Finished)
    assert desk.closing("b") == Cancelled(ask("b").id, "shutdown")
    assert caplog.text.count("a restart would lose what waits") == 1


async def test_a_disk_that_became_full_says_nothing_twice(tmp_path: Path) -> None:
    """What is heard leaves the file even when what still waits does not fit; the stop tells that as cancelled."""

    class Full(Journal):
        def save(self, requests: Any) -> Any:
            if requests:
                raise OSError(28, "No space left on device")
            return super().save(requests)

    Journal(tmp_path / "waiting.json").save([Open(ask("a", "one " * 400)), Open(ask("b"))])
    async with process(tmp_path, journal=Full(tmp_path / "waiting.json")) as desk:
        desk.pipeline.queue.held = lambda request: request.id == "b"
        await desk.started("a")
        await written(tmp_path, False, "a")
    assert desk.closing("b") == Cancelled(ask("b").id, "shutdown")


async def test_a_disk_that_is_too_slow_at_the_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file has already is not told as cancelled: the next process speaks it, and once is enough."""
    monkeypatch.setattr("litetts_edge.pipeline.keeping.LAST_S", 0.0)
    thawed = threading.Event()

    class Frozen(Journal):
        writes = 0

        def save(self, requests: Any) -> Any:
            Frozen.writes += 1
            news()
            return super().save(requests) if Frozen.writes == 1 or thawed.wait(10) else frozenset()

    try:
        async with process(tmp_path, journal=Frozen(tmp_path / "waiting.json")) as desk:
            desk.pipeline.pause()
            desk.pipeline.submit(ask("a"))
            await written(tmp_path, True, "a")
            desk.pipeline.submit(ask("b"))
            await until(lambda: Frozen.writes == 2)
    finally:
        thawed.set()
    assert desk.story() == ["a Queued", "b Queued", "b Cancelled"]


async def test_switched_off_it_keeps_nothing(tmp_path: Path) -> None:
    """What an earlier run has left is removed unheard: nobody's words stay on the disk."""
    Journal(tmp_path / "waiting.json").save([Open(ask("old"))])
    async with process(tmp_path, is_on=False) as desk:
        desk.pipeline.pause()
        desk.pipeline.submit(ask("b"))
    assert desk.closing("b") == Cancelled(ask("b").id, "shutdown")
    assert [event.id for event in desk.told] == ["b", "b"]
    assert not (tmp_path / "waiting.json").exists()


async def test_switched_off_its_events_do_not_pile_up(tmp_path: Path) -> None:
    """A subscriber that takes nothing would fill the memory within months."""
    async with open_desk(tmp_path) as desk:
        kept = Keeping(desk.pipeline, Journal(tmp_path / "waiting.json"), is_on=False)
        with desk.pipeline.bus.subscribe() as events:
            running = asyncio.create_task(kept.run(events))
            for name in "ab":
                desk.pipeline.submit(ask(name))
                await desk.closed(name)
            await asyncio.sleep(0)
            assert list(events.rest()) == []
            running.cancel()
