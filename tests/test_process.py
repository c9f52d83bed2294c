"""The real program and what is around it: the service manager, signals, crashes, a lost broker, a frozen card."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.broker import Broker
from tests.program import NODE, House, Program, house, lines, programs
from tests.proxy import Proxy
from tests.virtual_card import RATE, VirtualCard, virtual_card
from tests.waiting import until

QUIET = {"LITETTS_EDGE__OUTPUTS": "mqtt"}


@asynccontextmanager
async def at_home(tmp_path: Path, environ: dict[str, str] | None = None) -> AsyncIterator[tuple[Program, House]]:
    """A node that is online, and a friend on its broker."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, environ or QUIET)
        await program.start()
        await friend.online()
        yield program, friend


async def test_ready_is_said_once_the_voice_is_warm_and_stopping_at_the_end(tmp_path: Path) -> None:
    """The service manager hears the whole life, in words that a person understands."""
    async with at_home(tmp_path, {**QUIET, "WATCHDOG_USEC": "3000000"}) as (program, _):
        await program.note("STATUS=Idle")
        await program.note("WATCHDOG=1")
        assert await program.end() == 0
        await program.note("STOPPING=1")
        order = [program.notes.index(line) for line in ("READY=1", "WATCHDOG=1", "STOPPING=1")]
        assert lines(program.notes, "STATUS=Loading the voice compact:slt")
        assert order == sorted(order) or order[1] < order[0] < order[2]


async def test_sigterm_says_offline_and_leaves_with_0(tmp_path: Path) -> None:
    """In the middle of a text, which is told as cancelled where nothing is kept; well within 2 s."""
    environ = {**QUIET, "LITETTS_EDGE__ENGINE__NAME": "tiny", "LITETTS_EDGE__QUEUE__KEEP": "false"}
    async with at_home(tmp_path, environ) as (program, friend):
        await friend.send("speak", {"id": "x", "text": "a long one", "voice": "tiny:slow"})
        await friend.until(lambda: "started" in friend.story("x"))
        began = time.monotonic()
        assert await program.end() == 0
        assert time.monotonic() - began < 2
        await friend.until(lambda: ("availability", b"offline") in friend.heard)
        assert friend.story("x")[-1] == "cancelled"
        assert friend.events("x")[-1]["reason"] == "shutdown"


async def test_the_log_names_the_request(tmp_path: Path) -> None:
    """Off the journal too, and never its text."""
    async with at_home(tmp_path) as (program, friend):
        await friend.send("speak", {"id": "x", "text": "a secret", "output": "speaker"})
        await friend.closed("x")
        log = program.log.read_text()
        assert "request=x" in log
        assert "secret" not in log


async def test_a_killed_node_is_offline_by_its_last_will(tmp_path: Path) -> None:
    """The broker says it for us."""
    async with at_home(tmp_path) as (program, friend):
        await program.end(signal.SIGKILL)
        await friend.until(lambda: ("availability", b"offline") in friend.heard)


async def test_sighup_reloads_and_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    """The service manager is told; the state carries the problem until it is mended."""
    file = tmp_path / "settings.yaml"
    file.write_text("speed: 1.0\n")
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, QUIET)
        await program.start("-c", str(file))
        file.write_text("speed: 1.5\n")
        program.signal(signal.SIGHUP)
        await program.note("RELOADING=1")
        await friend.document("state", lambda state: state["speed"] == 1.5)
        file.write_text("speed: 15\n")
        program.signal(signal.SIGHUP)
        await friend.document("state", lambda state: state["problem"] == "bad_settings")
        assert friend.documents("state")[-1]["speed"] == 1.5
        file.write_text("speed: 0.5\n")
        program.signal(signal.SIGHUP)
        await friend.document("state", lambda state: state["speed"] == 0.5 and state["problem"] is None)


async def test_another_broker_in_the_settings_is_connected_to(tmp_path: Path) -> None:
    """A reload that says `reconnect` does."""
    file = tmp_path / "settings.yaml"
    async with (
        Broker(tmp_path / "old") as old,
        Broker(tmp_path / "new") as new,
        programs(tmp_path) as make,
        house(old.port) as friend,
        house(new.port) as stranger,
    ):
        file.write_text(f"mqtt: {{host: 127.0.0.1}}\nnode: {{id: {NODE}}}\n")
        program = make(old.port, QUIET)
        program._environ.pop("LITETTS_EDGE__MQTT__PORT")
        file.write_text(f"mqtt: {{port: {old.port}}}\n")
        await program.start("-c", str(file))
        await friend.online()
        file.write_text(f"mqtt: {{port: {new.port}}}\n")
        program.signal(signal.SIGHUP)
        await stranger.online()
        await friend.until(lambda: ("availability", b"offline") in friend.heard)
        await stranger.send("speak", {"id": "x", "text": "hi"})
        await stranger.closed("x")


