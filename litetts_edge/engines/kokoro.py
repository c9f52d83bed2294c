"""Kokoro-82M: 54 voices in nine languages, their blends and presets, from the files that the user pulled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from litetts_edge.engines import kokoro_names
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.engines.kokoro_stream import stream_graphs
from litetts_edge.engines.kokoro_symbols import ids, is_heard, symbols
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.portions import portions
from litetts_edge.engines.style_graph import StyleGraphs
from litetts_edge.engines.style_speech import MOST, Spoken, StyleSpeech, chosen_model
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.engines.style_voices import Choice, StyleVoices
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence, Voice

_MOST_ROWS = 512
"""Rows of a table: 510, but af.bin has 512."""


def row(count: int) -> Choice:
    """Which row of a voice speaks `count` symbols: the reference is `pack[len(phonemes) - 1]`."""
    return lambda _: max(1, min(count, MOST)) - 1


class KokoroEngine:
    """Voices are `kokoro:af_heart`, blends `kokoro:af_heart(2)+af_sky(1)`, OpenAI's names and presets aliases.

    Repeats are as alike as the graph makes them: some exports draw new noise for each run.
    """

    name = "kokoro"

    def __init__(self, options: EngineOptions) -> None:
        self._options = options

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
        self._speech.load(lambda: self._portions("fɹˈʌnt dˈɔɹ.", self.voices[0]))

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """One chunk, or several as they come. Raises VoiceNotFound, too.

        `speed` from 0.5 to 2: beyond, the nearest of these; NaN is 1.
        """
        self.load()
        yield from self._speech.chunks(self.portions(sentence, voice), speed)

    def portions(self, sentence: Sentence, voice: Voice) -> list[Spoken]:
        """What the graphs are given for a sentence; none for silence. Raises VoiceNotFound, EngineFailed."""
        return self._portions(symbols(sentence.phonemes, sentence.lang or voice.lang), voice)

    def blend(self, name: str) -> Voice:
        """The voice for an alias, a preset or a blend; needs no session. Raises VoiceNotFound."""
        return self._voices.find(name)

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
        return StyleTables(self._model, MOST, _MOST_ROWS, lambda: self._speech.graphs.style_width)

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

    @cached_property
    def _speech(self) -> StyleSpeech:
        return StyleSpeech(self._graphs())

    def _graphs(self) -> StyleGraphs:
        return stream_graphs(self._model, self._options)

    def _portions(self, written: str, voice: Voice) -> list[Spoken]:
        """Of one sentence; none when nothing of it is heard. Raises VoiceNotFound, EngineFailed."""
        return [
            Spoken(
                ids(portion.symbols),
                self._voices.style(voice, row(len(portion.symbols))),
                portion.rest_ms,
                voice=self._voices.single(voice),
            )
            for portion in portions(written, MOST)
            if is_heard(portion.symbols)
        ]
