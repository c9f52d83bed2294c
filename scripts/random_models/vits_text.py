"""The text encoder of VITS: a transformer whose attention knows relative positions up to 4 ids away."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from random_models.shapes import VitsShape

WINDOW = 4


class TextEncoder(nn.Module):
    """ids (1, n), lengths (1) -> hidden, mean and log spread of the prior (1, hidden, n), mask (1, 1, n)."""

    def __init__(self, shape: VitsShape) -> None:
        super().__init__()
        self.width = shape.hidden
        self.emb = nn.Embedding(shape.tokens, shape.hidden)
        nn.init.normal_(self.emb.weight, 0.0, shape.hidden**-0.5)
        self.encoder = Transformer(shape)
        self.proj = nn.Conv1d(shape.hidden, 2 * shape.hidden, 1)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hidden = (self.emb(ids) * math.sqrt(self.width)).transpose(1, 2)
        index = torch.arange(ids.shape[1], dtype=lengths.dtype)
        mask = (index.unsqueeze(0) < lengths.unsqueeze(1)).unsqueeze(1).type_as(hidden)
        hidden = self.encoder(hidden * mask, mask)
        mean, log_spread = torch.split(self.proj(hidden) * mask, self.width, dim=1)
        return hidden, mean, log_spread, mask


class Transformer(nn.Module):
    def __init__(self, shape: VitsShape) -> None:
        super().__init__()
        self.attn_layers = nn.ModuleList([Attention(shape.hidden, shape.heads) for _ in range(shape.layers)])
        self.norm_layers_1 = nn.ModuleList([ChannelNorm(shape.hidden) for _ in range(shape.layers)])
        self.ffn_layers = nn.ModuleList(
            [FeedForward(shape.hidden, shape.inner, shape.kernel) for _ in range(shape.layers)]
        )
        self.norm_layers_2 = nn.ModuleList([ChannelNorm(shape.hidden) for _ in range(shape.layers)])

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        pairs = mask.unsqueeze(2) * mask.unsqueeze(-1)
        hidden = hidden * mask
        steps = zip(self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2, strict=True)
        for attention, first, feed, second in steps:
            hidden = first(hidden + attention(hidden, pairs))
            hidden = second(hidden + feed(hidden, mask))
        return hidden * mask


class Attention(nn.Module):
    """Self-attention with learnt vectors for distances of 4 at most, at keys and values (Shaw et al., 2018)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.width = heads, width // heads
        self.conv_q = nn.Conv1d(width, width, 1)
        self.conv_k = nn.Conv1d(width, width, 1)
        self.conv_v = nn.Conv1d(width, width, 1)
        self.conv_o = nn.Conv1d(width, width, 1)
        scale = self.width**-0.5
        self.emb_rel_k = nn.Parameter(torch.randn(1, 2 * WINDOW + 1, self.width) * scale)
        self.emb_rel_v = nn.Parameter(torch.randn(1, 2 * WINDOW + 1, self.width) * scale)

    def forward(self, hidden: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        rows, channels, count = hidden.shape
        query, key, value = (
            convolution(hidden).view(rows, self.heads, self.width, count).transpose(2, 3)
            for convolution in (self.conv_q, self.conv_k, self.conv_v)
        )
        query = query / math.sqrt(self.width)
        scores = torch.matmul(query, key.transpose(-2, -1))
        near = torch.matmul(query, self._distances(self.emb_rel_k, count).unsqueeze(0).transpose(-2, -1))
        scores = scores + self._by_position(near, count)
        weights = functional.softmax(scores.masked_fill(pairs == 0, -1e4), dim=-1)
        mixed = torch.matmul(weights, value)
        far = self._by_distance(weights, count)
        mixed = mixed + torch.matmul(far, self._distances(self.emb_rel_v, count).unsqueeze(0))
        return self.conv_o(mixed.transpose(2, 3).contiguous().view(rows, channels, count))

    def _distances(self, table: torch.Tensor, count: int) -> torch.Tensor:
        """Rows for the distances -(count - 1) to count - 1; zero beyond the window."""
        padded = functional.pad(table, (0, 0, count, count))
        return padded[:, WINDOW + 1 : WINDOW + 2 * count]

    def _by_position(self, scores: torch.Tensor, count: int) -> torch.Tensor:
        """(.., n, 2n - 1) by distance -> (.., n, n) by position: each row is shifted by one more."""
        rows, heads = scores.shape[:2]
        flat = functional.pad(scores, (0, 1)).view(rows, heads, count * 2 * count)
        return functional.pad(flat, (0, count - 1)).view(rows, heads, count + 1, 2 * count - 1)[
            :, :, :count, count - 1 :
        ]

    def _by_distance(self, weights: torch.Tensor, count: int) -> torch.Tensor:
        """The reverse: (.., n, n) -> (.., n, 2n - 1)."""
        rows, heads = weights.shape[:2]
        flat = functional.pad(weights, (0, count - 1)).view(rows, heads, count * (2 * count - 1))
        return functional.pad(flat, (count, 0)).view(rows, heads, count, 2 * count)[:, :, :, 1:]


class FeedForward(nn.Module):
    def __init__(self, width: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.sides = ((kernel - 1) // 2, kernel // 2)
        self.conv_1 = nn.Conv1d(width, inner, kernel)
        self.conv_2 = nn.Conv1d(inner, width, kernel)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.conv_1(functional.pad(hidden * mask, self.sides)))
        return self.conv_2(functional.pad(hidden * mask, self.sides)) * mask


class ChannelNorm(nn.Module):
    """LayerNorm over the channels of (1, channels, n)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.gamma = nn.Parameter(torch.ones(width))
        self.beta = nn.Parameter(torch.zeros(width))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        last = hidden.transpose(1, -1)
        return functional.layer_norm(last, (self.width,), self.gamma, self.beta, 1e-5).transpose(1, -1)
