"""The compact voice's speakers and blends; that it is the default, and what stands in for it."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from litetts_edge import engines
from litetts_edge.engines.blend import weights
from litetts_edge.engines.compact import CompactEngine
from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import EngineFailed, Terminated, VoiceNotFound
from litetts_edge.events import Finished
from litetts_edge.pipeline.inventory import installed
from litetts_edge.pipeline.voices import Voices
from litetts_edge.speech import Voice
from tests.compact_parts import MANY_PHONES, USUAL, loaded, pitch_hz, said, sentence
from tests.desk import ask, open_desk


@pytest.fixture(scope="module")
def engine() -> Iterator[CompactEngine]:
    with loaded() as made:
        yield made


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
