"""Samples into bytes: WAV, FLAC, Opus, MP3 or bare PCM, piece by piece or at once.

Several formats write sizes into their first bytes when they end. An encoder that feeds a stream cannot go
back, so those late bytes are told apart as corrections: whoever can seek applies them (a file does, encode()
does), and whoever cannot sends the bytes as they came, which every player accepts.
"""

from __future__ import annotations

import io
import struct
from typing import Any, Protocol

import numpy as np

from litetts_edge.dsp import Resampler, int16
from litetts_edge.pcm import Samples
from litetts_edge.speech import Encoding

EXTENSIONS = {
    Encoding.WAV: "wav",
    Encoding.FLAC: "flac",
    Encoding.OPUS: "opus",
    Encoding.MP3: "mp3",
    Encoding.PCM: "pcm",
}

OPUS_RATES = (24_000, 48_000)
"""Hz that an encoder is given; Opus knows 8, 12 and 16 kHz too (RFC 6716 section 2), which speech seldom has."""
MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Hz, of MPEG-1, MPEG-2 and MPEG-2.5 layer III."""

Corrections = tuple[tuple[int, bytes], ...]


class Encoder(Protocol):
    """Encodes one utterance: feed() its samples in order, then finish() once."""

    sample_rate: int
    """Hz of the encoded audio; it differs from the source's where the format has fixed rates."""

    def feed(self, samples: Samples) -> bytes:
        """The next bytes; empty while the format is gathering a frame."""
        ...

    def finish(self) -> bytes:
        """The last bytes."""
        ...

    @property
    def corrections(self) -> Corrections:
        """After finish(): (offset, bytes) to put over what was written, where that is possible."""
        ...


def encoder(encoding: Encoding, sample_rate: int) -> Encoder:
    """An encoder for mono audio of `sample_rate` Hz."""
    if encoding is Encoding.PCM:
        return _Pcm(sample_rate)
    if encoding is Encoding.WAV:
        return _Wav(sample_rate)
    if encoding is Encoding.FLAC:
        return _SoundFile(sample_rate, sample_rate, "FLAC", "PCM_16")
    if encoding is Encoding.OPUS:
        return _SoundFile(sample_rate, _at_least(sample_rate, OPUS_RATES), "OGG", "OPUS")
    return _SoundFile(sample_rate, _at_least(sample_rate, MP3_RATES), "MP3", "MPEG_LAYER_III")


def encode(samples: Samples, sample_rate: int, encoding: Encoding) -> bytes:
    """The whole of `samples` as one file of its own, sizes right."""
    parts = encoder(encoding, sample_rate)
    whole = bytearray(parts.feed(samples))
    whole += parts.finish()
    for offset, data in parts.corrections:
        whole[offset : offset + len(data)] = data
    return bytes(whole)


def _at_least(rate: int, allowed: tuple[int, ...]) -> int:
    """The smallest allowed rate that loses nothing; the largest when there is none."""
    return next((candidate for candidate in allowed if candidate >= rate), allowed[-1])


class _Pcm:
    corrections: Corrections = ()

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate

    def feed(self, samples: Samples) -> bytes:
        return int16(samples).tobytes()

    def finish(self) -> bytes:
        return b""


class _Wav:
    """16-bit PCM in RIFF. Until the size is known the header holds the largest, as streaming players expect."""

    _LARGEST = 0xFFFF_FFFF

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._size: int | None = None
        self.corrections: Corrections = ()

    def feed(self, samples: Samples) -> bytes:
        data = int16(samples).tobytes()
        head = self._header(self._LARGEST, self._LARGEST) if self._size is None else b""
        self._size = (self._size or 0) + len(data)
        return head + data

    def finish(self) -> bytes:
        rest = self.feed(_NOTHING) if self._size is None else b""
        size = self._size or 0
        if size + 36 <= self._LARGEST:
            self.corrections = ((0, self._header(size + 36, size)),)
        return rest

    def _header(self, riff: int, data: int) -> bytes:
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, self.sample_rate, self.sample_rate * 2, 2, 16)
        return struct.pack("<4sI4s", b"RIFF", riff, b"WAVE") + form + struct.pack("<4sI", b"data", data)


_NOTHING: Samples = np.zeros(0, dtype=np.float32)


class _SoundFile:
    """What libsndfile encodes."""

    _PIECE_S = 0.5  # libsndfile's Ogg encoders put a whole write on the stack

    def __init__(self, source_rate: int, target_rate: int, container: str, subtype: str) -> None:
        import soundfile

        self.sample_rate = target_rate
        self._resampler = Resampler(source_rate, target_rate)
        self._silent = True
        self._integers = subtype == "PCM_16"
        self._tape = _Tape()
        self._file: Any = soundfile.SoundFile(
            self._tape, "w", samplerate=target_rate, channels=1, format=container, subtype=subtype
        )

    def feed(self, samples: Samples) -> bytes:
        self._write(self._resampler.feed(samples))
        return self._tape.pull()

    def finish(self) -> bytes:
        self._write(self._resampler.finish())
        if self._silent:  # libsndfile leaves an empty file, which no player opens
            self._write(np.zeros(self.sample_rate // 100, dtype=np.float32))
        self._file.close()
        return self._tape.pull()

    @property
    def corrections(self) -> Corrections:
        return tuple(self._tape.corrections)

    def _write(self, samples: Samples) -> None:
        piece = round(self._PIECE_S * self.sample_rate)
        for start in range(0, len(samples), piece):
            part = samples[start : start + piece]
            self._silent = False
            self._file.write(int16(part) if self._integers else part.clip(-1, 1))


class _Tape(io.RawIOBase):
    """A file that gives away what is written to it, and remembers only its length and late corrections."""

    def __init__(self) -> None:
        self._fresh = bytearray()
        self._given = 0
        self._at = 0
        self.corrections: list[tuple[int, bytes]] = []

    def pull(self) -> bytes:
        fresh = bytes(self._fresh)
        self._given += len(fresh)
        self._fresh.clear()
        return fresh

    def write(self, data: Any) -> int:
        raw = bytes(data)
        early = min(max(self._given - self._at, 0), len(raw))
        if early:
            self.corrections.append((self._at, raw[:early]))
        start = self._at + early - self._given
        self._fresh[start : start + len(raw) - early] = raw[early:]
        self._at += len(raw)
        return len(raw)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = self._given + len(self._fresh)
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, _buffer: Any) -> int:
        return 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
