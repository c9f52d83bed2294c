"""Training: L1 on the teacher's own parameters, on two cores, resumable."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from litetts_edge.engines.compact_time import timeline
from litetts_edge.engines.compact_units import FRAMES_PER_STEP, SPEAKERS
from train_compact.data import CHANNELS, MEL, PITCH, SEED, STRENGTHS, VOICED, Sample, load
from train_compact.network import Decoder, Encoder

BATCH_STEPS = 3600
"""10 ms steps in a batch, padding included."""
POOL = 96
"""Sentences that are sorted by length before they are cut into batches."""
RATE = 1.5e-3
WARM_UP = 200
AVERAGE = 0.998
"""Decay of the moving average of the weights; the average is what ships."""
VALIDATION, VALIDATION_SHARDS = 48, 6
"""Sentences that are kept to watch the training, and of how many shards."""
SAVE_EVERY = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences of like lengths, padded to one; float32 where nothing else is said."""

    tokens: Tensor
    """(batch, tokens, 3) int64: id, stress, starts_word."""
    token_mask: Tensor
    """(batch, tokens, 1) 0 for padding."""
    durations: Tensor
    """(batch, tokens) frames."""
    duration_weight: Tensor
    """(batch, tokens) 0 for padding and for sentences that were spoken at another speed."""
    index: Tensor
    """(batch, steps) int64: token under each step."""
    places: Tensor
    """(batch, steps, PLACES) as in Timeline."""
    step_mask: Tensor
    """(batch, steps, 1) 0 for padding."""
    voice: Tensor
    """(batch, speakers) one-hot."""
    features: Tensor
    """(batch, frames, CHANNELS) not normalised; FRAMES_PER_STEP frames for each step."""


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Normalised features (batch, frames, CHANNELS), and log(1 + frames) of each token (batch, tokens)."""
        hidden, lengths = self.encoder(batch.tokens, batch.voice, batch.token_mask)
        at = batch.index[..., None].expand(-1, -1, hidden.shape[-1])
        return self.decoder(hidden.gather(1, at), batch.places, batch.voice, batch.step_mask), lengths


def batch_of(samples: list[Sample]) -> Batch:
    """Pad samples to one length."""
    lines = [timeline(sample.durations) for sample in samples]
    tokens = max(len(sample.tokens) for sample in samples)
    steps = max(len(line.token) for line in lines)
    count = len(samples)
    made = Batch(
        torch.zeros(count, tokens, 3, dtype=torch.long),
        torch.zeros(count, tokens, 1),
        torch.zeros(count, tokens),
        torch.zeros(count, tokens),
        torch.zeros(count, steps, dtype=torch.long),
        torch.zeros(count, steps, lines[0].places.shape[1]),
        torch.zeros(count, steps, 1),
        functional.one_hot(torch.tensor([sample.speaker for sample in samples]), len(SPEAKERS)).float(),
        torch.zeros(count, steps * FRAMES_PER_STEP, CHANNELS),
    )
    for row, (sample, line) in enumerate(zip(samples, lines, strict=True)):
        n, s, f = len(sample.tokens), len(line.token), len(sample.features)
        made.tokens[row, :n] = torch.from_numpy(sample.tokens)
        made.token_mask[row, :n] = 1
        made.durations[row, :n] = torch.from_numpy(sample.durations)
        made.duration_weight[row, :n] = 0.0 if sample.stretched else 1.0
        made.index[row, :s] = torch.from_numpy(line.token)
        made.places[row, :s] = torch.from_numpy(line.places)
        made.step_mask[row, :s] = 1
        made.features[row, :f] = torch.from_numpy(sample.features).float()
        made.features[row, f : s * FRAMES_PER_STEP] = made.features[row, f - 1]
    return made


def batches(samples: list[Sample], draw: random.Random) -> Iterator[Batch]:
    """Endless batches of about BATCH_STEPS, of samples of like lengths.

    Each round leaves out what does not fill a POOL, less than POOL samples, other ones each time: in a small pool
    there are few of like lengths, and its batches would be mostly padding.
    """
    while True:
        order = draw.sample(samples, len(samples))
        for start in range(0, len(order) - POOL + 1, POOL):
            cuts = _cut(sorted(order[start : start + POOL], key=lambda sample: len(sample.features)))
            draw.shuffle(cuts)
            for cut in cuts:
                yield batch_of(cut)


def _cut(ordered: list[Sample]) -> list[list[Sample]]:
    """Samples, the shortest first, in as few batches as BATCH_STEPS allows."""
    cuts: list[list[Sample]] = [[]]
    for sample in ordered:
        padded = (len(cuts[-1]) + 1) * len(sample.features)
        if cuts[-1] and padded > BATCH_STEPS * FRAMES_PER_STEP:
            cuts.append([])
        cuts[-1].append(sample)
    return cuts


def losses(network: Network, batch: Batch) -> dict[str, Tensor]:
    """Each part of the loss, already weighted."""
    with torch.autocast("cpu", torch.bfloat16):
        said, lengths = network(batch)
    said, lengths = said.float(), lengths.float()
    decoder = network.decoder
    wanted = (batch.features - (batch.voice @ decoder.mean)[:, None]) / decoder.scale
    mask = batch.step_mask.repeat_interleave(FRAMES_PER_STEP, dim=1)
    voiced = batch.features[..., VOICED]
    frames, count = mask.sum(), CHANNELS - 2
    # A cepstral coefficient matters as much as it moves the log spectrum, so the square root of its own scale is a
    # middle way between equal weights (which spend all on the smallest ones) and plain distance.
    weight = decoder.scale.sqrt() / decoder.scale[MEL].sqrt().mean()
    weight[: MEL.start], weight[STRENGTHS] = 1, 0.5
    distance = (said - wanted).abs() * weight * mask
    both = mask[:, 1:] * mask[:, :-1]
    slope = (said[:, 1:] - said[:, :-1] - wanted[:, 1:] + wanted[:, :-1]).abs() * weight * both
    on_voiced = 0.1 + 0.9 * voiced
    return {
        "spectrum": distance[..., 2:].sum() / frames / count * 3,
        "slope": slope[..., 2:].sum() / frames / count * 1.5,
        "pitch": (distance[..., PITCH] * on_voiced).sum() / frames,
        "voiced": (
            functional.binary_cross_entropy_with_logits(said[..., VOICED], voiced, reduction="none") * mask
        ).sum() / frames * 0.5,
        "length": ((lengths - torch.log1p(batch.durations)).abs() * batch.duration_weight).sum()
        / batch.duration_weight.sum().clamp(min=1),
    }  # fmt: skip


def split(data: Path) -> tuple[list[Sample], list[Sample]]:
    """What is trained on, and the VALIDATION sentences that never are: the last ones of the last usual shards.

    None is of the shards called again*: what fitted only at the second try is no fair sample.
    """
    watched = sorted(data.glob("[0-9]*.npz"))[-VALIDATION_SHARDS:]
    seen: list[Sample] = []
    unseen: list[Sample] = []
    for path in sorted(data.glob("*.npz")):
        samples = load(path)
        kept = len(samples) - (VALIDATION // VALIDATION_SHARDS if path in watched else 0)
        seen += samples[:kept]
        unseen += samples[kept:]
    return seen, unseen


def train(data: Path, folder: Path, steps: int, *, quiet: bool = False) -> Path:
    """Train for `steps` batches, or what is left of them, and return the checkpoint."""
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    samples, validation = split(data)
    network = Network()
    _fit_scales(network.decoder, samples)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    checkpoint, begin = folder / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        average, begin = saved["average"], saved["step"]
    source = batches(samples, random.Random(SEED + begin))  # noqa: S311 - not a secret
    means: dict[str, float] = {}
    with tqdm(range(begin, steps), initial=begin, total=steps, disable=quiet, mininterval=5) as bar:
        for step in bar:
            rate = RATE * min((step + 1) / WARM_UP, 0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-3)
            for group in optimizer.param_groups:
                group["lr"] = rate
            parts = losses(network, next(source))
            optimizer.zero_grad(set_to_none=True)
            torch.stack(list(parts.values())).sum().backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            decay = min(AVERAGE, (step + 1) / (step + 10))
            for name, value in network.state_dict().items():
                average[name].lerp_(value, 1 - decay)
            for name, part in parts.items():
                means[name] = 0.98 * means.get(name, part.item()) + 0.02 * part.item()
            bar.set_postfix({name: f"{value:.3f}" for name, value in means.items()}, refresh=False)
            if (step + 1) % SAVE_EVERY == 0 or step + 1 == steps:
                state = {
                    "network": network.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "average": average,
                    "step": step + 1,
                }
                torch.save(state, folder / "checkpoint.new")
                (folder / "checkpoint.new").replace(checkpoint)
                line = {"step": step + 1, "time": round(time.time())} | figures(restored(checkpoint), validation)
                with (folder / "training.log").open("a", encoding="utf-8") as log:
                    log.write(f"{line}\n")
                bar.write(str(line))
    return checkpoint


def restored(checkpoint: Path) -> Network:
    """The averaged network of a checkpoint."""
    network = Network()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    return network.eval()


@torch.no_grad()
def figures(network: Network, samples: list[Sample]) -> dict[str, float]:
    """Errors of a network, with the teacher's durations: mel-cepstral distortion in dB, F0 in per cent, ..."""
    cepstral, pitch, voicing, length, frames = [], [], [], [], 0
    for sample in samples:
        batch = batch_of([sample])
        said, lengths = network(batch)
        mean = batch.voice @ network.decoder.mean
        said = (said[0] * network.decoder.scale + mean).numpy()
        logit = ((said[:, 1] - mean[0, 1].item()) / network.decoder.scale[1].item())[: len(sample.features)]
        wanted = sample.features.astype(np.float32)
        said = said[: len(wanted)]
        cepstral.append(10 / np.log(10) * np.sqrt(2 * ((said - wanted)[:, 3:27] ** 2).sum(axis=1)))
        voiced = wanted[:, 1] > 0
        pitch.append(((said - wanted)[voiced, 0]) ** 2)
        voicing.append((logit > 0) != voiced)
        if not sample.stretched:
            length.append(np.abs(np.expm1(lengths[0].numpy()) - sample.durations))
        frames += len(wanted)
    return {
        "distortion_db": round(float(np.concatenate(cepstral).mean()), 3),
        "f0_error_percent": round(100 * float(np.sqrt(np.concatenate(pitch).mean())), 2),
        "voicing_error_percent": round(100 * float(np.concatenate(voicing).mean()), 2),
        "duration_error_frames": round(float(np.concatenate(length).mean()), 2),
    }


def _fit_scales(decoder: Decoder, samples: list[Sample]) -> None:
    """Mean for each speaker, and one scale for all. The channel of voicing is a logit and stays as it is."""
    draw = random.Random(SEED)  # noqa: S311
    parts = [
        np.concatenate(
            [s.features.astype(np.float32) for s in draw.sample([x for x in samples if x.speaker == k], 100)]
        )
        for k in range(len(SPEAKERS))
    ]
    mean = np.stack([part.mean(axis=0) for part in parts])
    scale = np.sqrt(np.mean([part.var(axis=0) for part in parts], axis=0))
    mean[:, 1], scale[1] = 0, 1
    decoder.mean.copy_(torch.from_numpy(mean))
    decoder.scale.copy_(torch.from_numpy(scale))
