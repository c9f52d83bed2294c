"""Payloads that are no requests: each is refused in words, and nothing crashes."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.errors import BadRequest
from litetts_edge.mqtt import messages
from litetts_edge.mqtt.messages import MOST_WARNINGS, Arrival, SpeakMessage, SpeakRefused
from litetts_edge.mqtt.payload import parse_object
from litetts_edge.mqtt.topics import publish_topic
from tests.message_parts import DEFAULTS, NOON, asked, parse, refused

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
