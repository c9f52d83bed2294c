"""What `doctor` says about the sound card, the voice and the machine."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from litetts_edge.commands.checks import audio, machine, voice
from litetts_edge.commands.checks.audio import Surroundings
from litetts_edge.commands.checks.finding import Level
from litetts_edge.sinks.device import Device, Holder
from tests.doctor_parts import one
from tests.settings_loader import Load
from tests.virtual_card import VirtualCard

CARD = Device(0, "USB Audio: - (hw:0,0)", 2, 48_000, is_default=True)
PI = Surroundings("pi", is_root=False, is_service=False, in_audio=True, nodes=(), forbidden=(), servers=())


# -- sound -------------------------------------------------------------------------------------------------


def test_a_device_is_found_and_takes_sound(card: VirtualCard, load: Load) -> None:
    """The devices, the sound server, and the rate that it was opened with."""
    findings = list(audio.audio(load().settings, card.environment))
    assert [finding.level for finding in findings] == [Level.OK, Level.OK], findings
    assert f"sound server: {card.socket}" in one(findings, "audio").found
    assert one(findings, "audio device").found.endswith("takes sound at 48000 Hz")


def test_a_device_that_is_not_there(card: VirtualCard, load: Load) -> None:
    """Those that are there are listed, to choose from."""
    found = one(audio.audio(load("", "speaker.device=USB DAC").settings, card.environment))
    assert found.level is Level.FAULT
    assert "'USB DAC'" in found.found
    assert "'default'" in found.advice[0]


def test_no_sound_card(load: Load, card: VirtualCard) -> None:
    """A fault when the speaker is the only output, else a warning, and nothing at all without the speaker."""
    card.kill()
    only = one(audio.audio(load().settings, card.environment))
    assert only.level is Level.FAULT
    assert "outputs: [mqtt]" in "".join(only.advice)
    both = one(audio.audio(load("", "outputs=[speaker, mqtt]").settings, card.environment))
    assert both.level is Level.WARN
    assert one(audio.audio(load("", "outputs=[mqtt]").settings, card.environment)).level is Level.OK


def test_who_holds_a_busy_device() -> None:
    """By name and number; our own daemon may hold it."""
    aplay = Holder(4711, "aplay", "/dev/snd/pcmC0D0p")
    found = audio.judge_refused(CARD, "could not be opened", [aplay], PI, needed=True)
    assert found.level is Level.FAULT
    assert "aplay (process 4711) holds /dev/snd/pcmC0D0p" in found.found
    assert "`kill 4711`" in found.advice[0]
    own = audio.judge_refused(CARD, "", [replace(aplay, name="litetts-edge")], PI, needed=True)
    assert own.level is Level.OK
    unseen = audio.judge_refused(CARD, "could not be opened", [], PI, needed=True)
    assert "sudo litetts-edge doctor" in unseen.advice[0]


def test_what_keeps_a_user_from_the_cards() -> None:
    """The group audio, the library, and another user's sound server."""
    outsider = replace(PI, in_audio=False, nodes=("/dev/snd/pcmC0D0p",), forbidden=("/dev/snd/pcmC0D0p",))
    found = audio.judge_missing("There is no sound card.", [], outsider, needed=True)
    assert "usermod -aG audio pi`, then log in again" in found.advice[0]
    service = replace(outsider, user="edge", is_service=True, others_servers=("/run/user/1000/pulse/native",))
    lines = audio.judge_missing("There is no sound card.", [], service, needed=True).advice
    assert "restart the service" in lines[0]
    assert "/run/user/1000/pulse/native" in lines[1]
    library = audio.judge_missing("missing: `apt install libportaudio2` brings it", [], PI, needed=False)
    assert library.level is Level.WARN
    assert "sudo apt install libportaudio2" in library.advice[0]


