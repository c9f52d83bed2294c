"""Manners of the real program, on a real broker and a real sound card: seen and heard from outside."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from litetts_edge.chimes import chime
from tests.broker import Broker
from tests.program import House, Program, house, programs
from tests.virtual_card import RATE, VirtualCard, likenesses, place, virtual_card
from tests.waiting import until

QUICK = {
    "LITETTS_EDGE__ENGINE__NAME": "espeak",
    "LITETTS_EDGE__REQUEST__ACK_PAUSE_S": "1",
    "LITETTS_EDGE__SPEAKER__VOLUME": "100",
    "LITETTS_EDGE__NODE__GROUPS": "upstairs",
}


@pytest.fixture
def card() -> object:
    with virtual_card() as card:
        yield card


@pytest.fixture
async def node(tmp_path: Path, card: VirtualCard) -> AsyncIterator[tuple[House, Program]]:
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        (tmp_path / "chimes").mkdir()
        environ = {**QUICK, **card.environment, "LITETTS_EDGE__CHIME__FOLDER": str(tmp_path / "chimes")}
        program = make(broker.port, environ)
        await program.start()
        await friend.online()
        yield friend, program


async def test_quiet_hours_are_switched_on_and_off(node: tuple[House, Program]) -> None:
    """ON refuses, critical passes, AUTO goes by the clock, OFF speaks; the state says which."""
    friend, _ = node
    assert (await friend.document("state"))["quiet_mode"] == "off"
    await friend.send("quiet/set", "ON")
    await friend.document("state", lambda state: (state["quiet"], state["quiet_mode"]) == (True, "on"))
    await friend.send("speak", {"id": "a", "text": "hi"})
    await friend.send("speak", {"id": "b", "text": "hi", "priority": "critical"})
    await friend.send("speak", {"id": "c", "text": "hi", "output": ["speaker", "mqtt"]})
    await friend.closed("a", "b", "c")
    assert (friend.story("a"), friend.events("a")[0]["reason"]) == (["dropped"], "quiet_hours")
    assert friend.story("b")[-1] == "finished"
    assert friend.events("c")[-1]["warnings"] == ["quiet_hours: the loudspeaker was left out"]
    await friend.send("quiet/set", "AUTO")
    await friend.document("state", lambda state: state["quiet_mode"] == "auto")
    await friend.send("quiet/set", "off")
    friend.heard.clear()
    await friend.send("speak", {"id": "d", "text": "hi"})
    await friend.closed("d")
    assert friend.story("d")[-1] == "finished"


async def test_what_is_held_is_spoken_when_quiet_ends(node: tuple[House, Program]) -> None:
    """Switched off by hand, it need not wait for the morning."""
    friend, _ = node
    await friend.ask("override", {"key": "quiet.others", "value": "hold"})
    await friend.send("quiet/set", "ON")
    await friend.document("state", lambda state: bool(state["quiet"]))
    await friend.send("speak", {"id": "a", "text": "hi"})
    await friend.document("state", lambda state: state["queue_length"] == 1)
    await friend.until(lambda: friend.story("a") == ["queued"])
    await friend.send("quiet/set", "OFF")
    await friend.closed("a")
    assert friend.story("a") == ["queued", "started", "finished"]


async def test_a_chime_is_heard_before_the_text(node: tuple[House, Program], card: VirtualCard) -> None:
    """What the card plays begins with it; an own one is found at a reload and listed in the info."""
    friend, _ = node
    with card.recording() as recording:
        await friend.send("speak", {"id": "a", "text": "hello there", "chime": "dingdong"})
        await friend.closed("a")
        await recording.heard(0.2)
    heard, sent = recording.samples(), chime("dingdong", RATE)
    start = place(heard, sent)
    assert start <= np.flatnonzero(np.abs(heard) > 1e-3)[0]
    assert np.mean(likenesses(heard[start:], sent)) > 0.9
    assert np.abs(heard[start + len(sent) :]).max() > 0.05

    assert (await friend.ask("info"))["data"]["chimes"][:2] == ["ding", "dingdong"]
    folder = (await friend.ask("config", {"key": "chime.folder"}))["data"][0]["value"]
    soundfile.write(Path(folder) / "door.wav", sent[:RATE], RATE)
    await friend.send("speak", {"id": "b", "text": "hello", "chime": "door"})
    await friend.closed("b")
    assert friend.events("b")[-1]["reason"] == "bad_field"
    await friend.ask("reload")
    await friend.send("speak", {"id": "c", "text": "hello", "chime": "door"})
    await friend.closed("c")
    assert friend.story("c")[-1] == "finished"


@pytest.mark.parametrize("topic", ["repeat", "/all/repeat", "/group/upstairs/repeat"])
async def test_the_last_one_is_repeated(node: tuple[House, Program], topic: str) -> None:
    """From wherever it is asked; the text is not in the event."""
    friend, _ = node
    await friend.send(topic, "PRESS")
    assert (await friend.document("error"))["code"] == "nothing_to_repeat"
    await friend.send("speak", {"id": "a", "text": "hello"})
    await friend.closed("a")
    await friend.send(topic, "PRESS")
    again = await friend.document("event", lambda event: event.get("repeat_of") == "a")
    await friend.closed(again["id"])
    assert friend.story(again["id"]) == ["queued", "started", "finished"]
    assert "text" not in again


async def test_an_alarm_is_repeated_until_it_is_acknowledged(
    node: tuple[House, Program], card: VirtualCard
) -> None:
    """Rounds with silence between them; the state says playing and idle in turns; one closing event."""
    friend, _ = node
    await friend.send("speak", {"id": "leak", "text": "Water in the cellar.", "until_ack": True})
    for _ in range(2):
        friend.heard = [(topic, payload) for topic, payload in friend.heard if topic != "state"]
        await friend.document("state", lambda state: state["state"] == "playing")
        await friend.document("state", lambda state: state["state"] == "idle")
    await friend.ask("cancel", {"id": "leak"})
    await friend.closed("leak")
    assert friend.story("leak") == ["queued", "started", "cancelled"]
    assert friend.events("leak")[-1]["reason"] == "cancel"


async def test_the_newest_replaces_and_the_same_is_not_said_twice(node: tuple[House, Program]) -> None:
    """coalesce_key and dedupe_s, with their closing events."""
    friend, _ = node
    await friend.send("pause")
    await friend.document("state", lambda state: state["state"] == "paused")
    for name, degrees in (("a", 10), ("b", 11)):
        fields = {"id": name, "text": f"{degrees} degrees", "coalesce_key": "weather", "dedupe_s": 60}
        await friend.send("speak", fields)
    await friend.send("speak", {"id": "c", "text": "11 degrees", "dedupe_s": "60"})
    await friend.closed("a", "c")
    assert friend.events("a")[-1]["reason"] == "replaced"
    assert friend.events("c")[-1]["reason"] == "said_before"
    await friend.send("resume")
    await friend.closed("b")
    assert friend.story("b")[-1] == "finished"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_restart_and_a_crash_lose_nothing(node: tuple[House, Program], number: signal.Signals) -> None:
    """What waits for the morning is said then, and an alarm goes on, each with one closing event in all."""
    friend, program = node
    await friend.send("quiet/set", "ON")
    await friend.document("state", lambda state: bool(state["quiet"]))
    await friend.send("request/override", {"key": "quiet.others", "value": "hold"})
    await friend.until(lambda: bool(friend.documents("response/override")))
    await friend.send("speak", {"id": "laundry", "text": "The laundry is done.", "ttl_s": 3600})
    await friend.send("speak", {"id": "leak", "text": "Water!", "until_ack": True, "priority": "critical"})
    await friend.until(lambda: {"laundry", "leak"} <= {one["id"] for one in friend.events()})
    await friend.until(lambda: "started" in friend.story("leak"))
    kept = program.folder / "state" / "waiting.json"

    def is_written() -> bool:
        text = kept.read_text() if kept.exists() else ""
        return '"laundry"' in text and '"leak"' in text

    await until(is_written, "what waits on the disk", kept.parent)
    await program.end(number)
    friend.heard.clear()
    await program.start()
    await friend.until(lambda: friend.documents("state") != [])
    assert (await friend.ask("queue"))["status"] == "ok"
    assert (await friend.ask("cancel", {"id": "leak"}))["data"]
    await friend.closed("leak")
    assert friend.story("leak") == ["queued", "cancelled"]
    await friend.send("quiet/set", "OFF")
    await friend.closed("laundry")
    assert friend.story("laundry") == ["queued", "started", "finished"]
    await until(lambda: not kept.exists(), "the end of the file", kept.parent)
