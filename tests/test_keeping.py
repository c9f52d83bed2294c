"""A restart and a crash lose nothing that waits, and nothing is heard twice."""

from __future__ import annotations

import asyncio
import shutil
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
from tests.waiting import until

DEFAULTS = Defaults(voice="auto", speed=1.0, outputs=("speaker",))


def ask(name: str, text: str = "one two", **fields: Any) -> SpeakRequest:
    return ask_anywhere(name, text, source="mqtt", **fields)


@asynccontextmanager
async def process(folder: Path, *, is_on: bool = True, journal: Journal | None = None) -> AsyncIterator[Desk]:
    """One run of the daemon, as far as it concerns what is kept."""
    manners = Manners(lambda: Settings(request=Request(ack_pause_s=1)))
    async with open_desk(folder, manners=manners) as desk:
        kept = Keeping(desk.pipeline, journal or Journal(folder / "waiting.json"), is_on=is_on, settle_s=0.0)
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


async def test_what_expired_meanwhile_is_told(tmp_path: Path) -> None:
    """It has its closing event, and is not heard."""
    now = ask("x").accepted_at
    Journal(tmp_path / "waiting.json", wall=lambda: 0.0).save([Open(ask("old", deadline=now + 120))])
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
