"""Pulling a model from a real HTTP server on this machine, which behaves well and badly."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.request import Request

import pytest

from litetts_edge.catalogue.answer import Refused, _Redirect
from litetts_edge.catalogue.entries import Catalogue
from litetts_edge.catalogue.errors import DiskFull, DownloadFailed, ModelBusy, ModelDamaged
from litetts_edge.catalogue.fetch import TRIES
from litetts_edge.catalogue.pull import Pulled, pull
from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.engines.installed import installed_models
from tests.published import (
    KOKORO_MODEL,
    VOICE_JSON,
    VOICE_MODEL,
    Impatience,
    Notes,
    PublishedFiles,
    onnx_bytes,
    page,
    piper_json,
    published,
    published_catalogue,
    stall,
    status,
    tree,
    until,
)

HALF = len(VOICE_MODEL) // 2


@pytest.fixture
def server() -> Iterator[PublishedFiles]:
    with published() as server:
        yield server


class Pulling:
    """A pull, with everything that it needs."""

    def __init__(self, server: PublishedFiles, folder: Path) -> None:
        self.catalogue: Catalogue = published_catalogue(server.base)
        self.shelf = Shelf(folder)
        self.notes = Notes()
        self.impatience = Impatience()

    def pull(self, name: str, *voices: str, mirror: str = "") -> Pulled:
        model = self.catalogue.find(name)
        return pull(
            model,
            model.chosen(voices),
            self.shelf,
            self.catalogue,
            self.notes,
            mirror,
            patience=self.impatience.patience,
        )


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


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (page(), "web page titled 'Hotel Wi-Fi'"),
        (page(b"<html><body>login", "application/octet-stream"), "a web page"),
        (page(b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "text/plain"), "git-lfs pointer"),
        (page(b'{"error": "gone"}', "application/json"), "JSON"),
        (page(b"", "text/plain"), "ended after 0"),
        (status(404), "no such file"),
        (status(403), "refuses"),
        (status(410), "gone"),
        (status(200, Content_Encoding="gzip"), "packed"),
        (status(302, Location="ftp://example.org/x"), "ftp://example.org/x, which is not HTTP"),
        (status(206, Content_Range="bytes 7-9/10"), "another part"),
    ],
)
def test_what_is_not_the_file_is_named(
    pulling: Pulling, server: PublishedFiles, answer: object, told: str
) -> None:
    """What came instead, and from where; nothing is installed."""
    server.behaves("/voice.onnx", answer)  # type: ignore[arg-type]
    with pytest.raises(DownloadFailed, match=r"voice\.onnx") as failed:
        pulling.pull("voice")
    assert told in str(failed.value)
    assert server.base in str(failed.value)
    assert installed_models(pulling.shelf.folder) == ()


def test_a_page_of_the_right_length_is_no_model(pulling: Pulling, server: PublishedFiles) -> None:
    """The first bytes tell, before the hash does."""
    server.files["/voice.onnx"] = b"<html>".ljust(len(VOICE_MODEL))
    with pytest.raises(DownloadFailed, match="answers with a web page instead"):
        pulling.pull("voice")


def test_a_swapped_file_is_named(pulling: Pulling, server: PublishedFiles) -> None:
    """Its hash is that of another file in the catalogue."""
    files = tuple(
        replace(file, bytes=len(KOKORO_MODEL)) if file.role == "model" else file
        for file in pulling.catalogue.find("voice").files
    )
    model = replace(pulling.catalogue.find("voice"), files=files)
    server.files["/voice.onnx"] = KOKORO_MODEL
    with pytest.raises(DownloadFailed, match=r"it is kokoro\.onnx of kokoro"):
        pull(model, files, pulling.shelf, pulling.catalogue, pulling.notes, patience=pulling.impatience.patience)
    assert not (pulling.shelf.staging("voice") / "voice.onnx.part").exists()


def test_a_file_with_other_bytes_is_thrown_away(pulling: Pulling, server: PublishedFiles) -> None:
    """Same length, same beginning: only the hash sees it."""
    server.files["/voice.onnx"] = VOICE_MODEL[:-1] + b"!"
    with pytest.raises(DownloadFailed, match="another file came: its sha256 is"):
        pulling.pull("voice")
    assert tree(pulling.shelf.folder) == []


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_server_is_asked_again(pulling: Pulling, server: PublishedFiles, code: int) -> None:
    """After the time that it names."""
    server.behaves("/voice.onnx", status(code, Retry_After="7"), server.give)
    pulling.pull("voice")
    assert pulling.impatience.waits == [7.0]


def test_a_server_that_stays_busy_is_left(pulling: Pulling, server: PublishedFiles) -> None:
    """With longer and longer waits."""
    server.behaves("/voice.onnx", status(503))
    with pytest.raises(DownloadFailed, match=f"503 Service Unavailable, {TRIES} times"):
        pulling.pull("voice")
    assert pulling.impatience.waits == [1.0, 2.0, 4.0]


def test_a_server_that_says_nothing_is_left(server: PublishedFiles, tmp_path: Path) -> None:
    """No pull hangs."""
    server.behaves("/voice.onnx", stall(server))
    pulling = Pulling(server, tmp_path)
    pulling.impatience = Impatience(timeout_s=0.05)
    with pytest.raises(DownloadFailed, match="nothing came for too long"):
        pulling.pull("voice")


def test_a_redirect_is_followed(pulling: Pulling, server: PublishedFiles) -> None:
    """Release files and hubs live elsewhere."""
    server.files["/elsewhere"] = VOICE_MODEL
    server.behaves("/voice.onnx", status(302, Location="/elsewhere"))
    pulling.pull("voice")
    assert installed_models(pulling.shelf.folder)


def test_a_circle_of_redirects_ends(pulling: Pulling, server: PublishedFiles) -> None:
    """Somewhere."""
    server.behaves("/voice.onnx", status(302, Location="/voice.onnx"))
    with pytest.raises(DownloadFailed, match="302"):
        pulling.pull("voice")


def test_the_next_place_is_tried(server: PublishedFiles, tmp_path: Path) -> None:
    """A file whose hash is known may come from anywhere."""
    pulling = Pulling(server, tmp_path)
    pulling.catalogue = published_catalogue(f"{server.base}/gone", server.base)
    pulling.pull("voice")
    assert "Trying the next place" in pulling.notes.said[0]


def test_what_nobody_vouches_for_comes_from_its_publisher_only(server: PublishedFiles, tmp_path: Path) -> None:
    """Not from a mirror of somebody else's."""
    pulling = Pulling(server, tmp_path)
    pulling.catalogue = published_catalogue(f"{server.base}/gone", server.base)
    with pytest.raises(DownloadFailed, match=r"voice\.onnx\.json"):
        pulling.pull("unknown")
    assert server.asked("/voice.onnx.json") == []


