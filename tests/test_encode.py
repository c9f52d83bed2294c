"""What is encoded can be decoded by somebody else, and sounds the same."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
import soundfile

from litetts_edge.encode import EXTENSIONS, encode, encoder
from litetts_edge.pcm import Samples
from litetts_edge.speech import Encoding

RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
FILES = (Encoding.WAV, Encoding.FLAC, Encoding.OPUS, Encoding.MP3)


def glide(seconds: float, rate: int) -> Samples:
    """A tone that rises from 200 Hz to 2 kHz: every moment of it is different."""
    t = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * (200 * t + 900 / seconds * t * t))).astype(np.float32)


def likeness(one: Samples, other: Samples) -> float:
    """The highest normalised correlation of the two over all shifts."""
    size = len(one) + len(other)
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return float(product.max() / np.sqrt((one @ one) * (other @ other)))


@pytest.mark.parametrize("encoding", FILES)
@pytest.mark.parametrize("rate", RATES)
def test_what_is_decoded_is_what_was_encoded(encoding: Encoding, rate: int) -> None:
    """Every format at every rate gives the tone back, at its pitch and length."""
    data = encode(glide(1.0, rate), rate, encoding)
    decoded, decoded_rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert len(decoded) / decoded_rate == pytest.approx(1.0, abs=0.08)
    assert likeness(decoded, glide(1.0, decoded_rate)) > 0.99


@pytest.mark.parametrize("encoding", list(Encoding))
def test_piece_by_piece_is_the_same_as_at_once(encoding: Encoding) -> None:
    """Where the cuts between the pieces fall changes nothing in the file."""
    samples = glide(1.3, 22_050)
    parts = encoder(encoding, 22_050)
    whole = bytearray()
    for piece in np.array_split(samples, [1, 7, 5_000, 5_001, 20_000]):
        whole += parts.feed(piece)
    whole += parts.finish()
    for offset, data in parts.corrections:
        whole[offset : offset + len(data)] = data
    if encoding is Encoding.OPUS:  # an Ogg stream carries a random serial number
        once, rate = soundfile.read(io.BytesIO(encode(samples, 22_050, encoding)))
        again, _ = soundfile.read(io.BytesIO(bytes(whole)))
        assert rate == 24_000
        np.testing.assert_allclose(again, once, atol=0.02)
    else:
        assert bytes(whole) == encode(samples, 22_050, encoding)


@pytest.mark.parametrize("encoding", [Encoding.WAV, Encoding.OPUS])  # libsndfile itself needs the sizes of others
def test_a_stream_is_playable_without_corrections(encoding: Encoding) -> None:
    """A reader that gets the bytes as they came, sizes unknown, still hears all of it."""
    parts = encoder(encoding, 24_000)
    sent = parts.feed(glide(1.0, 24_000)) + parts.finish()
    decoded, rate = soundfile.read(io.BytesIO(sent), dtype="float32")
    assert likeness(decoded, glide(1.0, rate)) > 0.99


@pytest.mark.parametrize("encoding", [Encoding.WAV, Encoding.PCM, Encoding.FLAC])
def test_bytes_come_while_the_utterance_goes_on(encoding: Encoding) -> None:
    """An encoder does not gather a long text in memory."""
    parts = encoder(encoding, 24_000)
    sizes = [len(parts.feed(glide(1.0, 24_000))) for _ in range(4)]
    assert min(sizes) > 1_000


def test_a_wav_header_has_the_right_sizes() -> None:
    """The sizes in the header are those of the file, also when there are no samples at all."""
    for count in (0, 1, 12_345):
        data = encode(np.full(count, 0.25, dtype=np.float32), 16_000, Encoding.WAV)
        with wave.open(io.BytesIO(data)) as opened:
            assert (opened.getnframes(), opened.getframerate(), opened.getnchannels()) == (count, 16_000, 1)
        assert int.from_bytes(data[4:8], "little") == len(data) - 8


def test_loud_samples_are_clipped_not_wrapped() -> None:
    """Beyond full scale is full scale, and what is not a number is silence."""
    loud = np.array([2.0, 1.0, -1.0, -2.0, np.inf, -np.inf, np.nan, 0.6 / 32767], dtype=np.float32)
    values = np.frombuffer(encode(loud, 8_000, Encoding.PCM), dtype="<i2").tolist()
    assert values == [32767, 32767, -32767, -32768, 32767, -32768, 0, 1]


@pytest.mark.parametrize("encoding", FILES)
def test_an_utterance_without_samples_is_a_file_all_the_same(encoding: Encoding) -> None:
    """Nothing to encode is no error."""
    assert encode(np.zeros(0, dtype=np.float32), 22_050, encoding)


def test_every_encoding_has_an_extension() -> None:
    """Nothing was forgotten when an encoding was added."""
    assert set(EXTENSIONS) == set(Encoding)
