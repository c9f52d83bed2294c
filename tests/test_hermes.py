"""Rhasspy's protocol: the real program on a real broker, heard by somebody who only speaks Hermes."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.decode import RATES, decode_wav
from litetts_edge.errors import AudioNotReadable
from litetts_edge.mqtt.topics import HermesGetVoices, HermesPlay, HermesSay, HermesTopics, matches
from tests.broker import Broker, SecondClient
from tests.program import NODE, House, Program, house, programs
from tests.proxy import Proxy
from tests.virtual_card import virtual_card
from tests.waiting import PATIENCE_S

HERMES = {
    "LITETTS_EDGE__HERMES__ENABLED": "true",
    "LITETTS_EDGE__ENGINE__NAME": "tiny",
    "LITETTS_EDGE__OUTPUTS": "mqtt",
}

Document = dict[str, Any]


class Rhasspy:
    """Somebody who only speaks Hermes."""

    def __init__(self, client: SecondClient) -> None:
        self._client = client
        self.heard: list[tuple[str, Document]] = []

    async def send(self, topic: str, payload: Document | bytes, **options: Any) -> None:
        data = json.dumps(payload) if isinstance(payload, dict) else payload
        await self._client.publish(topic, data, **options)

    async def next(self) -> tuple[str, Document]:
        """The next answer and its topic."""
        message = await self._client.next()
        self.heard.append((message.topic, json.loads(bytes(message.payload))))
        return self.heard[-1]

    async def until(self, claim: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not claim():
                await self.next()

    def answers(self, topic: str) -> list[Document]:
        return [document for name, document in self.heard if name == topic]


@asynccontextmanager
async def at_home(
    tmp_path: Path, environ: dict[str, str] | None = None
) -> AsyncIterator[tuple[Rhasspy, House, Program]]:
    """A node that is online, a friend who watches it, and Rhasspy."""
    async with (
        Broker(tmp_path / "broker") as broker,
        programs(tmp_path) as make,
        house(broker.port) as friend,
        SecondClient(broker.port) as client,
    ):
        for topic in (
            "hermes/tts/sayFinished",
            "hermes/error/#",
            "hermes/audioServer/+/playFinished",
            "rhasspy/tts/voices",
            "hermes/tts/voices",
        ):
            await client.subscribe(topic)
        program = make(broker.port, HERMES | (environ or {}))
        await program.start()
        await friend.online()
        yield Rhasspy(client), friend, program


def wav(seconds: float = 0.2, rate: int = 16_000, channels: int = 1, subtype: str = "PCM_16") -> bytes:
    """A tone as a WAV file."""
    t = np.arange(round(seconds * rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * t)
    file = io.BytesIO()
    soundfile.write(file, np.column_stack([tone] * channels), rate, subtype, format="WAV")
    return file.getvalue()


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


# -- given audio -----------------------------------------------------------------------------------------------


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
        await rhasspy.send("hermes/tts/say", {"id": "slow", "siteId": NODE, "text": "a b c", "lang": "tiny:slow"})
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


# -- pure ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_usual_wav_is_decoded(subtype: str, channels: int) -> None:
    """To one channel, at its own rate and level."""
    samples, rate = decode_wav(wav(0.1, 44_100, channels, subtype))
    assert (len(samples), rate, samples.dtype.name) == (4410, 44_100, "float32")
    assert np.max(np.abs(samples)) == pytest.approx(0.5, abs=0.02)


def test_a_wav_of_unknown_length_is_decoded() -> None:
    """arecord and ffmpeg write such headers into pipes: 0, or as much as there can be; and a file may be cut."""
    whole = wav(0.1)
    for length in (b"\xff\xff\xff\xff", b"\x00\xf0\xff\x7f", b"\x00\x00\x00\x00"):
        endless = whole[:4] + length + whole[8:40] + length + whole[44:]
        assert len(decode_wav(endless)[0]) in (0, 1600)
    assert len(decode_wav(whole[:-1000])[0]) == 1100


def test_a_float_wav_with_anything_in_it_stays_in_range() -> None:
    """No loudspeaker is to play infinity."""
    file = io.BytesIO()
    soundfile.write(file, np.array([0.5, np.nan, np.inf, -np.inf, 7.0]), 16_000, "FLOAT", format="WAV")
    assert decode_wav(file.getvalue())[0].tolist() == [0.5, 0.0, 1.0, -1.0, 1.0]


def _damaged() -> dict[str, bytes]:
    whole = wav()
    flac = io.BytesIO()
    soundfile.write(flac, np.zeros(100), 16_000, format="FLAC")
    adpcm = io.BytesIO()
    soundfile.write(adpcm, np.zeros(1000), 16_000, "IMA_ADPCM", format="WAV")
    return {
        "nothing": b"",
        "text": b"Hello.",
        "magic only": b"RIFF",
        "header only": whole[:20],
        "no samples": b"RIFF\x04\x00\x00\x00WAVE",
        "flac": flac.getvalue(),
        "compressed": adpcm.getvalue(),
        "rate 0": whole[:24] + b"\x00\x00\x00\x00" + whole[28:],
        "rate 4 GHz": whole[:24] + b"\xff\xff\xff\xff" + whole[28:],
        "no channels": whole[:22] + b"\x00\x00" + whole[24:],
        "many channels": whole[:22] + b"\xff\xff" + whole[24:],
    }


@pytest.mark.parametrize("what", _damaged())
def test_what_is_no_wav_is_refused(what: str) -> None:
    """With a reason, and never with anything else."""
    with pytest.raises(AudioNotReadable) as refused:
        decode_wav(_damaged()[what])
    assert " object at 0x" not in str(refused.value), "no address of this process is told"


@given(data=st.data(), channels=st.integers(1, 3), subtype=st.sampled_from(["PCM_16", "PCM_24", "FLOAT"]))
@settings(deadline=None, max_examples=150)
def test_a_wav_with_anything_in_its_header_is_decoded_or_refused(
    data: st.DataObject, channels: int, subtype: str
) -> None:
    """Samples in range, or AudioNotReadable; no other error gets out, and nothing grows beyond what came."""
    damaged = bytearray(wav(0.01, 8_000, channels, subtype))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, min(80, len(damaged) - 1)))] = data.draw(st.integers(0, 255))
    try:
        samples, rate = decode_wav(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    except AudioNotReadable:
        return
    assert rate in RATES
    assert len(samples) <= len(damaged)
    assert np.all(np.abs(samples) <= 1.0)


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
