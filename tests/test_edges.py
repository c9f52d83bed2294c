"""Silence is taken off the edges of speech; speech is not."""

from __future__ import annotations

import numpy as np
import pytest

from litetts_edge.engines.edges import Edges
from litetts_edge.pcm import Samples

RATE = 24000
LOUD = (0.5 * np.cos(np.arange(RATE) * 0.2)).astype(np.float32)
"""One second."""
REST = np.zeros(RATE // 2, dtype=np.float32)


def trimmed(*pieces: Samples) -> Samples:
    """What comes out, in one piece."""
    edges = Edges(RATE)
    out = [edges.trim(piece, is_last=number == len(pieces)) for number, piece in enumerate(pieces, 1)]
    return np.concatenate(out)


def test_speech_between_silences_keeps_a_short_rest() -> None:
    """10 ms before and 30 ms after; what is spoken is untouched but for the fades in the silence."""
    out = trimmed(np.concatenate((REST, LOUD, REST)))
    assert len(out) == pytest.approx(RATE * 1.04, abs=2)
    np.testing.assert_array_equal(out[240:24240], LOUD)


@pytest.mark.parametrize("size", [1, 7, 240, 4801, 48000])
def test_pieces_give_what_the_whole_gives(size: int) -> None:
    """However it is cut, where the loudest comes first; silence in the middle stays."""
    whole = np.concatenate((REST, LOUD, REST, LOUD, REST))
    cut = [whole[at : at + size] for at in range(0, len(whole), size)]
    if size < 240:  # a piece of silence and one with a sound
        cut = [whole[:12_100], *(whole[at : at + size] for at in range(12_100, 12_400, size)), whole[12_400:]]
        cut = [*cut[:-1], whole[sum(map(len, cut[:-1])) :]]
    out = trimmed(*cut)
    assert np.abs(out).sum() == pytest.approx(np.abs(trimmed(whole)).sum(), rel=1e-3)
    assert len(trimmed(whole)) <= len(out) <= len(trimmed(whole)) + RATE * 0.03 + 1


@pytest.mark.parametrize("level_db", [-20, -40, -55])
def test_a_soft_beginning_and_end_are_speech(level_db: float) -> None:
    """Down to 60 dB below the loudest."""
    soft = LOUD[:4800] * np.float32(10 ** (level_db / 20))
    out = trimmed(np.concatenate((REST, soft, LOUD, soft, REST)))
    assert len(out) == pytest.approx(RATE * 1.44, abs=20)


def test_noise_below_the_threshold_is_silence() -> None:
    """70 dB below the loudest."""
    noise = (np.random.default_rng(1).standard_normal(RATE) * 0.5 * 10 ** (-75 / 20)).astype(np.float32)
    assert len(trimmed(np.concatenate((noise, LOUD, noise)))) == pytest.approx(RATE * 1.04, abs=20)


@pytest.mark.parametrize(("start", "end"), [(False, False), (True, False), (False, True)])
def test_an_edge_may_be_kept(start: bool, end: bool) -> None:
    """As it came, to the sample, in windows too: only the other one is trimmed."""
    edges = Edges(RATE, start=start, end=end)
    pieces = (REST, LOUD, REST, LOUD, REST)
    out = np.concatenate([edges.trim(piece, is_last=place == 4) for place, piece in enumerate(pieces)])
    left = [240 if start else len(REST), 720 if end else len(REST)]
    assert len(out) == pytest.approx(len(LOUD) * 2 + len(REST) + sum(left), abs=2)
    kept = np.concatenate(pieces)[len(REST) : len(REST) + len(LOUD) * 2]
    np.testing.assert_array_equal(out[left[0] :][: len(kept)], kept)


def test_speech_that_fills_all_is_kept_whole() -> None:
    """Without any silence there is nothing to take."""
    assert len(trimmed(LOUD)) == len(LOUD)


@pytest.mark.parametrize("pieces", [[REST], [REST, REST], [REST[:0]], [REST[:0], REST[:1]], [LOUD[:1]]])
def test_nothing_is_a_short_rest(pieces: list[Samples]) -> None:
    """The last piece is never empty."""
    assert 1 <= len(trimmed(*pieces)) <= RATE * 0.06


def test_pieces_come_as_soon_as_they_sound() -> None:
    """Only silence is held back."""
    edges = Edges(RATE)
    assert len(edges.trim(REST, is_last=False)) == 0
    assert len(edges.trim(LOUD, is_last=False)) == len(LOUD) + 240
    assert len(edges.trim(REST, is_last=False)) == 0
    assert len(edges.trim(LOUD, is_last=False)) == len(REST) + len(LOUD)
