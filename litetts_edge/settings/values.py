"""From what is written to a value of the type that the schema asks for.

The schema decides what a text means, not YAML: `id: 0123` is a text, `port: "1883"` a number, and the same
rules hold for files, the environment and the command line. Where YAML 1.1 and people read different things
(`no` as a name, `010` as a number) it is refused with the way to write it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from litetts_edge.errors import did_you_mean
from litetts_edge.settings.document import Unreadable, compose, is_null, line_of
from litetts_edge.settings.setting import MASK, Setting, Value

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][+-]?[0-9]{1,2})?", re.ASCII)
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]", re.ASCII)
_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))


class BadValue(Exception):
    """What is written cannot be this setting; `line` is 0 when it came from no file."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def value_in_yaml(setting: Setting, node: yaml.Node) -> Value:
    """The value that a node of a settings file stands for. Raises BadValue."""
    line = line_of(node)
    if is_null(node):
        raise BadValue(_said(setting, "has no value; write one, or remove the line"), line)
    if isinstance(node, yaml.MappingNode):
        raise BadValue(_said(setting, "expects a value, not a section of its own"), line)
    if isinstance(node, yaml.SequenceNode):
        if setting.kind != "list":
            raise BadValue(_said(setting, "expects one value, not a list"), line)
        return tuple(_item(setting, item) for item in node.value)
    if setting.kind in {"text", "list"}:
        _refuse_yes_no(setting, node)
    try:
        return value_in_text(setting, node.value)
    except BadValue as error:
        raise BadValue(str(error), line) from None


def value_in_text(setting: Setting, text: str) -> Value:
    """The value that a text (of the environment, or of one YAML scalar) stands for. Raises BadValue."""
    match setting.kind:
        case "yes_no":
            if text.lower() not in _TRUE | _FALSE:
                raise BadValue(_refused(setting, text, "is neither true nor false", hint=False))
            return text.lower() in _TRUE
        case "whole":
            return int(_digits(setting, text, _WHOLE, "is not a whole number"))
        case "number":
            return float(_digits(setting, text, _NUMBER, "is not a number"))
        case "list":
            return _list(setting, text)
        case _:
            return text


def why_refused(setting: Setting, value: object, kind: str, message: str) -> str:
    """One of pydantic's complaints (`type` and `msg` of an error) as a sentence with the allowed range."""
    limit = message.removeprefix("String should have ")
    complaints = {
        "greater_than_equal": "is out of range",
        "less_than_equal": "is out of range",
        "literal_error": "is not known",
        "value_error": message.removeprefix("Value error, "),
        "string_too_long": limit.replace("at most", "has more than"),
        "too_long": "has too many entries",
    }
    if kind in {"too_short", "string_too_short"}:
        return _said(setting, "must not be empty")
    hint = did_you_mean(str(value).lower(), setting.choices) if kind == "literal_error" else ""
    return _refused(setting, value, complaints.get(kind, f"cannot be used: {message}")) + (hint and f".{hint}")


def _list(setting: Setting, text: str) -> tuple[str, ...]:
    """Words between commas, or a YAML list in brackets."""
    if not text.strip().startswith("["):
        return tuple(word.strip() for word in text.split(",")) if text.strip() else ()
    try:
        wrapped = compose(f"list: {text}")
    except Unreadable as error:
        raise BadValue(_refused(setting, text, str(error))) from None
    node = wrapped.value[0][1] if wrapped and len(wrapped.value) == 1 else None
    if not isinstance(node, yaml.SequenceNode):
        raise BadValue(_refused(setting, text, "is not a list"))
    try:
        return tuple(_item(setting, item) for item in node.value)
    except BadValue as error:
        raise BadValue(str(error)) from None


def _item(setting: Setting, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or is_null(node):
        raise BadValue(_said(setting, "expects words in its list"), line_of(node))
    _refuse_yes_no(setting, node)
    return str(node.value)


def _refuse_yes_no(setting: Setting, node: yaml.Node) -> None:
    """Refuse a bare yes, no, on, off, true or false where a text belongs: other YAML tools do not read a text."""
    if node.tag == "tag:yaml.org,2002:bool":
        word = MASK if setting.secret else node.value
        raise BadValue(f"YAML reads a bare {word} as true or false; write it in quotes: '{word}'", line_of(node))


def _digits(setting: Setting, text: str, pattern: re.Pattern[str], complaint: str) -> str:
    if _LEADING_ZERO.match(text):
        raise BadValue(_refused(setting, text, "begins with a zero, which some read as octal; write it without"))
    if pattern.fullmatch(text):
        return text
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text, re.ASCII):
        complaint += "; the decimal sign is a point"
    raise BadValue(_refused(setting, text, complaint))


def _refused(setting: Setting, value: object, complaint: str, *, hint: bool = True) -> str:
    shown = MASK if setting.secret else _short(value)
    return _said(setting, f"{shown} {complaint}", hint=hint)


def _said(setting: Setting, message: str, *, hint: bool = True) -> str:
    allowed = setting.allowed()
    return f"{message}; allowed: {allowed}" if hint and allowed else message


def _short(value: object) -> str:
    """The value on one line, a text in quotes and cut where it is too long."""
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(map(str, value))
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
