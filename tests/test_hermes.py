"""Rhasspy's protocol: the real program on a real broker, heard by somebody who only speaks Hermes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from litetts_edge.mqtt.topics import HermesGetVoices, HermesPlay, HermesSay, HermesTopics, matches
from tests.broker import Broker, SecondClient
from tests.program import NODE, house, programs
from tests.proxy import Proxy
from tests.rhasspy import HERMES, Document, Rhasspy, at_home, wav
from tests.virtual_card import virtual_card

# -- text ------------------------------------------------------------------------------------------------------


async def test_say_is_spoken_and_finished(tmp_path: Path) -> None:
    """The answer carries the id, the site and the session; the node's own events tell of it too."""
    async with at_home(tmp_path) as (rhasspy, friend, _):
        say = {"text": "The laundry is done.", "siteId": NODE, "id": "s1", "sessionId": "x"}
        await rhasspy.send("hermes/tts/say", say)
        answer = {"id": "s1", "siteId": NODE, "sessionId": "x"}
        assert await rhasspy.next() == ("hermes/tts/sayFinished", answer)
        await friend.until(lambda: "finished" in [event["event_type"] for event in friend.events()])
        assert friend.events()[-1]["audio_ms"] > 0


async def test_say_of_rhasspy_as_it_is_sent(tmp_path: Path) -> None:
    """What its own library makes of TtsSay: a site that is called default, and null for what is not set."""
    async with at_home(tmp_path) as (rhasspy, _, _):
        say = b'{"text": "Hi.", "siteId": "default", "lang": null, "id": null, "sessionId": null, "volume": null}'
        await rhasspy.send("hermes/tts/say", say, qos=0)
        answer = {"id": None, "siteId": "default", "sessionId": None}
        assert await rhasspy.next() == ("hermes/tts/sayFinished", answer)
        await rhasspy.send("hermes/tts/say", {"text": "Hi."}, qos=0)
        assert await rhasspy.next() == ("hermes/tts/sayFinished", answer)


async def test_each_say_is_finished_once_however_it_ends(tmp_path: Path) -> None:
    """Spoken, refused for each of many reasons, cancelled while it waits and while it is spoken."""
    async with at_home(tmp_path) as (rhasspy, friend, _):
        bad: dict[str, Document] = {
            "empty": {"text": ""},
            "missing": {},
            "null": {"text": None},
            "number": {"text": 7},
            "long": {"text": "a " * 3000},
            "control": {"text": "a\u0000b"},
            "loud": {"text": "a", "volume": 7},
            "lang": {"text": "a", "lang": "tlh"},
            "voice": {"text": "a", "lang": "nobody:here"},
            "ssml": {"text": "<speak>a"},
        }
        for name, fields in bad.items():
            await rhasspy.send("hermes/tts/say", {"id": name, "siteId": NODE, **fields})
        await rhasspy.send("hermes/tts/say", {"id": "good", "siteId": NODE, "text": "Good."})
        await rhasspy.until(
            lambda: any(said["id"] == "good" for said in rhasspy.answers("hermes/tts/sayFinished"))
        )
        finished = [said["id"] for said in rhasspy.answers("hermes/tts/sayFinished")]
        assert sorted(finished) == sorted([*bad, "good"])
        errors = {error["context"]: error["error"] for error in rhasspy.answers("hermes/error/tts")}
        assert set(errors) == set(bad)
        assert errors["long"].startswith("text_too_long: ")
        assert errors["lang"].startswith("language_not_found: ")
        slow = {"siteId": NODE, "text": "a long one", "lang": "tiny:slow"}
        for name in ("cut", "waiting"):
            await rhasspy.send("hermes/tts/say", {"id": name, **slow})
        await friend.document("state", lambda state: state["queue_length"] == 1)
        await friend.send("stop")
        await rhasspy.until(lambda: len(rhasspy.answers("hermes/tts/sayFinished")) == len(bad) + 3)
        assert [error["context"] for error in rhasspy.answers("hermes/error/tts")] == list(bad)


async def test_what_is_spoken_at_a_stop_of_the_daemon_is_finished(tmp_path: Path) -> None:
    """A dialogue that waits for it does not wait for ever."""
    async with at_home(tmp_path) as (rhasspy, friend, program):
        await rhasspy.send("hermes/tts/say", {"id": "x", "siteId": NODE, "text": "a b c", "lang": "tiny:slow"})
        await friend.document("state", lambda state: state["current"] is not None)
        assert await program.end() == 0
        assert (await rhasspy.next())[1]["id"] == "x"


