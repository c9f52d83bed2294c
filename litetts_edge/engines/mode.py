"""How a model will speak under given options: whole sentences, or windows; and from which prepared graphs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from litetts_edge.engines.eight_bit import good_voices
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.part_sessions import GENERATOR
from litetts_edge.engines.prepared import Prepared, read_prepared

_STYLE = ("front", "source", "generator", "generator-stats")
PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"kokoro": _STYLE, "kitten": _STYLE, "piper": ("encoder", "flow", "decoder")}
)
"""By engine: the prepared graphs that it needs all of to speak in windows."""


class Mode(StrEnum):
    """What exists of a sentence at a time."""

    WHOLE = "whole sentences"
    EXACT = "whole sentences from the prepared parts"
    WINDOWS = "windows"


IN_8_BITS = f"{Mode.WINDOWS}, 8 bits"
"""How a voice speaks with the 8-bit form of a graph (eight_bit.py)."""


def mode_of(model: InstalledModel, options: EngineOptions) -> Mode:
    """How most requests will be spoken: a voice of Kokoro that is not calibrated is spoken whole all the same."""
    prepared = read_prepared(options.prepared, model) if options.stream is not Stream.OFF else None
    if prepared is None or not all(prepared.graph(part) for part in PARTS.get(model.engine, ("nothing",))):
        return Mode.WHOLE
    if model.engine == "piper":
        return Mode.WINDOWS
    if options.stream is Stream.EXACT:
        return Mode.EXACT
    return Mode.WINDOWS if calibrated(prepared, model) else Mode.WHOLE  # as KokoroStream.load() chooses


def calibrated(prepared: Prepared, model: InstalledModel) -> frozenset[str]:
    """The voices that a check has found good in windows."""
    graphs = model.files_of("model")
    large = "decoder" if model.engine == "piper" else GENERATOR
    return good_voices(large, prepared, graphs[0].sha256) if graphs else frozenset()


def graphs_of(model: InstalledModel, options: EngineOptions) -> str:
    """Which prepared graphs there are, so that two answers differ when there are others; empty for none."""
    prepared = read_prepared(options.prepared, model)
    if prepared is None:
        return ""
    voices = len(calibrated(prepared, model))
    return f"made {prepared.made}" + (f", {voices} calibrated" if voices else "")
