"""The compact voice: windows that join without a trace, speed, blends, hostile lengths, damaged files."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from litetts_edge import engines
from litetts_edge.engines.blend import weights
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.compact_graphs import Prosody
from litetts_edge.engines.compact_input import PHONES, UNTRAINED, read
from litetts_edge.engines.compact_units import SAMPLE_RATE
from litetts_edge.engines.compact_windows import FIRST_STEPS, WHOLE, noise, window_at
from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.onnx import OnnxModel, library
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed, Terminated, VoiceNotFound
from litetts_edge.events import Finished
from litetts_edge.pcm import Samples
from litetts_edge.pipeline.inventory import installed
from litetts_edge.pipeline.voices import Voices
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend
from litetts_edge.text.phonemes import MARKS
from tests.desk import ask, open_desk

SHORT = "Hi."
USUAL = "The front door is open, and the light in the kitchen is still on."
LONG = "The quick brown fox jumps over the lazy dog while seventeen people play a slow waltz in the old town hall "
MANY_PHONES = "1234567890" * 20
SILENT = 10 ** (-60 / 20)


@pytest.fixture(scope="module")
def engine() -> Iterator[CompactEngine]:
    made = CompactEngine(models=engines.MODELS)
    made.load()
    yield made
    made.unload()


@pytest.fixture(scope="module")
def uncut() -> Iterator[CompactEngine]:
    """The same, but every sentence is one window."""
    made = CompactEngine(models=engines.MODELS, first_steps=WHOLE)
    made.load()
    yield made
    made.unload()


def sentence(text: str, lang: str = "") -> Sentence:
    return next(Frontend().sentences(text, CompactEngine.voices[0], lang))


def said(engine: CompactEngine, text: str, speed: float = 1.0, voice: str = "compact:slt") -> Samples:
    chunks = list(engine.synthesize(sentence(text), engine.blend(voice), speed))
    return np.concatenate([chunk.samples for chunk in chunks])


def level_db(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-12))


def pitch_hz(samples: Samples) -> float:
    """The median of the loud pieces of 0.05 s, by autocorrelation between 60 and 320 Hz."""
    size, shortest = SAMPLE_RATE // 20, SAMPLE_RATE // 320
    pieces = np.split(samples[: len(samples) // size * size], len(samples) // size)
    loudest = max(map(level_db, pieces))
    found = []
    for piece in pieces:
        if level_db(piece) > loudest - 10:
            alike = np.correlate(piece, piece, "full")[size - 1 :]
            found.append(SAMPLE_RATE / (shortest + int(np.argmax(alike[shortest : SAMPLE_RATE // 60]))))
    return float(np.median(found))


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


# -- windows -----------------------------------------------------------------------------------------


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


# -- what is heard -----------------------------------------------------------------------------------


def test_repeats_are_identical(engine: CompactEngine) -> None:
    """To the bit, in an engine that was loaded anew and after other sentences too."""
    first = said(engine, USUAL)
    said(engine, LONG, 1.3, "compact:awb")
    np.testing.assert_array_equal(said(engine, USUAL), first)
    another = CompactEngine(models=engines.MODELS)
    np.testing.assert_array_equal(said(another, USUAL), first)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_speed_changes_the_length_in_proportion(engine: CompactEngine, speed: float) -> None:
    """Within a twentieth; the shortest phones are not cut to nothing."""
    assert len(said(engine, LONG)) / len(said(engine, LONG, speed)) == pytest.approx(speed, rel=0.05)


@pytest.mark.parametrize(("asked", "spoken"), [(0.1, 0.5), (9.0, 2.0)])
def test_speed_has_limits(engine: CompactEngine, asked: float, spoken: float) -> None:
    """Beyond them it is the nearest that can be understood."""
    assert len(said(engine, USUAL, asked)) == len(said(engine, USUAL, spoken))


@pytest.mark.parametrize(("asked", "spoken"), [(math.nan, 1.0), (math.inf, 2.0), (-math.inf, 0.5)])
def test_a_speed_that_is_no_number_is_one(engine: CompactEngine, asked: float, spoken: float) -> None:
    """NaN is as if nothing had been asked for."""
    np.testing.assert_array_equal(said(engine, SHORT, asked), said(engine, SHORT, spoken))


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (Prosody(math.nan, math.nan), Prosody()),
        (Prosody(math.inf, math.inf), Prosody(4.0, 20.0)),
        (Prosody(-1.0, -math.inf), Prosody(0.25, -60.0)),
    ],
)
def test_prosody_has_limits(engine: CompactEngine, asked: Prosody, spoken: Prosody) -> None:
    """Beyond them it is the nearest; what is heard is finite and below full scale."""
    one, other = (
        np.concatenate([c.samples for c in engine.speak(read("hˈaɪ."), engine.voices[0], 1.0, prosody)])
        for prosody in (asked, spoken)
    )
    np.testing.assert_array_equal(one, other)
    assert np.abs(one).max() < 1.0


@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_no_phone_is_too_short_to_be_heard(engine: CompactEngine, speed: float) -> None:
    """15 ms at least, in fast speech too."""
    times = engine.times(sentence(LONG), engine.voices[0], speed)
    shortest = min(time.end_s - time.start_s for time in times if time.token not in (*MARKS, "^"))
    assert shortest >= 0.015 - 1e-9
    if speed == 2.0:
        assert shortest == pytest.approx(0.015)  # or nothing has been held here


@pytest.mark.parametrize("voice", [voice.id for voice in CompactEngine.voices])
def test_a_sentence_fades_in(engine: CompactEngine, monkeypatch: pytest.MonkeyPatch, voice: str) -> None:
    """Over 5 ms from nothing: what the vocoder begins with would be a tick from the loudspeaker."""
    raw: list[Samples] = []
    run_as_before = OnnxModel.run

    def run(model: OnnxModel, inputs: Mapping[str, NDArray[Any]], run: Run) -> list[NDArray[Any]]:
        outputs = run_as_before(model, inputs, run)
        if "noise" in inputs:
            raw.append(outputs[0].copy())
        return outputs

    monkeypatch.setattr(OnnxModel, "run", run)
    samples = said(engine, USUAL, voice=voice)
    assert samples[0] == 0.0
    heard, made = np.abs(samples[1:80]), np.abs(raw[0][1:80])
    assert (heard[:40] <= 0.51 * made[:40] + 1e-9).all()
    np.testing.assert_array_equal(samples[80:1000], raw[0][80:1000])


def test_weights_are_multiplied_as_they_are(engine: CompactEngine) -> None:
    """Not with the other factor rounded to 8 bits, which each processor does in its own way: as in fp32."""
    model = onnx.load(engines.MODELS / "compact" / "encoder.onnx")
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    small = [node for node in model.graph.node if node.op_type == "DequantizeLinear"]
    assert small
    for node in small:
        weight = constants[node.input[0]].astype(np.float32) * constants[node.input[1]]
        model.graph.initializer.append(onnx.numpy_helper.from_array(weight, node.output[0]))
        model.graph.node.remove(node)
    session = library().InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    spoken = read(sentence(LONG).phonemes)
    inputs = {"ids": spoken.ids, "stress": spoken.stress, "starts_word": spoken.starts_word}
    (exact,) = session.run(["durations"], inputs | {"voice": np.array([1, 0, 0], dtype=np.float32)})
    own = [time.end_s - time.start_s for time in engine.times(sentence(LONG), engine.voices[0], 1.0)]
    np.testing.assert_allclose(200 * np.array(own)[1:-1], np.maximum(exact, 3.0)[1:-1], atol=0.002)


@pytest.mark.parametrize("voice", [voice.id for voice in CompactEngine.voices])
@pytest.mark.parametrize("text", [SHORT, USUAL, LONG * 2])
def test_edges_are_silent_and_nothing_clips(engine: CompactEngine, voice: str, text: str) -> None:
    """No click before or behind a sentence; nothing at full scale; something to hear."""
    samples = said(engine, text, voice=voice)
    assert np.abs(samples[:8]).max() < SILENT
    assert np.abs(samples[-8:]).max() < SILENT
    assert 0.1 < np.abs(samples).max() < 1.0


@pytest.mark.parametrize("voice", ["compact:slt", "compact:rms", "compact:awb"])
def test_a_pause_is_silent(engine: CompactEngine, voice: str) -> None:
    """A comma makes a pause, in which the teachers' voices hiss and ours do not."""
    text = "The dinner is ready, so please come to the table."
    times = engine.times(sentence(text), engine.blend(voice), 1.0)
    comma = next(time for time in times if time.token == ",")
    assert comma.end_s - comma.start_s > 0.06
    middle = round((comma.start_s + comma.end_s) / 2 * SAMPLE_RATE)
    assert level_db(said(engine, text, voice=voice)[middle - 160 : middle + 160]) < -60


