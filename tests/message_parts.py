"""Payloads as tests write them, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from litetts_edge.mqtt.messages import Arrival, Defaults, SpeakRefused, parse_speak
from litetts_edge.speech import Encoding, SpeakRequest

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
