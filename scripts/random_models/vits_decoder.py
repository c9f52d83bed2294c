"""The coupling layers of VITS, backwards, and the HiFi-GAN decoder with Piper's residual blocks (type 2)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from random_models.shapes import VitsShape

SLOPE = 0.1
"""Of the leaky ReLUs, but for the last."""


class Flip(nn.Module):
    def forward(self, value: torch.Tensor, *_rest: torch.Tensor | None) -> torch.Tensor:
        return torch.flip(value, [1])


class Coupling(nn.Module):
    """One half of the channels shifts the other."""

    def __init__(self, width: int, layers: int, speaker: int) -> None:
        super().__init__()
        self.half = width // 2
        self.pre = nn.Conv1d(self.half, width, 1)
        self.enc = WaveNet(width, layers, speaker)
        self.post = nn.Conv1d(width, self.half, 1)

    def forward(self, latent: torch.Tensor, mask: torch.Tensor, speaker: torch.Tensor | None) -> torch.Tensor:
        kept, moved = torch.split(latent, [self.half, self.half], dim=1)
        shift = self.post(self.enc(self.pre(kept) * mask, mask, speaker)) * mask
        return torch.cat([kept, (moved - shift) * mask], dim=1)


class WaveNet(nn.Module):
    """Gated convolutions with kernel 5, each giving a residual and a skip."""

    def __init__(self, width: int, layers: int, speaker: int) -> None:
        super().__init__()
        self.width = width
        self.in_layers = nn.ModuleList([nn.Conv1d(width, 2 * width, 5, padding=2) for _ in range(layers)])
        outputs = [2 * width] * (layers - 1) + [width]
        self.res_skip_layers = nn.ModuleList([nn.Conv1d(width, count, 1) for count in outputs])
        if speaker:
            self.cond_layer = nn.Conv1d(speaker, 2 * width * layers, 1)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor, speaker: torch.Tensor | None) -> torch.Tensor:
        total = torch.zeros_like(hidden)
        given = self.cond_layer(speaker) if speaker is not None else None
        last = len(self.in_layers) - 1
        for index, (enter, leave) in enumerate(zip(self.in_layers, self.res_skip_layers, strict=True)):
            summed = enter(hidden)
            if given is not None:
                summed = summed + given[:, 2 * self.width * index : 2 * self.width * (index + 1)]
            else:
                summed = summed + torch.zeros_like(summed)
            gated = torch.tanh(summed[:, : self.width]) * torch.sigmoid(summed[:, self.width :])
            out = leave(gated)
            if index < last:
                hidden = (hidden + out[:, : self.width]) * mask
                total = total + out[:, self.width :]
            else:
                total = total + out
        return total * mask


class HifiGan(nn.Module):
    """latent (1, hidden, frames) -> samples (1, 1, frames x product of the rates), within -1 and 1."""

    def __init__(self, shape: VitsShape, speaker: int) -> None:
        super().__init__()
        self.kinds = len(shape.kernels)
        self.conv_pre = nn.Conv1d(shape.hidden, shape.decoder, 7, padding=3)
        widths = [shape.decoder // 2**i for i in range(len(shape.rates) + 1)]
        self.ups = nn.ModuleList(
            [
                nn.ConvTranspose1d(widths[i], widths[i + 1], kernel, rate, padding=(kernel - rate) // 2)
                for i, (rate, kernel) in enumerate(zip(shape.rates, shape.rate_kernels, strict=True))
            ]
        )
        self.resblocks = nn.ModuleList(
            [
                ResidualBlock(width, kernel, spans)
                for width in widths[1:]
                for kernel, spans in zip(shape.kernels, shape.dilations, strict=True)
            ]
        )
        self.conv_post = nn.Conv1d(widths[-1], 1, 7, padding=3, bias=False)
        if speaker:
            self.cond = nn.Conv1d(speaker, shape.decoder, 1)

    def forward(self, latent: torch.Tensor, speaker: torch.Tensor | None) -> torch.Tensor:
        sound = self.conv_pre(latent)
        if speaker is not None:
            sound = sound + self.cond(speaker)
        for stage, up in enumerate(self.ups):
            sound = up(functional.leaky_relu(sound, SLOPE))
            blocks = self.resblocks[stage * self.kinds : (stage + 1) * self.kinds]
            total = blocks[0](sound)
            for block in blocks[1:]:
                total = total + block(sound)
            sound = total / self.kinds
        return torch.tanh(self.conv_post(functional.leaky_relu(sound)))


class ResidualBlock(nn.Module):
    """Type 2: two dilated convolutions, each added to its input."""

    def __init__(self, width: int, kernel: int, spans: tuple[int, ...]) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            [nn.Conv1d(width, width, kernel, dilation=span, padding=(kernel - 1) * span // 2) for span in spans]
        )

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        for convolution in self.convs:
            sound = sound + convolution(functional.leaky_relu(sound, SLOPE))
        return sound
