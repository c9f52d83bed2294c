"""Where a streaming graph is cut into segments, each of which carries the end of its input to the next window.

A window of a whole graph computes its context again at every layer, and the context is that of all layers
together. Cut into segments, a window computes again only what each segment by itself looks around; what a segment
is given again, it remembers. Every cut costs a copy of the tensors that cross it, so the cuts are chosen by cost:
few where the samples are many, more where they are few. A cut lies between two levels, that is, numbers of
convolutions on the way from the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
from onnx import GraphProto, NodeProto

from litetts_edge.prepare.context import POINTWISE, NotAStream, Reach, follow
from litetts_edge.prepare.cut import Wiring

CONVOLUTIONS = frozenset({"Conv", "ConvInteger", "ConvTranspose", "QLinearConv"})
_PASS_COST = 30.0
"""Reading and writing a value, in multiplications of a convolution: about what both take on a processor."""
_COPIES = 2
"""Of what crosses a cut: what has no context yet is cut off, and what was carried is put before the rest."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a tensor is, whose last axis is time."""

    values: float
    """For each frame."""
    extra: int
    """Positions beyond those of its frames, whatever its length: an STFT has one more than hops."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the graph between two cuts."""

    sources: tuple[str, ...]
    """The tensors that it is given."""
    results: tuple[str, ...]
    nodes: tuple[int, ...]
    """The places of its nodes in the graph."""
    rates: Mapping[str, Fraction]
    """Positions for each frame, of its sources and results."""
    unit: Fraction
    """Units for each frame: the coarsest grid on which all of its tensors begin and end."""
    before: int
    """Units that a result needs before it."""
    behind: int
    """Units that a result needs behind it."""
    cost: float
    """Of a frame, with what is computed again and copied; in multiplications."""

    @property
    def carried(self) -> int:
        """Units that it remembers."""
        return self.before + self.behind


