"""Kokoro's network from a shape, with the reference package's modules.

The reference fixes some widths (1024, 512 and 64 channels, 128 of style); they are parameters here.
"""

from __future__ import annotations

import torch
from torch import nn

from random_models.reference import kokoro
from random_models.shapes import StyleShape


def plbert(shape: StyleShape) -> nn.Module:
    """PL-BERT: an ALBERT that reads phoneme ids."""
    from transformers import AlbertConfig

    config = AlbertConfig(
        vocab_size=shape.tokens,
        embedding_size=shape.bert_embedding,
        hidden_size=shape.bert_hidden,
        num_attention_heads=shape.bert_heads,
        intermediate_size=shape.bert_inner,
        num_hidden_layers=shape.bert_layers,
        max_position_embeddings=shape.positions,
        attn_implementation="eager",  # the other forms do not export
    )
    return kokoro("modules").CustomAlbert(config)


def decoder(shape: StyleShape, *, complex_free: bool) -> nn.Module:
    """The decoder and its generator; `complex_free` takes the STFT made of convolutions."""
    istftnet = kokoro("istftnet")
    block = istftnet.AdainResBlk1d
    made = istftnet.Decoder.__new__(istftnet.Decoder)
    nn.Module.__init__(made)
    wide, half = shape.decoder, shape.generator
    made.encode = block(shape.hidden + 2, wide, shape.style)
    joined = wide + 2 + shape.residual
    made.decode = nn.ModuleList([block(joined, wide, shape.style) for _ in range(3)])
    made.decode.append(block(joined, half, shape.style, upsample=True))
    made.F0_conv = _normed(nn.Conv1d(1, 1, 3, stride=2, padding=1))
    made.N_conv = _normed(nn.Conv1d(1, 1, 3, stride=2, padding=1))
    made.asr_res = nn.Sequential(_normed(nn.Conv1d(shape.hidden, shape.residual, 1)))
    made.generator = istftnet.Generator(
        shape.style,
        list(shape.kernels),
        list(shape.rates),
        half,
        [[1, 3, 5]] * len(shape.kernels),
        list(shape.rate_kernels),
        shape.fft,
        shape.hop,
        disable_complex=complex_free,
    )
    return made


def prosody(shape: StyleShape) -> nn.Module:
    """Durations, pitch and energy."""
    return kokoro("modules").ProsodyPredictor(
        style_dim=shape.style, d_hid=shape.hidden, nlayers=shape.layers, max_dur=shape.max_duration
    )


def text_encoder(shape: StyleShape) -> nn.Module:
    return kokoro("modules").TextEncoder(
        channels=shape.hidden, kernel_size=5, depth=shape.layers, n_symbols=shape.tokens
    )


class Bag(nn.Module):
    """Holds parts without a name of its own in the graph, as the reference's KModel does when it is exported."""

    def __init__(self, shape: StyleShape) -> None:
        super().__init__()
        self.bert = plbert(shape)
        self.bert_encoder = nn.Linear(shape.bert_hidden, shape.hidden)
        self.predictor = prosody(shape)
        self.text_encoder = text_encoder(shape)
        self.decoder = decoder(shape, complex_free=True)


class StyleNet(nn.Module):
    """The network as the reference package exports it: input_ids, style, speed -> waveform, duration.

    Its source adds noise: RandomUniformLike for the first phases, RandomNormalLike for the breath.
    """

    def __init__(self, shape: StyleShape) -> None:
        super().__init__()
        self.style = shape.style
        self.kmodel = Bag(shape)

    def forward(
        self, input_ids: torch.Tensor, style: torch.Tensor, speed: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids (1, n) framed by 0, style (1, 2 x style), speed (1) -> samples, frames of each id (n).

        A frame is 600 samples.
        """
        parts = self.kmodel
        count = input_ids.shape[1]
        lengths = torch.full((input_ids.shape[0],), count, dtype=torch.long)
        padding = torch.gt(torch.arange(count).unsqueeze(0).type_as(lengths) + 1, lengths.unsqueeze(1))
        manner = style[:, self.style :]
        context = parts.bert_encoder(parts.bert(input_ids, attention_mask=(~padding).int())).transpose(-1, -2)
        encoded = parts.predictor.text_encoder(context, manner, lengths, padding)
        hidden, _ = parts.predictor.lstm(encoded)
        exact = torch.sigmoid(parts.predictor.duration_proj(hidden)).sum(axis=-1) / speed
        frames = torch.round(exact).clamp(min=1).long().squeeze()
        owner = torch.repeat_interleave(torch.arange(count), frames)
        alignment = torch.zeros((count, owner.shape[0]))
        alignment[owner, torch.arange(owner.shape[0])] = 1
        alignment = alignment.unsqueeze(0)
        pitch, energy = parts.predictor.F0Ntrain(encoded.transpose(-1, -2) @ alignment, manner)
        text = parts.text_encoder(input_ids, lengths, padding) @ alignment
        return parts.decoder(text, pitch, energy, style[:, : self.style]).squeeze(), frames


def _normed(layer: nn.Module) -> nn.Module:
    return nn.utils.weight_norm(layer)
