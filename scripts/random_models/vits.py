"""A VITS of Piper's shape, for export only: ids to samples, nothing that training needs.

After Kim, Kong, Son: Conditional Variational Autoencoder with Adversarial Learning for End-to-End Text-to-Speech
(2021), with the decoder of HiFi-GAN (Kong et al., 2020). The parts are named as in Piper's files, because the
exporter makes the names of nodes from them: /enc_p, /dp, /flow, /dec.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from random_models.shapes import VitsShape
from random_models.vits_decoder import Coupling, Flip, HifiGan
from random_models.vits_durations import StochasticDurations
from random_models.vits_text import TextEncoder


class Vits(nn.Module):
    """Ids (1, n), their number (1), scales (noise, length, noise_w)[, speaker (1)] -> samples (1, 1, 1, s)."""

    def __init__(self, shape: VitsShape) -> None:
        super().__init__()
        speaker = shape.speaker_width if shape.speakers > 1 else 0
        self.enc_p = TextEncoder(shape)
        self.dp = StochasticDurations(shape.hidden, shape.kernel, speaker)
        self.flow = ReverseFlow(shape, speaker)
        self.dec = HifiGan(shape, speaker)
        if speaker:
            self.emb_g = nn.Embedding(shape.speakers, speaker)

    def forward(
        self,
        ids: torch.Tensor,
        lengths: torch.Tensor,
        scales: torch.Tensor,
        sid: torch.Tensor | None = None,
    ) -> torch.Tensor:
        noise, length, noise_w = scales[0], scales[1], scales[2]
        hidden, mean, log_spread, mask = self.enc_p(ids, lengths)
        speaker = self.emb_g(sid).unsqueeze(-1) if sid is not None else None
        log_frames = self.dp(hidden, mask, speaker, noise_w)
        frames = torch.ceil(torch.exp(log_frames) * mask * length)
        totals = torch.clamp_min(frames.sum(dim=[1, 2]), 1).long()
        frame_mask = inside(totals).unsqueeze(1).type_as(mask)
        path = spread_over(frames[:, 0], frame_mask.shape[2]) * mask.transpose(1, 2) * frame_mask
        mean = torch.matmul(mean, path)
        log_spread = torch.matmul(log_spread, path)
        prior = mean + torch.randn_like(mean) * torch.exp(log_spread) * noise
        latent = self.flow(prior, frame_mask, speaker)
        return self.dec(latent * frame_mask, speaker).unsqueeze(1)


class ReverseFlow(nn.Module):
    """Four couplings and flips, run backwards: prior to latent."""

    def __init__(self, shape: VitsShape, speaker: int) -> None:
        super().__init__()
        self.flows = nn.ModuleList()
        for _ in range(4):
            self.flows.append(Coupling(shape.hidden, shape.flow_layers, speaker))
            self.flows.append(Flip())

    def forward(self, latent: torch.Tensor, mask: torch.Tensor, speaker: torch.Tensor | None) -> torch.Tensor:
        for step in reversed(self.flows):
            latent = step(latent, mask, speaker)
        return latent


def inside(lengths: torch.Tensor, count: torch.Tensor | int | None = None) -> torch.Tensor:
    """True where a position is below its row's length: (rows, count)."""
    index = torch.arange(lengths.max() if count is None else count, dtype=lengths.dtype)
    return index.unsqueeze(0) < lengths.unsqueeze(1)


def spread_over(frames: torch.Tensor, total: int) -> torch.Tensor:
    """Frames of each id (1, n) -> (1, n, total): 1 where a frame belongs to an id."""
    ends = torch.cumsum(frames, dim=1)
    up_to = inside(ends.view(-1), total).type_as(frames).view(1, -1, total)
    return up_to - functional.pad(up_to, (0, 0, 1, 0))[:, :-1]
