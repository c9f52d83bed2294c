"""What every sink promises (interfaces.AudioSink), asked of the real ones and of the stand-in."""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from litetts_edge.interfaces import AudioSink
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.sinks.ducking import Ducking, DuckingSink
from litetts_edge.sinks.file import FileSink
from litetts_edge.sinks.mqtt import MqttSink
from litetts_edge.sinks.players import Players
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.sinks.stream import StreamSink
from litetts_edge.speech import Encoding, RequestId, SpeakRequest
from tests.recording_sink import RecordingSink
from tests.shelf import Shelf
from tests.virtual_card import RATE, babble, card_of_this_process, likenesses, place, virtual_card
from tests.waiting import news, until


@dataclass
class Stage:
    """A sink, and somebody who hears it."""

    sink: AudioSink
    heard: Callable[[], Samples]
    """All that arrived so far from utterances that were finished or cut."""
    listens: Callable[[SpeakRequest], contextlib.AbstractContextManager[object]] = contextlib.nullcontext


@contextlib.asynccontextmanager
async def recording_stage(_folder: Path) -> AsyncIterator[Stage]:
    sink = RecordingSink()
    yield Stage(sink, lambda: np.concatenate([take.samples for take in sink.takes]))


@contextlib.asynccontextmanager
async def file_stage(folder: Path) -> AsyncIterator[Stage]:
    def read() -> Samples:
        parts = [soundfile.read(path, dtype="float32")[0] for path in sorted(folder.iterdir())]
        return np.concatenate([np.zeros(0, dtype=np.float32), *parts])

    yield Stage(FileSink(folder), read)


@contextlib.asynccontextmanager
async def stream_stage(_folder: Path) -> AsyncIterator[Stage]:
    sink = StreamSink()
    arrived: list[Samples] = [np.zeros(0, dtype=np.float32)]
    tasks: list[asyncio.Task[None]] = []

    @contextlib.contextmanager
    def listens(request: SpeakRequest) -> Iterator[object]:
        async def take() -> None:
            with sink.listen(request.id) as audio, contextlib.suppress(Exception):
                listening.set()
                async for chunk in audio:
                    arrived.append(chunk.samples)
                    news()

        listening = asyncio.Event()
        tasks.append(asyncio.create_task(take()))
        yield listening

    yield Stage(sink, lambda: np.concatenate(arrived), listens)
    for task in tasks:  # one whose utterance never began still waits for it
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def speaker_stage(_folder: Path) -> AsyncIterator[Stage]:
    with virtual_card() as fresh, card_of_this_process(fresh) as card:
        async with SpeakerSink(volume=100, latency_s=0.1) as sink:
            with card.recording() as recording:
                yield Stage(sink, recording.samples)


@contextlib.asynccontextmanager
async def ducking_stage(folder: Path) -> AsyncIterator[Stage]:
    with virtual_card() as fresh, card_of_this_process(fresh) as card:
        ducking = Ducking(Players(), folder / "ducked.json", lambda: 30)
        async with SpeakerSink(volume=100, latency_s=0.1) as sink, ducking:
            with card.recording() as recording:
                yield Stage(DuckingSink(sink, ducking), recording.samples)


@contextlib.asynccontextmanager
async def mqtt_stage(_folder: Path) -> AsyncIterator[Stage]:
    shelf = Shelf(limit=20_000)  # an utterance of 0.6 s comes in three messages

    def read() -> Samples:
        parts = [soundfile.read(io.BytesIO(payload), dtype="float32")[0] for payload in shelf.chunks]
        return np.concatenate([np.zeros(0, dtype=np.float32), *parts])

    yield Stage(MqttSink(shelf), read)


StageMaker = Callable[[Path], AbstractAsyncContextManager[Stage]]
every_sink = pytest.mark.parametrize(
    "make", [recording_stage, file_stage, stream_stage, mqtt_stage, speaker_stage, ducking_stage]
)


def request(name: str) -> SpeakRequest:
    return SpeakRequest(RequestId(name), "text", "voice", encoding=Encoding.WAV)


async def say(
    stage: Stage,
    name: str,
    samples: Samples,
    first: Callable[[float], None] = lambda _at: None,
    finish: bool = True,
) -> None:
    asked = request(name)
    with stage.listens(asked) as listening:
        if isinstance(listening, asyncio.Event):
            await listening.wait()
        async with stage.sink.writer(asked, AudioFormat(RATE), first) as writer:
            for piece in np.array_split(samples, 7):
                await writer.write(AudioChunk(piece, RATE))
            if finish:
                await writer.finish()


async def until_heard(stage: Stage, sent: Samples) -> int:
    """Where it was heard; waits for recorders that lag behind."""
    found: list[int] = []

    def is_heard() -> bool:
        heard = stage.heard()
        where = place(heard, sent) if len(heard) >= len(sent) else 0
        if min(likenesses(heard[where:], sent), default=0) > 0.95:
            found.append(where)
        return bool(found)

    await until(is_heard, "the sound")
    return found[0]


