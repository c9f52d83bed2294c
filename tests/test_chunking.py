"""The deadline scheduler, with a simulated engine on simulated time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.engines.chunking import Pace, Schedule, Windows

WINDOWS = Windows(frame_s=0.0125, context=24, first=24, least=24, most=240)


@dataclass(frozen=True)
class Heard:
    first_s: float
    gap_s: float
    gaps: int
    lengths: list[int]
    keeps_up: bool


def speak(
    frames: int,
    rtf: Callable[[int], float],
    *,
    pace: Pace | None = None,
    windows: Windows = WINDOWS,
    ring_s: float = float("inf"),
) -> Heard:
    """Simulate an engine whose n-th window costs rtf(n) of its length, heard through a buffer of `ring_s`."""
    pace = pace or Pace()
    schedule = Schedule(windows, pace, frames)
    now, first, plays_until, gaps, lengths = 0.0, 0.0, 0.0, 0, []
    for number in itertools.count():
        length = schedule.take(now)
        if not length:
            break
        seconds = (length + windows.context) * windows.frame_s * rtf(number)
        pace.took(length + windows.context, seconds)
        now += seconds
        schedule.handed_over(now)
        if number == 0:
            first, plays_until = now, now
        gaps += now > plays_until + 1e-9
        plays_until = max(now, plays_until) + length * windows.frame_s
        now = max(now, plays_until - ring_s)  # a full buffer makes the engine wait
        lengths.append(length)
    return Heard(first, schedule.gap_s, gaps, lengths, schedule.keeps_up)


@pytest.mark.parametrize("rtf", [0.01, 0.1, 0.25, 0.33])
@pytest.mark.parametrize("frames", [1, 10, 24, 25, 47, 100, 1200, 4800])
def test_a_fast_engine_is_heard_early_and_without_a_gap(rtf: float, frames: int) -> None:
    """The first window is short, the later ones grow, nothing is left out, and playback never waits."""
    heard = speak(frames, lambda _: rtf)
    assert sum(heard.lengths) == frames
    assert heard.gap_s == 0
    assert heard.keeps_up
    assert heard.lengths[0] <= 2 * WINDOWS.first
    assert max(heard.lengths) <= WINDOWS.most
    if frames >= 1200:
        assert max(heard.lengths) > 4 * WINDOWS.first


def test_windows_never_shrink_while_the_engine_is_even() -> None:
    """Each window is at least as long as the one before, until the end of the sentence."""
    lengths = speak(2400, lambda _: 0.3).lengths[:-2]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("rtf", [0.5, 0.6, 0.7])
def test_a_known_slow_engine_starts_later_and_does_not_stop(rtf: float) -> None:
    """Near its limit the first window is long enough that no gap follows: small ones would never catch up."""
    pace = Pace()
    pace.took(48, 48 * WINDOWS.frame_s * rtf)
    heard = speak(1200, lambda _: rtf, pace=pace)
    assert heard.gap_s == 0
    assert heard.keeps_up
    assert heard.lengths[0] > WINDOWS.first


def test_an_unknown_slow_engine_stops_once() -> None:
    """When the first window shows that small windows cannot keep up, one gap is accepted, not one after each."""
    heard = speak(1200, lambda _: 0.6)
    assert heard.gaps == 1
    assert heard.keeps_up


@pytest.mark.parametrize("rtf", [1.0, 1.3, 3.0])
def test_an_engine_slower_than_speech_says_so_and_makes_the_gaps_few(rtf: float) -> None:
    """Beyond real time there are gaps; the windows are as long as they may be, and keeps_up is False."""
    heard = speak(1200, lambda _: rtf)
    assert not heard.keeps_up
    assert heard.lengths[0] == WINDOWS.first
    assert heard.lengths[1] == WINDOWS.most
    assert heard.gaps <= 6
    least = rtf * 1.3 * 1200 * WINDOWS.frame_s - 1200 * WINDOWS.frame_s
    assert heard.gap_s < least + 1200 * WINDOWS.frame_s * 0.1


def test_jitter_does_not_stop_playback() -> None:
    """Windows that each cost up to twice as much as others are heard without a gap."""
    for seed in range(50):
        uneven = random.Random(seed)
        pace = Pace()
        for _ in range(5):
            pace.took(48, 48 * WINDOWS.frame_s * 0.3)
        heard = speak(2400, lambda _, uneven=uneven: uneven.uniform(0.15, 0.3), pace=pace)  # type: ignore[misc]
        assert heard.gap_s == 0


def test_one_slow_window_is_no_trend() -> None:
    """A single window that took five times as long does not change what a frame is expected to cost."""
    pace = Pace()
    for cost in (1.0, 1.0, 1.0, 5.0):
        pace.took(10, cost)
    assert pace.seconds_per_frame == pytest.approx(0.1)
    pace.took(10, 5.0)
    assert pace.seconds_per_frame == pytest.approx(0.5)


@pytest.mark.parametrize("ring_s", [1.0, float("inf")])
def test_a_sudden_slowdown_is_survived_when_the_engine_can_still_keep_up(ring_s: float) -> None:
    """From 0.15 to 0.45 in the middle: two windows until it is believed, then no gap more."""
    heard = speak(4800, lambda number: 0.15 if number < 8 else 0.45, ring_s=ring_s)
    assert heard.gaps <= 2
    assert heard.keeps_up
    assert sum(heard.lengths) == 4800


def test_a_full_buffer_does_not_let_windows_outgrow_it() -> None:
    """With a second of buffer, each window is made within what it holds."""
    heard = speak(4800, lambda _: 0.33, ring_s=1.0)
    assert heard.gap_s == 0
    assert max(heard.lengths[1:]) * WINDOWS.frame_s * 0.33 < 1.0


def test_no_crumb_is_left_where_there_is_time() -> None:
    """The last window is short only where it and the one before it have too few frames for two."""
    for frames in range(24, 600):
        lengths = speak(frames, lambda _: 0.3).lengths
        assert min(lengths[:-1], default=frames) >= WINDOWS.least
        assert lengths[-1] >= WINDOWS.least or sum(lengths[-2:]) < 2 * WINDOWS.least


@pytest.mark.parametrize(("frames", "lengths"), [(74, [24, 26, 24]), (54, [24, 27, 3])])
def test_a_crumb_is_left_rather_than_a_gap(frames: int, lengths: list[int]) -> None:
    """At 0.7 of real time 27 frames are ready when the first 24 have been played: no 50, and no 30 either."""
    pace = Pace()
    pace.took(24, 24 * 0.0125 * 0.7)
    heard = speak(
        frames, lambda _: 0.7, pace=pace, windows=Windows(0.0125, context=0, first=24, least=24, most=96)
    )
    assert heard.gap_s == 0
    assert heard.keeps_up
    assert heard.lengths == lengths


def test_a_plan_with_less_margin_is_better_than_a_gap() -> None:
    """At 0.85 of real time and more for the context, no plan has a margin of a quarter; one without has no gap."""
    pace = Pace()
    pace.took(48, 48 * 0.0125 * 0.85)
    heard = speak(2400, lambda _: 0.85, pace=pace)
    assert heard.gap_s == 0
    assert not heard.keeps_up


@st.composite
def engines(draw: st.DrawFn, jitter: float) -> tuple[Windows, int, list[float]]:
    """Windows, a length in frames, and the real-time factors of windows: their mean, more or less `jitter`."""
    first = draw(st.integers(4, 40))
    least = draw(st.integers(4, 40))
    most = draw(st.integers(max(first, least), 300))
    windows = Windows(draw(st.floats(0.002, 0.03)), draw(st.integers(0, 60)), first, least, most)
    mean = draw(st.floats(0.01, 1.2))
    factors = draw(st.lists(st.floats(1 - jitter, 1 + jitter), min_size=12, max_size=40))
    return windows, draw(st.integers(1, 2500)), [mean * factor for factor in factors]


def heard_after_others(windows: Windows, frames: int, rtfs: list[float]) -> Heard:
    """Nine windows of other sentences have been measured."""
    pace = Pace()
    for rtf in rtfs[-9:]:
        pace.took(10, 10 * windows.frame_s * rtf)
    return speak(frames, lambda number: rtfs[number % len(rtfs)], pace=pace, windows=windows)


@settings(deadline=None, max_examples=500)
@given(engines(jitter=0.0))
def test_an_even_engine_that_keeps_up_is_heard_without_a_gap(engine: tuple[Windows, int, list[float]]) -> None:
    """Whatever its windows are, and however long the sentence is; and all of it is given out."""
    windows, frames, rtfs = engine
    heard = heard_after_others(windows, frames, rtfs)
    assert sum(heard.lengths) == frames
    assert max(heard.lengths) <= windows.most
    assert heard.gap_s < 1e-6 or not heard.keeps_up


@settings(deadline=None, max_examples=500)
@given(engines(jitter=0.11))
def test_jitter_within_the_margin_leaves_no_gap(engine: tuple[Windows, int, list[float]]) -> None:
    """What was measured may be 11 % too low, and what is made 11 % slower: 0.89 × 1.25 is more than 1.11."""
    windows, frames, rtfs = engine
    heard = heard_after_others(windows, frames, rtfs)
    assert sum(heard.lengths) == frames
    assert heard.gap_s < 1e-6 or not heard.keeps_up


def test_a_free_engine_takes_the_longest() -> None:
    """A cost too small to measure is no division by zero."""
    heard = speak(1000, lambda _: 0.0)
    assert heard.lengths[1] == WINDOWS.most
