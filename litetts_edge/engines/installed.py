"""The models that the user pulled: a folder each, with a manifest that names every file.

    <pulled>/<name>/manifest.json
    {"name": "kokoro-v1.0-q8", "engine": "kokoro", "licence": "Apache-2.0", "languages": ["en-US"],
     "files": {"model_quantized.onnx": {"role": "model", "sha256": "<hex>", "bytes": 92361116},
               "voices/af_heart.bin": {"role": "voice", "sha256": "<hex>", "bytes": 522240}}}

Written by the catalogue, read by the engines. A folder without a manifest is a pull that did not end.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from litetts_edge.engines.onnx import MANIFEST, read_manifest
from litetts_edge.errors import EngineFailed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    path: Path
    role: str
    """`model`, `config`, `voices` (many in one file) or `voice`."""
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that is whole on the disk."""

    name: str
    engine: str
    folder: Path
    languages: tuple[str, ...]
    files: tuple[ModelFile, ...]

    def files_of(self, role: str) -> tuple[ModelFile, ...]:
        """Its files of one role, in the manifest's order."""
        return tuple(file for file in self.files if file.role == role)

    def verify(self, file: ModelFile) -> None:
        """Compare a file with the manifest. Raises EngineFailed."""
        again = f"Run `litetts-edge models verify {self.name}`, then pull or import it again."
        try:
            with file.path.open("rb") as opened:
                actual = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise EngineFailed(self.engine, f"{file.path} cannot be read ({error.strerror}). {again}") from None
        if actual != file.sha256:
            raise EngineFailed(
                self.engine, f"{file.path} is damaged: its sha256 is {actual}, not {file.sha256}. {again}"
            )


def read_installed(folder: Path) -> InstalledModel:
    """The model in `folder`. Raises EngineFailed for a manifest that is missing, damaged or points outside."""
    facts = read_manifest(folder.name, folder)
    try:
        return InstalledModel(
            name=str(facts["name"]),
            engine=str(facts["engine"]),
            folder=folder,
            languages=tuple(str(lang) for lang in facts.get("languages", ())),
            files=tuple(_file(folder, name, about) for name, about in facts["files"].items()),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise EngineFailed(
            folder.name, f"{folder / MANIFEST} is damaged: {error!r}. Pull the model again."
        ) from None


def installed_models(folder: Path | None, engine: str = "") -> tuple[InstalledModel, ...]:
    """The models in `folder`, by name; of one engine when it is named. A damaged one is left out, and logged."""
    found = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")) if folder is not None else ():
        try:
            model = read_installed(manifest.parent)
        except EngineFailed as error:
            log.warning("%s", error)
            continue
        if engine in ("", model.engine):
            found.append(model)
    return tuple(found)


def find_installed(folder: Path | None, name: str) -> InstalledModel | None:
    """The model called `name`; None where there is none. Raises EngineFailed for one whose manifest is damaged."""
    for model in installed_models(folder):
        if model.name == name:
            return model
    if folder is not None and name and (folder / name / MANIFEST).is_file():
        read_installed(folder / name)
    return None


def _file(folder: Path, name: str, about: dict[str, Any]) -> ModelFile:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name} is outside the model's folder")
    return ModelFile(folder / path, str(about["role"]), str(about["sha256"]), int(about["bytes"]))
