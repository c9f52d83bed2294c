"""The loudspeaker as a Wyoming satellite: audio in, `played` when it was heard to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from litetts_edge.dsp import int16
from litetts_edge.events import Cancelled
from litetts_edge.pcm import Samples
from litetts_edge.wyoming.satellite import MAX_MISTAKES, MAX_WAITING
from litetts_edge.wyoming.sound import SoundFormat, samples_of
from tests.desk import ask
from tests.virtual_card import babble
from tests.wyoming_client import (
    AudioChunk,
    AudioStart,
    AudioStop,
    Client,
    Error,
    PauseSatellite,
    Ping,
    Played,
    Pong,
    RunSatellite,
    connected,
)
from tests.wyoming_parts import Home, open_home

RATE = 22050


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path) as home:
        yield home


@pytest.fixture
async def client(home: Home) -> AsyncIterator[Client]:
    async with connected(home.satellite.port) as client:
        yield client


def chunks(samples: Samples, size: int = 1024) -> list[AudioChunk]:
    """As Home Assistant sends them."""
    pieces = [samples[at : at + size] for at in range(0, len(samples), size)]
    return [AudioChunk(RATE, 2, 1, int16(piece).tobytes()) for piece in pieces]


async def announce(client: Client, samples: Samples) -> None:
    await client.send(AudioStart(RATE, 2, 1), *chunks(samples), AudioStop())


async def test_describe_tells_of_a_satellite_and_of_nothing_else(client: Client) -> None:
    """Home Assistant takes a service with a satellite for that; it has no microphone and no wake word."""
    info = await client.info()
    assert info.satellite is not None
    assert info.satellite.installed
    assert info.satellite.name == "litetts kitchen"
    assert [*info.tts, *info.asr, *info.wake, *info.mic] == []
    assert info.snd[0].snd_format.rate == RATE


async def test_an_announcement_is_played_whole(home: Home, client: Client) -> None:
    """Sample by sample; then it is said that it was played."""
    sent = babble(1.0, RATE)
    await announce(client, sent)
    await client.until(Played.is_type)
    (take,) = home.desk.speaker.takes
    assert take.finished
    assert np.abs(take.samples - sent).max() < 1e-4


async def test_played_comes_when_the_loudspeaker_has_finished(home: Home, client: Client) -> None:
    """Not when the audio has arrived; meanwhile pings are answered."""
    home.desk.speaker.pause()
    await announce(client, babble(0.5, RATE))
    await home.desk.until(lambda: bool(home.desk.story()))
    for _ in range(3):
        await client.send(Ping())
        await client.until(Pong.is_type)
    assert not client.passed
    home.desk.speaker.resume()
    await client.until(Played.is_type)


async def test_two_announcements_follow_each_other(home: Home, client: Client) -> None:
    """Each is played, and told, once."""
    await announce(client, babble(0.2, RATE, 1))
    await announce(client, babble(0.2, RATE, 2))
    await client.until(Played.is_type)
    await client.until(Played.is_type)
    assert len(home.desk.speaker.takes) == 2


async def test_an_announcement_has_the_priority_of_the_settings(tmp_path: Path) -> None:
    """A high one goes before a text that waited longer."""
    settings = "wyoming: {satellite: {priority: high}}\n"
    async with open_home(tmp_path, settings=settings) as home, connected(home.satellite.port) as client:
        home.desk.speaker.pause()
        home.desk.pipeline.submit(ask("first"))
        await home.desk.at_speaker("first")
        home.desk.pipeline.submit(ask("text"))
        await announce(client, babble(0.2, RATE))
        await home.desk.until(lambda: len(home.desk.pipeline.queue) == 2)
        home.desk.speaker.resume()
        await home.desk.closed("first", "text")
        assert [take.request.id for take in home.desk.speaker.takes][2] == "text"


async def test_quiet_hours_hold_for_announcements(tmp_path: Path) -> None:
    """One that may not be heard is told with the reason; one that is urgent enough is played."""
    quiet = "quiet: {mode: 'on', others: drop, passes: high}\n"
    async with open_home(tmp_path, settings=quiet) as home, connected(home.satellite.port) as client:
        await announce(client, babble(0.2, RATE))
        assert (await client.error()).code == "quiet_hours"
        assert home.desk.speaker.takes == []
    urgent = quiet + "wyoming: {satellite: {priority: high}}\n"
    async with open_home(tmp_path, settings=urgent) as home, connected(home.satellite.port) as client:
        await announce(client, babble(0.2, RATE))
        await client.until(Played.is_type)


async def test_announcements_are_softer_in_quiet_hours(tmp_path: Path) -> None:
    """As texts are."""
    soft = "quiet: {mode: 'on', others: soft, volume: 12}\n"
    async with open_home(tmp_path, settings=soft) as home, connected(home.satellite.port) as client:
        await announce(client, babble(0.2, RATE))
        await client.until(Played.is_type)
        assert home.desk.speaker.takes[0].request.volume == 12


async def test_a_sender_that_vanishes_in_the_middle(home: Home) -> None:
    """What it began is cancelled; what was heard stays heard, and the next one has its turn."""
    async with connected(home.satellite.port) as client:
        await client.send(AudioStart(RATE, 2, 1), *chunks(babble(0.2, RATE)))
        await home.desk.until(lambda: bool(home.desk.speaker.takes))
    await home.desk.until(lambda: home.closings() == ["Cancelled"])
    (cancelled,) = [event for event in home.desk.told if isinstance(event, Cancelled)]
    assert cancelled.reason == "disconnected"
    home.desk.pipeline.submit(ask("next"))
    await home.desk.closed("next")


async def test_a_sender_that_leaves_when_it_has_given_all_is_still_heard(home: Home) -> None:
    """Nobody waits for `played`, but the announcement is there."""
    home.desk.speaker.pause()
    async with connected(home.satellite.port) as client:
        await announce(client, babble(0.2, RATE))
        await client.send(Ping())
        await client.until(Pong.is_type)
    home.desk.speaker.resume()
    await home.desk.until(lambda: home.closings() == ["Finished"])


async def test_a_sender_that_only_sends_no_more_hears_that_it_was_played(client: Client) -> None:
    """As `nc -N` after an announcement."""
    await announce(client, babble(0.2, RATE))
    writer = client._client._writer
    assert writer is not None
    writer.write_eof()
    await client.until(Played.is_type)
    assert await client.is_closed()


async def test_pings_are_answered_while_minutes_wait(home: Home, client: Client) -> None:
    """Home Assistant gives an announcement at once, and takes who does not answer its pings for gone."""
    home.desk.speaker.pause()
    second = AudioChunk(RATE, 2, 1, bytes(2 * RATE))
    await client.send(AudioStart(RATE, 2, 1), *[second] * 240, AudioStop(), Ping("there?"))
    assert Pong.from_event(await client.until(Pong.is_type)).text == "there?"
    home.desk.pipeline.stop()


async def test_a_sender_is_held_back_when_too_much_waits(tmp_path: Path) -> None:
    """Its socket fills up; all of it is played in the end."""
    async with open_home(tmp_path, feed_limit=RATE) as home, connected(home.satellite.port) as client:
        home.desk.speaker.pause()
        sent = babble(60, RATE)
        sending = asyncio.create_task(announce(client, sent))
        await asyncio.wait({sending}, timeout=0.5)
        home.desk.speaker.resume()
        await client.until(Played.is_type)
        await sending
        assert len(home.desk.speaker.takes[0].samples) == len(sent)


async def test_a_sender_is_not_held_back_for_nothing(tmp_path: Path) -> None:
    """Its announcement was taken out of the queue while it waited for room: it can go on with the next one."""
    async with open_home(tmp_path, feed_limit=RATE) as home, connected(home.satellite.port) as client:
        home.desk.speaker.pause()
        home.desk.pipeline.submit(ask("before"))
        await home.desk.at_speaker("before")
        sending = asyncio.create_task(announce(client, babble(60, RATE)))
        await home.desk.until(lambda: len(home.desk.pipeline.queue) == 1)
        home.desk.pipeline.clear()
        assert (await client.error()).code == "cancelled"
        await asyncio.wait_for(sending, 10)
        home.desk.speaker.resume()
        await announce(client, babble(0.2, RATE))
        await client.until(Played.is_type)


async def test_what_is_not_heard_is_told_and_not_played(home: Home, client: Client) -> None:
    """An error with the reason; the connection stays, because Home Assistant keeps it for ever."""
    home.desk.speaker.pause()
    await announce(client, babble(0.2, RATE))
    await home.desk.until(lambda: bool(home.desk.speaker.takes))
    home.desk.pipeline.stop()
    assert (await client.error()).code == "cancelled"
    home.desk.speaker.resume()
    await announce(client, babble(0.2, RATE))
    await client.until(Played.is_type)
    assert not any(Error.is_type(event.type) for event in client.passed)


async def test_a_sender_that_falls_silent_loses_its_turn(tmp_path: Path) -> None:
    """It is connected and has not ended: the loudspeaker is not its own."""
    async with (
        open_home(tmp_path, feed_limit=RATE, stall_s=0.05) as home,
        connected(home.satellite.port) as client,
    ):
        await client.send(AudioStart(RATE, 2, 1))
        assert (await client.error()).code == "audio_stalled"
        await announce(client, babble(0.2, RATE))
        await client.until(Played.is_type)


async def test_too_many_announcements_are_refused(home: Home, client: Client) -> None:
    """Each may hold megabytes."""
    home.desk.speaker.pause()
    for _ in range(MAX_WAITING + 1):
        await announce(client, babble(0.05, RATE))
    assert (await client.error()).code == "queue_full"
    home.desk.speaker.resume()
    for _ in range(MAX_WAITING):
        await client.until(Played.is_type)


async def test_a_satellites_life_is_accepted(client: Client) -> None:
    """Home Assistant tells it to run and to pause, and sends what belongs to a microphone."""
    await client.send(RunSatellite(), PauseSatellite(), AudioStop(), *chunks(babble(0.1, RATE)), Ping("here"))
    pong = Pong.from_event(await client.until(Pong.is_type))
    assert pong.text == "here"
    assert not client.passed


@pytest.mark.parametrize(
    ("start", "chunk"),
    [
        (AudioStart(0, 2, 1), None),
        (AudioStart(10**9, 2, 1), None),
        (AudioStart(RATE, 3, 1), None),
        (AudioStart(RATE, 2, 0), None),
        (AudioStart(RATE, 2, 99), None),
        (AudioStart(RATE, 2, True), None),
        (AudioStart("fast", 2, 1), None),  # type: ignore[arg-type]
        (AudioStart(RATE, 2, 1), AudioChunk(16000, 2, 1, b"\0\0")),
    ],
)
async def test_a_format_that_cannot_be_is_refused(
    home: Home, client: Client, start: AudioStart, chunk: AudioChunk | None
) -> None:
    """Told as an error; the next announcement is played."""
    await client.send(start, *([chunk] if chunk else []))
    assert (await client.error()).code == "bad_field"
    await announce(client, babble(0.2, RATE))
    await client.until(Played.is_type)
    await home.desk.until(lambda: home.closings()[-1] == "Finished")


async def test_who_makes_nothing_but_mistakes_is_sent_away(client: Client) -> None:
    """Before the log is full of them."""
    await client.send(*[AudioStart(0, 2, 1)] * 100)
    assert await client.is_closed()
    assert len(client.passed) == MAX_MISTAKES + 1


async def test_a_frame_may_be_cut_by_a_chunk(home: Home, client: Client) -> None:
    """Half a sample waits for its other half."""
    sent = babble(0.2, RATE)
    data = int16(sent).tobytes()
    pieces = [AudioChunk(RATE, 2, 1, data[at : at + 999]) for at in range(0, len(data), 999)]
    await client.send(AudioStart(RATE, 2, 1), *pieces, AudioStop())
    await client.until(Played.is_type)
    assert np.abs(home.desk.speaker.takes[0].samples - sent).max() < 1e-4


@pytest.mark.parametrize(("width", "kind"), [(1, "u1"), (2, "<i2"), (4, "<i4")])
def test_samples_of_every_width(width: int, kind: str) -> None:
    """Full scale stays full scale, silence stays silent, two channels become one."""
    top = 2 ** (8 * width - 1)
    offset = top if width == 1 else 0
    frames = np.array([[0, 0], [-top, -top], [top // 2, 0]]) + offset
    found = samples_of(frames.astype(kind).tobytes(), SoundFormat(RATE, width, 2))
    assert found.tolist() == [0.0, -1.0, 0.25]
