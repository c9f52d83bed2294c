"""The judges of the compact voice, themselves judged: what they must find, they find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.compact import page
from benchmarks.compact.graphs import WholeGraphs
from benchmarks.compact.sentences import held_out, home
from benchmarks.compact.sound import flux_at
from benchmarks.compact.systems import EDGE_S, trimmed
from benchmarks.figures import Figure, Goal, line
from benchmarks.listener import recognise, spoken_words
from benchmarks.machine import describe
from litetts_edge.engines import MODELS
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.compact_input import read
from litetts_edge.engines.compact_windows import WHOLE
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.termination import Run
from litetts_edge.pcm import Samples
from litetts_edge.soundcheck.loudness import filters, loudness
from train_compact.home_sentences import generate

RATE = 16000


def tone(hertz: float, seconds: float, amplitude: float = 1.0, rate: int = RATE) -> Samples:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def test_the_loudness_of_the_reference_tone() -> None:
    """BS.1770-4: 997 Hz at full scale is -3.01; the printed coefficients are those of the filters."""
    assert loudness(tone(997, 5, rate=48000), 48000) == pytest.approx(-3.01, abs=0.01)
    assert loudness(tone(997, 5, 0.1), RATE) == pytest.approx(-23.01, abs=0.05)
    (shelf, shelf_poles), (_, pass_poles) = filters(48000)
    assert shelf == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-7)
    assert shelf_poles[1:] == pytest.approx([-1.69065929318241, 0.73248077421585], abs=1e-7)
    assert pass_poles[1:] == pytest.approx([-1.99004745483398, 0.99007225036621], abs=1e-7)


def test_pauses_do_not_make_it_quieter() -> None:
    """What is 10 LU below the rest does not count, and silence is no loudness at all."""
    spoken = tone(997, 5, 0.1)
    with_pauses = np.concatenate([spoken, np.zeros(20 * RATE, dtype=np.float32), spoken])
    assert loudness(with_pauses, RATE) == pytest.approx(loudness(spoken, RATE), abs=0.3)
    with pytest.raises(ValueError, match="nothing to hear"):
        loudness(np.zeros(RATE, dtype=np.float32), RATE)


@pytest.mark.parametrize(("jump", "found"), [(0.0, False), (0.3, True)])
def test_a_jump_at_a_join_is_found(jump: float, found: bool) -> None:
    """A fifth of a turn of phase, in a tone with noise: the flux there stands out. A join without one does not."""
    noise = np.random.default_rng(1).normal(0, 0.01, 3 * RATE).astype(np.float32)
    joins = np.arange(RATE // 4, 3 * RATE - RATE // 4, RATE // 4)
    phase = 2 * np.pi * 0.0137 * np.arange(3 * RATE)
    for join in joins:
        phase[join:] += 2 * np.pi * jump
    at_joins, elsewhere = flux_at((0.3 * np.sin(phase)).astype(np.float32) + noise, joins)
    assert len(at_joins) == len(joins)
    assert (np.median(at_joins) > 1.5 * np.median(elsewhere)) is np.bool_(found)


def test_every_system_gets_the_same_silence() -> None:
    """However much it brought along, and whatever its level."""
    sound, rest = tone(300, 1, 0.2), np.zeros(RATE, dtype=np.float32)
    alone = trimmed(sound, RATE)
    assert len(alone) == len(sound) + 2 * round(EDGE_S * RATE)
    assert np.array_equal(trimmed(np.concatenate([rest, sound, rest + np.float32(1e-5)]), RATE), alone)
    assert not trimmed(rest, RATE).any()


def test_the_vocoder_alone_is_the_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given what the engine's vocoder was given, it makes the same samples; only the engine fades their edges."""
    given: list[NDArray[np.float32]] = []
    run_as_before = OnnxModel.run

    def run(model: OnnxModel, inputs: Mapping[str, NDArray[Any]], run: Run) -> list[NDArray[Any]]:
        if "noise" in inputs:
            given.append(inputs["frames"])
        return run_as_before(model, inputs, run)

    engine = CompactEngine(models=MODELS, first_steps=WHOLE)
    engine.load()
    monkeypatch.setattr(OnnxModel, "run", run)
    (chunk,) = engine.speak(read("ðə fɹˈʌnt dˈɔːɹ ɪz ˈoʊpən."), engine.voices[0], 1.0)
    (held,) = given
    alone = WholeGraphs.of(MODELS / "compact").speech(held[6:-3])  # without the context that speech() adds
    assert np.abs(chunk.samples[80:-160] - alone[80:-160]).max() < 1e-5


