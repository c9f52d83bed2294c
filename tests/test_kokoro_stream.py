"""Kokoro and KittenTTS in windows: exact, calibrated where that was checked, and never half."""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from litetts_edge import engines
from litetts_edge.engines.installed import installed_models
from litetts_edge.engines.kokoro_stream import KokoroStream, stream_graphs
from litetts_edge.engines.kokoro_symbols import ids
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.prepared import read_prepared
from litetts_edge.engines.stream_check import (
    calibrate,
    hiss_db,
    jump_db,
    spectral_distance_db,
    stream_check,
    window_ends,
)
from litetts_edge.engines.stream_record import CHECKS, FOLDER, StreamCheck, checks, passed, record, sha256
from litetts_edge.engines.stream_statistics import Calibration, Observed, fit, read, write
from litetts_edge.engines.style_engine import StyleEngine
from litetts_edge.engines.style_graph import Piece, WholeGraph
from litetts_edge.engines.style_speech import Spoken
from litetts_edge.engines.termination import Run, Runs
from litetts_edge.errors import EngineFailed, Terminated
from litetts_edge.pcm import Samples
from litetts_edge.text.frontend import Frontend
from tests.split_models import MODELS, Array, install_parts, snr_db

NAME = "kokoro-small-v1.1"
TEXTS = ("hˈɛlO wˈɜɹld", "ðə dˈɔɹ ɪz ˈOpən nˈW", "kˈʌm", "ðə lˈIt ɪn ðə kˈɪʧən", "ɹˈAn tədˈA ænd wˈɪnd")
STYLE: Array = np.random.default_rng(5).normal(0, 0.3, (1, 32)).astype(np.float32)


