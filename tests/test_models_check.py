"""`models check`: the voice in the box passes; noise, holes and whatever else a broken model gives does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from litetts_edge import cli
from litetts_edge.catalogue.errors import ModelNotFound
from litetts_edge.commands.models import checking as command
from litetts_edge.engines import create, stream_record
from litetts_edge.engines.installed import read_installed
from litetts_edge.engines.kokoro import KokoroEngine
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import BadField, EngineFailed
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pcm import AudioChunk, Samples
from litetts_edge.soundcheck import record
from litetts_edge.soundcheck.check import check_voice
from litetts_edge.soundcheck.finding import Finding, Verdict, VoiceReport
from litetts_edge.soundcheck.listeners import Listener, PocketSphinx, Whisper, find_listener
from litetts_edge.soundcheck.sentences import SENTENCES
from litetts_edge.soundcheck.stream import StreamPoint
from litetts_edge.soundcheck.words import errors
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend
from tests.split_models import install_parts

RATE = 16000
Change = Callable[[Samples, int], Samples]
"""What a broken model makes of good samples, the how-manieth time it speaks."""


@pytest.fixture(scope="module")
def compact() -> Iterator[Synthesizer]:
    made = create("compact", EngineOptions(threads=1))
    made.load()
    yield made
    made.unload()


@dataclass
class Broken:
    """The voice in the box, and something done to what it says."""

    good: Synthesizer
    change: Change
    name: str = "compact"
    said: dict[str, Samples] = field(default_factory=dict)
    times: int = 0

    @property
    def voices(self) -> tuple[Voice, ...]:
        return self.good.voices

    def load(self) -> None: ...

    def unload(self) -> None: ...

    def terminate(self) -> None: ...

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        if sentence.text not in self.said:
            made = [chunk.samples for chunk in self.good.synthesize(sentence, voice, speed)]
            self.said[sentence.text] = np.concatenate(made)
        self.times += 1
        yield AudioChunk(self.change(self.said[sentence.text], self.times), RATE, ends_sentence=True)


@dataclass
class Ears:
    """A listener that hears what it is told to."""

    heard: str | None = None
    name: str = "ears 1"
    limit: float = 0.2
    is_trusted: bool = True
    _texts: list[str] = field(default_factory=lambda: list(SENTENCES["en"]))

    def hears(self, lang: str) -> bool:
        return lang.startswith("en")

    def transcribe(self, samples: Samples, rate: int, lang: str) -> str:
        return self._texts.pop(0) if self.heard is None else self.heard


def same(samples: Samples, times: int) -> Samples:
    return samples


def noise(samples: Samples, times: int) -> Samples:
    return np.random.default_rng(1).normal(0, 0.1, len(samples)).astype(np.float32)


def noise_as_loud(samples: Samples, times: int) -> Samples:
    """From one 10 ms to the next."""
    levels = np.sqrt(np.convolve(np.square(samples), np.full(160, 1 / 160), "same"))
    return (np.random.default_rng(1).normal(size=len(samples)) * levels).astype(np.float32)


def hum(samples: Samples, times: int) -> Samples:
    return (0.3 * np.sin(np.arange(len(samples)) / 20)).astype(np.float32)


def without_numbers(samples: Samples, times: int) -> Samples:
    return np.where(np.arange(len(samples)) == 500, np.float32(np.nan), samples)


def nothing(samples: Samples, times: int) -> Samples:
    return samples[:0]


def clipped(samples: Samples, times: int) -> Samples:
    return np.clip(samples * 8, -1, 1)


def faint(samples: Samples, times: int) -> Samples:
    return samples * np.float32(0.005)


def with_a_hole(samples: Samples, times: int) -> Samples:
    return np.insert(samples, len(samples) // 2, np.zeros(2 * RATE, dtype=np.float32))


def late(samples: Samples, times: int) -> Samples:
    return np.concatenate([np.zeros(3 * RATE // 2, dtype=np.float32), samples])


def hasty(samples: Samples, times: int) -> Samples:
    return samples[::3]


def fickle(samples: Samples, times: int) -> Samples:
    """Other words, other length, each time."""
    return samples[times * RATE // 8 :]


def forgetful(samples: Samples, times: int) -> Samples:
    """Another one after it was loaded again."""
    return samples if times < 8 else samples[RATE:]


def check(engine: Synthesizer, listener: Listener | None = None) -> dict[str, Finding]:
    report = check_voice(engine, engine.voices[0], Frontend(), listener)
    return {finding.point: finding for finding in report.findings}


def failed(found: dict[str, Finding]) -> set[str]:
    return {point for point, finding in found.items() if finding.verdict is Verdict.FAILED}


def test_the_voice_in_the_box_passes(compact: Synthesizer) -> None:
    """Each point was looked at, with a real listener, and none fails."""
    found = check(compact, PocketSphinx())
    assert {
        point: finding.detail for point, finding in found.items() if finding.verdict is not Verdict.PASSED
    } == {}
    assert list(found) == ["numbers", "levels", "silence", "length", "repeats", "reload", "speech", "words"]
    assert found["repeats"].values["snr_db"] == 200  # the same samples


def test_noise_fails_with_a_listener_and_without(compact: Synthesizer) -> None:
    """Random weights give noise; what it is and what to think of it is said."""
    found = check(Broken(compact, noise), Ears("boat"))
    assert failed(found) == {"speech", "words"}
    assert "noise or hum, not speech: wrong, damaged or random weights" in found["speech"].detail
    assert failed(check(Broken(compact, noise))) == {"speech"}


@pytest.mark.parametrize(
    ("change", "point"),
    [
        (noise_as_loud, "speech"),
        (hum, "speech"),
        (clipped, "levels"),
        (faint, "levels"),
        (with_a_hole, "silence"),
        (late, "silence"),
        (hasty, "length"),
        (fickle, "repeats"),
        (forgetful, "reload"),
        (without_numbers, "numbers"),
        (nothing, "numbers"),
    ],
)
def test_each_fault_is_found_by_its_point(compact: Synthesizer, change: Change, point: str) -> None:
    """And says so in words."""
    found = check(Broken(compact, change))
    assert point in failed(found)
    assert len(found[point].detail) > 20


def test_what_is_not_broken_passes_the_same_way(compact: Synthesizer) -> None:
    """The faults above are found in the samples, not in the stand-in."""
    assert failed(check(Broken(compact, same))) == set()


def test_after_samples_that_are_no_numbers_nothing_is_measured(compact: Synthesizer) -> None:
    """Every other measure would be of nothing."""
    assert list(check(Broken(compact, without_numbers))) == ["numbers"]


@pytest.mark.parametrize(("heard", "verdict"), [(None, Verdict.PASSED), ("", Verdict.FAILED)])
def test_the_words_are_judged_by_the_listeners_limit(
    compact: Synthesizer, heard: str | None, verdict: Verdict
) -> None:
    """Everything right, or nothing heard at all: then what was said is told, too."""
    words = check(compact, Ears(heard))["words"]
    assert words.verdict is verdict
    assert words.values["word_error_rate"] == (0 if heard is None else 1)
    assert ("heard ''" in words.detail) is (verdict is Verdict.FAILED)


def test_one_that_is_hard_of_hearing_fails_no_voice() -> None:
    """pocketsphinx understands little of espeak-ng, which people understand: it is said, and nothing more."""
    words = check(create("espeak"), PocketSphinx())["words"]
    assert words.values["word_error_rate"] > PocketSphinx.limit
    assert words.verdict is Verdict.UNCHECKED
    assert "listen yourself" in words.detail


def test_without_a_listener_words_are_said_not_to_be_checked(compact: Synthesizer) -> None:
    """With what it would take; it fails nothing."""
    found = check(compact)
    assert found["words"].verdict is Verdict.UNCHECKED
    assert "--listener" in found["words"].detail
    assert failed(found) == set()


def test_an_engine_that_fails_is_a_finding(compact: Synthesizer) -> None:
    """With the engine's own words."""

    def fails(samples: Samples, times: int) -> Samples:
        raise EngineFailed("compact", "the graph has no input `style`.")

    assert "no input `style`" in check(Broken(compact, fails))["runs"].detail


