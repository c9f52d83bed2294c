"""How much of a sentence to make next, so that its sound starts early and then never has to wait.

An engine that streams makes a sentence in windows of frames. Each window also computes some frames again, for its
context: many small windows cost more than a few large ones, and a large one comes late. `Schedule` chooses: the
first window short, each next one as long as what still plays allows, by the cost of a frame measured so far.
Pure: seconds are passed in, from any clock that does not jump.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

_REMEMBERED = 9
"""Windows that the cost of a frame is taken from."""
_BELIEVED = 3
"""Of them, the latest whose median is believed when it is higher: a slowdown counts at its second window."""
_GROWTH = 1.125
"""Step between the lengths that are tried."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows that an engine can make, in its frames."""

    frame_s: float
    """Audio seconds of a frame."""
    context: int
    """Frames that a window computes beyond its own, on both sides together; fixed costs count as frames, too."""
    first: int
    """Length of the first window, where nothing is known or nothing longer helps."""
    least: int
    """Length of the shortest other window, except for a sentence's end."""
    most: int
    """Length of the longest window: memory bounds it."""


class Pace:
    """What a frame costs, in seconds; kept by an engine from sentence to sentence."""

    def __init__(self) -> None:
        self._costs: deque[float] = deque(maxlen=_REMEMBERED)

    def took(self, frames: int, seconds: float) -> None:
        """A window with `frames` frames, its context among them, was made in `seconds`."""
        if frames > 0:
            self._costs.append(seconds / frames)

    @property
    def seconds_per_frame(self) -> float:
        """One slow window among many is an accident, two are a trend. NaN before the first."""
        costs = list(self._costs)
        return max(median(costs), median(costs[-_BELIEVED:])) if costs else math.nan


class Schedule:
    """The windows of one sentence. Call take(), make that window, then handed_over(), until take() gives 0."""

    def __init__(self, windows: Windows, pace: Pace, frames: int, *, margin: float = 1.25) -> None:
        """`frames`: length of the sentence. A frame is expected to cost `margin` times what was measured.

        So nobody waits where no window costs `margin` times what the measured ones did. Where a plan with all of
        the margin is not possible, one with less is better than a gap for certain.
        """
        self._windows = windows
        self._pace = pace
        self._left = frames
        self._margins = (margin, (1 + margin) / 2, 1.0)
        self._plays_until: float | None = None
        self._taken = 0
        self.gap_s = 0.0
        """How long a listener who hears everything at once has waited in the middle of the sentence so far."""
        self.keeps_up = True
        """False once no choice of windows left all of the margin; without any, the choice makes the gaps few."""

    def take(self, now: float) -> int:
        """The length of the next window, in frames; 0 when the sentence has been given out."""
        if self._left == 0:
            return 0
        if self._plays_until is None:
            self._taken = self._first()
        else:
            self._taken = self._next(max(0.0, self._plays_until - now))
        self._left -= self._taken
        return self._taken

    def handed_over(self, now: float) -> None:
        """The window was given out at `now`, and plays at once or when what was given before has been played."""
        if self._plays_until is None:
            self._plays_until = now
        elif now > self._plays_until:
            self.gap_s += now - self._plays_until
            self._plays_until = now
        self._plays_until += self._taken * self._windows.frame_s

    def _first(self) -> int:
        """Nothing plays yet: the shortest window that no gap follows, or the shortest of all."""
        first = self._windows.first
        frames = first if math.isnan(self._pace.seconds_per_frame) else self._recovering(first, otherwise=first)
        rest = self._left - frames
        if rest < self._windows.least and self._left <= self._windows.most:
            return self._left  # nobody is kept waiting in the middle
        return frames

    def _next(self, slack: float) -> int:
        """The longest window that is made while `slack` seconds play; where the rest cannot follow, see below."""
        for margin in self._margins:
            if self._reaches_end(slack, self._left, margin):
                self.keeps_up &= margin == self._margins[0]
                return self._without_crumb(self._fitting(slack, self._left, margin), slack, margin)
        return self._recovering(self._windows.least, otherwise=self._windows.most)

    def _recovering(self, shortest: int, *, otherwise: int) -> int:
        """The shortest window from which the sentence plays to its end; `otherwise` when there is none."""
        for margin in self._margins:
            frames = min(shortest, self._left)
            while frames < min(self._windows.most, self._left) and not self._plays_on(frames, margin):
                frames = min(self._windows.most, self._left, math.ceil(frames * _GROWTH))
            if self._plays_on(frames, margin):
                self.keeps_up &= margin == self._margins[0]
                return frames
        self.keeps_up = False
        return min(otherwise, self._left)

    def _without_crumb(self, frames: int, slack: float, margin: float) -> int:
        """`frames`, or fewer, so that the last window is not shorter than the shortest, where time allows that."""
        least, rest = self._windows.least, self._left - frames
        shorter = self._left - least
        if 0 < rest < least <= shorter:
            slack += shorter * self._windows.frame_s - self._cost(shorter, margin)
            if self._reaches_end(slack, least, margin):
                return shorter
        return frames

    def _plays_on(self, frames: int, margin: float) -> bool:
        """Whether, once a window of `frames` frames begins to play, the rest comes in time."""
        rest = self._left - frames
        return rest <= 0 or self._reaches_end(frames * self._windows.frame_s, rest, margin)

    def _reaches_end(self, slack: float, left: int, margin: float) -> bool:
        """Whether windows that each fit into what still plays reach the end of the sentence."""
        while left > 0:
            frames = self._fitting(slack, left, margin)
            if frames < min(self._windows.least, left):
                return False
            slack += frames * self._windows.frame_s - self._cost(frames, margin)
            left -= frames
        return True

    def _fitting(self, slack: float, left: int, margin: float) -> int:
        """The longest window that is made within `slack` seconds; 0 or less when there is none."""
        cost = self._pace.seconds_per_frame * margin
        longest = min(left, self._windows.most)
        if not cost > 0:  # unknown, or too little to measure
            return min(longest, self._windows.first) if math.isnan(cost) else longest
        return min(longest, math.floor(slack / cost) - self._windows.context)

    def _cost(self, frames: int, margin: float) -> float:
        cost = self._pace.seconds_per_frame * margin
        return 0.0 if math.isnan(cost) else (frames + self._windows.context) * cost
