"""The model modules of the `kokoro` package, without the rest of it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from typing import Any


def kokoro(module: str) -> Any:
    """`kokoro.<module>`, without the package's __init__, which wants a text front end."""
    if "kokoro" not in sys.modules:
        found = importlib.util.find_spec("kokoro")
        if found is None or found.submodule_search_locations is None:
            raise SystemExit("The package kokoro is missing: pip install --no-deps kokoro==0.9.4")
        package = types.ModuleType("kokoro")
        package.__path__ = list(found.submodule_search_locations)
        sys.modules["kokoro"] = package
    return importlib.import_module(f"kokoro.{module}")
