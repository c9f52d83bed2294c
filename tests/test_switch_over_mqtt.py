"""The real program is given another voice and another engine over MQTT while it speaks."""

from __future__ import annotations

from pathlib import Path

from tests.broker import Broker
from tests.program import House, programs
from tests.program import house as friend_of

SMALL = Path(__file__).parent / "data" / "engines"
TINY = {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__ENGINE__NAME": "tiny"}


async def voice_is(friend: House, name: str) -> None:
    await friend.document("state", lambda state: state["voice"] == name and state["model"] == "loaded")


async def test_an_engine_is_changed_while_a_request_plays(tmp_path: Path) -> None:
    """What plays ends as it began, what waits is read by the new voice; each is told once, in order."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, friend_of(broker.port) as friend:
        program = make(broker.port, TINY)
        await program.start()
        await friend.online()
        await voice_is(friend, "tiny")
        await friend.send("speak", {"id": "a", "text": "It takes two seconds.", "voice": "tiny:slow"})
        await friend.send("speak", {"id": "b", "text": "And this waits."})
        await friend.until(lambda: friend.story("a") == ["queued", "started"])
        answer = await friend.ask("override", {"key": "engine.name", "value": "espeak"})
        assert answer["data"]["changed"] == [{"key": "engine.name", "applies": "revoice"}]
        await friend.closed("a", "b")
        assert [friend.story(name) for name in ("a", "b")] == [["queued", "started", "finished"]] * 2
        assert [event["voice"] for event in friend.events() if event["event_type"] == "finished"] == [
            "tiny:slow",
            "espeak:en-us",
        ]
        assert (await friend.document("info", lambda info: info["engine"] == "espeak"))["voice"] == "espeak:en-us"
        assert friend.documents("state")[-1]["problem"] is None
        friend.heard.clear()
        await friend.send("voice/set", "tiny")
        await voice_is(friend, "tiny")
        await friend.send("speak", {"id": "c", "text": "And back."})
        await friend.closed("c")
        assert friend.events("c")[-1]["voice"] == "tiny"


async def test_an_idle_model_is_unloaded_and_the_state_says_so(tmp_path: Path) -> None:
    """The next request brings it back."""
    environ = {**TINY, "LITETTS_EDGE__ENGINE__IDLE_UNLOAD_S": "0.5"}
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, friend_of(broker.port) as friend:
        program = make(broker.port, environ)
        await program.start()
        await friend.online()
        await friend.document("state", lambda state: state["model"] == "unloaded")
        await friend.send("speak", {"id": "a", "text": "Hello."})
        await friend.closed("a")
        assert friend.story("a")[-1] == "finished"
        assert "loading" in [state["model"] for state in friend.documents("state")]


async def test_models_that_were_pulled_take_over_and_one_that_cannot_fit_is_refused(tmp_path: Path) -> None:
    """auto explains itself; the arithmetic goes to the error topic, and the voice that speaks goes on."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, friend_of(broker.port) as friend:
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__ENGINE__NAME": "compact"})
        models = program.folder / "state" / "models"
        models.mkdir(parents=True)
        await program.start()
        await friend.online()
        for name in ("kokoro-small", "kitten-small"):
            (models / name).symlink_to(SMALL / name)
        await friend.ask("override", {"key": "engine.name", "value": "kokoro"})
        await voice_is(friend, "kokoro:af_heart")
        await friend.send("speak", {"id": "a", "text": "Hello."})
        await friend.closed("a")
        assert friend.events("a")[-1]["voice"] == "kokoro:af_heart"
        assert friend.documents("info")[-1]["model"] == "kokoro-small"
        await friend.ask("override", {"key": "engine.memory_mb", "value": 1})
        refused = await friend.ask("override", {"key": "engine.model", "value": "kitten-small"})
        assert "is a model of kitten, not of kokoro" in refused["error"]["message"]
        await friend.ask("override", {"key": "engine.name", "value": "kitten"})
        state = await friend.document("state", lambda state: state["problem"] == "model_too_large")
        assert (state["voice"], state["model"]) == ("kokoro:af_heart", "loaded")
        (error,) = [error for error in friend.documents("error") if error["code"] == "model_too_large"]
        assert "the model kitten-small needs about" in error["message"]
        assert "(engine.memory_mb is 1)" in error["message"]
        await friend.send("speak", {"id": "b", "text": "Hello."})
        await friend.closed("b")
        assert friend.events("b")[-1]["voice"] == "kokoro:af_heart"
        assert (await friend.ask("tune"))["data"]["stale"] == "kitten-small was never tuned here"
