"""Importing models from folders as people have them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from litetts_edge.catalogue.errors import DiskFull, ModelDamaged, NotAModel
from litetts_edge.catalogue.imports import Imported, install, only
from litetts_edge.catalogue.recognise import Findings, recognise
from litetts_edge.catalogue.shelf import Shelf, sha256_of
from litetts_edge.engines.installed import installed_models
from tests.published import (
    HEART,
    KOKORO_INPUTS,
    KOKORO_MODEL,
    PACK,
    PIPER_INPUTS,
    SKY,
    VOICE_JSON,
    VOICE_MODEL,
    Notes,
    npz_bytes,
    onnx_bytes,
    piper_json,
    published_catalogue,
    tree,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CATALOGUE = published_catalogue("https://example.org")


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


def bring(stick: Path, shelf: Shelf, name: str = "") -> list[Imported]:
    found = only(recognise([stick], CATALOGUE).models, name)
    return [install(one, shelf, Notes(), NOW) for one in found]


def test_files_are_known_by_their_hash(stick: Path, shelf: Shelf) -> None:
    """Whatever they are called, and wherever they lie."""
    write(stick, {"a/MODEL~1.ONN": VOICE_MODEL, "b/x.json": VOICE_JSON, "b/holiday.jpg": b"\xff\xd8"})
    [done] = bring(stick, shelf, "voice")
    assert done == Imported("voice", ("voice.onnx", "voice.onnx.json"), ())
    [model] = installed_models(shelf.folder, "piper")
    for file in model.files:
        model.verify(file)
    assert tree(shelf.folder) == ["voice/manifest.json", "voice/voice.onnx", "voice/voice.onnx.json"]


def test_copies_are_not_links(stick: Path, shelf: Shelf) -> None:
    """The stick is pulled out afterwards; and the source may be a link itself."""
    write(stick, {"store/x": VOICE_MODEL, "voice.onnx.json": VOICE_JSON})
    (stick / "voice.onnx").symlink_to(stick / "store" / "x")
    bring(stick, shelf, "voice")
    path = shelf.folder / "voice" / "voice.onnx"
    assert not path.is_symlink()
    assert path.stat().st_ino != (stick / "store" / "x").stat().st_ino


def test_a_kokoro_comes_with_the_voices_that_are_there(stick: Path, shelf: Shelf) -> None:
    """One is enough."""
    write(stick, {"kokoro.onnx": KOKORO_MODEL, "af_sky.bin": SKY})
    names = {done.name: done.copied for done in bring(stick, shelf)}
    assert names == {"kokoro": ("kokoro.onnx", "voices/af_sky.bin"), "pack": ("kokoro.onnx", "voices/af_sky.bin")}


def test_what_is_missing_is_named(stick: Path) -> None:
    """And a model without it is not offered."""
    with pytest.raises(NotAModel, match=r"kokoro: .*kokoro\.onnx is here, and any voice .* is not"):
        recognise([write(stick, {"kokoro.onnx": KOKORO_MODEL})], CATALOGUE)


def test_a_file_without_a_hash_is_taken_by_its_name(stick: Path, shelf: Shelf) -> None:
    """Beside its model; it is looked into, told and pinned."""
    write(stick, {"voice.onnx": VOICE_MODEL, "voice.onnx.json": piper_json("de_DE")})
    [done] = bring(stick, shelf, "unknown")
    assert done.unverified == ("voice.onnx.json",)
    assert "unknown/voice.onnx.json" in shelf.pins()


def test_a_file_without_a_hash_is_looked_into(stick: Path, shelf: Shelf) -> None:
    """JSON is not yet the JSON of a voice; nothing of the model is left."""
    write(stick, {"voice.onnx": VOICE_MODEL, "voice.onnx.json": b"{}"})
    with pytest.raises(ModelDamaged, match="no phoneme_id_map"):
        bring(stick, shelf, "unknown")
    assert tree(shelf.folder) == []


def test_a_models_folder_that_lost_a_file(stick: Path, shelf: Shelf) -> None:
    """The others in it are taken all the same."""
    for name, weights in (("one", 9), ("two", 10)):
        content = {f"{name}.onnx": onnx_bytes(PIPER_INPUTS, weights=weights), f"{name}.onnx.json": VOICE_JSON}
        bring(write(stick / name, content), shelf)
    (shelf.folder / "one" / "one.onnx").unlink()
    findings = recognise([shelf.folder], CATALOGUE)
    assert [found.name for found in findings.models] == ["two"]
    assert "one.onnx, which is not there" in findings.remarks[0]


def test_a_bad_place_on_a_stick_spoils_one_file(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and the rest is taken."""
    write(stick, {"a.bin": SKY, "b.bin": HEART, "c": KOKORO_MODEL})

    def failing(path: Path) -> str:
        if path.name == "a.bin":
            raise OSError(5, "Input/output error")
        return sha256_of(path)

    monkeypatch.setattr("litetts_edge.catalogue.recognise.sha256_of", failing)
    findings = recognise([stick], CATALOGUE)
    assert [one.path for one in findings.models[0].copies] == ["kokoro.onnx", "voices/af_heart.bin"]
    assert findings.remarks == [f"{stick / 'a.bin'} cannot be read (Input/output error)"]