@pytest.mark.parametrize("voice", ["compact:slt", "compact:rms", "compact:awb"])
@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_within_a_sentence_is_a_silent_pause(engine: CompactEngine, voice: str, mark: str) -> None:
    """Whatever a front end writes there, also what no training sentence had."""
    spoken = dataclasses.replace(sentence(SHORT), phonemes=f"ðə dˈɪnɚ ɪz ɹˈɛdi{mark} sˌoʊ kˈʌm tə ðə tˈeɪbəl.")
    times = engine.times(spoken, engine.blend(voice), 1.0)
    (pause,) = [time for time in times[1:-1] if time.token in MARKS]
    assert pause.end_s - pause.start_s > 0.06
    middle = round((pause.start_s + 0.6 * (pause.end_s - pause.start_s)) * SAMPLE_RATE)
    samples = np.concatenate([c.samples for c in engine.synthesize(spoken, engine.blend(voice), 1.0)])
    assert level_db(samples[middle - 120 : middle + 120]) < -60


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_ends_a_sentence(engine: CompactEngine, mark: str) -> None:
    """In silence; a question sounds like one, and an exclamation; the others are full stops."""
    ended = dataclasses.replace(sentence(SHORT), phonemes=f"ɪz ðə dˈɔːɹ ˈoʊpən{mark}")
    assert engine.times(ended, engine.voices[0], 1.0)[-1].token == (mark if mark in "?!" else ".")
    samples = np.concatenate([c.samples for c in engine.synthesize(ended, engine.voices[0], 1.0)])
    assert level_db(samples[-160:]) < -60


