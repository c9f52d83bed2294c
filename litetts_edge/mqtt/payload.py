"""Bytes from outside as text and as JSON; nothing in them is believed."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from litetts_edge.errors import BadJson, NotUtf8

_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""What one can come from: an escape in the JSON. Pairs look the same, so this only says where to look."""


def parse_object(payload: bytes) -> dict[str, Any]:
    """A JSON object that can be sent back, or an empty payload as an empty one. Raises BadRequest."""
    text = text_of(payload)
    parsed = object_of(text)
    if _LONE_SURROGATE.search(text):  # it could not be sent back in an answer
        try:
            json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise BadJson("it has half of a surrogate pair, which is no character") from None
    return parsed


def object_of(text: str) -> dict[str, Any]:
    """A JSON object, or nothing but space as an empty one. Raises BadRequest."""
    if not text.strip():
        return {}
    try:
        parsed = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise BadJson("it is nested too deeply") from None
    except ValueError:
        raise BadJson("it has a number with thousands of digits") from None
    if not isinstance(parsed, dict):
        raise BadJson(f"it is {type(parsed).__name__}, not an object")
    return parsed


def text_of(payload: bytes) -> str:
    """UTF-8, with or without a byte order mark. Raises BadRequest."""
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(error.start) from None


def _no_constant(name: str) -> float:
    raise BadJson(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise BadJson(f"{digits[:40]} is too large a number")
    return value