class Cuts:
    """The segments of one graph. Nothing is changed."""

    def __init__(
        self, graph: GraphProto, inputs: Mapping[str, int], output: str, sizes: Mapping[str, Size]
    ) -> None:
        """`inputs`: positions a frame of those with a time. `sizes`: of tensors of floats with a time."""
        self.wiring = Wiring(graph)
        self._inputs = dict(inputs)
        self._output = output
        self._sizes = sizes
        self._reaches = follow(
            self.wiring, self.wiring.nodes, {name: Reach(Fraction(rate)) for name, rate in inputs.items()}
        )
        if output not in self._reaches:
            raise NotAStream(f"{output} has no time")
        self.varying = self.wiring.downstream(inputs)
        """The places of the nodes that depend on the window."""

    def best(self, frames: int) -> list[Segment]:
        """The segments that are cheapest in windows of `frames`, in running order."""
        cuts = self._cuts()
        cheapest = [math.inf] * len(cuts)
        cheapest[0] = 0.0
        ways: list[list[Segment]] = [[] for _ in cuts]
        for end in range(1, len(cuts)):
            for start in range(end):
                if cheapest[start] < math.inf and (segment := self._segment(cuts[start], cuts[end], frames)):
                    cost = cheapest[start] + segment.cost
                    if cost < cheapest[end]:
                        cheapest[end], ways[end] = cost, [*ways[start], segment]
        if not ways[-1]:
            raise NotAStream("no segment reaches from its inputs to its output")
        return ways[-1]

    def _cuts(self) -> list[tuple[str, ...]]:
        """The sets of tensors through which all goes from the inputs to the output, each once."""
        levels = self._levels
        needed = self.wiring.upstream([self._output])
        found: list[tuple[str, ...]] = [tuple(self._inputs)]
        for level in range(max(levels.values()) + 1):
            crossing = [
                name
                for name, made in levels.items()
                if made <= level
                and any(
                    place in needed and levels.get(self.wiring.nodes[place].output[0], -1) > level
                    for place in self.wiring.read_at.get(name, ())
                )
            ]
            cut = self._fewest(list(dict.fromkeys(source for name in crossing for source in self._floats(name))))
            if cut and cut not in found:
                found.append(cut)
        return [*found, (self._output,)]

    @cached_property
    def _levels(self) -> dict[str, int]:
        """How many convolutions lie before each tensor with a time."""
        levels = dict.fromkeys(self._inputs, 0)
        for node in self.wiring.nodes:
            before = [levels[name] for name in node.input if name in levels]
            if before and node.output[0] in self._reaches:
                levels |= dict.fromkeys(node.output, max(before) + (node.op_type in CONVOLUTIONS))
        return levels

    def _floats(self, name: str) -> list[str]:
        """The tensor itself, or what it is made of: what was quantized, say."""
        node = self.wiring.maker(name)
        if name in self._sizes or node is None:
            return [name]
        return [found for one in node.input if one in self._reaches for found in self._floats(one)]

    def _fewest(self, crossing: Sequence[str]) -> tuple[str, ...]:
        """Leave out what can be made, position by position, of the others: it is made again behind the cut."""
        kept = list(crossing)
        for name in reversed(crossing):
            others = [other for other in kept if other != name]
            if self._follows_from(name, frozenset(others)):
                kept = others
        return tuple(kept)

    def _follows_from(self, name: str, others: frozenset[str]) -> bool:
        if name in others:
            return True
        node = self.wiring.maker(name)
        if node is None or node.op_type not in POINTWISE:
            return False
        timed = [source for source in node.input if source in self._reaches]
        return bool(timed) and all(self._follows_from(source, others) for source in timed)

    def _segment(self, sources: tuple[str, ...], results: tuple[str, ...], frames: int) -> Segment | None:
        """Between two cuts, or None when not all of the second can be made of the first."""
        places = sorted(self.wiring.upstream(results, sources) & self.varying)
        nodes = [self.wiring.nodes[place] for place in places]
        made = {name for node in nodes for name in node.output}
        if any(name in self._inputs and name not in sources for node in nodes for name in node.input):
            return None
        if any(name not in made and name not in sources for name in results):
            return None
        start = {name: Reach(self._reaches[name].rate) for name in sources}
        reaches = follow(self.wiring, nodes, start)
        unit = _common([reach.rate for reach in reaches.values()])
        ends = [reaches[name] for name in results]
        extras = [self._sizes[name].extra for name in results]
        if any(self._sizes[name].extra < 0 for name in sources):
            return None
        before = max(0, *(ceil(end.before * unit) for end in ends))
        behind = max(
            0, *(ceil((end.behind + extra / end.rate) * unit) for end, extra in zip(ends, extras, strict=True))
        )
        again = 1 + float((before + behind) / unit) / frames
        work = sum(self._cost(node) for node in nodes)
        copies = _PASS_COST * _COPIES * sum(self._sizes[name].values for name in sources)
        rates = {name: self._reaches[name].rate for name in (*sources, *results)}
        return Segment(sources, results, tuple(places), rates, unit, before, behind, work * again + copies)

    def _cost(self, node: NodeProto) -> float:
        size = self._values(node.output[0])
        if node.op_type not in CONVOLUTIONS:
            return _PASS_COST * size
        weight = self.wiring.constant(node.input[3 if node.op_type == "QLinearConv" else 1])
        assert weight is not None  # follow() asks for it
        values = float(math.prod(weight.dims))
        if node.op_type == "ConvTranspose":
            return values / int(weight.dims[0]) * self._values(node.input[0])
        return values / int(weight.dims[0]) * size

    def _values(self, name: str) -> float:
        return self._sizes[name].values if name in self._sizes else 0.0


def _common(rates: Sequence[Fraction]) -> Fraction:
    """The highest rate of which all are multiples."""
    return Fraction(math.gcd(*(rate.numerator for rate in rates)), math.lcm(*(rate.denominator for rate in rates)))


def sizes(
    run: Callable[[int, list[str]], Sequence[np.ndarray[Any, Any]]], names: Sequence[str], lengths: tuple[int, int]
) -> dict[str, Size]:
    """Of the tensors of floats whose last axis, and no other, is time; told from windows of two lengths.

    `run` makes the tensors `names` of a window of so many frames.
    """
    short, long = (run(length, list(names)) for length in lengths)
    frames = lengths[1] - lengths[0]
    found = {}
    for name, one, two in zip(names, short, long, strict=True):
        is_float = one.dtype == np.float32 and one.ndim == two.ndim >= 1
        longer = two.shape[-1] - one.shape[-1] if is_float else 0
        if longer > 0 and one.shape[:-1] == two.shape[:-1]:
            extra = two.shape[-1] - Fraction(longer, frames) * lengths[1]
            if extra.denominator == 1:
                found[name] = Size((two.size - one.size) / frames, int(extra))
    return found
