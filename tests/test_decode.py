"""A WAV from outside is decoded or refused, whatever is in it."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.decode import RATES, decode_wav
from litetts_edge.errors import AudioNotReadable
from tests.rhasspy import wav


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_usual_wav_is_decoded(subtype: str, channels: int) -> None:
    """To one channel, at its own rate and level."""
    samples, rate = decode_wav(wav(0.1, 44_100, channels, subtype))
    assert (len(samples), rate, samples.dtype.name) == (4410, 44_100, "float32")
    assert np.max(np.abs(samples)) == pytest.approx(0.5, abs=0.02)


def test_a_wav_of_unknown_length_is_decoded() -> None:
    """arecord and ffmpeg write such headers into pipes: 0, or as much as there can be; and a file may be cut."""
    whole = wav(0.1)
    for length in (b"\xff\xff\xff\xff", b"\x00\xf0\xff\x7f", b"\x00\x00\x00\x00"):
        endless = whole[:4] + length + whole[8:40] + length + whole[44:]
        assert len(decode_wav(endless)[0]) in (0, 1600)
    assert len(decode_wav(whole[:-1000])[0]) == 1100


def test_a_float_wav_with_anything_in_it_stays_in_range() -> None:
    """No loudspeaker is to play infinity."""
    file = io.BytesIO()
    soundfile.write(file, np.array([0.5, np.nan, np.inf, -np.inf, 7.0]), 16_000, "FLOAT", format="WAV")
    assert decode_wav(file.getvalue())[0].tolist() == [0.5, 0.0, 1.0, -1.0, 1.0]


def _damaged() -> dict[str, bytes]:
    whole = wav()
    flac = io.BytesIO()
    soundfile.write(flac, np.zeros(100), 16_000, format="FLAC")
    adpcm = io.BytesIO()
    soundfile.write(adpcm, np.zeros(1000), 16_000, "IMA_ADPCM", format="WAV")
    return {
        "nothing": b"",
        "text": b"Hello.",
        "magic only": b"RIFF",
        "header only": whole[:20],
        "no samples": b"RIFF\x04\x00\x00\x00WAVE",
        "flac": flac.getvalue(),
        "compressed": adpcm.getvalue(),
        "rate 0": whole[:24] + b"\x00\x00\x00\x00" + whole[28:],
        "rate 4 GHz": whole[:24] + b"\xff\xff\xff\xff" + whole[28:],
        "no channels": whole[:22] + b"\x00\x00" + whole[24:],
        "many channels": whole[:22] + b"\xff\xff" + whole[24:],
    }


@pytest.mark.parametrize("what", _damaged())
def test_what_is_no_wav_is_refused(what: str) -> None:
    """With a reason, and never with anything else."""
    with pytest.raises(AudioNotReadable) as refused:
        decode_wav(_damaged()[what])
    assert " object at 0x" not in str(refused.value), "no address of this process is told"


@given(data=st.data(), channels=st.integers(1, 3), subtype=st.sampled_from(["PCM_16", "PCM_24", "FLOAT"]))
@settings(deadline=None, max_examples=150)
def test_a_wav_with_anything_in_its_header_is_decoded_or_refused(
    data: st.DataObject, channels: int, subtype: str
) -> None:
    """Samples in range, or AudioNotReadable; no other error gets out, and nothing grows beyond what came."""
    damaged = bytearray(wav(0.01, 8_000, channels, subtype))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, min(80, len(damaged) - 1)))] = data.draw(st.integers(0, 255))
    try:
        samples, rate = decode_wav(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    except AudioNotReadable:
        return
    assert rate in RATES
    assert len(samples) <= len(damaged)
    assert np.all(np.abs(samples) <= 1.0)
