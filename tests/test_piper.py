"""Piper voices: what they read, how they speak in windows, and what happens to files that are none.

The voices have random weights: right graphs, no speech.
"""

from __future__ import annotations

import dataclasses
import math
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.memory import Room
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.piper import PiperEngine
from litetts_edge.engines.piper_config import PiperConfig, read_config
from litetts_edge.engines.piper_graphs import FIRST
from litetts_edge.engines.piper_input import MOST_SYMBOLS, alphabet, read, written
from litetts_edge.engines.piper_windows import FACTS, Part, normals
from litetts_edge.engines.portions import AT_ONCE_S, symbols_at_once
from litetts_edge.errors import EngineFailed, Terminated, VoiceNotFound
from litetts_edge.pcm import Samples
from litetts_edge.speech import Alphabet, Sentence, Voice
from litetts_edge.text import espeak
from litetts_edge.text.frontend import Frontend
from tests import piper_models

HOP = 256


@pytest.fixture(scope="module")
def engine() -> Iterator[PiperEngine]:
    made = windowed()
    made.load()
    yield made
    made.unload()


def windowed(model: str = piper_models.SMALL, **more: Any) -> PiperEngine:
    return PiperEngine(
        EngineOptions(
            threads=1, model=model, pulled=piper_models.ENGINES, prepared=piper_models.prepared(), **more
        )
    )


def config_of(name: str = piper_models.SMALL, **changed: Any) -> PiperConfig:
    model = read_installed(piper_models.ENGINES / name)
    return dataclasses.replace(read_config(model), **changed)


def spoken(text: str, lang: str = "en-US") -> Sentence:
    voice = Voice("piper:x", "piper", lang, 22050, "x", Alphabet.IPA)
    return next(Frontend().sentences(text, voice, ""))


def ipa(phonemes: str) -> Sentence:
    return Sentence("x", "en-US", (0, 1), phonemes=phonemes)


def said(engine: PiperEngine, sentence: Sentence, voice: int = 0, speed: float = 1.0) -> Samples:
    made = list(engine.synthesize(sentence, engine.voices[voice], speed))
    assert [chunk.ends_sentence for chunk in made] == [False] * (len(made) - 1) + [True]
    return np.concatenate([chunk.samples for chunk in made])


# --- what it reads


def test_ids_are_framed_and_padded() -> None:
    """A sentence is ^ _ symbol _ … $, as in Piper's training."""
    config = config_of()
    (portion,) = read(ipa("ɐ."), config)
    pad, dot = config.ids["_"][0], config.ids["."][0]
    assert portion.ids == [config.ids["^"][0], pad, config.ids["ɐ"][0], pad, dot, pad, config.ids["$"][0]]


def test_a_sentence_without_an_end_gets_one() -> None:
    """Training sentences end with a mark; without one a voice cuts off its last sound."""
    config = config_of()
    assert list(read(ipa("ɐ"), config)) == list(read(ipa("ɐ."), config))
    assert list(read(ipa("ɐ?"), config)) != list(read(ipa("ɐ."), config))


@pytest.mark.parametrize("lang", ["en-US", "en-GB"])
@pytest.mark.parametrize(
    "text",
    ["he was happy", "She saw me.", "what an idea", "a button", "my hat, and that!", "near the house"],
)
def test_english_is_written_as_espeak_writes_it(text: str, lang: str) -> None:
    """What our inventory writes otherwise is put back: the voice gets the symbols of its training."""
    ours = written(spoken(text, lang), config_of(espeak_voice=lang.lower()))
    theirs = espeak.phonemes(text, lang)
    assert ours.replace("ˌ", "") == theirs.replace("ˌ", "")


def test_the_accent_of_received_pronunciation() -> None:
    """A voice trained on en-gb-x-rp gets the letter and happy vowels of that accent."""
    text = "the happy letter, and better water"
    ours = written(spoken(text, "en-GB"), config_of(espeak_voice="en-gb-x-rp"))
    assert ours.replace("ˌ", "") == espeak.phonemes(text, "en-gb-x-rp").replace("ˌ", "")


def test_our_readings_are_kept() -> None:
    """A homograph is read as our front end reads it, not as espeak-ng does."""
    assert "lˈɛd" in written(spoken("The pipe is made of lead."), config_of())


def test_marks_are_those_of_espeak_clauses() -> None:
    """A dash and an ellipsis are semicolons, as espeak-ng ends its clauses; no space stands before a mark."""
    assert written(ipa("ɐ — ɐ… ɐ"), config_of()) == "ɐ; ɐ; ɐ"


