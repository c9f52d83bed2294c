"""Kokoro: every kind of export, the right row of the right voice, blends, presets, long sentences, bad files."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from litetts_edge.engines import create, kokoro_names
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.kokoro import KokoroEngine, row
from litetts_edge.engines.kokoro_symbols import VOCABULARY, ids, is_heard, symbols
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.portions import portions
from litetts_edge.engines.prepared import circumstances
from litetts_edge.engines.style_graph import FRAME, SAMPLE_RATE, Piece, Step, WholeGraph
from litetts_edge.engines.style_speech import Spoken, StyleSpeech, bounded, chosen_model
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed, Terminated, VoiceNotFound
from litetts_edge.pcm import Samples
from litetts_edge.pipeline.inventory import installed
from litetts_edge.pipeline.voices import Voices
from litetts_edge.speech import Alphabet, Sentence, Voice
from litetts_edge.text.frontend import Frontend
from tests.small_models import PULLED_MODELS
from tests.style_models import PER_ID, Ports, install, sign, table

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "kokoro_voices"


def engine_in(pulled: Path, **choices: object) -> KokoroEngine:
    return KokoroEngine(EngineOptions(threads=1, pulled=pulled, **choices))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KokoroEngine]:
    """Voices that tell their row by how loud they are, and three that are always as loud."""
    pulled = tmp_path_factory.mktemp("models")
    voices = {
        "af_heart": table(),
        "af_bella": table(loud=0.2),
        "af_sarah": table(loud=0.4),
        "bm_fable": table(512),
    }
    install(pulled, "kokoro", voices, packed=True)
    engine = engine_in(pulled)
    engine.load()
    yield engine
    engine.unload()


def said(engine: KokoroEngine, ipa: str, voice: str = "af_heart", speed: float = 1.0, lang: str = "es") -> Samples:
    """What is heard of `ipa`, whose symbols stay as they are in Spanish."""
    spoken = Sentence("text", lang, (0, 4), phonemes=ipa)
    chunks = list(engine.synthesize(spoken, engine.blend(f"kokoro:{voice}"), speed))
    assert [chunk.ends_sentence for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    return np.concatenate([chunk.samples for chunk in chunks])


def loudness(samples: Samples) -> float:
    return float(np.abs(samples).max())


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


# -- voices and rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "index"), [(0, 0), (1, 0), (2, 1), (509, 508), (510, 509), (511, 509), (9999, 509)]
)
def test_the_row_is_chosen_by_the_number_of_symbols(count: int, index: int) -> None:
    """`voice[min(n, 510) - 1]`."""
    assert row(count)(510) == index


@pytest.mark.parametrize("count", [1, 509, 510])
@pytest.mark.parametrize("voice", ["af_heart", "bm_fable"])
def test_the_row_reaches_the_graph(kokoro: KokoroEngine, count: int, voice: str) -> None:
    """Also of a table with 512 rows."""
    assert loudness(said(kokoro, "a" * count, voice)) == pytest.approx(count / 1024, rel=1e-3)


def test_511_symbols_are_two_portions(kokoro: KokoroEngine) -> None:
    """The second has a row of its own, and nothing is lost."""
    samples = said(kokoro, "a" * 511)
    assert loudness(samples[: 500 * PER_ID]) == pytest.approx(510 / 1024, rel=1e-3)
    assert 0 < loudness(samples[-PER_ID:]) <= 1.01 / 1024
    assert len(samples) == pytest.approx(511 * PER_ID, abs=2000)


@pytest.mark.parametrize("packed", [False, True])
def test_voices_are_mapped_and_not_read(tmp_path: Path, packed: bool) -> None:
    """From single files and from an npz, the tables are views of the files."""
    install(tmp_path, "kokoro", {"af_heart": table(), "af": table(512, loud=0.5)}, packed=packed)
    tables = StyleTables(chosen_model("kokoro", EngineOptions(pulled=tmp_path)), 510, 512, lambda: 256)
    assert tables.row("af_heart", lambda _: 9)[0] == pytest.approx(10 / 1024)
    assert tables.row("af", lambda rows: rows - 1)[0] == 0.5
    assert all(isinstance(mapped.base, np.memmap) for mapped in tables._open.values())
    tables.close()
    assert tables.row("af_heart", lambda _: 0)[0] == pytest.approx(1 / 1024)


def test_a_compressed_npz_is_read(tmp_path: Path) -> None:
    """It cannot be mapped, so only the voice that is asked for is read."""
    folder = install(tmp_path, "kokoro", {"af_heart": table(loud=0.25)}, packed=True)
    np.savez_compressed(folder / "voices.npz", af_heart=table(loud=0.25), af_sky=table())
    (folder / "voices.npz").replace(folder / "voices.bin")
    sign(folder, "kokoro", {"onnx/model.onnx": "model", "voices.bin": "voices"})
    assert loudness(said(engine_in(tmp_path), "aaa")) == pytest.approx(0.25, rel=1e-3)


WRONG: dict[str, tuple[NDArray[Any], str]] = {
    "too few rows": (table(509), r"\(509, 1, 256\)"),
    "too many rows": (table(513), r"\(513, 1, 256\)"),
    "narrow": (table()[:, :, :128], r"\(510, 1, 128\)"),
    "one number": (np.array(1, np.float32), r"\(\)"),
    "float64": (table().astype(np.float64), "<f8"),
    "objects": (np.array([{}], dtype=object), r"\|O"),
    "column by column": (np.asfortranarray(table()), "no npy file of plain numbers in rows"),
    "no numbers": (np.full((510, 1, 256), np.nan, np.float32), "no numbers"),
}


@pytest.mark.parametrize(("values", "found"), WRONG.values(), ids=WRONG.keys())
def test_a_voice_of_the_wrong_shape_is_named(tmp_path: Path, values: NDArray[Any], found: str) -> None:
    """File, voice, what was found and what was wanted."""
    install(tmp_path, "kokoro", {"af_heart": values}, packed=True)
    with pytest.raises(EngineFailed, match=rf"voices\.bin.*af_heart.*{found}"):
        engine_in(tmp_path).load()


def test_a_single_file_of_the_wrong_size_is_named(tmp_path: Path) -> None:
    """As a voice of another model would be, or half a download with a manifest that fits."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()})
    file = folder / "voices/af_heart.bin"
    roles = {"onnx/model.onnx": "model", "voices/af_heart.bin": "voice"}
    for size, found in ((522_239, "522239 bytes"), (0, "0 bytes"), (1024, r"\(1, 1, 256\)")):
        file.write_bytes(bytes(size))
        sign(folder, "kokoro", roles)
        with pytest.raises(EngineFailed, match=rf"af_heart\.bin.*{found}.*wanted is \(510 to 512, 1, 256\)"):
            engine_in(tmp_path).load()
    file.write_bytes(bytes(522_240) + b"x")
    with pytest.raises(EngineFailed, match=r"af_heart\.bin is damaged: its sha256"):
        engine_in(tmp_path).load()


