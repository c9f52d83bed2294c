"""The real program on a real mosquitto: what the protocol promises, seen from outside."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import soundfile

from tests.broker import Broker
from tests.program import NODE, House, house, programs


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[House]:
    """A node that speaks to the mqtt output, and somebody who listens."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"})
        await program.start()
        await friend.online()
        yield friend


def audio_of(node: House, request: str) -> bytes:
    found = [payload for topic, payload in node.heard if topic == f"audio/{request}"]
    assert len(found) == 1
    return found[0]


async def test_a_text_comes_back_as_speech(node: House) -> None:
    """Plain text in; queued, started, finished and one WAV out, the audio before the closing event."""
    await node.send("speak", "The front door is open.")
    await node.until(lambda: "finished" in [event["event_type"] for event in node.events()])
    request = node.events()[0]["id"]
    assert node.story(request) == ["queued", "started", "finished"]
    finished = node.events(request)[-1]
    samples, rate = soundfile.read(io.BytesIO(audio_of(node, request)))
    assert finished["audio_ms"] == pytest.approx(1000 * len(samples) / rate, abs=1)
    assert finished["voice"] == "compact:slt"
    assert finished["first_audio_ms"] > 0
    assert finished["cache"] == "miss"
    topics = [topic for topic, _ in node.heard]
    assert topics.index(f"audio/{request}") < len(topics) - 1 - topics[::-1].index("event")


async def test_json_says_more_than_text(node: House) -> None:
    """The sender's id, an encoding, a language, a priority."""
    fields = {"id": "x", "text": "Die Tür ist offen.", "lang": "de", "format": "flac", "priority": "high"}
    await node.send("speak", fields)
    await node.closed("x")
    assert node.events("x")[-1]["voice"] == "espeak:de"
    assert audio_of(node, "x")[:4] == b"fLaC"


async def test_an_id_may_hold_any_character(node: House) -> None:
    """The audio topic has no level or wildcard more than it should."""
    await node.send("speak", {"id": "a/b #+é", "text": "hi"})
    await node.closed("a/b #+é")
    assert "audio/a%2Fb%20%23%2B%C3%A9" in [topic for topic, _ in node.heard]


