"""The words of the catalogue: a model, its files, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType

from litetts_edge.catalogue.errors import ModelNotFound
from litetts_edge.errors import BadField, did_you_mean

MODEL, CONFIG, VOICES, VOICE = "model", "config", "voices", "voice"
"""The roles of files, as in a manifest (engines/installed.py)."""


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """One file of a model, as it is published."""

    path: str
    """Where it lies in the model's folder."""
    role: str
    sources: tuple[str, ...]
    """Addresses, the publisher's own first."""
    bytes: int
    is_exact: bool = True
    """Whether `bytes` is the size; else it is about that."""
    sha256: str = ""
    """Empty while no two public sources agree on one: what comes first is then pinned."""
    md5: str = ""
    """A weaker check, from the publisher's index; empty for none."""

    @property
    def trusted(self) -> tuple[str, ...]:
        """Where it may be taken from: what nobody vouches for comes from its publisher only."""
        return self.sources if self.sha256 else self.sources[:1]


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model, with all that a user wants to know before it is fetched."""

    name: str
    engine: str
    title: str
    licence: str
    """SPDX identifier; SEE-CARD where only its text says what it allows."""
    licence_text: str
    """Address of the licence or of the model card."""
    languages: tuple[str, ...]
    """BCP 47 tags."""
    board: str
    """The smallest board that keeps up in real time: pi3, pi4, pi5, pc or unknown."""
    speed: str
    """How `board` is known."""
    ram_mb: int
    """Peak of the process, in MB; 0 is unknown."""
    ram: str
    """How `ram_mb` is known."""
    note: str
    files: tuple[CatalogueFile, ...]
    voices: tuple[CatalogueFile, ...]
    """Single voices, one file each; empty for an engine whose voices come in one file."""

    def chosen(self, wanted: Sequence[str] = ()) -> tuple[CatalogueFile, ...]:
        """The files of a pull: all, or with the single voices that `wanted` names (`af_*` takes many).

        Raises BadField for a voice that there is not.
        """
        if not wanted:
            has_all = any(file.role == VOICES for file in self.files)
            return self.files if has_all else self.files + self.voices
        if not self.voices:
            raise BadField("--voices", f"{self.name} comes whole: its voices are in one file.")
        taken: list[CatalogueFile] = []
        for pattern in wanted:
            found = [file for file in self.voices if fnmatchcase(voice_of(file), pattern)]
            if not found:
                names = [voice_of(file) for file in self.voices]
                raise BadField("--voices", f"{self.name} has no voice {pattern!r}.{did_you_mean(pattern, names)}")
            taken += [file for file in found if file not in taken]
        return (*(file for file in self.files if file.role != VOICES), *taken)


def voice_of(file: CatalogueFile) -> str:
    """`af_heart` of `voices/af_heart.bin`."""
    return file.path.rpartition("/")[2].partition(".")[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every model that is known."""

    models: Mapping[str, CatalogueModel]
    by_sha256: Mapping[str, tuple[tuple[CatalogueModel, CatalogueFile], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Whose file has that content."""
    sizes: frozenset[int] = frozenset()
    """The exact sizes of all files: a file of another size is none of them."""

    def find(self, name: str) -> CatalogueModel:
        """The model with that name. Raises ModelNotFound."""
        if name not in self.models:
            raise ModelNotFound(name, tuple(self.models))
        return self.models[name]

    def whose(self, sha256: str) -> str:
        """Which file has that content, in words; empty when none has."""
        return next((f"{file.path} of {model.name}" for model, file in self.by_sha256.get(sha256, ())), "")


def catalogue_of(models: Mapping[str, CatalogueModel]) -> Catalogue:
    """The catalogue of these models, with its indexes."""
    by_sha256: dict[str, tuple[tuple[CatalogueModel, CatalogueFile], ...]] = {}
    sizes = set()
    for model in models.values():
        for file in (*model.files, *model.voices):
            if file.is_exact:
                sizes.add(file.bytes)
            if file.sha256:
                by_sha256[file.sha256] = (*by_sha256.get(file.sha256, ()), (model, file))
    return Catalogue(models, by_sha256, frozenset(sizes))
