"""A payload to a request: what is accepted, its ranges, and when it is too late."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.mqtt.messages import MAX_TTL_S, Arrival, SpeakMessage
from litetts_edge.speech import Encoding, Priority, RequestId, SpeakRequest
from tests.message_parts import NOON, asked, parse, refused

# -- what is accepted --------------------------------------------------------------------------------------


def test_plain_text_gets_every_default() -> None:
    """A text and nothing else: the settings decide the rest."""
    request = parse("The door is open.")
    assert re.fullmatch("[0-9a-f]{16}", request.id)
    assert request == SpeakRequest(
        id=request.id,
        text="The door is open.",
        voice="espeak:en-us",
        speed=1.25,
        outputs=("speaker", "file"),
        encoding=Encoding.FLAC,
        source="mqtt",
        accepted_at=NOON,
        deadline=NOON + 120,
    )
    assert parse("The door is open.").id != request.id


EVERYTHING: dict[str, Any] = {
    "text": "Grüß Gott 😀\n",
    "id": "a/b #é",
    "voice": "tiny",
    "lang": "pt-BR",
    "speed": 0.5,
    "volume": 0,
    "priority": "critical",
    "interrupt": True,
    "repeat": 5,
    "chime": "soft",
    "until_ack": True,
    "dedupe_s": 30,
    "coalesce_key": "weather",
    "ttl_s": 7.5,
    "output": ["mqtt", "file"],
    "format": "opus",
    "reply_to": "home/ear",
}


def test_ssml_is_a_text_of_its_own() -> None:
    """As the field `ssml`, as `text` and as a plain payload alike."""
    document = "<speak>Hi</speak>"
    assert [parse(one).text for one in ({"ssml": document}, {"text": document}, document)] == [document] * 3


def test_json_says_everything() -> None:
    """Every field of the protocol arrives where it belongs."""
    assert {*EVERYTHING, "ssml"} == set(SpeakMessage.model_fields)
    assert parse(EVERYTHING) == SpeakRequest(
        id=RequestId("a/b #é"),
        text="Grüß Gott 😀\n",
        voice="tiny",
        lang="pt-BR",
        speed=0.5,
        volume=0,
        priority=Priority.CRITICAL,
        interrupt=True,
        repeat=5,
        chime="soft",
        until_ack=True,
        dedupe_s=30.0,
        coalesce_key="weather",
        outputs=("mqtt", "file"),
        encoding=Encoding.OPUS,
        reply_to="home/ear",
        source="mqtt",
        accepted_at=NOON,
        deadline=NOON + 7.5,
    )


WIRE_MESSAGES = st.builds(
    SpeakMessage,
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    id=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64),
    lang=st.none() | st.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True),
    speed=st.none() | st.floats(0.5, 2),
    volume=st.none() | st.integers(0, 100),
    priority=st.sampled_from([None, "low", "normal", "high", "critical"]),
    repeat=st.integers(1, 5),
    ttl_s=st.none() | st.floats(0.001, MAX_TTL_S),
    output=st.sampled_from([None, "mqtt", ["speaker", "file"]]),
    format=st.sampled_from([None, "wav", "pcm"]),
)


@given(message=WIRE_MESSAGES)
@settings(deadline=None, max_examples=60)
def test_the_wire_model_round_trips(message: SpeakMessage) -> None:
    """Out as JSON and in again: the same."""
    assert SpeakMessage.model_validate_json(message.model_dump_json()) == message
    sent = {name: value for name, value in message.model_dump().items() if value is not None}
    assert SpeakMessage.model_validate(json.loads(json.dumps(sent))) == message


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("[1, 2]", "[1, 2]"),
        ('"quoted"', '"quoted"'),
        ("null", "null"),
        (' {"text": "hi"}', ' {"text": "hi"}'),
        ("a { b", "a { b"),
        ("tab\tand\r\nline", "tab\tand\r\nline"),
        (b"\xef\xbb\xbfhi", "hi"),
        (b'\xef\xbb\xbf{"text": "hi"}', "hi"),
        ('{"text": "first", "text": "second"}', "second"),
        ('{"text": "\\ud83d\\ude00"}', "😀"),
        ('{"text": "hi"}\n', "hi"),
    ],
)
def test_what_begins_with_a_brace_is_json_and_all_else_is_text(payload: str | bytes, text: str) -> None:
    """A byte order mark is no part of it; of two equal keys the last one counts, as everywhere."""
    assert parse(payload).text == text


def test_null_is_the_same_as_nothing_where_there_is_a_setting() -> None:
    """A template that has no value renders null."""
    names = ("id", "voice", "lang", "speed", "volume", "priority", "ttl_s", "output", "format", "reply_to")
    request = asked(**dict.fromkeys(names))
    assert request == replace(parse("hi"), id=request.id)


def test_the_payload_wins_over_topic_and_properties() -> None:
    """The topic's priority and the response topic are for senders that can say no more."""
    arrival = Arrival(at=NOON, source="mqtt", priority=Priority.HIGH, reply_to="from/property")
    assert parse("hi", arrival).priority is Priority.HIGH
    assert parse("hi", arrival).reply_to == "from/property"
    request = parse({"text": "hi", "priority": "low", "reply_to": "from/json"}, arrival)
    assert (request.priority, request.reply_to) == (Priority.LOW, "from/json")


@pytest.mark.parametrize(
    ("output", "outputs"), [("mqtt", ("mqtt",)), (["file", "mqtt", "file"], ("file", "mqtt"))]
)
def test_outputs_are_each_named_once(output: object, outputs: tuple[str, ...]) -> None:
    """One name or a list; the same name twice is heard once."""
    assert asked(output=output).outputs == outputs