async def test_audio_goes_where_the_sender_wants_it(tmp_path: Path) -> None:
    """reply_to in JSON."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"}).start()
        await friend.online()
        await friend.send("speak", {"id": "x", "text": "hi", "reply_to": f"litetts/{NODE}/mine"})
        await friend.closed("x")
        assert "mine" in [topic for topic, _ in friend.heard]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"text": ', "bad_json"),
        (b'{"text": 5}', "bad_field"),
        (b'{"text": "hi", "speed": 9}', "bad_field"),
        (b'{"text": "hi", "voice": "nobody"}', "voice_not_found"),
        (b'{"text": "hi", "output": "moon"}', "bad_field"),
        (b'{"text": "hi", "chime": "dingdnog"}', "bad_field"),
        (b'{"ssml": "<speak>hi</speck>"}', "ssml_invalid"),
        (b"", "text_empty"),
        (b" \n ", "text_empty"),
        (b"x" * 5001, "text_too_long"),
        (b"a\0b", "bad_field"),
        (b"\xff\xfe", "not_utf8"),
        (b"x" * 1_000_000, "payload_too_large"),
    ],
)
async def test_bad_input_is_told_and_nothing_is_spoken(node: House, payload: bytes, code: str) -> None:
    """An error and an event with the same stable code, and the daemon goes on."""
    await node.send("speak", payload)
    error = await node.document("error")
    assert error["code"] == code
    assert error["topic"] == f"litetts/{NODE}/speak"
    await node.until(lambda: bool(node.events()))
    assert [event["event_type"] for event in node.events()] == ["dropped"]
    assert node.events()[0]["reason"] == code
    await node.send("speak", {"id": "next", "text": "hi"})
    await node.closed("next")
    assert node.story("next") == ["queued", "started", "finished"]


async def test_unknown_keys_are_accepted_with_a_warning(node: House) -> None:
    """A newer sender is understood as far as it goes."""
    await node.send("speak", {"id": "x", "text": "hi", "volum": 3})
    await node.closed("x")
    (warning,) = node.events("x")[-1]["warnings"]
    assert "volum" in warning
    assert "volume" in warning


async def test_a_retained_message_is_ignored_with_a_warning(node: House) -> None:
    """It would speak again at every reconnect."""
    await node.send("speak", "again and again", retain=True)
    assert (await node.document("error"))["code"] == "retained_ignored"
    await node.send("speak", {"id": "x", "text": "hi"})
    await node.closed("x")
    assert {event["id"] for event in node.events()} == {"x"}


async def test_removing_a_retained_message_is_no_fault(node: House) -> None:
    """An empty retained message is how the broker is told to forget one."""
    await node.send("speak", b"", retain=True)
    await node.send("speak", {"id": "x", "text": "hi"})
    await node.closed("x")
    assert node.documents("error") == []
    assert {event["id"] for event in node.events()} == {"x"}


async def test_a_repeated_id_is_spoken_once(node: House) -> None:
    """The second is told as an error; the first keeps its one closing event."""
    for _ in range(2):
        await node.send("speak", {"id": "x", "text": "hi"})
    assert (await node.document("error"))["code"] == "duplicate"
    await node.send("speak", {"id": "y", "text": "hi"})
    await node.closed("y")
    assert node.story("x") == ["queued", "started", "finished"]


async def test_everything_retained_is_there_for_a_late_comer(node: House) -> None:
    """availability, info, state and health, complete."""
    info = await node.document("info")
    assert {
        "version",
        "schema",
        "boot_id",
        "engine",
        "model",
        "voices",
        "sample_rate",
        "outputs",
        "limits",
    } <= set(info)
    assert "settings_schema" in info
    state = await node.document("state", lambda state: state["state"] == "idle")
    assert set(state) >= {
        "problem",
        "audio_device",
        "voice",
        "volume",
        "muted",
        "quiet",
        "queue_length",
        "current",
    }
    health = await node.document("health")
    assert health["rss_mb"] > 10
    assert health["uptime_s"] >= 0


async def test_the_info_follows_the_settings(node: House) -> None:
    """What is retained there is what is in force; a volume, which is not in it, does not publish it again."""
    assert (await node.document("info"))["voice"] == "compact:slt"
    await node.send("volume/set", "30")
    await node.send("voice/set", "espeak:de")
    info = await node.document("info", lambda info: info["voice"] == "espeak:de")
    assert node.documents("info").index(info) == 1
    await node.ask("override", {"key": "request.max_text", "value": 100})
    await node.document("info", lambda info: info["limits"]["text"] == 100)


async def test_what_is_felt_at_once_asks_for_no_restart(node: House) -> None:
    """The health is told at another pace from its next report on."""
    answer = await node.ask("override", {"key": "health.interval_s", "value": 60})
    assert answer["data"]["changed"] == [{"key": "health.interval_s", "applies": "live"}]
    await node.send("volume/set", "40")
    await node.document("state", lambda state: state["volume"] == 40)
    assert {state["problem"] for state in node.documents("state")} == {None}


async def test_a_broker_that_takes_small_messages_only_is_told_what_it_misses(tmp_path: Path) -> None:
    """The info and long answers are too large for it; everything else goes on."""
    async with (
        Broker(tmp_path / "broker", max_packet_size=4000) as broker,
        programs(tmp_path) as make,
        house(broker.port) as friend,
    ):
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "file"})
        await program.start()
        await friend.online()
        error = await friend.document("error")
        assert (error["code"], error["topic"]) == ("packet_too_large", f"litetts/{NODE}/info")
        assert (await friend.ask("voices"))["error"]["code"] == "packet_too_large"
        await friend.send("speak", {"id": "x", "text": "hi"})
        await friend.closed("x")
        assert friend.story("x")[-1] == "finished"


async def test_volume_mute_voice_and_speed_turn_and_stay(tmp_path: Path) -> None:
    """Each shows in the state at once, and again after a restart."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port)
        await program.start()
        await friend.online()
        turned = {
            "volume": 33,
            "muted": True,
            "voice": "espeak:de",
            "speed": 1.5,
            "quiet": True,
            "quiet_mode": "on",
        }
        knobs = {"volume": "33", "mute": "ON", "voice": "espeak:de", "speed": "1.5", "quiet": "ON"}
        for topic, payload in knobs.items():
            await friend.send(f"{topic}/set", payload)
        await friend.document("state", lambda state: turned.items() <= state.items())
        assert await program.end() == 0
        friend.heard.clear()
        await program.start()
        await friend.document("state", lambda state: turned.items() <= state.items())


