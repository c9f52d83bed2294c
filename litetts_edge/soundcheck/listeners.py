"""Recognisers that tell which words are heard. Each is there only where its user put it; none is downloaded.

faster-whisper needs a model in a folder (`model.bin`, `config.json`, `tokenizer.json`) that its user got; with it
come all languages and a strict limit. pocketsphinx brings its English model along and is hard of hearing: what it
understands is speech, and what it does not understand may be.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from litetts_edge.errors import BadField, how_to_install
from litetts_edge.pcm import Samples
from litetts_edge.pipeline.voices import primary

RATE = 16000
"""Hz; what both listen at."""
WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")
"""Without the last one faster-whisper would fetch it from the network."""


class Listener(Protocol):
    """Writes down what it hears."""

    @property
    def name(self) -> str:
        """With its version, as it is kept in the record."""
        ...

    @property
    def limit(self) -> float:
        """The largest share of wrong words at which speech passes, with this listener."""
        ...

    @property
    def is_trusted(self) -> bool:
        """Whether a voice fails when this listener does not understand it."""
        ...

    def hears(self, lang: str) -> bool:
        """Whether it knows the language (BCP 47)."""
        ...

    def transcribe(self, samples: Samples, rate: int, lang: str) -> str:
        """The words of one sentence; empty where there are none. float32 mono, full scale 1."""
        ...


class PocketSphinx:
    """English only. Not for several threads at once."""

    limit = 0.5
    """The compact voice, which people understand, has 0.11 to 0.26 over many sentences and up to 0.4 over six; its
    phones mumbled have 0.5 to 0.79; noise has 0.9 and more (tests/test_intelligible.py)."""
    is_trusted = False
    """espeak-ng, which people understand, too, has 0.83 to 0.91: it is as little to its taste as noise."""

    @property
    def name(self) -> str:
        """See Listener."""
        return f"pocketsphinx {version('pocketsphinx')}"

    def hears(self, lang: str) -> bool:
        """English."""
        return primary(lang) == "en"

    def transcribe(self, samples: Samples, rate: int, lang: str) -> str:
        """See Listener."""
        del lang
        decoder = _sphinx()
        decoder.reinit_feat()  # else what it heard before leaks into this
        decoder.start_utt()
        decoder.process_raw(pcm(samples, rate), full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        return str(hypothesis.hypstr) if hypothesis else ""


class Whisper:
    """faster-whisper with the model in a folder; opened at the first use, 8-bit, on the processor."""

    limit = 0.2
    """A choice, not a measurement: one word in five for the accents and small models that people have."""
    is_trusted = True

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Raises BadField when the folder does not hold a model, or faster-whisper is not installed."""
        missing = [name for name in WHISPER_FILES if not (folder / name).is_file()]
        if missing:
            raise BadField(
                "--listener",
                f"{folder} holds no model of faster-whisper: {', '.join(missing)} is missing there."
                " Name the folder of a converted Whisper model (CTranslate2).",
            )
        if find_spec("faster_whisper") is None:
            raise BadField("--listener", f"faster-whisper is not installed: run `{how_to_install('quality')}`")
        self._folder, self._threads = folder, threads
        self._model: Any = None

    @property
    def name(self) -> str:
        """See Listener."""
        return f"faster-whisper {_version('faster-whisper')} ({self._folder.resolve().name})"

    def hears(self, lang: str) -> bool:
        """All of Whisper's languages are tried; a model whose name ends in .en knows English."""
        return primary(lang) == "en" or not self._folder.resolve().name.endswith(".en")

    def transcribe(self, samples: Samples, rate: int, lang: str) -> str:
        """See Listener."""
        sound = at_rate(samples, rate)
        segments, _ = self._opened().transcribe(
            sound, language=primary(lang), beam_size=5, condition_on_previous_text=False, vad_filter=False
        )
        return " ".join(segment.text.strip() for segment in segments)

    def _opened(self) -> Any:
        if self._model is None:
            os.environ["HF_HUB_OFFLINE"] = "1"  # read when it is imported: nothing is fetched
            from faster_whisper import WhisperModel

            self._model = WhisperModel(
                str(self._folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=self._threads,
                local_files_only=True,
            )
        return self._model


def find_listener(folder: Path | None, configured: Path) -> Listener | None:
    """The best one here: Whisper in `folder` (asked for) or `configured` (if there is one), else pocketsphinx.

    Raises BadField for a `folder` that holds none.
    """
    if folder is not None:
        return Whisper(folder)
    if configured.is_dir() and find_spec("faster_whisper") is not None:
        return Whisper(configured)
    return PocketSphinx() if find_spec("pocketsphinx") is not None else None


def at_rate(samples: Samples, rate: int) -> Samples:
    """The same at 16 kHz."""
    if rate == RATE:
        return samples
    import soxr

    resampled: Samples = soxr.resample(samples, rate, RATE, quality="HQ")
    return resampled


def pcm(samples: Samples, rate: int) -> bytes:
    """For pocketsphinx: 16 kHz, 16 bits, one loudness, a pause at both ends, a little noise under all of it."""
    samples = at_rate(samples, rate)
    loudness = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
    sound = np.pad(samples * (0.1 / loudness if loudness > 1e-4 else 1.0), RATE // 5)
    sound += np.random.default_rng(0).uniform(-1, 1, len(sound)) / 32768
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


@cache
def _sphinx() -> Any:
    from pocketsphinx import Decoder

    return Decoder(loglevel="FATAL")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"
