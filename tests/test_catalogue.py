"""The shipped catalogue, the words that a file gets by its bytes, and the header of an ONNX file."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from litetts_edge.catalogue.content import description, mismatch
from litetts_edge.catalogue.entries import CONFIG, MODEL, VOICE, VOICES, Catalogue, voice_of
from litetts_edge.catalogue.errors import ModelDamaged, ModelNotFound
from litetts_edge.catalogue.onnx_header import NotOnnx, read_header
from litetts_edge.catalogue.reading import read_catalogue
from litetts_edge.catalogue.structure import check, engine_of, voice_shapes
from litetts_edge.engines.kokoro_names import MIXED
from litetts_edge.errors import BadField
from tests.published import (
    KOKORO_INPUTS,
    KOKORO_MODEL,
    PACK,
    PIPER_INPUTS,
    VOICE_JSON,
    VOICE_MODEL,
    npz_bytes,
    onnx_bytes,
    published_catalogue,
    voice_bytes,
)

SHA256 = re.compile(r"[0-9a-f]{64}")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


def test_every_entry_is_whole(catalogue: Catalogue) -> None:
    """A model file, places by https, a size, and a hash or none: nothing in between."""
    for model in catalogue.models.values():
        assert [file.role for file in model.files].count(MODEL) == 1, model.name
        assert model.board in {"pi3", "pi4", "pi5", "pc", "unknown"}
        assert all((model.speed, model.ram, model.title, model.licence)), model.name
        assert model.licence_text.startswith("https://")
        for file in (*model.files, *model.voices):
            assert file.bytes > 0
            assert SHA256.fullmatch(file.sha256 or "0" * 64), file.path
            assert all(urlsplit(source).scheme == "https" for source in file.sources)
            assert file.is_exact or not file.sha256 or file.bytes > 4000


def test_every_model_is_on_the_page(catalogue: Catalogue) -> None:
    """docs/models.md has a row for each, with its licence, and says what is not verified."""
    page = (Path(__file__).parent.parent / "docs" / "models.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|", page, re.MULTILINE))
    assert rows == {model.name: model.licence for model in catalogue.models.values()}
    unverified = {
        f"`{file.path}` of `{model.name}`"
        for model in catalogue.models.values()
        for file in model.files
        if not file.sha256
    }
    assert set(re.findall(r"`[^`]+` of `[^`]+`", page.partition("## Hashes")[2])) == unverified


def test_each_engine_gets_what_it_needs(catalogue: Catalogue) -> None:
    """Piper a config, KittenTTS its voices, Kokoro single voices or all in one."""
    for model in catalogue.models.values():
        roles = {file.role for file in model.chosen()}
        needed = {"piper": {MODEL, CONFIG}, "kitten": {MODEL, VOICES}}.get(model.engine)
        optional = {CONFIG} if model.engine == "kitten" else set()
        wanted = needed or ({MODEL, VOICES} if VOICES in roles else {MODEL, VOICE})
        assert roles - optional == wanted, model.name


def test_kokoro_has_its_voices(catalogue: Catalogue) -> None:
    """54 and the blend of two; single ones for every Kokoro model."""
    for model in catalogue.models.values():
        if model.engine == "kokoro":
            assert len(model.voices) == 55
            assert MIXED in {voice_of(file) for file in model.voices}


def test_no_hash_stands_for_two_contents(catalogue: Catalogue) -> None:
    """Files with one hash have one size: a line that was copied and half changed shows."""
    for owners in catalogue.by_sha256.values():
        assert len({(file.bytes, file.is_exact) for _, file in owners}) == 1, owners[0][1].path


def test_same_names_are_told_apart_by_hash(catalogue: Catalogue) -> None:
    """Two releases of kokoro-onnx call different files alike."""
    old, new = (catalogue.find(name).files[0] for name in ("kokoro-onnx-v1.0-int8", "kokoro-onnx-v1.1-int8"))
    assert old.path == new.path
    assert old.sha256 != new.sha256


def test_an_unknown_model_gets_a_hint(catalogue: Catalogue) -> None:
    """The nearest name."""
    with pytest.raises(ModelNotFound, match="Did you mean 'en_US-lessac-medium'"):
        catalogue.find("en_US-lesac-medium")


def test_voices_are_chosen_by_name() -> None:
    """A pattern takes many; one that takes none is told."""
    kokoro = published_catalogue("").find("kokoro")
    assert [file.path for file in kokoro.chosen(["af_s*", "af_sky"])] == ["kokoro.onnx", "voices/af_sky.bin"]
    with pytest.raises(BadField, match=r"no voice 'af_hart'\. Did you mean 'af_heart'"):
        kokoro.chosen(["af_hart"])
    with pytest.raises(BadField, match="comes whole"):
        published_catalogue("").find("voice").chosen(["af_sky"])


@pytest.mark.parametrize("change", ["format: 1", "from: kokoro-community", "models:", "sha256:"])
def test_a_damaged_catalogue_is_told(tmp_path: Path, change: str) -> None:
    """With its path, and what to do."""
    text = (Path(__file__).parent.parent / "models" / "catalogue.yaml").read_text("utf-8")
    path = tmp_path / "catalogue.yaml"
    path.write_text(text.replace(change, "oops: 1", 1), "utf-8")
    with pytest.raises(ModelDamaged, match="Install litetts-edge again"):
        read_catalogue(path)
    with pytest.raises(ModelDamaged, match="cannot be read"):
        read_catalogue(tmp_path / "nothing")


def test_a_path_outside_is_refused(tmp_path: Path) -> None:
    """Whoever edits the catalogue cannot make a pull write elsewhere."""
    text = yaml.safe_load((Path(__file__).parent.parent / "models" / "catalogue.yaml").read_text("utf-8"))
    files = text["models"]["kokoro-v1.0"]["files"]
    files["../../x.onnx"] = files.pop("model.onnx")
    (tmp_path / "catalogue.yaml").write_text(yaml.safe_dump(text), "utf-8")
    with pytest.raises(ModelDamaged, match="outside the model's folder"):
        read_catalogue(tmp_path / "catalogue.yaml")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"", "an empty file"),
        (b"\n <!doctype html><head><title> Sign in </title>", "a web page titled 'Sign in'"),
        (b"<html>", "a web page"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a git-lfs pointer"),
        (b"PK\x03\x04....", "a zip archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"\0" * 257 + b"ustar", "a tar archive"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b"\0" * 100, "nothing but zeros"),
        (b"Entry not found", "text"),
        (b"\x08\x08\x12\x07pytorch", "an ONNX model"),
        (b"\x7fELF\x02\x01\xff", "unknown data"),
    ],
)
def test_content_is_told_in_words(head: bytes, told: str) -> None:
    """What somebody got instead of the file."""
    assert description(head).startswith(told)


@pytest.mark.parametrize(
    ("role", "content"),
    [(MODEL, VOICE_MODEL), (CONFIG, VOICE_JSON), (VOICES, PACK), (VOICE, voice_bytes(0.25))],
)
def test_what_fits_a_role(role: str, content: bytes) -> None:
    """Each content fits its own role, and no web page fits any."""
    assert mismatch(role, content[:512]) == ""
    assert mismatch(role, b"<html>") == "a web page"
    assert mismatch(role, b"") == "an empty file"


def test_a_header_has_the_names(tmp_path: Path) -> None:
    """The weight that old files list among the inputs is left out."""
    path = tmp_path / "a.onnx"
    path.write_bytes(VOICE_MODEL)
    header = read_header(path)
    assert (header.ir_version, header.producer) == (8, "test")
    assert (header.inputs, header.outputs) == (PIPER_INPUTS, ("output",))


def test_the_header_of_a_real_file() -> None:
    """One that the onnx package wrote."""
    path = Path(__file__).parent.parent / "models" / "compact" / "vocoder.onnx"
    header = read_header(path)
    assert header.ir_version > 3
    assert header.inputs
    assert header.outputs


@pytest.mark.parametrize("length", [1, 2, 9, 11, len(VOICE_MODEL) // 2, len(VOICE_MODEL) - 1])
def test_a_file_that_is_cut_off_says_where(tmp_path: Path, length: int) -> None:
    """The byte at which it ends."""
    path = tmp_path / "a.onnx"
    path.write_bytes(VOICE_MODEL[:length])
    with pytest.raises(NotOnnx, match=rf"cut off at byte {length}\b|it has no graph"):
        read_header(path)


@pytest.mark.parametrize(
    "content",
    [
        b"\x08" + b"\xff" * 40,
        b"\x08\x08\x00\x00",
        b"\x08\x08\x3f",
        b"\x08\x08" + b"\x3a\x02\x0a\x7f",
        b"\x08\x08\x3a\x00",
    ],
)
def test_bytes_that_are_no_onnx(tmp_path: Path, content: bytes) -> None:
    """However odd: a sentence, and no crash."""
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(NotOnnx):
        read_header(path)


def test_every_cut_and_every_flip_is_survived(tmp_path: Path) -> None:
    """A short file, cut at each byte and with each byte changed: it is read, or refused."""
    content = onnx_bytes(KOKORO_INPUTS, weights=20)
    path = tmp_path / "a.onnx"
    for index in range(len(content)):
        for spoilt in (content[:index], content[:index] + bytes([content[index] ^ 0x81]) + content[index + 1 :]):
            path.write_bytes(spoilt)
            try:
                engine_of(read_header(path))
            except NotOnnx as error:
                assert str(error)  # noqa: PT017  which of both it is depends on the byte


@pytest.mark.parametrize(
    ("engine", "content", "told"),
    [
        ("piper", KOKORO_MODEL, "a model of Kokoro or KittenTTS, not a Piper voice"),
        ("kokoro", VOICE_MODEL, "a Piper voice, not a Kokoro model"),
        ("piper", onnx_bytes(("image",)), "takes image: no engine here runs that"),
        ("piper", b"<html>", "a web page, not an ONNX model"),
    ],
)
def test_a_model_of_another_kind_is_named(tmp_path: Path, engine: str, content: bytes, told: str) -> None:
    """What it is, and what it should be."""
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelDamaged, match=re.escape(told)):
        check(engine, MODEL, path)


def test_voices_are_looked_into(tmp_path: Path) -> None:
    """Their shape tells Kokoro's from KittenTTS's, and no sample is read for it."""
    path = tmp_path / "voices.bin"
    path.write_bytes(PACK)
    assert voice_shapes(path) == {"af_heart": (510, 1, 256), "af_sky": (510, 1, 256)}
    check("kokoro", VOICES, path)
    with pytest.raises(ModelDamaged, match="510 × 1 × 256, which kitten does not have"):
        check("kitten", VOICES, path)
    path.write_bytes(npz_bytes((400, 256), "expr-voice-2-m"))
    check("kitten", VOICES, path)
    for content in (PACK[: len(PACK) // 2], b"<html>", b"PK\x03\x04", b""):
        path.write_bytes(content)
        with pytest.raises(ModelDamaged, match="no npz of voices"):
            check("kokoro", VOICES, path)


@pytest.mark.parametrize("spoilt", ["packed", "method", "encrypted", "header"])
def test_a_damaged_pack_is_told(tmp_path: Path, spoilt: str) -> None:
    """Whatever zipfile and numpy make of its bytes."""
    path = tmp_path / "voices.npz"
    packing = {"packed": zipfile.ZIP_DEFLATED, "method": zipfile.ZIP_LZMA}.get(spoilt, zipfile.ZIP_STORED)
    with zipfile.ZipFile(path, "w", packing) as archive, zipfile.ZipFile(io.BytesIO(PACK)) as whole:
        voice = whole.read("af_sky.npy")
        archive.writestr("af_sky.npy", voice.replace(b"), }", b"), (", 1) if spoilt == "header" else voice)
    content = bytearray(path.read_bytes())
    if spoilt == "packed":
        content[40:44] = b"\xff" * 4  # the first of the packed bytes
    elif spoilt == "encrypted":
        content[content.find(b"PK\x01\x02") + 8] |= 1  # APPNOTE 4.4.4
    path.write_bytes(content)
    with pytest.raises(ModelDamaged, match="no npz of voices"):
        check("kokoro", VOICES, path)


@pytest.mark.parametrize(
    ("voice", "told"),
    [
        (np.zeros((510, 1, 256), np.float16), "holds float16"),
        (np.zeros((510, 1, 256), ">f4"), "holds >f4"),
        (np.zeros((256, 1, 510), np.float32).T, "holds columns"),
        (np.zeros((505, 1, 256), np.float32), "505 × 1 × 256, which kokoro does not have"),
    ],
)
def test_what_the_engine_will_not_read_is_not_imported(
    tmp_path: Path, voice: NDArray[np.float32], told: str
) -> None:
    """A pack is judged here, not at the first sentence."""
    with (tmp_path / "voices.npz").open("wb") as file:
        np.savez(file, af_heart=voice)
    with pytest.raises(ModelDamaged, match=told):
        check("kokoro", VOICES, tmp_path / "voices.npz")


def test_a_voice_that_is_cut_off_is_named(tmp_path: Path) -> None:
    """The zip around it may be whole."""
    path, spoilt = tmp_path / "whole.npz", tmp_path / "voices.npz"
    path.write_bytes(PACK)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(spoilt, "w") as archive:
        archive.writestr("af_sky.npy", whole.read("af_sky.npy")[:-4])
    with pytest.raises(ModelDamaged, match=r"'af_sky\.npy' is cut off"):
        check("kokoro", VOICES, spoilt)