async def test_a_wrong_configuration_is_refused_with_every_error(tmp_path: Path) -> None:
    """Exit code 2: systemd does not try again."""
    async with programs(tmp_path) as make:
        program = make(1, {"LITETTS_EDGE__SPEAKER__VOLUME": "300", "LITETTS_EDGE__QUEUE__MAX": "none"})
        await program.launch("--set", "mqtt.prot=1")
        assert await program.exit() == 2
        told = program.log.read_text()
        assert "speaker.volume" in told
        assert "queue.max" in told
        assert "Did you mean 'port'" in told


async def test_a_voice_that_is_not_installed_is_a_wrong_configuration(tmp_path: Path) -> None:
    """With the nearest one that is."""
    async with programs(tmp_path) as make:
        program = make(1, {"LITETTS_EDGE__VOICE": "espeak:en-uk"})
        await program.launch()
        assert await program.exit() == 2
        assert "Did you mean 'espeak:en-" in program.log.read_text()


CRASHING = """
import sys
from litetts_edge.cli import main
from litetts_edge.engines import ENGINES

ENGINES["aborting"] = "tests.faulty_engines:AbortingEngine"
sys.exit(main())
"""


async def test_a_request_that_crashes_the_process_is_not_tried_for_ever(tmp_path: Path) -> None:
    """Twice it may be something else; then it is failed as poison, and the house goes on speaking."""
    script = tmp_path / "crashing.py"
    script.write_text(CRASHING)
    root = str(Path(__file__).parent.parent)
    environ = {**QUIET, "LITETTS_EDGE__ENGINE__NAME": "aborting", "PYTHONPATH": root}
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, environ, script)
        await program.start()
        await friend.online()
        await friend.send("speak", "abort now")
        assert await program.exit() == -signal.SIGABRT
        # The broker may or may not have its acknowledgement; either way there is one more now.
        await friend.send("speak", "abort now")
        program.notes.clear()
        await program.start()
        assert await program.exit() == -signal.SIGABRT
        friend.heard.clear()
        await program.start()
        await friend.send("speak", {"id": "again", "text": "abort now"})
        await friend.send("speak", {"id": "fine", "text": "all is well"})
        await friend.closed("again", "fine")
        assert friend.events("again")[-1]["reason"] == "poison"
        assert friend.story("fine")[-1] == "finished"


@pytest.mark.parametrize("end", ["power cut", "stop", "crash"])
async def test_an_alarm_is_poison_after_crashes_only(tmp_path: Path, end: str) -> None:
    """Twice in the middle of its text. Whatever cuts the power or stops the service has nothing against it."""
    script = tmp_path / "deaf.py"
    script.write_text(CRASHING.replace("aborting", "deaf").replace("AbortingEngine", "DeafEngine"))
    environ = {**QUIET, "LITETTS_EDGE__ENGINE__NAME": "deaf", "PYTHONPATH": str(Path(__file__).parent.parent)}
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, environ, script)
        state = program.folder / "state"
        ledger = state / "in-progress.json"

        async def speaks(times: int) -> None:
            await until(
                lambda: program.log.read_text().count("hears nothing") == times, "the alarm", program.folder
            )

        await program.start()
        await friend.online()
        await friend.send("speak", {"id": "leak", "text": "Water!", "until_ack": True})
        for times in (1, 2):
            await speaks(times)
            await until((state / "waiting.json").exists, "the alarm on the disk", state)
            await program.end(signal.SIGTERM if end == "stop" else signal.SIGKILL)
            if end == "power cut":
                ledger.write_text(json.dumps(json.loads(ledger.read_text()) | {"boot": "another"}))
            program.notes.clear()
            await program.start()
        if end == "crash":
            await friend.closed("leak")
            assert friend.events("leak")[-1]["reason"] == "poison"
        else:
            await speaks(3)


DAMAGED = CRASHING.replace("aborting", "damaged").replace("AbortingEngine", "DamagedEngine")


