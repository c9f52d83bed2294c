"""Pulls a model: its files into a staging folder, each verified, and then the whole into its place at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from litetts_edge.catalogue.entries import Catalogue, CatalogueFile, CatalogueModel
from litetts_edge.catalogue.errors import DiskFull, ModelDamaged
from litetts_edge.catalogue.fetch import Fetcher, Patience
from litetts_edge.catalogue.shelf import Placed, Shelf, sha256_of
from litetts_edge.catalogue.structure import check
from litetts_edge.catalogue.watcher import Watcher

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did."""

    fetched: tuple[str, ...]
    """Paths of the files that came; none when all were here."""
    pinned: tuple[str, ...]
    """Those of them whose hash nobody had published."""


def pull(
    model: CatalogueModel,
    files: Sequence[CatalogueFile],
    shelf: Shelf,
    catalogue: Catalogue,
    watcher: Watcher,
    mirror: str = "",
    patience: Patience = Patience(),  # noqa: B008  it is frozen
    now: Clock = lambda: datetime.now(UTC),
) -> Pulled:
    """Bring these files of a model here and install them; what is installed and whole is not fetched again.

    `mirror` is an address to take the files from instead of their sources. Raises DownloadFailed, DiskFull,
    ModelDamaged, ModelBusy, OSError; the model is then as it was before.
    """
    with shelf.lock(model.name):
        pins = shelf.pins()
        wanted = [(file, file.sha256 or pins.get(f"{model.name}/{file.path}", "")) for file in files]
        missing = [(file, sha256) for file, sha256 in wanted if not shelf.holds(model.name, file.path, sha256)]
        if not missing:
            return Pulled((), ())
        staging = shelf.staging(model.name)
        shelf.make_sure_of(sum(max(0, file.bytes - _here(staging / file.path)) for file, _ in missing))
        fetcher = Fetcher(watcher, patience, catalogue.whose)
        placed = []
        try:
            for file, sha256 in missing:
                placed.append(_staged(file, sha256, staging, _places(model, file, mirror), fetcher, model.engine))
        except DiskFull:
            shelf.forget(model.name)  # a full disk is worse for the appliance than to fetch anew
            raise
        shelf.publish(model.name, facts_of(model, mirror, now()), placed)
        new = [one for one, (file, sha256) in zip(placed, missing, strict=True) if not file.sha256 and not sha256]
        shelf.pin(model.name, new)
        return Pulled(tuple(file.path for file, _ in missing), tuple(one.path for one in new))


def facts_of(model: CatalogueModel, source: str, when: datetime) -> dict[str, object]:
    """The head of the manifest of a model of the catalogue."""
    return {
        "name": model.name,
        "engine": model.engine,
        "licence": model.licence,
        "licence_text": model.licence_text,
        "languages": list(model.languages),
        "source": source or model.files[0].sources[0],
        "installed": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _staged(
    file: CatalogueFile, sha256: str, staging: Path, places: Sequence[str], fetcher: Fetcher, engine: str
) -> Placed:
    target = staging / file.path
    actual = sha256_of(target) if target.is_file() else ""
    if not actual or (sha256 and actual != sha256):
        actual = fetcher.fetch(file, places, target)
    if sha256 and actual != sha256:  # it is pinned, and nobody else knows a hash
        target.unlink()
        raise ModelDamaged(
            file.path,
            f"its sha256 is {actual}, and at the first pull it was {sha256}. It was thrown away. If its publisher"
            f" changed it, remove its line from {staging.parents[1] / 'pins.json'} and pull again.",
        )
    if not file.sha256:
        try:
            check(engine, file.role, target)
        except ModelDamaged:
            target.unlink()
            raise
    return Placed(file.path, file.role, actual, target.stat().st_size)


def _places(model: CatalogueModel, file: CatalogueFile, mirror: str) -> tuple[str, ...]:
    """Where to look: at a mirror as a models folder is laid out, or all files in one folder."""
    if not mirror:
        return file.trusted
    base = mirror.rstrip("/")
    name = file.path.rpartition("/")[2]
    return tuple(dict.fromkeys(f"{base}/{quote(path)}" for path in (f"{model.name}/{file.path}", file.path, name)))


def _here(path: Path) -> int:
    """Bytes of a staged file, whole or in part."""
    for one in (path, path.with_name(path.name + ".part")):
        if one.is_file():
            return one.stat().st_size
    return 0