@pytest.mark.parametrize(
    ("topic", "payload", "code"),
    [
        ("volume/set", "101", "bad_field"),
        ("volume/set", "loud", "bad_field"),
        ("mute/set", "maybe", "bad_field"),
        ("voice/set", "nobody", "voice_not_found"),
        ("speed/set", "0.1", "bad_field"),
        ("quiet/set", "LOUD", "bad_field"),
        ("repeat", "", "nothing_to_repeat"),
        ("prepare", "hi", "not_supported"),
        ("speak/loud", "hi", "unknown_topic"),
    ],
)
async def test_a_knob_turned_wrongly_is_told_and_stays(node: House, topic: str, payload: str, code: str) -> None:
    """With a stable code."""
    await node.send(topic, payload)
    assert (await node.document("error"))["code"] == code


async def test_verbs_are_answered_with_the_callers_id(node: House) -> None:
    """On the response topic; what is not there yet says so, what will never be there says what there is."""
    assert (await node.ask("ping", {"id": "1"}))["id"] == "1"
    voices = (await node.ask("voices", {"lang": "de"}))["data"]
    assert [voice["id"] for voice in voices] == ["espeak:de"]
    config = (await node.ask("config", {"key": "mqtt.port"}))["data"]
    assert config[0]["origin"]["layer"] == "environment"
    assert (await node.ask("cache"))["error"]["code"] == "not_supported"
    assert (await node.ask("pong"))["error"]["code"] == "unknown_verb"
    assert (await node.ask("cancel", {"id": "nobody"}))["data"] == {"cancelled": False}
    explained = (await node.ask("explain", {"text": "Hello. Bye."}))["data"]
    assert [token["text"] for token in explained["tokens"]] == ["Hello", ".", "Bye", "."]
    assert (await node.ask("override", {"key": "speed", "value": 1.5}))["data"]["changed"][0]["key"] == "speed"
    assert (await node.ask("override", {"key": "speed", "value": 15}))["error"]["code"] == "bad_settings"
    assert (await node.ask("health"))["data"]["rss_mb"] > 10
    assert (await node.ask("info"))["data"]["id"] == NODE
    assert (await node.ask("queue"))["data"]["waiting"] == []
    assert (await node.ask("models"))["status"] == "ok"
    assert (await node.ask("reload"))["status"] == "ok"
    assert (await node.ask("log_level", {"level": "debug"}))["data"] == {"level": "debug"}


@pytest.mark.parametrize(("key", "value"), [("engine.name", "espeek"), ("voice", "espeal")])
async def test_nobody_can_choose_what_is_not_here(node: House, key: str, value: str) -> None:
    """It would keep the daemon from starting the next time."""
    answer = await node.ask("override", {"key": key, "value": value})
    assert answer["error"]["code"] == "bad_settings"
    assert "Did you mean" in answer["error"]["message"]
    assert (await node.ask("override"))["data"]["overrides"] == {}


async def test_an_mqtt_5_sender_is_answered_where_it_waits(node: House) -> None:
    """Response topic and correlation data."""
    await node.send("request/ping", b"", ResponseTopic=f"litetts/{NODE}/here", CorrelationData=b"42")
    await node.until(lambda: "here" in [topic for topic, _ in node.heard])


async def test_a_response_topic_that_nobody_may_publish_to(node: House) -> None:
    """Brokers pass a wildcard on: a verb is answered on the node's own topic, a speak request is refused."""
    await node.send("request/ping", {"id": "x"}, ResponseTopic="a/+")
    await node.until(lambda: [answer["id"] for answer in node.documents("response/ping")] == ["x"])
    await node.send("speak", "hi", ResponseTopic="a/+")
    assert (await node.document("error"))["code"] == "bad_field"


async def test_an_id_that_cannot_be_sent_back_is_refused(node: House) -> None:
    """Half of a surrogate pair is no character; the sender hears of it where it waits."""
    answer = await node.ask("ping", b'{"id": "\\ud800"}')
    assert (answer["id"], answer["error"]["code"]) == (None, "bad_json")


async def test_a_stop_that_names_nothing_well_stops_nothing(node: House) -> None:
    """A numeric id is told as an error: it is not a stop of everything."""
    await node.send("stop", {"id": 5})
    assert (await node.document("error"))["code"] == "bad_field"


