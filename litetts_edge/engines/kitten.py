"""KittenTTS nano and mini: small English voices, from the files that the user pulled."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.kitten_symbols import ids, is_heard, symbols
from litetts_edge.engines.portions import portions
from litetts_edge.engines.style_engine import StyleEngine
from litetts_edge.engines.style_graph import SAMPLE_RATE
from litetts_edge.engines.style_speech import MOST, Spoken
from litetts_edge.engines.style_voices import Choice, StyleVoices
from litetts_edge.speech import Alphabet, Sentence, Voice

log = logging.getLogger(__name__)

_LANG = "en-US"
_TAIL = 5000
"""Samples at the end that the published code throws away: what the model makes of its end is no speech."""
_PACES = (0.25, 4.0)
_EXPRESSIVE = re.compile("expr-voice-([0-9]+)-([mf])")
_LARGEST = 64 * 1024
"""Bytes of a config."""


@dataclass(frozen=True, slots=True)
class _Config:
    """What a model's config.json says of its voices."""

    aliases: Mapping[str, str]
    """Lower-case names that people see, to those in the file."""
    paces: Mapping[str, float]
    """Factors of the speed (`speed_priors`)."""


class KittenEngine(StyleEngine):
    """Voices are `kitten:expr-voice-2-m`, and the names that the model's config gives them (`kitten:jasper`)."""

    name = "kitten"
    _rows = (1, 1024)

    def portions(self, sentence: Sentence, voice: Voice, at_once: float = math.inf) -> list[Spoken]:
        """As StyleEngine says."""
        written = symbols(sentence.phonemes)
        parts = self._voices.parts(voice)
        by_length = any(self._tables.rows(name) > 1 for name, _ in parts)
        pace = sum(share * self._config.paces.get(name, 1.0) for name, share in parts)
        spoken = []
        for portion in portions(written, int(min(at_once * pace, MOST - by_length))):
            if not is_heard(portion.symbols):
                continue
            characters = round(len(sentence.text) * len(portion.symbols) / len(written))
            style = self._voices.style(voice, row(characters))
            framed = ids(portion.symbols, ends=by_length)
            spoken.append(
                Spoken(framed, style, portion.rest_ms, pace, _TAIL, 1 + by_length, self._voices.single(voice))
            )
        return spoken

    @cached_property
    def _config(self) -> _Config:
        return _read_config(self._model)

    @cached_property
    def _voices(self) -> StyleVoices:
        return StyleVoices(self._tables, self._options, describe=_voice, aliases=self._config.aliases)


def row(characters: int) -> Choice:
    """Which row of a voice speaks so many characters: the published code takes `min(len(text), rows - 1)`."""
    return lambda rows: min(characters, rows - 1)


def _voice(name: str) -> Voice:
    found = _EXPRESSIVE.fullmatch(name)
    label = f"Kitten {found[1]} ({'male' if found[2] == 'm' else 'female'})" if found else f"Kitten {name}"
    return Voice(f"kitten:{name}", "kitten", _LANG, SAMPLE_RATE, label, Alphabet.IPA)


def _read_config(model: InstalledModel) -> _Config:
    """Of its file with the role `config`; what cannot be read there is as if unsaid, with a warning."""
    for file in model.files_of("config"):
        try:
            if file.path.stat().st_size > _LARGEST:
                raise ValueError(f"it is larger than {_LARGEST} bytes")
            said = json.loads(file.path.read_text("utf-8"))
            return _Config(
                {str(name).lower(): str(voice) for name, voice in (said.get("voice_aliases") or {}).items()},
                {str(name): _pace(value) for name, value in (said.get("speed_priors") or {}).items()},
            )
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            log.warning("%s is not read; voices keep their plain names and rates: %s", file.path, error)
    return _Config({}, {})


def _pace(value: Any) -> float:
    pace = float(value)
    if not _PACES[0] <= pace <= _PACES[1]:
        raise ValueError(f"{value} is no factor of the speed")
    return pace
