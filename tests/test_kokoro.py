"""Kokoro: every kind of export, speed, runs, bad graphs."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from litetts_edge.engines import create
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.kokoro import KokoroEngine
from litetts_edge.engines.kokoro_symbols import ids, symbols
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.prepared import circumstances
from litetts_edge.engines.style_graph import FRAME, SAMPLE_RATE, Piece, Step, WholeGraph
from litetts_edge.engines.style_speech import Spoken, StyleSpeech, chosen_model
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed, Terminated
from litetts_edge.speech import Sentence
from tests.kokoro_parts import engine_in, loudness, said, telling
from tests.small_models import PULLED_MODELS
from tests.style_models import PER_ID, Ports, install, sign, table

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "kokoro_voices"


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KokoroEngine]:
    with telling(tmp_path_factory.mktemp("models")) as engine:
        yield engine


# -- the graph ---------------------------------------------------------------------------------------


EXPORTS = {
    "onnx-community": Ports(),
    "fp16 throughout": Ports(style_type="FLOAT16", speed_type="FLOAT16"),
    "kokoro-onnx v1.0": Ports(ids="tokens", waveform="audio", waveform_rank=1),
    "kokoro-onnx v1.1": Ports(speed_type="INT32", waveform_rank=1, has_durations=True),
    "int64 speed, int32 ids": Ports(ids_type="INT32", speed_type="INT64"),
    "speed without a dimension": Ports(speed_rank=0),
}


@pytest.mark.parametrize("ports", EXPORTS.values(), ids=EXPORTS.keys())
def test_every_export_speaks(tmp_path: Path, ports: Ports, caplog: pytest.LogCaptureFixture) -> None:
    """Names, types and ranks are read off the graph; a graph that takes whole speeds only says so, once."""
    install(tmp_path, "kokoro", {"af_heart": table(loud=0.3)}, ports=ports)
    engine = engine_in(tmp_path)
    usual, fast, slow = (len(said(engine, "aaaaaaaaaa", speed=speed)) for speed in (1.0, 2.0, 0.5))
    assert usual == pytest.approx(10 * PER_ID, abs=2000)
    assert fast == pytest.approx(5 * PER_ID, abs=2000)
    assert slow == pytest.approx((10 if "INT" in ports.speed_type else 20) * PER_ID, abs=2000)
    assert caplog.text.count("whole speeds only") == ("INT" in ports.speed_type)


def test_a_graph_gives_its_durations(tmp_path: Path) -> None:
    """Where there is a second output, each id's length in frames comes with the samples."""
    install(tmp_path, "kokoro", {"af_heart": table()}, ports=Ports(has_durations=True))
    graph = WholeGraph(chosen_model("kokoro", EngineOptions(pulled=tmp_path)), EngineOptions(threads=1))
    graph.load()
    (step,) = graph.steps(ids("abc"), table()[0], 1.0)
    piece = step(Run())
    assert piece.durations is not None
    assert piece.durations.sum() * FRAME == len(piece.samples)


def prepare(folder: Path, graph: Path, sha256: str = "") -> None:
    """As `models optimize` leaves a graph that it made of the model `small`."""
    here = folder / "small"
    here.mkdir(parents=True)
    shutil.copy(graph, here / "whole.onnx")
    model = chosen_model("kokoro", EngineOptions(pulled=graph.parents[2]))
    digest = sha256 or hashlib.sha256(graph.read_bytes()).hexdigest()
    facts = {
        **circumstances(model),
        "files": {"whole.onnx": {"sha256": digest, "bytes": graph.stat().st_size}},
        "graphs": {"whole": {"files": ["whole.onnx"], "snr_db": 60.0, "rewrites": []}},
    }
    (here / "manifest.json").write_text(json.dumps(facts), "utf-8")