def words_of(lines: Iterable[str]) -> set[tuple[str, ...]]:
    return {tuple(spoken_words(line)) for line in lines}


def test_the_sentences_of_the_evaluation_are_unseen() -> None:
    """Half of them are left out of training as home sentences; the rest is of no grammar that it knows."""
    lines = held_out()
    unseen, generated = words_of(home()), words_of(generate(9000, seed=20))
    assert len(words_of(lines)) == len(lines) == 200
    prose = [line for line in lines if tuple(spoken_words(line)) not in unseen]
    assert len(prose) == 100
    assert not generated & words_of(prose)
    assert all(4 <= len(spoken_words(line)) <= 18 and not any(map(str.isdigit, line)) for line in lines)
    assert recognise(np.zeros(0, dtype=np.float32), RATE, lines) is None  # which knows all their words


def test_an_interval_is_said() -> None:
    """Beside the value that it belongs to."""
    figure = Figure("wer.int8-teacher.all", "a difference", "points", [1.5], None, (-0.5, 3.25)).document()
    assert figure["interval"] == [-0.5, 3.25]
    assert "(-0.5 to 3.25)" in line(figure)


@pytest.mark.parametrize(("interval", "met"), [((0.95, 1.2), True), ((1.01, 1.2), False)])
def test_chance_is_allowed_for(interval: tuple[float, float], met: bool) -> None:
    """A goal for the lower end of an interval is missed only where all of it is beyond the limit."""
    assert Figure("joins.flux.slt", "a ratio", "times", [1.1], Goal("low", 1.0, "a wish"), interval).met is met


def test_the_voices_stand_side_by_side() -> None:
    """One row a measurement, empty where a voice has no figure, with what its goal judges of all of them."""
    goal = Goal("max", 1.0, "a wish")
    figures = [
        Figure("off.slt", "how far", "LU", [0.5], goal),
        Figure("off.awb", "how far", "LU", [1.5], goal),
        Figure("wer.all", "a difference", "points", [2.0], None, (-1.0, 5.0)),
        Figure("disk", "its size", "MB", [4.0, 5.0, 6.0]),
        Figure("hiss", "in pauses", "dB", [*range(40)], Goal("max", 50.0, "a wish")),
    ]
    machine = {"commit": "0" * 40, "cpu": "?", "cores": 1, "memory_gb": 1.0, "kernel": "?", "python": "?"}
    report = {"machine": machine, "started": "now", "load": {"before": [0], "after": [0]}}
    rows = page.table(report | {"figures": [figure.document() for figure in figures]}).splitlines()[4:]
    assert rows == [
        "| `off`: how far | LU | 0.5 |  | 1.5 |  | max ≤ 1 | **missed** |",
        "| `wer`: a difference | points |  |  |  | +2.0 (-1.0 to +5.0) |  |  |",
        "| `disk`: its size | MB |  |  |  | 5 (p95 6) |  |  |",
        "| `hiss`: in pauses | dB |  |  |  | 19 (max 39) | max ≤ 50 | met |",
    ]


def test_the_kernel_is_told_by_its_number() -> None:
    """Who built it is nobody's business; its version is."""
    kernel = describe(Path(__file__).parents[1])["kernel"]
    assert re.fullmatch(r"Linux [0-9.]+ \w+", kernel)
    assert not re.search(r"Linux [0-9.]+-", page_text())


def page_text() -> str:
    root = Path(__file__).parents[1]
    return "".join(
        path.read_text("utf-8")
        for path in (
            *(root / "docs" / "benchmarks").glob("*.json"),
            root / "docs" / "benchmarks.md",
            root / "models" / "compact" / "MODEL_CARD.md",
        )
    )
