"""What a speak payload becomes: a request, or a refusal with a stable code. Nothing else, whatever comes."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.errors import BadRequest
from litetts_edge.mqtt import messages
from litetts_edge.mqtt.messages import (
    MAX_TTL_S,
    MOST_WARNINGS,
    Arrival,
    Defaults,
    SpeakMessage,
    SpeakRefused,
    parse_speak,
)
from litetts_edge.mqtt.payload import parse_object
from litetts_edge.mqtt.topics import publish_topic
from litetts_edge.speech import Encoding, Priority, RequestId, SpeakRequest

DEFAULTS = Defaults(voice="espeak:en-us", speed=1.25, outputs=("speaker", "file"), encoding=Encoding.FLAC)
NOON = 1000.0
NOW = Arrival(at=NOON)


def parse(
    payload: str | bytes | dict[str, Any], arrival: Arrival = NOW, defaults: Defaults = DEFAULTS
) -> SpeakRequest:
    """What the payload becomes; a dict is sent as JSON."""
    if isinstance(payload, dict):
        payload = json.dumps(payload)
    return parse_speak(payload.encode() if isinstance(payload, str) else payload, arrival, defaults)


def asked(**fields: Any) -> SpeakRequest:
    return parse({"text": "hi", **fields})


def refused(payload: str | bytes | dict[str, Any], arrival: Arrival = NOW) -> SpeakRefused:
    with pytest.raises(SpeakRefused) as raised:
        parse(payload, arrival)
    return raised.value


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


# -- bad payloads ------------------------------------------------------------------------------------------

DEEP = 50_000
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "text_empty"),
    "white space": (b" \t\r\n", "text_empty"),
    "no-break spaces": ("\u00a0\u2003".encode(), "text_empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "text_empty"),
    "an empty object": (b"{}", "text_empty"),
    "an object without a text": (b'{"id": "a"}', "text_empty"),
    "5001 characters": (b"a" * 5001, "text_too_long"),
    "5001 characters of white space": (b" " * 5001, "text_too_long"),
    "cut short": (b'{"text": "hi"', "bad_json"),
    "one brace": (b"{", "bad_json"),
    "single quotes": (b"{'text': 'hi'}", "bad_json"),
    "a trailing comma": (b'{"text": "hi",}', "bad_json"),
    "a comment": (b'{"text": "hi"} // no', "bad_json"),
    "two objects": (b'{"text": "hi"}{"text": "hi"}', "bad_json"),
    "a bare line break in a string": (b'{"text": "a\nb"}', "bad_json"),
    "NUL": (b"a\x00b", "bad_field"),
    "NUL in JSON": (b'{"text": "a\\u0000b"}', "bad_field"),
    "an escape sequence": (b"\x1b[31mred", "bad_field"),
    "DEL": (b"a\x7f", "bad_field"),
    "half of a surrogate pair": (b'{"text": "\\ud800"}', "bad_field"),
    "the other half": (b'{"text": "\\udfff", "speed": 1}', "bad_field"),
    "half of a pair in the voice": (b'{"text": "hi", "voice": "\\ud800"}', "bad_field"),
    "half of a pair in a key": (b'{"text": "hi", "\\ud800": 1}', "bad_field"),
    "half of a pair in UTF-8": (b"\xed\xa0\x80", "not_utf8"),
    "Latin-1": ("Tür".encode("latin-1"), "not_utf8"),
    "UTF-16": ("hi".encode("utf-16"), "not_utf8"),
    "cut inside a character": ("Tür".encode()[:2], "not_utf8"),
    "not UTF-8 in JSON": (b'{"text": "\xff"}', "not_utf8"),
    "an overlong slash": (b"\xc0\xaf", "not_utf8"),
    "1 MB of text": (b"a" * 1_000_000, "payload_too_large"),
    "1 MB of JSON": (b'{"text": "' + b"a" * 1_000_000 + b'"}', "payload_too_large"),
    "one byte more than allowed": (b"a" * 65_537, "payload_too_large"),
    "a deep list": (b'{"text": "hi", "x": ' + b"[" * DEEP, "bad_json"),
    "deep objects": (b'{"a":' * 10_000, "bad_json"),
    "NaN": (b'{"text": "hi", "speed": NaN}', "bad_json"),
    "Infinity": (b'{"text": "hi", "ttl_s": Infinity}', "bad_json"),
    "minus Infinity in an unknown key": (b'{"text": "hi", "x": [-Infinity]}', "bad_json"),
    "a number that becomes infinite": (b'{"text": "hi", "x": 1e999}', "bad_json"),
    "a number of 5000 digits": (b'{"text": "hi", "volume": 1' + b"0" * 5000 + b"}", "bad_json"),
    "a number of 4000 digits": (b'{"text": "hi", "volume": 1' + b"0" * 4000 + b"}", "bad_field"),
    "an id of 65 characters": (b'{"text": "hi", "id": "' + b"a" * 65 + b'"}', "bad_field"),
    "an id with NUL": (b'{"text": "hi", "id": "a\\u0000"}', "bad_field"),
    "an id with a line break in it, as an escape": (b'{"text": "hi", "id": "a\\u001b"}', "bad_field"),
    "a numeric id": (b'{"text": "hi", "id": 5}', "bad_field"),
    "SSML with text": (b'{"ssml": "<speak>hi</speak>", "text": "hi"}', "bad_field"),
    "SSML that is none": (b'{"ssml": "hi"}', "bad_field"),
    "SSML that is not well-formed": (b'{"ssml": "<speak>hi</speck>"}', "ssml_invalid"),
    "a text that is broken SSML": (b"<speak>hi", "ssml_invalid"),
    "SSML with a DOCTYPE": (b'{"text": "<!DOCTYPE speak><speak>hi</speak>"}', "ssml_invalid"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_payload_has_a_stable_code(name: str) -> None:
    """Each is refused with its code, a sentence, and an id under which it is told."""
    payload, code = BAD[name]
    error = refused(payload)
    assert error.error.code == code
    assert 10 < len(str(error.error)) < 300
    assert str(error.error).isprintable()
    assert re.fullmatch("[0-9a-f]{16}|a", error.request)


def test_the_largest_payload_is_read() -> None:
    """65,536 bytes: too long a text, but not too large a message."""
    assert refused(b"a" * 65_536).error.code == "text_too_long"
    assert refused(b"\xff" * 65_536).error.code == "not_utf8"


def test_a_refusal_bears_the_senders_id() -> None:
    """Whoever gave a usable id hears of it under that; a bad id is never repeated."""
    assert refused({"id": "mine", "text": 5}).request == "mine"
    assert refused({"id": "mine", "chime": 7}).request == "mine"
    assert refused({"id": "a" * 65, "text": "hi"}).request != "a" * 65
    assert refused({"id": "a\x00", "text": "hi"}).request != "a\x00"


@pytest.mark.parametrize(
    ("sent", "set_to", "chime"),
    [
        (None, "", ""),
        (None, "gong", "gong"),
        (True, "", "ding"),
        (True, "gong", "gong"),
        ("true", "", "ding"),
        ("off", "gong", ""),
        (False, "gong", ""),
        ("", "gong", ""),
        ("soft", "gong", "soft"),
    ],
)
def test_a_chime_is_the_senders_or_the_settings(sent: object, set_to: str, chime: str) -> None:
    """true takes the usual one, a name that one, false none; who does not say gets what is set."""
    payload = json.dumps({"text": "hi", "chime": sent}).encode()
    assert parse(payload, defaults=replace(DEFAULTS, chime=set_to)).chime == chime


def test_the_settings_chime_is_for_the_loudspeaker() -> None:
    """Audio for a file or a topic gets one only where its sender asks."""
    chimed = replace(DEFAULTS, chime="gong")
    assert parse(b'{"text": "hi", "output": "file"}', defaults=chimed).chime == ""
    assert parse(b'{"text": "hi", "output": "file", "chime": true}', defaults=chimed).chime == "gong"
    assert parse(b"hi", defaults=chimed).chime == "gong"


# -- unknown keys ------------------------------------------------------------------------------------------


def test_an_unknown_key_is_told_and_does_no_harm() -> None:
    """A later version may know it; a typing error is answered with what was meant."""
    assert asked(spped=2, color="red").warnings == (
        "unknown_key: 'color' was ignored.",
        "unknown_key: 'spped' was ignored. Did you mean 'speed'?",
    )


def test_thousands_of_unknown_keys_cost_no_more_than_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop is not held up: to look for a similar name takes a millisecond for each."""
    look = Mock(return_value="")
    monkeypatch.setattr(messages, "did_you_mean", look)
    request = asked(**{f"spee{number}": 1 for number in range(4000)})
    assert len(request.warnings) == look.call_count == MOST_WARNINGS