@pytest.mark.parametrize(("sha256", "used"), [("", "prepared"), ("0" * 64, "published")])
def test_the_graph_made_for_this_machine_is_preferred(
    tmp_path: Path, sha256: str, used: str, caplog: pytest.LogCaptureFixture
) -> None:
    """When it is whole; else the published file speaks, and the log says why."""
    folder = install(tmp_path / "models", "kokoro", {"af_heart": table(loud=0.3)})
    prepare(tmp_path / "prepared", folder / "onnx/model.onnx", sha256)
    engine = engine_in(tmp_path / "models", prepared=tmp_path / "prepared")
    assert loudness(said(engine, "aaaa")) == pytest.approx(0.3, rel=1e-3)
    assert engine.model_bytes > 0
    assert ("whole.onnx is damaged" in caplog.text) == (used == "published")


@pytest.mark.parametrize(
    "model",
    installed_models(PULLED_MODELS, "kokoro") + installed_models(PULLED_MODELS, "kitten"),
    ids=lambda model: model.name,
)
def test_small_exports_speak(model: InstalledModel) -> None:
    """Each precision and release, in the published structure: all voices, longer when slower."""
    engine = create(model.engine, EngineOptions(threads=1, pulled=PULLED_MODELS, model=model.name))
    ipa = "ðə fɹˈʌnt dˈɔːɹ ɪz ˈoʊpən, ænd sˌoʊ ɪz ðə wˈɪndoʊ."
    spoken = Sentence("The front door is open, and so is the window.", "en-US", (0, 45), phonemes=ipa)
    voice = engine.voices[0]
    slow, usual, again, fast = (
        np.concatenate([chunk.samples for chunk in engine.synthesize(spoken, voice, speed)])
        for speed in (0.5, 1.0, 1.0, 2.0)
    )
    assert len(slow) > len(usual) > len(fast) > SAMPLE_RATE // 2
    assert len(again) == pytest.approx(len(usual), rel=0.01)
    assert loudness(usual) > 0.1
    for other in engine.voices[1:]:
        assert sum(len(chunk.samples) for chunk in engine.synthesize(spoken, other, 1.0)) > SAMPLE_RATE // 2
    engine.unload()


def test_samples_beyond_full_scale_are_cut(tmp_path: Path) -> None:
    """A loud model stays within -1 to 1."""
    install(tmp_path, "kokoro", {"af_heart": table(loud=1.7)})
    assert loudness(said(engine_in(tmp_path), "aaaa")) == 1.0


def test_samples_that_are_no_numbers_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As half precision makes them on some machines; nobody hears them."""
    install(tmp_path, "kokoro", {"af_heart": table()})
    engine = engine_in(tmp_path)
    engine.load()
    monkeypatch.setattr(OnnxModel, "run", lambda *_, **__: [np.full((1, 2400), np.nan, np.float32)])
    with pytest.raises(EngineFailed, match=r"samples that are no numbers.*another precision"):
        said(engine, "aaaa")


def test_noise_that_gives_no_numbers_is_drawn_again(
    kokoro: KokoroEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, which is told in the log; the sentence is heard."""
    draw, draws = OnnxModel.run, [np.nan, 1.0, np.nan, np.nan]
    monkeypatch.setattr(OnnxModel, "run", lambda *given, **how: [draws.pop(0) * draw(*given, **how)[0]])
    with caplog.at_level(logging.INFO, "litetts_edge.engines"):
        assert loudness(said(kokoro, "aaaa")) > 0
    assert "small made samples that are no numbers; it draws its noise again" in caplog.text
    with pytest.raises(EngineFailed, match=r"models optimize small.* may mend it"):
        said(kokoro, "aaaa")


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    """A graph of something else is named with what it takes and what was wanted."""
    install(tmp_path, "kokoro", {"af_heart": table()}, ports=Ports(ids="x"))
    engine = engine_in(tmp_path)
    with pytest.raises(
        EngineFailed, match=r"model\.onnx is another kind of model: its inputs are x, style, speed"
    ):
        engine.load()
    assert engine.model_bytes == 0


