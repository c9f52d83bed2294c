"""`litetts-edge doctor` as a whole: each fault comes with something to do; nothing hangs it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import pytest

from litetts_edge.cli import main
from litetts_edge.commands.checks.finding import Check, Finding, Level, fault, ok, perform
from litetts_edge.commands.doctor import examine, judge_settings, summary
from tests.broker import Broker, free_port
from tests.doctor_parts import one
from tests.settings_loader import Load
from tests.virtual_card import VirtualCard, virtual_card

# -- running checks ----------------------------------------------------------------------------------------


def test_a_check_that_hangs_is_left_behind() -> None:
    """What it had seen is shown, the limit is said with what to do, and the next check runs."""
    never = threading.Event()

    def hang() -> Iterator[Finding]:
        yield ok("first", "seen")
        never.wait()

    told: list[Finding] = []
    checks = [Check("slow", hang, 0.1, ("Restart it.",)), Check("next", lambda: [ok("next", "fine")])]
    findings, hanging = examine(checks, told.append)
    never.set()
    assert [(each.name, each.level) for each in findings] == [
        ("first", Level.OK),
        ("slow", Level.FAULT),
        ("next", Level.OK),
    ]
    assert hanging
    assert told == findings
    assert findings[1].advice == ("Restart it.",)


def test_a_check_that_crashes_is_that_checks_fault() -> None:
    """The person sees what to report."""

    def crash() -> Iterable[Finding]:
        raise ZeroDivisionError("by nothing")

    findings, hanging = perform(Check("heat", crash))
    assert not hanging
    assert str(one(findings)).startswith("FAULT heat: this check itself failed: ZeroDivisionError: by nothing (")
    assert __file__ in one(findings).found
    assert "report" in one(findings).advice[0]


def test_a_finding_is_one_line_and_what_to_do_is_indented() -> None:
    """So that `grep ^FAULT` finds all faults."""
    found = fault("disk", "a reason\nover two lines", "Do this.", "Or that.")
    assert str(found) == "FAULT disk: a reason over two lines\n      Do this.\n      Or that."
    assert str(ok("disk", "fine")) == "ok    disk: fine"


def test_the_last_line_counts() -> None:
    """The person knows at once whether to scroll up."""
    assert summary([ok("a", "")]) == "All is well."
    assert summary([fault("a", ""), fault("b", "")]).startswith("2 faults, 0 warnings.")


# -- the whole program -------------------------------------------------------------------------------------


async def test_all_is_well(
    tmp_path: Path, card: VirtualCard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a broker and a sound card there is no fault, and each part has its line."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    async with Broker(tmp_path / "broker") as real:
        port = f"--set=mqtt.port={real.port}"
        code = await asyncio.to_thread(main, ["doctor", port, "--set=mqtt.host=127.0.0.1"])
    lines = capsys.readouterr().out.splitlines()
    assert code == 0, lines
    assert not [line for line in lines if line.startswith("FAULT")]
    names = [line.split()[1] for line in lines[:-1] if not line.startswith(" ")]
    for name in (
        "settings:",
        "python:",
        "packages:",
        "clock:",
        "memory:",
        "broker:",
        "daemon:",
        "audio:",
        "voice:",
    ):
        assert name in names, lines


def test_with_wrong_settings_it_goes_on_with_what_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every error is listed with its line; the port beside it is the one that is tried."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    port = free_port()
    file = tmp_path / "edge.yaml"
    file.write_text(
        f"mqtt:\n  prot: 1\n  host: 127.0.0.1\n  port: {port}\noutputs: [mqtt]\nspeed: fast\n"
        "mdns: {enabled: false}\n"
    )
    assert main(["doctor", "--config", str(file)]) == 1
    out = capsys.readouterr().out
    assert "FAULT settings: 2 errors" in out
    assert f"      {file}:2: mqtt.prot: unknown key. Did you mean 'port'?" in out
    assert f"      {file}:6: speed: 'fast' is not a number" in out
    assert f"FAULT broker: 127.0.0.1:{port}: " in out
    assert "ok    voice: compact:slt" in out


FREEZING_BEFORE_STARTING = (
    "import sys\n"
    "from litetts_edge.cli import main\n"
    "from litetts_edge.commands.checks import audio\n"
    "audio.LIMIT_S = float(sys.argv[1])\n"
    "start_stream = audio.devices.start_stream\n"
    "def start(stream):\n"
    "    print('freeze', flush=True)\n"
    "    sys.stdin.readline()\n"
    "    return start_stream(stream)\n"
    "audio.devices.start_stream = start\n"
    "sys.exit(main(['doctor', '--set=mqtt.enabled=false']))\n"
)
"""A stream is open by then: PortAudio's own end, at the end of the program, waits for it."""


@contextlib.asynccontextmanager
async def doctor_on_a_frozen_card(limit_s: float, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program with audio.LIMIT_S = `limit_s`, in the moment when it starts a stream on a card that hangs."""
    with virtual_card() as card:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", FREEZING_BEFORE_STARTING, str(limit_s)),
            env={"PATH": "/usr/bin:/bin", "STATE_DIRECTORY": str(folder), **card.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(30):
                while await process.stdout.readline() != b"freeze\n":
                    assert not process.stdout.at_eof()
                card.freeze()
                process.stdin.write(b"go on\n")
                yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_a_frozen_sound_server_neither_stops_it_nor_its_end(tmp_path: Path) -> None:
    """The program itself ends, with the fault on its output, though a thread of it hangs in PortAudio."""
    async with doctor_on_a_frozen_card(2, tmp_path) as process:
        out, _ = await process.communicate()
    said = out.decode()
    assert "FAULT audio: it did not answer within 2 s" in said
    assert "Restart it: `systemctl --user restart pipewire" in said
    assert "ok    voice:" in said  # the checks after it ran
    assert process.returncode == 1


async def test_it_can_be_interrupted_while_a_driver_hangs(tmp_path: Path) -> None:
    """Ctrl-C ends the program at once."""
    async with doctor_on_a_frozen_card(1000, tmp_path) as process:
        assert process.stdout is not None
        process.send_signal(signal.SIGINT)
        assert b"FAULT" not in await process.stdout.read()
        assert await process.wait() == 130


def test_an_output_that_is_switched_off(load: Load) -> None:
    loaded = load("", "outputs=[speaker, mqtt]", "mqtt.enabled=false")
    assert one(judge_settings(loaded, []), "outputs").level is Level.FAULT


def test_a_password_that_everybody_can_read(tmp_path: Path, load: Load) -> None:
    """A warning with the command, until it is private."""
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o644)
    loaded = load("", f"mqtt.password_file={file}", "mqtt.username=edge")
    warned = one(judge_settings(loaded, []), "password")
    assert warned.level is Level.WARN
    assert f"chmod o-r {file}" in warned.advice[0]
    file.chmod(0o600)
    assert [finding.name for finding in judge_settings(loaded, [])] == ["settings"]
