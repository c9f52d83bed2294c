"""Both Wyoming services of the real program, on a real sound card that is not there."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import numpy as np

from litetts_edge.dsp import int16
from tests.program import programs
from tests.virtual_card import RATE, babble, likenesses, place, virtual_card
from tests.wyoming_client import (
    AudioChunk,
    AudioStart,
    AudioStop,
    Client,
    Played,
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    connected,
)


def free_ports() -> tuple[int, int]:
    """Two ports that nobody has."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def settings(speech: int, satellite: int) -> dict[str, str]:
    return {
        "LITETTS_EDGE__MQTT__ENABLED": "false",
        "LITETTS_EDGE__ENGINE__NAME": "tiny",
        "LITETTS_EDGE__WYOMING__ENABLED": "true",
        "LITETTS_EDGE__WYOMING__PORT": str(speech),
        "LITETTS_EDGE__WYOMING__SATELLITE__PORT": str(satellite),
        "LITETTS_EDGE__SPEAKER__VOLUME": "100",
        "LITETTS_EDGE__SPEAKER__LATENCY_S": "0.1",
    }


async def announce(client: Client, seconds: float) -> None:
    sent = babble(seconds, RATE)
    pieces = [AudioChunk(RATE, 2, 1, int16(sent[at : at + 1024]).tobytes()) for at in range(0, len(sent), 1024)]
    await client.send(AudioStart(RATE, 2, 1), *pieces, AudioStop())


async def test_speech_and_announcements_of_the_real_program(tmp_path: Path) -> None:
    """Text comes back as audio; audio is heard on the card, and `played` comes when it was heard."""
    speech, satellite = free_ports()
    with virtual_card() as card:
        async with programs(tmp_path) as make:
            program = make(1883, settings(speech, satellite) | card.environment)
            await program.start()
            await program.logged("wyoming satellite listens")
            async with connected(speech) as client:
                assert (await client.info()).tts[0].installed
                await client.send(Synthesize("The laundry is done."))
                assert (await client.speech()).seconds > 0.2
            with card.recording() as recording:
                async with connected(satellite) as client:
                    await announce(client, 1.5)
                    heard_at = await recording.sound()
                    await client.until(Played.is_type)
                    assert 1.3 < time.monotonic() - heard_at < 3
                await recording.heard(0.3)
                sent, heard = babble(1.5, RATE), recording.samples()
                assert np.median(likenesses(heard[place(heard, sent) :], sent)) > 0.95
            assert await program.end() == 0


async def test_a_port_that_is_taken_stops_nobody(tmp_path: Path) -> None:
    """A warning; the rest goes on, and the port is used as soon as it is free."""
    speech, satellite = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", speech))
        taken.listen()
        async with programs(tmp_path) as make:
            program = make(1883, settings(speech, satellite))
            await program.start()
            await program.logged("cannot listen")
            await program.logged("wyoming satellite listens")
            async with connected(satellite) as client:
                assert (await client.info()).satellite is not None
            taken.close()
            await program.logged("wyoming text to speech listens")
            async with connected(speech) as client:
                assert (await client.info()).tts
            assert await program.end() == 0


async def test_a_stop_of_the_program_is_told_to_its_clients(tmp_path: Path) -> None:
    """Whoever is connected hears why the audio ends, and the program leaves in time."""
    speech, satellite = free_ports()
    async with programs(tmp_path) as make:
        program = make(1883, settings(speech, satellite))
        await program.start()
        await program.logged("wyoming text to speech listens")
        async with connected(speech) as client, connected(satellite) as sender:
            await client.send(SynthesizeStart(), SynthesizeChunk("This is one. And this "))
            await client.until(lambda kind: kind == "audio-chunk")
            await sender.send(AudioStart(RATE, 2, 1))
            program.signal(signal.SIGTERM)
            assert (await client.error()).code == "shutting_down"
            assert (await sender.error()).code in {"shutting_down", "no_audio_device"}
            assert await program.exit() == 0


async def test_nothing_listens_unless_it_is_asked_for(tmp_path: Path) -> None:
    """The default: no port is open."""
    speech, satellite = free_ports()
    async with programs(tmp_path) as make:
        off = settings(speech, satellite) | {"LITETTS_EDGE__WYOMING__ENABLED": "false"}
        program = make(1883, off)
        await program.start()
        for port in (speech, satellite):
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0
        assert await program.end() == 0