@every_sink
async def test_utterances_arrive_whole_and_in_order(make: StageMaker, tmp_path: Path) -> None:
    """Two utterances in a row: every 40 ms of each is there, the second after the first."""
    one, two = babble(0.6, RATE, 1), babble(0.6, RATE, 2)
    async with make(tmp_path) as stage:
        await say(stage, "1", one)
        await say(stage, "2", two)
        first, second = await until_heard(stage, one), await until_heard(stage, two)
        assert second >= first + len(one)


@every_sink
async def test_first_audio_is_told_once(make: StageMaker, tmp_path: Path) -> None:
    """The time is that of the first sample that is not zero, within the utterance."""
    stamps: list[float] = []
    async with make(tmp_path) as stage:
        before = time.monotonic()
        samples = np.concatenate((np.zeros(RATE // 4, dtype=np.float32), babble(0.3, RATE)))
        await say(stage, "1", samples, stamps.append)
        assert len(stamps) == 1
        assert before < stamps[0] < time.monotonic()


@every_sink
async def test_silence_has_no_first_audio(make: StageMaker, tmp_path: Path) -> None:
    """An utterance of zeros finishes like any other, and never claims to have been heard."""
    stamps: list[float] = []
    async with make(tmp_path) as stage:
        await say(stage, "1", np.zeros(RATE // 4, dtype=np.float32), stamps.append)
    assert stamps == []


@every_sink
async def test_an_utterance_without_audio_finishes(make: StageMaker, tmp_path: Path) -> None:
    """finish() with nothing written returns."""
    async with make(tmp_path) as stage:
        asked = request("1")
        with stage.listens(asked) as listening:
            if isinstance(listening, asyncio.Event):
                await listening.wait()
            async with stage.sink.writer(asked, AudioFormat(RATE), lambda _at: None) as writer:
                await asyncio.wait_for(writer.finish(), 5)


@every_sink
async def test_leaving_early_spoils_nothing_for_the_next(make: StageMaker, tmp_path: Path) -> None:
    """After an utterance that was left without finish() the next one is whole."""
    two = babble(0.6, RATE, 2)
    async with make(tmp_path) as stage:
        await say(stage, "1", babble(0.6, RATE, 1), finish=False)
        await say(stage, "2", two)
        await until_heard(stage, two)


@every_sink
async def test_a_cancelled_write_leaves_the_sink_usable(make: StageMaker, tmp_path: Path) -> None:
    """Cancelling in the midst of writing ends the utterance at once; the next one is whole."""
    two = babble(0.6, RATE, 2)
    async with make(tmp_path) as stage:
        stage.sink.pause()
        speaking = asyncio.create_task(say(stage, "1", babble(20.0, RATE, 1)))
        await asyncio.sleep(0)  # until it writes
        speaking.cancel()
        await asyncio.wait({speaking}, timeout=2)
        assert speaking.done()
        stage.sink.resume()
        await say(stage, "2", two)
        await until_heard(stage, two)


@pytest.mark.parametrize("make", [recording_stage, speaker_stage, ducking_stage])
async def test_a_paused_sink_makes_the_writer_wait(make: StageMaker, tmp_path: Path) -> None:
    """What does not fit waits in write(); it is neither dropped nor refused, and comes after resume()."""
    sent = babble(2.5, RATE)
    async with make(tmp_path) as stage:
        stage.sink.pause()
        speaking = asyncio.create_task(say(stage, "1", sent))
        done, _ = await asyncio.wait({speaking}, timeout=0.5)
        assert not done
        stage.sink.resume()
        await asyncio.wait_for(speaking, 10)
        await until_heard(stage, sent)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_file_that_is_left_early_does_not_exist(tmp_path: Path) -> None:
    """Neither the file nor a trace of the attempt."""
    async with file_stage(tmp_path) as stage:
        await say(stage, "1", babble(0.6, RATE), finish=False)
    assert names(tmp_path) == []


async def test_a_stream_waits_until_its_listener_takes(tmp_path: Path) -> None:
    """A chunk is handed over when it is taken, not before; a listener who leaves fails the writer."""
    sink = StreamSink()
    asked = request("1")
    chunk = AudioChunk(babble(0.1, RATE), RATE)
    async with contextlib.AsyncExitStack() as stack:
        audio = stack.enter_context(sink.listen(asked.id))
        writer = await stack.enter_async_context(sink.writer(asked, AudioFormat(RATE), lambda _at: None))
        writing = asyncio.create_task(writer.write(chunk))
        done, _ = await asyncio.wait({writing}, timeout=0.1)
        assert not done
        async for taken in audio:
            assert taken is chunk
            break
        await asyncio.wait_for(writing, 5)
        await writer.finish()
