"""The compact voice as it is heard: every phone, pauses, speed, prosody, the same each time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from litetts_edge import engines
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.compact_graphs import Prosody
from litetts_edge.engines.compact_input import PHONES, UNTRAINED, read
from litetts_edge.engines.compact_units import SAMPLE_RATE
from litetts_edge.engines.onnx import OnnxModel, library
from litetts_edge.engines.termination import Run
from litetts_edge.pcm import Samples
from litetts_edge.text.phonemes import MARKS
from tests.compact_parts import LONG, SHORT, USUAL, level_db, loaded, pitch_hz, said, sentence

SILENT = 10 ** (-60 / 20)


@pytest.fixture(scope="module")
def engine() -> Iterator[CompactEngine]:
    with loaded() as made:
        yield made


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
