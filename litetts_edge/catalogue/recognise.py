"""Finds models among files, by hash, by manifest and by structure. Reads only."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from litetts_edge.catalogue.content import HEAD, description, is_archive
from litetts_edge.catalogue.entries import CONFIG, MODEL, VOICE, VOICES, Catalogue, CatalogueFile, CatalogueModel
from litetts_edge.catalogue.errors import ModelDamaged, NotAModel
from litetts_edge.catalogue.onnx_header import NotOnnx, read_header
from litetts_edge.catalogue.shelf import sha256_of
from litetts_edge.catalogue.structure import (
    KITTEN,
    KOKORO,
    LARGEST_JSON,
    PIPER,
    engine_of,
    engine_of_voices,
    is_single_voice,
    kitten_config,
    piper_config,
)
from litetts_edge.engines import NOT_FOR_MODELS
from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.onnx import MANIFEST
from litetts_edge.errors import EngineFailed

_OURS = "%r means what comes with the program, so that no model can be called that"
UNKNOWN_LICENCE = "SEE-CARD"
DEEPEST = 8
MOST_FILES = 20_000
_SUFFIXES = frozenset({".onnx", ".json", ".bin", ".npz"})
_PACKS = frozenset({".npz", ".bin"})
_GRAPHS = "onnx"
"""Folder of the graphs where onnx-community publishes a model; its voices are in another one beside it."""
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Copy:
    """A file to copy, and where to."""

    source: Path
    path: str
    """In the model's folder."""
    role: str
    sha256: str
    """What it has to be; empty when nobody vouches for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model that is whole among the files."""

    name: str
    engine: str
    licence: str
    licence_text: str
    languages: tuple[str, ...]
    copies: tuple[Copy, ...]
    is_catalogued: bool = True


@dataclass(slots=True)
class Findings:
    """What is among the files."""

    models: list[Found]
    remarks: list[str]
    """What was left out, and why."""


def recognise(paths: Sequence[Path], catalogue: Catalogue) -> Findings:
    """The models in these files and folders. Raises NotAModel when there is none, OSError."""
    findings = Findings([], [])
    files: list[Path] = []
    manifests: list[Path] = []
    for path in paths:
        for file in _files(path, findings):
            (manifests if file.name == MANIFEST else files).append(file)
    taken: set[Path] = set()
    for manifest in manifests:
        _by_manifest(manifest, findings, taken)
    hashes = _hashes((file for file in files if file not in taken), catalogue, findings)
    _by_hash(hashes, catalogue, findings, taken)
    for file in files:
        if file.suffix.lower() == ".onnx" and file not in taken:
            _by_structure(file, catalogue, findings)
    if not findings.models:
        where = ", ".join(str(path) for path in paths)
        why = "".join(f"\n  {remark}" for remark in findings.remarks)
        raise NotAModel(where, f"there is no model that can be imported.{why}")
    return findings


def _files(path: Path, findings: Findings) -> Iterator[Path]:
    """The files at a path, those of folders in order; hidden ones and links to folders are left out."""
    if not path.exists():
        raise NotAModel(str(path), "there is no such file or folder. Is the stick mounted?")
    if path.is_file():
        with path.open("rb") as opened:
            head = opened.read(HEAD)
        if is_archive(head) and path.suffix.lower() != ".npz" and not _is_npz(path):
            raise NotAModel(
                str(path),
                f"it is {description(head)}. Unpack it first, then import the folder that comes out of it.",
            )
        yield path
        return
    count = 0
    for folder, folders, names in os.walk(path):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(here.relative_to(path).parts) >= DEEPEST:
            folders.clear()
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                findings.remarks.append(f"{path}: more than {MOST_FILES} files; the rest was not looked at")
                return
            if not name.startswith(".") and (here / name).is_file():
                yield here / name


def _is_npz(path: Path) -> bool:
    """The voices of kokoro-onnx are an npz that is called .bin."""
    try:
        return bool(engine_of_voices(path))
    except (ModelDamaged, OSError):
        return False


