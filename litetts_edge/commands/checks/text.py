"""The front end: the English dictionary, and the user's lexicon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from litetts_edge.commands.checks.finding import Finding, fault, ok, warn
from litetts_edge.text import dictionary
from litetts_edge.text.lexicon import Layer
from litetts_edge.text.lexicon_files import LexiconFiles


def text(lexicon: Path, state: Path) -> Iterator[Finding]:
    """Whether words are pronounced as they should be."""
    if dictionary.shared().warning or not dictionary.shared().is_whole():
        yield warn(
            "dictionary",
            f"{dictionary.DEFAULT_PATH} is not there or damaged: English is pronounced by espeak-ng alone",
            "Make it: scripts/build-pronunciations, then scripts/install again.",
        )
    else:
        yield ok("dictionary", f"{dictionary.DEFAULT_PATH}")
    files = LexiconFiles(lexicon, state)
    counts = [layer for layer, _ in files.current().entries]
    for problem in files.problems:
        yield fault("lexicon", str(problem), "Mend the line; the other entries hold.")
    if not files.problems:
        yield ok(
            "lexicon", f"{counts.count(Layer.FILE)} entries in {lexicon}, {counts.count(Layer.LIVE)} added since"
        )
