"""What can go wrong with a pull: each fault is named, and leaves no half a model."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.catalogue.errors import DiskFull, DownloadFailed, ModelBusy, ModelDamaged
from litetts_edge.catalogue.fetch import TRIES
from litetts_edge.catalogue.pull import pull
from litetts_edge.engines.installed import installed_models
from tests.published import (
    KOKORO_MODEL,
    VOICE_JSON,
    VOICE_MODEL,
    Impatience,
    PublishedFiles,
    page,
    piper_json,
    published,
    published_catalogue,
    stall,
    status,
    tree,
)
from tests.pulling import Pulling


@pytest.fixture
def server() -> Iterator[PublishedFiles]:
    with published() as server:
        yield server


@pytest.fixture
def pulling(server: PublishedFiles, tmp_path: Path) -> Pulling:
    return Pulling(server, tmp_path / "models")


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