def test_sound_servers_and_nodes_are_seen(tmp_path: Path) -> None:
    """Ours and other users'; a folder in place of /dev/snd and /run."""
    mine, theirs = tmp_path / "user" / "1" / "pulse", tmp_path / "user" / "2" / "pulse"
    for folder in (mine, theirs, tmp_path / "snd"):
        folder.mkdir(parents=True)
    for file in (mine / "native", theirs / "native", tmp_path / "snd" / "pcmC1D0p", tmp_path / "snd" / "pcmC1D0c"):
        file.touch()
    environ = {"XDG_RUNTIME_DIR": str(mine.parent)}
    seen = audio.surroundings(environ, tmp_path / "snd", tmp_path)
    assert seen.servers == (str(mine / "native"),)
    assert seen.others_servers == (str(theirs / "native"),)
    assert seen.nodes == (str(tmp_path / "snd" / "pcmC1D0p"),)


# -- the voice ---------------------------------------------------------------------------------------------


def test_the_configured_voice_speaks(load: Load) -> None:
    found = one(voice.voice(load("", "voice=espeak:de").settings), "voice")
    assert found.level is Level.OK, found
    assert "espeak:de loads in" in found.found


def test_a_voice_or_engine_that_is_not_there(load: Load) -> None:
    """The nearest name, and the command that lists the rest."""
    found = one(voice.voice(load("", "voice=espeak:dee").settings), "voice")
    assert found.level is Level.FAULT
    assert "litetts-edge voices" in found.advice[0]
    engine = one(voice.voice(load("", "engine.name=espeek").settings), "voice")
    assert engine.level is Level.FAULT
    assert "Did you mean 'espeak'" in engine.found


def test_a_model_that_is_gone_and_what_speaks_instead(load: Load) -> None:
    """It is a fault, although something speaks."""
    found = list(voice.voice(load("", "engine.model=gone").settings))
    assert (found[0].name, found[0].level) == ("voice", Level.FAULT)
    assert "engine.model: 'gone' is not installed" in found[0].found
    assert "models pull" in found[0].advice[0]
    assert (found[-1].name, found[-1].level) == ("voice instead", Level.OK)


def test_a_slow_voice_and_a_broken_one() -> None:
    """Slower than 0.8 of real time is a warning; what LevelCheck says is a fault."""
    fast = voice.Spoken("kokoro:anna", (), load_s=1, synthesis_s=0.8, audio_s=1)
    assert voice.judge_spoken(fast).level is Level.OK
    assert "speaks (windows, 8 bits), real" in voice.judge_spoken(replace(fast, form="windows, 8 bits")).found
    slow = voice.judge_spoken(replace(fast, synthesis_s=0.81))
    assert slow.level is Level.WARN
    assert "real-time factor 0.810" in slow.found
    assert voice.judge_spoken(replace(fast, faults=("clipped",))).level is Level.FAULT
    assert voice.judge_spoken(replace(fast, audio_s=0)).level is Level.FAULT


def test_a_voice_is_tried_in_a_process_of_its_own(load: Load) -> None:
    """What it found comes back; when it takes its process with it, or does not end, that is its fault."""
    settings = load("", "voice=espeak:de").settings
    found = one(voice.voice_apart(settings), "voice")
    assert (found.level, found.name) == (Level.OK, "voice")
    assert "espeak:de loads in" in found.found
    broken = one(voice.voice_apart(load("", "voice=espeak:dee").settings), "voice")
    assert "litetts-edge voices" in broken.advice[0]
    died = one(voice.voice_apart(settings, program="import os, signal; os.kill(os.getpid(), signal.SIGILL)"))
    assert died.level is Level.FAULT
    assert died.found == "trying espeak:de ended the whole program (SIGILL)"
    raised = one(voice.voice_apart(settings, program="import a_package_that_is_gone"))
    assert "ModuleNotFoundError: No module named 'a_package_that_is_gone'" in raised.found
    endless = one(voice.voice_apart(settings, 0.3, "import threading; threading.Event().wait()"))
    assert "did not speak within 0.3 s" in endless.found


# -- the machine -------------------------------------------------------------------------------------------


def test_the_state_folder(tmp_path: Path) -> None:
    """Writable, absent but possible, and none of it left behind."""
    assert one(machine.state_folder(tmp_path)).level is Level.OK
    absent = one(machine.state_folder(tmp_path / "a" / "b"))
    assert absent.level is Level.OK
    assert "does not exist yet" in absent.found
    assert list(tmp_path.iterdir()) == []


