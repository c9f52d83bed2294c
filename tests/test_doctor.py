"""`litetts-edge doctor`: each fault is found, named, and comes with something to do; nothing hangs it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from litetts_edge.cli import main
from litetts_edge.commands.checks import advice, audio, broker, machine, voice
from litetts_edge.commands.checks.audio import Surroundings
from litetts_edge.commands.checks.finding import Check, Finding, Level, fault, ok, perform
from litetts_edge.commands.doctor import examine, judge_settings, summary
from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.schema import Settings
from litetts_edge.sinks.device import Device, Holder
from tests.broker import Broker, SecondClient, free_port, make_certificates
from tests.settings_loader import Load, loader
from tests.test_troubleshooting import codes_in
from tests.virtual_card import VirtualCard, card_of_this_process, virtual_card

TOPICS = Topics("litetts", "kitchen-pi", ("downstairs",))
CARD = Device(0, "USB Audio: - (hw:0,0)", 2, 48_000, is_default=True)
PI = Surroundings("pi", is_root=False, is_service=False, in_audio=True, nodes=(), forbidden=(), servers=())


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return loader(tmp_path)


@pytest.fixture
def card() -> Iterator[VirtualCard]:
    with virtual_card() as fresh, card_of_this_process(fresh):
        yield fresh


def one(findings: Iterable[Finding], name: str = "") -> Finding:
    """The only finding, or the only one with that name."""
    [found] = [finding for finding in findings if not name or finding.name == name]
    return found


async def ask(settings: Settings) -> list[Finding]:
    """What the broker check finds; it brings an event loop of its own."""
    return await asyncio.to_thread(lambda: list(broker.broker(settings, {})))


def at(load: Load, port: int, *assignments: str) -> Settings:
    return load("", "mqtt.host=127.0.0.1", f"mqtt.port={port}", "mdns.enabled=false", *assignments).settings


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


# -- the broker --------------------------------------------------------------------------------------------


async def test_a_good_broker_without_a_daemon(tmp_path: Path, load: Load) -> None:
    """We are let in, a message comes back, and nobody speaks yet."""
    async with Broker(tmp_path / "broker", users={"edge": "secret"}) as real:
        findings = await ask(at(load, real.port, "mqtt.username=edge", "mqtt.password=secret"))
    assert one(findings, "broker").level is Level.OK, findings
    assert "as edge (MQTT 5); a message came back" in one(findings, "broker").found
    assert one(findings, "daemon").level is Level.WARN
    assert "no daemon has been here as 'kitchen-pi'" in one(findings, "daemon").found


async def test_a_wrong_password(tmp_path: Path, load: Load) -> None:
    """The code, the settings that hold name and password, and how to try them; never the password itself."""
    async with Broker(tmp_path / "broker", users={"edge": "secret"}) as real:
        found = one(await ask(at(load, real.port, "mqtt.username=edge", "mqtt.password=hunter2")))
        nameless = one(await ask(at(load, real.port)))
    assert found.level is Level.FAULT
    assert found.found.endswith("(not_authorized)")
    assert "mqtt.password_file" in found.advice[0]
    assert f"mosquitto_sub -h 127.0.0.1 -p {real.port} -u edge" in found.advice[0]
    assert "hunter2" not in str(found)
    assert nameless.advice[0].startswith("The broker wants a name")


async def test_forbidden_topics_and_the_lines_that_allow_them(tmp_path: Path, load: Load) -> None:
    """What doctor says is put into the ACL file as it stands, and then all is well."""
    settings = {"mqtt.username": "edge", "mqtt.password": "secret", "node.groups": "[downstairs]"}
    assigned = [f"{key}={value}" for key, value in settings.items()]
    async with Broker(tmp_path / "one", users={"edge": "secret"}, acl="user edge\ntopic read x/#\n") as real:
        found = one(await ask(at(load, real.port, *assigned)))
    assert found.level is Level.FAULT
    assert found.found.endswith("(self_test_failed)")
    lines = [line.strip() for line in found.advice[1:]]
    assert lines == [
        "user edge",
        "topic readwrite litetts/kitchen-pi/#",
        "topic read litetts/all/#",
        "topic read litetts/group/downstairs/#",
        "topic readwrite litetts/client/#",
    ]
    async with Broker(tmp_path / "two", users={"edge": "secret"}, acl="\n".join([*lines, ""])) as real:
        assert one(await ask(at(load, real.port, *assigned)), "broker").level is Level.OK


async def test_no_broker(load: Load) -> None:
    """Said in seconds, with the commands to try."""
    found = one(await ask(at(load, free_port())))
    assert found.level is Level.FAULT
    assert found.found.endswith("(broker_unreachable)")
    assert "nc -vz 127.0.0.1" in found.advice[0]
    assert "apt install mosquitto" in found.advice[1]


async def test_an_untrusted_certificate(tmp_path: Path, load: Load) -> None:
    """The setting that names whom to trust; with it, all is well."""
    certificates = make_certificates(tmp_path / "ca")
    async with Broker(tmp_path / "broker", tls=certificates) as real:
        found = one(await ask(at(load, real.port, "mqtt.tls.enabled=true")))
        trusting = at(load, real.port, "mqtt.tls.enabled=true", f"mqtt.tls.ca_file={certificates.ca}")
        good = one(await ask(trusting), "broker")
    assert found.found.endswith("(tls_untrusted)")
    assert "mqtt.tls.ca_file" in found.advice[0]
    assert good.level is Level.OK
    assert "encrypted" in good.found


async def test_an_unreadable_password_file(tmp_path: Path, load: Load) -> None:
    """The file is named, and nobody is asked without a password."""
    found = one(await ask(at(load, 1, "mqtt.username=edge", f"mqtt.password_file={tmp_path}/none")))
    assert found.level is Level.FAULT
    assert f"{tmp_path}/none" in found.found


async def test_a_broker_is_not_asked_when_none_is_wanted(load: Load) -> None:
    assert one(await ask(at(load, 1, "mqtt.enabled=false"))).level is Level.OK


async def test_a_daemon_that_answers_and_one_that_does_not(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`online` can be an old retained message: only an answer proves a daemon."""
    monkeypatch.setattr(broker, "ANSWER_S", 0.3)
    async with Broker(tmp_path / "broker") as real, SecondClient(real.port) as client:
        settings = at(load, real.port)
        await client.publish(TOPICS.availability, "online", retain=True)
        await client.publish(TOPICS.state, '{"state": "idle", "problem": "no_audio_device"}', retain=True)
        silent = one(await ask(settings), "daemon")

        async def answer() -> None:
            await client.subscribe(TOPICS.request("ping"))
            while True:
                asked = json.loads((await client.next()).payload)
                await client.publish(TOPICS.response("ping"), json.dumps({"id": asked["id"], "status": "ok"}))

        monkeypatch.setattr(broker, "ANSWER_S", 15)
        answering = asyncio.create_task(answer())
        alive = one(await ask(settings), "daemon")
        answering.cancel()
    assert silent.level is Level.WARN
    assert "does not answer" in silent.found
    assert alive.level is Level.WARN
    assert "running, with a problem: no_audio_device" in alive.found


