"""What every engine promises (interfaces.Synthesizer), the stand-ins included."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from litetts_edge import engines
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import EngineFailed, Terminated
from litetts_edge.interfaces import PerVoice, Synthesizer
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend
from tests import small_models

REPEATS_TO_THE_BIT = {"compact", "kokoro", "piper", "tiny", "tone"}
"""espeak-ng keeps the phase of its flutter from sentence to sentence, so its repeats only sound alike; KittenTTS's
graph draws noise."""

ROUNDS_LENGTHS = {"kitten", "kokoro"}
"""With random weights each phoneme lasts a few frames, and at twice the speed one or two: half, rounded."""


@pytest.fixture(params=list(engines.ENGINES), scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Synthesizer]:
    made = engines.create(request.param, small_models.options(request.param))
    made.load()
    yield made
    made.unload()


def sentence(text: str, voice: Voice) -> Sentence:
    return next(Frontend().sentences(text, voice, ""))


def chunks(engine: Synthesizer, text: str, speed: float = 1.0, voice: Voice | None = None) -> list[AudioChunk]:
    voice = voice or engine.voices[0]
    return list(engine.synthesize(sentence(text, voice), voice, speed))


def audio(engine: Synthesizer, text: str, speed: float = 1.0) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks(engine, text, speed)])


def test_voices_are_known_before_load_and_unique() -> None:
    """Every engine names its voices without being loaded; ids are unique and begin with the engine's name.

    They keep the case of the files that they come from (`piper:en_US-lessac-medium`), and have no spaces.
    """
    voices = engines.all_voices()
    assert len({voice.id for voice in voices}) == len(voices)
    for name in engines.ENGINES:
        offered = engines.create(name, small_models.options(name)).voices
        assert offered
        assert all(voice.engine == name and voice.id.partition(":")[0] == name for voice in offered)
        assert all(voice.name and voice.lang and not any(map(str.isspace, voice.id)) for voice in offered)


def test_listing_voices_imports_no_runtime() -> None:
    """All voices of all engines can be listed without onnxruntime."""
    program = (
        "import sys; from litetts_edge.engines import all_voices; assert len(all_voices()) > 100;"
        "assert 'onnxruntime' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_audio_is_float32_in_range_at_the_voices_rate(engine: Synthesizer) -> None:
    """Chunks are float32 vectors within full scale, at the voice's rate, and something is heard."""
    made = chunks(engine, "The front door is open.")
    for chunk in made:
        assert chunk.samples.dtype == np.float32
        assert chunk.samples.ndim == 1
        assert len(chunk.samples)
        assert chunk.sample_rate == engine.voices[0].sample_rate
        assert np.abs(chunk.samples).max() <= 1.0
    assert max(np.abs(chunk.samples).max() for chunk in made) > 0.1


def test_only_the_last_chunk_ends_the_sentence(engine: Synthesizer) -> None:
    """Exactly one chunk ends the sentence: the last."""
    ends = [chunk.ends_sentence for chunk in chunks(engine, "The front door is open, and so is the window.")]
    assert ends == [False] * (len(ends) - 1) + [True]


@pytest.mark.parametrize(
    "text", ["A", "1", "ok", "🎉 x", "Ω", "我", "a" * 300, "3.5 % of -2 °C", "[[h@l'oU]] <b>"]
)
def test_no_sentence_is_empty(engine: Synthesizer, text: str) -> None:
    """Whatever the front end lets through becomes audio."""
    voice = engine.voices[0]
    for piece in Frontend().sentences(text, voice, ""):
        made = list(engine.synthesize(piece, voice, 1.0))
        assert sum(len(chunk.samples) for chunk in made) > 0
        assert made[-1].ends_sentence


def test_repeats_are_the_same(engine: Synthesizer) -> None:
    """The same sentence gives the same audio again, to the bit where the engine can."""
    first = audio(engine, "The front door is open.")
    audio(engine, "Something else.")
    second = audio(engine, "The front door is open.")
    if engine.name in REPEATS_TO_THE_BIT:
        np.testing.assert_array_equal(first, second)
    else:
        assert len(second) == pytest.approx(len(first), rel=0.01)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.5, 2.0])
def test_speed_changes_the_length(engine: Synthesizer, speed: float) -> None:
    """Twice the speed is half the length, within a fifth; see ROUNDS_LENGTHS."""
    text = "The front door is open, and the light in the kitchen is still on."
    ratio = len(audio(engine, text)) / len(audio(engine, text, speed))
    assert ratio == pytest.approx(speed, rel=0.5 if engine.name in ROUNDS_LENGTHS else 0.2)


def test_longer_text_is_longer_audio(engine: Synthesizer) -> None:
    """The whole sentence is spoken: three times the words last about three times as long."""
    once = len(audio(engine, "open the front door and the window now"))
    thrice = len(audio(engine, " ".join(["open the front door and the window now"] * 3)))
    assert thrice / once == pytest.approx(3.0, rel=0.2)