HALVES = [f"hˈaɪ{mark} ðˈɛɹ{end}" for mark in MARKS for end in ("", *MARKS)]


@pytest.mark.parametrize("ipa", [*HALVES, "—", "…hˈaɪ—…"])
def test_nothing_untrained_is_read(ipa: str) -> None:
    """No mark that training did not see reaches the network, and each is where training saw it."""
    marks = [PHONES[index] for index in read(ipa).ids if PHONES[index] in MARKS]
    assert not set(marks) & UNTRAINED
    assert set(marks[:-1]) <= set(",;:")
    assert marks[-1] in ".?!"


def test_stress_is_read_and_heard(engine: CompactEngine) -> None:
    """A noun and a verb that differ in nothing else: a vowel with stress is longer than the same without."""
    noun, verb = read("pˈɛɹmɪt."), read("pɛɹmˈɪt.")
    assert noun.stress.tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert verb.stress.tolist() == [0, 0, 0, 0, 0, 1, 0, 0]
    assert read("sˌɪks.").stress.tolist() == [0, 0, 2, 0, 0, 0]
    lengths = []
    for phonemes in ("pˈɛɹmɪt.", "pɛɹmˈɪt."):
        times = engine.times(dataclasses.replace(sentence(SHORT), phonemes=phonemes), engine.voices[0], 1.0)
        lengths.append([time.end_s - time.start_s for time in times])
    assert lengths[0][2] > 1.1 * lengths[1][2]
    assert lengths[0][5] < lengths[1][5]