def test_an_unknown_symbol_becomes_its_nearest() -> None:
    """A map without ɡ takes g, one without ɝ takes ɜː, and what nothing is near to is left out."""
    config = config_of()
    known = {symbol: ids for symbol, ids in config.ids.items() if symbol not in {"g", "ᵻ"}}
    poor = dataclasses.replace(config, ids=known)
    assert list(read(ipa("ᵻg"), poor)) == list(read(ipa("ɪɡ"), poor))
    assert list(read(ipa("ɐ☃"), poor)) == list(read(ipa("ɐ"), poor))


def test_a_voice_of_letters_reads_the_text() -> None:
    """phoneme_type text: code points, decomposed; a capital that is not in the map is a small letter."""
    config = config_of(phoneme_type="text")
    assert alphabet(config) is Alphabet.TEXT
    sentence = Sentence("Ça", "fr-FR", (0, 2))
    (portion,) = read(sentence, config)
    wanted = [config.ids[symbol][0] for symbol in ("c", "\u0327", "a", ".")]
    assert portion.ids[2:-1:2] == wanted


def test_words_are_phonemized_by_the_voices_own_language() -> None:
    """Where our front end has no phonemes for it, espeak-ng is asked in the language of the JSON."""
    config = config_of(lang="zh-CN", espeak_voice="cmn")
    assert alphabet(config) is Alphabet.TEXT
    assert written(Sentence("你好", "zh-CN", (0, 2)), config) == espeak.phonemes("你好", "cmn")


def test_a_long_sentence_is_read_in_portions_without_loss() -> None:
    """2,000 phonemes: each portion is short, cut at spaces, and all symbols are there, with a mark at each cut."""
    config = config_of()
    sentence = ipa(" ".join(["bɐnˈænɐ"] * 250) + ".")
    portions = list(read(sentence, config))
    assert all(len(portion.ids) <= 2 * (MOST_SYMBOLS + 2) + 3 for portion in portions)
    said = [portion.ids[2:-1:2] for portion in portions]
    comma = config.ids[","][0]
    assert [ids[-1] == comma for ids in said] == [portion.runs_on for portion in portions]
    assert [portion.runs_on for portion in portions] == [True] * (len(portions) - 1) + [False]
    (whole,) = read(sentence, config, most=5_000)
    assert [one for ids in said for one in ids if one != comma] == whole.ids[2:-1:2]


def test_a_cut_behind_a_mark_is_left_to_the_voice() -> None:
    """It pauses there as it would in the whole; no mark is put where one is."""
    config = config_of()
    clause = "bɐnˈænɐ bɐnˈænɐ,"
    first, second = read(ipa(f"{clause} bɐnˈænɐ bɐnˈænɐ."), config, most=24)
    assert not first.runs_on
    assert first.ids[2:-1:2][-2:] == [config.ids[","][0], config.ids[" "][0]]
    assert len(first.ids[2:-1:2]) + len(second.ids[2:-1:2]) == 2 * len(clause) + 1


# --- how it speaks


@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0])
def test_a_whole_graph_is_given_what_its_memory_is_reckoned_for(speed: float) -> None:
    """The slower the voice, the fewer symbols in one go: what the graph makes stays about AT_ONCE_S at most."""
    engine = PiperEngine(EngineOptions(threads=1, model=piper_models.SMALL, pulled=piper_models.ENGINES))
    sentence = ipa(" ".join(["bɐnˈænɐ"] * 50) + ".")
    chunks = list(engine.synthesize(sentence, engine.voices[0], speed))
    longest = max(chunk.seconds for chunk in chunks)
    assert min(AT_ONCE_S / 2, 100 / speed / 22) < longest < AT_ONCE_S * 1.25
    assert len(chunks) >= len(sentence.phonemes) / symbols_at_once(speed)


def test_windows_are_given_whole_sentences(engine: PiperEngine) -> None:
    """Their memory does not grow with them."""
    assert engine._use(next(iter(engine._models.values()))).graphs.symbols_at_once(4.0) == MOST_SYMBOLS


