"""What a file is, by its first bytes: told to people when another one was expected."""

from __future__ import annotations

import re

from litetts_edge.catalogue.entries import CONFIG, MODEL, VOICES

HEAD = 512
"""Bytes that are enough to tell."""

_SPACE = b"\xef\xbb\xbf \t\r\n"
"""A byte order mark and white space."""
_LFS = b"version https://git-lfs.github.com/spec/"
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,80})", re.IGNORECASE)
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip archive (.tar.gz)",
    b"BZh": "a bzip2 archive (.tar.bz2)",
    b"\xfd7zXZ\x00": "an xz archive (.tar.xz)",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
    b"(\xb5/\xfd": "a zstd archive",
}


def description(head: bytes) -> str:
    """What a file that begins so is, in words; `unknown data` when nothing is recognised."""
    return next((name for name in (_markup(head), _archive(head), _model_or_data(head)) if name), "unknown data")


def _markup(head: bytes) -> str:
    text = head.lstrip(_SPACE)
    if head.startswith(_LFS):
        return "a git-lfs pointer: the text that stands for the file where git-lfs is not installed"
    if text[:1] != b"<":
        return ""
    if not re.match(rb"<(!doctype html|html|head)", text, re.IGNORECASE):
        return "XML"
    title = _TITLE.search(text)
    return f"a web page titled {title.group(1).strip().decode('utf-8', 'replace')!r}" if title else "a web page"


def _archive(head: bytes) -> str:
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((name for magic, name in _ARCHIVES.items() if head.startswith(magic)), "")


def _model_or_data(head: bytes) -> str:
    if not head:
        return "an empty file"
    if not head.strip(b"\x00"):
        return "nothing but zeros"
    if head.lstrip(_SPACE)[:1] in (b"{", b"["):
        return "JSON"
    if _is_onnx(head):
        return "an ONNX model"
    return "text" if _is_text(head) else ""


def mismatch(role: str, head: bytes) -> str:
    """What the file is instead when it cannot be of that role; empty when it may be."""
    fits = {
        MODEL: _is_onnx(head),
        CONFIG: head.lstrip(_SPACE)[:1] == b"{",
        VOICES: head.startswith(b"PK\x03\x04"),
    }.get(role, not _is_text(head) and description(head) == "unknown data")
    return "" if fits else description(head)


def is_archive(head: bytes) -> bool:
    """Whether it has to be unpacked; an npz is a zip, too, and is told apart by its name."""
    return "archive" in description(head)


def _is_onnx(head: bytes) -> bool:
    """A ModelProto begins with its ir_version: field 1, a varint, which is 3 to 13 today (onnx.proto)."""
    return len(head) > 2 and head[0] == 0x08 and 1 <= head[1] < 64


def _is_text(head: bytes) -> bool:
    try:
        head[:-3].decode("utf-8")  # a letter may be cut at the end
    except UnicodeDecodeError:
        return False
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
