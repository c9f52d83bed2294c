"""The first word after a pause: the loudspeaker is awake before it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from litetts_edge.chimes import chime
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples
from litetts_edge.sinks.lead_in import SLEEPS_AFTER_S, LeadIn
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.speech import RequestId, SpeakRequest
from tests.virtual_card import RATE, VirtualCard, babble


def test_a_stream_that_was_just_opened_is_asleep() -> None:
    """Its first sample waits for all of the lead-in, less what passed while the sentence was made."""
    lead_in = LeadIn(1.5)
    assert lead_in.begin(100.0, opened=True, idle_s=0.0)
    assert lead_in.left(100.0) == 1.5
    assert lead_in.left(101.0) == 0.5
    assert lead_in.left(102.0) == 0.0


def test_a_stream_that_was_silent_for_long_is_asleep() -> None:
    """An open stream keeps nothing awake for ever."""
    lead_in = LeadIn(1.5)
    assert not lead_in.begin(100.0, opened=False, idle_s=SLEEPS_AFTER_S - 0.1)
    assert lead_in.left(100.0) == 0.0
    assert lead_in.begin(100.0, opened=False, idle_s=SLEEPS_AFTER_S)
    assert lead_in.left(100.0) == 1.5


def test_a_chime_wakes_it_as_well() -> None:
    """A long one leaves nothing to wait for, a short one the rest."""
    lead_in = LeadIn(1.5)
    lead_in.begin(100.0, opened=True, idle_s=0.0)
    assert lead_in.left(100.0, chime_s=2.4) == 0.0
    assert lead_in.left(100.0, chime_s=0.8) == pytest.approx(0.7)


def test_without_a_lead_in_nothing_waits() -> None:
    """The default."""
    lead_in = LeadIn()
    assert not lead_in.begin(100.0, opened=True, idle_s=99.0)
    assert lead_in.left(100.0) == 0.0


REQUEST = SpeakRequest(RequestId("r"), "text", "voice")


async def say(
    sink: SpeakerSink, chunks: list[Samples], tell: Callable[[float], None], request: SpeakRequest = REQUEST
) -> None:
    async with sink.writer(request, AudioFormat(RATE), tell) as writer:
        for samples in chunks:
            await writer.write(AudioChunk(samples, RATE))
        await writer.finish()


async def test_the_first_sample_waits_for_a_card_that_was_opened(card: VirtualCard) -> None:
    """The card plays silence for that time; all of the utterance is heard, and the next one follows at once."""
    stamps: list[float] = []
    sent = babble(0.4, RATE)
    async with SpeakerSink(volume=100, lead_in_s=1.0) as sink:
        with card.recording() as recording:
            began = time.monotonic()
            await say(sink, [sent], stamps.append)
            assert stamps[0] - began >= 1.0
            assert sink._lead_in.left(time.monotonic()) == 0.0
            await say(sink, [sent], stamps.append)
            assert sink._lead_in._awake_at == 0.0, "it was awake"
            await recording.heard(0.1)
        assert sink.underruns == 0
    assert np.flatnonzero(recording.samples()).size > 1.9 * len(sent)


async def test_a_chime_is_heard_while_the_card_wakes_up(card: VirtualCard) -> None:
    """It begins before the lead-in is over, and a gap between it and the text is no underrun."""
    stamps: list[float] = []
    ding = chime("ding", RATE)
    async with SpeakerSink(volume=100, latency_s=0.05, lead_in_s=1.0) as sink:
        began = time.monotonic()
        with card.recording() as recording:
            async with sink.writer(replace(REQUEST, chime="ding"), AudioFormat(RATE), stamps.append) as writer:
                await writer.write(AudioChunk(ding, RATE))
                await recording.heard(1.5)  # the text is late
                assert stamps[0] - began >= 0.2
                await writer.write(AudioChunk(babble(0.3, RATE), RATE))
                await writer.finish()
        assert sink.underruns == 0


async def test_a_stop_in_the_lead_in_is_silence(card: VirtualCard) -> None:
    """Whoever leaves meanwhile was never heard."""
    stamps: list[float] = []
    async with SpeakerSink(volume=100, lead_in_s=5.0) as sink:
        with card.recording() as recording:
            async with sink.writer(REQUEST, AudioFormat(RATE), stamps.append):
                pass
            await recording.heard(0.2)
    assert not recording.samples().any()
    assert stamps == []