def _by_manifest(manifest: Path, findings: Findings, taken: set[Path]) -> None:
    """A folder of another machine's models folder."""
    try:
        if manifest.stat().st_size > LARGEST_JSON:
            return
        model = read_installed(manifest.parent)
    except (EngineFailed, OSError, RecursionError):
        return  # a manifest.json of something else
    copies = tuple(
        Copy(file.path, file.path.relative_to(model.folder).as_posix(), file.role, file.sha256)
        for file in model.files
    )
    lost = [one.path for one in copies if not one.source.is_file()]
    if lost or _plain(model.name) != model.name or not copies:
        findings.remarks.append(
            f"{manifest.parent}: its manifest names {', '.join(lost) or model.name}, which is not there"
        )
        return
    taken |= {one.source for one in copies}
    if model.name in NOT_FOR_MODELS:
        findings.remarks.append(f"{manifest.parent}: {_OURS % model.name}: give it another in its manifest.json")
        return
    facts = read_licence(manifest)
    findings.models.append(
        Found(model.name, model.engine, *facts, languages=model.languages, copies=copies, is_catalogued=False)
    )


def read_licence(manifest: Path) -> tuple[str, str]:
    """The licence that a manifest states, and where its text is."""
    facts = json.loads(manifest.read_bytes())
    return str(facts.get("licence", UNKNOWN_LICENCE)), str(facts.get("licence_text", ""))


def _hashes(files: Iterable[Path], catalogue: Catalogue, findings: Findings) -> Mapping[str, Path]:
    """The files that may be of the catalogue by their size, by their hash."""
    hashes: dict[str, Path] = {}
    for file in files:
        try:
            if file.stat().st_size in catalogue.sizes:
                hashes.setdefault(sha256_of(file), file)
        except OSError as error:  # a stick may have one bad place
            findings.remarks.append(f"{file} cannot be read ({error.strerror})")
    return hashes


def _by_hash(hashes: Mapping[str, Path], catalogue: Catalogue, findings: Findings, taken: set[Path]) -> None:
    for model in catalogue.models.values():
        file = next(file for file in model.files if file.role == MODEL)
        source = hashes.get(file.sha256)
        if source is None:
            continue
        taken.add(source)
        copies, missing = _gathered(model, source, hashes)
        if missing:
            findings.remarks.append(f"{model.name}: {source} is here, and {' and '.join(missing)} is not")
        else:
            findings.models.append(_found(model, copies))


def _gathered(model: CatalogueModel, source: Path, hashes: Mapping[str, Path]) -> tuple[list[Copy], list[str]]:
    """The files of a model that are here, and the names of those that are not and have to be."""
    copies: list[Copy] = []
    missing: list[str] = []
    for file in model.files:
        there = hashes.get(file.sha256) or (None if file.sha256 else _beside(source, file))
        if there is not None:
            copies.append(Copy(there, file.path, file.role, file.sha256))
        elif not (file.role == VOICES and model.voices) and not (file.role == CONFIG and model.engine != PIPER):
            missing.append(file.path)
    single = [
        Copy(hashes[one.sha256], one.path, VOICE, one.sha256) for one in model.voices if one.sha256 in hashes
    ]
    if model.voices and not single and not any(one.role == VOICES for one in copies):
        missing.append("any voice (af_heart.bin or another)")
    return copies + single, missing


def _beside(source: Path, file: CatalogueFile) -> Path | None:
    """A file that no hash tells, by its name, in the folder of the model."""
    there = source.with_name(file.path.rpartition("/")[2])
    return there if there.is_file() else None


def _found(model: CatalogueModel, copies: Sequence[Copy]) -> Found:
    return Found(model.name, model.engine, model.licence, model.licence_text, model.languages, tuple(copies))


