"""Engines that go wrong on purpose. Register one with `ENGINES["name"] = "tests.faulty_engines:Class"`."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from litetts_edge.engines.termination import Runs
from litetts_edge.errors import EngineFailed, VoiceUnfit
from litetts_edge.pcm import AudioChunk
from litetts_edge.speech import Sentence, Voice

SAMPLE_RATE = 16000


class _Faulty:
    name = "faulty"

    def __init__(self, *, threads: int = 0, spinning: bool = False, models: Path | None = None) -> None:
        del threads, spinning, models
        self.runs = Runs()

    @property
    def voices(self) -> tuple[Voice, ...]:
        return (Voice(self.name, self.name, "en-US", SAMPLE_RATE, self.name.title()),)

    def load(self) -> None:
        pass

    def terminate(self) -> None:
        self.runs.terminate()

    def unload(self) -> None:
        pass


class RaisingEngine(_Faulty):
    """Raises EngineFailed for a sentence with `fail`, ValueError for one with `bug`; speaks the others."""

    name = "raising"

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        if "fail" in sentence.text:
            raise EngineFailed(self.name, "it was told to.")
        if "bug" in sentence.text:
            raise ValueError("a bug in an engine")
        yield _sound()


class DamagedEngine(RaisingEngine):
    """Cannot be loaded: its files are damaged."""

    name = "damaged"

    def load(self) -> None:
        raise EngineFailed(self.name, "its files are damaged.")


class HeavyEngine(_Faulty):
    """Loads only when it is let, as a large model does; counts what it goes through."""

    name = "heavy"

    def __init__(self, name: str = "heavy", *, loads_at_once: bool = True) -> None:
        super().__init__()
        self.name = name
        self.may_load = threading.Event()
        self.loading = threading.Event()
        """Set when a load has begun."""
        self.model_bytes = 0
        self.story: list[str] = []
        self.fails = ""
        """Why the next load fails; empty for one that does not."""
        if loads_at_once:
            self.may_load.set()

    def load(self) -> None:
        if self.model_bytes:
            return
        self.loading.set()
        self.may_load.wait(10)
        if self.fails:
            self.story.append("failed")
            raise EngineFailed(self.name, self.fails)
        self.model_bytes = 1000
        self.story.append("loaded")

    def unload(self) -> None:
        self.model_bytes = 0
        self.story.append("unloaded")

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        assert self.model_bytes, "it speaks without being loaded"
        yield _sound()


class ChoirEngine(HeavyEngine):
    """One voice for each name, any of which may be unfit."""

    def __init__(self, name: str, *names: str, lang: str = "en-US") -> None:
        super().__init__(name)
        self._names = names
        self._lang = lang
        self.unfit: set[str] = set()
        """Names of voices whose files are damaged."""

    @property
    def voices(self) -> tuple[Voice, ...]:
        return tuple(
            Voice(f"{self.name}:{one}", self.name, self._lang, SAMPLE_RATE, one.title()) for one in self._names
        )

    def ready(self, voice: Voice) -> None:
        self.load()
        if voice.id.partition(":")[2] in self.unfit:
            raise VoiceUnfit(self.name, f"{voice.id} is damaged.")

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        assert voice.id.partition(":")[2] not in self.unfit, "an unfit voice speaks"
        return super().synthesize(sentence, voice, speed)


class AbortingEngine(_Faulty):
    """Kills the process, as a fault in native code would, at a sentence that contains `abort`."""

    name = "aborting"

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        if "abort" in sentence.text:
            os.abort()
        yield _sound()


class BlockingEngine(_Faulty):
    """Blocks in each sentence until released, or terminated when `heeds_terminate`."""

    name = "blocking"
    heeds_terminate = True

    def __init__(self, *, threads: int = 0, spinning: bool = False, models: Path | None = None) -> None:
        super().__init__(threads=threads, spinning=spinning, models=models)
        self.entered = threading.Event()
        """Set when a run has begun to block."""
        self._changed = threading.Condition()
        self._released = False

    def release(self) -> None:
        """Let the run in progress and all later ones go on."""
        with self._changed:
            self._released = True
            self._changed.notify_all()

    def terminate(self) -> None:
        super().terminate()
        with self._changed:
            self._changed.notify_all()

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        with self.runs.begin() as run, self._changed:
            self.entered.set()
            self._changed.wait_for(lambda: self._released or (self.heeds_terminate and run.terminated))
        yield _sound()


class DeafEngine(BlockingEngine):
    """Blocks and does not heed terminate(), as one very long node would."""

    name = "deaf"
    heeds_terminate = False

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        sys.stderr.write("hears nothing\n")
        sys.stderr.flush()
        return super().synthesize(sentence, voice, speed)


def _sound() -> AudioChunk:
    time = np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE
    return AudioChunk((0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), SAMPLE_RATE, ends_sentence=True)