def test_any_piper_voice_is_recognised(stick: Path, shelf: Shelf) -> None:
    """Not only those of the catalogue; its language is in its JSON."""
    content = {
        "xx_YY-my voice-low.onnx": onnx_bytes(PIPER_INPUTS, weights=9),
        "xx_YY-my voice-low.onnx.json": piper_json("de_AT"),
    }
    [done] = bring(write(stick, content), shelf)
    assert done.name == "xx_YY-my-voice-low"
    [model] = installed_models(shelf.folder)
    assert (model.engine, model.languages) == ("piper", ("de-AT",))
    assert [file.path.name for file in model.files] == ["xx_YY-my-voice-low.onnx", "xx_YY-my-voice-low.onnx.json"]


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        ({"v.npz": npz_bytes((510, 1, 256), "af_x")}, "kokoro"),
        ({"v.bin": npz_bytes((510, 1, 256), "af_x")}, "kokoro"),
        ({"voices/af_x.bin": HEART}, "kokoro"),
        ({"af_x.bin": HEART}, "kokoro"),
        ({"voices.npz": npz_bytes((1, 256), "expr-voice-2-m")}, "kitten"),
        ({"voices.npz": npz_bytes((400, 256), "expr-voice-2-m")}, "kitten"),
    ],
)
def test_voices_tell_kokoro_from_kitten(stick: Path, shelf: Shelf, files: dict[str, bytes], engine: str) -> None:
    """Their graphs take the same."""
    bring(write(stick, {"own.onnx": onnx_bytes(KOKORO_INPUTS, weights=9), **files}), shelf)
    [model] = installed_models(shelf.folder)
    assert (model.name, model.engine) == ("own", engine)


@pytest.mark.parametrize("voices", [{"voices/af_x.bin": HEART}, {"voices.npz": npz_bytes((510, 1, 256), "af_x")}])
def test_a_copy_of_the_published_folder_is_whole(stick: Path, shelf: Shelf, voices: dict[str, bytes]) -> None:
    """The graphs in onnx/, the voices in another folder beside it; and the hashes are of another version."""
    write(stick, {"Kokoro/onnx/model.onnx": onnx_bytes(KOKORO_INPUTS, weights=9)})
    write(stick, {f"Kokoro/{path}": content for path, content in voices.items()})
    bring(stick, shelf)
    [model] = installed_models(shelf.folder)
    assert (model.name, model.engine) == ("Kokoro-model", "kokoro")
    assert len(model.files) == 2


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (PACK[:-40], "voices.npz is not what it has to be: it is a zip archive, and no npz of voices"),
        (npz_bytes((3, 3), "x"), "voices.npz has voices of another kind of model"),
    ],
)
def test_a_pack_that_cannot_be_taken_says_why(stick: Path, content: bytes, fault: str) -> None:
    """That there are no voices is only what follows from it."""
    write(stick, {"x.onnx": onnx_bytes(KOKORO_INPUTS, weights=9), "voices.npz": content})
    with pytest.raises(NotAModel) as refused:
        recognise([stick], CATALOGUE)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("config", "roles"),
    [
        (b'{"type": "ONNX2", "speed_priors": {"expr-voice-2-m": 0.8}}', ["model", "voices", "config"]),
        (b'{"type": "llama"}', ["model", "voices"]),
        (b"<html>", ["model", "voices"]),
    ],
)
def test_a_kitten_comes_with_its_config(stick: Path, shelf: Shelf, config: bytes, roles: list[str]) -> None:
    """Without it, voices of 0.8 have no names and speak too fast; that of another program is left."""
    write(stick, {"own.onnx": onnx_bytes(KOKORO_INPUTS, weights=9), "config.json": config})
    write(stick, {"voices.npz": npz_bytes((400, 256), "expr-voice-2-m")})
    bring(stick, shelf)
    [model] = installed_models(shelf.folder, "kitten")
    assert [file.role for file in model.files] == roles


