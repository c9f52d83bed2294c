"""Small stand-ins for published models, a catalogue of them, and a server that misbehaves as servers do."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from litetts_edge.catalogue.entries import Catalogue, CatalogueFile, CatalogueModel, catalogue_of
from litetts_edge.catalogue.fetch import Patience

PIPER_INPUTS = ("input", "input_lengths", "scales")
KOKORO_INPUTS = ("input_ids", "style", "speed")


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def onnx_bytes(inputs: tuple[str, ...], outputs: tuple[str, ...] = ("output",), weights: int = 3000) -> bytes:
    """What an exporter writes: a version, its name, and a graph with a weight, inputs and outputs (onnx.proto)."""
    tensor = _message(8, b"w") + _message(9, bytes(index % 251 for index in range(weights)))
    graph = _message(2, b"main") + _message(5, tensor)
    graph += b"".join(_message(11, _message(1, name.encode())) for name in ("w", *inputs))
    graph += b"".join(_message(12, _message(1, name.encode())) for name in outputs)
    return b"\x08\x08" + _message(2, b"test") + _message(7, graph) + _message(8, b"\x10\x0f")


def piper_json(language: str = "en_US") -> bytes:
    """The JSON beside a Piper voice."""
    about = {
        "audio": {"sample_rate": 22050},
        "phoneme_id_map": {"_": [0], "a": [1]},
        "language": {"code": language},
    }
    return json.dumps(about).encode()


def npz_bytes(shape: tuple[int, ...], *names: str) -> bytes:
    """Voices in one file."""
    out = io.BytesIO()
    arrays: dict[str, Any] = {name: np.zeros(shape, np.float32) for name in names}
    np.savez(out, **arrays)
    return out.getvalue()


def voice_bytes(value: float) -> bytes:
    """One Kokoro voice."""
    return np.full((510, 1, 256), value, np.float32).tobytes()


VOICE_MODEL = onnx_bytes(PIPER_INPUTS)
VOICE_JSON = piper_json()
KOKORO_MODEL = onnx_bytes(KOKORO_INPUTS, weights=5000)
HEART, SKY = voice_bytes(0.5), voice_bytes(-0.5)
PACK = npz_bytes((510, 1, 256), "af_heart", "af_sky")

PUBLISHED: Mapping[str, bytes] = {
    "/voice.onnx": VOICE_MODEL,
    "/voice.onnx.json": VOICE_JSON,
    "/kokoro.onnx": KOKORO_MODEL,
    "/voices/af_heart.bin": HEART,
    "/voices/af_sky.bin": SKY,
    "/voices.bin": PACK,
}
"""Everything that the catalogue of these tests names, by its address on the server."""


def entry(path: str, role: str, content: bytes, *bases: str, there: str = "", known: bool = True) -> CatalogueFile:
    """A file of the catalogue, at `there` below each base; `known`: its hash is published."""
    return CatalogueFile(
        path=path,
        role=role,
        sources=tuple(base + (there or f"/{path}") for base in bases),
        bytes=len(content),
        is_exact=known,
        sha256=hashlib.sha256(content).hexdigest() if known else "",
    )


def published_catalogue(*bases: str) -> Catalogue:
    """A Piper voice, the same with a JSON of unknown hash, a Kokoro with single voices, and one with a pack."""
    voice = entry("voice.onnx", "model", VOICE_MODEL, *bases)
    single = tuple(
        entry(f"voices/{name}.bin", "voice", content, *bases)
        for name, content in (("af_heart", HEART), ("af_sky", SKY))
    )
    kokoro = entry("kokoro.onnx", "model", KOKORO_MODEL, *bases)
    return catalogue_of(
        {
            model.name: model
            for model in (
                _model("voice", "piper", (voice, entry("voice.onnx.json", "config", VOICE_JSON, *bases))),
                _model(
                    "unknown",
                    "piper",
                    (voice, entry("voice.onnx.json", "config", VOICE_JSON, *bases, known=False)),
                ),
                _model("kokoro", "kokoro", (kokoro,), single),
                _model("pack", "kokoro", (kokoro, entry("voices.bin", "voices", PACK, *bases)), single),
            )
        }
    )


def _model(
    name: str, engine: str, files: tuple[CatalogueFile, ...], voices: tuple[CatalogueFile, ...] = ()
) -> CatalogueModel:
    about = {"title": name, "licence": "CC0-1.0", "licence_text": "https://example.org/licence", "note": ""}
    return CatalogueModel(
        name=name, engine=engine, languages=("en-US",), board="pi4", speed="", ram_mb=0, ram="", **about,
        files=files, voices=voices,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for."""

    path: str
    headers: Mapping[str, str]