async def test_what_ends_while_the_broker_is_away_is_finished_when_it_is_back(tmp_path: Path) -> None:
    """Once, over the new connection; and over another link, when the settings of the broker changed meanwhile."""
    async with (
        Broker(tmp_path / "broker") as broker,
        Proxy(broker.port) as proxy,
        programs(tmp_path) as make,
        house(broker.port) as friend,
        SecondClient(broker.port) as client,
    ):
        rhasspy = Rhasspy(client)
        await client.subscribe("hermes/tts/sayFinished")
        program = make(proxy.port, HERMES)
        await program.start()
        await friend.online()
        say = {"siteId": NODE, "text": "a b c", "lang": "tiny:slow"}
        await rhasspy.send("hermes/tts/say", {"id": "cut", **say})
        await friend.document("state", lambda state: state["current"] is not None)
        proxy.refuse()
        proxy.cut()
        await friend.until(lambda: ("availability", b"offline") in friend.heard)
        friend.heard.clear()
        proxy.accept()
        await friend.online()
        assert (await rhasspy.next())[1]["id"] == "cut"
        await rhasspy.send("hermes/tts/say", {"id": "moved", **say})
        await friend.document("state", lambda state: state["current"] is not None)
        friend.heard.clear()
        await friend.send("request/override", {"key": "mqtt.keepalive_s", "value": 20})
        await friend.online()
        assert (await rhasspy.next())[1]["id"] == "moved"


async def test_other_sites_are_passed_over(tmp_path: Path) -> None:
    """Neither spoken nor answered; nor is a site's audio."""
    async with at_home(tmp_path) as (rhasspy, friend, _):
        await rhasspy.send("hermes/tts/say", {"id": "theirs", "siteId": "garage", "text": "Hello."})
        await rhasspy.send("rhasspy/tts/getVoices", {"id": "theirs", "siteId": "garage"})
        await rhasspy.send("hermes/audioServer/garage/playBytes/theirs", wav())
        await rhasspy.send("hermes/tts/say", {"id": "ours", "siteId": NODE, "text": "Hello."})
        assert (await rhasspy.next())[1]["id"] == "ours"
        await friend.until(lambda: "finished" in [event["event_type"] for event in friend.events()])
        assert len({event["id"] for event in friend.events()}) == 1


async def test_the_sites_are_a_setting(tmp_path: Path) -> None:
    """Then neither the node's id nor default is one of them."""
    async with at_home(tmp_path, {"LITETTS_EDGE__HERMES__SITE_IDS": "attic,Wohnzimmer Süd"}) as (rhasspy, _, _):
        for site in (NODE, "default", "attic", "Wohnzimmer Süd"):
            await rhasspy.send("hermes/tts/say", {"id": site, "siteId": site, "text": "Hello."})
            await rhasspy.send(f"hermes/audioServer/{site}/playBytes/{site}", wav(0.05))
        await rhasspy.until(lambda: len(rhasspy.heard) == 4)
        assert sorted(answer["id"] for _, answer in rhasspy.heard) == sorted(["attic", "Wohnzimmer Süd"] * 2)


async def test_off_by_default(tmp_path: Path) -> None:
    """Nothing is listened to; switched on over MQTT it is, and off again not."""
    async with at_home(tmp_path, {"LITETTS_EDGE__HERMES__ENABLED": "false"}) as (rhasspy, friend, program):
        await rhasspy.send("hermes/tts/say", {"id": "no", "text": "Hello."})
        program._environ.pop("LITETTS_EDGE__HERMES__ENABLED")
        assert (await friend.ask("ping"))["status"] == "ok"
        for enabled in (True, False, True):
            friend.heard.clear()
            await friend.send("request/override", {"key": "hermes.enabled", "value": enabled})
            await friend.online()
            await rhasspy.send("hermes/tts/say", {"id": enabled, "text": "Hello."})
            assert (await friend.ask("ping"))["status"] == "ok"
        await rhasspy.until(lambda: len(rhasspy.answers("hermes/tts/sayFinished")) == 2)
        assert [said["id"] for said in rhasspy.answers("hermes/tts/sayFinished")] == [True, True]


