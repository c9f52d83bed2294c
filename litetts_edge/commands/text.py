"""`litetts-edge voices`, `explain`: what needs no device and no daemon."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from litetts_edge.commands.config import sources_of
from litetts_edge.engines import DEFAULT, all_voices
from litetts_edge.pipeline.configured import voices_of
from litetts_edge.pipeline.inventory import options_of
from litetts_edge.settings.problems import SettingsError
from litetts_edge.text import frontend
from litetts_edge.text.lexicon_files import LexiconFiles

_ABOUT_VOICES = """
* speaks unless another one is asked for (setting: voice). The speakers of compact can be blended, here two parts
to one: compact:slt(2)+rms"""


def voices(options: argparse.Namespace) -> int:
    """Print every voice, one a line: id, language, rate, name, and at the end `*` where the settings mean it.

    People are told about blends on stderr; whoever reads stdout in a pipe gets nothing but voices. Wrong settings
    are told too, and no reason to show none.
    """
    engines = DEFAULT
    try:
        loaded = sources_of(options).load()
        engines = options_of(loaded.settings)
        default = voices_of(loaded).find(loaded.settings.voice).id
    except SettingsError as error:
        print(f"litetts-edge: {error}", file=sys.stderr)
        default = ""
    known = [voice for voice in all_voices(engines) if voice.lang.lower().startswith(options.lang.lower())]
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


def explain(options: argparse.Namespace) -> int:
    """Print how each token of the text is spoken. Raises VoiceNotFound, LanguageNotFound, SsmlInvalid."""
    loaded = sources_of(options).load()
    known = voices_of(loaded)
    voice = known.for_language(known.find(options.voice or loaded.settings.voice), options.lang)
    lang = known.reading(voice, options.lang)
    lexicon = LexiconFiles(Path(loaded.settings.text.lexicon), Path(loaded.settings.state_dir))
    explanation = frontend.Frontend(lexicon).explain(options.text, voice, lang)
    if options.json:
        print(json.dumps({"voice": voice.id, "lang": lang, **explanation.document()}, ensure_ascii=False))
        return 0
    for problem in lexicon.problems:
        print(f"litetts-edge: {problem}", file=sys.stderr)
    for warning in explanation.warnings:
        print(f"litetts-edge: warning: {warning}", file=sys.stderr)
    print(f"{voice.id} reads it as {lang}")
    rows = [
        (
            f"{one.span[0]}-{one.span[1]}",
            one.text,
            one.kind,
            one.spoken,
            one.phonemes,
            one.source,
            _doubt(one.doubt),
        )
        for one in explanation.tokens
    ]
    widths = [min(40, max(map(len, column))) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    if explanation.unsure:
        print(f"least sure of: {', '.join(explanation.unsure)}")
    return 0


def _doubt(doubt: float) -> str:
    return f"doubt {doubt:.2f}" if doubt else ""