def test_a_state_folder_that_cannot_be_written() -> None:
    """/proc takes no files, not even from root."""
    found = one(machine.state_folder(Path("/proc/litetts-edge")))
    assert found.level is Level.FAULT
    assert "/proc cannot be written by" in found.found


@pytest.mark.parametrize(
    ("number", "hint"),
    [(errno.EROFS, "SD card"), (errno.ENOSPC, "df -h"), (errno.EACCES, "chown pi"), (0, "state_dir")],
)
def test_why_a_folder_cannot_be_written(number: int, hint: str) -> None:
    found = machine.judge_unwritable(Path("/var/lib/x"), Path("/var/lib"), OSError(number, "why"), "pi")
    assert found.level is Level.FAULT
    assert hint in "".join(found.advice)


def test_room_on_the_disk() -> None:
    levels = [machine.judge_room(Path("/x"), free, exists=True).level for free in (4, 99, 101)]
    assert levels == [Level.FAULT, Level.WARN, Level.OK]


def test_the_clock() -> None:
    """1970 is a fault, an unsynchronized clock a warning, and what cannot be known is neither."""
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert machine.judge_clock(datetime(1970, 1, 1, tzinfo=UTC), is_synchronized=None).level is Level.FAULT
    assert machine.judge_clock(datetime(2024, 12, 31, tzinfo=UTC), is_synchronized=True).level is Level.FAULT
    assert machine.judge_clock(now, is_synchronized=False).level is Level.WARN
    assert machine.judge_clock(now, is_synchronized=None).level is Level.OK
    assert machine.judge_clock(now, is_synchronized=True).level is Level.OK


def test_throttling_now_and_before() -> None:
    """The bits of the Raspberry Pi's firmware."""
    assert machine.judge_throttling(0).level is Level.OK
    now = machine.judge_throttling(0x50005)
    assert now.level is Level.FAULT
    assert now.found == "now: under-voltage, throttled"
    before = machine.judge_throttling(0x10000)
    assert before.level is Level.WARN
    assert before.found == "since the start: under-voltage"
    assert "power supply" in before.advice[0]
    assert "heat sink" in machine.judge_throttling(0x8).advice[0]


def test_heat_and_power_are_read_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the kernel's sensors, and from the firmware where its program is; else there is no line."""
    monkeypatch.setattr(machine, "THERMAL_ZONE", tmp_path / "temp")
    monkeypatch.setattr(machine, "SENSORS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    assert list(machine.heat()) == []
    (tmp_path / "temp").write_text("81200\n")
    sensor = tmp_path / "hwmon1"
    sensor.mkdir()
    (sensor / "name").write_text("rpi_volt\n")
    (sensor / "in0_lcrit_alarm").write_text("1\n")
    assert [str(finding).splitlines()[0] for finding in machine.heat()] == [
        "warn  temperature: the processor has 81 C",
        "FAULT power: now: under-voltage",
    ]
    program = tmp_path / "bin" / "vcgencmd"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho throttled=0x20000\n")
    program.chmod(0o755)
    assert one(machine.heat(), "power").found == "since the start: frequency capped"


def test_memory() -> None:
    assert [machine.judge_memory(mb, 512).level for mb in (39, 149, 151)] == [Level.FAULT, Level.WARN, Level.OK]
    assert one(machine.memory()).name == "memory"


def test_python_and_packages() -> None:
    """32 bit is a warning with what it costs; a missing package is a fault."""
    assert machine.judge_python((3, 11, 2), 64, "aarch64").level is Level.OK
    narrow = machine.judge_python((3, 11, 2), 32, "armv7l")
    assert narrow.level is Level.WARN
    assert "64-bit Raspberry Pi OS" in "".join(narrow.advice)
    assert machine.judge_python((3, 10, 0), 64, "x86_64").level is Level.FAULT
    assert machine.judge_packages({"numpy": "2.0"}).level is Level.OK
    missing = machine.judge_packages({"numpy": "2.0", "soxr": None})
    assert missing.level is Level.FAULT
    assert "soxr" in missing.found
    assert [finding.level for finding in machine.versions()] == [Level.OK, Level.OK]