async def test_audio_too_large_for_one_message_comes_in_chunks(tmp_path: Path) -> None:
    """Cut at sentence ends, numbered, and closed by a checksum; nothing of it is lost."""
    async with (
        Broker(tmp_path / "broker", max_packet_size=100_000) as broker,
        programs(tmp_path) as make,
        house(broker.port) as friend,
    ):
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"}).start()
        await friend.online()
        await friend.send("speak", {"id": "x", "text": "One two three four. " * 8, "format": "pcm"})
        await friend.closed("x")
        chunks = [
            payload for topic, payload in friend.heard if topic.startswith("audio/x/") and topic[-1].isdigit()
        ]
        (end,) = friend.documents("audio/x/end")
        assert end["chunks"] == len(chunks) > 1
        assert end["sha256"] == hashlib.sha256(b"".join(chunks)).hexdigest()
        assert end["audio_ms"] == pytest.approx(len(b"".join(chunks)) / 2 / 16, abs=1)
        assert max(map(len, chunks)) < 100_000


async def test_text_stays_private_unless_it_is_asked_for(tmp_path: Path) -> None:
    """Events carry ids; with privacy.publish_text the text too."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"}).start()
        await friend.online()
        await friend.send("speak", {"id": "x", "text": "a secret"})
        await friend.closed("x")
        assert b"secret" not in b"".join(payload for topic, payload in friend.heard if topic != "speak")
        await friend.ask("override", {"key": "privacy.publish_text", "value": True})
        await friend.send("speak", {"id": "y", "text": "no secret"})
        await friend.closed("y")
        assert friend.events("y")[0]["text"] == "no secret"


async def test_the_log_holds_no_text_unless_it_is_asked_for(tmp_path: Path) -> None:
    """Not even at level debug; with privacy.log_text it does there."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__LOG__LEVEL": "debug"})
        await program.start()
        await friend.online()
        for name, text in (("x", "a secret"), ("y", "no privacy")):
            await friend.send("speak", {"id": name, "text": text, "lang": "de"})
            await friend.closed(name)
            await friend.ask("override", {"key": "privacy.log_text", "value": True})
        told = program.log.read_text()
        assert "secret" not in told
        assert "y: no privacy" in told


async def test_all_and_its_groups_are_heard(tmp_path: Path) -> None:
    """Every member speaks, and no other."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__NODE__GROUPS": "up"}).start()
        await friend.online()
        await friend.send("/group/down/speak", {"id": "c", "text": "hi"})
        await friend.send("/all/speak", {"id": "a", "text": "hi"})
        await friend.send("/group/up/speak", {"id": "b", "text": "hi"})
        await friend.closed("a", "b")
        assert {event["id"] for event in friend.events()} == {"a", "b"}


async def test_stop_overtakes_a_model_that_is_busy(tmp_path: Path) -> None:
    """A run of 2 s is ended in its middle, and the next request is spoken."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__ENGINE__NAME": "tiny"}).start()
        await friend.online()
        await friend.send("speak", {"id": "slow", "text": "hello", "voice": "tiny:slow"})
        await friend.until(lambda: "started" in friend.story("slow"))
        await friend.send("stop")
        await friend.send("speak", {"id": "next", "text": "hello"})
        await friend.closed("slow", "next")
        assert friend.events("slow")[-1]["reason"] == "stop"
        assert friend.story("next")[-1] == "finished"


async def test_a_flood_is_answered_to_the_last_message(tmp_path: Path) -> None:
    """More at once than the link keeps: every request is told its end, most of them that the queue is full."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "file", "LITETTS_EDGE__QUEUE__MAX": "5"}).start()
        await friend.online()
        names = [str(number) for number in range(2500)]
        lines = "\n".join(f'{{"id": "{name}", "text": "hi"}}' for name in names)
        command = f"mosquitto_pub -p {broker.port} -q 1 -l -t litetts/{NODE}/speak"
        sender = await asyncio.create_subprocess_exec(*command.split(), stdin=asyncio.subprocess.PIPE)
        await sender.communicate(lines.encode())

        def ended() -> list[str]:
            return [event["id"] for event in friend.events() if event["event_type"] in {"finished", "dropped"}]

        await friend.until(lambda: len(friend.heard) > 3 * len(names) and len(ended()) >= len(names))
        assert sorted(ended()) == sorted(names)


async def test_a_message_that_has_waited_too_long_is_said_to_be_expired(node: House) -> None:
    """Its own expiry interval counts where ttl_s is not given."""
    await node.send("speak", {"id": "x", "text": "hi", "ttl_s": 0.000001})
    await node.closed("x")
    assert node.story("x") == ["queued", "expired"]
