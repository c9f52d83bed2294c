"""The sizes of each architecture, as published and narrowed for tests.

Narrow models keep every kernel size, dilation, rate and kind of node; only channels, layers and tables shrink.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NARROW = 64
"""Models with fewer hidden channels than this are for the tests."""


@dataclass(frozen=True, slots=True)
class StyleShape:
    """StyleTTS 2 with an iSTFTNet generator: Kokoro and KittenTTS."""

    tokens: int = 178
    hidden: int = 512
    style: int = 128
    """Half of a style row: the first half goes to the decoder, the second to the prosody."""
    layers: int = 3
    max_duration: int = 50
    """Frames of one phoneme at most, 40 to the second."""
    decoder: int = 1024
    residual: int = 64
    generator: int = 512
    """Channels of the generator's input."""
    kernels: tuple[int, ...] = (3, 7, 11)
    """Of its residual blocks; the dilations of each are 1, 3, 5."""
    rates: tuple[int, ...] = (10, 6)
    rate_kernels: tuple[int, ...] = (20, 12)
    fft: int = 20
    hop: int = 5
    bert_hidden: int = 768
    bert_inner: int = 2048
    bert_embedding: int = 128
    bert_heads: int = 12
    bert_layers: int = 12
    positions: int = 512


@dataclass(frozen=True, slots=True)
class VitsShape:
    """VITS as Piper trains it at medium quality."""

    tokens: int = 256
    hidden: int = 192
    inner: int = 768
    heads: int = 2
    layers: int = 6
    kernel: int = 3
    flow_layers: int = 4
    """Dilated convolutions of each of the four couplings; their kernel is 5."""
    decoder: int = 256
    kernels: tuple[int, ...] = (3, 5, 7)
    dilations: tuple[tuple[int, ...], ...] = ((1, 2), (2, 6), (3, 12))
    rates: tuple[int, ...] = (8, 8, 4)
    rate_kernels: tuple[int, ...] = (16, 16, 8)
    speakers: int = 1
    speaker_width: int = 512


KOKORO = StyleShape()
KITTEN = replace(KOKORO, hidden=128, layers=2, decoder=256, generator=256, kernels=(3, 3))
PIPER = VitsShape()

SMALL_KOKORO = StyleShape(
    hidden=16,
    style=16,
    decoder=16,
    residual=4,
    layers=2,
    generator=16,
    bert_hidden=16,
    bert_inner=32,
    bert_embedding=16,
    bert_heads=2,
    bert_layers=1,
)
SMALL_KITTEN = replace(SMALL_KOKORO, kernels=(3, 3))
SMALL_PIPER = VitsShape(hidden=16, inner=32, layers=2, decoder=32, flow_layers=2, speaker_width=8)