@pytest.mark.parametrize("phonemes", ["", ".", ", ,", "ˈ", "ʘ", " "])
def test_a_sentence_without_phones_is_a_short_silence(engine: CompactEngine, phonemes: str) -> None:
    """The front end makes none; another one may."""
    empty = dataclasses.replace(sentence(SHORT), phonemes=phonemes)
    (chunk,) = engine.synthesize(empty, engine.voices[0], 1.0)
    assert chunk.ends_sentence
    assert 0 < chunk.seconds < 0.1
    assert not chunk.samples.any()


@pytest.mark.parametrize("text", ["a", "我" * 300, "9" * 300, "x " * 150, "a" * 300, "?!" * 100 + "ok"])
@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_hostile_lengths(engine: CompactEngine, text: str, speed: float) -> None:
    """The shortest and the longest that the front end lets through: finite, and of a believable length."""
    spoken = sentence(text)
    samples = np.concatenate([chunk.samples for chunk in engine.synthesize(spoken, engine.voices[0], speed)])
    assert np.isfinite(samples).all()
    phones = len(spoken.phonemes)
    assert 0.05 < len(samples) / SAMPLE_RATE < 0.1 * phones / speed + 2


def test_times_of_the_phones(engine: CompactEngine) -> None:
    """They follow on one another from 0 to the end of the audio, and go with the speed."""
    times = engine.times(sentence("The door."), engine.voices[0], 1.0)
    assert [time.token for time in times] == ["^", "dh", "ax", "d", "ao", "r", "."]
    assert [time.token for time in times if time.starts_word] == ["dh", "d"]
    assert [time.start_s for time in times] == [0.0, *(time.end_s for time in times[:-1])]
    assert times[-1].end_s == pytest.approx(len(said(engine, "The door.")) / SAMPLE_RATE, abs=0.0101)
    fast = engine.times(sentence("The door."), engine.voices[0], 2.0)
    assert fast[4].start_s == pytest.approx(times[4].start_s / 2, rel=0.1)


def test_pitch_and_energy_are_heard(engine: CompactEngine) -> None:
    """What later carries the prosody of SSML: a factor of F0, and decibels; the length stays."""
    spoken = read(sentence(USUAL).phonemes)

    def speak(prosody: Prosody) -> Samples:
        return np.concatenate([chunk.samples for chunk in engine.speak(spoken, engine.voices[0], 1.0, prosody)])

    plain, soft = speak(Prosody()), speak(Prosody(energy_db=-6))
    low, high = (speak(Prosody(pitch=factor)) for factor in (0.8, 1.25))
    assert len({len(each) for each in (plain, soft, low, high)}) == 1
    assert level_db(soft) == pytest.approx(level_db(plain) - 6, abs=0.1)
    assert pitch_hz(low) == pytest.approx(0.8 * pitch_hz(plain), rel=0.05)
    assert pitch_hz(high) == pytest.approx(1.25 * pitch_hz(plain), rel=0.05)


# -- voices and blends -------------------------------------------------------------------------------


def test_the_voices_differ(engine: CompactEngine) -> None:
    """The woman's voice is higher than the men's."""
    slt, rms, awb = (pitch_hz(said(engine, USUAL, voice=voice.id)) for voice in engine.voices)
    assert slt > 1.2 * max(rms, awb)