def spoken(count: int = 10) -> list[Spoken]:
    return [Spoken(ids(TEXTS[n % 5] + " ænd" * (n // 5)), STYLE, voice="af_heart") for n in range(count)]


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    install_parts(tmp_path, NAME)
    return tmp_path


@pytest.fixture
def stream(prepared: Path) -> Iterator[KokoroStream]:
    made = open_stream(prepared)
    yield made
    made.unload()


def open_stream(prepared: Path, mode: Stream = Stream.CALIBRATED) -> KokoroStream:
    options = EngineOptions(threads=1, pulled=MODELS, prepared=prepared, stream=mode)
    (model,) = (one for one in installed_models(MODELS) if one.name == NAME)
    found = read_prepared(prepared, model)
    assert found
    ticks = iter(range(10**9))
    made = KokoroStream(model, options, found, clock=lambda: next(ticks) / 100)
    made.load_parts()
    return made


def pieces(stream: KokoroStream, one: Spoken) -> list[Piece]:
    return [step(Run()) for step in stream.steps(one.ids, one.style, 1.0, one.voice)]


def calibrated(stream: KokoroStream) -> Calibration:
    """As after a check that passed: random weights need not sound alike."""
    found = calibrate(stream, "af_heart", spoken())
    check = stream_check(stream, "af_heart", found, spoken(5))
    record(
        stream.calibrated,
        dataclasses.replace(check, spectral_db=0.5, worst_spectral_db=0.6, jump_db=0.1, hiss_db=0.0),
    )
    stream.forget()
    return found


def _terminated(runs: Runs, run: Run) -> Run:
    runs.terminate()
    return run


def exact(stream: KokoroStream, one: Spoken) -> Samples:
    return stream.whole(stream.tell(one.ids, one.style, 1.0, Run()), Run())[0]


def test_exact_is_the_whole_sentence_in_one_piece(prepared: Path) -> None:
    """`exact` gives one piece, the last, with the durations of each id: 600 samples for each of their frames."""
    stream = open_stream(prepared, Stream.EXACT)
    (piece,) = pieces(stream, spoken()[1])
    assert piece.is_last
    assert piece.durations is not None
    assert len(piece.samples) == 600 * piece.durations.sum()
    np.testing.assert_array_equal(piece.samples, exact(stream, spoken()[1]))


def test_a_sentence_repeats_to_the_bit(prepared: Path) -> None:
    """The published graph draws noise; here it is the same each time."""
    stream = open_stream(prepared, Stream.EXACT)
    first, _, second = (pieces(stream, spoken()[n])[0].samples for n in (1, 2, 1))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("carries", [False, True])
def test_windows_with_the_sentences_own_statistics_are_exact(tmp_path: Path, carries: bool) -> None:
    """Whatever the windows, they join to the whole sentence but for rounding."""
    install_parts(tmp_path, NAME, carries=carries)
    stream = open_stream(tmp_path)
    one = spoken()[3]
    told = stream.tell(one.ids, one.style, 1.0, Run())
    whole, statistics = stream.whole(told, Run())
    given, total = stream.affine(told, statistics), told.frames.shape[2]
    for length in (24, 31, 100):
        ends = [*range(length, total, length), total]
        generating = stream.generating(told, given)
        parts = [generating.make(end, Run()) for end in ends]
        assert snr_db(whole, np.concatenate(parts)) > 110


def test_a_generator_that_carries_speaks_as_another(tmp_path: Path) -> None:
    """Calibrated windows are as long and sound the same, and the next sentence has nothing of the one before."""
    made = []
    for carries in (False, True):
        folder = tmp_path / str(carries)
        folder.mkdir()
        install_parts(folder, NAME, carries=carries)
        stream = open_stream(folder)
        calibrated(stream)
        made.append([pieces(stream, spoken()[n]) for n in (8, 3, 8)])
    assert [len(made[1][0][0].samples), made[1][0][-1].is_last] == [24 * 300, True]
    for one, other in zip(*made, strict=True):
        joined = [np.concatenate([piece.samples for piece in sentence]) for sentence in (one, other)]
        assert snr_db(joined[0], joined[1]) > 100


def test_calibrated_begins_with_a_third_of_a_second(stream: KokoroStream) -> None:
    """The first window has 24 frames; only the last piece says that it is; together they are as long as exact."""
    calibrated(stream)
    made = pieces(stream, spoken()[8])
    assert len(made) > 1
    assert len(made[0].samples) == 24 * 300
    assert [piece.is_last for piece in made] == [False] * (len(made) - 1) + [True]
    assert made[-1].durations is not None
    assert sum(len(piece.samples) for piece in made) == len(exact(stream, spoken()[8]))


def test_calibrated_is_near_exact(stream: KokoroStream) -> None:
    """Statistics of other sentences are near those of this one: 15 dB and more on these random weights."""
    calibrated(stream)
    samples = np.concatenate([piece.samples for piece in pieces(stream, spoken()[8])])
    assert snr_db(exact(stream, spoken()[8]), samples) > 15


def test_only_windows_are_told_any_length(stream: KokoroStream) -> None:
    """What is spoken whole, from the parts or from the published file, is told what its memory is reckoned for."""
    assert stream.symbols_at_once(0.5, "af_heart") == 90
    calibrated(stream)
    assert stream.symbols_at_once(0.5, "af_heart") == math.inf
    assert stream.symbols_at_once(0.5, "bf_emma") == 90
    stream.unload()
    (stream.calibrated / CHECKS).unlink()
    stream.load()
    assert stream.symbols_at_once(2.0, "af_heart") == 360


def test_a_sentence_shorter_than_a_window_is_one_piece(stream: KokoroStream) -> None:
    """One symbol, framed: one piece, and the last."""
    calibrated(stream)
    at_once = stream.steps(ids("k"), STYLE, 2.0, "af_heart")
    made = [step(Run()) for step in at_once]
    assert made[-1].is_last
    assert all(len(piece.samples) for piece in made)
    assert len(made) <= 2


def test_terminate_in_the_middle_leaves_it_ready(stream: KokoroStream) -> None:
    """A run that is ended between windows raises Terminated; the next sentence is complete."""
    calibrated(stream)
    runs, steps = Runs(), stream.steps(spoken()[8].ids, STYLE, 1.0, "af_heart")
    with runs.begin() as run:
        next(steps)(run)
    ended = next(steps)
    with pytest.raises(Terminated), runs.begin() as run:
        ended(_terminated(runs, run))
    assert pieces(stream, spoken()[8])[-1].is_last


def test_two_sentences_may_be_open_at_once(stream: KokoroStream) -> None:
    """A sentence that waits half taken is not disturbed by another."""
    calibrated(stream)
    alone = np.concatenate([piece.samples for piece in pieces(stream, spoken()[8])])
    waiting = stream.steps(spoken()[8].ids, STYLE, 1.0, "af_heart")
    taken = [next(waiting)(Run())]
    pieces(stream, spoken()[2])
    taken += [step(Run()) for step in waiting]
    assert snr_db(alone, np.concatenate([piece.samples for piece in taken])) > 110


@pytest.mark.parametrize("voice", ["", "bf_emma"])
def test_voices_without_calibration_are_exact(
    stream: KokoroStream, voice: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A blend, or a voice that was never measured, is spoken whole; why is logged once for a voice."""
    calibrated(stream)
    caplog.set_level(logging.INFO)
    for _ in range(2):
        (piece,) = pieces(stream, dataclasses.replace(spoken()[1], voice=voice))
    np.testing.assert_array_equal(piece.samples, exact(stream, spoken()[1]))
    assert len([line for line in caplog.messages if "whole sentences" in line]) == bool(voice)


def test_without_a_passed_check_it_is_exact(stream: KokoroStream, caplog: pytest.LogCaptureFixture) -> None:
    """A calibration alone changes nothing, nor does a check that failed; one line says so."""
    caplog.set_level(logging.INFO)
    found = calibrate(stream, "af_heart", spoken())
    assert len(pieces(stream, spoken()[8])) == 1
    check = stream_check(stream, "af_heart", found, spoken(5))
    record(stream.calibrated, dataclasses.replace(check, spectral_db=9.0))
    stream.forget()
    assert len(pieces(stream, spoken()[8])) == 1
    assert [line for line in caplog.messages if "has not passed the check" in line]


def test_the_whole_graph_speaks_until_a_voice_is_calibrated(stream: KokoroStream) -> None:
    """It takes less than the parts in one go; from the next load on, a voice that passed comes in windows."""
    stream.unload()
    stream.load()
    before = stream.model_bytes
    (piece,) = pieces(stream, spoken()[8])
    assert piece.is_last
    calibrated(stream)
    stream.unload()
    assert not stream.is_loaded
    assert stream.model_bytes == 0
    stream.load()
    assert stream.model_bytes not in (0, before)
    assert len(pieces(stream, spoken()[8])) > 1


def test_a_calibration_of_another_model_is_refused(stream: KokoroStream, caplog: pytest.LogCaptureFixture) -> None:
    """Also when its check is for this one."""
    caplog.set_level(logging.INFO)
    found = calibrated(stream)
    write(stream.calibrated / "af_heart.npz", dataclasses.replace(found, model="0" * 64))
    stream.forget()
    assert len(pieces(stream, spoken()[8])) == 1
    check = checks(stream.calibrated)["af_heart"]
    changed = stream.calibrated / "af_heart.npz"
    record(stream.calibrated, dataclasses.replace(check, calibration=sha256(changed)))
    stream.forget()
    assert len(pieces(stream, spoken()[8])) == 1
    assert "belongs to another model" in caplog.text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"nonsense" * 99])
def test_a_damaged_calibration_is_as_good_as_none(stream: KokoroStream, content: bytes) -> None:
    """It is not read, and nothing raises."""
    calibrated(stream)
    file = stream.calibrated / "af_heart.npz"
    file.write_bytes(content)
    assert read(file, stream.source, 100) is None
    stream.forget()
    assert len(pieces(stream, spoken()[8])) == 1


@pytest.mark.parametrize("content", ["", "[]", "{", '{"af_heart": {}}', '{"af_heart": 3}', '{"af_heart": null}'])
def test_a_damaged_record_passes_nobody(tmp_path: Path, content: str) -> None:
    """Whatever stands in it."""
    (tmp_path / CHECKS).write_text(content)
    assert checks(tmp_path) == {}
    assert passed(tmp_path, "") == frozenset()


def test_results_that_are_kept_at_once_are_all_kept(tmp_path: Path) -> None:
    """As two checks of two voices do it."""
    good = StreamCheck("a", "m", "c", 5, 1.0, 2.0, 0.5, 0.0, None)
    names = [f"voice {number}" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record(tmp_path, dataclasses.replace(good, voice=name)), names))
    assert sorted(checks(tmp_path)) == sorted(names)


def test_the_record_is_kept_by_voice(tmp_path: Path) -> None:
    """Each voice has its last result, with what was wrong."""
    good = StreamCheck("a", "m", "c", 5, 1.0, 2.0, 0.5, 0.0, None)
    bad = dataclasses.replace(good, voice="b", jump_db=1.5, word_errors=0.1, sentences=2)
    record(tmp_path, bad)
    record(tmp_path, bad)
    assert record(tmp_path, good).made
    found = checks(tmp_path)
    assert set(found) == {"a", "b"}
    assert found["a"].is_passed
    assert found["b"].failures == (
        "level step at joins 1.50 dB, at most 1.0",
        "more word errors 0.10, at most 0.02",
        "2 sentences, at least 5",
    )


def test_features_are_used_only_where_they_foretell() -> None:
    """Statistics that follow a feature are foretold by it; those that do not are their average."""
    random = np.random.default_rng(0)
    given = random.normal(size=(20, 5)).astype(np.float32)
    level = 1 + 0.5 * given[:, :1, None] + np.zeros((20, 2, 3))
    follows = [Observed(one, np.abs(row).astype(np.float32) + 0.1) for one, row in zip(given, level, strict=True)]
    noise = [Observed(one, random.uniform(1, 2, (2, 3)).astype(np.float32)) for one in given]
    assert fit("m", follows).uses_features
    assert not fit("m", noise).uses_features
    np.testing.assert_allclose(
        fit("m", noise).statistics(given[0])[0], np.mean([one.statistics[0] for one in noise], 0), rtol=1e-5
    )
    with pytest.raises(ValueError, match="needs 8"):
        fit("m", noise[:7])


def test_the_check_measures_what_it_says() -> None:
    """Twice as loud is 6 dB away everywhere; a step at a join counts, one that the exact sentence has does not."""
    sound = np.random.default_rng(0).normal(0, 0.1, 24_000).astype(np.float32)
    assert spectral_distance_db(sound, sound) == 0
    assert spectral_distance_db(sound * 2, sound) == pytest.approx(6.02, abs=0.05)
    stepped = sound.copy()
    stepped[12_000:] *= 2
    assert jump_db(stepped, sound, 12_000) == pytest.approx(6.02, abs=0.1)
    assert jump_db(stepped, stepped, 12_000) == 0


def test_hiss_is_how_much_louder_pauses_are() -> None:
    """However loud speech is; below what can be heard, silence is silence."""
    random = np.random.default_rng(0)
    sound = random.normal(0, 0.1, 48_000).astype(np.float32)
    sound[12_000:24_000] *= 0.01  # -60 dBFS
    noise = random.normal(0, 0.003, 48_000).astype(np.float32)
    assert hiss_db(sound, sound) == 0
    assert hiss_db(sound + noise, sound) == pytest.approx(10 * np.log10(1 + 9), abs=0.5)
    assert hiss_db(sound * 10, sound) == pytest.approx(20, abs=0.1)
    silent = np.zeros_like(sound)
    assert hiss_db(silent + noise * np.float32(0.05), silent) == 0
    assert hiss_db(silent + noise, silent) > 3
    assert window_ends(100) == [24, 60, 100]


def test_word_errors_are_counted_when_somebody_listens(stream: KokoroStream) -> None:
    """The listener hears windows and the whole; what counts is how much worse the windows are."""
    found = calibrate(stream, "af_heart", spoken())
    heard: list[int] = []

    def listener(number: int, samples: Samples) -> float:
        heard.append(number)
        return 0.25 if heard.count(number) == 1 else 0.05

    check = stream_check(stream, "af_heart", found, spoken(5), listener)
    assert check.word_errors == pytest.approx(0.2)
    assert not check.is_passed


def test_whole_sentences_where_nothing_was_prepared(tmp_path: Path) -> None:
    """Without the parts, or with streaming off, the published graph speaks."""
    (model,) = (one for one in installed_models(MODELS) if one.name == NAME)
    made = stream_graphs(model, EngineOptions(pulled=MODELS, prepared=tmp_path))
    assert isinstance(made, WholeGraph)
    install_parts(tmp_path, NAME)
    options = EngineOptions(pulled=MODELS, prepared=tmp_path)
    assert isinstance(stream_graphs(model, options), KokoroStream)
    assert isinstance(stream_graphs(model, dataclasses.replace(options, stream=Stream.OFF)), WholeGraph)


def test_damaged_parts_do_not_load(prepared: Path) -> None:
    """A part that was changed is refused with what to do."""
    stream = open_stream(prepared)
    stream.unload()
    assert not stream.is_loaded
    assert stream.model_bytes == 0
    part = prepared / NAME / "source.onnx"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    with pytest.raises(EngineFailed, match="source"):
        stream.load_parts()
    assert not stream.is_loaded


def test_calibrations_lie_beside_the_graphs(stream: KokoroStream, prepared: Path) -> None:
    """One file for each voice, one record for all."""
    calibrated(stream)
    assert sorted(file.name for file in (prepared / NAME / FOLDER).iterdir()) == ["af_heart.npz", CHECKS]


@pytest.mark.parametrize(("engine", "model"), [("kokoro", NAME), ("kitten", "kitten-small")])
def test_an_engine_streams_after_its_voice_was_checked(tmp_path: Path, engine: str, model: str) -> None:
    """Once the check of a voice has passed, its sentences come in chunks."""
    install_parts(tmp_path, model)
    made = engines.create(engine, EngineOptions(threads=1, pulled=MODELS, prepared=tmp_path, model=model))
    assert isinstance(made, StyleEngine)
    voice = made.voices[0]
    states = ("on", "off", "new", "old", "here")
    texts = [f"The {what} is {how}." for what in ("door", "light", "heating") for how in states]
    sentences = [next(Frontend().sentences(text, voice, "")) for text in texts]
    assert len(list(made.synthesize(sentences[0], voice, 1.0))) == 1
    spoken = [made.portions(sentence, voice)[0] for sentence in sentences]
    stream = made.graphs
    assert isinstance(stream, KokoroStream)
    check = stream_check(stream, spoken[0].voice, calibrate(stream, spoken[0].voice, spoken[:10]), spoken[10:])
    assert check.sentences == 5
    record(
        tmp_path / model / FOLDER,
        dataclasses.replace(check, spectral_db=1, worst_spectral_db=1, jump_db=0, hiss_db=0),
    )
    made.unload()
    assert len(list(made.synthesize(sentences[0], voice, 1.0))) > 1
    made.unload()
