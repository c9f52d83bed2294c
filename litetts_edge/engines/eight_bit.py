"""Whether a voice is spoken with the 8-bit form of the graph that does most of the work (prepare/fixed.py).

`models check` compares it with whole sentences in the published precision, and keeps for which graph it did so.
Without that it is never used: what 8 bits do to a voice can be measured, but not foretold.
"""

from __future__ import annotations

from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.prepared import Prepared
from litetts_edge.engines.stream_record import FOLDER, passed

EIGHT_BIT = "8bit"
"""Ending of the graph's name. As EngineOptions.variant it is used unchecked, which is for measuring."""


def eight_bit_of(part: str) -> str:
    """The variant that is the 8-bit form of a part."""
    return f"{part}-{EIGHT_BIT}"


def is_eight_bit(variant: str) -> bool:
    """Whether a variant is the 8-bit form of a part."""
    return variant.endswith(f"-{EIGHT_BIT}")


def spoken_by(part: str, prepared: Prepared, options: EngineOptions, source: str, voice: str) -> str:
    """The variant that a voice of the published file `source` (its sha256) is spoken with, where `part` is."""
    graph = prepared.graphs.get(eight_bit_of(part))
    if graph is None:
        return part
    if options.variant:
        return eight_bit_of(part) if options.variant == EIGHT_BIT else part
    if options.stream is not Stream.CALIBRATED:
        return part
    is_good = voice in passed(prepared.folder / FOLDER, source, (graph.sha256,))
    return eight_bit_of(part) if is_good else part


def good_voices(part: str, prepared: Prepared, source: str) -> frozenset[str]:
    """The voices of the published file `source` that a check found good with a form of `part` that is there."""
    graph = prepared.graphs.get(eight_bit_of(part))
    return passed(prepared.folder / FOLDER, source, ("", graph.sha256 if graph is not None else ""))
