"""`litetts-edge models verify` and `remove`."""

from __future__ import annotations

import argparse
import sys

from litetts_edge.catalogue.errors import ModelInUse
from litetts_edge.catalogue.reading import read_catalogue
from litetts_edge.catalogue.shelf import Shelf, fault_of
from litetts_edge.commands.models.place import in_use, megabytes, settings_and_shelf
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.errors import EngineFailed


def verify_models(options: argparse.Namespace) -> int:
    """Read every byte of what is installed and compare it; 1 when anything is damaged. Raises ModelNotFound."""
    _, shelf = settings_and_shelf(options)
    names = options.names or shelf.names()
    faults = 0
    for name in names:
        faults += _verified(name, shelf)
    if not names:
        print(f"no model is installed in {shelf.folder}")
    return 1 if faults else 0


def _verified(name: str, shelf: Shelf) -> int:
    """The number of faults of a model, each of them told."""
    try:
        model = shelf.installed(name)
    except EngineFailed as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    faults = {file.path: fault for file in model.files if (fault := fault_of(file))}
    is_pulled = name in read_catalogue().models
    mend = f"`litetts-edge models pull {name}` mends it." if is_pulled else "Import it again from where it came."
    for path, fault in faults.items():
        print(f"{name}: {path}: {fault}. {mend}", file=sys.stderr)
    if not faults:
        size = megabytes(sum(file.bytes for file in model.files))
        print(f"{name}: {len(model.files)} files, {size}, all as they should be")
    return len(faults)


def remove_model(options: argparse.Namespace) -> int:
    """Remove a model, after a question. Raises ModelNotFound, ModelInUse, ModelBusy."""
    loaded, shelf = settings_and_shelf(options)
    try:
        model: InstalledModel | None = shelf.installed(options.name)
    except EngineFailed:
        model = None  # what is damaged can be removed, too
    why = in_use(loaded, model) if model is not None else ""
    if why and not options.force:
        raise ModelInUse(options.name, why)
    if not options.yes and not _confirmed(f"Remove {shelf.folder / options.name}? [y/N] "):
        print("nothing was removed (--yes removes without a question)", file=sys.stderr)
        return 1
    print(f"{options.name} is removed, {megabytes(shelf.remove(options.name))} are free again")
    return 0


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False
