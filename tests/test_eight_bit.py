"""Which voices are spoken with the 8-bit form of a graph: those that a check has found good with it, no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from litetts_edge.engines import stream_record
from litetts_edge.engines.eight_bit import EIGHT_BIT, good_voices, spoken_by
from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.kokoro import KokoroEngine
from litetts_edge.engines.kokoro_stream import KokoroStream
from litetts_edge.engines.mode import IN_8_BITS, Mode
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.piper import PiperEngine
from litetts_edge.engines.prepared import Prepared, read_prepared
from litetts_edge.engines.stream_record import FOLDER, StreamCheck, record
from litetts_edge.soundcheck.eight_bit import PUBLISHED, EightBitPoint
from litetts_edge.soundcheck.finding import Verdict
from litetts_edge.soundcheck.stream import StreamPoint
from litetts_edge.text.frontend import Frontend
from litetts_edge.tuning.tune import variants_of
from tests import piper_models, split_models

KOKORO = "kokoro-small-v1.1"
PIPER = piper_models.SMALL
VOICE = "af_heart"

Figures = tuple[float, float, float, float]


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """A small Kokoro whose generator has an 8-bit form."""
    split_models.install_parts(tmp_path, KOKORO, carries=True, in_8_bits=True)
    found = read_prepared(tmp_path, read_installed(split_models.MODELS / KOKORO))
    assert found is not None
    (found.folder / FOLDER).mkdir()
    return found


def checked(prepared: Prepared, graph: str, figures: Figures = (0.5, 0.9, 0.0, 0.0)) -> None:
    """As `models check` leaves it: with spectral distance, the worst, louder pauses, and more word errors."""
    mean, worst, hiss, errors = figures
    record(prepared.folder / FOLDER, StreamCheck(VOICE, "published", "", 5, mean, worst, 0.1, hiss, errors, graph))


def form(prepared: Prepared, variant: str = "", source: str = "published") -> str:
    return spoken_by("generator", prepared, EngineOptions(variant=variant), source, VOICE)


def test_a_voice_that_passed_with_it_is_spoken_in_8_bits(prepared: Prepared) -> None:
    """As the check has found with the graph that is there."""
    assert form(prepared) == "generator"
    checked(prepared, prepared.graphs["generator-8bit"].sha256)
    assert form(prepared) == "generator-8bit"


@pytest.mark.parametrize(
    "figures", [(2.1, 2.2, 0.0, 0.0), (0.5, 9.0, 0.0, 0.0), (0.5, 0.9, 6.0, 0.0), (0.5, 0.9, 0.0, 0.1)]
)
def test_a_voice_that_did_not_pass_is_not(prepared: Prepared, figures: Figures) -> None:
    """Each limit counts."""
    checked(prepared, prepared.graphs["generator-8bit"].sha256, figures)
    assert form(prepared) == "generator"


def test_a_check_of_another_graph_or_file_counts_for_nothing(prepared: Prepared) -> None:
    """Nor does one of windows in the published precision."""
    for graph in ("", "0" * 64):
        checked(prepared, graph)
        assert form(prepared) == "generator"
    checked(prepared, prepared.graphs["generator-8bit"].sha256)
    assert form(prepared, source="another") == "generator"


def test_a_variant_that_is_asked_for_needs_no_check(prepared: Prepared) -> None:
    """That is how it is measured; any other leaves the published precision."""
    checked(prepared, prepared.graphs["generator-8bit"].sha256)
    assert form(prepared, variant=EIGHT_BIT) == "generator-8bit"
    assert form(prepared, variant=PUBLISHED) == "generator"


def test_a_graph_that_was_made_again_is_checked_again(prepared: Prepared) -> None:
    """What was found of an 8-bit form that is gone says nothing of windows in the published precision."""
    checked(prepared, "0" * 64)
    assert good_voices("generator", prepared, "published") == frozenset()
    for graph in ("", prepared.graphs["generator-8bit"].sha256):
        checked(prepared, graph)
        assert good_voices("generator", prepared, "published") == {VOICE}


def test_tuning_does_not_choose_it(prepared: Prepared) -> None:
    """It is faster, and that is not the question."""
    model = read_installed(split_models.MODELS / KOKORO)
    assert variants_of(model, prepared.folder.parent) == ("plain", "prepared")


def kokoro(prepared: Prepared) -> tuple[KokoroEngine, KokoroStream]:
    options = EngineOptions(threads=1, pulled=split_models.MODELS, model=KOKORO, prepared=prepared.folder.parent)
    engine = KokoroEngine(options)
    assert isinstance(engine.graphs, KokoroStream)
    return engine, engine.graphs


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any sound passes: random weights need not sound alike."""
    for limit in ("MOST_SPECTRAL_DB", "MOST_WORST_SPECTRAL_DB", "MOST_JUMP_DB", "MOST_HISS_DB"):
        monkeypatch.setattr(stream_record, limit, 99.0)


