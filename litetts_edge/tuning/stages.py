"""Which of the many ways to run a model is tried, in which order, and which one wins.

Variant first, because it decides most; then threads; then what concerns memory. Each stage goes on with the winner
of the one before: a dozen trials where all combinations would be a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from litetts_edge.engines.board import AMPLE
from litetts_edge.tuning.record import Candidate, Measured

Measure = Callable[[Candidate], Measured]

NOTABLE = 0.05
"""Less than this share of a difference is noise."""
MOST_THREADS = 8
_USUAL_THREADS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """How the search ended."""

    best: Measured
    rows: tuple[Measured, ...]
    """All that was measured, in that order."""
    keeps_up: bool
    why: str


class Search:
    """The search for one model. `measure` runs a candidate in a fresh process; it does not raise."""

    def __init__(
        self, measure: Measure, budget_mb: float, *, quick: bool = False, own_arena: frozenset[str] = frozenset()
    ) -> None:
        """`budget_mb`: what the process may have at its peak. `own_arena`: variants that leave no choice of it."""
        self._measure = measure
        self._budget_mb = budget_mb
        self._quick = quick
        self._own_arena = own_arena
        self._rows: dict[Candidate, Measured] = {}

    def run(self, variants: Sequence[str], cores: int) -> Found:
        """The best way of these variants, of which there is one at least, on so many cores."""
        usual = min(cores, _USUAL_THREADS)
        best = self._try(Candidate(variants[0], usual))
        for variant in variants[1:]:
            best = self._better(best, Candidate(variant, usual))
        best = self._fewer(best)
        best = self._more(best, cores)
        if not self._quick:
            best = self._memory(best)
        rank = self._rank(best)
        return Found(best, tuple(self._rows.values()), rank == 0, self._why(rank))

    def beats(self, new: Measured, old: Measured) -> bool:
        """Whether `new` is better: it keeps up within the budget, starts sooner, takes less CPU, less memory."""
        if self._rank(new) != self._rank(old):
            return self._rank(new) < self._rank(old)
        if self._rank(new) == 0:
            for name in ("first_audio_s", "cpu_rtf", "peak_mb"):
                ours, theirs = getattr(new, name), getattr(old, name)
                if abs(ours - theirs) > NOTABLE * max(ours, theirs):
                    return bool(ours < theirs)
            return False
        return new.rtf < old.rtf if self._rank(new) == 1 else new.peak_mb < old.peak_mb

    def _fewer(self, best: Measured) -> Measured:
        """As long as that keeps up: with one thread less it is never faster."""
        for threads in _steps(best.candidate.threads, 1, quick=self._quick):
            tried = self._try(replace(best.candidate, threads=threads))
            if self.beats(tried, best):
                best = tried
            if self._rank(tried):
                break
        return best

    def _more(self, best: Measured, cores: int) -> Measured:
        """As long as it gets better."""
        for threads in _steps(best.candidate.threads, min(cores, MOST_THREADS), quick=self._quick):
            candidate = replace(best.candidate, threads=threads)
            if candidate in self._rows:
                continue
            tried = self._try(candidate)
            if not self.beats(tried, best):
                break
            best = tried
        return best

    def _memory(self, best: Measured) -> Measured:
        """The arena that keeps what it grew by, and none; then spinning."""
        if best.candidate.variant not in self._own_arena:
            start = best.candidate
            best = self._better(best, replace(start, shrink=False))
            best = self._better(best, replace(start, arena=False, shrink=False))
        if best.candidate.threads == 1:
            return best  # nobody to spin
        return self._better(best, replace(best.candidate, spinning=True))

    def _better(self, best: Measured, candidate: Candidate) -> Measured:
        tried = self._try(candidate)
        return tried if self.beats(tried, best) else best

    def _try(self, candidate: Candidate) -> Measured:
        if candidate not in self._rows:
            self._rows[candidate] = self._measure(candidate)
        return self._rows[candidate]

    def _rank(self, measured: Measured) -> int:
        """0 is well, 1 too slow, 2 too large, 3 does not run."""
        if measured.failure:
            return 3
        if measured.peak_mb > self._budget_mb:
            return 2
        return 0 if measured.rtf < AMPLE else 1

    def _why(self, rank: int) -> str:
        return (
            f"keeps up (real-time factor below {AMPLE:g}) within {self._budget_mb:.0f} MB, and starts first",
            f"nothing keeps up (real-time factor below {AMPLE:g}); this is the fastest within the memory",
            f"nothing fits into {self._budget_mb:.0f} MB; this is the smallest",
            "nothing runs",
        )[rank]


def _steps(start: int, end: int, *, quick: bool) -> list[int]:
    """Counts of threads from next to `start` to `end`, up or down; when quick, in powers of two."""
    counts = range(start - 1, end - 1, -1) if end < start else range(start + 1, end + 1)
    return [count for count in counts if not quick or count & (count - 1) == 0]