class Cut(BaseException):
    """The power is gone."""


CHANGES = ("rename", "replace", "link", "unlink", "rmdir", "chmod", "fsync", "mkdir")
"""Of os: what changes files and folders, and brings them to the disk."""


def cut_after(patch: pytest.MonkeyPatch, count: int) -> None:
    """So many changes are made, and no more."""
    left = iter(range(count))

    def cutting(change: Callable[..., object]) -> Callable[..., object]:
        def made(*given: object, **named: object) -> object:
            if next(left, None) is None:
                raise Cut
            return change(*given, **named)

        return made

    for name in CHANGES:
        patch.setattr(os, name, cutting(getattr(os, name)))


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_power_cut_leaves_a_model_as_it_was_or_as_it_will_be(
    stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    """At each change on the disk while another version takes its place; what lay beside it stays."""
    if not exchanges:
        monkeypatch.setattr("litetts_edge.catalogue.shelf.exchange", lambda one, other: False)
    seen = []
    for count in range(100):
        shelf = Shelf(tmp_path / str(count))
        write(stick, {"own.onnx": onnx_bytes(PIPER_INPUTS, weights=9), "own.onnx.json": VOICE_JSON})
        bring(stick, shelf)
        (shelf.folder / "own" / "check.json").write_text("kept")
        write(stick, {"own.onnx": onnx_bytes(PIPER_INPUTS, weights=10), "own.onnx.json": piper_json("de_DE")})
        with monkeypatch.context() as patch, contextlib.suppress(Cut):
            cut_after(patch, count)
            bring(stick, shelf)
        with shelf.lock("own"):
            model = shelf.installed("own")
        for file in model.files:
            model.verify(file)
        assert (shelf.folder / "own" / "check.json").read_text() == "kept"
        seen.append(model.languages[0])
    assert len(set(seen)) == 2
    assert seen == sorted(seen, reverse=True)  # en-US until it is de-DE


def test_the_models_of_another_machine_are_taken_over(stick: Path, shelf: Shelf) -> None:
    """A models folder, copied; each file is compared with its manifest."""
    write(stick, {"own.onnx": onnx_bytes(PIPER_INPUTS, weights=9), "own.onnx.json": VOICE_JSON})
    bring(stick, shelf)
    other = Shelf(shelf.folder.parent / "other")
    assert [done.name for done in bring(shelf.folder, other)] == ["own"]
    assert tree(other.folder) == tree(shelf.folder)
    (shelf.folder / "own" / "own.onnx").write_bytes(onnx_bytes(PIPER_INPUTS, weights=10))
    with pytest.raises(ModelDamaged, match="Is the stick failing"):
        bring(shelf.folder, Shelf(shelf.folder.parent / "third"))


def test_what_is_there_already_is_not_copied(stick: Path, shelf: Shelf) -> None:
    """A second import of the same stick."""
    write(stick, {"voice.onnx": VOICE_MODEL, "voice.onnx.json": VOICE_JSON})
    bring(stick, shelf, "voice")
    assert bring(stick, shelf, "voice") == [Imported("voice", (), ())]


def zip_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("voice.onnx", content)
    return out.getvalue()


def tar_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("voice.onnx")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_an_archive_is_refused_with_a_hint(stick: Path, make: Callable[[bytes], bytes]) -> None:
    """It has to be unpacked."""
    write(stick, {"voice.bin": make(VOICE_MODEL)})
    with pytest.raises(NotAModel, match=r"a (zip|tar) archive\. Unpack it first"):
        recognise([stick / "voice.bin"], CATALOGUE)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"x.onnx": b"<html><title>404</title>"}, "a web page titled '404'"),
        ({"x.onnx": b"version https://git-lfs.github.com/spec/v1\n"}, "a git-lfs pointer"),
        ({"x.onnx": b""}, "an empty file"),
        ({"x.onnx": VOICE_MODEL[:1000]}, "cut off at byte 1000"),
        ({"x.onnx": onnx_bytes(("image",))}, "takes image"),
        ({"x.onnx": onnx_bytes(PIPER_INPUTS, weights=9)}, r"x.onnx.json, which belongs to it, is not beside it"),
        ({"x.onnx": onnx_bytes(PIPER_INPUTS, weights=9), "x.onnx.json": b"{}"}, "no audio.sample_rate"),
        ({"x.onnx": onnx_bytes(KOKORO_INPUTS, weights=9)}, "there are no voices beside it"),
        ({"x.onnx": onnx_bytes(KOKORO_INPUTS, weights=9), "v.bin": b"x" * 1000}, "there are no voices beside it"),
        (
            {"compact.onnx": onnx_bytes(PIPER_INPUTS, weights=9), "compact.onnx.json": VOICE_JSON},
            "'compact' means what comes with the program, so that no model can be called that: rename the file",
        ),
        ({"readme.txt": b"hello"}, "no model that can be imported"),
        ({"manifest.json": b'{"name": "x"}'}, "no model that can be imported"),
        ({"manifest.json": b'{"a":' * 9999}, "no model that can be imported"),
        (
            {
                "x/manifest.json": json.dumps(
                    {
                        "name": "x",
                        "engine": "piper",
                        "files": {"../y": {"role": "model", "sha256": "", "bytes": 1}},
                    }
                ).encode()
            },
            "no model",
        ),
    ],
)
def test_what_is_no_model_says_why(stick: Path, files: dict[str, bytes], told: str) -> None:
    """For every file that looked like one."""
    with pytest.raises(NotAModel) as refused:
        recognise([write(stick, files)], CATALOGUE)
    assert told in str(refused.value)


