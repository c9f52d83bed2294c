"""Whether a voice may be spoken in windows before its sentence is generated (engines/stream_check.py).

The statistics are measured on number words, which any language has, and tried on the sentences of the check, which
are others. The engine reads both results. A voice that does not pass is spoken in whole sentences: no fault of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from litetts_edge.engines.kokoro_stream import KokoroStream
from litetts_edge.engines.stream_check import calibrate, stream_check
from litetts_edge.engines.stream_record import LEAST_SENTENCES, StreamCheck
from litetts_edge.engines.style_graph import SAMPLE_RATE, StyleGraphs
from litetts_edge.engines.style_speech import Spoken
from litetts_edge.interfaces import Synthesizer, TextFrontend
from litetts_edge.pcm import Samples
from litetts_edge.soundcheck.finding import Finding, Verdict
from litetts_edge.soundcheck.listeners import Listener
from litetts_edge.soundcheck.sentences import CALIBRATING, are_words, sentences
from litetts_edge.soundcheck.words import errors
from litetts_edge.speech import Sentence, Voice


@runtime_checkable
class Windowed(Protocol):
    """An engine whose graphs may speak in windows."""

    @property
    def graphs(self) -> StyleGraphs:
        """What speaks."""
        ...

    def portions(self, sentence: Sentence, voice: Voice) -> list[Spoken]:
        """What the graphs are given for a sentence. Raises VoiceNotFound, EngineFailed."""
        ...


class StreamPoint:
    """The point `stream` of the engines that have it."""

    def __init__(self, frontend: TextFrontend, listener: Listener | None) -> None:
        self._frontend = frontend
        self._listener = listener

    def __call__(self, engine: Synthesizer, voice: Voice) -> Finding | None:
        """Calibrate the voice, check it, and keep both beside the prepared graphs. Raises EngineFailed."""
        if not isinstance(engine, Windowed):
            return None
        stream = engine.graphs
        if not isinstance(stream, KokoroStream):
            return Finding(
                "stream", Verdict.UNCHECKED, "whole sentences; `models optimize` makes windows possible"
            )
        engine.load()  # how wide a style is stands in the graph
        texts = sentences(voice.lang)
        read = [self._portions(engine, voice, text) for text in texts]
        name = read[0][0].voice if read[0] else ""
        if not name or len(texts) < LEAST_SENTENCES or not all(len(portions) == 1 for portions in read):
            return Finding("stream", Verdict.UNCHECKED, "in whole sentences: not enough is known of this voice")
        learnt = [spoken for text in CALIBRATING for spoken in self._portions(engine, voice, text)]
        try:
            calibration = calibrate(stream, name, learnt)
            found = stream_check(
                stream, name, calibration, [portions[0] for portions in read], self._word_errors(texts, voice.lang)
            )
        except (OSError, ValueError) as error:
            return Finding("stream", Verdict.UNCHECKED, f"in whole sentences: {error}")
        finally:
            engine.unload()  # which generator is loaded depends on what was found
        return _finding(found)

    def _portions(self, engine: Windowed, voice: Voice, text: str) -> list[Spoken]:
        return [
            portion
            for sentence in self._frontend.sentences(text, voice, "")
            for portion in engine.portions(sentence, voice)
        ]

    def _word_errors(self, texts: Sequence[str], lang: str) -> WordErrorsOf | None:
        if self._listener is None or not are_words(lang) or not self._listener.hears(lang):
            return None
        return WordErrorsOf(self._listener, texts, lang, SAMPLE_RATE)


class WordErrorsOf:
    """The share of words of a sentence that a listener gets wrong."""

    def __init__(self, listener: Listener, texts: Sequence[str], lang: str, sample_rate: int) -> None:
        self._listener, self._texts, self._lang, self._sample_rate = listener, texts, lang, sample_rate

    def __call__(self, number: int, samples: Samples) -> float:
        """Of sentence `number`, as it is heard in `samples`."""
        heard = self._listener.transcribe(samples, self._sample_rate, self._lang)
        wrong, count = errors(self._texts[number], heard, self._lang)
        return wrong / count


def _finding(found: StreamCheck) -> Finding:
    values = {
        "is_streamed": float(found.is_passed),
        "is_8_bit": float(found.is_passed and bool(found.eight_bit)),
        "spectral_distance_db": found.spectral_db,
        "worst_spectral_distance_db": found.worst_spectral_db,
        "level_step_db": found.jump_db,
        "hiss_db": found.hiss_db,
    }
    if found.is_passed:
        form = "in windows, in 8 bits" if found.eight_bit else "in windows"
        told = f"{form}, {found.spectral_db:.2f} dB from whole sentences, joins step {found.jump_db:.2f} dB"
    else:
        told = f"in whole sentences, as windows would differ: {'; '.join(found.failures)}"
    return Finding("stream", Verdict.PASSED, told, values)