# -- ranges ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "edges", "beyond"),
    [
        ("text", ["a", "a" * 5000, "😀" * 5000], ["", " \t\n", "a" * 5001, "a" * 5000 + "\n"]),
        ("id", ["a", "a" * 64, "é" * 64], ["", "a" * 65]),
        ("voice", ["v", "v" * 128], ["", "v" * 129]),
        ("lang", ["en", "fil", "en-US", "en-a-b-c-d"], ["", "e", "e" * 4, "en_US", "en-", "en\n"]),
        ("lang", ["en" + "-aaaaaaaa" * 3 + "-aaaaa"], ["en" + "-aaaaaaaa" * 3 + "-aaaaaa", "en-aaaaaaaaa"]),
        ("speed", [0.5, 2, 2.0, 1], [0.4999, 2.0001, 0, -1, 1e300]),
        ("volume", [0, 100], [-1, 101, 40.5, 10**30]),
        ("priority", ["low", "normal", "high", "critical"], ["", "HIGH", "urgent"]),
        ("interrupt", [True, False], []),
        ("repeat", [1, 5], [0, 6, -1, 1.5]),
        ("ttl_s", [0.001, 1, MAX_TTL_S], [0, -1, MAX_TTL_S + 1]),
        ("output", ["speaker", ["file"], ["mqtt"] * 8], ["", "radio", [], ["mqtt"] * 9, ["mqtt", "radio"]]),
        ("format", ["wav", "flac", "opus", "mp3", "pcm"], ["", "WAV", "ogg"]),
        ("reply_to", ["a", "/a//b/", "a" * 512, "é" * 256], ["", "a" * 513, "é" * 257, "a/+", "#", "a\x00"]),
    ],
)  # fmt: skip
def test_a_range_is_accepted_at_its_edges_and_refused_beyond(
    field: str, edges: list[object], beyond: list[object]
) -> None:
    """At the edge it is taken, one step further it is refused, and the field is named."""
    for value in edges:
        parse({"text": "hi", field: value})
    for value in beyond:
        error = refused({"text": "hi", field: value}).error
        assert error.code in {"bad_field", "text_empty", "text_too_long"}, value
        if error.code == "bad_field":
            assert str(error).startswith(f"{field}: ")


WRONG: dict[str, list[object]] = {
    "text": [5, True, None, ["hi"], {"a": 1}],
    "id": [5, 0, True, 1.5, ["a"]],
    "voice": [5, False, ["a"]],
    "lang": [5, True, ["en"]],
    "speed": ["fast", "", "1e0", True, False, [1]],
    "volume": ["loud", "-1", "40 %", "0x28", "nan", "101", "4" * 400, "٤٠", True, False, [40]],
    "priority": [2, True, ["high"]],
    "interrupt": ["maybe", "", 1, 0, []],
    "repeat": ["2.5", "two", True, 2.5],
    "ttl_s": ["0", "inf", True, [60]],
    "output": [1, True, {"a": "mqtt"}, [1], [None]],
    "format": [1, True, ["wav"]],
    "reply_to": [1, True, ["a"]],
    "ssml": [1, True, ["<speak>a</speak>"]],
    "chime": [1, 0, ["ding"]],
    "until_ack": ["yes", 1, 0],
    "dedupe_s": ["sixty", True, [60]],
    "coalesce_key": [1, True, ["a"]],
}


def test_what_templates_render_is_understood() -> None:
    """40 comes as 40.0, and what is not set as null."""
    request = parse({"text": "hi", "volume": 40.0, "repeat": 2.0, "voice": None, "interrupt": None})
    assert (request.volume, request.repeat, request.interrupt) == (40, 2, False)


def test_numbers_and_switches_may_be_texts() -> None:
    """Half of the automation systems quote every value; a quoted number is still one and nothing else."""
    request = parse({"text": "hi", "volume": "40.0", "repeat": "2", "speed": " 1.25 ", "ttl_s": "60"})
    assert (request.volume, request.repeat, request.speed, request.deadline) == (40, 2, 1.25, NOON + 60)
    for word, meant in {"true": True, "ON": True, "1": True, "False": False, "off": False, "0": False}.items():
        assert asked(interrupt=word).interrupt is meant
    assert parse({"text": "40", "id": "40"}).id == "40"


@pytest.mark.parametrize("field", SpeakMessage.model_fields)
def test_a_wrong_type_is_refused_not_converted(field: str) -> None:
    """A number is no text, true is no number, and a text is a number only when it is nothing else."""
    for value in WRONG[field]:
        error = refused({"text": "hi", field: value}).error
        assert (error.code, str(error).split(":")[0]) == ("bad_field", field), value


# -- when it is too late -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ttl_s", "expiry_s", "waited_since", "deadline"),
    [
        (None, None, None, NOON + 120),
        (30, None, None, NOON + 30),
        (None, 600, None, NOON + 600),
        (None, 5, None, NOON + 5),
        (None, 0, None, NOON),
        (30, 600, None, NOON + 30),
        (30, 5, None, NOON + 5),
        (30, None, NOON - 20, NOON + 10),
        (30, None, NOON - 40, NOON - 10),
        (None, None, NOON - 200, NOON - 80),
        (None, 600, NOON - 200, NOON + 600),
        (30, 600, NOON - 200, NOON + 30),
    ],
)
def test_the_deadline(
    ttl_s: float | None, expiry_s: float | None, waited_since: float | None, deadline: float
) -> None:
    """Its own ttl, else its expiry, else the setting; a backlog's clock began when the link was lost.

    With an expiry the broker has counted the wait already.
    """
    arrival = Arrival(at=NOON, expiry_s=expiry_s, sent_after=waited_since)
    assert parse({"text": "hi", "ttl_s": ttl_s}, arrival).deadline == deadline