def test_a_truncated_graph_is_refused(tmp_path: Path) -> None:
    """Whether its hash tells or onnxruntime does."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()})
    graph = folder / "onnx/model.onnx"
    graph.write_bytes(graph.read_bytes()[:-100])
    with pytest.raises(EngineFailed, match=r"model\.onnx is damaged: its sha256"):
        engine_in(tmp_path).load()
    sign(folder, "kokoro", {"onnx/model.onnx": "model", "voices/af_heart.bin": "voice"})
    with pytest.raises(EngineFailed, match=r"model\.onnx is not a model that onnxruntime runs"):
        engine_in(tmp_path).load()


# -- runs --------------------------------------------------------------------------------------------


class Windows:
    """Graphs that speak in three steps, the second of which waits until it is terminated."""

    is_loaded, model_bytes, style_width = True, 0, 256

    def __init__(self) -> None:
        self.terminate: Callable[[], None] = lambda: None

    def load(self) -> None: ...

    def unload(self) -> None: ...

    def symbols_at_once(self, speed: float, voice: str = "") -> float:
        return math.inf

    def steps(
        self, ids: NDArray[np.int64], style: NDArray[np.float32], speed: float, voice: str = ""
    ) -> Iterator[Step]:
        loud = np.full(4800, 0.5, dtype=np.float32)
        yield lambda run: Piece(loud, is_last=False)

        def interrupted(run: Run) -> Piece:
            self.terminate()
            return Piece(loud, is_last=False)

        yield interrupted
        yield lambda run: Piece(loud, is_last=True)


def test_pieces_are_chunks_and_a_run_can_be_ended() -> None:
    """Each step is a run; a terminate() ends the one in progress, and the next sentence is whole."""
    windows = Windows()
    speech = StyleSpeech(windows)
    portion = Spoken(ids("abc"), table()[0])
    whole = list(speech.chunks([portion], 1.0))
    assert [chunk.ends_sentence for chunk in whole] == [False, False, True]
    windows.terminate = speech.terminate
    chunks = speech.chunks([portion], 1.0)
    assert len(next(chunks).samples)
    with pytest.raises(Terminated):
        next(chunks)
    windows.terminate = lambda: None
    assert len(list(speech.chunks([portion], 1.0))) == 3


def test_unload_lets_go(kokoro: KokoroEngine) -> None:
    """Session and voices; it comes back by itself."""
    before = said(kokoro, "aaaa")
    kokoro.unload()
    assert kokoro.model_bytes == 0
    np.testing.assert_array_equal(said(kokoro, "aaaa"), before)
    assert kokoro.model_bytes > 0


def test_it_is_made_by_name(tmp_path: Path) -> None:
    """From the options, as the daemon does."""
    install(tmp_path, "kokoro", {"af_heart": table()})
    assert create("kokoro", EngineOptions(pulled=tmp_path)).voices[0].id == "kokoro:af_heart"


def test_debug_names_what_has_no_symbol(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG only."""
    with caplog.at_level(logging.DEBUG):
        assert symbols("aʬb", "es") == "ab"
    assert "\\u02ac" in caplog.text
    assert all(record.levelno == logging.DEBUG for record in caplog.records)


@pytest.mark.skipif(not REAL.is_dir(), reason="the published voices are not here")
def test_the_published_voices_are_read(tmp_path: Path) -> None:
    """Three of them and af.bin, with its 512 rows."""
    voices = {
        name: np.fromfile(REAL / f"{name}.bin", dtype="<f4").reshape(-1, 1, 256)
        for name in ("af", "af_heart", "am_michael", "bf_emma")
    }
    install(tmp_path, "kokoro", voices)
    tables = StyleTables(chosen_model("kokoro", EngineOptions(pulled=tmp_path)), 510, 512, lambda: 256)
    for name, values in voices.items():
        for at in (0, 508, 509):
            np.testing.assert_array_equal(tables.row(name, partial(min, at)), values[at, 0])
