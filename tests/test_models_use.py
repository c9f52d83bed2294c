"""`models use` with a daemon that runs: engine, model and voice change without a restart, and back."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from litetts_edge.commands.models.using import how_to_reload
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.piper import PiperEngine
from litetts_edge.pipeline.inventory import installed
from litetts_edge.settings.network import Mqtt
from litetts_edge.settings.schema import Settings
from tests.broker import Broker
from tests.program import House, Program, programs
from tests.program import house as friend_of

SMALL = Path(__file__).parent / "data" / "engines"


async def use(program: Program, *arguments: str) -> str:
    """Run the command beside the daemon; what it prints."""
    command = [sys.executable, "-m", "litetts_edge", "models", "use", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, env=program._environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return out.decode()


async def speaks(friend: House, voice: str) -> None:
    await friend.document("state", lambda state: (state["voice"], state["model"]) == (voice, "loaded"))
    friend.heard.clear()


async def test_the_command_that_use_names_is_all_that_is_needed(tmp_path: Path) -> None:
    """From the box to Piper, its other model, Kokoro, and back to what the files say."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, friend_of(broker.port) as friend:
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"})
        for name in ("piper-small", "piper-small-speakers", "kokoro-small"):
            shutil.copytree(SMALL / name, program.folder / "state" / "models" / name)
        await program.start("--set", "tuning.auto=false")
        await friend.online()
        first = (await friend.document("state", lambda state: state["model"] == "loaded"))["voice"]
        friend.heard.clear()
        for arguments, voice in (
            (("piper-small",), "piper:piper-small"),
            (("piper-small-speakers", "--voice", "p226"), "piper:piper-small-speakers#p226"),
            (("kokoro-small", "--voice", "af_sky"), "kokoro:af_sky"),
            (("espeak", "--voice", "de"), "espeak:de"),
            (("auto",), first),
        ):
            told = await use(program, *arguments)
            assert told.startswith(f"{voice} is what speaks. A running daemon takes it at: mosquitto_pub ")
            command = shlex.split(told.partition(" at: ")[2])
            reload = await asyncio.create_subprocess_exec(*command)
            assert await reload.wait() == 0
            await speaks(friend, voice)
        await friend.send("speak", {"id": "a", "text": "Hello."})
        await friend.closed("a")
        assert friend.events("a")[-1]["voice"] == first


def test_the_service_is_reloaded_by_systemd(tmp_path: Path) -> None:
    """Only where it is the service whose folder was changed."""
    unit = tmp_path / "litetts-edge.service"
    unit.touch()
    service = Settings(state_dir="/var/lib/litetts-edge")
    assert how_to_reload(service, unit) == "sudo systemctl reload litetts-edge"
    assert how_to_reload(Settings(state_dir=str(tmp_path)), unit).startswith("mosquitto_pub -h ")
    assert how_to_reload(service, tmp_path / "none").endswith("/request/reload -n")
    guarded = Settings(state_dir=str(tmp_path), mqtt=Mqtt(username="edge"))
    assert " -u edge -P PASSWORD -t " in how_to_reload(guarded, unit)


@pytest.mark.parametrize("engine", ["auto", "piper"])
def test_the_model_of_the_voice_is_the_one_that_is_loaded(tmp_path: Path, engine: str) -> None:
    """Not the first by name, which somebody would wait for and then wait again."""
    for name in ("piper-small", "piper-small-speakers"):
        shutil.copytree(SMALL / name, tmp_path / name)
    options = EngineOptions(threads=1, pulled=tmp_path)
    voices = installed(engine, options, voice="piper:piper-small-speakers#p226")
    piper = voices.engines["piper"]
    assert isinstance(piper, PiperEngine)
    assert piper.voices[0].id == "piper:piper-small-speakers"
    other = installed(engine, options, voices, voice="piper:piper-small")
    assert other.engines["piper"] is not piper
    assert installed(engine, options, voices, voice="piper:piper-small-speakers").engines["piper"] is piper