async def test_a_voice_that_cannot_be_loaded_is_a_problem_until_it_is_changed(tmp_path: Path) -> None:
    """At the start and later; the service manager reads on what it waits for, and then how it is."""
    script = tmp_path / "damaged.py"
    script.write_text(DAMAGED)
    environ = {**QUIET, "LITETTS_EDGE__VOICE": "damaged", "PYTHONPATH": str(Path(__file__).parent.parent)}
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, environ, script)
        await program.start()
        await friend.document("state", lambda state: state["problem"] == "engine_failed")

        async def turn(voice: str, problem: str | None) -> None:
            """Whatever is asked for, the one that can speaks."""
            friend.heard.clear()
            program.notes.clear()
            await friend.send("voice/set", voice)
            await friend.document(
                "state", lambda state: (state["voice"], state["problem"]) == ("espeak:de", problem)
            )
            await program.note("STATUS=Idle; voice espeak:de")

        await turn("espeak:de", None)
        await turn("damaged", "engine_failed")
        await turn("espeak:de", None)
        assert "Traceback" not in program.log.read_text()


async def test_a_cut_link_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """(a) The broker lives: what was sent during the cut is spoken exactly once."""
    async with (
        Broker(tmp_path / "broker") as broker,
        Proxy(broker.port) as proxy,
        programs(tmp_path) as make,
        house(broker.port) as friend,
    ):
        await make(proxy.port, QUIET).start()
        await friend.online()
        await friend.send("speak", {"id": "0", "text": "before"})
        await friend.closed("0")
        proxy.refuse()
        proxy.cut()
        await friend.until(lambda: ("availability", b"offline") in friend.heard)
        for number in range(1, 21):
            await friend.send("speak", f'{{"id": "{number}", "text": "during", "ttl_s": 600}}')
        proxy.accept()
        await friend.closed(*(str(number) for number in range(1, 21)))
        assert [friend.story(str(number)) for number in range(21)] == [["queued", "started", "finished"]] * 21


async def test_what_comes_while_the_daemon_restarts_is_spoken_once(tmp_path: Path) -> None:
    """The broker keeps it, and its age is known although the process is another."""
    async with at_home(tmp_path) as (program, friend):
        assert await program.end() == 0
        await friend.send("speak", {"id": "x", "text": "meanwhile", "ttl_s": 60})
        await program.start()
        await friend.closed("x")
        assert friend.story("x") == ["queued", "started", "finished"]


async def test_what_may_be_older_than_its_time_to_live_is_expired(tmp_path: Path) -> None:
    """After a stop long ago nobody knows when it was sent; mqtt.backlog: speak says it all the same."""
    async with at_home(tmp_path) as (program, friend):
        for name, extra in (("old", ()), ("kept", ("--set", "mqtt.backlog=speak"))):
            assert await program.end() == 0
            (program.folder / "state" / "last-heard").write_text(f"{time.time() - 100}")
            await friend.send("speak", {"id": name, "text": "meanwhile", "ttl_s": 60})
            await program.start(*extra)
            await friend.closed(name)
        assert friend.story("old") == ["queued", "expired"]
        assert friend.story("kept") == ["queued", "started", "finished"]


async def test_a_group_that_was_left_is_heard_no_more(tmp_path: Path) -> None:
    """Although the session at the broker still has its subscription."""
    async with at_home(tmp_path) as (program, friend):
        assert await program.end() == 0
        friend.heard.clear()
        await program.start("--set", "node.groups=up")
        await friend.until(lambda: friend.heard[-1:] == [("availability", b"online")])
        await friend.send("/group/up/speak", {"id": "in", "text": "hi"})
        await friend.closed("in")
        assert await program.end() == 0
        await program.start()
        await friend.send("/group/up/speak", {"id": "out", "text": "hi"})
        await friend.send("speak", {"id": "own", "text": "hi"})
        await friend.closed("own")
        assert friend.events("out") == []
        assert friend.documents("error") == []


async def test_a_broker_that_was_restarted_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """(b) Persistence, SIGTERM, and a message that is there before we are back."""
    folder = tmp_path / "broker"
    async with Broker(folder, persistence=True) as broker, Proxy(broker.port) as proxy, programs(tmp_path) as make:
        await make(proxy.port, QUIET).start()
        async with house(broker.port) as friend:
            await friend.online()
        proxy.refuse()
        await broker.stop()
        await broker.start()
        async with house(broker.port) as friend:
            await friend.send("speak", {"id": "x", "text": "early", "ttl_s": 600})
            proxy.accept()
            await friend.closed("x")
            await friend.send("speak", {"id": "y", "text": "late"})
            await friend.closed("y")
            assert [friend.story(name) for name in "xy"] == [["queued", "started", "finished"]] * 2