@pytest.mark.usefixtures("deaf")
def test_the_check_tries_8_bits_first(prepared: Prepared) -> None:
    """And what passes is what speaks, from the next load on."""
    engine, stream = kokoro(prepared)
    found = StreamPoint(Frontend(), None)(engine, engine.voices[0])
    assert found is not None
    assert "in 8 bits" in found.detail
    engine.load()
    assert stream.generator(VOICE) == "generator-8bit"
    assert [engine.form(voice) for voice in engine.voices[:2]] == [IN_8_BITS, Mode.EXACT]
    spoken = Frontend().sentences("Someone is at the front door.", engine.voices[0], "")
    assert len([chunk for one in spoken for chunk in engine.synthesize(one, engine.voices[0], 1.0)]) > 1
    engine.unload()


@pytest.mark.usefixtures("deaf")
def test_a_sentence_ends_with_the_form_that_it_was_begun_with(prepared: Prepared) -> None:
    """Though a voice of another form speaks meanwhile, on the other lane."""
    engine, stream = kokoro(prepared)
    StreamPoint(Frontend(), None)(engine, engine.voices[0])
    (sentence,) = Frontend().sentences("Someone is at the front door.", engine.voices[0], "")
    alone = [chunk.samples for chunk in engine.synthesize(sentence, engine.voices[0], 1.0)]
    begun = engine.synthesize(sentence, engine.voices[0], 1.0)
    parts = [next(begun).samples]
    assert list(engine.synthesize(sentence, engine.voices[1], 1.0))
    loaded = stream.model_bytes
    one_of_each = ("front", "source", "generator-stats")
    assert loaded == sum(prepared.graphs[part].path.stat().st_size for part in one_of_each)
    parts += [chunk.samples for chunk in begun]
    assert stream.model_bytes == loaded
    np.testing.assert_array_equal(np.concatenate(parts), np.concatenate(alone))
    engine.unload()


