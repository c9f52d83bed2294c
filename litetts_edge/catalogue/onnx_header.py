"""Reads the names at the head and the end of an ONNX file, without the onnx package and without its weights.

An ONNX file is one protobuf message, ModelProto (onnx.proto): fields, each with a number and a type; those that
are long carry their length, so all that is not of interest is skipped. A length that points behind the end of the
file is how a file that was cut off shows itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from litetts_edge.catalogue.content import HEAD, description

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
"""Wire types (protobuf encoding)."""
_WEIGHTS, _INPUT, _OUTPUT = 5, 11, 12
"""Fields of a GraphProto."""
_LONGEST_NAME = 4096


class NotOnnx(Exception):
    """It is no whole ONNX file; str() says why."""


@dataclass(frozen=True, slots=True)
class OnnxHeader:
    """What a graph takes and gives."""

    ir_version: int
    producer: str
    inputs: tuple[str, ...]
    """Without the weights, which old files list among them."""
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    wire: int
    value: int
    """Of a varint; else the offset of the content."""
    length: int


def read_header(path: Path) -> OnnxHeader:
    """The names in the file. Raises NotOnnx, OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, 2)
        if not head or head[0] != 0x08:
            raise NotOnnx(f"it is {description(head)}, not an ONNX model")
        try:
            return _model(file, size)
        except _Odd as error:
            raise NotOnnx(f"it is no ONNX model: {error}") from None


class _Odd(Exception):
    """Bytes that no protobuf writer makes."""


def _model(file: BinaryIO, size: int) -> OnnxHeader:
    version, producer, graph = 0, "", None
    for field in _fields(file, 0, size, size):
        if (field.number, field.wire) == (1, _VARINT):
            version = field.value
        elif (field.number, field.wire) == (2, _BYTES):
            producer = _text(file, field)
        elif (field.number, field.wire) == (7, _BYTES):
            graph = field
    if graph is None:
        raise _Odd("it has no graph")
    inputs, outputs = _names(file, graph, size)
    return OnnxHeader(version, producer, inputs, outputs)


def _names(file: BinaryIO, graph: _Field, size: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a GraphProto takes and gives: its fields 11 and 12, and not what its field 5 (the weights) names."""
    names: dict[int, list[str]] = {_WEIGHTS: [], _INPUT: [], _OUTPUT: []}
    for field in _fields(file, graph.value, graph.value + graph.length, size):
        if field.number in names and field.wire == _BYTES:
            # a TensorProto has its name in field 8, a ValueInfoProto in field 1
            names[field.number].append(_name(file, field, 8 if field.number == _WEIGHTS else 1, size))
    if not names[_OUTPUT]:
        raise _Odd("its graph gives nothing")
    weights = set(names[_WEIGHTS])
    return tuple(name for name in names[_INPUT] if name not in weights), tuple(names[_OUTPUT])


def _fields(file: BinaryIO, start: int, end: int, size: int) -> Iterator[_Field]:
    """The fields between two offsets. The place in the file may be changed between two of them."""
    at = start
    while at < end:
        file.seek(at)
        key = _varint(file, at, size)
        wire, number = key & 7, key >> 3
        if number == 0:
            raise _Odd(f"byte {at} is not the start of a field")
        if wire == _VARINT:
            value = _varint(file, at, size)
            at = file.tell()
            yield _Field(number, wire, value, 0)
            continue
        if wire == _BYTES:
            length = _varint(file, at, size)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise _Odd(f"byte {at} is not the start of a field")
        content = file.tell()
        if content + length > end:
            if content + length > size:
                missing = content + length - size
                raise NotOnnx(f"it is cut off at byte {size}: at least {missing} bytes are missing")
            raise _Odd(f"the field at byte {at} is longer than what holds it")
        at = content + length
        yield _Field(number, wire, content, length)


def _varint(file: BinaryIO, field_at: int, size: int) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise NotOnnx(f"it is cut off at byte {size}")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise _Odd(f"byte {field_at} is not the start of a field")


def _name(file: BinaryIO, message: _Field, number: int, size: int) -> str:
    for field in _fields(file, message.value, message.value + message.length, size):
        if (field.number, field.wire) == (number, _BYTES):
            return _text(file, field)
    return ""


def _text(file: BinaryIO, field: _Field) -> str:
    file.seek(field.value)
    return file.read(min(field.length, _LONGEST_NAME)).decode("utf-8", "replace")
