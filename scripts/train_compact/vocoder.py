"""Parameters to samples, as a graph without weights to learn: pulses and noise through the mel-cepstral filter.

The teacher's own vocoder (Imai's MLSA filter with mixed excitation) runs a recursive filter sample by sample. This
is the same filter, frame by frame: the excitation under a Hann window of two hops, times the frame's minimum-phase
response exp(sum c_m exp(-j m w~)) in the frequency domain, overlapped and added. w~ is the warped frequency.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from litetts_edge.engines.compact_units import HOP, KNEE, SAMPLE_RATE
from train_compact.data import MEL, STRENGTHS, VOICED
from train_compact.flite import CEPSTRA, warped

SIZE = 512
"""Points of the Fourier transform: a response may last 22 ms behind its window."""
BEFORE, AFTER = 6, 3
"""Frames of context: a frame sounds for 512 samples from the hop before it; F0 runs to the frame behind."""
_BLOCKS = -(-SIZE // HOP)


def responses(filters: NDArray[np.float64]) -> NDArray[np.float64]:
    """(BANDS, SIZE / 2 + 1) zero-phase responses of symmetric filters (BANDS, taps)."""
    delay = (filters.shape[1] - 1) / 2
    turned = np.exp(1j * np.linspace(0, np.pi, SIZE // 2 + 1) * delay)
    response: NDArray[np.float64] = (np.fft.rfft(filters, SIZE) * turned).real
    return response


def limited(samples: Tensor) -> Tensor:
    """The same below KNEE of full scale; what goes beyond is bent, and never reaches it."""
    size = torch.abs(samples)
    bent = KNEE + (1 - KNEE) * torch.tanh((size - KNEE) / (1 - KNEE))
    return torch.where(size > KNEE, torch.sign(samples) * bent, samples)


class Vocoder(nn.Module):
    """(frames, CHANNELS), phase in cycles, noise -> samples and the phase where the next window begins.

    Channels: F0 in Hz, voiced (0 or 1), mel-cepstra, band strengths. N frames give (N - BEFORE - AFTER) x 80
    samples. `phase` (double) is that of the first frame's first sample; `noise` (N, 80) has unit variance.
    """

    def __init__(self, bands: NDArray[np.float64]) -> None:
        super().__init__()
        bins = SIZE // 2 + 1
        window = np.hanning(2 * HOP + 1)[:-1]
        time = np.arange(2 * HOP)[:, None] * np.linspace(0, np.pi, bins)
        forward = np.concatenate([np.cos(time), -np.sin(time)], axis=1) * window[:, None]
        time = np.linspace(0, np.pi, bins)[:, None] * np.arange(SIZE)
        weight = np.full((bins, 1), 2 / SIZE)
        weight[0] = weight[-1] = 1 / SIZE
        back = np.concatenate([weight * np.cos(time), -weight * np.sin(time)]) / 32768
        order = np.outer(np.arange(CEPSTRA), warped(SIZE // 2))
        for name, value in {
            "forward_dft": forward,
            "inverse_dft": np.pad(back, ((0, 0), (0, _BLOCKS * HOP - SIZE))),
            "cosines": np.cos(order),
            "sines": -np.sin(order),
            "bands": bands,
            "ramp": np.arange(HOP)[None] / HOP,
        }.items():
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32))

    def forward(self, frames: Tensor, phase: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        count = frames.shape[0]
        blocks = count - BEFORE - AFTER
        f0 = frames[:, :1]
        following = torch.cat([f0[1:], f0[-1:]])
        f0 = f0 + (following - f0) * self.ramp
        # In double: an error of 1e-7 a sample would be heard in the high harmonics after a second.
        cycles = phase + torch.cumsum(f0.double().reshape(-1) / SAMPLE_RATE, dim=0)
        after = cycles[blocks * HOP - 1]
        x = ((cycles - torch.round(cycles)).float() * np.pi).reshape(-1, HOP)
        # A Dirichlet kernel: the constant part, and on either side of it each harmonic below half the rate. 1e-3
        # less, so that none lies on that where F0 divides it.
        harmonics = 2 * torch.floor(SAMPLE_RATE / 2 / f0 - 1e-3) + 1
        sine = torch.sin(x)
        at_peak = torch.abs(sine) < 1e-5
        pulse = torch.where(at_peak, harmonics, torch.sin(harmonics * x) / torch.where(at_peak, 1.0, sine))
        pulse = pulse * torch.sqrt(f0 / SAMPLE_RATE)
        strengths = frames[:, STRENGTHS] @ self.bands
        pulsed = self._spectrum(pulse) * (strengths * frames[:, VOICED]).repeat(1, 2)
        noisy = self._spectrum(noise) * (self.bands.sum(dim=0) - strengths).repeat(1, 2)
        bins = SIZE // 2 + 1
        real, imaginary = (pulsed + noisy).split(bins, dim=1)
        cepstra = frames[:, MEL]
        amplitude = torch.exp(torch.clamp(cepstra @ self.cosines, max=14.0))
        angle = cepstra @ self.sines
        across, up = amplitude * torch.cos(angle), amplitude * torch.sin(angle)
        spectrum = torch.cat([real * across - imaginary * up, real * up + imaginary * across], dim=1)
        sounds = (spectrum @ self.inverse_dft).reshape(count, _BLOCKS, HOP)
        # Overlapped and added: frame n sounds from the hop before it, so the hop of frame n holds block 0 of frame
        # n + 1, block 1 of frame n, and so on.
        samples = sum(sounds[BEFORE + 1 - late : BEFORE + 1 - late + blocks, late] for late in range(_BLOCKS))
        return limited(samples.reshape(-1)), after - torch.floor(after)

    def _spectrum(self, excitation: Tensor) -> Tensor:
        """(frames, HOP) to the transforms of windows of the hop before each frame and the one behind it."""
        before = torch.cat([torch.zeros_like(excitation[:1]), excitation[:-1]])
        return torch.cat([before, excitation], dim=1) @ self.forward_dft
