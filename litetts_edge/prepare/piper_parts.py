"""The parts of a Piper voice, compared with the whole; and what each is given for a sentence."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import onnx
from onnx import helper

from litetts_edge.engines.piper_graphs import MOST, MOST_CARRIED
from litetts_edge.engines.piper_windows import DURATION_NOISE, FACTS, FLOW_AHEAD_CARRIED, normals
from litetts_edge.engines.termination import Run
from litetts_edge.prepare.carry import Carry
from litetts_edge.prepare.compare import Feed
from litetts_edge.prepare.context import NotAStream
from litetts_edge.prepare.cut import zeros
from litetts_edge.prepare.graph import Array
from litetts_edge.prepare.piper_exactness import declared, utterance, windows_db
from litetts_edge.prepare.split_piper import NotSplit, Split, probe_inputs, split

log = logging.getLogger(__name__)

EXACT_DB = 110.0
"""What windows keep at least against the whole; on random weights it is 122 and more."""

_WINDOWS = (64, 23)
"""Lengths of windows in which a graph that carries is compared with the whole."""
_TOKENS = 60
"""Of the sentence that tells which form is faster: two seconds and more."""
_ROUNDS = 4
_FASTER = 0.98
"""What takes a greater share of the time than this is not faster: measured again, it might be slower."""


def parts(model: onnx.ModelProto) -> Mapping[str, onnx.ModelProto]:
    """The graphs of a published voice, by variant; those carry from window to window that are faster so.

    Raises NotSplit, also when windows differ from the whole.
    """
    cut = split(model)
    if (found := windows_db(model, cut)) < EXACT_DB:
        raise NotSplit(f"its windows are {found:.1f} dB from the whole, and {EXACT_DB:.0f} are wanted")
    for variant, frames in (("decoder", MOST_CARRIED), ("flow", FLOW_AHEAD_CARRIED)):
        try:
            made = replace(cut, **{variant: carrying(getattr(cut, variant), frames)})
        except NotAStream as error:
            log.info("its %s carries nothing: %s", variant, error)
            continue
        found = min(windows_db(model, made, window=window) for window in _WINDOWS)
        if found < EXACT_DB:
            log.info("its %s carries nothing: it would be %.1f dB from the whole", variant, found)
        elif is_faster(made, cut):
            cut = made
    return {"encoder": cut.encoder, "flow": cut.flow, "decoder": cut.decoder}


def carrying(part: onnx.ModelProto, frames: int) -> onnx.ModelProto:
    """The form of `flow` or `decoder` that carries, for windows of `frames`. Raises NotAStream."""
    facts = declared(part)
    timed = {name: 1 for name, axis in facts.time.items() if axis >= 0}
    given = {name: value for name, value in zeros(part).items() if name not in timed}
    (output,) = (port.name for port in part.graph.output)
    carry = Carry(part, timed, output, given, frames)
    model = carry.model()
    about = replace(facts, before=0, after=carry.delay, again=carry.again, carries=True)
    helper.set_model_props(model, {FACTS: about.text()})
    return model


def is_faster(made: Split, other: Split) -> bool:
    """Whether a sentence takes less CPU time, in the windows of the engine."""
    given = probe_inputs(_TOKENS)
    taken: dict[str, list[float]] = {"made": [], "other": []}
    for _ in range(_ROUNDS):  # in turns, so that a disturbance meets both
        for name, parts in (("made", made), ("other", other)):
            spoken = utterance(parts, given)
            window = MOST_CARRIED if declared(parts.decoder).carries else MOST
            begin = time.process_time()
            for start in range(0, spoken.frames, window):
                spoken.samples(start, min(start + window, spoken.frames), Run())
            taken[name].append(time.process_time() - begin)
    return min(taken["made"]) < _FASTER * min(taken["other"])


def part_feeds(made: Mapping[str, onnx.ModelProto], feeds: Sequence[Feed]) -> Mapping[str, Sequence[Feed]]:
    """Inputs of each of `made` (as parts() returns them) for the first windows of each of `feeds`."""
    found: dict[str, list[Feed]] = {"encoder": [], "flow": [], "decoder": []}
    for feed in feeds:
        for variant, given in _heard(made, feed, 2 * MOST):
            found[variant].append(given)
    return found


def sentence_windows(
    published: Mapping[str, onnx.ModelProto], parts: Mapping[str, onnx.ModelProto], feeds: Sequence[Feed]
) -> Iterator[Feed]:
    """What the decoder of `parts` is given, window by window, when the whole graph is given `feeds`."""
    del published  # the parts carry as they come
    copies = {name: onnx.ModelProto.FromString(part.SerializeToString()) for name, part in parts.items()}
    return (given for feed in feeds for variant, given in _heard(copies, feed, None) if variant == "decoder")


def _heard(
    made: Mapping[str, onnx.ModelProto], feed: Feed, most: int | None
) -> list[tuple[str, Mapping[str, Array]]]:
    """What parts are given for a sentence, of which `most` frames are made; None for all."""
    cut = Split(made["encoder"], made["flow"], made["decoder"])
    taken = {port.name for port in cut.encoder.graph.input}
    noise = normals(2, 0, np.asarray(feed["input"]).shape[-1])[np.newaxis]
    given = {name: np.asarray(value) for name, value in {**feed, DURATION_NOISE: noise}.items() if name in taken}
    found: list[tuple[str, Mapping[str, Array]]] = [("encoder", given)]
    spoken = utterance(cut, given, lambda variant, inputs: found.append((variant, inputs)))
    for start in range(0, min(spoken.frames, most or spoken.frames), MOST):
        spoken.samples(start, min(start + MOST, spoken.frames), Run())
    return found