def test_another_version_of_a_known_voice_is_remarked(stick: Path) -> None:
    """Its name is that of the catalogue, its content is not: it may be damaged."""
    write(stick, {"voice.onnx": onnx_bytes(PIPER_INPUTS, weights=9), "voice.onnx.json": VOICE_JSON})
    findings: Findings = recognise([stick], CATALOGUE)
    assert [found.name for found in findings.models] == ["voice"]
    assert "another version of it, or damaged" in findings.remarks[0]


def test_two_voices_of_one_name_do_not_take_each_others_place(stick: Path, shelf: Shelf) -> None:
    """The first one comes; the second one is remarked, whatever letters its name lost."""
    other = onnx_bytes(PIPER_INPUTS, weights=2000)
    write(stick, {"a/声.onnx": onnx_bytes(PIPER_INPUTS, weights=1000), "a/声.onnx.json": VOICE_JSON})
    write(stick, {"b/Голос.onnx": other, "b/Голос.onnx.json": VOICE_JSON})
    findings = recognise([stick], CATALOGUE)
    assert [one.copies[0].source.parent.name for one in findings.models] == ["a"]
    assert any("Голос.onnx" in remark and "rename one of them" in remark for remark in findings.remarks)


def test_a_name_that_is_no_unicode_is_kept(stick: Path, shelf: Shelf) -> None:
    """Old sticks have such names; the manifest can be written, and leads to the file."""
    write(stick, {"my.onnx": onnx_bytes(KOKORO_INPUTS, weights=2000), "af_heart.bin": HEART})
    write(stick, {os.fsdecode(b"af_caf\xe9.bin"): SKY})
    bring(stick, shelf)
    [model] = installed_models(shelf.folder, "kokoro")
    assert [file.path.is_file() for file in model.files_of("voice")] == [True, True]


def test_a_path_that_is_not_there(stick: Path) -> None:
    """Mostly a stick that is not mounted."""
    with pytest.raises(NotAModel, match="Is the stick mounted"):
        recognise([stick], CATALOGUE)


def test_a_full_disk_leaves_nothing(stick: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a model nor a half one."""
    import resource

    write(stick, {"voice.onnx": VOICE_MODEL, "voice.onnx.json": VOICE_JSON})
    found = only(recognise([stick], CATALOGUE).models, "voice")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DiskFull):
            install(found[0], shelf, Notes(), NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert tree(shelf.folder) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_stick_that_cannot_be_written(tmp_path: Path, shelf: Shelf) -> None:
    """It is only read; a real read-only mount."""
    stick = tmp_path / "mounted"
    stick.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", stick], check=False, capture_output=True
    ).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        write(stick, {"voice.onnx": VOICE_MODEL, "voice.onnx.json": VOICE_JSON})
        subprocess.run(["mount", "-o", "remount,ro", stick], check=True)
        [done] = bring(stick, shelf, "voice")
        assert done.copied
    finally:
        subprocess.run(["umount", stick], check=True)


def test_the_pack_of_kokoro_onnx_is_no_archive(stick: Path, shelf: Shelf) -> None:
    """It is a zip inside, and called .bin; given as a file of its own it is taken all the same."""
    write(stick, {"kokoro.onnx": KOKORO_MODEL, "voices.bin": PACK})
    found = recognise([stick / "kokoro.onnx", stick / "voices.bin"], CATALOGUE)
    assert [one.name for one in found.models] == ["pack"]
