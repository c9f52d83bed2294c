"""Loudness as people hear it: ITU-R BS.1770-4, integrated, one channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_BLOCK_S = 0.4
_STEP_S = 0.1
_SILENT = -70.0
"""LUFS; blocks below it do not count (section 5.1)."""
_RELATIVE = -10.0
"""LU below the loudness of the rest; nor do blocks below that."""


def loudness(samples: Samples, rate: int) -> float:
    """LUFS of all of it. Raises ValueError where nothing is loud enough to count, or it is shorter than 0.4 s."""
    spectrum = np.fft.rfft(samples.astype(np.float64), len(samples) + 2 * rate)  # room for the filters to die away
    weighted = np.fft.irfft(spectrum * weighting(rate, len(samples) + 2 * rate), len(samples) + 2 * rate)
    energy = np.concatenate([[0.0], np.cumsum(np.square(weighted[: len(samples)]))])
    block, step = round(_BLOCK_S * rate), round(_STEP_S * rate)
    starts = np.arange(0, len(samples) - block + 1, step)
    means = (energy[starts + block] - energy[starts]) / block
    for gate in (_SILENT, _RELATIVE):
        floor = gate if gate == _SILENT else gate + _level(float(means.mean()))
        means = means[means > 10 ** ((floor + 0.691) / 10)]
        if not len(means):
            raise ValueError("there is nothing to hear")
    return _level(float(means.mean()))


def weighting(rate: int, points: int) -> NDArray[np.complex128]:
    """Response of the K filter (two biquads) at the frequencies of a real Fourier transform of `points`."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(points))
    response = np.ones(len(z), dtype=np.complex128)
    for above, below in filters(rate):
        response *= np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    return response


def filters(rate: int) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
    """Coefficients (b, a) of the shelf and of the high-pass for any rate.

    The recommendation has them for 48 kHz only; the analogue filters behind those numbers are those of libebur128.
    """
    k = np.tan(np.pi * 1681.974450955533 / rate)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    first = 1 + k / q + k * k
    shelf = np.array([high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]) / first
    shelf_poles = np.array([1.0, 2 * (k * k - 1) / first, (1 - k / q + k * k) / first])
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    first = 1 + k / q + k * k
    pass_poles = np.array([1.0, 2 * (k * k - 1) / first, (1 - k / q + k * k) / first])
    return (shelf, shelf_poles), (np.array([1.0, -2.0, 1.0]), pass_poles)


def _level(mean_square: float) -> float:
    return float(-0.691 + 10 * np.log10(max(mean_square, 1e-20)))