async def test_a_killed_broker_is_come_back_to_and_the_loss_reported(tmp_path: Path) -> None:
    """(c) kill -9: nothing is promised, and that is said."""
    async with Broker(tmp_path / "broker") as broker, Proxy(broker.port) as proxy, programs(tmp_path) as make:
        await make(proxy.port, QUIET).start()
        async with house(broker.port) as friend:
            await friend.online()
        proxy.refuse()
        await broker.kill()
        await broker.start()
        async with house(broker.port) as friend:
            proxy.accept()  # the loss is told once, and nobody would have heard it a moment ago
            await friend.document("error", lambda error: error["code"] == "session_lost")
            await friend.online()  # it has subscribed again
            await friend.send("speak", {"id": "x", "text": "hi"})
            await friend.closed("x")


async def test_bad_payloads_do_not_use_up_the_receive_maximum(tmp_path: Path) -> None:
    """Receive Maximum + 1 of them, then a good one: it is spoken."""
    async with at_home(tmp_path, {**QUIET, "LITETTS_EDGE__MQTT__RECEIVE_MAXIMUM": "4"}) as (_, friend):
        for _ in range(5):
            await friend.send("speak", b"\xff")
        await friend.send("speak", {"id": "x", "text": "hi"})
        await friend.closed("x")
        assert len(friend.documents("error")) == 5


async def test_without_a_broker_it_comes_up_waits_and_stops(tmp_path: Path) -> None:
    """And is there as soon as the broker is."""
    broker = Broker(tmp_path / "broker")
    async with programs(tmp_path) as make:
        program = make(broker.port, QUIET)
        await program.start()
        await program.note("STATUS=Idle; voice compact:slt; speaker none; waiting for the broker")
        async with broker, house(broker.port) as friend:
            await friend.online()
        assert await program.end() == 0


@pytest.fixture
async def card() -> AsyncIterator[VirtualCard]:
    with virtual_card() as card:
        yield card


def heard_speech(recording: np.ndarray, folder: Path, rate: int = RATE) -> float:
    """The best correlation of the file's samples with what the card played, 1.0 for the same."""
    (file,) = folder.glob("*.wav")
    sent, own = soundfile.read(file, dtype="float32")
    import soxr

    wanted = soxr.resample(sent, own, rate).astype(np.float64)
    played = recording.astype(np.float64)
    size = 1 << (len(played) + len(wanted)).bit_length()
    match = np.fft.irfft(np.fft.rfft(played, size) * np.conj(np.fft.rfft(wanted, size)), size)[: len(played)]
    at = int(match.argmax())
    part = played[at : at + len(wanted)]
    wanted = wanted[: len(part)]
    return float(part @ wanted / np.sqrt((part @ part) * (wanted @ wanted)))


async def test_a_message_is_heard_on_the_sound_card(tmp_path: Path, card: VirtualCard) -> None:
    """What comes out of the loudspeaker is what was synthesized."""
    environ = {**card.environment, "LITETTS_EDGE__FILE__FOLDER": str(tmp_path / "audio")}
    async with at_home(tmp_path, environ) as (_, friend):
        await friend.document("state", lambda state: state["audio_device"] != "none")
        with card.recording() as recording:
            fields = {"id": "x", "text": "The front door is open.", "output": ["speaker", "file"], "volume": 100}
            await friend.send("speak", fields)
            await friend.closed("x")
            await recording.heard(0.3)
            samples = recording.samples()
        assert friend.story("x") == ["queued", "started", "finished"]
        assert friend.events("x")[-1]["first_audio_ms"] > 0
        assert heard_speech(samples, tmp_path / "audio") > 0.98


async def test_a_frozen_sound_server_does_not_hold_up_the_exit(tmp_path: Path, card: VirtualCard) -> None:
    """SIGTERM while PulseAudio is stopped in the middle of an utterance: offline, and out within 2 s."""
    async with at_home(tmp_path, card.environment) as (program, friend):
        await friend.document("state", lambda state: state["audio_device"] != "none")
        with card.recording() as recording:
            await friend.send("speak", {"id": "x", "text": "A long text, " * 20})
            await recording.sound()
            card.freeze()
            try:
                began = time.monotonic()
                assert await asyncio.wait_for(program.end(), 5) == 0
                took = time.monotonic() - began
            finally:
                card.thaw()
        assert took < 2
        await friend.until(lambda: ("availability", b"offline") in friend.heard)