def test_what_the_retained_topics_say() -> None:
    """Stopped, broken JSON, and well."""
    heard = broker.Heard(documents={TOPICS.availability: "offline"})
    assert "no daemon is running" in broker.judge_daemon(heard, TOPICS).found
    well = {TOPICS.availability: "online", TOPICS.state: '{"state": "idle", "problem": null}'}
    assert broker.judge_daemon(broker.Heard(documents=well, answered=True), TOPICS).level is Level.OK
    broken = {TOPICS.availability: "online", TOPICS.state: "[1]"}
    assert broker.judge_daemon(broker.Heard(documents=broken, answered=True), TOPICS).level is Level.OK


def test_every_problem_of_the_link_has_its_advice(load: Load) -> None:
    """No code of the link leaves the person with nothing but the code."""
    package = Path(advice.__file__).parents[2]
    modules = ("mqtt/link.py", "mqtt/connection.py", "mqtt/dial.py", "mqtt/dialect.py")
    codes = set().union(*(codes_in((package / name).read_text()) for name in modules)) - {"packet_too_large"}
    assert len(codes) > 10
    settings = load("", "mqtt.username=edge", "mqtt.host=hub.lan", "mqtt.port=8883").settings
    for code in codes:
        lines = advice.broker_advice(code, settings, TOPICS)
        assert lines, code
        assert lines != (advice.TABLE,), code
        assert "{" not in "".join(lines), code
    assert "mqtt.tls.enabled: true" in advice.broker_advice("broker_unreachable", settings, TOPICS)[-1]
    assert "listener 1883" in advice.broker_advice("broker_unreachable", settings, TOPICS)[1]


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
    assert one(voice.voice(load("", "engine.name=espeek").settings)).level is Level.FAULT


def test_a_slow_voice_and_a_broken_one() -> None:
    """Slower than 0.8 of real time is a warning; what LevelCheck says is a fault."""
    fast = voice.Spoken("kokoro:anna", (), load_s=1, synthesis_s=0.8, audio_s=1)
    assert voice.judge_spoken(fast).level is Level.OK
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
