"""The contracts between the floors. `tests/contracts/` holds one suite for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.speech import Sentence, SpeakRequest, Voice


class TextFrontend(Protocol):
    """Turns a text into sentences. Called on the inference thread; touches no device, disk or loop."""

    def sentences(self, text: str, voice: Voice, lang: str) -> Iterator[Sentence]:
        """Yield the sentences of `text`, one at a time, for `voice`, read in `lang` (empty: the voice's own).

        Spans are ordered, inside the text and do not overlap. A text with nothing to say yields nothing.
        """
        ...


class Synthesizer(Protocol):
    """Turns sentences into audio. Called on the inference thread only, and may block; terminate() from any."""

    @property
    def name(self) -> str:
        """The engine's name, as in the settings."""
        ...

    @property
    def voices(self) -> tuple[Voice, ...]:
        """The voices it offers; known before load(), never empty."""
        ...

    def load(self) -> None:
        """Make ready to speak at once, warm-up included; a second call does nothing. Raises EngineFailed."""
        ...

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """Yield the sentence's audio (the voice's rate) as soon as it exists; only the last chunk ends it.

        Closing the iterator early is allowed and leaves the engine ready. Raises EngineFailed, or
        Terminated after a terminate().
        """
        ...

    def terminate(self) -> None:
        """Make the run in progress raise Terminated soon. Without a run in progress it does nothing."""
        ...

    def unload(self) -> None:
        """Give memory back; load() brings it back. Does nothing when not loaded."""
        ...


@runtime_checkable
class Blender(Protocol):
    """A Synthesizer that speaks with blends of its voices, too."""

    def blend(self, name: str) -> Voice:
        """The voice for an id that names a blend; known before load(). Raises VoiceNotFound."""
        ...


@runtime_checkable
class PerVoice(Protocol):
    """A Synthesizer whose voices have files of their own, any of which may be damaged while the others speak."""

    def ready(self, voice: Voice) -> None:
        """As load(), for this voice: what speaks it is loaded and was looked at; a second call costs little.

        Raises EngineFailed, and then whoever could speak before still can; VoiceUnfit where it is the voice alone.
        """
        ...


class AudioWriter(Protocol):
    """Takes the audio of one utterance. Only the pipeline calls it."""

    async def write(self, chunk: AudioChunk) -> None:
        """Take the whole chunk, waiting for room: a full sink makes the writer wait, it never drops audio."""
        ...

    async def finish(self) -> None:
        """Return when the last sample has been played, or the last byte handed over."""
        ...


class AudioSink(Protocol):
    """A place where audio goes, at the pace of whoever listens there."""

    @property
    def name(self) -> str:
        """The name that requests use in `outputs`."""
        ...

    def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AbstractAsyncContextManager[AudioWriter]:
        """Open a writer for one utterance whose chunks all have the format `audio`.

        `on_first_audio` is called once, on the event loop, with the time.monotonic() at which the first
        sample that is not zero was taken. Leaving the context without finish() cuts what is left at once,
        with a short fade where it is heard, and leaves nothing behind. Raises SinkFailed.
        """
        ...

    def pause(self) -> None:
        """Hold the sound, losing none of it; a sink that nobody hears live may ignore this."""
        ...

    def resume(self) -> None:
        """Go on where pause() held."""
        ...


class SpeechCheck(Protocol):
    """Judges audio after it was made. Called on the inference thread; never changes the audio."""

    def check(self, sentence: Sentence, audio: AudioChunk) -> tuple[str, ...]:
        """Return a stable code for each fault found in the sentence's whole audio; empty when it is fine."""
        ...
