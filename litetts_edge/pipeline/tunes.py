"""Chimes by name: those that are made (chimes.py), and files of one's own. Files are read in a thread."""

from __future__ import annotations

import asyncio
import logging
from functools import lru_cache
from pathlib import Path

import numpy as np

from litetts_edge import chimes
from litetts_edge.dsp import Resampler
from litetts_edge.errors import ChimeNotFound
from litetts_edge.mqtt.messages import printable
from litetts_edge.pcm import AudioChunk, Samples

log = logging.getLogger(__name__)

ENDINGS = (".wav", ".flac")
LONGEST_S = 5.0
MOST_FILES = 100
"""More are not looked at: a folder full of music was hardly meant."""
RATES = range(8_000, 192_001)
"""Hz."""
MOST_CHANNELS = 8


class ChimeUnusable(Exception):
    """A chime that cannot be played; str() says why, for people."""


class Tunes:
    """The chimes that can be asked for now."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are made, then those of the folder."""
        return (*chimes.CHIMES, *(name for name in self._files if name not in chimes.CHIMES))

    @property
    def own(self) -> tuple[str, ...]:
        """Those of the folder."""
        return tuple(self._files)

    def look(self, folder: Path) -> None:
        """Take the files that the folder has now; one without it has none. Blocks."""
        try:
            found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file())
        except FileNotFoundError:
            found = []
        except OSError as error:
            log.warning("no chimes of your own: %s cannot be read: %s", folder, error.strerror)
            found = []
        for path in [path for path in found if printable(path.stem) != path.stem]:
            log.warning("%r is left out: no message can have that name; rename it in UTF-8", str(path))
            found.remove(path)
        self._files = {path.stem: path for path in found[:MOST_FILES]}
        _read.cache_clear()

    def check(self, name: str) -> None:
        """Raises ChimeNotFound."""
        if name not in self.names:
            raise ChimeNotFound(name, self.names)

    async def chunk(self, name: str, sample_rate: int) -> AudioChunk:
        """The whole chime at that rate. Raises ChimeUnusable."""
        path = self._files.get(name)
        try:
            if path is not None:  # a file of one's own wins over a made one of the same name
                samples = await asyncio.to_thread(_read, path, sample_rate)
            elif name in chimes.CHIMES:
                samples = chimes.chime(name, sample_rate)
            else:
                raise ChimeUnusable(str(ChimeNotFound(name, self.names)))
        except OSError as error:
            raise ChimeUnusable(f"{path}: {error.strerror or error}") from None
        return AudioChunk(samples, sample_rate, ends_sentence=True)


@lru_cache(maxsize=4)
def _read(path: Path, sample_rate: int) -> Samples:
    """A file as mono at the rate wanted. Raises ChimeUnusable, OSError."""
    import soundfile

    try:
        with path.open("rb") as raw, soundfile.SoundFile(raw) as file:
            if file.samplerate not in RATES or file.channels > MOST_CHANNELS:
                raise ChimeUnusable(f"{path} has {file.samplerate} Hz and {file.channels} channels")
            if file.frames > LONGEST_S * file.samplerate:
                length = file.frames / file.samplerate
                raise ChimeUnusable(f"{path} lasts {length:.1f} s; a chime lasts at most {LONGEST_S:g} s")
            rate = file.samplerate
            samples: Samples = file.read(dtype="float32", always_2d=True).mean(axis=1)
    except soundfile.LibsndfileError as error:
        raise ChimeUnusable(f"{path} is not audio that can be read: {error.error_string}") from None
    if not len(samples) or not np.isfinite(samples).all():
        raise ChimeUnusable(f"{path} holds no sound")
    resampler = Resampler(rate, sample_rate)
    return np.concatenate([resampler.feed(samples), resampler.finish()]).clip(-1, 1)
