"""What the inference thread does for one request: text to sentences to audio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from litetts_edge.errors import EngineFailed, Terminated
from litetts_edge.interfaces import SpeechCheck, Synthesizer, TextFrontend
from litetts_edge.pcm import AudioChunk, silence
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.speech import Sentence, SpeakRequest, Voice

SLOWEST, FASTEST = 0.5, 2.0
"""Speeds that every engine has."""
REPEAT_PAUSE_MS = 700
"""Silence before a request is said once more."""


@dataclass(slots=True)
class Rendering:
    """One request on its way through front end and engine. Iterated on the inference thread only."""

    request: SpeakRequest
    voice: Voice
    engine: Synthesizer
    frontend: TextFrontend
    check: SpeechCheck
    ledger: CrashLedger
    another: Callable[[str], Voice | None] = lambda _: None
    """The voice of that name, if it can go on where `voice` speaks."""
    ready: Callable[[Voice], None] = lambda _: None
    """Make a voice of the engine ready to speak. Raises EngineFailed."""
    warnings: list[str] = field(default_factory=list)
    """What the speech check found; complete when the iteration has ended."""
    marks: list[tuple[str, float]] = field(default_factory=list)
    """SSML marks, in milliseconds from where the text (its last repetition) begins."""
    _made_s: float = 0.0
    """Seconds of audio of this repetition so far."""
    _cancelled: bool = False
    _ready: Voice | None = None
    """The one that was made ready last; None: `voice`."""

    def terminate(self) -> None:
        """End the work in progress soon; from any thread. It may be at a place that an engine does not see."""
        self._cancelled = True
        self.engine.terminate()

    def chunks(self) -> Iterator[AudioChunk]:
        """Yield the request's audio, pauses included. Raises EngineFailed, Poison, LanguageNotFound."""
        self.ledger.begin(self.request)
        try:
            for turn in range(self.request.repeat):
                if turn:
                    yield silence(REPEAT_PAUSE_MS, self.voice.sample_rate)
                yield from self._once()
        finally:
            self.ledger.end(self.request)

    def _once(self) -> Iterator[AudioChunk]:
        pause_ms = 0
        self.marks, self._made_s = [], 0.0
        for sentence in self.frontend.sentences(self.request.text, self.voice, self.request.lang):
            for text in sentence.warnings:
                self._warn(text)
            if pause_ms := pause_ms + sentence.lead_ms:
                self._made_s += pause_ms / 1000
                yield silence(pause_ms, self.voice.sample_rate)
            yield from self._sentence(sentence)
            if sentence.tail_ms:
                self._made_s += sentence.tail_ms / 1000
                yield silence(sentence.tail_ms, self.voice.sample_rate)
            pause_ms = sentence.pause_ms

    def _voice(self, sentence: Sentence) -> Voice:
        """The voice that the text asks for here, if it can be had."""
        found = self.another(sentence.voice) if sentence.voice else self.voice
        if found is None:
            self._warn(f"voice_kept: {sentence.voice!r} cannot speak within {self.voice.id}, which goes on")
        elif found != (self._ready or self.voice):
            try:
                self.ready(found)
                self._ready = found
            except EngineFailed as error:
                if found == self.voice:
                    raise
                self._warn(f"voice_kept: {error} {self.voice.id} goes on")
                found = None
        return found or self.voice

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def _sentence(self, sentence: Sentence) -> Iterator[AudioChunk]:
        if self._cancelled:
            raise Terminated
        made: list[AudioChunk] = []
        speed = min(max(self.request.speed * sentence.rate, SLOWEST), FASTEST)
        for chunk in self.engine.synthesize(sentence, self._voice(sentence), speed):
            if not np.isfinite(chunk.samples).all():
                raise EngineFailed(self.engine.name, "it returned samples that are not numbers")
            made.append(chunk)
            yield chunk
        whole = np.concatenate([chunk.samples for chunk in made]) if made else np.zeros(0, dtype=np.float32)
        audio = AudioChunk(whole, self.voice.sample_rate, ends_sentence=True)
        self.marks += [(name, 1000 * (self._made_s + share * audio.seconds)) for name, share in sentence.marks]
        self._made_s += audio.seconds
        self.warnings += [code for code in self.check.check(sentence, audio) if code not in self.warnings]