def test_an_unknown_hash_is_pinned(pulling: Pulling, server: PublishedFiles) -> None:
    """What came first is what is expected from then on, also after the model was removed."""
    assert pulling.pull("unknown").pinned == ("voice.onnx.json",)
    pulling.shelf.remove("unknown")
    assert pulling.pull("unknown").pinned == ()
    pulling.shelf.remove("unknown")
    server.files["/voice.onnx.json"] = piper_json("de_DE")
    with pytest.raises(ModelDamaged, match="at the first pull it was"):
        pulling.pull("unknown")
    assert installed_models(pulling.shelf.folder) == ()


@pytest.mark.parametrize("content", [b"{}", b'{"audio": {"sample_rate": "x"}}', b"{ not json", b'{"a":' * 9999])
def test_what_has_no_hash_is_looked_into(pulling: Pulling, server: PublishedFiles, content: bytes) -> None:
    """JSON is not yet the JSON of a voice."""
    server.files["/voice.onnx.json"] = content
    with pytest.raises(ModelDamaged, match=r"voice\.onnx\.json"):
        pulling.pull("unknown")
    assert installed_models(pulling.shelf.folder) == ()


@pytest.mark.parametrize("layout", ["/{model}/{path}", "/{path}", "/flat/{name}"])
def test_a_mirror_gives_the_files(pulling: Pulling, server: PublishedFiles, layout: str) -> None:
    """Laid out as a models folder, as the model's folder, or all in one."""
    content = {"voice.onnx": VOICE_MODEL, "voice.onnx.json": VOICE_JSON}
    server.files = {layout.format(model="voice", path=path, name=path): data for path, data in content.items()}
    pulling.pull("voice", mirror=f"{server.base}/flat" if "flat" in layout else f"{server.base}/")
    assert installed_models(pulling.shelf.folder)