def test_a_blend_is_between_its_voices(engine: CompactEngine) -> None:
    """In pitch and in length; and one with all its weight on one voice is that voice."""
    slt, rms = said(engine, USUAL), said(engine, USUAL, voice="compact:rms")
    blend = said(engine, USUAL, voice="compact:slt+rms")
    assert pitch_hz(rms) * 1.05 < pitch_hz(blend) < pitch_hz(slt) / 1.05
    low, high = sorted((len(slt), len(rms)))
    assert low * 0.97 <= len(blend) <= high * 1.03
    np.testing.assert_array_equal(said(engine, USUAL, voice="compact:slt(2)+rms(0)"), slt)


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("compact:slt", [1, 0, 0]),
        ("compact:slt+rms", [0.5, 0.5, 0]),
        ("compact:rms(1)+slt(2)", [2 / 3, 1 / 3, 0]),
        ("compact:slt(0.5)+rms(0.25)+awb(0.25)", [0.5, 0.25, 0.25]),
    ],
)
def test_weights(name: str, shares: list[float]) -> None:
    """They are normalised, in any order."""
    np.testing.assert_allclose(weights(name, "compact", ("slt", "rms", "awb")), shares, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("compact:slt+rns", "compact:slt+rms"),
        ("compact:slt+slt", "compact:slt"),
        ("compact:slt(0)+slt(2)", "compact:slt"),
        ("compact:slt(\uff12)", "compact:slt"),
        ("compact:slt(-1)+rms", "compact:slt+rms"),
        ("compact:slt(1)+rms(", "compact:slt+rms"),
        ("compact:slt+", "compact:slt"),
        ("compact:slt(0)", "compact:slt"),
        ("compact:SLT", "compact:slt"),
        ("compact:", "compact:slt"),
        ("slt", "compact:slt"),
    ],
)
def test_a_wrong_blend_is_told_with_a_hint(name: str, meant: str) -> None:
    """What was meant is in the message."""
    with pytest.raises(VoiceNotFound, match="Did you mean") as raised:
        installed("compact", EngineOptions(threads=1)).find(name)
    assert f"Did you mean {meant!r}?" in str(raised.value)


async def test_a_request_asks_for_a_blend(tmp_path: Path) -> None:
    """As for any voice, through the pipeline."""
    async with open_desk(tmp_path, [CompactEngine(models=engines.MODELS), EspeakEngine()]) as desk:
        desk.pipeline.submit(ask("a", "hello", voice="compact:slt(2)+rms"))
        await desk.closed("a")
        finished = desk.closing("a")
        assert isinstance(finished, Finished)
        assert (finished.voice, finished.warnings) == ("compact:slt(2)+rms", ())


# -- the default, and what stands in for it ----------------------------------------------------------


def test_it_is_the_default() -> None:
    """`auto` is the compact voice; its first speaker speaks."""
    assert installed("auto", EngineOptions(threads=1)).default.id == "compact:slt"


@pytest.mark.parametrize(
    ("lang", "voice", "reading"),
    [
        ("", "compact:slt", "en-US"),
        ("en-US", "compact:slt", "en-US"),
        ("en", "compact:slt", "en-US"),
        ("en-GB", "compact:slt", "en-GB"),
        ("de", "espeak:de", "de"),
        ("pt-BR", "espeak:pt-br", "pt-BR"),
    ],
)
def test_other_languages_are_espeaks(lang: str, voice: str, reading: str) -> None:
    """English of every region stays with the voice; a region that is named is heard."""
    voices = installed("auto", EngineOptions(threads=1))
    found = voices.for_language(voices.default, lang)
    assert (found.id, voices.reading(found, lang)) == (voice, reading)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def other_version(path: Path) -> None:
    manifest = path.with_name("manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"voices": ["slt", "rms"]}))


def no_context(path: Path) -> None:
    manifest = path.with_name("manifest.json")
    facts = json.loads(manifest.read_text())
    del facts["decoder_context"]
    manifest.write_text(json.dumps(facts))


def wrong_number(key: str, value: float) -> Callable[[Path], object]:
    def damage(path: Path) -> None:
        manifest = path.with_name("manifest.json")
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {key: value}))

    return damage


