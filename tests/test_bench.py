"""What the benchmarks conclude from what they measured."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from benchmarks.figures import Figure, Goal, line, table
from benchmarks.scene import Heard
from litetts_edge.pcm import Samples
from tests.virtual_card import RATE, Recording

GOAL = Goal("p95", 60, "a wish")


@pytest.mark.parametrize(("slow", "met"), [(5, True), (6, False)])
def test_a_goal_is_held_against_the_named_percentile(slow: int, met: bool) -> None:
    """Five of a hundred may be slow when the goal is for ninety-five of them."""
    figure = Figure("x", "a wait", "ms", [1.0] * (100 - slow) + [99.0] * slow, GOAL)
    assert figure.met is met


def test_what_was_never_measured_is_no_figure() -> None:
    """No values must not look like good ones."""
    with pytest.raises(ValueError, match="never measured"):
        Figure("x", "a wait", "ms", [], GOAL).document()


def test_a_missed_goal_is_said() -> None:
    """On the screen and in the table."""
    document = Figure("x", "a wait", "ms", [61.0], GOAL).document()
    machine = {"commit": "0" * 40, "cpu": "?", "cores": 1, "memory_gb": 1.0, "kernel": "?", "python": "?"}
    report = {"machine": machine, "started": "now", "load": {"before": [0], "after": [0]}, "figures": [document]}
    assert "MISSED" in line(document)
    assert "**missed**" in table(report)


class _Recorded:
    """Two pieces of 10 ms that arrived at 5.0 and 6.0 s."""

    def pieces(self) -> list[tuple[float, Samples]]:
        early, late = (np.zeros(RATE // 100, dtype=np.float32) for _ in range(2))
        early[-1] = late[0] = late[RATE // 200 - 1] = 0.1
        return [(5.0, early), (5.5, np.zeros(RATE // 100, dtype=np.float32)), (6.0, late)]


def test_a_sound_is_placed_within_its_piece() -> None:
    """A piece arrives with its last sample; those before it came by earlier."""
    heard = Heard(cast("Recording", _Recorded()))
    assert heard.first(since=4.0) == pytest.approx(5.0)
    assert heard.first(since=5.1) == pytest.approx(5.99, abs=0.001)
    assert heard.last(before=7.0) == pytest.approx(5.995, abs=0.001)
    assert heard.last(before=5.2) == pytest.approx(5.0)