@pytest.mark.parametrize(
    ("said", "heard", "lang", "wrong"),
    [
        ("The front door is open.", "the front door is open", "en-US", (0, 5)),
        ("The front door is open.", "the door is opened now", "en-GB", (3, 5)),
        ("Die Haustür ist offen.", "die haustur ist offen", "de", (1, 4)),
        ("前门开着。", "前门关着", "cmn", (1, 4)),
        ("छोटी नाव", "छोटी नाव", "hi", (0, 2)),
        ("玄関のドア", "", "ja", (5, 5)),
    ],
)
def test_words_are_counted_in_any_script(said: str, heard: str, lang: str, wrong: tuple[int, int]) -> None:
    """Where no spaces are written, characters."""
    assert errors(said, heard, lang) == wrong


def test_a_folder_without_a_whisper_model_is_refused(tmp_path: Path) -> None:
    """By what is missing: nothing is fetched for it."""
    (tmp_path / "model.bin").touch()
    with pytest.raises(BadField, match=r"config\.json, tokenizer\.json is missing"):
        Whisper(tmp_path)
    assert isinstance(find_listener(None, tmp_path / "none"), PocketSphinx)


REPORTS = [
    VoiceReport("tiny:good", (Finding("words", Verdict.PASSED, "fine", {"word_error_rate": 0.1}),)),
    VoiceReport("tiny:bad", (Finding("speech", Verdict.FAILED, "noise"),)),
]


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """One bad voice fails the model; other files than those checked are said."""
    path = tmp_path / "model" / record.CHECKS
    record.write(path, record.document("model", "tiny", {"a.onnx": "00"}, REPORTS, "ears 1"))
    read = record.read(path, {"a.onnx": "00"})
    assert read is not None
    assert (read.verdict, read.is_current) == (Verdict.FAILED, True)
    assert read.summary == f"sound FAILED {read.checked[:10]}: 1 of 2 voices"
    changed = record.read(path, {"a.onnx": "11"})
    assert changed is not None
    assert "before its files changed" in changed.summary
    assert [file.name for file in path.parent.iterdir()] == [record.CHECKS]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model": "x"}', '{"voices": 3}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    """Nobody has to mend it: the next check writes another."""
    (tmp_path / record.CHECKS).write_text(text)
    assert record.read(tmp_path / record.CHECKS, {}) is None


def test_a_name_that_is_not_installed_is_told(tmp_path: Path) -> None:
    """With what there is."""
    with pytest.raises(ModelNotFound, match=r"'compakt'\. Did you mean 'compact'\?"):
        command.find("compakt", EngineOptions(), tmp_path)


def test_the_record_of_a_shipped_voice_lies_in_the_state_folder(tmp_path: Path) -> None:
    """Where the program lies it may not write; the hashes are those of its manifest."""
    subject = command.find("compact", EngineOptions(), tmp_path)
    assert subject.record == tmp_path / "checks" / "compact.json"
    assert set(subject.files) == {"encoder.onnx", "decoder.onnx", "vocoder.onnx"}
    assert all(len(sha256) == 64 for sha256 in subject.files.values())


def test_the_record_is_json_that_others_read(tmp_path: Path) -> None:
    """No infinity, no NaN: json.loads of other languages knows none."""
    same_samples = Finding("repeats", Verdict.PASSED, "the same", {"snr_db": 200.0})
    made = record.document("m", "tiny", {}, [VoiceReport("v", (same_samples,))], "")
    assert json.loads(json.dumps(made, allow_nan=False))["voices"]["v"]["findings"][0]["values"] == {
        "snr_db": 200.0
    }


SMALL = Path(__file__).parent / "data" / "engines"
STREAMED = "kokoro-small-v1.1"


def small(tmp_path: Path, name: str) -> Path:
    """A state folder with one of the small models, whose weights are random."""
    state = tmp_path / "state"
    shutil.copytree(SMALL / name, state / "models" / name)
    return state


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("kokoro-small", "af_heart"),
        ("kitten-small", "expr-voice-2-m"),
        ("piper-small-speakers", "piper-small-speakers#p226"),
    ],
)
def test_random_weights_fail_in_clear_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, voice: str
) -> None:
    """The command says what it heard, and ends with 1; one voice of several leaves no record."""
    monkeypatch.setattr(command, "find_listener", lambda folder, configured: None)
    state = small(tmp_path, name)
    assert cli.main(["models", "check", name, "--voice", voice, "--set", f"state_dir={state}"]) == 1
    told = capsys.readouterr().out
    assert "speech    This is noise or hum, not speech: wrong, damaged or random weights sound like this" in told
    assert f"{name} does NOT speak as it should: 1 of 1 voices failed" in told
    assert "stays as it was" in told
    assert not (state / "models" / name / record.CHECKS).exists()


def test_the_record_is_kept_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the model, with the hashes of its files; `models list` tells it."""
    state = small(tmp_path, "kokoro-small")
    monkeypatch.setattr(command, "examine", lambda engine, voices, listener, calibrated: REPORTS)
    assert cli.main(["models", "check", "kokoro-small", "--set", f"state_dir={state}"]) == 1
    kept = json.loads((state / "models" / "kokoro-small" / record.CHECKS).read_text("utf-8"))
    model = read_installed(state / "models" / "kokoro-small")
    assert kept["files"] == {str(file.path.relative_to(model.folder)): file.sha256 for file in model.files}
    assert kept["machine"]["cpu"]
    capsys.readouterr()
    assert cli.main(["models", "list", "--installed", "--set", f"state_dir={state}"]) == 0
    assert "sound FAILED" in capsys.readouterr().out