def test_a_damaged_npz_is_named(tmp_path: Path) -> None:
    """Where the list of its members is gone, before anything is loaded."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    file = folder / "voices.bin"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(EngineFailed, match=r"voices\.bin is damaged: it is no npz"):
        _ = engine_in(tmp_path).voices


def test_damaged_voices_silence_nobody_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The engine that the settings name has its voices; the damaged model is logged and left out."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    (folder / "voices.bin").write_bytes(b"<html>")
    voices = installed("tone", EngineOptions(pulled=tmp_path))
    assert {"tone", "espeak"} <= set(voices.engines)
    assert "kokoro" not in voices.engines
    assert "voices.bin is damaged" in caplog.text


def test_a_strange_member_is_no_voice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Names that no voice can have are left out, with a warning."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    with zipfile.ZipFile(folder / "voices.bin", "a") as archive:
        archive.writestr("../../evil+name.npy", b"")
    assert [voice.id for voice in engine_in(tmp_path).voices] == ["kokoro:af_heart"]
    assert "evil+name" in caplog.text


def test_without_a_model_it_is_said_what_to_do(tmp_path: Path) -> None:
    """Nothing installed, a model that is not there, a model without voices."""
    with pytest.raises(EngineFailed, match="models pull"):
        _ = engine_in(tmp_path).voices
    install(tmp_path, "kokoro", {})
    with pytest.raises(EngineFailed, match="small has no voices"):
        _ = engine_in(tmp_path).voices
    with pytest.raises(EngineFailed, match=r"'smal' is not installed. Did you mean 'small'"):
        _ = engine_in(tmp_path, model="smal").voices


# -- names -------------------------------------------------------------------------------------------


def test_54_voices_and_af_each_in_its_language(tmp_path: Path) -> None:
    """The languages are tags that the front end reads."""
    install(tmp_path, "kokoro", dict.fromkeys(kokoro_names.NAMES, table(510)), packed=True)
    voices = engine_in(tmp_path).voices
    assert len(voices) == 55
    assert voices[0].id == "kokoro:af_heart"
    by_lang = {voice.lang: voice.id for voice in voices}
    assert set(by_lang) == {"en-US", "en-GB", "es", "fr-FR", "hi", "it", "ja", "pt-BR", "zh"}
    assert {voice.lang for voice in voices if voice.id.startswith("kokoro:z")} == {"zh"}
    assert voices[-1].id == "kokoro:af"
    assert len({voice.name for voice in voices}) == 55


def test_af_is_half_bella_half_sarah(kokoro: KokoroEngine) -> None:
    """Where it has no file of its own."""
    assert loudness(said(kokoro, "aaaa", "af")) == pytest.approx(0.3, rel=1e-3)
    assert "kokoro:af" in {voice.id for voice in kokoro.voices}


@pytest.mark.parametrize(("alias", "voice"), [("fable", "bm_fable"), ("coral", "af_bella"), ("sage", "af_sarah")])
def test_openais_names_are_aliases(kokoro: KokoroEngine, alias: str, voice: str) -> None:
    """They are the voice itself, also for those who look voices up."""
    assert Voices([kokoro]).find(f"kokoro:{alias}") == kokoro.blend(f"kokoro:{voice}")


def test_a_blend_is_the_weighted_mean(kokoro: KokoroEngine) -> None:
    """Aliases may be parts of it."""
    assert loudness(said(kokoro, "aaaa", "af_bella(3)+sage(1)")) == pytest.approx(0.25, rel=1e-3)


def test_a_blend_speaks_the_language_of_its_largest_part(kokoro: KokoroEngine) -> None:
    """The first of equals."""
    assert kokoro.blend("kokoro:af_bella(1)+bm_fable(2)").lang == "en-GB"
    assert kokoro.blend("kokoro:af_bella+bm_fable").lang == "en-US"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("af_hart", "mean 'kokoro:af_heart'"),
        ("fabel", "mean 'kokoro:fable'"),
        ("evning", "No voice"),
        ("af_heart+", "mean 'kokoro:af_heart"),
        ("af_heart(0)", "No voice"),
        ("", "No voice"),
        ("nova", "No voice"),
    ],
)
def test_a_wrong_voice_is_told(kokoro: KokoroEngine, name: str, hint: str) -> None:
    """An alias of a voice that is not installed, too."""
    with pytest.raises(VoiceNotFound, match=hint):
        kokoro.blend(f"kokoro:{name}")


# -- presets -----------------------------------------------------------------------------------------


def test_a_preset_is_a_voice(tmp_path: Path) -> None:
    """It is listed behind the voices, and speaks as its blend."""
    install(tmp_path / "models", "kokoro", {"af_bella": table(loud=0.2), "bf_emma": table(loud=0.6)})
    presets = tmp_path / "presets.yaml"
    presets.write_text("kokoro:\n  evening: bf_emma(3)+af_bella(1)\nkitten: {}\n", "utf-8")
    engine = engine_in(tmp_path / "models", presets=presets)
    assert [voice.id for voice in engine.voices] == ["kokoro:af_bella", "kokoro:bf_emma", "kokoro:evening"]
    evening = engine.blend("kokoro:evening")
    assert (evening.lang, evening.name) == ("en-GB", "Kokoro Evening (25 % af_bella, 75 % bf_emma)")
    assert loudness(said(engine, "aaaa", "evening")) == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kokoro:\n  af_heart: af_heart", "a voice has this name"),
        ("kokoro:\n  alloy: af_heart", "a voice has this name"),
        ("kokoro:\n  odd: af_hart", "No voice named"),
        ("kokoro:\n  Odd one: af_heart", "its name is not"),
        ("kokoro:\n  on: af_heart", "its name is not"),
        ("kokoro:\n  odd: [1]", "its blend is no text"),
        ("kokoro: 5", "no mapping"),
        ("- kokoro", "not read"),
        ("kokoro: {", "not read"),
        ("kokoro: " + "[" * 5000, "not read"),
        ("#" * 70_000, "not read"),
        ("\x00", "not read"),
    ],
)
def test_a_preset_that_cannot_be_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, why: str
) -> None:
    """With a warning that names the file; the engine speaks."""
    install(tmp_path / "models", "kokoro", {"af_heart": table()})
    presets = tmp_path / "presets.yaml"
    presets.write_text(text, "utf-8")
    engine = engine_in(tmp_path / "models", presets=presets)
    assert [voice.id for voice in engine.voices] == ["kokoro:af_heart"]
    assert why in caplog.text
    assert "presets.yaml" in caplog.text


# -- symbols -----------------------------------------------------------------------------------------


def test_the_vocabulary_is_the_published_one() -> None:
    """114 symbols of 178 ids; some of each run, by the published config.json."""
    assert len(VOCABULARY) == 114
    known = {";": 1, "?": 6, "—": 9, "…": 10, " ": 16, "\u0303": 17, "ꭧ": 23, "A": 24, "I": 25, "O": 31, "Q": 33}
    known |= {"S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "f": 48, "h": 50, "z": 68, "ɑ": 69, "æ": 72}
    known |= {
        "β": 75,
        "ç": 78,
        "ɖ": 80,
        "ə": 83,
        "ɜ": 87,
        "ɡ": 92,
        "ɪ": 102,
        "ŋ": 112,
        "ø": 116,
        "œ": 120,
        "ɹ": 123,
    }
    known |= {
        "ɻ": 126,
        "ʧ": 133,
        "ʋ": 136,
        "ɤ": 140,
        "ʎ": 143,
        "ʔ": 148,
        "ː": 158,
        "ʲ": 164,
        "↓": 169,
        "↘": 173,
        "ᵻ": 177,
    }
    assert {symbol: VOCABULARY[symbol] for symbol in known} == known
    assert len(set(VOCABULARY.values())) == len(VOCABULARY)


@pytest.mark.parametrize(
    ("ipa", "lang", "written"),
    [
        ("həlˈoʊ, wˈɜːld!", "en-US", "həlˈO, wˈɜɹld!"),
        ("həlˈəʊ, wˈɜːld!", "en-GB", "həlˈQ, wˈɜːld!"),
        ("ðə bˈʌɾɚ", "en-US", "ðə bˈʌTəɹ"),
        ("el ˈaɪɾe pˈasa poɾ la kˈaʎe.", "es", "el ˈIɾe pˈasa poɾ la kˈaʎe."),
        ("la pˈitsːa e mˈɛdzːo kˈassa", "it", "la pˈiʦːa e mˈɛʣːo kˈaSa"),
        ("bˈoŋ dʒˈiæ, lˈeɪtʃj", "pt-BR", "bˈoŋ ʤˈiæ, lˈAʧj"),
        ("bɔ̃ʒˈuʁ, pətsˈœʁ", "fr-FR", "bɔ̃ʒˈuʁ, pətsˈœʁ"),
        ("nəmˈʌsteː \xe3ː", "hi", "nəmˈʌsteː a\u0303ː"),
        ("ni↗xau↓, ʂɨ↘ʨje↘.", "zh", "ni↗xau↓, ʂɨ↘ʨje↘."),
        ("koɲɲiʨiβa, ʥa", "ja", "koɲɲiʨiβa, ʥa"),
        ("ɪç hˈaːbə ʏbɐ", "de", "ɪç hˈaːbə ybɐ"),
    ],
)
def test_ipa_becomes_kokoros_symbols(ipa: str, lang: str, written: str) -> None:
    """As misaki writes each language."""
    assert symbols(ipa, lang) == written


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Twenty-one bottles of Château-d'Yquem, please!", "en-US"),
        ("The schedule's been re-scheduled: hooray…", "en-GB"),
        ("¿Qué hora es? El pingüino baila en Guadalajara, hijo.", "es"),
        ("Garçon, l'œuf est bon ; un vin blanc, aujourd'hui.", "fr-FR"),
        ("नमस्ते दुनिया, आप कैसे हैं? घर ठंडा है।", "hi"),
        ("La pizza è buona, gli gnocchi mezzo cassa.", "it"),
        ("Bom dia, o leite não está frio; amanhã há pães.", "pt-BR"),
        ("你好，世界。今天二十一度，儿子女士。", "zh"),
    ],
)
def test_what_the_front_end_writes_has_symbols(text: str, lang: str, caplog: pytest.LogCaptureFixture) -> None:
    """In every language that Kokoro has a voice for, no phone is left out."""
    voice = Voice("kokoro:x", "kokoro", lang, SAMPLE_RATE, "X", Alphabet.IPA)
    with caplog.at_level(logging.DEBUG, "litetts_edge.engines"):
        written = [symbols(sentence.phonemes, lang) for sentence in Frontend().sentences(text, voice, "")]
    assert all(map(is_heard, written))
    assert "no symbol" not in caplog.text


def test_symbols_are_total() -> None:
    """Any character in any language gives symbols of the vocabulary or nothing."""
    everything = "".join(map(chr, [*range(0x20, 0x3100), 0x1F389, 0xD7FF, 0xFFFD]))
    for lang in ("en-US", "en-GB", "fr-FR", "zh", "ja", "", "x" * 40):
        assert set(symbols(everything, lang)) <= set(VOCABULARY)


# -- long sentences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aaaa bbbb.", ["aaaa bbbb."]),
        ("aaaaaa. b, cccc", ["aaaaaa.", "b, cccc"]),
        ("aaaaa, bb cccc", ["aaaaa,", "bb cccc"]),
        ("aaaa bbbb cccc", ["aaaa bbbb", "cccc"]),
        ("a. bbbbbbb cccc", ["a. bbbbbbb", "cccc"]),
        ("aaaaaaaaaaaa", ["aaaaaaaaaa", "aa"]),
        ("aaaaaaaaaaːaa", ["aaaaaaaaa", "aːaa"]),
        ("aaaaaaaaaˈaa", ["aaaaaaaaa", "ˈaa"]),
        ("", []),
        (" . ", ["."]),
    ],
)
def test_a_long_sentence_is_cut_where_it_is_heard_least(text: str, parts: list[str]) -> None:
    """Here at most ten symbols: behind the strongest mark, at a space, else between two phonemes."""
    assert [portion.symbols for portion in portions(text, 10)] == parts


def test_no_symbol_is_lost_or_said_twice() -> None:
    """Whatever the text is, its symbols come back in order, at most as many as allowed at a time."""
    random = np.random.default_rng(5)
    for _ in range(300):
        text = "".join(random.choice(list("aeiouˈː\u0303  ,.?—"), size=random.integers(0, 200)))
        made = [portion.symbols for portion in portions(text, 17)]
        assert "".join(made).replace(" ", "") == text.replace(" ", "")
        assert all(0 < len(part) <= 17 for part in made)


def test_a_sentence_of_nothing_is_a_short_silence(kokoro: KokoroEngine) -> None:
    """Marks and unknown symbols alone are no speech."""
    for ipa in ("", "?!", "ˈ ˌ", "\U0001f389", "\x00\ud800"):
        samples = said(kokoro, ipa)
        assert 0 < len(samples) < 1200
        assert not samples.any()


@pytest.mark.parametrize(
    ("asked", "given"), [(0.5, 0.5), (2, 2), (0, 0.5), (-1, 0.5), (99, 2), (float("nan"), 1), (float("inf"), 2)]
)
def test_speed_is_bounded(asked: float, given: float) -> None:
    """From 0.5 to 2."""
    assert bounded(asked) == given


# -- runs --------------------------------------------------------------------------------------------


class Windows:
    """Graphs that speak in three steps, the second of which waits until it is terminated."""

    is_loaded, model_bytes, style_width = True, 0, 256

    def __init__(self) -> None:
        self.terminate: Callable[[], None] = lambda: None

    def load(self) -> None: ...

    def unload(self) -> None: ...

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
