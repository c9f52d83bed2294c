"""Kokoro-82M: 54 voices in nine languages, their blends and presets, from the files that the user pulled."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines import blend, kokoro_names
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.kokoro_symbols import ids, is_heard, symbols
from litetts_edge.engines.onnx import trim
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.portions import portions
from litetts_edge.engines.presets import read_presets
from litetts_edge.engines.style_graph import SAMPLE_RATE, STYLE, StyleGraphs, WholeGraph
from litetts_edge.engines.style_speech import MOST, Spoken, StyleSpeech, chosen_model
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.errors import VoiceNotFound
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Alphabet, Sentence, Voice

log = logging.getLogger(__name__)

_MOST_ROWS = 512
"""Rows of a table: 510, but af.bin has 512."""


def row(count: int) -> int:
    """Which row of a voice speaks a sentence of `count` symbols: the reference is `pack[len(phonemes) - 1]`."""
    return max(1, min(count, MOST)) - 1


class KokoroEngine:
    """Voices are `kokoro:af_heart`, blends `kokoro:af_heart(2)+af_sky(1)`, OpenAI's names and presets aliases.

    Repeats are as alike as the graph makes them: the published ones draw new noise for each run.
    """

    name = "kokoro"

    def __init__(self, options: EngineOptions) -> None:
        self._options = options

    @cached_property
    def voices(self) -> tuple[Voice, ...]:
        """Those whose files are there, the default first, then presets. Raises EngineFailed without a model."""
        single = tuple(kokoro_names.voice(name) for name in self._names)
        return single + tuple(self._blended(name, blended) for name, blended in self._presets.items())

    @property
    def model_bytes(self) -> int:
        """Size of the loaded model file; 0 when not loaded."""
        return self._speech.graphs.model_bytes

    def load(self) -> None:
        """Verify and load, and say something to nobody."""
        if self._speech.graphs.is_loaded:
            return
        voice = self.voices[0]
        self._speech.graphs.load()
        try:
            for _ in self._speech.chunks(self._portions("fɹˈʌnt dˈɔɹ.", voice), 1.0):
                pass
        except BaseException:
            self.unload()
            raise
        trim()  # what loading took beyond the model

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One chunk, or several as it comes. Raises VoiceNotFound, too.

        `speed` from 0.5 to 2: beyond, the nearest of these; NaN is 1.
        """
        self.load()
        written = symbols(sentence.phonemes, sentence.lang or voice.lang)
        yield from self._speech.chunks(self._portions(written, voice), speed)

    def blend(self, name: str) -> Voice:
        """The voice for an alias, a preset or a blend; needs no session. Raises VoiceNotFound."""
        asked = name.removeprefix(f"{self.name}:")
        known = {voice.id: voice for voice in self.voices}
        own = f"{self.name}:{kokoro_names.ALIASES.get(asked, asked)}"
        return known[own] if own in known else self._blended(asked, asked)

    def terminate(self) -> None:
        """End the run in progress at its next node."""
        self._speech.terminate()

    def unload(self) -> None:
        """Free the session and the voices."""
        self._speech.graphs.unload()
        self._tables.close()

    @cached_property
    def _model(self) -> InstalledModel:
        return chosen_model(self.name, self._options)

    @cached_property
    def _tables(self) -> StyleTables:
        return StyleTables(self._model, MOST, _MOST_ROWS)

    @cached_property
    def _speech(self) -> StyleSpeech:
        return StyleSpeech(self._graphs())

    def _graphs(self) -> StyleGraphs:
        """What speaks: the whole graph."""
        return WholeGraph(self._model, self._options)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """Of all single voices; `af` also where it has no file, but both its halves have."""
        names = self._tables.names
        if kokoro_names.MIXED not in names and set(kokoro_names.MIXED_OF) <= set(names):
            names += (kokoro_names.MIXED,)
        return kokoro_names.in_order(names)

    @cached_property
    def _presets(self) -> Mapping[str, str]:
        return read_presets(self.name, self._options, self._names, kokoro_names.ALIASES)

    def _shares(self, blended: str) -> NDArray[np.float32]:
        return blend.weights(blended, self.name, self._names, kokoro_names.ALIASES)

    def _blended(self, name: str, blended: str) -> Voice:
        """A voice that speaks the language of its largest part."""
        try:
            shares = self._shares(blended)
        except VoiceNotFound:
            hint = [f"{self.name}:{known}" for known in (*self._names, *self._presets, *kokoro_names.ALIASES)]
            if "+" in blended or "(" in blended:
                raise
            raise VoiceNotFound(f"{self.name}:{name}", hint) from None
        lang = kokoro_names.language(self._names[int(shares.argmax())])
        label = f"Kokoro blend ({blend.label(shares, self._names)})"
        if name != blended:
            label = f"Kokoro {name.capitalize()} ({blend.label(shares, self._names)})"
        return Voice(f"{self.name}:{name}", self.name, lang, SAMPLE_RATE, label, Alphabet.IPA)

    def _portions(self, written: str, voice: Voice) -> list[Spoken]:
        """Of one sentence; none when nothing of it is heard. Raises VoiceNotFound, EngineFailed."""
        asked = voice.id.removeprefix(f"{self.name}:")
        shares = self._shares(self._presets.get(asked, asked))
        return [
            Spoken(ids(portion.symbols), self._style(shares, len(portion.symbols)), portion.rest_ms)
            for portion in portions(written, MOST)
            if is_heard(portion.symbols)
        ]

    def _style(self, shares: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """(1, STYLE) for `count` symbols."""
        style = np.zeros((1, STYLE), dtype=np.float32)
        for at in np.flatnonzero(shares):
            style += self._row(self._names[at], count) * shares[at]
        return style

    def _row(self, name: str, count: int) -> NDArray[np.float32]:
        if name == kokoro_names.MIXED and name not in self._tables.names:
            first, second = (self._row(half, count) for half in kokoro_names.MIXED_OF)
            return (first + second) * np.float32(0.5)
        return self._tables.row(name, lambda _: row(count))