def test_a_voice_that_it_has_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is loaded."""
    state = small(tmp_path, "kokoro-small")
    asked = ["models", "check", "kokoro-small", "--voice", "af_haert", "--set", f"state_dir={state}"]
    assert cli.main(asked) == 2
    assert "no voice 'af_haert'. Did you mean 'af_heart'?" in capsys.readouterr().err


def test_a_damaged_model_fails_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a finding of every voice."""
    state = small(tmp_path, "kokoro-small")
    with (state / "models" / "kokoro-small" / "model.onnx").open("r+b") as file:
        file.write(b"broken")
    assert cli.main(["models", "check", "kokoro-small", "--set", f"state_dir={state}"]) == 1
    told = capsys.readouterr().out
    assert "is damaged: its sha256 is" in told
    assert "3 of 3 voices failed" in told


def stream_point(prepared: Path | None) -> tuple[KokoroEngine, Finding | None]:
    """The small Kokoro, and what the point says of its first voice."""
    engine = KokoroEngine(EngineOptions(threads=1, pulled=SMALL, model=STREAMED, prepared=prepared))
    return engine, StreamPoint(Frontend(), None)(engine, engine.voices[0])


def test_a_voice_is_calibrated_and_checked_for_windows(tmp_path: Path) -> None:
    """Both results lie beside the prepared graphs, where the engine finds them."""
    install_parts(tmp_path, STREAMED)
    engine, found = stream_point(tmp_path)
    assert found is not None
    name = engine.voices[0].id.partition(":")[2]
    kept = stream_record.checks(tmp_path / STREAMED / "calibration")[name]
    assert kept.sentences == len(SENTENCES["en"])
    assert found.verdict is Verdict.PASSED
    assert found.values["is_streamed"] == kept.is_passed
    assert ("in windows" in found.detail) is kept.is_passed
    assert engine.model_bytes == 0  # which generator is loaded depends on what was found


def test_without_prepared_graphs_there_are_no_windows(compact: Synthesizer) -> None:
    """It says what would make them possible; an engine without such graphs has no such point."""
    _, found = stream_point(None)
    assert found is not None
    assert found.verdict is Verdict.UNCHECKED
    assert "models optimize" in found.detail
    assert StreamPoint(Frontend(), None)(compact, compact.voices[0]) is None


@pytest.mark.parametrize("lang", sorted(SENTENCES))
def test_each_language_has_the_sentences_that_a_stream_check_needs(lang: str) -> None:
    """Less would leave its voices without windows."""
    assert len(set(SENTENCES[lang])) == len(SENTENCES[lang]) >= stream_record.LEAST_SENTENCES
    assert not any(character.isdigit() for text in SENTENCES[lang] for character in text)
