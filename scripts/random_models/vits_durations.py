"""The stochastic duration predictor of VITS, backwards: noise to log durations, through splines.

The splines are those of Durkan, Bekasov, Murray, Papamakarios: Neural Spline Flows (2019), section 3.1, with
linear tails.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from random_models.vits_decoder import Flip
from random_models.vits_text import ChannelNorm

BINS = 10
TAIL = 5.0
SMALLEST = 1e-3
"""Width, height and slope of a bin at least."""


class StochasticDurations(nn.Module):
    """hidden (1, width, n) -> log of the frames of each id (1, 1, n)."""

    def __init__(self, width: int, kernel: int, speaker: int) -> None:
        super().__init__()
        self.pre = nn.Conv1d(width, width, 1)
        self.proj = nn.Conv1d(width, width, 1)
        self.convs = DilatedStack(width, kernel)
        self.flows = nn.ModuleList([Affine()])
        for _ in range(4):
            self.flows.append(SplineFlow(width, kernel))
            self.flows.append(Flip())
        if speaker:
            self.cond = nn.Conv1d(speaker, width, 1)

    def forward(
        self, hidden: torch.Tensor, mask: torch.Tensor, speaker: torch.Tensor | None, noise_w: torch.Tensor
    ) -> torch.Tensor:
        hidden = self.pre(hidden)
        if speaker is not None:
            hidden = hidden + self.cond(speaker)
        hidden = self.proj(self.convs(hidden, mask)) * mask
        drawn = torch.randn(hidden.shape[0], 2, hidden.shape[2]).type_as(hidden) * noise_w
        steps = list(reversed(self.flows))
        for step in [*steps[:-2], steps[-1]]:  # the last spline changes only the half that is thrown away
            drawn = step(drawn, mask, hidden)
        return torch.split(drawn, 1, dim=1)[0]


class DilatedStack(nn.Module):
    """Three depthwise separable convolutions, dilated 1, 3, 9."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        spans = [kernel**i for i in range(3)]
        self.convs_sep = nn.ModuleList(
            [
                nn.Conv1d(width, width, kernel, groups=width, dilation=d, padding=(kernel - 1) * d // 2)
                for d in spans
            ]
        )
        self.convs_1x1 = nn.ModuleList([nn.Conv1d(width, width, 1) for _ in spans])
        self.norms_1 = nn.ModuleList([ChannelNorm(width) for _ in spans])
        self.norms_2 = nn.ModuleList([ChannelNorm(width) for _ in spans])

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor, given: torch.Tensor | None = None) -> torch.Tensor:
        if given is not None:
            hidden = hidden + given
        for wide, narrow, first, second in zip(
            self.convs_sep, self.convs_1x1, self.norms_1, self.norms_2, strict=True
        ):
            inner = functional.gelu(first(wide(hidden * mask)))
            hidden = hidden + functional.gelu(second(narrow(inner)))
        return hidden * mask


class Affine(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.m = nn.Parameter(torch.zeros(2, 1))
        self.logs = nn.Parameter(torch.zeros(2, 1))

    def forward(self, value: torch.Tensor, mask: torch.Tensor, _given: torch.Tensor) -> torch.Tensor:
        return (value - self.m) * torch.exp(-self.logs) * mask


class SplineFlow(nn.Module):
    """One half of the pair bends the other."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.width = width
        self.pre = nn.Conv1d(1, width, 1)
        self.convs = DilatedStack(width, kernel)
        self.proj = nn.Conv1d(width, 3 * BINS - 1, 1)

    def forward(self, pair: torch.Tensor, mask: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        kept, bent = torch.split(pair, 1, dim=1)
        knots = self.proj(self.convs(self.pre(kept), mask, given)) * mask
        knots = knots.transpose(1, 2).unsqueeze(1)  # (1, 1, n, knots)
        widths = knots[..., :BINS] / math.sqrt(self.width)
        heights = knots[..., BINS : 2 * BINS] / math.sqrt(self.width)
        return torch.cat([kept, unbend(bent, widths, heights, knots[..., 2 * BINS :])], dim=1) * mask


def unbend(value: torch.Tensor, widths: torch.Tensor, heights: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
    """The inverse of the monotonic spline within -5 to 5, the identity outside. `value` (1, 1, n)."""
    within = (value >= -TAIL) & (value <= TAIL)
    beyond = ~within
    result = torch.zeros_like(value)
    edge = math.log(math.exp(1 - SMALLEST) - 1)  # a slope of 1 where the tails begin
    slopes = functional.pad(slopes, (1, 1), value=edge)
    result[beyond] = value[beyond]
    result[within] = _invert(value[within], widths[within], heights[within], slopes[within])
    return result


def _invert(
    value: torch.Tensor, widths: torch.Tensor, heights: torch.Tensor, slopes: torch.Tensor
) -> torch.Tensor:
    """Equations 6 to 8 of the paper: solve a quadratic in the bin that the value falls into. All (m, ..)."""
    across, width = _bins(widths)
    up, height = _bins(heights)
    slope = SMALLEST + functional.softplus(slopes)
    edges = torch.cat([up[..., :-1], up[..., -1:] + 1e-6], dim=-1)
    chosen = torch.sum(value.unsqueeze(-1) >= edges, dim=-1, keepdim=True) - 1
    x0, w = across.gather(-1, chosen)[..., 0], width.gather(-1, chosen)[..., 0]
    y0, h = up.gather(-1, chosen)[..., 0], height.gather(-1, chosen)[..., 0]
    s = (height / width).gather(-1, chosen)[..., 0]
    d0, d1 = slope.gather(-1, chosen)[..., 0], slope[..., 1:].gather(-1, chosen)[..., 0]
    rise = value - y0
    bend = d0 + d1 - 2 * s
    a = h * (s - d0) + rise * bend
    b = h * d0 - rise * bend
    c = -s * rise
    root = 2 * c / (-b - torch.sqrt(b.pow(2) - 4 * a * c))
    return root * w + x0


def _bins(free: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Edges (m, bins + 1) from -5 to 5, and the lengths between them."""
    shares = SMALLEST + (1 - SMALLEST * BINS) * functional.softmax(free, dim=-1)
    edges = functional.pad(torch.cumsum(shares, dim=-1), (1, 0)) * (2 * TAIL) - TAIL
    edges = torch.cat(
        [torch.full_like(edges[..., :1], -TAIL), edges[..., 1:-1], torch.full_like(edges[..., :1], TAIL)], -1
    )
    return edges, edges[..., 1:] - edges[..., :-1]
