"""The volume of one message: it holds for that one alone, however that one ends."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litetts_edge import dsp
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.speech import RequestId, SpeakRequest
from tests.broker import Broker
from tests.program import house, programs
from tests.virtual_card import RATE, Recording, VirtualCard

TONE: Samples = (0.5 * np.sin(2 * np.pi * 200 * np.arange(RATE // 2) / RATE)).astype(np.float32)
PLAIN = SpeakRequest(RequestId("r"), "text", "voice")
SOFT = replace(PLAIN, volume=20)


async def peak(sink: SpeakerSink, card: VirtualCard, request: SpeakRequest = PLAIN) -> float:
    """How loud a tone of half of full scale comes out."""
    with card.recording() as recording:
        async with sink.writer(request, AudioFormat(RATE), lambda _at: None) as writer:
            await writer.write(AudioChunk(TONE, RATE))
            await writer.finish()
        await recording.heard(0.1)
    return loudest(recording)


async def speak_on(sink: SpeakerSink) -> None:
    """Softly, without an end."""
    async with sink.writer(SOFT, AudioFormat(RATE), lambda _at: None) as writer:
        while True:
            await writer.write(AudioChunk(TONE, RATE))


def loudest(recording: Recording) -> float:
    return float(np.abs(recording.samples()).max())


def at(volume: int) -> object:
    return pytest.approx(0.5 * dsp.gain(volume), rel=0.03)


async def test_it_holds_for_one_message(card: VirtualCard) -> None:
    """The next one is as loud as before."""
    async with SpeakerSink(volume=80) as sink:
        assert await peak(sink, card, SOFT) == at(20)
        assert await peak(sink, card) == at(80)


async def test_it_ends_with_a_message_that_is_cut(card: VirtualCard) -> None:
    """By a stop or by an interruption: the one that follows has its own volume from its first sample."""
    async with SpeakerSink(volume=80, latency_s=0.05) as sink:
        with card.recording() as recording:
            speaking = asyncio.create_task(speak_on(sink))
            await recording.sound()
            speaking.cancel()
            await asyncio.wait([speaking])
            await recording.heard(0.2)
            assert loudest(recording) == at(20)
        assert await peak(sink, card) == at(80)


async def test_a_volume_that_is_set_meanwhile_is_the_next_ones(card: VirtualCard) -> None:
    """The message keeps its own to its end."""
    async with SpeakerSink(volume=80) as sink:
        with card.recording() as recording:
            async with sink.writer(SOFT, AudioFormat(RATE), lambda _at: None) as writer:
                await writer.write(AudioChunk(TONE, RATE))
                await recording.sound()
                sink.set_volume(50)
                await writer.finish()
            await recording.heard(0.1)
        assert loudest(recording) == at(20)
        assert await peak(sink, card) == at(50)


async def test_mute_wins(card: VirtualCard) -> None:
    """A message's volume is no way around it."""
    async with SpeakerSink(volume=80, muted=True) as sink:
        assert await peak(sink, card, replace(PLAIN, volume=100)) == 0.0


async def test_a_crash_in_the_middle_leaves_the_volume_as_it_was(tmp_path: Path, card: VirtualCard) -> None:
    """It was never anything but a number in the process: the next start has the one that is set."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        program = make(broker.port, card.environment)
        await program.start()
        await friend.online()
        await friend.send("volume/set", "70")
        with card.recording() as recording:
            await friend.send("speak", {"text": "One, two, three, four, five, six.", "volume": 10})
            await recording.sound(20)
            await program.end(signal.SIGKILL)
        friend.heard.clear()
        await program.start()
        await friend.document("state", lambda state: state["volume"] == 70)
        await program.end()
