"""What an earlier process left waits for its outputs, which may come later than we do; new requests do not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from litetts_edge.errors import SinkFailed
from litetts_edge.events import Cancelled, Expired, Failed
from litetts_edge.pipeline.awaited import PATIENCE_S, Awaited
from tests.desk import Desk, ask, open_desk


@dataclass(slots=True)
class Late:
    """A machine whose outputs are not there yet."""

    desk: Desk
    there: set[str]
    is_plugged_in: bool = False
    """The sound card is there, and nobody has looked since."""

    def comes(self, name: str) -> None:
        self.there.add(name)
        self.desk.pipeline.look()


@asynccontextmanager
async def machine(folder: Path) -> AsyncIterator[Late]:
    there: set[str] = set()
    known = ("speaker", "mqtt")
    is_there = {name: partial(there.__contains__, name) for name in known}

    async def look() -> None:
        if late.is_plugged_in:
            there.add("speaker")

    async with open_desk(folder, outputs=(*known, "file"), awaited=Awaited(is_there, look)) as desk:
        late = Late(desk, there)
        yield late


@pytest.mark.parametrize("output", ["speaker", "mqtt"])
async def test_it_is_spoken_when_its_output_comes(tmp_path: Path, output: str) -> None:
    """In its place: what is new is behind it, unless it is for elsewhere."""
    async with machine(tmp_path) as late:
        for name in "ab":
            late.desk.pipeline.submit(ask(name, outputs=(output,), deadline=time.monotonic() + 60), again=True)
        late.desk.pipeline.submit(ask("file", outputs=("file",)))
        await late.desk.closed("file")
        assert late.desk.sinks[output].takes == []
        late.comes(output)
        late.desk.pipeline.submit(ask("new", outputs=(output,)))
        await late.desk.closed("new")
        assert [take.request.id for take in late.desk.sinks[output].takes] == ["a", "b", "new"]


async def test_a_new_request_looks_for_the_sound_card_and_waits_its_turn(tmp_path: Path) -> None:
    """Nobody has looked for a while: the one that comes now must not be heard before those of the last run."""
    async with machine(tmp_path) as late:
        late.desk.pipeline.submit(ask("old", deadline=time.monotonic() + 60), again=True)
        late.is_plugged_in = True
        late.desk.pipeline.submit(ask("new"))
        await late.desk.closed("old", "new")
        assert [take.request.id for take in late.desk.speaker.takes] == ["old", "new"]


async def test_a_new_request_is_told_at_once_that_there_is_no_sound_card(tmp_path: Path) -> None:
    """Its sender is there, and may do something else; the old one keeps waiting."""
    async with machine(tmp_path) as late:
        late.desk.pipeline.submit(ask("old", deadline=time.monotonic() + 60), again=True)
        late.desk.speaker.fails_with = SinkFailed("speaker", "there is no device")
        late.desk.pipeline.submit(ask("new"))
        await late.desk.closed("new")
        assert isinstance(late.desk.closing("new"), Failed)
        assert [request.id for request in late.desk.pipeline.queue.waiting()] == ["old"]


async def test_a_machine_without_a_sound_card_says_so_in_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It expires as anything that could not be started, and the log has the reason."""
    async with machine(tmp_path) as late:
        late.desk.pipeline.submit(ask("old", deadline=time.monotonic() + 0.1), again=True)
        await late.desk.closed("old")
        assert late.desk.closing("old") == Expired(ask("old").id)
        assert "expired: speaker was not there" in caplog.text


async def test_what_waits_for_its_output_can_be_cancelled(tmp_path: Path) -> None:
    """It is in the queue as whatever else is held."""
    async with machine(tmp_path) as late:
        for name in "ab":
            late.desk.pipeline.submit(ask(name, deadline=time.monotonic() + 60), again=True)
        assert late.desk.pipeline.cancel(ask("a").id)
        await late.desk.closed("a")
        assert late.desk.closing("a") == Cancelled(ask("a").id, "cancel")
        assert [request.id for request in late.desk.pipeline.queue.waiting()] == ["b"]


async def test_an_alarm_waits_for_its_output_once(tmp_path: Path) -> None:
    """A loudspeaker that leaves after its first round does not hold the next one: that looks for it by itself."""
    async with machine(tmp_path) as late:
        late.desk.pipeline.submit(ask("leak", until_ack=True, deadline=time.monotonic() + 60), again=True)
        late.comes("speaker")
        await late.desk.at_speaker("leak")
        late.there.clear()
        (leak,) = (now.request for now in late.desk.pipeline.speaking())
        assert not late.desk.pipeline.queue.held(leak)


def test_of_two_outputs_one_is_enough_in_the_end() -> None:
    """It waits for both at first, for half of its time at most; for neither it never begins."""
    there: set[str] = set()
    awaited = Awaited({name: partial(there.__contains__, name) for name in ("speaker", "mqtt")})
    short = ask("short", outputs=("speaker", "mqtt", "file"), deadline=110.0)
    long = ask("long", outputs=("speaker", "mqtt"), deadline=1000.0)
    for request in (short, long):
        awaited.add(request, 100.0)
    assert awaited.missing(short, 104.9) == ("speaker", "mqtt")
    assert awaited.missing(short, 105.0) == ()
    assert awaited.missing(long, 100.0 + PATIENCE_S) == ("speaker", "mqtt")
    there.add("mqtt")
    assert awaited.missing(long, 99.9 + PATIENCE_S) == ("speaker",)
    assert awaited.missing(long, 100.0 + PATIENCE_S) == ()
    awaited.forget(long)
    assert awaited.missing(long, 100.0) == ()
