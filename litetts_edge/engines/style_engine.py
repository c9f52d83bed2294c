"""An engine of the StyleTTS 2 kind: one installed model, its voices, and the graphs that speak them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.kokoro_stream import KokoroStream, stream_graphs
from litetts_edge.engines.mode import Mode
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.style_graph import StyleGraphs
from litetts_edge.engines.style_speech import Spoken, StyleSpeech, bounded, chosen_model
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.engines.style_voices import StyleVoices
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence, Voice

_WARM_UP = Sentence("front door.", "en-US", (0, 11), phonemes="fɹˈʌnt dˈɔːɹ.")


class StyleEngine(ABC):
    """Speaks with the model that the options name. An engine says what its voices are, and how it reads."""

    name: ClassVar[str]
    _rows: ClassVar[tuple[int, int]]
    """The least and the most rows that a voice's table may have."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options

    @property
    @abstractmethod
    def _voices(self) -> StyleVoices:
        """Those of the model. Raises EngineFailed without one."""

    @abstractmethod
    def portions(self, sentence: Sentence, voice: Voice, at_once: float = math.inf) -> list[Spoken]:
        """What the graphs are given for a sentence; none for silence. Raises VoiceNotFound, EngineFailed.

        `at_once`: symbols of a portion, for a voice of the natural rate; never more than the graph takes.
        """

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Those whose files are there, the default first, then presets. Raises EngineFailed without a model."""
        return self._voices.all

    @property
    def model_bytes(self) -> int:
        """Size of the loaded model file; 0 when not loaded."""
        return self._speech.graphs.model_bytes

    @property
    def graphs(self) -> StyleGraphs:
        """What speaks: a KokoroStream where the model was prepared for windows."""
        return self._speech.graphs

    def load(self) -> None:
        """Verify and load, and say something to nobody."""
        self._speech.load(lambda: self.portions(_WARM_UP, self.voices[0]))

    def ready(self, voice: Voice) -> None:
        """As load(), for that voice, whose tables are looked at. Raises VoiceNotFound, too."""
        self._voices.verify(voice)  # first, for the graphs take seconds
        self._speech.load(lambda: self.portions(_WARM_UP, voice))
        self._voices.style(voice, lambda _: 0)

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One chunk for what the graphs take in one go, or several as they come. Raises VoiceNotFound, too.

        Without windows, a sentence that lasts longer than portions.AT_ONCE_S is made in several portions.
        `speed` from 0.5 to 2: beyond, the nearest of these; NaN is 1.
        """
        self.load()
        speed = bounded(speed)
        at_once = self.graphs.symbols_at_once(speed, self._voices.single(voice))
        yield from self._speech.chunks(self.portions(sentence, voice, at_once), speed)

    def blend(self, name: str) -> Voice:
        """The voice for an alias, a preset or a blend; needs no session. Raises VoiceNotFound."""
        return self._voices.find(name)

    def form(self, voice: Voice) -> str:
        """How that voice speaks, for people: a Mode, or IN_8_BITS. Loads the model."""
        self.load()
        name = self._voices.single(voice)
        return self.graphs.form(name) if isinstance(self.graphs, KokoroStream) else Mode.WHOLE

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
        least, most = self._rows
        return StyleTables(self._model, least, most, lambda: self._speech.graphs.style_width)

    @cached_property
    def _speech(self) -> StyleSpeech:
        return StyleSpeech(stream_graphs(self._model, self._options))
