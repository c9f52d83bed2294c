"""Small models of the engines that pull theirs: enough for what every engine promises."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from litetts_edge.engines import PULLED
from litetts_edge.engines.options import EngineOptions
from tests import style_models


@cache
def pulled() -> Path:
    """A folder with one model of each."""
    folder = Path(mkdtemp(prefix="litetts-models-"))
    loud = style_models.table(loud=0.3)
    style_models.install(folder, "kokoro", {"af_heart": loud, "bm_george": loud}, name="kokoro-small", packed=True)
    style_models.install(folder, "kitten", {"expr-voice-2-m": loud[:1, 0]}, name="kitten-small", packed=True)
    return folder


def options(engine: str) -> EngineOptions:
    """What `engine` is made with: one thread, and a small model when it has none of its own."""
    return EngineOptions(threads=1, pulled=pulled() if engine in PULLED else None)