def test_words_that_were_cut_apart_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The silence that a voice ends each portion with is taken off between two words, and stays at a mark."""
    engine = PiperEngine(EngineOptions(threads=1, model=piper_models.SMALL, pulled=piper_models.ENGINES))
    graphs = engine._use(next(iter(engine._models.values()))).graphs
    rest = np.zeros(11_025, dtype=np.float32)
    hum = 0.5 * np.cos(np.arange(22_050, dtype=np.float32))
    spoken_so = np.concatenate((rest, hum, rest))
    monkeypatch.setattr(graphs, "speak", lambda told, begin: iter([(spoken_so, True)]))
    monkeypatch.setattr(graphs, "symbols_at_once", lambda length_scale: 30)
    words = " ".join(["bɐnˈænɐ"] * 3)
    apart = said(engine, ipa(f"{words} {words}."))
    paused = said(engine, ipa(f"{words}, {words}."))
    assert len(apart) / 22_050 == pytest.approx(0.5 + 1 + 0.04 + 1 + 0.5, abs=0.01)
    assert len(paused) / 22_050 == pytest.approx(4.0)


def test_each_speaker_is_a_voice() -> None:
    """Two speakers are three voices, the first of them the default, in the JSON's language."""
    made = windowed(piper_models.SPEAKERS)
    names = read_config(read_installed(piper_models.ENGINES / piper_models.SPEAKERS)).speakers
    ids = [voice.id for voice in made.voices if voice.id.startswith("piper:piper-small-speakers")]
    assert ids == ["piper:piper-small-speakers", *(f"piper:piper-small-speakers#{name}" for name in names)]
    assert made.voices[0].lang == "de-DE"
    sentence = Sentence("x", "de-DE", (0, 1), phonemes="hˈaloː vˈɛlt")
    first, same, other = (said(made, sentence, voice) for voice in (0, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert len(other) != len(first) or not np.allclose(other, first, atol=0.01)


def test_one_model_takes_over_from_another(engine: PiperEngine) -> None:
    """A voice of another model is loaded for its sentence, and the one before it comes back."""
    before = said(engine, spoken("Hello there."))
    other = next(place for place, voice in enumerate(engine.voices) if "speakers" in voice.id)
    assert len(said(engine, spoken("Hello there."), other))
    np.testing.assert_array_equal(said(engine, spoken("Hello there.")), before)


def test_without_room_for_two_the_one_before_is_unloaded_first(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And that is said; with room, both are loaded for a moment."""
    for room, unloads in ((10**12, []), (0, [piper_models.SMALL])):
        monkeypatch.setattr("litetts_edge.engines.piper.available", lambda free=room: Room(free, "the test"))
        caplog.clear()
        made = windowed()
        for voice in (0, -1):
            assert len(said(made, spoken("Hello."), voice))
        told = [record.getMessage() for record in caplog.records if "is unloaded first" in record.getMessage()]
        assert [text.partition(" ")[0] for text in told] == unloads
        made.unload()


def test_a_sentence_ends_with_the_model_it_began_with() -> None:
    """Though another voice of Piper speaks meanwhile, on the other lane; then its model is gone."""
    made = windowed()
    text = spoken("The front door is open, and so is the window, and the light in the kitchen is on.")
    whole = said(made, text)
    begun = made.synthesize(text, made.voices[0], 1.0)
    parts, before = [next(begun)], made._use(made._find(made.voices[0].id)[0])
    assert len(said(made, spoken("Hello."), -1))
    parts += begun
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts]), whole)
    assert before.graphs.model_bytes == 0
    made.unload()


def test_repeats_are_the_same_and_texts_differ(engine: PiperEngine) -> None:
    """Noise depends on the sentence alone."""
    first = said(engine, spoken("Good morning."))
    said(engine, spoken("Another one."))
    np.testing.assert_array_equal(said(engine, spoken("Good morning.")), first)
    assert not np.array_equal(normals(4, 0, 9, seed=1), normals(4, 0, 9, seed=2))


def test_the_first_window_is_short(engine: PiperEngine) -> None:
    """Of a long sentence, the first chunk has FIRST frames or what the measured speed asks for, never all."""
    text = "The front door is open, and so is the window, and the light in the kitchen is on."
    made = list(engine.synthesize(spoken(text), engine.voices[0], 1.0))
    assert len(made) > 3
    assert len(made[0].samples) == FIRST * HOP


def test_speed_is_the_length_scale(engine: PiperEngine) -> None:
    """Slower is longer; out of range is the nearest, NaN is the natural rate."""
    sentence = spoken("The front door is open, and the light is on.")
    natural = len(said(engine, sentence))
    assert len(said(engine, sentence, speed=0.5)) > 1.6 * natural
    assert len(said(engine, sentence, speed=math.nan)) == natural
    assert len(said(engine, sentence, speed=0.0)) == len(said(engine, sentence, speed=0.25))


def test_one_phoneme_and_none(engine: PiperEngine) -> None:
    """One phoneme is heard; a sentence of marks alone is 20 ms of silence."""
    assert np.abs(said(engine, ipa("ɐ"))).max() > 0
    nothing = said(engine, ipa("…!"))
    assert len(nothing) == 441
    assert not nothing.any()


def test_two_thousand_phonemes(engine: PiperEngine) -> None:
    """A sentence of any length is spoken, in windows, and only its last chunk ends it."""
    assert len(said(engine, ipa(" ".join(["bɐnˈænɐ"] * 250)))) > 20 * 22050


def test_terminate_in_the_middle() -> None:
    """terminate() from another thread ends a long sentence with Terminated; the next sentence is complete."""
    made = windowed()
    made.load()
    whole = said(made, ipa("bɐnˈænɐ"))
    long = ipa(" ".join(["bɐnˈænɐ"] * 2000))
    ended: list[bool] = []

    def speak() -> None:
        try:
            list(made.synthesize(long, made.voices[0], 1.0))
        except Terminated:
            ended.append(True)

    speaker = threading.Thread(target=speak)
    speaker.start()
    while speaker.is_alive():  # one before the run has begun is forgotten, as it should be
        made.terminate()
        speaker.join(0.01)
    assert ended
    np.testing.assert_array_equal(said(made, ipa("bɐnˈænɐ")), whole)
    made.unload()


@pytest.mark.parametrize("options", [{"prepared": None}, {"prepared": Path("/nowhere")}])
def test_without_prepared_graphs_it_speaks_whole_sentences(options: dict[str, Any]) -> None:
    """The published file runs as it is: one chunk for a sentence."""
    made = PiperEngine(EngineOptions(threads=1, pulled=piper_models.ENGINES, **options))
    chunks = list(made.synthesize(spoken("Good morning."), made.voices[0], 1.0))
    assert [chunk.ends_sentence for chunk in chunks] == [True]
    assert windowed(stream=Stream.OFF).voices == made.voices


def test_a_damaged_prepared_graph_costs_the_windows_not_the_voice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The published file speaks, and the log has what to do."""
    prepared = shutil.copytree(piper_models.prepared(), tmp_path / "prepared")
    flow = prepared / piper_models.SMALL / "flow.onnx"
    flow.write_bytes(flow.read_bytes()[:-1] + b"\0")
    engine = PiperEngine(EngineOptions(pulled=piper_models.ENGINES, model=piper_models.SMALL, prepared=prepared))
    assert len(list(engine.synthesize(spoken("Good morning."), engine.voices[0], 1.0))) == 1
    assert "models optimize piper-small --force" in caplog.text


def test_unload_and_back(engine: PiperEngine) -> None:
    """After unload() the same model comes back; twice is once."""
    before = said(engine, spoken("Good morning."))
    engine.unload()
    engine.unload()
    assert engine.model_bytes == 0
    engine.load()
    assert engine.model_bytes > 100_000
    np.testing.assert_array_equal(said(engine, spoken("Good morning.")), before)


def test_a_voice_that_is_not_there(engine: PiperEngine) -> None:
    """An unknown model or speaker is a voice that is not found."""
    for name in ("piper:nobody", "piper:piper-small#nobody", "piper:piper-small-speakers#x"):
        voice = dataclasses.replace(engine.voices[0], id=name)
        with pytest.raises(VoiceNotFound):
            next(iter(engine.synthesize(ipa("ɐ"), voice, 1.0)))


# --- files that are no voice


def alone(folder: Path) -> PiperEngine:
    return PiperEngine(EngineOptions(threads=1, pulled=folder))


def test_no_voice_at_all(tmp_path: Path) -> None:
    """Without a model the message says how to get one."""
    with pytest.raises(EngineFailed, match="models list"):
        alone(tmp_path).load()


def test_a_missing_json(tmp_path: Path) -> None:
    """The voices say which file to get, also when the manifest knows of none."""
    model = piper_models.install(tmp_path)
    model.files_of("config")[0].path.unlink()
    with pytest.raises(EngineFailed, match=r"onnx\.json cannot be read"):
        _ = alone(tmp_path).voices
    with pytest.raises(EngineFailed, match=r"has no JSON.*small-medium\.onnx\.json"):
        read_config(dataclasses.replace(model, files=model.files_of("model")))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"phoneme_id_map": None}, "phoneme_id_map is missing"),
        ({"phoneme_id_map": {"^": [1], "$": [2], "_": [0], "a": []}}, "gives 'a' no ids"),
        ({"phoneme_id_map": {"a": [3]}}, r"has no \^ \$ _"),
        ({"phoneme_id_map": {"^": [1], "$": [2], "_": [0]}}, "no letters"),
        ({"num_symbols": 3}, "num_symbols is 3"),
        ({"audio": {}}, "audio.sample_rate"),
        ({"audio": {"sample_rate": True}}, "audio.sample_rate"),
        ({"espeak": None}, "espeak.voice"),
        ({"phoneme_type": "pinyin"}, "phoneme_type is 'pinyin'"),
        ({"inference": {"noise_w": "loud"}}, "inference.noise_w"),
        ({"inference": {"noise_w": 10}}, "inference.noise_w"),
        ({"inference": {"length_scale": 0}}, "inference.length_scale"),
        (
            {"num_symbols": None, "phoneme_id_map": {"^": [1], "$": [2], "_": [0], "a": [2**70]}},
            "gives 'a' no ids",
        ),
        ({"num_speakers": 2, "speaker_id_map": {"anna": 7}}, "speaker_id_map"),
    ],
)
def test_a_json_that_says_what_cannot_be(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    """The file and the key are named."""
    model = piper_models.install(tmp_path)
    piper_models.rewrite_config(model, **changed)
    with pytest.raises(EngineFailed, match=rf"medium\.onnx\.json is not the JSON of a Piper voice: .*{told}"):
        read_config(model)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_json_that_an_editor_saved_in_its_own_way(tmp_path: Path, encoding: str) -> None:
    """What the import reads, the engine reads."""
    model = piper_models.install(tmp_path)
    path = model.files_of("config")[0].path
    path.write_text(path.read_text("utf-8"), encoding=encoding)
    assert read_config(model).ids


def test_a_language_that_espeak_has_not_is_a_fault_of_the_voice(tmp_path: Path) -> None:
    """So a spare voice speaks: the sender asked for no language."""
    model = piper_models.install(tmp_path)
    piper_models.rewrite_config(model, espeak={"voice": "xx-none"})
    sentence = Sentence("Hallo.", "de-DE", (0, 6))
    with pytest.raises(EngineFailed, match="'xx-none'"):
        list(read(sentence, read_config(model)))


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", "[" * 100_000])
def test_a_json_that_is_none(tmp_path: Path, text: str) -> None:
    """What is no JSON object is said to be none."""
    model = piper_models.install(tmp_path)
    model.files_of("config")[0].path.write_text(text, encoding="utf-8")
    with pytest.raises(EngineFailed, match=r"is damaged: it is no JSON|it is no object"):
        read_config(model)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"num_speakers": 2, "speaker_id_map": {"anna": 0, "ben": 1}},
            "names 2 speakers, and the graph takes none",
        ),
        ({"num_symbols": 5000, "phoneme_id_map": {"^": [1], "$": [2], "_": [0], "a": [4999]}}, "ids up to 4999"),
    ],
)
def test_the_json_of_another_voice(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    """load() tells that graph and JSON do not belong together, by speakers or by ids; nothing stays loaded."""
    model = piper_models.install(tmp_path)
    piper_models.rewrite_config(model, **changed)
    made = alone(tmp_path)
    with pytest.raises(EngineFailed, match=f"not of one voice: .*{told}"):
        made.load()
    assert made.model_bytes == 0


def test_a_graph_that_is_no_voice(tmp_path: Path) -> None:
    """Another engine's graph beside a Piper JSON is told by its inputs."""
    import hashlib
    import json

    model = piper_models.install(tmp_path)
    path = model.files_of("model")[0].path
    data = piper_models.parts(piper_models.SMALL).decoder.SerializeToString()
    path.write_bytes(data)
    manifest = json.loads((model.folder / "manifest.json").read_text("utf-8"))
    manifest["files"][path.name]["sha256"] = hashlib.sha256(data).hexdigest()
    (model.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(EngineFailed, match="is not the graph of a Piper voice: it takes latent"):
        alone(tmp_path).load()


def test_a_voice_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    """A damaged second voice is an error; the first speaks on as before."""
    piper_models.install(tmp_path)
    broken = piper_models.install(tmp_path, piper_models.SPEAKERS)
    made = alone(tmp_path)
    made.load()
    loaded = made.model_bytes
    path = broken.files_of("model")[0].path
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(EngineFailed, match="is damaged"):
        said(made, ipa("ɐ"), next(place for place, one in enumerate(made.voices) if "speakers" in one.id))
    assert made.model_bytes == loaded
    assert len(said(made, ipa("ɐ")))


@pytest.mark.parametrize(
    "text", ["", "[]", '{"time": {}}', '{"time": {}, "before": -1, "after": 0, "channels": 1}']
)
def test_a_graph_that_does_not_declare_its_windows(text: str) -> None:
    """A prepared graph without its facts is refused, never guessed."""
    with pytest.raises(ValueError, match="declare"):
        Part.of({FACTS: text})
