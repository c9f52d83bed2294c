"""Rhasspy's protocol: audio that is given is played, and finished once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.program import NODE
from tests.rhasspy import at_home, wav
from tests.virtual_card import virtual_card


async def test_play_bytes_is_heard_and_finished(tmp_path: Path) -> None:
    """A WAV of another rate than the card's, from the loudspeaker, and then the answer."""
    with virtual_card() as card:
        async with at_home(tmp_path, {**card.environment, "LITETTS_EDGE__OUTPUTS": "speaker"}) as (rhasspy, _, _):
            with card.recording() as heard:
                await rhasspy.send(f"hermes/audioServer/{NODE}/playBytes/ding", wav(0.5, 22_050, 2))
                answer = {"id": "ding", "siteId": NODE, "sessionId": "ding"}
                assert await rhasspy.next() == (f"hermes/audioServer/{NODE}/playFinished", answer)
                samples = heard.samples()
    assert np.count_nonzero(np.abs(samples) > 0.05) > 0.3 * 48_000


async def test_audio_that_is_none_is_told_and_finished(tmp_path: Path) -> None:
    """On the error topic of the audio server."""
    async with at_home(tmp_path) as (rhasspy, _, _):
        await rhasspy.send("hermes/audioServer/default/playBytes/a", b"RIFF no, I am a text")
        topic, error = await rhasspy.next()
        assert topic == "hermes/error/audioServer/play"
        assert error["error"].startswith("bad_audio: ")
        assert (error["context"], error["siteId"]) == ("a", "default")
        assert (await rhasspy.next())[0] == "hermes/audioServer/default/playFinished"


async def test_waiting_audio_is_bounded(tmp_path: Path) -> None:
    """A sender that fills the memory is refused, and what came before is kept."""
    async with at_home(tmp_path, {"LITETTS_EDGE__OUTPUTS": "file"}) as (rhasspy, friend, _):
        slow = {"id": "slow", "siteId": NODE, "text": "A long one. " * 30, "lang": "tiny:slow"}  # a minute
        await rhasspy.send("hermes/tts/say", slow)
        await friend.document("state", lambda state: state["current"] is not None)
        large = wav(60, 32_000)  # 3.8 MB here, 7.7 MB of samples
        for number in range(6):
            await rhasspy.send(f"hermes/audioServer/{NODE}/playBytes/{number}", large)
        await rhasspy.until(lambda: len(rhasspy.answers(f"hermes/audioServer/{NODE}/playFinished")) == 2)
        assert [error["context"] for error in rhasspy.answers("hermes/error/audioServer/play")] == ["4", "5"]
        assert "queue_full" in rhasspy.answers("hermes/error/audioServer/play")[0]["error"]


async def test_the_audio_server_can_be_switched_off(tmp_path: Path) -> None:
    """Then audio ends at once, unheard; another site's switch changes nothing."""
    async with at_home(tmp_path) as (rhasspy, friend, _):
        await rhasspy.send("hermes/audioServer/toggleOff", {"siteId": NODE})
        await rhasspy.send("hermes/audioServer/toggleOn", {"siteId": "garage"})
        await rhasspy.send(f"hermes/audioServer/{NODE}/playBytes/a", wav())
        assert (await rhasspy.next())[1]["id"] == "a"
        await rhasspy.send("hermes/audioServer/toggleOn", {"siteId": NODE})
        await rhasspy.send(f"hermes/audioServer/{NODE}/playBytes/b", wav())
        assert (await rhasspy.next())[1]["id"] == "b"
        await friend.until(lambda: "finished" in [event["event_type"] for event in friend.events()])
        assert len({event["id"] for event in friend.events()}) == 1


async def test_rhasspy_sets_the_volume(tmp_path: Path) -> None:
    """0 to 1, for good, and only for our sites."""
    async with at_home(tmp_path) as (rhasspy, friend, _):
        await rhasspy.send("rhasspy/audioServer/setVolume", {"volume": 0.9, "siteId": "garage"})
        await rhasspy.send("rhasspy/audioServer/setVolume", {"volume": 0.35, "siteId": NODE})
        await friend.document("state", lambda state: state["volume"] != 80)
        assert friend.documents("state")[-1]["volume"] == 35
        await rhasspy.send("rhasspy/audioServer/setVolume", {"volume": "loud", "siteId": NODE})
        assert (await friend.document("error"))["code"] == "bad_field"
