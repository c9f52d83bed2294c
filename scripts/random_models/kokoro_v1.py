"""Kokoro as the files of release v1.0 have it: another export than the reference package's.

`kokoro-v1.0.onnx` and onnx-community's `model.onnx` share one graph (opset 20, scopes /encoder and
/decoder/decoder), made with rewritten modules. Known of it from programs that take it apart, and kept here:
- no noise: the harmonic source is deterministic, there is no random node;
- AdaIN normalises with ReduceMean, Sub, Mul, ReduceMean, Add, Sqrt, Div, not with InstanceNormalization;
- the source's features come from an STFT node and an arctangent of Atan, Greater, Less and Where;
- the inverse STFT is one ConvTranspose with a basis of 20 taps, divided by a window sum that was folded to its
  first 20 values (so only the first samples are divided, half of which are cut off), times 4;
- the alignment is made by comparing a Range with the cumulated durations (/encoder/Clip holds the frames).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from random_models.kokoro_parts import decoder, plbert, prosody, text_encoder
from random_models.reference import kokoro
from random_models.shapes import StyleShape


class StyleNetV1(nn.Module):
    """input_ids, style, speed -> waveform (1, samples); `flat`, as kokoro-onnx has it: audio (samples)."""

    def __init__(self, shape: StyleShape, *, flat: bool = False) -> None:
        super().__init__()
        self.style, self.flat = shape.style, flat
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)

    def forward(self, input_ids: torch.Tensor, style: torch.Tensor, speed: torch.Tensor) -> torch.Tensor:
        sound, manner = style[:, : self.style], style[:, self.style :]
        text, pitch, energy = self.encoder(input_ids, manner, speed)
        waveform = self.decoder(text, pitch, energy, sound)
        return waveform[0] if self.flat else waveform


class Encoder(nn.Module):
    """Ids to what the decoder takes, a row for each frame of 1/40 s."""

    def __init__(self, shape: StyleShape) -> None:
        super().__init__()
        self.bert = plbert(shape)
        self.bert_encoder = nn.Linear(shape.bert_hidden, shape.hidden)
        reference = prosody(shape)
        self.predictor = Durations(reference)
        self.shared, self.F0, self.N = reference.shared, reference.F0, reference.N
        self.F0_proj, self.N_proj = reference.F0_proj, reference.N_proj
        self.text_encoder = text_encoder(shape)
        self.text_encoder.__class__ = TextEncoder
        normalise_by_moments(self)

    def forward(
        self, input_ids: torch.Tensor, manner: torch.Tensor, speed: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        context = self.bert_encoder(self.bert(input_ids, attention_mask=torch.ones_like(input_ids)))
        exact, encoded = self.predictor(context, manner)
        frames = torch.round(exact / speed).clamp(min=1)
        ends = torch.cumsum(frames, dim=1)
        index = torch.arange(frames.sum().long()).type_as(frames)
        starts = (ends - frames).unsqueeze(2)
        alignment = torch.logical_and(index >= starts, index < ends.unsqueeze(2)).float()
        pitch = energy = self._shared(encoded.transpose(1, 2) @ alignment)
        for block in self.F0:
            pitch = block(pitch, manner)
        for block in self.N:
            energy = block(energy, manner)
        text = self.text_encoder(input_ids) @ alignment
        return text, self.F0_proj(pitch).squeeze(1), self.N_proj(energy).squeeze(1)

    def _shared(self, aligned: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.shared(aligned.transpose(1, 2))
        return hidden.transpose(1, 2)


class Durations(nn.Module):
    """Frames of each id, not rounded, and the encoding that the prosody goes on with."""

    def __init__(self, reference: nn.Module) -> None:
        super().__init__()
        self.text_encoder = reference.text_encoder
        self.text_encoder.__class__ = DurationEncoder
        self.lstm, self.duration_proj = reference.lstm, reference.duration_proj

    def forward(self, context: torch.Tensor, manner: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        encoded = self.text_encoder(context, manner)
        hidden, _ = self.lstm(encoded)
        return torch.sigmoid(self.duration_proj(hidden)).sum(dim=-1), encoded


class DurationEncoder(kokoro("modules").DurationEncoder):
    """Without packing: one sentence at a time."""

    def forward(self, context: torch.Tensor, manner: torch.Tensor) -> torch.Tensor:
        repeated = manner.unsqueeze(1).expand(-1, context.shape[1], -1)
        encoded = torch.cat([context, repeated], dim=-1)
        for recurrent, norm in zip(self.lstms[::2], self.lstms[1::2], strict=True):
            hidden, _ = recurrent(encoded)
            encoded = torch.cat([norm(hidden, manner), repeated], dim=-1)
        return encoded


class TextEncoder(kokoro("modules").TextEncoder):
    """Without packing."""

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        features = self.embedding(input_ids).transpose(1, 2)
        for layer in self.cnn:
            features = layer(features)
        hidden, _ = self.lstm(features.transpose(1, 2))
        return hidden.transpose(1, 2)


class Decoder(nn.Module):
    """Gives the decoder its scope, /decoder/decoder."""

    def __init__(self, shape: StyleShape) -> None:
        super().__init__()
        self.decoder = decoder(shape, complex_free=True)
        generator = self.decoder.generator
        del generator.stft
        generator.__class__ = Generator
        generator.fft, generator.hop = shape.fft, shape.hop
        generator.istft = InverseSpectrum(shape.fft, shape.hop)
        generator.m_source.__class__ = Source
        generator.m_source.l_sin_gen.__class__ = Sines
        normalise_by_moments(self)

    def forward(
        self, text: torch.Tensor, pitch: torch.Tensor, energy: torch.Tensor, sound: torch.Tensor
    ) -> torch.Tensor:
        return self.decoder(text, pitch, energy, sound)


class Generator(kokoro("istftnet").Generator):
    """With an STFT node for the source, and the inverse in a module of its own."""

    def forward(self, features: torch.Tensor, sound: torch.Tensor, pitch: torch.Tensor) -> torch.Tensor:
        source = self.m_source(self.f0_upsamp(pitch[:, None]).transpose(1, 2)).squeeze(2)
        padded = functional.pad(source, (self.fft // 2, self.fft // 2), mode="replicate")
        window = torch.hann_window(self.fft, periodic=True)
        parts = torch.stft(padded, self.fft, self.hop, self.fft, window, center=False, return_complex=False)
        real, imaginary = parts[..., 0], parts[..., 1]
        harmonics = torch.cat([torch.sqrt(real**2 + imaginary**2), torch.atan2(imaginary, real)], dim=1)
        for stage in range(self.num_upsamples):
            features = functional.leaky_relu(features, 0.1)
            excitation = self.noise_res[stage](self.noise_convs[stage](harmonics), sound)
            features = self.ups[stage](features)
            if stage == self.num_upsamples - 1:
                features = self.reflection_pad(features)
            features = features + excitation
            blocks = self.resblocks[stage * self.num_kernels : (stage + 1) * self.num_kernels]
            total = blocks[0](features, sound)
            for block in blocks[1:]:
                total = total + block(features, sound)
            features = total / self.num_kernels
        spectrum = self.conv_post(functional.leaky_relu(features))
        bins = self.fft // 2 + 1
        return self.istft(torch.exp(spectrum[:, :bins]), torch.sin(spectrum[:, bins:]))


class InverseSpectrum(nn.Module):
    """Holds the inverse STFT, in the scope /istft/stft."""

    def __init__(self, fft: int, hop: int) -> None:
        super().__init__()
        self.stft = OverlapAdd(fft, hop)

    def forward(self, magnitude: torch.Tensor, phase: torch.Tensor) -> torch.Tensor:
        return self.stft(magnitude, phase)


class OverlapAdd(nn.Module):
    """Magnitude and phase (1, bins, frames) -> samples (1, hop x frames)."""

    def __init__(self, fft: int, hop: int) -> None:
        super().__init__()
        self.fft, self.hop = fft, hop
        bins = fft // 2 + 1
        angles = 2 * np.pi * np.outer(np.arange(bins), np.arange(fft)) / fft
        forward = np.concatenate([np.cos(angles), -np.sin(angles)])
        window = np.hanning(fft + 1)[:-1]
        basis = np.linalg.pinv(fft / hop * forward).T * window
        self.register_buffer("inverse_basis", torch.tensor(basis[:, None, :], dtype=torch.float32))
        # The released files have window**2 itself. They begin in silence; random weights do not, and would click.
        self.register_buffer("window_sum", torch.tensor(np.maximum(window**2, 0.25), dtype=torch.float32))

    def forward(self, magnitude: torch.Tensor, phase: torch.Tensor) -> torch.Tensor:
        parts = torch.cat([magnitude * torch.cos(phase), magnitude * torch.sin(phase)], dim=1)
        summed = functional.conv_transpose1d(parts, self.inverse_basis, stride=self.hop).squeeze(1)
        weight = self.window_sum[: summed.shape[-1]]
        covered = torch.nonzero(weight > torch.finfo(torch.float32).tiny).squeeze(1)
        summed[:, covered] = summed[:, covered] / weight[covered]
        summed = summed.unsqueeze(1) * (self.fft / self.hop)
        return summed[:, :, self.fft // 2 :][:, :, : -(self.fft // 2)].squeeze(1)


class Source(kokoro("istftnet").SourceModuleHnNSF):
    """Harmonics without noise: pitch in Hz (1, samples, 1) -> excitation (1, samples, 1)."""

    def forward(self, pitch: torch.Tensor) -> torch.Tensor:
        return self.l_tanh(self.l_linear(self.l_sin_gen(pitch)))


class Sines(kokoro("istftnet").SineGen):
    """The pitch and its multiples as sines, silent where the pitch is below 10 Hz."""

    def forward(self, pitch: torch.Tensor) -> torch.Tensor:
        multiples = pitch * torch.arange(1, self.dim + 1, dtype=torch.float32).reshape(1, 1, -1)
        turns = multiples / self.sampling_rate
        turns = turns - torch.floor(turns)
        slow = functional.interpolate(turns.transpose(1, 2), scale_factor=1 / self.upsample_scale, mode="linear")
        phase = torch.cumsum(slow.transpose(1, 2), dim=1) * (2 * math.pi)
        phase = functional.interpolate(
            phase.transpose(1, 2) * self.upsample_scale, scale_factor=self.upsample_scale, mode="linear"
        )
        voiced = (pitch > self.voiced_threshold).float()
        return torch.sin(phase.transpose(1, 2)) * self.sine_amp * voiced


class MomentNorm(kokoro("istftnet").AdaIN1d):
    """AdaIN from a mean and a variance over time."""

    def forward(self, features: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        affine = self.fc(style)
        affine = affine.view(affine.size(0), affine.size(1), 1)
        gain, shift = torch.chunk(affine, chunks=2, dim=1)
        centred = features - features.mean(dim=2, keepdim=True)
        spread = (centred * centred).mean(dim=2, keepdim=True)
        return (1 + gain) * (centred / torch.sqrt(spread + 1e-5)) + shift


def normalise_by_moments(module: nn.Module) -> None:
    """Turn every AdaIN inside into a MomentNorm, in place."""
    for part in module.modules():
        if type(part) is kokoro("istftnet").AdaIN1d:
            del part.norm
            part.__class__ = MomentNorm