Behaviour = Callable[[BaseHTTPRequestHandler, bytes], None]
"""Answers one request in place of the server; gets the content of the file."""


@dataclass(slots=True)
class PublishedFiles:
    """A server of files. Behaviours of a path are used up one by one, the last one stays."""

    files: dict[str, bytes]
    base: str = ""
    with_ranges: bool = True
    etag: str = '"one"'
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: whoever stalls may go."""

    def behaves(self, path: str, *behaviours: Behaviour) -> None:
        """What happens at the next requests for a path."""
        self.behaviours[path] = list(behaviours)

    def asked(self, path: str) -> list[Mapping[str, str]]:
        """The headers of the requests for a path."""
        return [request.headers for request in self.requests if request.path == path]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(Request(handler.path, dict(handler.headers)))
        content = self.files.get(handler.path)
        left = self.behaviours.get(handler.path, [])
        if left:
            (left.pop(0) if len(left) > 1 else left[0])(handler, content or b"")
        elif content is None:
            handler.send_error(404)
        else:
            self.give(handler, content)

    def give(self, handler: BaseHTTPRequestHandler, content: bytes, until: int = 1 << 40) -> None:
        """The file as a good server gives it, or only up to a byte of it."""
        wanted = handler.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.with_ranges else 0
        if handler.headers.get("If-Range", self.etag) != self.etag:
            start = 0
        if start >= len(content) > 0:
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - start))
        handler.send_header("Content-Type", "application/octet-stream")
        handler.send_header("ETag", self.etag)
        handler.end_headers()
        handler.wfile.write(content[start:until])


def until(server: PublishedFiles, count: int) -> Behaviour:
    """Gives the file up to a byte and hangs up."""
    return lambda handler, content: server.give(handler, content, until=count)


def status(code: int, **headers: str) -> Behaviour:
    """Refuses."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def page(
    content: bytes = b"<!DOCTYPE html><html><title>Hotel Wi-Fi</title>", kind: str = "text/html"
) -> Behaviour:
    """Answers with something else, as if nothing were wrong."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def stall(server: PublishedFiles) -> Behaviour:
    """Says nothing at all."""
    return lambda handler, content: void(server.closing.wait(10))


def void(_: object) -> None:
    """Nothing."""


@contextmanager
def published(files: Mapping[str, bytes] = PUBLISHED) -> Iterator[PublishedFiles]:
    """A server on a free port of this machine, in a thread."""
    server = PublishedFiles(dict(files))

    class Handler(BaseHTTPRequestHandler):
        timeout: ClassVar[float] = 10

        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.base = f"http://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown()
            thread.join()


class Notes:
    """A Watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.moves: list[tuple[str, int, int]] = []

    def moved(self, file: str, done: int, total: int) -> None:
        self.moves.append((file, done, total))

    def say(self, text: str) -> None:
        self.said.append(text)


class Impatience:
    """Waits are noted, and not made."""

    def __init__(self, timeout_s: float = 10.0) -> None:
        self.waits: list[float] = []
        self.patience = Patience(timeout_s=timeout_s, sleep=self.waits.append)


def tree(folder: Path) -> list[str]:
    """The files below a folder, locks left out."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".locks" not in path.parts
    )