def test_a_long_unknown_key_is_not_repeated_in_full() -> None:
    """An event stays small whatever was sent."""
    (warning,) = asked(**{"k" * 50_000: 1}).warnings
    assert len(warning) < 200


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


# -- topics to publish to ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "topic",
    ["a/+", "#", "$SYS/a", "a\x00", "a\nb", "\x7f", "\x85",
     "\ufdd0", "\ufffe", "\uffff", "\U0010ffff", "\ud800", ""],
)  # fmt: skip
def test_a_topic_that_cuts_the_connection_is_refused(topic: str) -> None:
    """Brokers close the connection over these, or paho raises."""
    with pytest.raises(ValueError, match="topic"):
        publish_topic(topic)
    if topic:
        assert refused("hi", Arrival(at=NOON, reply_to=topic)).error.code == "bad_field"


# -- objects of other topics -------------------------------------------------------------------------------


def test_an_empty_payload_is_an_empty_object() -> None:
    """`mosquitto_pub -n` is enough to ask."""
    assert parse_object(b"") == parse_object(b" \n") == parse_object(b"{}") == {}
    assert parse_object(b'{"id": "\\ud83d\\ude00"}') == {"id": "😀"}


@pytest.mark.parametrize(
    "payload",
    [b"[]", b"5", b"hi", b"\xff", b'{"id": "\\ud800"}', b'{"\\udfff": 1}', b'{"a": [{"b": "\\uDC00"}]}',
     b'{"a": NaN}', b'{"a": 1e999}', b'{"a":' * 10_000],
)  # fmt: skip
def test_what_is_no_object_is_refused(payload: bytes) -> None:
    """Also what could not be sent back in an answer."""
    with pytest.raises(BadRequest):
        parse_object(payload)


