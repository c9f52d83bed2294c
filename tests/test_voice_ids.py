"""Ids with capitals and `#`, as Piper's are, wherever a voice can be named: settings, MQTT, SSML, command line."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from litetts_edge.__main__ import main
from litetts_edge.errors import VoiceNotFound
from tests.broker import Broker
from tests.program import House, programs
from tests.program import house as friend_of

SMALL = Path(__file__).parent / "data" / "engines" / "piper-small-speakers"
MODEL = "de_DE-Small_speakers-medium"
VOICE, SPEAKER = f"piper:{MODEL}", f"piper:{MODEL}#p226"


def install(state: Path, name: str = MODEL) -> None:
    """The small voice of several speakers, under the kind of name that published ones have."""
    folder = state / "models" / name
    shutil.copytree(SMALL, folder)
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"name": name}))


async def voice_of(friend: House, request: str, text: str, **fields: str) -> str:
    """Which voice says it."""
    await friend.send("speak", {"id": request, "text": text, **fields})
    await friend.closed(request)
    return str(friend.events(request)[-1].get("voice"))


async def test_such_a_voice_is_named_over_mqtt_in_ssml_and_in_the_settings(tmp_path: Path) -> None:
    """And lasts over a restart."""
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"engine: {{name: piper}}\nvoice: {VOICE}#p225 # a comment\noutputs: mqtt\n")
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, friend_of(broker.port) as friend:
        program = make(broker.port)
        install(program.folder / "state")
        await program.start("--config", str(settings))
        await friend.online()
        assert await voice_of(friend, "a", "Hallo.") == f"{VOICE}#p225"
        assert await voice_of(friend, "b", "Hallo.", voice=SPEAKER) == SPEAKER
        await friend.send("voice/set", f"{VOICE}#p227")
        await friend.document("state", lambda state: state["voice"] == f"{VOICE}#p227")
        assert await voice_of(friend, "c", "Hallo.") == f"{VOICE}#p227"
        said = (
            f'<speak>Eins. <voice name="{SPEAKER}">Zwei.</voice> <voice name="{MODEL}#p225">Drei.</voice></speak>'
        )
        await voice_of(friend, "d", said)
        assert friend.events("d")[-1]["event_type"] == "finished"
        assert not friend.events("d")[-1].get("warnings")
        await friend.send("voice/set", SPEAKER.lower())
        error = await friend.document("error", lambda error: error["code"] == "voice_not_found")
        assert f"Did you mean '{SPEAKER}'?" in error["message"]
        await program.end(signal.SIGTERM)
        friend.heard.clear()
        program.notes.clear()
        await program.start("--config", str(settings))
        await friend.document("state", lambda state: state["voice"] == f"{VOICE}#p227")


def test_such_a_voice_is_named_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the environment, too; `models use` takes the speaker alone."""
    monkeypatch.setenv("LITETTS_EDGE__STATE_DIR", str(tmp_path))
    install(tmp_path)
    assert main(["models", "use", MODEL, "--voice", "p226"]) == 0
    assert main(["check-config", "--get", "voice"]) == 0
    assert main(["check-config", "--set", f"voice={VOICE}#p225", "--get", "voice"]) == 0
    assert main(["models", "use", MODEL, "--voice", "P226"]) == 2
    out, error = capsys.readouterr()
    assert f"{SPEAKER}\n{VOICE}#p225\n" in out
    assert f"Did you mean '{SPEAKER}'?" in error


@pytest.mark.parametrize("name", [VOICE.lower(), MODEL, MODEL.upper(), "piper:de-small_speakers-medium"])
def test_what_is_nearly_its_name_is_helped_to_it(name: str) -> None:
    """Also with another case, or without the engine."""
    assert f"Did you mean '{VOICE}'?" in str(VoiceNotFound(name, ["espeak:de", VOICE, SPEAKER]))
