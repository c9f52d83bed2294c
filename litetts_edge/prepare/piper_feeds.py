"""What the parts of a Piper voice are given when the whole voice is given a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx

from litetts_edge.engines.piper_graphs import MOST
from litetts_edge.engines.piper_windows import DURATION_NOISE, normals
from litetts_edge.engines.termination import Run
from litetts_edge.prepare.compare import Feed
from litetts_edge.prepare.piper_exactness import utterance
from litetts_edge.prepare.split_piper import Split, split


def parts(model: onnx.ModelProto) -> Mapping[str, onnx.ModelProto]:
    """The graphs of a published voice, by variant. Raises NotSplit."""
    cut = split(model)
    return {"encoder": cut.encoder, "flow": cut.flow, "decoder": cut.decoder}


def part_feeds(made: Mapping[str, onnx.ModelProto], feeds: Sequence[Feed]) -> Mapping[str, Sequence[Feed]]:
    """Inputs of each of `made` (as parts() returns them) for the first windows of each of `feeds`."""
    cut = Split(made["encoder"], made["flow"], made["decoder"])
    taken = {port.name for port in cut.encoder.graph.input}
    found: dict[str, list[Feed]] = {"encoder": [], "flow": [], "decoder": []}
    for feed in feeds:
        noise = normals(2, 0, np.asarray(feed["input"]).shape[-1])[np.newaxis]
        given = {
            name: np.asarray(value) for name, value in {**feed, DURATION_NOISE: noise}.items() if name in taken
        }
        found["encoder"].append(given)
        spoken = utterance(cut, given, lambda variant, inputs: found[variant].append(inputs))
        for start in range(0, min(spoken.frames, 2 * MOST), MOST):
            spoken.samples(start, min(start + MOST, spoken.frames), Run())
    return found
