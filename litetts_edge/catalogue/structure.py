"""Tells by the structure of files which engine runs them, and whether one is whole."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

from litetts_edge.catalogue.content import HEAD, description
from litetts_edge.catalogue.entries import CONFIG, MODEL, VOICES
from litetts_edge.catalogue.errors import ModelDamaged
from litetts_edge.catalogue.onnx_header import NotOnnx, OnnxHeader, read_header

KOKORO, PIPER, KITTEN = "kokoro", "piper", "kitten"
_STYLED = "Kokoro or KittenTTS"
"""Both take phonemes, a style and a speed; only the shape of their voices tells them apart."""
_STYLES = {KOKORO: 3, KITTEN: 2}
"""Dimensions of a voice: Kokoro's is (rows, 1, 256), KittenTTS's (rows, 256)."""
_FLOAT = 4
_WIDTH = 256
_ROWS = range(510, 513)
"""Rows of one Kokoro voice: 510, and 512 of `af`."""
_KITTEN_TYPES = frozenset({"ONNX1", "ONNX2"})
"""What the published loader takes."""
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Of the members of an npz, as numpy writes one; the engines read no other."""
_NO_NPZ = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError, TokenError)
"""What zipfile and numpy raise for bytes that are none, or encrypted; NotImplementedError is a RuntimeError."""
LARGEST_JSON = 4 << 20
"""Bytes; a Piper voice with 904 speakers has 20 kB."""


@dataclass(frozen=True, slots=True)
class PiperConfig:
    """What the JSON beside a Piper voice says of it."""

    language: str
    """BCP 47 tag."""
    sample_rate: int
    speakers: int


def engine_of(header: OnnxHeader) -> str:
    """Which engine runs a graph with these inputs: piper, `Kokoro or KittenTTS`, or empty for none."""
    names = set(header.inputs)
    if {"input", "input_lengths", "scales"} <= names:
        return PIPER
    if {"style", "speed"} <= names and names & {"input_ids", "tokens"}:
        return _STYLED
    return ""


def check(engine: str, role: str, path: Path) -> None:
    """Look whether a file may be what a model of that engine needs in that role. Raises ModelDamaged, OSError."""
    if role == MODEL:
        _check_model(engine, path)
    elif role == CONFIG and engine == PIPER:
        piper_config(path)
    elif role == CONFIG:
        kitten_config(path)
    elif role == VOICES:
        _check_voices(engine, path)


def _check_model(engine: str, path: Path) -> None:
    try:
        header = read_header(path)
    except NotOnnx as error:
        raise ModelDamaged(str(path), f"{error}. Get it again.") from None
    found = engine_of(header)
    if not found:
        given = ", ".join(header.inputs[:6]) or "nothing"
        raise ModelDamaged(str(path), f"its graph takes {given}: no engine here runs that")
    if (found == PIPER) != (engine == PIPER):
        wanted = {PIPER: "a Piper voice", KOKORO: "a Kokoro model", KITTEN: "a KittenTTS model"}.get(
            engine, engine
        )
        is_ = "a Piper voice" if found == PIPER else f"a model of {found}"
        raise ModelDamaged(str(path), f"it is {is_}, not {wanted}")


def kitten_config(path: Path) -> None:
    """Look whether it is the config.json of a KittenTTS model. Raises ModelDamaged, OSError."""
    about = _json(path, "config.json of KittenTTS")
    kind = about.get("type") if isinstance(about, dict) else None
    if kind not in _KITTEN_TYPES:
        raise ModelDamaged(str(path), f"its type is {kind!r}, and not {' or '.join(sorted(_KITTEN_TYPES))}")


def _json(path: Path, what: str) -> Any:
    if path.stat().st_size > LARGEST_JSON:
        raise ModelDamaged(str(path), f"it is too large for the {what}")
    content = path.read_bytes()
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ModelDamaged(
            str(path), f"it is {description(content[:HEAD])}, and no JSON that can be read"
        ) from None


def piper_config(path: Path) -> PiperConfig:
    """What is in an .onnx.json. Raises ModelDamaged, OSError."""
    about = _json(path, "JSON of a Piper voice")
    rate = _at(about, "audio", "sample_rate")
    phonemes = _at(about, "phoneme_id_map")
    if not isinstance(rate, int) or rate <= 0 or not isinstance(phonemes, dict) or not phonemes:
        raise ModelDamaged(
            str(path), "it has no audio.sample_rate or no phoneme_id_map, as the JSON of a Piper voice has"
        )
    language = _at(about, "language", "code") or _at(about, "espeak", "voice") or "und"
    speakers = _at(about, "num_speakers")
    return PiperConfig(str(language).replace("_", "-"), rate, speakers if isinstance(speakers, int) else 1)


def _at(about: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(about, dict):
            return None
        about = about.get(key)
    return about


def _check_voices(engine: str, path: Path) -> None:
    shapes = voice_shapes(path)
    wrong = [
        name
        for name, shape in shapes.items()
        if (len(shape), shape[-1:]) != (_STYLES.get(engine), (_WIDTH,))
        or (engine == KOKORO and shape[0] not in _ROWS)
    ]
    if wrong:
        shape = " × ".join(map(str, shapes[wrong[0]]))
        raise ModelDamaged(str(path), f"its voice {wrong[0]!r} is {shape}, which {engine} does not have")


def voice_shapes(path: Path) -> Mapping[str, tuple[int, ...]]:
    """The voices in an npz and the shape of each; no sample is read. Raises ModelDamaged, OSError."""
    from numpy.lib import format as npy

    shapes: dict[str, tuple[int, ...]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.compress_type not in _PACKINGS:
                    raise ValueError(
                        f"{member.filename!r} is packed by the method {member.compress_type}; numpy writes none so"
                    )
                with archive.open(member) as file:
                    version = npy.read_magic(file)
                    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                    shape, is_by_column, dtype = read(file)
                    start = file.tell()
                if start + math.prod(shape) * dtype.itemsize > member.file_size:
                    raise ModelDamaged(str(path), f"its voice {member.filename!r} is cut off")
                if is_by_column or dtype.str != "<f4":
                    kind = "columns" if is_by_column else str(dtype)
                    raise ModelDamaged(
                        str(path), f"its voice {member.filename!r} holds {kind}, not rows of float32"
                    )
                shapes[member.filename.removesuffix(".npy")] = shape
    except _NO_NPZ as error:
        with path.open("rb") as file:
            what = description(file.read(HEAD))
        raise ModelDamaged(str(path), f"it is {what}, and no npz of voices ({error})") from None
    if not shapes:
        raise ModelDamaged(str(path), "there is no voice in it")
    return shapes


def engine_of_voices(path: Path) -> str:
    """Which engine's voices an npz has; empty for neither. Raises ModelDamaged, OSError."""
    shape = next(iter(voice_shapes(path).values()))
    return next((engine for engine, count in _STYLES.items() if (len(shape), shape[-1]) == (count, _WIDTH)), "")


def is_single_voice(path: Path, size: int) -> bool:
    """Whether a file can be one Kokoro voice: it has no header, so only its name and its size tell."""
    rows, rest = divmod(size, _FLOAT * _WIDTH)
    return path.suffix.lower() == ".bin" and not rest and rows in _ROWS
