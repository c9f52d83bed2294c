"""After a power cut the real program comes back before the sound card, or before the broker."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from litetts_edge.pipeline.journal import Journal, Open
from tests.broker import Broker
from tests.desk import ask
from tests.program import House, Program, house, programs
from tests.proxy import Proxy
from tests.virtual_card import VirtualCard, virtual_card

SPOKEN = ["queued", "started", "finished"]


@dataclass(frozen=True, slots=True)
class Home:
    """A node that does not run yet, what it plays to and talks to, and a friend on its broker."""

    node: Program
    card: VirtualCard
    way: Proxy
    friend: House

    def left(self, output: str, ttl_s: float = 60) -> None:
        """The node's last run left `a` and `b`."""
        waited = [
            ask(name, f"hello {name}", source="mqtt", outputs=(output,), deadline=time.monotonic() + ttl_s)
            for name in "ab"
        ]
        Journal(self.node.folder / "state" / "waiting.json").save(map(Open, waited))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    with virtual_card() as card:
        async with (
            Broker(tmp_path / "broker") as broker,
            Proxy(broker.port) as way,
            programs(tmp_path) as make,
            house(broker.port) as friend,
        ):
            node = make(way.port, {"LITETTS_EDGE__ENGINE__NAME": "espeak", **card.environment})
            yield Home(node, card, way, friend)


async def test_a_sound_card_that_comes_later(home: Home) -> None:
    """What waited for it is heard then, and before a message that comes with it."""
    home.left("speaker")
    home.card.kill()
    await home.node.start()
    await home.friend.until(lambda: home.friend.story("b") == ["queued"])
    await home.friend.document("state", lambda state: state["queue_length"] == 2)
    home.card.start()
    await home.friend.send("speak", {"id": "new", "text": "hello"})
    await home.friend.closed("a", "b", "new")
    assert [home.friend.story(name) for name in ("a", "b", "new")] == [SPOKEN] * 3
    begun = [event["id"] for event in home.friend.events() if event["event_type"] == "started"]
    assert begun == ["a", "b", "new"]


async def test_a_broker_that_comes_after_another_restart(home: Home) -> None:
    """What waited for it is kept once more, and published once."""
    home.left("mqtt")
    home.way.refuse()
    for number in (signal.SIGTERM, signal.SIGKILL):
        home.node.notes.clear()
        await home.node.start()
        await home.node.note("STATUS=Idle, 2 waiting")
        await home.node.end(number)
    await home.node.start()
    home.way.accept()
    await home.friend.closed("a", "b")
    assert [home.friend.story(name) for name in "ab"] == [SPOKEN] * 2
    audio = [topic for topic, _ in home.friend.heard if topic.startswith("audio/")]
    assert audio == ["audio/a", "audio/b"]


async def test_a_sound_card_that_never_comes(home: Home) -> None:
    """That is told when the time of what waits is over."""
    home.left("speaker", ttl_s=4)
    home.card.kill()
    await home.node.start()
    await home.friend.closed("a", "b")
    assert home.friend.story("a") == ["queued", "expired"]
    assert "expired: speaker was not there" in home.node.log.read_text()
