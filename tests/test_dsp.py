"""Ramps, rates and the callback's own logic, without a sound card."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import soxr

from litetts_edge.dsp import Ramp, Resampler, gain
from litetts_edge.pcm import Samples
from litetts_edge.sinks.playout import Playout, Timeline
from litetts_edge.sinks.ring import Ring
from tests.virtual_card import babble

RATE = 48_000
BLOCK = 480
TIMES = SimpleNamespace(currentTime=0.0, outputBufferDacTime=0.0)
GOOD = SimpleNamespace(output_underflow=False)


def play(playout: Playout, blocks: int) -> Samples:
    """What the card gets in so many calls."""
    out = np.zeros((blocks * BLOCK, 2), dtype=np.float32)
    for start in range(0, len(out), BLOCK):
        playout.callback(out[start : start + BLOCK], BLOCK, TIMES, GOOD)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    return out[:, 0]


def filled(samples: Samples) -> Playout:
    ring = Ring(room=RATE, history=RATE)
    assert ring.put(samples) == len(samples)
    playout = Playout(ring, RATE, 0.2, level=1.0, held=False)
    playout.speaking = True
    return playout


def tone(count: int) -> Samples:
    return (0.5 * np.cos(2 * np.pi * 200 * np.arange(count) / RATE)).astype(np.float32)


def test_volume_steps_sound_equal() -> None:
    """Full is full, half is -10 dB, none is none."""
    assert [gain(0), gain(100), gain(130), gain(-1)] == [0.0, 1.0, 1.0, 0.0]
    assert 20 * np.log10(gain(50)) == pytest.approx(-10.03, abs=0.01)


def test_a_ramp_is_the_same_however_it_is_cut() -> None:
    """Blocks of odd sizes give the samples that one block gives, with no step at the joins."""
    pieces, whole = np.ones(2_000, dtype=np.float32), np.ones(2_000, dtype=np.float32)
    for target in (pieces, whole):
        ramp = Ramp(1.0, 480)
        ramp.aim(0.25)
        for part in np.split(target, [1, 8, 300, 481]) if target is pieces else [target]:
            ramp.apply(part)
    np.testing.assert_allclose(pieces, whole, atol=1e-6)
    assert np.abs(np.diff(pieces)).max() < 1.1 * 0.75 / 480
    assert whole[-1] == pytest.approx(0.25)


@pytest.mark.parametrize("rates", [(22_050, 48_000), (24_000, 48_000), (16_000, 44_100), (48_000, 48_000)])
def test_resampling_in_pieces_leaves_no_seam(rates: tuple[int, int]) -> None:
    """Cut anywhere, the result is that of the whole, and nothing is missing at the end."""
    samples = babble(1.0, rates[0])
    resampler = Resampler(*rates)
    parts = [resampler.feed(piece) for piece in np.array_split(samples, [1, 50, 3_000, 3_001])]
    result = np.concatenate([*parts, resampler.finish()])
    whole = samples if rates[0] == rates[1] else soxr.resample(samples, *rates, quality="HQ")
    assert abs(len(result) - len(whole)) <= 1
    count = min(len(result), len(whole))
    np.testing.assert_allclose(result[:count], whole[:count], atol=1e-4)


def test_the_card_gets_the_samples_and_then_silence() -> None:
    """Bit for bit, then a short decay, then zeros."""
    samples = tone(1_000)
    playout = filled(samples)
    playout.speaking = False
    out = play(playout, 5)
    np.testing.assert_array_equal(out[:1_000], samples)
    assert np.abs(np.diff(out)).max() < 0.02
    assert not out[1_240:].any()
    assert playout.underruns == 0


def test_a_pause_ramps_and_goes_on_with_the_next_sample() -> None:
    """The silence taken out, what is played is what was sent, but for the two ramps."""
    samples = tone(9_600)
    playout = filled(samples)
    before = play(playout, 3)
    playout.held = True
    paused = play(playout, 4)
    playout.held = False
    after = play(playout, 6)
    assert not paused[BLOCK:].any()
    np.testing.assert_array_equal(
        np.concatenate((before, after[BLOCK:])), np.delete(samples[: 10 * BLOCK], np.s_[3 * BLOCK : 5 * BLOCK])
    )
    assert np.abs(np.diff(np.concatenate((before, paused, after)))).max() < 0.02


def test_a_cut_fades_and_empties_the_ring() -> None:
    """Ten milliseconds after a cut there is silence, and the next utterance begins at full loudness."""
    playout = filled(tone(9_600))
    out = play(playout, 3)
    playout.cut = True
    out = np.concatenate((out, play(playout, 3)))
    assert not out[4 * BLOCK :].any()
    assert np.abs(np.diff(out)).max() < 0.02
    assert (playout.cut, playout.ring.fill) == (False, 0)
    samples = babble(0.05, RATE)
    playout.ring.put(samples)
    np.testing.assert_array_equal(play(playout, 5), samples)


def test_an_underrun_is_counted_once_and_does_not_click() -> None:
    """Running dry within an utterance decays, counts one, and fades in again."""
    playout = filled(tone(700))
    out = play(playout, 5)
    assert playout.underruns == 1
    playout.ring.put(tone(4_800))
    out = np.concatenate((out, play(playout, 5)))
    assert playout.underruns == 1
    assert np.abs(np.diff(out)).max() < 0.02


def test_mute_lets_time_go_on() -> None:
    """Muted samples are taken and not heard; first audio is about what was taken."""
    playout = filled(tone(9_600))
    playout.level = 0.0
    out = play(playout, 10)
    assert not out[BLOCK:].any()
    assert playout.ring.taken == 10 * BLOCK
    assert playout.first_at is not None


def test_a_dead_stream_touches_nothing() -> None:
    """A stream that was given up and wakes again plays silence, and the ring is somebody else's."""
    playout = filled(tone(4_800))
    playout.dead = True
    assert not play(playout, 3).any()
    assert playout.ring.taken == 0


def test_the_timeline_knows_what_was_heard_when() -> None:
    """Between, before and after the blocks that the card took, silence included."""
    timeline = Timeline(rate=1_000)
    timeline.add(10.0, 0, 100)
    timeline.add(10.1, 100, 150)
    timeline.add(12.0, 150, 250)
    moments = (9.0, 10.05, 10.12, 11.0, 12.05, 99.0)
    assert [timeline.position_at(moment, 0) for moment in moments] == [0, 50, 120, 150, 200, 250]
    assert timeline.heard_by(250) == pytest.approx(12.1)
    assert timeline.heard_by(150) == pytest.approx(10.15)


def test_a_ring_goes_round_and_back() -> None:
    """Nothing is lost where the memory begins anew, and what was taken can be taken again."""
    ring = Ring(room=100, history=50)
    samples = np.arange(1_000, dtype=np.float32)
    sent, taken = 0, []
    while sent < len(samples):
        sent += ring.put(samples[sent:])
        out = np.zeros(37, dtype=np.float32)
        taken.append(out[: ring.take(out)].copy())
    np.testing.assert_array_equal(np.concatenate(taken), samples[: ring.taken])
    here = ring.taken
    ring.rewind(here - 40)
    again = np.zeros(40, dtype=np.float32)
    ring.take(again)
    np.testing.assert_array_equal(again, samples[here - 40 : here])
