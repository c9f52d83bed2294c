"""WAV bytes that somebody sends into samples. Outside data: everything in it is distrusted."""

from __future__ import annotations

import io

import numpy as np

from litetts_edge.errors import AudioNotReadable
from litetts_edge.pcm import Samples

RATES = range(4_000, 192_001)
"""Hz that are played; the rest is a damaged header."""
MAX_CHANNELS = 16

_ENCODINGS = {"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"}
"""What WAV files in use hold. Those that compress are left out: a few bytes of them could fill the memory."""


def decode_wav(data: bytes) -> tuple[Samples, int]:
    """The samples, mixed down to mono and clipped to full scale, and their rate in Hz. Raises AudioNotReadable.

    A file that was cut off, or whose header was written before its length was known, gives what is there.
    """
    # soundfile needs 20 ms and libsndfile; who is sent no audio needs neither.
    import soundfile

    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise AudioNotReadable("it is no WAV file, which begins with RIFF")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if file.subtype not in _ENCODINGS:
                raise AudioNotReadable(f"its samples are {file.subtype}, not bare ones of 8 to 64 bits")
            if file.samplerate not in RATES:
                raise AudioNotReadable(f"its rate of {file.samplerate} Hz is outside {RATES[0]} to {RATES[-1]}")
            if file.channels > MAX_CHANNELS:
                raise AudioNotReadable(f"it has {file.channels} channels, more than {MAX_CHANNELS}")
            samples = file.read(dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except (soundfile.LibsndfileError, RuntimeError, ValueError, MemoryError) as error:
        # str() of libsndfile's begins with the address of our buffer.
        why = error.error_string if isinstance(error, soundfile.LibsndfileError) else error
        raise AudioNotReadable(f"its header or its data is damaged ({why})") from None
    mono = samples.mean(axis=1, dtype=np.float32)
    return np.clip(np.nan_to_num(mono, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0), rate
