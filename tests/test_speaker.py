"""A real PortAudio stream into a virtual sound card: what is heard is what was sent."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial

import numpy as np
import pytest
import soxr

from litetts_edge import dsp
from litetts_edge.errors import NoAudioDevice
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.sinks.card import Card
from litetts_edge.sinks.speaker import SpeakerSink, SpeakerState
from litetts_edge.speech import RequestId, SpeakRequest
from tests.virtual_card import (
    RATE,
    VirtualCard,
    babble,
    card_of_this_process,
    likenesses,
    place,
    virtual_card,
)
from tests.waiting import Telling, news, until


class TellingCard(Telling, Card):
    """Whoever waits for a device or a stream looks when there is another one."""


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualCard]:
    monkeypatch.setattr("litetts_edge.sinks.speaker.Card", TellingCard)
    with virtual_card() as fresh, card_of_this_process(fresh):
        yield fresh


def request(volume: int | None = None) -> SpeakRequest:
    return SpeakRequest(RequestId("r"), "text", "voice", volume=volume)


def ignore(_at: float) -> None:
    """First audio that a test does not look at."""


async def say(sink: SpeakerSink, samples: Samples, rate: int, volume: int | None = None) -> None:
    """Speak in chunks of a tenth of a second, to the end."""
    async with sink.writer(request(volume), AudioFormat(rate), ignore) as writer:
        for start in range(0, len(samples), rate // 10):
            await writer.write(AudioChunk(samples[start : start + rate // 10], rate))
        await writer.finish()


def sounding(recorded: Samples) -> Samples:
    """From the first to the last sample that is not silence."""
    heard = np.flatnonzero(recorded)
    return recorded[heard[0] : heard[-1] + 1] if len(heard) else recorded[:0]


async def test_what_is_heard_is_what_was_sent(card: VirtualCard) -> None:
    """Three utterances in a row, at three rates, through one stream: every 40 ms of each is there."""
    rates = (22_050, 48_000, 16_000)
    for attempt in range(3):
        async with SpeakerSink(volume=100) as sink:
            with card.recording() as recording:
                for seed, rate in enumerate(rates):
                    await say(sink, babble(1.0, rate, seed), rate)
                await recording.heard(0.1)
            if sink.underruns == 0 or attempt == 2:
                break  # else the machine stood still for a fifth of a second, which proves nothing
    recorded = recording.samples()
    places = []
    for seed, rate in enumerate(rates):
        sent = soxr.resample(babble(1.0, rate, seed), rate, RATE, quality="HQ")
        places.append(place(recorded, sent))
        assert min(likenesses(recorded[places[-1] :], sent)) > 0.95
    assert places == sorted(places)


@pytest.mark.parametrize("latency_s", [0.05, 0.2])
async def test_finish_means_heard(card: VirtualCard, latency_s: float) -> None:
    """finish() returns only when the last sample was played: what is recorded then is complete."""
    sent = babble(0.5, RATE)
    async with SpeakerSink(volume=100, latency_s=latency_s) as sink:
        with card.recording() as recording:
            await say(sink, sent, RATE)
            await recording.heard(0.03)  # the recorder's own delay
            recorded = recording.samples()
    start = place(recorded, sent)
    assert min(likenesses(recorded[start:], sent)) > 0.95


async def test_a_pause_loses_and_repeats_nothing(card: VirtualCard) -> None:
    """After resume() the very next sample is heard, as if the silence were cut out."""
    sent = babble(2.0, RATE)
    for attempt in range(3):
        async with SpeakerSink(volume=100) as sink:
            with card.recording() as recording:
                speaking = asyncio.create_task(say(sink, sent, RATE))
                await recording.sound()
                await recording.heard(0.5)
                sink.pause()
                await recording.heard(0.5)
                assert not recording.samples()[-RATE // 10 :].any(), "it did not pause"
                sink.resume()
                await speaking
                await recording.heard(0.1)
            if sink.underruns == 0 or attempt == 2:
                break  # else the machine stood still, and what it missed lies in `before` as silence
    recorded = sounding(recording.samples())
    silent = longest_silence(recorded)
    assert silent.stop - silent.start > RATE // 5
    before, after = recorded[: silent.start], recorded[silent.stop :]
    # The one sample at which each ramp stands at zero cannot be told from the pause itself.
    assert place(after, sent[len(before) + 480 : len(before) + 9_600]) == pytest.approx(480, abs=2)
    assert min(likenesses(before[:-480], sent[: len(before) - 480])) > 0.95
    rest = sent[len(before) + 480 :]
    best = max((min(likenesses(after[480 + lag :], rest)) for lag in (-2, -1, 0, 1)), default=0)
    assert best > 0.95


def longest_silence(recorded: Samples) -> slice:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], recorded == 0, [0])).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    longest = int((stops - starts).argmax())
    return slice(int(starts[longest]), int(stops[longest]))


@pytest.mark.parametrize("latency_s", [0.05, 0.2])
async def test_leaving_early_is_silence_soon_and_softly(card: VirtualCard, latency_s: float) -> None:
    """An utterance that is cut fades away, and nothing of it comes back in the next one."""
    tone = (0.5 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    following = babble(0.5, RATE)
    async with SpeakerSink(volume=100, latency_s=latency_s) as sink:
        with card.recording() as recording:
            async with sink.writer(request(), AudioFormat(RATE), ignore) as writer:
                await writer.write(AudioChunk(tone, RATE))
                left_at = time.monotonic()
            await recording.heard(latency_s + 0.3)
            last = max(at for at, piece in recording.pieces() if piece.any())
            cut = sounding(recording.samples())
            await say(sink, following, RATE)
            await recording.heard(0.1)
    # The promise is latency_s + 0.05 s; the rest is for a busy machine's recorder.
    assert last - left_at < latency_s + 0.15
    assert len(cut) < RATE * 1.7
    assert np.abs(np.diff(cut)).max() < 0.02, "a click"
    whole = sounding(recording.samples())[len(cut) :]
    start = place(whole, following)
    assert min(likenesses(whole[start:], following)) > 0.95
    assert not whole[:start].any(), "a rest of what was cut"


async def test_a_volume_in_the_request_is_for_that_utterance(card: VirtualCard) -> None:
    """50 is 10 dB below 100, for one utterance; the next has the sink's own volume again."""
    sent = babble(0.5, RATE)
    async with SpeakerSink(volume=100) as sink:
        with card.recording() as recording:
            await say(sink, sent, RATE, volume=50)
            await recording.heard(0.1)
            quiet = sounding(recording.samples())
            await say(sink, sent, RATE)
            await recording.heard(0.1)
            both = sounding(recording.samples())
    loud = sounding(both[len(quiet) :])
    assert np.abs(quiet).max() / 0.5 == pytest.approx(dsp.gain(50), rel=0.02)
    assert np.abs(loud).max() / 0.5 == pytest.approx(1.0, rel=0.02)


