"""Where the audio of one request comes from: a voice that reads its text, or whoever gave the audio itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from litetts_edge.pcm import AudioChunk, AudioFormat, silence
from litetts_edge.pipeline.inference import Synthesis
from litetts_edge.pipeline.render import REPEAT_PAUSE_MS, Rendering
from litetts_edge.speech import GivenAudio


class Source(Protocol):
    """Gives the audio of one request, once; what it tells is complete when the stream has ended."""

    @property
    def audio(self) -> AudioFormat:
        """The format of every chunk."""
        ...

    @property
    def voice(self) -> str:
        """The id of the voice that reads it; empty when none does."""
        ...

    @property
    def audio_s(self) -> float:
        """Seconds of audio that came out."""
        ...

    @property
    def synthesis_s(self) -> float:
        """Seconds that the inference thread worked on it."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What the sender should know."""
        ...

    @property
    def marks(self) -> Sequence[tuple[str, float]]:
        """See Finished.marks."""
        ...

    def stream(self) -> AsyncGenerator[AudioChunk, None]:
        """Yield the chunks; closing it early ends whatever makes them."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that is read by a voice."""

    rendering: Rendering
    synthesis: Synthesis

    @property
    def audio(self) -> AudioFormat:
        return AudioFormat(self.rendering.voice.sample_rate)

    @property
    def voice(self) -> str:
        return self.rendering.voice.id

    @property
    def audio_s(self) -> float:
        return self.synthesis.audio_s

    @property
    def synthesis_s(self) -> float:
        return self.synthesis.synthesis_s

    @property
    def warnings(self) -> Sequence[str]:
        nothing = () if self.audio_s else ("nothing_to_speak: the text has nothing that can be spoken",)
        return (*nothing, *self.rendering.warnings)

    @property
    def marks(self) -> Sequence[tuple[str, float]]:
        return self.rendering.marks

    def stream(self) -> AsyncGenerator[AudioChunk, None]:
        return self.synthesis.stream()


class Chimed:
    """A source with a chime before it, which is part of the utterance: cut by a stop, counted in its length.

    Sinks know it as the one first chunk of a request that has a chime.
    """

    def __init__(self, source: Source, chime: AudioChunk | None, warning: str = "") -> None:
        """`warning` says why there is no chime."""
        self._source = source
        self._chime = chime
        self._warning = warning

    @property
    def audio(self) -> AudioFormat:
        return self._source.audio

    @property
    def voice(self) -> str:
        return self._source.voice

    @property
    def audio_s(self) -> float:
        return self._source.audio_s + (self._chime.seconds if self._chime else 0.0)

    @property
    def synthesis_s(self) -> float:
        return self._source.synthesis_s

    @property
    def warnings(self) -> Sequence[str]:
        return (*([self._warning] if self._warning else ()), *self._source.warnings)

    @property
    def marks(self) -> Sequence[tuple[str, float]]:
        return self._source.marks

    async def stream(self) -> AsyncGenerator[AudioChunk, None]:
        # While a sink holds the chime, the first sentence is made.
        if self._chime is not None:
            yield self._chime
        async with aclosing(self._source.stream()) as chunks:
            async for chunk in chunks:
                yield chunk


class Playing:
    """Audio that came with the request."""

    voice = ""
    synthesis_s = 0.0
    marks = ()

    def __init__(self, given: GivenAudio, repeat: int = 1) -> None:
        self._given = given
        self._repeat = repeat
        self.audio_s = 0.0

    @property
    def audio(self) -> AudioFormat:
        return self._given.format

    @property
    def warnings(self) -> Sequence[str]:
        return () if self.audio_s else ("nothing_to_speak: no audio came",)

    async def stream(self) -> AsyncGenerator[AudioChunk, None]:
        for turn in range(self._repeat):
            if turn:
                yield silence(REPEAT_PAUSE_MS, self.audio.sample_rate)
            async with aclosing(self._given.chunks()) as chunks:
                async for chunk in chunks:
                    self.audio_s += chunk.seconds
                    yield chunk