DAMAGE: list[tuple[Callable[[Path], object], str]] = [
    (flip, "damaged"),
    (Path.unlink, "cannot be read"),
    (lambda path: path.with_name("manifest.json").unlink(), "cannot be read"),
    (lambda path: path.with_name("manifest.json").write_text("[1]"), "not a JSON object"),
    (lambda path: path.with_name("manifest.json").write_text("{"), "not a JSON object"),
    (other_version, 'voices should be ["slt", "rms", "awb"], and is ["slt", "rms"]'),
    (no_context, "decoder_context should be 16, and is missing"),
    *(
        (wrong_number(key, value), f"{key} should be {right}, and is {told}")
        for key, right in (
            ("encoder_context", 28),
            ("decoder_context", 16),
            ("vocoder_before", 6),
            ("vocoder_after", 3),
        )
        for value, told in (
            (0, "0"),
            (-5, "-5"),
            (10**9, "1000000000"),
            (math.inf, "Infinity"),
            (True, "true"),
        )
    ),
]


@pytest.mark.parametrize(("damage", "told"), DAMAGE)
@pytest.mark.parametrize("graph", ["encoder", "decoder", "vocoder"])
async def test_a_damaged_model_is_replaced_by_espeak(
    tmp_path: Path, damage: Callable[[Path], object], told: str, graph: str
) -> None:
    """The announcement is spoken, with a warning that says what is wrong; nothing stays half loaded."""
    shutil.copytree(engines.MODELS / "compact", tmp_path / "compact")
    damage(tmp_path / "compact" / f"{graph}.onnx")
    damaged = CompactEngine(models=tmp_path)
    with pytest.raises(EngineFailed, match=re.escape(told)):
        damaged.load()
    assert damaged.model_bytes == 0
    async with open_desk(tmp_path, [damaged, EspeakEngine()]) as desk:
        desk.pipeline.submit(ask("a", "hello"))
        await desk.closed("a")
        finished = desk.closing("a")
        assert isinstance(finished, Finished)
        assert finished.voice == "espeak:en-us"
        assert "voice_changed" in finished.warnings[0]
        assert told in finished.warnings[0]


def test_voices_and_blends_need_no_model(tmp_path: Path) -> None:
    """They are known where there are no files."""
    voices = Voices([CompactEngine(models=tmp_path)])
    assert [voice.id for voice in voices] == ["compact:slt", "compact:rms", "compact:awb"]
    assert voices.find("compact:slt+rms").lang == "en-US"


def test_terminate_ends_a_long_sentence(engine: CompactEngine) -> None:
    """From another thread, in the middle of a window; the next sentence is complete."""
    whole = said(engine, USUAL)
    outcome: list[BaseException] = []

    def speak() -> None:
        try:
            while True:
                said(engine, MANY_PHONES)
        except Terminated as error:
            outcome.append(error)

    speaker = threading.Thread(target=speak)
    speaker.start()
    while speaker.is_alive():  # a terminate() between two windows is forgotten, as it should be
        engine.terminate()
        speaker.join(0.01)
    assert outcome
    np.testing.assert_array_equal(said(engine, USUAL), whole)


def test_unload_gives_the_model_back(engine: CompactEngine) -> None:
    """And load() brings it back."""
    assert engine.model_bytes > 1_000_000
    engine.unload()
    assert engine.model_bytes == 0
    engine.load()
    assert engine.model_bytes > 1_000_000


def test_british_phones_are_read_as_such(engine: CompactEngine) -> None:
    """A sentence in en-GB has no r that en-US has."""
    voice: Voice = engine.voices[0]
    british, american = (engine.times(sentence("the car park", lang), voice, 1.0) for lang in ("en-GB", "en-US"))
    assert "r" not in [time.token for time in british]
    assert "r" in [time.token for time in american]


def test_british_phones_are_spoken_as_such(engine: CompactEngine) -> None:
    """What the same IPA stands for depends on the region of the sentence, for the sound as for the times."""
    british = sentence("furry", "en-GB")
    lengths = {}
    for lang in ("en-GB", "en-US"):
        spoken = dataclasses.replace(british, lang=lang)
        seconds = sum(chunk.seconds for chunk in engine.synthesize(spoken, engine.voices[0], 1.0))
        assert seconds == pytest.approx(engine.times(spoken, engine.voices[0], 1.0)[-1].end_s, abs=0.0101)
        lengths[lang] = seconds
    assert lengths["en-GB"] > lengths["en-US"] + 0.02
