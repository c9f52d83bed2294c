"""After a power cut what the settings name is damaged or gone: the house is spoken to, and told why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from litetts_edge.pipeline.configured import voices_at_start, voices_here, voices_of
from litetts_edge.settings.problems import SettingsError
from tests.broker import Broker
from tests.program import house as friend_of
from tests.program import programs
from tests.settings_loader import Load

SMALL = Path(__file__).parent / "data" / "engines"


def put(models: Path, source: str, name: str = "") -> Path:
    """A small model, installed under another name if one is given."""
    folder = models / (name or source)
    shutil.copytree(SMALL / source, folder)
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"name": folder.name}))
    return folder


def zero(file: Path) -> None:
    """What a power cut leaves of a file whose blocks were never written."""
    file.write_bytes(bytes(file.stat().st_size))


def no_json(folder: Path) -> None:
    next(folder.glob("*.onnx.json")).write_bytes(b"")


# Engine, model and voice of the settings, the harm, and who speaks then.
DAMAGES: dict[str, tuple[str, str, str, Callable[[Path], object], str]] = {
    "empty json": ("piper", "piper-small", "piper:piper-small", no_json, "compact:slt"),
    "manifest": ("kokoro", "kokoro-small", "kokoro:af_sky", lambda at: zero(at / "manifest.json"), "compact:slt"),
    "voices": (
        "kokoro",
        "kokoro-small-release",
        "kokoro:af_sky",
        lambda at: zero(at / "voices-v1.0.bin"),
        "compact:slt",
    ),
    "graph": ("kokoro", "kokoro-small", "kokoro:af_sky", lambda at: zero(at / "model.onnx"), "espeak:en-us"),
    "one voice": (
        "kokoro",
        "kokoro-small",
        "kokoro:bm_george",
        lambda at: zero(at / "voices/bm_george.bin"),
        "espeak:en-gb",
    ),
    "all": ("piper", "piper-small", "piper:piper-small", shutil.rmtree, "compact:slt"),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
async def test_the_daemon_starts_speaks_and_says_what_is_wrong(tmp_path: Path, damage: str) -> None:
    """In the log, in the state and, once, on the error topic; a knob turns, and a sound model clears it."""
    engine, model, voice, harm, speaks = DAMAGES[damage]
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, friend_of(broker.port) as friend:
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt", "LITETTS_EDGE__TUNING__AUTO": "false"})
        models = program.folder / "state" / "models"
        harm(put(models, model))
        (models.parent / "override.yaml").write_text(
            f"engine:\n  name: {engine}\n  model: {model}\nvoice: {voice}\n"
        )
        await program.start()
        await friend.online()
        await friend.document("error", lambda error: error["code"] == "engine_failed")
        await friend.send("speak", {"id": "a", "text": "Hello."})
        await friend.closed("a")
        assert friend.events("a")[-1]["voice"] == speaks
        (error,) = friend.documents("error")
        assert model in error["message"]
        assert error["message"] in program.log.read_text()
        assert friend.documents("state")[-1]["problem"] == "engine_failed"
        for key, value in (("speaker.volume", 50), ("engine.threads", 1)):
            assert (await friend.ask("override", {"key": key, "value": value}))["status"] == "ok"
        shutil.rmtree(models / model, ignore_errors=True)
        put(models, model)
        friend.heard.clear()
        await friend.ask("reload")
        await friend.document("state", lambda state: (state["voice"], state["problem"]) == (voice, None))
        await friend.send("speak", {"id": "b", "text": "Hello."})
        await friend.closed("b")
        assert friend.events("b")[-1]["voice"] == voice


# -- what speaks instead ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "speaks"),
    [
        ({"engine.name": "piper", "voice": "piper:de_DE-gone-low"}, "espeak:de"),
        ({"engine.name": "piper", "engine.model": "de_DE-gone-low"}, "espeak:de"),
        ({"voice": "kokoro:ff_siwis"}, "espeak:fr-fr"),
        ({"engine.name": "kitten", "engine.model": "kitten-nano"}, "compact:slt"),
    ],
)
def test_the_language_of_what_is_gone_is_kept(load: Load, settings: dict[str, str], speaks: str) -> None:
    """As far as a name tells: English sounds would be no German announcement."""
    loaded = load("", *(f"{key}={value}" for key, value in settings.items()))
    assert voices_at_start(loaded).default.id == speaks


def test_another_model_of_the_engine_comes_first(tmp_path: Path, load: Load) -> None:
    """It has the same voices, and the default stays what it was."""
    put(tmp_path / "state" / "models", "kokoro-small")
    voices = voices_here(load("", "engine.name=kokoro", "engine.model=gone", "voice=kokoro:af_sky").settings)
    assert (voices.default.id, [fault.key for fault in voices.faults]) == ("kokoro:af_sky", ["engine.model"])


def test_a_damaged_piper_voice_takes_no_other_with_it(tmp_path: Path, load: Load) -> None:
    """Named by the settings or not."""
    models = tmp_path / "state" / "models"
    no_json(put(models, "piper-small"))
    put(models, "piper-small-speakers")
    for settings in (["engine.name=piper", "engine.model=piper-small"], ["voice=piper:piper-small"]):
        voices = voices_here(load("", *settings).settings)
        (fault,) = voices.faults
        assert "onnx.json is damaged" in fault.message
        assert voices.find("piper:piper-small-speakers")


def test_auto_passes_over_an_engine_that_cannot_be_used(tmp_path: Path, load: Load) -> None:
    """With a model that the settings name it is a fault, and without one a line in the log and the choice."""
    zero(put(tmp_path / "state" / "models", "kokoro-small-release") / "voices-v1.0.bin")
    (fault,) = voices_here(load("", "engine.model=kokoro-small-release").settings).faults
    assert (fault.key, fault.code) == ("engine.model", "engine_failed")
    assert voices_here(load("").settings).faults == ()


# -- what was never right -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["engine.name=piperr"], "there is no such engine. Did you mean 'piper'"),
        (["voice=espeak:en-uk"], "Did you mean 'espeak:en-"),
        (["voice=espeak:en-uk", "engine.model=gone"], "No voice named 'espeak:en-uk'"),
        (["voice=slt"], "Did you mean 'compact:slt'"),
    ],
)
def test_a_typo_in_what_comes_with_the_program_ends_the_start(load: Load, settings: list[str], told: str) -> None:
    """No power cut makes one, and whoever wrote it stands by."""
    with pytest.raises(SettingsError, match=told):
        voices_at_start(load("", *settings))


def test_commands_refuse_what_a_start_survives(load: Load) -> None:
    """With the place where it was written."""
    with pytest.raises(SettingsError, match=r"edge\.yaml:2: engine\.model: 'gone' is not installed"):
        voices_of(load("engine:\n  model: gone\n"))