async def test_mute_and_volume_act_at_once_without_a_click(card: VirtualCard) -> None:
    """Live changes glide; while muted, time goes on and nothing is heard."""
    tone = (0.5 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    async with SpeakerSink(volume=100, latency_s=0.05) as sink:
        with card.recording() as recording:
            speaking = asyncio.create_task(say(sink, tone, RATE))
            await recording.sound()
            await recording.heard(0.3)
            sink.set_volume(30)
            await recording.heard(0.3)
            sink.set_muted(True)
            await recording.heard(0.3)
            muted = recording.samples()[-RATE // 20 :]
            sink.set_muted(False)
            sink.set_volume(100)
            await speaking
            await recording.heard(0.1)
    heard = sounding(recording.samples())
    assert not muted.any()
    assert len(heard) == pytest.approx(len(tone), abs=0.01 * RATE)
    assert np.abs(np.diff(heard)).max() < 0.02, "a click"


async def test_first_audio_is_the_first_sample_that_is_not_silence(card: VirtualCard) -> None:
    """It is told once, while the utterance goes on, with a time between the write and the sound."""
    stamps: list[float] = []

    def stamp(at: float) -> None:
        stamps.append(at)
        news()

    samples = np.concatenate((np.zeros(RATE // 2, dtype=np.float32), babble(0.5, RATE)))
    async with SpeakerSink(volume=100, latency_s=0.05) as sink, AsyncExitStack() as stack:
        recording = stack.enter_context(card.recording())
        writer = await stack.enter_async_context(sink.writer(request(), AudioFormat(RATE), stamp))
        wrote_at = time.monotonic()
        await writer.write(AudioChunk(samples, RATE))
        await until(lambda: bool(stamps))
        heard_at = await recording.sound()
        await writer.finish()
    assert len(stamps) == 1
    assert wrote_at + 0.3 < stamps[0] < heard_at


async def test_a_gap_within_an_utterance_is_an_underrun(card: VirtualCard) -> None:
    """On a real stream; what is none is in test_dsp.py, where no machine can stand still."""
    async with SpeakerSink(volume=100, latency_s=0.05) as sink:
        with card.recording() as recording:
            await say(sink, babble(0.2, RATE), RATE)
            await recording.heard(0.3)
            before = sink.underruns  # the machine itself may have stood still
            async with sink.writer(request(), AudioFormat(RATE), ignore) as writer:
                await writer.write(AudioChunk(babble(0.2, RATE), RATE))
                await recording.heard(0.5)
                await writer.write(AudioChunk(babble(0.2, RATE), RATE))
                await writer.finish()
            assert sink.underruns > before


def is_closed(sink: SpeakerSink) -> bool:
    return sink.state is SpeakerState.CLOSED


async def test_silence_gives_the_device_back_and_speech_takes_it_again(card: VirtualCard) -> None:
    """After release_after_s the device is free for others; what was said before is complete."""
    sent = babble(0.5, RATE)
    for attempt in range(3):
        taken: list[Samples] = []
        async with SpeakerSink(volume=100, release_after_s=0) as sink:
            for _ in range(2):
                with card.recording() as recording:
                    await say(sink, sent, RATE)
                    await until(partial(is_closed, sink))
                    await recording.heard(0.1)
                taken.append(recording.samples())
            if sink.underruns == 0 or attempt == 2:
                break  # else the machine stood still for a fifth of a second, which proves nothing
    for recorded in taken:
        assert min(likenesses(recorded[place(recorded, sent) :], sent)) > 0.95


async def test_a_killed_server_costs_no_sample_that_was_not_heard(card: VirtualCard) -> None:
    """When the sound server comes back the utterance goes on where it was, to within 20 ms."""
    sent = babble(3.0, RATE)
    news: list[str] = []
    sink = SpeakerSink(volume=100, on_change=lambda: news.append(sink.device_name))
    async with sink:
        with card.recording() as first:
            speaking = asyncio.create_task(say(sink, sent, RATE))
            await first.sound()
            await first.heard(0.8)
            card.kill()
        await until(lambda: sink.device_name == "none")
        assert sink.problem == "no_audio_device"
        sink.pause()  # so that the recorder is there before the sound
        card.start()
        with card.recording() as second:
            sink.resume()
            await speaking
            await second.heard(0.1)
    before, after = sounding(first.samples()), sounding(second.samples())
    start = place(before, sent[:4_800])
    assert min(likenesses(before[start:], sent[: len(before) - start])) > 0.95
    resumed_at = place(sent, after[4_800:9_600]) - 4_800
    gap_s = (resumed_at - (len(before) - start)) / RATE
    assert abs(gap_s) < 0.020, f"{gap_s * 1000:.1f} ms were lost (or repeated, if negative)"
    assert min(likenesses(after[480:], sent[resumed_at + 480 :])) > 0.95
    assert news == ["none", sink.device_name]
    assert sink.problem is None


async def test_a_device_that_stays_away_fails_the_utterance(card: VirtualCard) -> None:
    """After give_up_s the request fails with a clear code and one sentence; the sink is ready for the next."""
    async with SpeakerSink(give_up_s=0.5) as sink:
        with card.recording() as recording:
            speaking = asyncio.create_task(say(sink, babble(3.0, RATE), RATE))
            await recording.sound()
            card.kill()
        with pytest.raises(NoAudioDevice) as failed:
            await asyncio.wait_for(speaking, 5)
        assert str(failed.value).count("The output speaker failed") == 1
        card.start()
        await asyncio.wait_for(say(sink, babble(0.2, RATE), RATE), 5)


async def test_a_suspended_device_fails_the_utterance(card: VirtualCard) -> None:
    """It opens, takes a buffer full, and never plays: that too is no device, and is not tried for ever."""
    async with SpeakerSink(give_up_s=2.0) as sink:
        card.suspend(True)
        with pytest.raises(NoAudioDevice):
            await asyncio.wait_for(say(sink, babble(3.0, RATE), RATE), 15)
        card.suspend(False)
        await asyncio.wait_for(say(sink, babble(0.2, RATE), RATE), 5)


async def test_no_device_is_no_error_until_somebody_speaks(card: VirtualCard) -> None:
    """Without a card the sink opens, says so, refuses at once, and finds the card when it comes."""
    card.kill()
    async with SpeakerSink() as sink:
        assert (sink.device_name, sink.state, sink.problem) == ("none", SpeakerState.ABSENT, "no_audio_device")
        with pytest.raises(NoAudioDevice):
            await asyncio.wait_for(say(sink, babble(0.2, RATE), RATE), 5)
        card.start()
        await until(sink.available)
        assert sink.problem is None
        await asyncio.wait_for(say(sink, babble(0.2, RATE), RATE), 5)


async def test_an_unknown_device_is_named_with_a_hint(card: VirtualCard) -> None:
    """A wrong name in the settings does not fall back to another loudspeaker."""
    async with SpeakerSink(device="defualt") as sink:
        with pytest.raises(NoAudioDevice, match="Did you mean 'default'"):
            await say(sink, babble(0.2, RATE), RATE)


async def test_a_frozen_server_does_not_hold_who_leaves(card: VirtualCard) -> None:
    """With the server stopped in mid-utterance, a cut and the end of the sink come within a second each."""
    async with SpeakerSink(volume=100) as sink:
        with card.recording() as recording:
            speaking = asyncio.create_task(say(sink, babble(5.0, RATE), RATE))
            await recording.sound()
            card.freeze()
            speaking.cancel()
            await asyncio.wait({speaking}, timeout=1)
            assert speaking.cancelled()
        ending = asyncio.create_task(sink.__aexit__(None, None, None))
        await asyncio.wait({ending}, timeout=1)
        assert ending.done()


async def test_a_server_that_thaws_is_used_again(card: VirtualCard) -> None:
    """The watchdog gives a frozen stream up; after the thaw the utterance ends on a new one."""
    sent = babble(2.0, RATE)
    async with SpeakerSink(volume=100) as sink:
        with card.recording() as recording:
            speaking = asyncio.create_task(say(sink, sent, RATE))
            await recording.sound()
            card.freeze()
            await until(lambda: sink.device_name == "none")
            card.thaw()
            await asyncio.wait_for(speaking, 15)
            await recording.heard(0.1)
    recorded = sounding(recording.samples())
    tail = sent[RATE:]
    assert min(likenesses(recorded[place(recorded, tail) :], tail)) > 0.95


async def test_a_server_that_is_frozen_at_the_start_is_found_later(card: VirtualCard) -> None:
    """Opening does not wait for ever, standard error is not lost, and the thawed card is used."""
    card.freeze()
    stderr = os.fstat(2)
    async with SpeakerSink() as sink:
        assert sink.device_name == "none"
        assert os.path.samestat(os.fstat(2), stderr)
        card.thaw()
        await until(sink.available)
        await asyncio.wait_for(say(sink, babble(0.2, RATE), RATE), 5)


def test_the_program_ends_though_the_server_is_frozen(card: VirtualCard) -> None:
    """Neither asyncio.run() nor PortAudio's own exit handler waits for a call that hangs."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | card.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    try:
        assert program.stdout.readline() == b"speaking\n"
        card.freeze()
        program.stdin.write(b"stop\n")
        program.stdin.flush()
        assert program.wait(10) == 0
    finally:
        program.kill()
        program.communicate()


PROGRAM = """
import asyncio, sys
import numpy as np
from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.speech import RequestId, SpeakRequest

async def main():
    async with SpeakerSink() as sink:
        request = SpeakRequest(RequestId("r"), "text", "voice")
        async with sink.writer(request, AudioFormat(48000), lambda at: None) as writer:
            await writer.write(AudioChunk(np.ones(70000, dtype=np.float32) / 2, 48000))
            print("speaking", flush=True)
            sys.stdin.readline()

asyncio.run(main())
"""


def test_a_server_that_dies_while_a_stream_starts_does_not_end_the_program(card: VirtualCard) -> None:
    """Such a start never returns; closing its stream, or PortAudio for another sink, would abort the process."""
    program = [sys.executable, "-c", DYING, str(card.pid)]
    ended = subprocess.run(
        program, env=os.environ | card.environment, stdout=subprocess.PIPE, timeout=60, check=True
    )
    assert ended.stdout == b"no device\nno device\n"


DYING = """
import asyncio, os, signal, sys
import numpy as np
from litetts_edge.errors import NoAudioDevice
from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.sinks import speaker
from litetts_edge.sinks.card import Card
from litetts_edge.speech import RequestId, SpeakRequest

class Dying(Card):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == "outlet" and value is not None:
            os.kill(int(sys.argv[1]), signal.SIGKILL)

speaker.Card = Dying

async def main():
    for _ in range(2):
        async with speaker.SpeakerSink(give_up_s=0.5) as sink:
            request = SpeakRequest(RequestId("r"), "text", "voice")
            try:
                async with sink.writer(request, AudioFormat(48000), lambda at: None) as writer:
                    await writer.write(AudioChunk(np.ones(70000, dtype=np.float32) / 2, 48000))
                    await writer.finish()
            except NoAudioDevice:
                print("no device", flush=True)

asyncio.run(main())
"""