def _by_structure(file: Path, catalogue: Catalogue, findings: Findings) -> None:
    """A model that no published hash tells."""
    try:
        header = read_header(file)
        engine = engine_of(header)
        if not engine:
            raise NotOnnx(f"its graph takes {', '.join(header.inputs[:6]) or 'nothing'}: no engine here runs that")
        known = catalogue.models.get(file.stem)
        if known is not None:
            findings.remarks.append(
                f"{file} has the name of {known.name} in the catalogue, and not its content: it is another version"
                " of it, or damaged. It is taken as it is."
            )
        found = _piper(file) if engine == PIPER else _styled(file)
        other = next((one.copies[0].source for one in findings.models if one.name == found.name), None)
        if other is not None:  # it would take that one's place
            raise NotOnnx(f"{other} is called {found.name}, too: rename one of them")
        if found.name in NOT_FOR_MODELS:
            raise NotOnnx(f"{_OURS % found.name}: rename the file, and what belongs to it")
        findings.models.append(found)
    except (NotOnnx, ModelDamaged) as error:
        findings.remarks.append(f"{file}: {error}")
    except OSError as error:
        findings.remarks.append(f"{file} cannot be read ({error.strerror})")


def _piper(file: Path) -> Found:
    config = next(
        (one for one in (file.with_name(file.name + ".json"), file.with_suffix(".json")) if one.is_file()), None
    )
    if config is None:
        raise NotOnnx(f"it is a Piper voice, and {file.name}.json, which belongs to it, is not beside it")
    about = piper_config(config)
    name = _plain(file.stem)
    copies = (Copy(file, f"{name}.onnx", MODEL, ""), Copy(config, f"{name}.onnx.json", CONFIG, ""))
    return Found(name, PIPER, UNKNOWN_LICENCE, "", (about.language,), copies, is_catalogued=False)


def _styled(file: Path) -> Found:
    """A Kokoro or KittenTTS model with the voices near it, whose shape tells which it is."""
    published = file.parent.parent if file.parent.name == _GRAPHS else file.parent
    folders = dict.fromkeys(one for beside in (file.parent, published) for one in (beside, beside / "voices"))
    near = [one for folder in folders for one in sorted(folder.glob("*")) if one.is_file()]
    single = [one for one in near if is_single_voice(one, one.stat().st_size)]
    faults = {one: _fault_of_pack(one) for one in near if one.suffix.lower() in _PACKS and one not in single}
    packs = [one for one, fault in faults.items() if not fault]
    engine = engine_of_voices(packs[0]) if packs else KOKORO if single else ""
    if not engine:
        why = "".join(f"; {fault}" for fault in faults.values())
        raise NotOnnx(
            "it is a model of Kokoro or KittenTTS, and there are no voices beside it (.npz, or one .bin each)"
            + why
        )
    stem = file.stem if not file.stem.startswith("model") else f"{published.name}-{file.stem}"
    name = _plain(stem)
    copies = [Copy(file, file.name, MODEL, "")]
    if packs:
        copies.append(Copy(packs[0], packs[0].name, VOICES, ""))
    elif engine == KOKORO:
        copies += [Copy(one, f"voices/{one.name}", VOICE, "") for one in single]
    if engine == KITTEN and _is_config(config := file.with_name("config.json")):
        copies.append(Copy(config, config.name, CONFIG, ""))
    languages = ("en-US",) if engine != KOKORO else ()
    return Found(name, engine, UNKNOWN_LICENCE, "", languages, tuple(copies), is_catalogued=False)


def _is_config(path: Path) -> bool:
    try:
        kitten_config(path)
    except (ModelDamaged, OSError):
        return False
    return True


def _fault_of_pack(path: Path) -> str:
    """Why a file holds no voices of Kokoro or KittenTTS; empty when it does."""
    try:
        return "" if engine_of_voices(path) else f"{path} has voices of another kind of model"
    except ModelDamaged as error:
        return str(error)
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"


def _plain(name: str) -> str:
    """A name that every file system takes."""
    return _PLAIN.sub("-", name).strip(".-") or "model"