def test_where_8_bits_fail_the_published_precision_is_checked(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The voice is streamed all the same."""
    monkeypatch.setattr(StreamCheck, "failures", property(lambda check: ("too far",) if check.eight_bit else ()))
    engine, stream = kokoro(prepared)
    found = StreamPoint(Frontend(), None)(engine, engine.voices[0])
    assert found is not None
    assert found.values["is_streamed"] == 1
    assert "8 bits" not in found.detail
    assert engine.form(engine.voices[0]) == Mode.WINDOWS
    assert stream.generator(VOICE) == "generator"


@pytest.fixture
def piper(tmp_path: Path) -> PiperEngine:
    """A small voice with a decoder in 8 bits."""
    model = piper_models.install(tmp_path / "models", PIPER)
    piper_models.write_prepared(tmp_path, model, piper_models.carrying(PIPER), in_8_bits=True)
    return PiperEngine(EngineOptions(threads=1, pulled=tmp_path / "models", prepared=tmp_path))


def bytes_of(engine: PiperEngine) -> int:
    engine.load()
    loaded = engine.model_bytes
    engine.unload()
    return loaded


@pytest.mark.usefixtures("deaf")
def test_piper_speaks_in_8_bits_after_the_check(piper: PiperEngine) -> None:
    """Before it, with the decoder in the published precision."""
    larger = bytes_of(piper)
    assert piper.form(piper.voices[0]) == Mode.WINDOWS
    found = EightBitPoint(Frontend(), None)(piper, piper.voices[0])
    assert found is not None
    assert found.verdict is Verdict.PASSED
    assert found.values["is_8_bit"] == 1
    assert bytes_of(piper) == bytes_of(piper.with_variant(EIGHT_BIT)) < larger
    assert bytes_of(piper.with_variant(PUBLISHED)) == larger
    assert piper.form(piper.voices[0]) == IN_8_BITS


@pytest.mark.usefixtures("deaf")
def test_exact_means_the_published_precision(piper: PiperEngine, tmp_path: Path) -> None:
    """Who asks for it is given no 8-bit form, and none is checked for them."""
    EightBitPoint(Frontend(), None)(piper, piper.voices[0])
    options = EngineOptions(threads=1, stream=Stream.EXACT, pulled=tmp_path / "models", prepared=tmp_path)
    exact = PiperEngine(options)
    assert exact.form(exact.voices[0]) == Mode.WINDOWS
    assert EightBitPoint(Frontend(), None)(exact, exact.voices[0]) is None


def test_whole_sentences_have_no_other_form(tmp_path: Path) -> None:
    """Of a voice that was not prepared."""
    models = [(PiperEngine, piper_models.ENGINES, PIPER), (KokoroEngine, split_models.MODELS, KOKORO)]
    for make, folder, name in models:
        engine = make(EngineOptions(threads=1, model=name, pulled=folder))
        assert engine.form(engine.voices[0]) == Mode.WHOLE
        engine.unload()


def test_the_speaker_for_whom_it_does_worst_decides(piper: PiperEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One speaker that passed does not undo that another did not."""
    monkeypatch.setattr(stream_record, "MOST_SPECTRAL_DB", 0.0)
    point, voice = EightBitPoint(Frontend(), None), piper.voices[0]
    found = point(piper, voice)
    assert found is not None
    assert "not used" in found.detail
    larger = bytes_of(piper)
    monkeypatch.setattr("litetts_edge.soundcheck.eight_bit.spectral_distance_db", lambda one, two: 0.0)
    again = point(piper, voice)
    assert again is not None
    assert "not used" in again.detail
    assert bytes_of(piper) == larger


@pytest.mark.usefixtures("deaf")
def test_a_result_of_another_graph_decides_nothing(piper: PiperEngine) -> None:
    """However bad it was, the new one takes its place."""
    found = piper.eight_bit(piper.voices[0])
    assert found is not None
    folder = found[0].folder / FOLDER
    folder.mkdir()
    record(folder, StreamCheck(PIPER, found[1].sha256, "", 1, 98.0, 98.0, 0.0, 0.0, None, "0" * 64))
    checked = EightBitPoint(Frontend(), None)(piper, piper.voices[0])
    assert checked is not None
    assert checked.values["is_8_bit"] == 1


def test_without_an_8_bit_form_there_is_no_such_point(tmp_path: Path) -> None:
    """Neither for a voice that was not prepared, nor for whole sentences."""
    model = piper_models.install(tmp_path / "models", PIPER)
    piper_models.write_prepared(tmp_path, model, piper_models.parts(PIPER))
    engine = PiperEngine(EngineOptions(threads=1, pulled=tmp_path / "models", prepared=tmp_path))
    assert EightBitPoint(Frontend(), None)(engine, engine.voices[0]) is None
