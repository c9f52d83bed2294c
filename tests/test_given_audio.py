"""Audio that comes with a request goes the way of every request: queue, priority, outputs, one closing event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from litetts_edge.events import Cancelled, Failed, Finished, FirstAudio, Started
from litetts_edge.health import Counters
from litetts_edge.pcm import AudioChunk
from litetts_edge.pipeline.given import LEAST_COST, Feed, Recording, Room
from litetts_edge.speech import Priority
from tests.desk import Desk, ask, open_desk
from tests.virtual_card import babble

RATE = 22050


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


def piece(seconds: float = 0.1, seed: int = 1) -> AudioChunk:
    return AudioChunk(babble(seconds, RATE, seed), RATE)


async def test_a_recording_is_played_whole(desk: Desk) -> None:
    """Sample by sample, at its own rate, without a voice."""
    samples = babble(1.1, RATE)
    desk.pipeline.submit(ask("a", "", audio=Recording(samples, RATE)))
    assert await desk.closed("a") == ["a Queued", "a Started", "a Finished"]
    (take,) = desk.speaker.takes
    assert np.array_equal(take.samples, samples)
    assert take.audio.sample_rate == RATE
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert (finished.voice, finished.rtf) == ("", 0.0)
    assert finished.audio_ms == pytest.approx(1100)
    assert finished.first_audio_ms is not None


async def test_a_recording_is_repeated(desk: Desk) -> None:
    """As a text is, with the same pause between."""
    samples = babble(0.2, RATE)
    desk.pipeline.submit(ask("a", "", audio=Recording(samples, RATE), repeat=2))
    await desk.closed("a")
    heard = desk.speaker.takes[0].samples
    assert np.array_equal(heard[: len(samples)], samples)
    assert np.array_equal(heard[-len(samples) :], samples)
    assert len(heard) > 2 * len(samples)


async def test_a_feed_is_heard_before_it_ends(desk: Desk) -> None:
    """Its first chunk is played while the second one is still somewhere else; nothing is lost between them."""
    feed = Feed(RATE)
    desk.pipeline.submit(ask("a", "", audio=feed))
    await feed.put(piece(seed=1))
    await desk.until(lambda: any(isinstance(event, FirstAudio) for event in desk.told))
    await feed.put(piece(seed=2))
    feed.end()
    await desk.closed("a")
    expected = np.concatenate([piece(seed=1).samples, piece(seed=2).samples])
    assert np.array_equal(desk.speaker.takes[0].samples, expected)


async def test_a_full_feed_makes_its_sender_wait(desk: Desk) -> None:
    """While its turn has not come no more is kept than was allowed; then all of it is heard."""
    desk.speaker.pause()
    feed = Feed(RATE, limit=RATE)
    desk.pipeline.submit(ask("before", "one"))
    desk.pipeline.submit(ask("a", "", audio=feed))

    async def send() -> None:
        for seed in range(40):
            await feed.put(piece(seed=seed))
        feed.end()

    sending = asyncio.create_task(send())
    await desk.at_speaker("before")
    done, _ = await asyncio.wait({sending}, timeout=0.1)
    assert not done
    assert RATE <= feed.kept < RATE + len(piece().samples)
    desk.speaker.resume()
    await desk.closed("before", "a")
    assert sending.done()
    assert len(desk.speaker.takes[1].samples) == 40 * len(piece().samples)


async def test_tiny_chunks_are_bounded_too() -> None:
    """One sample at a time takes more memory than samples: each counts for what it costs."""
    feed = Feed(RATE, limit=10 * LEAST_COST)
    for _ in range(10):
        await feed.put(AudioChunk(np.ones(1, dtype=np.float32), RATE))
    waiting = asyncio.create_task(feed.put(piece()))
    done, _ = await asyncio.wait({waiting}, timeout=0.05)
    assert not done
    feed.forget()
    await asyncio.wait_for(waiting, 5)
    assert feed.kept == 0


async def test_feeds_share_a_room() -> None:
    """One may fill it; another has its own share all the same, and gets of the room when that is given back."""
    size = len(piece().samples)
    room = Room(3 * size)
    first, second = (Feed(RATE, limit=size, room=room) for _ in range(2))
    for _ in range(4):
        await asyncio.wait_for(first.put(piece()), 5)
    await asyncio.wait_for(second.put(piece()), 5)
    waiting = asyncio.create_task(second.put(piece()))
    done, _ = await asyncio.wait({waiting}, timeout=0.05)
    assert not done
    first.forget()
    await asyncio.wait_for(waiting, 5)
    second.forget()
    assert room.take(3 * size)


async def test_a_sender_that_vanishes_ends_its_request_only(desk: Desk) -> None:
    """What was heard stays heard, the request is cancelled, and the next one has its turn."""
    feed = Feed(RATE)
    desk.pipeline.submit(ask("a", "", audio=feed))
    await feed.put(piece())
    await desk.started("a")
    desk.pipeline.submit(ask("b"))
    assert desk.pipeline.cancel(ask("a").id, "disconnected")
    await desk.closed("a", "b")
    assert desk.closing("a") == Cancelled(ask("a").id, "disconnected")
    assert np.array_equal(desk.speaker.takes[0].samples, piece().samples)
    assert isinstance(desk.closing("b"), Finished)
    await asyncio.wait_for(feed.put(piece()), 5)  # who has not noticed may go on
    assert feed.kept == 0


async def test_a_sender_that_falls_silent_does_not_keep_the_loudspeaker(desk: Desk) -> None:
    """It is still there, but gives nothing: its request fails, the next one is spoken."""
    desk.pipeline.submit(ask("a", "", audio=Feed(RATE, stall_s=0.05)))
    desk.pipeline.submit(ask("b"))
    await desk.closed("a", "b")
    failed = desk.closing("a")
    assert isinstance(failed, Failed)
    assert failed.code == "audio_stalled"


async def test_an_empty_feed_finishes_with_a_warning(desk: Desk) -> None:
    """Nothing was sent, nothing is heard, and the sender is told."""
    feed = Feed(RATE)
    feed.end()
    desk.pipeline.submit(ask("a", "", audio=feed))
    await desk.closed("a")
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert finished.warnings[0].startswith("nothing_to_speak")


async def test_given_audio_waits_its_turn_by_priority(desk: Desk) -> None:
    """It is no more urgent for being audio: a high one goes before a normal text, a low one after it."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("first"))
    await desk.at_speaker("first")
    recording = Recording(piece().samples, RATE)
    desk.pipeline.submit(ask("low", "", audio=recording, priority=Priority.LOW))
    desk.pipeline.submit(ask("text"))
    desk.pipeline.submit(ask("high", "", audio=recording, priority=Priority.HIGH))
    desk.speaker.resume()
    await desk.closed("first", "low", "text", "high")
    started = [event.id for event in desk.told if isinstance(event, Started)]
    assert started == ["first", "high", "text", "low"]


async def test_given_audio_can_be_interrupted(desk: Desk) -> None:
    """By something as urgent, like every request."""
    feed = Feed(RATE)
    desk.pipeline.submit(ask("a", "", audio=feed))
    await feed.put(piece())
    await desk.started("a")
    desk.pipeline.submit(ask("b", interrupt=True))
    await desk.closed("a", "b")
    assert desk.closing("a") == Cancelled(ask("a").id, "interrupted")


async def test_given_audio_says_nothing_about_the_voice() -> None:
    """The real-time factor and the first audio that health tells are those of synthesis."""
    counters = Counters()
    counters.count(Finished(ask("a").id, "", 1000, 5.0, 0.0, 0.0))
    assert counters.spoken == 1
    assert not counters.rtf
    assert not counters.first_audio_ms
