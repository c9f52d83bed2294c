"""The generator of Kokoro and KittenTTS in the form that carries from window to window."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from onnx import ModelProto, helper

from litetts_edge.engines.carried import Carried
from litetts_edge.engines.kokoro_windows import Shape
from litetts_edge.engines.onnx import port_of
from litetts_edge.prepare.carry import Carry
from litetts_edge.prepare.compare import Feed, open_session, snr_db
from litetts_edge.prepare.context import NotAStream
from litetts_edge.prepare.graph import Array
from litetts_edge.prepare.split_kokoro import part_feeds

log = logging.getLogger(__name__)

EXACT_DB = 110.0
"""What windows keep at least against the whole; of a graph of integers, what other windows keep less _WORSE_DB."""
_WORSE_DB = 3.0
_FRAMES = 48
"""Of the windows that it is made for."""
_TRIED = 160
"""Frames of a sentence on which it is tried."""
_WINDOWS = 96
"""Frames of the windows with context that it has to be faster than."""

Parts = Mapping[str, ModelProto]
Given = Mapping[str, Sequence[Feed]]


def carry(parts: Parts, given: Given) -> tuple[Parts, Given]:
    """The parts of a model with a generator that carries, where that is exact and faster, and what each is given.

    `given`: what each part is given for some sentences.
    """
    try:
        made = carrying(parts["generator"], given["generator"])
    except NotAStream as error:
        log.info("the generator carries nothing: %s", error)
        return parts, given
    heard: list[Feed] = []
    session = open_session(made.SerializeToString())
    for feed in given["generator"]:
        heard += windows(session, _shape(made), _first(feed, _shape(made), 3 * _FRAMES), _FRAMES)[1]
    return {**parts, "generator": made}, {**given, "generator": heard}


def carrying(generator: ModelProto, feeds: Sequence[Feed]) -> ModelProto:
    """The form that carries. Raises NotAStream, also when it is less exact or slower than windows with context."""
    shape, made = _shape(generator), form(generator, feeds[0])
    feed = _first(feeds[0], shape, _TRIED)
    plain, carried = (open_session(one.SerializeToString()) for one in (generator, made))
    whole = np.asarray(plain.run(["waveform"], dict(feed))[0]).reshape(-1)
    with_context, other_s = _timed(plain, shape, feed, _WINDOWS)
    found, own_s = _timed(carried, _shape(made), feed, _FRAMES)
    wanted = min(EXACT_DB, snr_db([whole], [with_context]) - _WORSE_DB)
    if not (exact := snr_db([whole], [found])) >= wanted:
        raise NotAStream(f"it is {exact:.1f} dB from the whole, and {wanted:.1f} are wanted")
    if own_s > other_s:
        raise NotAStream(f"it takes {own_s / other_s:.2f} of the time of windows with context")
    log.info("the generator carries: %.1f dB, %.2f of the time", exact, own_s / other_s)
    return made


def form(generator: ModelProto, feed: Feed) -> ModelProto:
    """The form that carries, not compared with anything. Raises NotAStream."""
    inputs = {"frames": 1, "source": _shape(generator).steps}
    given = {"affine": np.zeros_like(feed["affine"])}
    carry = Carry(generator, inputs, "waveform", given, _FRAMES, extras={"source": 1})
    made = carry.model()
    facts = {one.key: one.value for one in generator.metadata_props}
    helper.set_model_props(made, {**facts, "litetts.late": str(carry.delay), "litetts.again": str(carry.again)})
    return made


def sentence_windows(published: Parts, parts: Parts, feeds: Sequence[Feed]) -> Iterator[Feed]:
    """What the generator of `parts` is given, window by window, when the whole graph is given `feeds`."""
    heard = part_feeds(published, feeds)["generator"]
    session = open_session(parts["generator"].SerializeToString())
    shape = _shape(parts["generator"])
    return (given for feed in heard for given in windows(session, shape, feed, _FRAMES)[1])


def windows(session: Any, shape: Shape, feed: Feed, length: int) -> tuple[Array, list[Feed]]:
    """A sentence in windows of `length` frames: its samples, and what the graph was given for each."""
    frames, source = np.asarray(feed["frames"]), np.asarray(feed["source"])
    total = frames.shape[2]
    names = [port.name for port in session.get_outputs()]
    carried = Carried([port_of(port) for port in session.get_inputs()]) if shape.late else None
    made: list[Array] = []
    heard: list[Feed] = []
    first = length + shape.late
    for start, end in pairwise([0, *range(first, total, length), total]):
        low = start if carried else max(0, start - shape.before)
        high = end if carried else min(total, end + shape.behind)
        begin = low * shape.steps + (1 if carried and start else 0)
        given: dict[str, Any] = {
            "frames": frames[:, :, low:high],
            "source": source[:, :, begin : high * shape.steps + 1],
            "affine": feed["affine"],
        }
        given = carried.inputs(given, last=end == total) if carried else given
        heard.append(given)
        results = dict(zip(names, session.run(names, given), strict=True))
        waveform = np.asarray(results["waveform"]).reshape(-1)
        if carried:
            carried.keep(results.items())
        else:
            waveform = waveform[(start - low) * shape.samples :][: (end - start) * shape.samples]
        made.append(waveform)
    return np.concatenate(made), heard


def _timed(session: Any, shape: Shape, feed: Feed, length: int) -> tuple[Array, float]:
    """The samples, and the CPU seconds of the second time."""
    windows(session, shape, feed, length)
    begin = time.process_time()
    samples, _ = windows(session, shape, feed, length)
    return samples, time.process_time() - begin


def _shape(generator: ModelProto) -> Shape:
    return Shape.read({one.key: one.value for one in generator.metadata_props})


def _first(feed: Feed, shape: Shape, frames: int) -> dict[str, Array]:
    """The beginning of a sentence."""
    return {
        "frames": feed["frames"][:, :, :frames],
        "source": feed["source"][:, :, : frames * shape.steps + 1],
        "affine": feed["affine"],
    }
