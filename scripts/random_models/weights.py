"""Random weights that make a network behave: natural lengths, a pitch, a sane level, nothing infinite.

Layers keep torch's own initialization. Then a few output layers are scaled to statistics measured on a probe, so
that a sentence has about 14 phonemes a second and a level like speech. The pitch is seldom below 10 Hz: unvoiced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.utils import remove_weight_norm

SEED = 20250127
STYLE_SPREAD = 0.25
PROBES = 6
"""Sentences, each in another style."""
PITCH_HZ, PITCH_SPREAD_HZ = 150.0, 50.0
PHASE_SHARE = 0.02
"""Weight of the source's phases against its magnitudes: the phase of a bin without energy is rounding noise."""
FRAMES_A_PHONEME = 40 / 14.5  # Kokoro: 40 frames a second
FRAMES_AN_ID = 22050 / 256 / (2 * 14)  # Piper: a blank lies between any two phonemes
LEVEL = 0.1
"""RMS of the sound, of full scale 1."""


def seed(offset: int = 0) -> None:
    torch.manual_seed(SEED + offset)


def plain(module: nn.Module) -> nn.Module:
    """Ready for export: no weight norm, no dropout, no gradients."""
    for part in module.modules():
        if hasattr(part, "weight_g"):
            remove_weight_norm(part)
    return module.eval().requires_grad_(False)


def probe_ids(tokens: int, count: int = 60) -> torch.Tensor:
    """Phoneme ids (1, count), framed by 0."""
    ids = torch.randint(1, tokens, (1, count))
    ids[0, 0] = ids[0, -1] = 0
    return ids


@contextmanager
def outputs_of(layer: nn.Module) -> Iterator[list[Any]]:
    """Collect what `layer` gives while the body runs."""
    seen: list[Any] = []
    hook = layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    try:
        yield seen
    finally:
        hook.remove()


def centre(layer: nn.Module, run: Callable[[], Any], mean: float, spread: float) -> None:
    """Scale a layer so that its output has this mean and standard deviation over the probe."""
    seen = probed(layer, run)
    scale = spread / float(seen.std())
    layer.weight.mul_(scale)
    if layer.bias is not None:
        layer.bias.add_(mean / scale - float(seen.mean())).mul_(scale)


def probed(layer: nn.Module, run: Callable[[], Any]) -> torch.Tensor:
    """What a layer gives during all probes, one after the other in time."""
    with outputs_of(layer) as seen:
        run()
    return torch.cat([output.flatten() for output in seen])


def tame_style(
    network: nn.Module, predictor: nn.Module, decoder: nn.Module, pitch: nn.Module, tokens: int, width: int
) -> None:
    """Durations, pitch, spectrum and level of Kokoro's network, in place; `width` of a style row."""
    probes = [(probe_ids(tokens), torch.randn(1, width) * STYLE_SPREAD) for _ in range(PROBES)]

    def run() -> torch.Tensor:
        sounds = [network(ids, style, torch.ones(1)) for ids, style in probes]
        return torch.cat([(sound[0] if isinstance(sound, tuple) else sound).flatten() for sound in sounds])

    projection = predictor.duration_proj.linear_layer
    bins = projection.out_features
    projection.weight.mul_(0.2).add_(
        projection.weight[:1].clone() * 5
    )  # or each id would take the mean of the bins
    centre(projection, run, float(torch.logit(torch.tensor(FRAMES_A_PHONEME / bins))), 0.35)
    for _ in range(4):  # the rounding to whole frames, one at least, moves the mean
        logits = probed(projection, run).reshape(-1, bins)
        frames = torch.sigmoid(logits).sum(-1).round().clamp(min=1).mean()
        projection.bias.add_(float(torch.log(FRAMES_A_PHONEME / frames)))
    centre(pitch, run, PITCH_HZ, PITCH_SPREAD_HZ)
    generator = decoder.generator
    half = generator.post_n_fft // 2 + 1
    for convolution in generator.noise_convs:
        convolution.weight[:, half:] *= PHASE_SHARE
    centre(generator.m_source.l_linear, run, 0.02, 0.2)
    post = generator.conv_post
    post.weight.mul_(0.6 / float(probed(post, run).std()))
    post.bias[:half].add_(float(torch.log(LEVEL / run().std())))


def tame_vits(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    """Durations, prior, couplings and level of a Vits, in place. The scales in `inputs` are Piper's usual ones."""

    def run() -> Any:
        torch.manual_seed(SEED)
        return network(*inputs)

    centre(network.enc_p.proj, run, 0.0, 0.7)
    for flow in network.flow.flows[::2]:
        centre(flow.post, run, 0.0, 0.4)
    affine = network.dp.flows[0]
    affine.logs.add_(float(torch.log(probed(network.dp, run).std() / 0.4)))
    for _ in range(4):  # the rounding up to whole frames moves the mean
        frames = torch.ceil(torch.exp(probed(network.dp, run))).mean()
        affine.m.sub_(float(torch.log(FRAMES_AN_ID / frames)) * torch.exp(affine.logs))
    post = network.dec.conv_post
    post.weight.sub_(post.weight.mean(dim=2, keepdim=True))  # or a constant would drown the sound
    for _ in range(3):  # tanh bends the level
        post.weight.mul_(LEVEL / float(run().std()))


def coarsen(network: nn.Module) -> None:
    """Keep 8 bits of each weight: small models lie in the repository, and so they pack to half."""
    for weight in network.parameters():
        weight.copy_(weight.bfloat16().float())
