"""The parts of a Piper voice, compared with the whole; and what each is given for a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx

from litetts_edge.engines.piper_graphs import MOST
from litetts_edge.engines.piper_windows import DURATION_NOISE, normals
from litetts_edge.engines.termination import Run
from litetts_edge.prepare.compare import Feed
from litetts_edge.prepare.piper_exactness import utterance, windows_db
from litetts_edge.prepare.split_piper import NotSplit, Split, split

EXACT_DB = 110.0
"""What windows keep at least against the whole; on random weights it is 122 and more."""


def parts(model: onnx.ModelProto) -> Mapping[str, onnx.ModelProto]:
    """The graphs of a published voice, by variant. Raises NotSplit, also when windows differ from the whole."""
    cut = split(model)
    if (found := windows_db(model, cut)) < EXACT_DB:
        raise NotSplit(f"its windows are {found:.1f} dB from the whole, and {EXACT_DB:.0f} are wanted")
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