async def test_bad_messages_are_acknowledged_and_told(tmp_path: Path) -> None:
    """More of them than the broker sends without an acknowledgement, then a good one."""
    async with at_home(tmp_path, {"LITETTS_EDGE__MQTT__RECEIVE_MAXIMUM": "3"}) as (rhasspy, friend, _):
        bad = (
            b"",
            b"Hello.",
            b"{",
            b"[]",
            b'{"text": 1',
            b"\xff\xfe",
            b'{"siteId": "kitchen", "text": "\\ud800"}',
            b"null",
        )
        for payload in bad:
            await rhasspy.send("hermes/tts/say", payload)
            await rhasspy.send("rhasspy/audioServer/setVolume", payload)
            await rhasspy.send("hermes/audioServer/kitchen/playBytes/bad", payload)
        await rhasspy.send("hermes/tts/say", {"id": "good", "siteId": NODE, "text": "Good."})
        await rhasspy.until(
            lambda: any(said["id"] == "good" for said in rhasspy.answers("hermes/tts/sayFinished"))
        )
        await friend.until(
            lambda: {"bad_json", "not_utf8"} <= {told["code"] for told in friend.documents("error")}
        )
        played = rhasspy.answers(f"hermes/audioServer/{NODE}/playFinished")
        assert [one["id"] for one in played] == ["bad"] * len(bad)


async def test_a_retained_message_does_not_act(tmp_path: Path) -> None:
    """It would speak at every reconnect. A retained one for another site is not even told."""
    async with at_home(tmp_path) as (rhasspy, friend, _):
        await rhasspy.send("hermes/tts/say", {"id": "kept", "siteId": "garage", "text": "Hello."}, retain=True)
        await rhasspy.send("hermes/tts/say", {"id": "kept", "siteId": NODE, "text": "Hello."}, retain=True)
        await rhasspy.send(f"hermes/audioServer/{NODE}/playBytes/kept", wav(), retain=True)
        for topic in ("hermes/tts/say", f"hermes/audioServer/{NODE}/playBytes/kept"):
            await rhasspy.send(topic, b"", retain=True)  # takes it back
        await rhasspy.send("hermes/tts/say", {"id": "live", "siteId": NODE, "text": "Hello."})
        assert (await rhasspy.next())[1]["id"] == "live"
        await friend.until(lambda: len(friend.documents("error")) == 2)
        assert [error["topic"] for error in friend.documents("error")] == [
            "hermes/tts/say",
            f"hermes/audioServer/{NODE}/playBytes/kept",
        ]
        assert {error["code"] for error in friend.documents("error")} == {"retained_ignored"}


async def test_the_volume_of_rhasspy_scales_the_nodes_own(tmp_path: Path) -> None:
    """Half of it is half the amplitude, and all of it is as if it had not been said."""
    with virtual_card() as card:
        environ = {**card.environment, "LITETTS_EDGE__OUTPUTS": "speaker"}
        async with at_home(tmp_path, environ) as (rhasspy, _, _):
            peaks = []
            for volume in (0, 1, 0.5, "0.5"):
                with card.recording() as heard:
                    say = {"id": "v", "siteId": NODE, "text": "One two three.", "volume": volume}
                    await rhasspy.send("hermes/tts/say", say)
                    await rhasspy.next()
                    peaks.append(float(np.max(np.abs(heard.samples()))))
    silent, *peaks = peaks
    assert peaks[0] > 0.1
    assert peaks[1] == pytest.approx(peaks[0] / 2, rel=0.05)
    assert peaks[2] == pytest.approx(peaks[1], rel=0.05)
    assert silent < 0.001


async def test_voices(tmp_path: Path) -> None:
    """On the topic that Rhasspy uses and on the one its manual names; a voice of them can be asked for."""
    async with at_home(tmp_path) as (rhasspy, _, _):
        for root in ("rhasspy", "hermes"):
            await rhasspy.send(f"{root}/tts/getVoices", {"id": "q", "siteId": NODE})
            topic, answer = await rhasspy.next()
            assert topic == f"{root}/tts/voices"
            assert (answer["id"], answer["siteId"]) == ("q", NODE)
            assert {"voiceId", "description"} <= set(answer["voices"][0])
        assert "tiny:slow" in {voice["voiceId"] for voice in answer["voices"]}


def test_topics_of_hermes() -> None:
    """Each is brought by exactly one subscription; another site's audio by none."""
    topics = HermesTopics(("kitchen", "default"))
    meanings = {
        "hermes/tts/say": HermesSay(),
        "rhasspy/tts/getVoices": HermesGetVoices("rhasspy/tts/voices"),
        "hermes/audioServer/kitchen/playBytes/1": HermesPlay("kitchen", "1"),
        "hermes/audioServer/default/playBytes/1": HermesPlay("default", "1"),
    }
    for topic, meaning in meanings.items():
        assert topics.parse(topic) == meaning
        assert len([filter_ for filter_ in topics.subscriptions() if matches(filter_, topic)]) == 1
    for topic in ("hermes/audioServer/garage/playBytes/1", "hermes/tts/sayFinished", "hermes/tts/say/x", ""):
        assert topics.parse(topic) is None
        assert not any(matches(filter_, topic) for filter_ in topics.subscriptions())
