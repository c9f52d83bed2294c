"""KittenTTS: both kinds of voices, its symbols, its config, its tail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from litetts_edge.engines.kitten import KittenEngine
from litetts_edge.engines.kitten_symbols import VOCABULARY, ids, is_heard, symbols
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import EngineFailed
from litetts_edge.pcm import Samples
from litetts_edge.speech import Sentence
from tests.style_models import PER_ID, Ports, Table, install, table

ONE_ROW: Mapping[str, Table] = {"expr-voice-2-m": table(loud=0.2)[:1, 0], "expr-voice-5-f": table(loud=0.4)[:1, 0]}
MANY_ROWS: Mapping[str, Table] = {"expr-voice-2-m": table(400)[:, 0]}


def engine_in(pulled: Path, voices: Mapping[str, Table] = ONE_ROW, **more: Any) -> KittenEngine:
    install(pulled, "kitten", voices, packed=True, **more)
    return KittenEngine(EngineOptions(threads=1, pulled=pulled))


def sentence(text: str, ipa: str) -> Sentence:
    return Sentence(text, "en-US", (0, len(text)), phonemes=ipa)


def said(
    engine: KittenEngine, ipa: str, voice: str = "expr-voice-2-m", *, text: str = "text", speed: float = 1.0
) -> Samples:
    chunks = list(engine.synthesize(sentence(text, ipa), engine.blend(f"kitten:{voice}"), speed))
    assert [chunk.ends_sentence for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    return np.concatenate([chunk.samples for chunk in chunks])


def loudness(samples: Samples) -> float:
    return float(np.abs(samples).max())


def test_voices_are_those_of_the_file(tmp_path: Path) -> None:
    """In English, with what their names tell."""
    first, second = engine_in(tmp_path).voices
    assert (first.id, first.name, first.lang) == ("kitten:expr-voice-2-m", "Kitten 2 (male)", "en-US")
    assert (second.id, second.name) == ("kitten:expr-voice-5-f", "Kitten 5 (female)")


def test_a_voice_of_one_row_speaks_all_lengths(tmp_path: Path) -> None:
    """As in 0.1 and 0.2; blends are made of such rows, too."""
    engine = engine_in(tmp_path)
    for count in (5, 300):
        assert loudness(said(engine, "a" * count)) == pytest.approx(0.2, rel=1e-3)
    assert loudness(said(engine, "aaaaa", "expr-voice-2-m+expr-voice-5-f")) == pytest.approx(0.3, rel=1e-3)


@pytest.mark.parametrize(("characters", "row"), [(1, 1), (50, 50), (399, 399), (400, 399), (5000, 399)])
def test_a_row_is_chosen_by_the_texts_length(tmp_path: Path, characters: int, row: int) -> None:
    """As in 0.8: `min(len(text), rows - 1)`."""
    engine = engine_in(tmp_path, MANY_ROWS)
    assert loudness(said(engine, "aaaaa", text="x" * characters)) == pytest.approx((row + 1) / 1024, rel=1e-3)


@pytest.mark.parametrize(("voices", "ends"), [(ONE_ROW, False), (MANY_ROWS, True)])
def test_models_with_many_rows_have_an_end(tmp_path: Path, voices: Mapping[str, Table], ends: bool) -> None:
    """Their last symbol is an ellipsis, which sounds here and is cut with the rest of the tail."""
    engine = engine_in(tmp_path, voices, ports=Ports(has_durations=True))
    engine.load()
    (spoken,) = engine.portions(sentence("aaa", "aaa"), engine.voices[0])
    assert list(spoken.ids) == [0, 43, 43, 43, *([10] if ends else []), 0]
    assert spoken.tail_ids == 1 + ends


def test_no_more_is_cut_than_the_last_ids_last(tmp_path: Path) -> None:
    """Where the graph tells durations; else the published 5000 samples, of whatever is there."""
    engine = engine_in(tmp_path / "told", ports=Ports(has_durations=True))
    assert len(said(engine, "aaaaaaaaaa")) == pytest.approx(10 * PER_ID, abs=1000)
    engine = engine_in(tmp_path / "untold")
    assert len(said(engine, "aaaaaaaaaa")) == pytest.approx(12 * PER_ID - 5000 - PER_ID, abs=1000)
    assert len(said(engine, "a"))


def test_the_config_names_and_paces_voices(tmp_path: Path) -> None:
    """`voice_aliases` in lower case, and `speed_priors` for the natural rate."""
    config = {"voice_aliases": {"Jasper": "expr-voice-2-m"}, "speed_priors": {"expr-voice-2-m": 0.8}}
    engine = engine_in(tmp_path, config=config, ports=Ports(has_durations=True))
    assert engine.blend("kitten:jasper") == engine.voices[0]
    usual = len(said(engine, "a" * 20, "expr-voice-5-f"))
    assert len(said(engine, "a" * 20)) == pytest.approx(usual / 0.8, rel=0.03)
    assert len(said(engine, "a" * 20, speed=0.5)) == pytest.approx(usual / 0.4, rel=0.03)


def test_a_model_of_0_8_as_it_is_published(tmp_path: Path) -> None:
    """Its whole config.json, 400 rows of 256 for each voice, and the inputs that the published code gives."""
    names = ("Bella", "Jasper", "Luna", "Bruno", "Rosie", "Hugo", "Kiki", "Leo")
    voices = [f"expr-voice-{number}-{sex}" for number in (2, 3, 4, 5) for sex in ("f", "m")]
    config = {
        "name": "Kitten TTS Nano",
        "version": "0.8",
        "type": "ONNX2",
        "model": "kitten-tts-nano-0.8",
        "voices": "voices.npz",
        "model_file": "kitten_tts_nano_v0_8.onnx",
        "speed_priors": dict.fromkeys(voices, 0.8) | {"expr-voice-4-m": 0.9},
        "voice_aliases": dict(zip(names, voices, strict=True)),
    }
    engine = engine_in(tmp_path, {name: table(400)[:, 0] for name in voices}, config=config)
    engine.load()
    assert [engine.blend(f"kitten:{name.lower()}").id for name in names] == [f"kitten:{voice}" for voice in voices]
    (hugo,) = engine.portions(sentence("x" * 7, "həlˈoʊ!"), engine.blend("kitten:hugo"))
    assert list(hugo.ids) == [0, *(VOCABULARY[symbol] for symbol in "həlˈoʊ !"), 10, 0]
    assert (hugo.pace, hugo.style[0, 0]) == (0.9, pytest.approx(8 / 1024))


def test_a_model_of_0_2_as_it_is_published(tmp_path: Path) -> None:
    """One row for each voice, and no ellipsis at the end: that came with 0.8."""
    engine = engine_in(tmp_path, config={"type": "ONNX1", "model_file": "kitten_tts_nano_v0_2.onnx"})
    engine.load()
    (spoken,) = engine.portions(sentence("hello", "həlˈoʊ"), engine.voices[0])
    assert list(spoken.ids) == [0, *(VOCABULARY[symbol] for symbol in "həlˈoʊ"), 0]
    assert spoken.pace == 1.0


@pytest.mark.parametrize(
    "config", [{"speed_priors": {"a": "fast"}}, {"speed_priors": {"a": 0}}, {"voice_aliases": [1]}, [1], 5]
)
def test_a_config_that_cannot_be_is_as_if_unsaid(
    tmp_path: Path, config: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged by name, and the engine speaks."""
    assert len(said(engine_in(tmp_path, config=config), "aaa"))
    assert "config.json is not read" in caplog.text


