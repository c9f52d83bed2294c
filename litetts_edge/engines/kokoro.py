"""Kokoro-82M: 54 voices in nine languages, their blends and presets, from the files that the user pulled."""

from __future__ import annotations

import math
from functools import cached_property

from litetts_edge.engines import kokoro_names
from litetts_edge.engines.kokoro_symbols import ids, is_heard, symbols
from litetts_edge.engines.portions import portions
from litetts_edge.engines.style_engine import StyleEngine
from litetts_edge.engines.style_speech import MOST, Spoken
from litetts_edge.engines.style_voices import Choice, StyleVoices
from litetts_edge.speech import Sentence, Voice


def row(count: int) -> Choice:
    """Which row of a voice speaks `count` symbols: the reference is `pack[len(phonemes) - 1]`."""
    return lambda _: max(1, min(count, MOST)) - 1


class KokoroEngine(StyleEngine):
    """Voices are `kokoro:af_heart`, blends `kokoro:af_heart(2)+af_sky(1)`, OpenAI's names and presets aliases.

    Repeats are as alike as the graph makes them: some exports draw new noise for each run.
    """

    name = "kokoro"
    _rows = (MOST, 512)  # af.bin has two more than can be chosen

    def portions(self, sentence: Sentence, voice: Voice, at_once: float = math.inf) -> list[Spoken]:
        """As StyleEngine says."""
        written = symbols(sentence.phonemes, sentence.lang or voice.lang)
        return [
            Spoken(
                ids(portion.symbols),
                self._voices.style(voice, row(len(portion.symbols))),
                portion.rest_ms,
                voice=self._voices.single(voice),
            )
            for portion in portions(written, int(min(at_once, MOST)))
            if is_heard(portion.symbols)
        ]

    @cached_property
    def _voices(self) -> StyleVoices:
        return StyleVoices(
            self._tables,
            self._options,
            describe=kokoro_names.voice,
            place=kokoro_names.place,
            aliases=kokoro_names.ALIASES,
            mixed={kokoro_names.MIXED: kokoro_names.MIXED_OF},
        )
