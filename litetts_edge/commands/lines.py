"""`litetts-edge normalize` and `phonemes`: stdin to stdout, line for line. They load only the front end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from litetts_edge.errors import SpeechError
from litetts_edge.text import frontend
from litetts_edge.text.espeak import language
from litetts_edge.text.lexicon import Lexicon
from litetts_edge.text.lexicon_files import LexiconFiles


def normalize(options: argparse.Namespace) -> int:
    """Map stdin to stdout, line for line. Raises LanguageNotFound."""
    return _map_lines(frontend.normalize, options.lang)


def phonemes(options: argparse.Namespace) -> int:
    """Map stdin to stdout, line for line. Raises LanguageNotFound."""
    return _map_lines(frontend.phonemes, options.lang)


def _map_lines(function: Callable[[str, str, Lexicon], str], lang: str) -> int:
    """One line out for each line in, also for one that cannot be read: that is told on stderr."""
    language(lang)  # an unknown one is told before the first line is read
    lexicon = LexiconFiles().current()
    failed = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        try:
            said = function(text, lang, lexicon)
        except SpeechError as error:
            print(f"litetts-edge: line {number}: {error}", file=sys.stderr)
            said, failed = "", failed + 1
        sys.stdout.write(said + "\n")
    sys.stdout.flush()
    return 1 if failed else 0