def test_closing_early_leaves_the_engine_ready(engine: Synthesizer) -> None:
    """An iterator closed after its first chunk, or never begun, does no harm."""
    voice = engine.voices[0]
    whole = len(audio(engine, "The front door is open."))
    for begun in (True, False):
        iterator = engine.synthesize(sentence("The front door is open.", voice), voice, 1.0)
        if begun:
            next(iterator)
        iterator.close()  # type: ignore[attr-defined]
        assert len(audio(engine, "The front door is open.")) == pytest.approx(whole, rel=0.01)


def test_terminate_without_a_run_does_nothing(engine: Synthesizer) -> None:
    """A terminate() before or between runs is forgotten."""
    engine.terminate()
    assert chunks(engine, "One.")
    engine.terminate()
    assert chunks(engine, "Two.")


def test_two_sentences_may_be_open_at_once(engine: Synthesizer) -> None:
    """An urgent sentence is made while another waits half taken; both are complete."""
    voice = engine.voices[0]
    slow = engine.synthesize(sentence("A sentence that waits.", voice), voice, 1.0)
    taken = [next(slow)]
    assert chunks(engine, "Urgent.")[-1].ends_sentence
    taken += slow
    assert taken[-1].ends_sentence


def test_load_and_unload_again(engine: Synthesizer) -> None:
    """load() twice is load() once; unload() without load() does nothing; it speaks after coming back."""
    engine.load()
    engine.unload()
    engine.unload()
    engine.load()
    assert chunks(engine, "Back again.")


def test_every_voice_can_be_made_ready(engine: Synthesizer) -> None:
    """Where voices have files of their own: twice, loaded or not, and then that voice speaks."""
    if not isinstance(engine, PerVoice):
        pytest.skip("its voices have no files of their own")
    for voice in engine.voices[:3]:
        engine.ready(voice)
        engine.ready(voice)
        assert chunks(engine, "Ready.", voice=voice)
        engine.unload()
    engine.load()


@pytest.mark.parametrize(
    ("name", "sound", "unfit", "file"),
    [
        ("kokoro", "kokoro:af_heart", "kokoro:bm_george", "kokoro-small/voices/bm_george.bin"),
        (
            "piper",
            "piper:piper-small",
            "piper:piper-small-speakers",
            "piper-small-speakers/de_DE-smallspeakers-medium.onnx",
        ),
    ],
)
def test_a_voice_that_cannot_be_made_ready_leaves_the_others(
    tmp_path: Path, name: str, sound: str, unfit: str, file: str
) -> None:
    """Whether it is asked for when nothing is loaded, or while another one speaks."""
    models = shutil.copytree(small_models.PULLED_MODELS, tmp_path / "models")
    flip(models / file)
    made = engines.create(name, dataclasses.replace(small_models.options(name), pulled=models, prepared=None))
    assert isinstance(made, PerVoice)
    voices = {voice.id: voice for voice in made.voices}
    for _ in range(2):
        with pytest.raises(EngineFailed, match="is damaged: its sha256"):
            made.ready(voices[unfit])
        made.ready(voices[sound])
        assert chunks(made, "Ready.", voice=voices[sound])
    made.unload()


def flip(file: Path) -> None:
    """Turn one bit, as an old card does."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_terminate_ends_a_run_and_only_that(tmp_path: Path) -> None:
    """terminate() from another thread ends a 2 s run with Terminated, and the next run is complete."""
    tiny = engines.create("tiny", EngineOptions(threads=1))
    tiny.load()
    slow = tiny.voices[1]
    for _ in range(3):
        timer = threading.Timer(0.1, tiny.terminate)
        timer.start()
        with pytest.raises(Terminated):
            list(tiny.synthesize(sentence("The front door is open.", slow), slow, 1.0))
        timer.join()
        assert chunks(tiny, "And again.")[-1].ends_sentence
    tiny.unload()


def test_espeak_ends_at_its_next_buffer() -> None:
    """terminate() ends espeak-ng, too: the run raises, and the next one is complete."""
    espeak = engines.create("espeak")
    voice = espeak.voices[0]
    whole = audio(espeak, "Hello world.")
    long = dataclasses.replace(sentence("Hello.", voice), text="hello world " * 20_000)
    outcome: list[BaseException] = []

    def speak() -> None:
        try:
            list(espeak.synthesize(long, voice, 1.0))
        except Terminated as error:
            outcome.append(error)

    speaker = threading.Thread(target=speak)
    speaker.start()
    while speaker.is_alive():  # a terminate() before the run has begun is forgotten, as it should be
        espeak.terminate()
        speaker.join(0.01)
    assert outcome
    assert len(audio(espeak, "Hello world.")) == pytest.approx(len(whole), rel=0.02)


def test_unknown_engine_is_named_with_a_hint() -> None:
    """A wrong engine name says what there is."""
    with pytest.raises(EngineFailed, match="Did you mean 'espeak'"):
        engines.create("espaek")


def test_auto_is_the_preferred_engine() -> None:
    """`auto` takes the first of PREFERENCE."""
    assert engines.create("auto").name == engines.PREFERENCE[0]
