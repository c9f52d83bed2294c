"""The command line as its user meets it: what it prints, what it writes, and its exit code."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import soundfile

from tests.broker import Broker, free_port
from tests.program import NODE, programs

Outcome = subprocess.CompletedProcess[str]


def litetts(*arguments: str, stdin: str = "", environ: Mapping[str, str] | None = None) -> Outcome:
    """Run the program on a machine without sound card, settings or home."""
    command = [sys.executable, "-m", "litetts_edge", *arguments]
    with tempfile.TemporaryDirectory() as home:
        clean = {"PATH": os.environ["PATH"], "HOME": home, **(environ or {})}
        return subprocess.run(
            command, input=stdin, env=clean, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.mark.parametrize("suffix", ["wav", "flac", "opus", "mp3", "ogg"])
def test_say_writes_a_file_that_players_open(tmp_path: Path, suffix: str) -> None:
    """In the format that its name ends in, and it tells how long it is."""
    out = tmp_path / f"hello.{suffix}"
    done = litetts("say", "Hello there.", "--out", str(out))
    assert done.returncode == 0, done.stderr
    samples, rate = soundfile.read(out)
    told = float(done.stdout.split(" s of speech")[0])
    assert len(samples) / rate == pytest.approx(told, abs=0.1)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_say_reads_stdin_for_a_dash(tmp_path: Path) -> None:
    """As programs do."""
    assert litetts("say", "-", "--out", str(tmp_path / "a.wav"), stdin="Hello").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["say", "", "--out", "a.wav"], 2, "no text"),
        (["say", "hi", "--out", "a.txt"], 2, "flac, mp3, opus"),
        (["say", "hi", "--out", "/"], 2, "name a file"),
        (["say", "hi", "--out", "/proc/a.wav"], 1, "/proc/a.wav"),
        (["say", "hi", "--voice", "nobody", "--out", "a.wav"], 2, "No voice named"),
        (
            ["say", "hi", "--speed", "7", "--out", "a.wav"],
            2,
            "--speed: must be a number from 0.5 to 2, and is '7'",
        ),
        (["say", "hi", "--speed", "nan", "--out", "a.wav"], 2, "--speed: must be a number from 0.5 to 2"),
        (["say", "hi", "--speed", "fast", "--out", "a.wav"], 2, "--speed: must be a number from 0.5 to 2"),
        (["say", "hi"], 1, "sound card"),
        (["say", "hi"], 1, "--out FILE"),
        (["say", "hi", "--set", "engine.name=nothing", "--out", "a.wav"], 2, "engine.name"),
        (["run", "--set", "engine.name=espeek"], 2, "Did you mean 'espeak'"),
        (["check-config", "--set", "engine.name=espeek"], 2, "command line: engine.name"),
        (["check-config", "--set", "voice=espeak:en-uk"], 2, "Did you mean 'espeak:en-"),
        (["check-config", "--get", "mqtt.prot"], 2, "mqtt.port"),
        (["check-config", "--set", "mqtt.port=x"], 2, "mqtt.port"),
        (["check-config", "-c", "/nonexistent.yaml"], 2, "no such file"),
        (["normalize", "--lang", "xx-yy"], 2, "No voice reads"),
        (["speak", "hi", "--node", "a/+"], 2, "--node"),
        (["status", "--node", "#"], 2, "--node"),
        (["dance"], 2, "invalid choice"),
    ],
)
def test_what_cannot_be_done_says_why(arguments: list[str], code: int, told: str) -> None:
    """On stderr, with the documented exit code and no traceback."""
    done = litetts(*arguments)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_check_config_shows_values_origins_and_no_secret() -> None:
    """And one value bare, for scripts."""
    environ = {"LITETTS_EDGE__MQTT__PASSWORD": "hunter2", "LITETTS_EDGE__MQTT__USERNAME": "me"}
    done = litetts("check-config", environ=environ)
    assert done.returncode == 0
    line = next(line for line in done.stdout.splitlines() if line.startswith("mqtt.username"))
    assert line.split() == ["mqtt.username", "me", "environment", "LITETTS_EDGE__MQTT__USERNAME"]
    assert "hunter2" not in done.stdout
    assert litetts("check-config", "--get", "mqtt.port").stdout == "1883\n"


@pytest.mark.parametrize("command", ["normalize", "phonemes"])
def test_lines_are_mapped_one_for_one(command: str) -> None:
    """Empty ones, odd ones and the last one without an end too."""
    lines = ["Hello there. And more!", "", "...", "Dr. Who\tis\u2028here", "\x00", "é" * 400, "last"]
    done = litetts(command, "--lang", "en-US", stdin="\n".join(lines))
    assert done.returncode == 0
    mapped = done.stdout.split("\n")
    assert mapped.pop() == ""
    assert len(mapped) == len(lines)
    assert mapped[0]
    assert mapped[1] == ""


def test_voices_can_be_asked_by_language() -> None:
    """One line each."""
    done = litetts("voices", "--lang", "de")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["espeak:de"]
    assert litetts("voices", "--lang", "tlh-xx").returncode == 1


@pytest.mark.parametrize(("setting", "marked"), [("auto", "compact:slt"), ("espeak:de", "espeak:de")])
def test_the_default_voice_is_marked(setting: str, marked: str) -> None:
    """At the end of its line, which begins with the id as all others. A program gets nothing else to read."""
    done = litetts("voices", "--set", f"voice={setting}")
    assert done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines() if line.endswith("  *")] == [marked]


def test_wrong_settings_hide_no_voice() -> None:
    """Whoever mistyped the voice looks here for the right one."""
    done = litetts("voices", "--set", "voice=espeak:dee")
    assert done.returncode == 0
    assert "espeak:dee" in done.stderr
    assert "\nespeak:de " in done.stdout
    assert "*" not in done.stdout


def test_people_are_told_about_blends() -> None:
    """Only at a terminal."""
    people, terminal = os.openpty()
    command = [sys.executable, "-m", "litetts_edge", "voices", "--lang", "en-US"]
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, text=True, timeout=60, check=True)
    os.close(terminal)
    assert "compact:slt(2)+rms" in done.stderr
    assert os.read(people, 12) == b"compact:slt "
    os.close(people)


def test_explain_shows_each_piece() -> None:
    """Where it stands, what is spoken, and how."""
    done = litetts("explain", "Hello. Bye.")
    assert "0-5" in done.stdout
    assert "həlˈoʊ" in done.stdout
    answer = json.loads(litetts("explain", "--json", "Hello. Bye.").stdout)
    assert [token["text"] for token in answer["tokens"]] == ["Hello", ".", "Bye", "."]


def test_explain_uses_the_voice_that_would_speak() -> None:
    """The one of the settings, which reads phonemes here."""
    done = litetts("explain", "Hello.", "--set", "engine.name=tiny")
    assert done.stdout.startswith("tiny")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """`litetts-edge voices | head -1`."""
    command = f"{sys.executable} -m litetts_edge voices | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("compact:slt")


async def test_speak_and_status_talk_to_a_running_daemon(tmp_path: Path) -> None:
    """Over its broker; the exit code says what became of the text."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make:
        environ = {"LITETTS_EDGE__MQTT__PORT": str(broker.port), "LITETTS_EDGE__NODE__ID": NODE}

        async def run(*arguments: str) -> Outcome:
            return await asyncio.to_thread(litetts, *arguments, environ=environ)

        nobody = await run("status", "--timeout", "1")
        assert nobody.returncode == 3
        program = make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"})
        await program.start()
        spoken = await run("speak", "Hello")
        assert spoken.returncode == 0, spoken.stderr
        assert "finished" in spoken.stdout
        failed = await run("speak", "Hello", "--output", "speaker")
        assert failed.returncode == 1
        assert "sound card" in failed.stderr
        status = await run("status")
        assert status.returncode == 0
        assert "online" in status.stdout
        assert "rss_mb" in status.stdout
        assert (await run("speak", "Hello", "--voice", "nobody")).returncode == 1


@pytest.mark.parametrize("arguments", [["status"], ["speak", "hi"]])
def test_without_a_broker_a_client_says_so(arguments: list[str]) -> None:
    """Exit code 3, and where it looked."""
    port = str(free_port())
    done = litetts(*arguments, "--timeout", "2", environ={"LITETTS_EDGE__MQTT__PORT": port})
    assert done.returncode == 3
    assert f"localhost:{port}" in done.stderr
