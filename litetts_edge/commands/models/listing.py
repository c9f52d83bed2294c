"""`litetts-edge models list`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from litetts_edge.catalogue.entries import Catalogue, CatalogueModel, voice_of
from litetts_edge.catalogue.reading import read_catalogue
from litetts_edge.catalogue.recognise import read_licence
from litetts_edge.catalogue.shelf import Shelf
from litetts_edge.commands.models.place import megabytes, settings_and_shelf
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.onnx import MANIFEST
from litetts_edge.soundcheck.record import record_of

_ABOUT = """
* installed   SEE-CARD: read the model card before you use it   pi4: the smallest board that keeps up
`litetts-edge models list NAME` says how that is known, and all the rest"""


def list_models(options: argparse.Namespace) -> int:
    """Print the models, one a line, or all about one. Raises ModelNotFound."""
    _, shelf = settings_and_shelf(options)
    catalogue = read_catalogue()
    own = {model.name: model for model in installed_models(shelf.folder)}
    if options.name:
        return _one(options.name, catalogue, own, shelf, as_json=options.json)
    rows = [_row(model, own.get(model.name)) for model in catalogue.models.values()]
    rows += [_own_row(model) for name, model in own.items() if name not in catalogue.models]
    rows = [row for row in rows if _is_asked(row, options)]
    if not rows:
        print("litetts-edge: no such model. `litetts-edge models list` has them all.", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    cells = [
        [
            "*" if row["installed"] else "",
            row["name"],
            megabytes(row["bytes"]),
            row["licence"],
            row["board"],
            _languages(row),
            row["sound"],
        ]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        print("  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())
    if sys.stdout.isatty():
        print(_ABOUT, file=sys.stderr)
    return 0


def _row(model: CatalogueModel, own: InstalledModel | None) -> dict[str, Any]:
    return {
        "name": model.name,
        "engine": model.engine,
        "bytes": sum(file.bytes for file in model.chosen()),
        "licence": model.licence,
        "languages": list(model.languages),
        "board": model.board,
        "installed": own is not None,
        "sound": _sound(own),
    }


def _own_row(model: InstalledModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "engine": model.engine,
        "bytes": sum(file.bytes for file in model.files),
        "licence": read_licence(model.folder / MANIFEST)[0],
        "languages": list(model.languages),
        "board": "unknown",
        "installed": True,
        "sound": _sound(model),
    }


def _sound(model: InstalledModel | None) -> str:
    """What `models check` found, in a few words; empty when it was never asked."""
    found = record_of(model) if model is not None else None
    return found.summary if found else ""


def _is_asked(row: dict[str, Any], options: argparse.Namespace) -> bool:
    speaks = any(lang.lower().startswith(options.lang.lower()) for lang in row["languages"]) or not options.lang
    return speaks and options.engine in ("", row["engine"]) and (row["installed"] or not options.installed)


def _languages(row: dict[str, Any]) -> str:
    return " ".join(row["languages"])


def _one(name: str, catalogue: Catalogue, own: dict[str, InstalledModel], shelf: Shelf, *, as_json: bool) -> int:
    if name not in catalogue.models and name in own:
        print(f"{name}: not of the catalogue; in {own[name].folder}")
        if sound := _sound(own[name]):
            print(f"  {sound}")
        for one in own[name].files:
            print(f"  {one.role:7} {one.path.name}  {one.bytes} bytes  sha256 {one.sha256}")
        return 0
    model = catalogue.find(name)
    if as_json:
        print(json.dumps(asdict(model), ensure_ascii=False, indent=1))
        return 0
    print(f"{model.name}: {model.title}")
    ram = f"{model.ram_mb} MB ({model.ram})" if model.ram_mb else model.ram
    about = {
        "engine": model.engine,
        "installed": str(shelf.folder / name) if name in own else "no",
        "sound": _sound(own.get(name)),
        "licence": f"{model.licence}, {model.licence_text}",
        "languages": " ".join(model.languages),
        "keeps up on": f"{model.board} ({model.speed})",
        "memory": ram,
        "note": model.note,
        "voices": " ".join(voice_of(file) for file in model.voices),
    }
    for key, value in about.items():
        if value:
            print(f"  {key:11} {value}")
    for file in model.files:
        size = f"{file.bytes} bytes" if file.is_exact else f"about {megabytes(file.bytes)}"
        sha256 = file.sha256 or "not published: pinned at the first pull"
        print(f"  {file.role:11} {file.path}, {size}, sha256 {sha256}")
        for place in file.trusted:
            print(f"  {'':11}   {place}")
    return 0
