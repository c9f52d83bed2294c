"""Blends with a name of their own: `presets.yaml` in voices/ (shipped) and in the state folder (the user's).

    kokoro:
      evening: af_heart(2)+af_sky(1)

gives the voice `kokoro:evening`. The user's come after the shipped ones and win.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from litetts_edge.engines import blend
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import VoiceNotFound

log = logging.getLogger(__name__)

FILE = "presets.yaml"
_NAME = re.compile("[a-z][a-z0-9_-]{0,39}")
_LARGEST = 64 * 1024
"""Bytes."""


def read_presets(
    engine: str, options: EngineOptions, names: Sequence[str], aliases: Mapping[str, str]
) -> Mapping[str, str]:
    """Name to blend, for one engine. Never raises: a preset that cannot be is left out, and logged.

    `names` are the engine's voices; neither they nor their `aliases` can be the name of a preset.
    """
    found: dict[str, str] = {}
    for path in (options.shipped.parent / "voices" / FILE, options.presets):
        for name, blended in _read(path, engine).items() if path else ():
            if why := _fault(name, blended, engine, names, aliases):
                # What is shipped may name voices that are not all pulled.
                level = logging.WARNING if path == options.presets else logging.DEBUG
                log.log(level, "%s: the preset %s: %s is left out: %s.", path, engine, str(name)[:40], why)
            else:
                found[name] = blended
    return found


def _read(path: Path, engine: str) -> Mapping[Any, Any]:
    import yaml

    try:
        if not path.exists():
            return {}
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"it is larger than {_LARGEST} bytes")
        document = yaml.safe_load(path.read_text("utf-8")) or {}
        of_engine = document.get(engine) or {}
        if not isinstance(of_engine, dict):
            raise ValueError(f"{engine} is no mapping of names to blends")
    except (OSError, ValueError, AttributeError, yaml.YAMLError, RecursionError) as error:
        log.warning("%s is not read, and its presets are missing: %s", path, " ".join(str(error).split())[:200])
        return {}
    return of_engine


def _fault(name: Any, blended: Any, engine: str, names: Sequence[str], aliases: Mapping[str, str]) -> str:
    """Why it cannot be a preset; empty when it can."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "its name is not a letter a to z followed by letters, digits, - and _"
    if name in names or name in aliases:
        return "a voice has this name"
    if not isinstance(blended, str):
        return "its blend is no text"
    try:
        blend.weights(blended, engine, names, aliases)
    except VoiceNotFound as error:
        return str(error).rstrip(".")
    return ""
