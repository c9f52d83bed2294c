"""Other players are soft while the loudspeaker is in use: a real PulseAudio, and a second client that plays."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.sinks import players as players_module
from litetts_edge.sinks.ducking import Ducking, DuckingSink
from litetts_edge.sinks.players import Player, Players, PlayersUnreachable
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.speech import RequestId, SpeakRequest
from tests.broker import Broker
from tests.program import Program, house, programs
from tests.recording_sink import RecordingSink
from tests.virtual_card import RATE, VirtualCard, babble
from tests.waiting import PATIENCE_S, Telling, news, until

FULL, THIRD = 65536, 19661
"""PulseAudio's 100 % and 30 %."""
REQUEST = SpeakRequest(RequestId("r"), "text", "voice")


@contextlib.contextmanager
def music(card: VirtualCard, name: str = "music", volume: int | None = FULL) -> Iterator[subprocess.Popen[bytes]]:
    """Another program that plays silence without an end; without a volume as loud as the server has it."""
    command = f"pacat --raw --rate=48000 --channels=2 --format=s16le --client-name={name}"
    command += "" if volume is None else f" --volume={volume}"
    with (
        Path("/dev/zero").open("rb") as zeros,
        subprocess.Popen(command.split(), stdin=zeros, env=os.environ | card.environment) as playing,
    ):
        try:
            yield playing
        finally:
            playing.kill()


@contextlib.contextmanager
def remembering(card: VirtualCard) -> Iterator[None]:
    """The server keeps how loud each program was, as on every desktop; the music was at FULL."""
    pactl(card, "load-module", "module-stream-restore")
    with music(card):
        yield


def pactl(card: VirtualCard, *words: str) -> None:
    subprocess.run(["pactl", *words], env=os.environ | card.environment, check=True, capture_output=True)


class TellingDucking(Ducking):
    """Whoever waits for what it remembers looks when it has done what there was to do."""

    async def _change(self, timeout_s: float | None) -> None:
        news()
        await super()._change(timeout_s)


def ducking(folder: Path, players: Players | None = None, percent: int = 30) -> Ducking:
    return TellingDucking(players or Players(), folder / "ducked.json", lambda: percent, linger_s=0.0)


async def heard_at(*wanted: int, of: str = "") -> None:
    """Wait until the players of others have these volumes, in their order; or those `of` one program."""
    async with asyncio.timeout(PATIENCE_S), player_news() as changed:
        while True:
            changed.clear()
            players = await Players().list()
            if [player.volumes[0] for player in players if of in ("", player.key)] == list(wanted):
                return
            await changed.wait()


@contextlib.asynccontextmanager
async def player_news() -> AsyncIterator[asyncio.Event]:
    """Set whenever a player comes, changes or goes."""
    changed, is_listening = asyncio.Event(), asyncio.Event()
    listener = await asyncio.create_subprocess_exec("pactl", "subscribe", stdout=asyncio.subprocess.PIPE)

    async def listen() -> None:
        assert listener.stdout is not None
        async for line in listener.stdout:
            is_listening.set()
            if b"sink-input" in line:
                changed.set()

    listening = asyncio.create_task(listen())
    try:
        while not is_listening.is_set():  # it does not say when it begins, but it hears of each client
            await Players().list()
        yield changed
    finally:
        listener.kill()
        await listener.wait()
        await listening


