"""The compact voice's windows join without a trace, and the first is small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from litetts_edge import engines
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.compact_windows import FIRST_STEPS, WHOLE, noise, window_at
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.termination import Run
from tests.compact_parts import LONG, MANY_PHONES, SHORT, USUAL, loaded, said, sentence


@pytest.fixture(scope="module")
def engine() -> Iterator[CompactEngine]:
    with loaded() as made:
        yield made


@pytest.fixture(scope="module")
def uncut() -> Iterator[CompactEngine]:
    """The same, but every sentence is one window."""
    with loaded(first_steps=WHOLE) as made:
        yield made


def lengths_of(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[list[int]]:
    """For each input its lengths in all runs from now on of the graph that takes it."""
    found: dict[str, list[int]] = {name: [] for name in names}
    run_as_before = OnnxModel.run

    def run(model: OnnxModel, inputs: Mapping[str, NDArray[Any]], run: Run) -> list[NDArray[Any]]:
        for name in found.keys() & inputs.keys():
            found[name].append(len(inputs[name]))
        return run_as_before(model, inputs, run)

    monkeypatch.setattr(OnnxModel, "run", run)
    return list(found.values())


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("text", [SHORT, USUAL, LONG * 2, MANY_PHONES])
def test_windows_join_to_the_whole(engine: CompactEngine, uncut: CompactEngine, text: str, speed: float) -> None:
    """A sentence in windows is the sentence in one piece, to -90 dB, and ends in the same place."""
    windowed = said(engine, text, speed)
    (chunk,) = uncut.synthesize(sentence(text), uncut.voices[0], speed)
    whole = chunk.samples
    assert len(windowed) == len(whole)
    assert np.abs(windowed - whole).max() <= 10 ** (-90 / 20) * np.abs(whole).max()


@pytest.mark.parametrize("text", [USUAL, LONG * 2, MANY_PHONES])
def test_the_first_window_is_small(engine: CompactEngine, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Whatever the length of a sentence, few tokens are encoded and few steps decoded before its first sound."""
    encoded, decoded = lengths_of(monkeypatch, "ids", "token")  # what the encoder reads, and the decoder
    first = next(engine.synthesize(sentence(text), engine.voices[0], 1.0))
    assert 0.3 <= first.seconds <= 0.32
    assert len(encoded) == 1
    assert encoded[0] <= 124
    assert decoded == [FIRST_STEPS + 16]


def test_later_windows_grow_to_half_a_second(engine: CompactEngine) -> None:
    """The context of many small windows would cost more than the speech; larger ones take more memory."""
    chunks = list(engine.synthesize(sentence(LONG), engine.voices[0], 1.0))
    lengths = [chunk.seconds for chunk in chunks]
    assert lengths[1:-2] == pytest.approx([0.5] * len(lengths[1:-2]), abs=0.02)
    assert max(lengths) < 0.83


@pytest.mark.parametrize("first_steps", [4, 32])
@pytest.mark.parametrize("speed", [0.5, 0.53, 0.56, 0.6, 0.64, 0.7, 0.8, 1.5])
def test_the_first_part_of_a_long_sentence_joins_the_rest(
    uncut: CompactEngine, first_steps: int, speed: float
) -> None:
    """The windows that reach its end see all that the whole has there, at every speed."""
    parted = CompactEngine(models=engines.MODELS, first_steps=first_steps)
    windowed = said(parted, LONG * 2, speed)
    (chunk,) = uncut.synthesize(sentence(LONG * 2), uncut.voices[0], speed)
    assert len(windowed) == len(chunk.samples)
    assert np.abs(windowed - chunk.samples).max() <= 10 ** (-90 / 20) * np.abs(chunk.samples).max()


@pytest.mark.parametrize("steps", [1, 15, 16, 31, 32, 33, 63, 64, 200, 1111])
def test_windows_cover_every_step_once(steps: int) -> None:
    """They follow on one another, the last one says so, and none is shorter than the first unless it is alone."""
    cut = [window_at(0, steps)]
    while not cut[-1].is_last:
        cut.append(window_at(cut[-1].end, steps))
    assert [window.start for window in cut[1:]] == [window.end for window in cut[:-1]]
    assert cut[-1].end == steps
    assert len(cut) == 1 or all(window.end - window.start >= FIRST_STEPS for window in cut)


def test_noise_belongs_to_its_place() -> None:
    """The same samples have the same noise in every window; it is white, of unit variance, and known for ever."""
    whole = noise(-480, 20_000)
    np.testing.assert_array_equal(noise(1000, 500), whole[1480:1980])
    assert set(np.unique(whole)) == {-1.0, 1.0}
    assert abs(whole.mean()) < 0.02
    assert abs(np.mean(whole[1:] * whole[:-1])) < 0.02
    assert "".join("+" if sign > 0 else "-" for sign in noise(0, 24)) == "++++--+-+-+--+--+++-++--"