def test_no_address_but_http(pulling: Pulling) -> None:
    """A mirror cannot make us read files of this machine."""
    with pytest.raises(DownloadFailed, match="only http and https"):
        pulling.pull("voice", mirror="file:///etc")


def test_an_address_that_is_none(pulling: Pulling) -> None:
    """It is told like a place that does not answer."""
    with pytest.raises(DownloadFailed, match="it is no address"):
        pulling.pull("voice", mirror="http://[::1")


def test_nobody_listens(pulling: Pulling) -> None:
    """Without a network there is a way: the message names it."""
    with pytest.raises(DownloadFailed, match=r"(?s)nobody listens there\n.*models import") as failed:
        pulling.pull("voice", mirror="http://127.0.0.1:9")
    assert "127.0.0.1:9" in str(failed.value)


def test_one_pull_at_a_time(pulling: Pulling) -> None:
    """The second one is told, and touches nothing."""
    (pulling.shelf.folder / ".locks").mkdir(parents=True)
    with (pulling.shelf.folder / ".locks" / "voice").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ModelBusy):
            pulling.pull("voice")
        assert pulling.pull("kokoro").fetched
    assert pulling.pull("voice").fetched


def test_too_small_a_disk_is_seen_before(pulling: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched."""
    usage = shutil.disk_usage(pulling.shelf.folder.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(DiskFull, match="0 MB free"):
        pulling.pull("voice")
    assert pulling.notes.moves == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_disk_that_fills_up_is_given_back(server: PublishedFiles, tmp_path: Path) -> None:
    """A real one of 300 kB: a clear error, the disk as empty as before, and the old model still there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "none", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        pulling = Pulling(server, disk / "models")
        pulling.shelf.make_sure_of = lambda needed: None  # type: ignore[method-assign]
        pulling.pull("voice")
        before = shutil.disk_usage(disk).used
        with pytest.raises(DiskFull):
            pulling.pull("kokoro")
        assert [model.name for model in installed_models(pulling.shelf.folder)] == ["voice"]
        assert shutil.disk_usage(disk).used <= before + 8192
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_manifest_is_written_last(pulling: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the power before it: there is no model, and the next pull only finishes it."""

    def power_cut(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("litetts_edge.catalogue.shelf.write", power_cut)
        with pytest.raises(KeyboardInterrupt):
            pulling.pull("voice")
    assert installed_models(pulling.shelf.folder) == ()
    assert not (pulling.shelf.folder / "voice").exists()
    pulling.pull("voice")
    assert installed_models(pulling.shelf.folder)


def test_the_daemon_may_read_it(pulling: Pulling) -> None:
    """Also when root pulls with a strict umask."""
    before = os.umask(0o077)
    try:
        pulling.pull("kokoro", "af_heart")
    finally:
        os.umask(before)
    folder = pulling.shelf.folder / "kokoro"
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    assert json.loads((folder / "manifest.json").read_bytes())["licence"] == "CC0-1.0"
