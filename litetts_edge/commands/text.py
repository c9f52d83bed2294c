"""`litetts-edge voices`, `normalize`, `phonemes`, `explain`: what needs no device and no daemon."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from litetts_edge.commands.config import sources_of
from litetts_edge.engines import all_voices
from litetts_edge.pipeline.voices import voices_of
from litetts_edge.settings.problems import SettingsError
from litetts_edge.text import frontend
from litetts_edge.text.espeak import language

_ABOUT_VOICES = """
* speaks unless another one is asked for (setting: voice). The speakers of compact can be blended, here two parts
to one: compact:slt(2)+rms"""


def voices(options: argparse.Namespace) -> int:
    """Print every voice, one a line: id, language, rate, name, and at the end `*` where the settings mean it.

    People are told about blends on stderr; whoever reads stdout in a pipe gets nothing but voices. Wrong settings
    are told too, and no reason to show none.
    """
    try:
        loaded = sources_of(options).load()
        default = voices_of(loaded).find(loaded.settings.voice).id
    except SettingsError as error:
        print(f"litetts-edge: {error}", file=sys.stderr)
        default = ""
    known = [voice for voice in all_voices() if voice.lang.lower().startswith(options.lang.lower())]
    if not known:
        print(f"litetts-edge: no voice for the language {options.lang!r}", file=sys.stderr)
        return 1
    width = max(len(voice.id) for voice in known)
    tag_width = max(len(voice.lang) for voice in known)
    for voice in known:
        mark = "  *" if voice.id == default else ""
        print(f"{voice.id:{width}}  {voice.lang:{tag_width}}  {voice.sample_rate:5} Hz  {voice.name}{mark}")
    if sys.stdout.isatty():
        print(_ABOUT_VOICES, file=sys.stderr)
    return 0


def normalize(options: argparse.Namespace) -> int:
    """Map stdin to stdout, line for line. Raises LanguageNotFound."""
    return _map_lines(frontend.normalize, options.lang)


def phonemes(options: argparse.Namespace) -> int:
    """Map stdin to stdout, line for line. Raises LanguageNotFound."""
    return _map_lines(frontend.phonemes, options.lang)


def _map_lines(function: Callable[[str, str], str], lang: str) -> int:
    language(lang)  # an unknown one is told before the first line is read
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        sys.stdout.write(function(text, lang) + "\n")
    sys.stdout.flush()
    return 0


def explain(options: argparse.Namespace) -> int:
    """Print how each piece of the text is spoken. Raises VoiceNotFound, LanguageNotFound."""
    loaded = sources_of(options).load()
    known = voices_of(loaded)
    voice = known.for_language(known.find(options.voice or loaded.settings.voice), options.lang)
    lang = known.reading(voice, options.lang)
    for piece in frontend.PlainFrontend().explain(options.text, voice, lang):
        start, end = piece.span
        ipa = piece.phonemes or frontend.phonemes(piece.text, lang)
        print(f"{start:4}-{end:<4}  {piece.text!r}")
        print(f"{'':9}  spoken    {piece.spoken}")
        print(f"{'':9}  phonemes  {ipa}  ({piece.source})")
    return 0