def test_a_voice_of_the_wrong_shape_is_named(tmp_path: Path) -> None:
    """One without rows, and a narrow one."""
    for number, wrong in enumerate((table()[:0, 0], table()[:1, 0, :128])):
        engine = engine_in(tmp_path / str(number), {"expr-voice-2-m": wrong})
        with pytest.raises(EngineFailed, match=r"voices\.bin.*wanted is \(1 to 1024, 1, 256\)"):
            engine.load()


def test_the_vocabulary_is_the_published_one() -> None:
    """178 symbols counted by place; of a symbol that is there twice, the last place."""
    known = {"$": 0, ";": 1, ".": 4, "—": 9, "…": 10, '"': 15, " ": 16, "A": 17, "a": 43, "z": 68, "ɑ": 69}
    known |= {"ˈ": 156, "ː": 158, "↓": 169, "'": 176, "ᵻ": 177}
    assert {symbol: VOCABULARY[symbol] for symbol in known} == known
    assert max(VOCABULARY.values()) == 177


@pytest.mark.parametrize(
    ("ipa", "written"),
    [
        ("həlˈoʊ, wˈɜːld!", "həlˈoʊ , wˈɜːld !"),
        ("nˈʌt\u200cʃˈɛl", "nˈʌtʃˈɛl"),
        ("a ⚡ b", "a b"),
        ("bˈʌʔn\u0329", "bˈʌʔn \u0329"),
        ("", ""),
    ],
)
def test_words_and_marks_are_one_space_apart(ipa: str, written: str) -> None:
    """As the published code joins them."""
    assert symbols(ipa) == written
    assert list(ids(written, ends=False)[1:-1]) == [VOCABULARY[symbol] for symbol in written]


@pytest.mark.parametrize(
    ("text", "heard"), [("", False), (". , !", False), ("ˈ", False), ("ə", True), ("a", True)]
)
def test_marks_alone_are_not_heard(text: str, heard: bool) -> None:
    """They become a short silence."""
    assert is_heard(text) is heard


def test_a_long_sentence_is_spoken_whole(tmp_path: Path) -> None:
    """In portions that the text encoder takes."""
    engine = engine_in(tmp_path, MANY_ROWS, ports=Ports(has_durations=True))
    engine.load()
    text = "aaaa bbbb, " * 100
    spoken = engine.portions(sentence(text, text), engine.voices[0])
    assert len(spoken) > 1
    assert all(len(part.ids) <= 512 for part in spoken)
    assert sum(int((part.ids == VOCABULARY["a"]).sum()) for part in spoken) == 400
