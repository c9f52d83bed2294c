"""`litetts-edge models pull` and `import`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from litetts_edge.catalogue.entries import CatalogueFile, CatalogueModel
from litetts_edge.catalogue.errors import LicenceNotAccepted, NotAModel
from litetts_edge.catalogue.imports import install, only
from litetts_edge.catalogue.reading import read_catalogue
from litetts_edge.catalogue.recognise import recognise
from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.commands.models.place import megabytes, settings_and_shelf
from litetts_edge.commands.models.progress import ProgressLine
from litetts_edge.errors import SpeechError


def pull_model(options: argparse.Namespace) -> int:
    """Download a model, after its licence was accepted. Raises what catalogue.pull raises, LicenceNotAccepted."""
    _, shelf = settings_and_shelf(options)
    catalogue = read_catalogue()
    model = catalogue.find(options.name)
    files = model.chosen([name for name in options.voices.split(",") if name])
    if options.source and not options.source.startswith(("http://", "https://")):
        return _import([Path(options.source)], options.name, shelf)
    _accept(model, files, yes=options.yes)
    from litetts_edge.catalogue.pull import pull  # it loads the HTTP client

    try:
        with closing(ProgressLine()) as progress:
            done = pull(model, files, shelf, catalogue, progress, mirror=options.source)
    except KeyboardInterrupt:
        print("litetts-edge: interrupted; the same command goes on where it stopped", file=sys.stderr)
        raise
    if not done.fetched:
        print(f"{model.name} is installed already, and whole.")
        return 0
    _say_pinned(model.name, done.pinned)
    _say_installed(model.name, shelf)
    return 0


def import_models(options: argparse.Namespace) -> int:
    """Install what is found at the paths. Raises NotAModel, DiskFull, ModelBusy."""
    _, shelf = settings_and_shelf(options)
    return _import([Path(path) for path in options.paths], options.only, shelf)


def _import(paths: Sequence[Path], name: str, shelf: Shelf) -> int:
    findings = recognise(paths, read_catalogue())
    for remark in findings.remarks:
        print(f"litetts-edge: {remark}", file=sys.stderr)
    chosen = only(findings.models, name)
    if not chosen:
        there = ", ".join(one.name for one in findings.models)
        raise NotAModel(", ".join(map(str, paths)), f"there is no {name}, only: {there}")
    failed = 0
    for found in chosen:
        try:
            with closing(ProgressLine()) as progress:
                done = install(found, shelf, progress, datetime.now(UTC))
        except SpeechError as error:
            if len(chosen) == 1:
                raise
            print(f"litetts-edge: {found.name}: {error}", file=sys.stderr)
            failed += 1
            continue
        if not done.copied:
            print(f"{found.name} is installed already, and whole.")
            continue
        text = f", {found.licence_text}" if found.licence_text else ""
        print(f"{found.name}: licence {found.licence}{text}")
        _say_pinned(found.name, done.unverified)
        _say_installed(found.name, shelf)
    return 1 if failed else 0


def _accept(model: CatalogueModel, files: Sequence[CatalogueFile], *, yes: bool) -> None:
    """Show the licence and have it accepted. Raises LicenceNotAccepted."""
    size = megabytes(sum(file.bytes for file in files))
    print(f"{model.name}: {model.title}, {size}")
    print(f"licence {model.licence}: {model.licence_text}")
    if model.note:
        print(model.note)
    if yes:
        return
    if sys.stdin.isatty():
        try:
            answer = input("Do you accept it? [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() in ("y", "yes"):
            return
    raise LicenceNotAccepted(model.name, model.licence, model.licence_text)


def _say_pinned(name: str, files: Sequence[str]) -> None:
    if files:
        print(
            f"{name}: no two public sources have a hash of {', '.join(files)}; what came now is expected from here"
            " on.",
            file=sys.stderr,
        )


def _say_installed(name: str, shelf: Shelf) -> None:
    size = megabytes(sum(file.bytes for file in shelf.installed(name).files))
    print(
        f"{name} is installed in {shelf.folder / name}, {size}. To speak with it: litetts-edge models use {name}"
    )