# -- anything ----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([*SpeakMessage.model_fields])
PAYLOADS = (
    st.binary(max_size=200)
    | st.binary(max_size=60).map(lambda data: b"{" + data)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.dictionaries(FIELDS | st.text(max_size=5), JSON, max_size=5).map(lambda made: json.dumps(made).encode())
    | st.dictionaries(FIELDS, JSON, max_size=4).map(lambda made: json.dumps({"text": "hi", **made}).encode())
)


@given(payload=PAYLOADS, expiry_s=st.none() | st.integers(0, 2**32 - 1), reply_to=st.text(max_size=9))
@settings(deadline=None, max_examples=400)
def test_any_bytes_become_a_sound_request_or_a_refusal(
    payload: bytes, expiry_s: float | None, reply_to: str
) -> None:
    """Nothing but SpeakRefused is raised, and what is accepted keeps every promise of a request."""
    try:
        request = parse(payload, Arrival(at=NOON, expiry_s=expiry_s, reply_to=reply_to))
    except SpeakRefused as error:
        json.dumps([error.request, error.error.code, str(error)], ensure_ascii=False).encode()
        return
    assert 1 <= len(request.text) <= 5000
    assert request.text.strip()
    assert 1 <= len(request.id) <= 64
    assert 0.5 <= request.speed <= 2
    assert request.volume is None or 0 <= request.volume <= 100
    assert 1 <= request.repeat <= 5
    assert set(request.outputs) <= {"speaker", "mqtt", "file"}
    assert math.isfinite(request.deadline)
    json.dumps([request.id, request.text, request.reply_to, *request.warnings], ensure_ascii=False).encode()