async def test_a_player_is_soft_while_we_speak(card: VirtualCard, tmp_path: Path) -> None:
    """By so much of its own volume, each channel; afterwards as it was, and nothing is left to remember."""
    with music(card, volume=FULL // 2):
        await heard_at(FULL // 2)
        (player,) = await Players().list()
        await Players().set(player.index, (40_000, 20_000))
        async with ducking(tmp_path) as quieter:
            async with quieter.use():
                await heard_at(12_000)
                (player,) = await Players().list()
                assert player.volumes == (12_000, 6_000)
                assert (tmp_path / "ducked.json").exists()
            await heard_at(40_000)
            (player,) = await Players().list()
            assert player.volumes == (40_000, 20_000)
        assert not (tmp_path / "ducked.json").exists()


async def test_our_own_stream_is_left_alone(card: VirtualCard, tmp_path: Path) -> None:
    """The loudspeaker is not turned down with the others."""
    with music(card):
        await heard_at(FULL)
        async with SpeakerSink(volume=100) as speaker, ducking(tmp_path) as quieter:
            sink = DuckingSink(speaker, quieter)
            async with sink.writer(REQUEST, AudioFormat(RATE), lambda _at: None) as writer:
                await writer.write(AudioChunk(babble(0.5, RATE), RATE))
                await heard_at(THIRD)
                everybody = await Players(own_process=1).list()
                assert sorted(player.volumes[0] for player in everybody) == [THIRD, FULL]
                await writer.finish()
            await heard_at(FULL)


async def test_whoever_turns_the_music_up_meanwhile_keeps_it(card: VirtualCard, tmp_path: Path) -> None:
    """Or down: their hand is on it."""
    with music(card):
        await heard_at(FULL)
        async with ducking(tmp_path) as quieter:
            async with quieter.use():
                await heard_at(THIRD)
                (player,) = await Players().list()
                await Players().set(player.index, (50_000, 50_000))
            await until(lambda: not (tmp_path / "ducked.json").exists())
            await heard_at(50_000)


async def test_a_player_that_begins_meanwhile_is_soft_too(
    card: VirtualCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is turned up with the others."""
    monkeypatch.setattr("litetts_edge.sinks.ducking.LOOK_S", 0.05)
    async with ducking(tmp_path) as quieter:
        with contextlib.ExitStack() as stack:
            async with quieter.use():
                stack.enter_context(music(card, "one"))
                await heard_at(THIRD)
                stack.enter_context(music(card, "two"))
                await heard_at(THIRD, THIRD)
            await heard_at(FULL, FULL)


async def test_a_stop_turns_everything_up(card: VirtualCard, tmp_path: Path) -> None:
    """In the middle of an announcement."""
    with music(card):
        async with ducking(tmp_path) as quieter, quieter.use():
            await heard_at(THIRD)
            await until((tmp_path / "ducked.json").exists)
        # Left in the order of a stop: the use first, then the ducking, which has no time for its pause.
        await heard_at(FULL)


async def test_a_player_that_ended_softly_is_turned_up_the_next_time(card: VirtualCard, tmp_path: Path) -> None:
    """The server remembers the last volume of a program, which was ours."""
    async with ducking(tmp_path) as quieter:
        async with quieter.use():
            with music(card):
                await heard_at(THIRD)
            await heard_at()
        await until(lambda: len(quieter._left) == 1)
        with music(card, volume=THIRD):
            await heard_at(THIRD)
            async with quieter.use():
                await until(lambda: [one.before[0] for one in quieter._lowered.values()] == [FULL])
            await heard_at(FULL)


async def test_a_second_stream_of_the_music_is_as_loud_as_the_first(
    card: VirtualCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next song begins before the last has ended, and softly, for that is what the server remembers."""
    monkeypatch.setattr("litetts_edge.sinks.ducking.LOOK_S", 0.05)
    with remembering(card):
        await heard_at(FULL)
        async with ducking(tmp_path) as quieter:
            async with quieter.use():
                await heard_at(THIRD)
                with music(card, volume=None):
                    await until(lambda: [one.before[0] for one in quieter._lowered.values()] == [FULL, FULL])
                    await heard_at(THIRD, THIRD)
                await heard_at(THIRD)
            await heard_at(FULL)


async def test_music_that_begins_again_afterwards_is_turned_up(
    card: VirtualCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended during the announcement; nobody has to wait for the next one to hear it as before."""
    monkeypatch.setattr("litetts_edge.sinks.ducking.RETURN_S", 0.05)
    async with ducking(tmp_path) as quieter:
        with contextlib.ExitStack() as first:
            first.enter_context(remembering(card))
            await heard_at(FULL)
            async with quieter.use():
                await heard_at(THIRD)
                first.close()
                await heard_at()
        await until(lambda: not quieter._lowered)
        with music(card, volume=None):
            await heard_at(FULL)
            await until(lambda: not (tmp_path / "ducked.json").exists())


async def test_who_is_mute_stays_mute(card: VirtualCard, tmp_path: Path) -> None:
    """Only volumes are touched."""
    with music(card):
        await heard_at(FULL)
        (player,) = await Players().list()
        pactl(card, "set-sink-input-mute", str(player.index), "1")
        async with ducking(tmp_path) as quieter:
            async with quieter.use():
                await heard_at(THIRD)
            await heard_at(FULL)
        (stream,) = await players_module._listed("sink-inputs")
        assert stream["mute"]


@contextlib.asynccontextmanager
async def counting_program(card: VirtualCard, tmp_path: Path) -> AsyncIterator[Program]:
    """The real program in the middle of a sentence, beside music that it has turned down."""
    environ = {**card.environment, "LITETTS_EDGE__SPEAKER__DUCK_PERCENT": "30"}
    with music(card):
        async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
            program = make(broker.port, environ)
            await program.start()
            await friend.online()
            await friend.send("speak", "One, two, three, four, five, six, seven, eight, nine, ten.")
            await heard_at(THIRD, of="music")
            yield program


async def test_the_next_start_turns_up_what_a_crash_left_soft(card: VirtualCard, tmp_path: Path) -> None:
    """The real program, killed in the middle of a sentence."""
    async with counting_program(card, tmp_path) as program:
        await program.end(signal.SIGKILL)
        await heard_at(THIRD, of="music")
        await program.start()
        await heard_at(FULL, of="music")
        await program.end()


async def test_a_program_that_is_stopped_leaves_nobody_soft(card: VirtualCard, tmp_path: Path) -> None:
    """By SIGTERM, in the middle of a sentence: when it is gone, all is as it was."""
    async with counting_program(card, tmp_path) as program:
        assert await program.end() == 0
        (player,) = await Players().list()
        assert player.volumes == (FULL, FULL)


# -- without a sound server that answers -------------------------------------------------------------------


class Shelf(Telling, Players):
    """A sound server with one player, which fails when it is told to."""

    def __init__(self, fails: str = "") -> None:
        super().__init__()
        self.player = Player(7, "music", (FULL, FULL))
        self.fails = fails
        self.asked = asyncio.Event()

    async def list(self) -> list[Player]:
        self.asked.set()
        if self.fails:
            raise PlayersUnreachable(self.fails)
        return [self.player]

    async def set(self, index: int, volumes: Sequence[int]) -> None:
        self.player = Player(index, "music", tuple(volumes))


@contextlib.asynccontextmanager
async def used(quieter: Ducking) -> AsyncIterator[None]:
    async with quieter, quieter.use():
        yield


async def test_nothing_is_asked_when_it_is_off(tmp_path: Path) -> None:
    """The default, 100 %: no process is started, no file read or written."""
    shelf = Shelf()
    async with used(ducking(tmp_path, shelf, percent=100)):
        pass
    assert not shelf.asked.is_set()
    assert not (tmp_path / "ducked.json").exists()


async def test_an_unreachable_server_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The announcement goes on; so does the next."""
    shelf = Shelf(fails="nobody is there")
    with caplog.at_level(logging.WARNING):
        async with ducking(tmp_path, shelf) as quieter:
            for _ in range(2):
                shelf.asked.clear()
                async with quieter.use():
                    await shelf.asked.wait()
    assert caplog.text.count("nobody is there") == 1


async def test_a_server_that_was_restarted_mixes_nobody_up(tmp_path: Path) -> None:
    """It counts its streams from the beginning: who has the number of the music is not the music."""
    shelf = Shelf()
    async with ducking(tmp_path, shelf) as quieter:
        async with quieter.use():
            await until(lambda: shelf.player.volumes == (THIRD, THIRD))
            shelf.player = Player(7, "film", (THIRD, THIRD))
        await until(lambda: [one.key for one in quieter._left] == ["music"])
        assert shelf.player.volumes == (THIRD, THIRD)
        shelf.player = Player(8, "music", (THIRD, THIRD))
        await until(lambda: shelf.player.volumes == (FULL, FULL))


async def test_a_server_that_is_gone_is_asked_ever_more_rarely(tmp_path: Path) -> None:
    """Whoever logged out in the middle of an announcement may be away for days."""
    pauses: list[float | None] = []

    class Hasty(Ducking):
        async def _change(self, timeout_s: float | None) -> None:
            pauses.append(timeout_s)
            news()
            await asyncio.sleep(0)  # a pause that takes no time

    shelf = Shelf()
    async with Hasty(shelf, tmp_path / "ducked.json", lambda: 30) as quieter:
        async with quieter.use():
            await until(lambda: shelf.player.volumes == (THIRD, THIRD))
        shelf.fails = "nobody is there"
        pauses.clear()
        await until(lambda: len(pauses) > 12)
        assert [pause for pause in pauses if pause != 1.0][:8] == [0.4, 2, 4, 8, 16, 32, 60, 60]
        shelf.fails = ""
    assert shelf.player.volumes == (FULL, FULL)


async def test_a_pause_turns_the_music_up(tmp_path: Path) -> None:
    """Whoever pauses the announcement hears the music meanwhile."""
    shelf = Shelf()
    async with ducking(tmp_path, shelf) as quieter:
        sink = DuckingSink(RecordingSink(), quieter)
        async with sink.writer(REQUEST, AudioFormat(RATE), lambda _at: None):
            await until(lambda: shelf.player.volumes == (THIRD, THIRD))
            sink.pause()
            await until(lambda: shelf.player.volumes == (FULL, FULL))
            sink.resume()
            await until(lambda: shelf.player.volumes == (THIRD, THIRD))
    assert shelf.player.volumes == (FULL, FULL)


@pytest.mark.parametrize(
    "content", ["", "{", "5", "[5]", '[{"index": "x"}]', '[{"index": 1, "key": "a", "before": 5, "after": []}]']
)
async def test_a_damaged_memory_is_told_and_left(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is turned up by guessing, and what comes next is turned down and up as always."""
    (tmp_path / "ducked.json").write_text(content)
    shelf = Shelf()
    async with used(ducking(tmp_path, shelf)):
        await until(lambda: shelf.player.volumes == (THIRD, THIRD))
    assert shelf.player.volumes == (FULL, FULL)
    assert "cannot be read" in caplog.text


async def test_a_memory_of_somebody_else_is_not_theirs(tmp_path: Path) -> None:
    """A player of another name, or one that was turned since, is left as it is."""
    for key, after in (("film", FULL), ("music", THIRD)):
        lowered = {"index": 7, "key": key, "before": [1, 1], "after": [after, after]}
        (tmp_path / "ducked.json").write_text(json.dumps([lowered]))
        shelf = Shelf()
        async with ducking(tmp_path, shelf):
            await shelf.asked.wait()
        assert shelf.player.volumes == (FULL, FULL)
