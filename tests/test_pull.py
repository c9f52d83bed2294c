"""`litetts-edge models pull`: a model is installed whole, and goes on where it stopped."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.request import Request

import pytest

from litetts_edge.catalogue.answer import Refused, _Redirect
from litetts_edge.catalogue.errors import DownloadFailed
from litetts_edge.engines.installed import installed_models
from tests.published import (
    KOKORO_MODEL,
    VOICE_JSON,
    VOICE_MODEL,
    PublishedFiles,
    onnx_bytes,
    published,
    status,
    tree,
    until,
)
from tests.pulling import Pulling

HALF = len(VOICE_MODEL) // 2


@pytest.fixture
def server() -> Iterator[PublishedFiles]:
    with published() as server:
        yield server


@pytest.fixture
def pulling(server: PublishedFiles, tmp_path: Path) -> Pulling:
    return Pulling(server, tmp_path / "models")


def test_a_model_is_installed_whole(pulling: Pulling) -> None:
    """Every file verified, a manifest that the engines read, and nothing else left in the folder."""
    done = pulling.pull("kokoro")
    assert done.fetched == ("kokoro.onnx", "voices/af_heart.bin", "voices/af_sky.bin")
    [model] = installed_models(pulling.shelf.folder, "kokoro")
    assert [file.role for file in model.files] == ["model", "voice", "voice"]
    for file in model.files:
        model.verify(file)
    assert tree(pulling.shelf.folder) == [f"kokoro/{path}" for path in sorted((*done.fetched, "manifest.json"))]
    assert model.languages == ("en-US",)
    assert ("kokoro.onnx", len(KOKORO_MODEL), len(KOKORO_MODEL)) in pulling.notes.moves


def test_nothing_is_packed_on_the_way(pulling: Pulling, server: PublishedFiles) -> None:
    """Ranges and lengths would mean something else."""
    pulling.pull("voice")
    assert server.asked("/voice.onnx")[0]["Accept-Encoding"] == "identity"


def test_what_was_left_of_another_choice_is_not_installed(pulling: Pulling, server: PublishedFiles) -> None:
    """The folder has what the manifest names, and nothing else."""
    server.behaves("/voices/af_sky.bin", status(404))
    with pytest.raises(DownloadFailed):
        pulling.pull("kokoro")
    server.behaves("/voices/af_sky.bin")
    pulling.pull("kokoro", "af_sky")
    assert tree(pulling.shelf.folder) == ["kokoro/kokoro.onnx", "kokoro/manifest.json", "kokoro/voices/af_sky.bin"]


def test_what_is_whole_is_not_fetched_again(pulling: Pulling, server: PublishedFiles) -> None:
    """The second pull reads the disk, and asks nobody."""
    pulling.pull("voice")
    server.requests.clear()
    assert pulling.pull("voice").fetched == ()
    assert server.requests == []


def test_what_is_damaged_is_mended(pulling: Pulling, server: PublishedFiles) -> None:
    """Only that file is fetched again."""
    pulling.pull("voice")
    (pulling.shelf.folder / "voice" / "voice.onnx").write_bytes(VOICE_MODEL[:-1] + b"!")
    assert pulling.pull("voice").fetched == ("voice.onnx",)
    assert (pulling.shelf.folder / "voice" / "voice.onnx").read_bytes() == VOICE_MODEL


def test_single_voices_can_be_added_later(pulling: Pulling) -> None:
    """The manifest then names both."""
    assert pulling.pull("kokoro", "af_heart").fetched == ("kokoro.onnx", "voices/af_heart.bin")
    assert pulling.pull("kokoro", "*_sky").fetched == ("voices/af_sky.bin",)
    [model] = installed_models(pulling.shelf.folder)
    assert {file.path.stem for file in model.files_of("voice")} == {"af_heart", "af_sky"}
    assert not (pulling.shelf.folder / ".incoming" / "kokoro").exists()


def test_single_voices_stand_for_the_pack(pulling: Pulling) -> None:
    """Whoever asks for a voice does not want the file with all."""
    assert pulling.pull("pack").fetched == ("kokoro.onnx", "voices.bin")
    assert pulling.pull("pack", "af_sky").fetched == ("voices/af_sky.bin",)


def test_it_goes_on_where_it_stopped(pulling: Pulling, server: PublishedFiles) -> None:
    """In the same pull, with the validator of the first answer."""
    server.behaves("/voice.onnx", until(server, HALF), server.give)
    pulling.pull("voice")
    again = server.asked("/voice.onnx")[1]
    assert (again["Range"], again["If-Range"]) == (f"bytes={HALF}-", server.etag)
    assert f"ended after {HALF} of {len(VOICE_MODEL)} bytes" in pulling.notes.said[0]


def test_it_goes_on_in_the_next_pull(pulling: Pulling, server: PublishedFiles) -> None:
    """A pull that failed leaves its part; nothing is installed meanwhile."""
    server.behaves("/voice.onnx", until(server, HALF), status(404))
    with pytest.raises(DownloadFailed):
        pulling.pull("voice")
    assert installed_models(pulling.shelf.folder) == ()
    server.behaves("/voice.onnx")
    pulling.pull("voice")
    assert server.asked("/voice.onnx")[-1]["Range"] == f"bytes={HALF}-"
    assert installed_models(pulling.shelf.folder)


def test_a_server_without_ranges_begins_anew(pulling: Pulling, server: PublishedFiles) -> None:
    """It answers 200 with the whole file, which is taken as that."""
    server.with_ranges = False
    server.behaves("/voice.onnx", until(server, HALF), server.give)
    pulling.pull("voice")
    assert installed_models(pulling.shelf.folder)


def test_a_file_that_changed_begins_anew(pulling: Pulling, server: PublishedFiles) -> None:
    """The validator is another: half of the one and half of the other are never put together."""

    def changed(handler: object, content: bytes) -> None:
        server.etag = '"two"'
        server.give(handler, content)  # type: ignore[arg-type]

    server.files["/voice.onnx"] = onnx_bytes(("input", "input_lengths", "scales"), weights=2999) + b"!"
    server.behaves("/voice.onnx", until(server, HALF), changed)
    server.files["/voice.onnx"] = VOICE_MODEL
    pulling.pull("voice")
    assert (pulling.shelf.folder / "voice" / "voice.onnx").read_bytes() == VOICE_MODEL


def test_without_a_hash_only_a_validator_resumes(pulling: Pulling, server: PublishedFiles) -> None:
    """Half of an unknown file and half of another would be a third one."""
    server.etag = 'W/"weak"'
    server.behaves("/voice.onnx.json", until(server, 20), server.give)
    pulling.pull("unknown")
    assert [headers.get("Range") for headers in server.asked("/voice.onnx.json")] == [None, None]
    server.etag = '"strong"'
    pulling.shelf.remove("unknown")
    server.behaves("/voice.onnx.json", until(server, 20), server.give)
    pulling.pull("unknown")
    assert server.asked("/voice.onnx.json")[-1]["Range"] == "bytes=20-"


def test_a_file_that_became_shorter_begins_anew(pulling: Pulling, server: PublishedFiles) -> None:
    """The server has nothing at that place any more (416)."""
    part = pulling.shelf.staging("unknown") / "voice.onnx.json.part"
    part.write_bytes(VOICE_JSON + b"more")
    note = {"address": f"{server.base}/voice.onnx.json", "validator": server.etag}
    part.with_name(f"{part.name}.json").write_text(json.dumps(note))
    pulling.pull("unknown")
    assert (pulling.shelf.folder / "unknown" / "voice.onnx.json").read_bytes() == VOICE_JSON


def test_more_than_the_file_is_refused(pulling: Pulling, server: PublishedFiles) -> None:
    """A server that names no length cannot fill the disk."""

    def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(content + b"more")

    server.behaves("/voice.onnx", endless)
    with pytest.raises(DownloadFailed, match=f"gives more than the {len(VOICE_MODEL)} bytes"):
        pulling.pull("voice")


@pytest.mark.parametrize("length", ["2000000", ""])
def test_an_unknown_size_has_a_limit(pulling: Pulling, server: PublishedFiles, length: str) -> None:
    """Whether the server names its length or not."""

    def large(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        if length:
            handler.send_header("Content-Length", length)
        handler.end_headers()
        with contextlib.suppress(OSError):  # the other side has seen enough
            handler.wfile.write(b"{".ljust(2_000_000))

    server.behaves("/voice.onnx.json", large)
    with pytest.raises(DownloadFailed, match=r"2000000 bytes there|gives more than"):
        pulling.pull("unknown")


def test_encryption_is_not_given_up() -> None:
    """A redirect from https to http is refused."""
    follow = _Redirect().redirect_request
    before = Request("https://example.org/a")
    with pytest.raises(Refused, match="not encrypted"):
        follow(before, None, 302, "", {}, "http://example.org/b?token=1")
    assert follow(before, None, 302, "", {}, "https://example.org/b")


def test_parts_that_do_not_fit_begin_anew(pulling: Pulling, server: PublishedFiles) -> None:
    """A server may lie about its validator; the hash does not."""
    staging = pulling.shelf.staging("voice")
    (staging / "voice.onnx.part").write_bytes(b"\x08" * HALF)
    pulling.pull("voice")
    assert [headers.get("Range") for headers in server.asked("/voice.onnx")] == [f"bytes={HALF}-", None]


def test_a_part_longer_than_the_file_begins_anew(pulling: Pulling, server: PublishedFiles) -> None:
    """It is of another file."""
    (pulling.shelf.staging("voice") / "voice.onnx.part").write_bytes(VOICE_MODEL + b"more")
    pulling.pull("voice")
    assert "Range" not in server.asked("/voice.onnx")[0]


def test_a_part_that_is_whole_is_only_verified(pulling: Pulling, server: PublishedFiles) -> None:
    """A power cut after the last byte costs no second download."""
    (pulling.shelf.staging("voice") / "voice.onnx.part").write_bytes(VOICE_MODEL)
    pulling.pull("voice")
    assert server.asked("/voice.onnx") == []
