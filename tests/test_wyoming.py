"""Wyoming's text to speech, as the client of the package `wyoming` hears it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.tone import SAMPLE_RATE, ToneEngine
from litetts_edge.events import Cancelled, Queued
from litetts_edge.pcm import AudioChunk
from litetts_edge.wyoming import listener, server
from litetts_edge.wyoming.answer import Answer
from litetts_edge.wyoming.server import MAX_WAITING
from tests.faulty_engines import BlockingEngine
from tests.virtual_card import babble
from tests.wyoming_client import (
    Client,
    Error,
    Ping,
    Pong,
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
    connected,
)
from tests.wyoming_parts import Home, open_home


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path) as home:
        yield home


@pytest.fixture
async def client(home: Home) -> AsyncIterator[Client]:
    async with connected(home.speech.port) as client:
        yield client


def chunks(*texts: str) -> list[SynthesizeChunk]:
    return [SynthesizeChunk(text) for text in texts]


async def test_describe_tells_what_home_assistant_asks_for(tmp_path: Path) -> None:
    """One program that is installed and streams, and each voice with its language; none of our test voices."""
    async with open_home(tmp_path, [ToneEngine(), EspeakEngine()]) as home, connected(home.speech.port) as client:
        info = await client.info()
    (program,) = info.tts
    assert program.installed
    assert program.supports_synthesize_streaming
    voices = {voice.name: voice.languages for voice in program.voices}
    assert voices["espeak:de"] == ["de"]
    assert "tone" not in voices
    assert info.satellite is None


async def test_a_text_is_spoken(client: Client) -> None:
    """Its audio begins, comes in pieces of one format, and ends."""
    await client.send(Synthesize("one two three"))
    speech = await client.speech()
    assert (speech.start.rate, speech.start.width, speech.start.channels) == (SAMPLE_RATE, 2, 1)
    assert {(chunk.rate, chunk.width, chunk.channels) for chunk in speech.chunks} == {(SAMPLE_RATE, 2, 1)}
    assert max(len(chunk.audio) for chunk in speech.chunks) <= 8192
    assert np.abs(speech.samples).max() > 0.2


async def test_one_connection_serves_several_texts_in_order(client: Client) -> None:
    """Each with a beginning and an end of its own."""
    await client.send(Synthesize("one"), Synthesize("one two three"))
    first, second = await client.speech(), await client.speech()
    assert second.seconds == pytest.approx(3 * first.seconds, rel=0.01)


async def test_a_sentence_is_spoken_before_the_text_ends(client: Client) -> None:
    """The first one is heard while the rest is not written yet; then the rest, at the same rate; then the end."""
    await client.send(SynthesizeStart(), *chunks("It is Dr. ", "Smith. Wh", "at now"))
    await client.until(lambda kind: kind == "audio-chunk")
    await client.send(*chunks("? Wait"), Synthesize("It is Dr. Smith. What now? Wait"), SynthesizeStop())
    await client.until(SynthesizeStopped.is_type)
    kinds = [event.type for event in client.passed]
    assert kinds.count("audio-start") == 1
    assert kinds[-1] == "audio-stop"
    assert set(kinds[1:-1]) == {"audio-chunk"}


async def test_the_whole_text_that_comes_with_its_pieces_is_not_spoken_twice(client: Client) -> None:
    """Home Assistant sends it for servers that know no pieces; after them it is a text like any other."""
    text = "word " * 20
    await client.send(SynthesizeStart(), *chunks(text), Synthesize(text), SynthesizeStop())
    await client.until(SynthesizeStopped.is_type)
    await client.send(Synthesize("one"))
    assert (await client.speech()).seconds < 1


async def test_a_text_in_pieces_sounds_like_the_whole(home: Home) -> None:
    """To the sample: the same sentences, with the same pauses between them."""
    text = "Mr. Fox is here. He came at 5 p.m. today! Why? Nobody knows.\n\nThe end of it."
    async with connected(home.speech.port) as client:
        await client.send(Synthesize(text))
        whole = await client.speech()
        await client.send(SynthesizeStart(), *chunks(*(text[at : at + 3] for at in range(0, 24, 3))))
        await home.desk.until(lambda: len(home.closings()) == 2)  # the first sentence is a request of its own
        await client.send(*chunks(*(text[at : at + 3] for at in range(24, len(text), 3))), SynthesizeStop())
        pieces = await client.speech()
    assert np.array_equal(pieces.samples, whole.samples)


async def test_an_answer_keeps_its_rate_when_the_voice_changes() -> None:
    """A spare voice at another rate is resampled: a client writes the rate into a header once."""
    sent: list[tuple[str, Mapping[str, object], bytes]] = []

    class Recorder:
        async def send(self, kind: str, data: Mapping[str, object] | None = None, payload: bytes = b"") -> None:
            sent.append((kind, data or {}, payload))

    answer = Answer(Recorder())
    for rate in (16_000, 22_050, 16_000):
        await answer.play(AudioChunk(babble(0.5, rate), rate))
    await answer.end(8_000)
    kinds = [kind for kind, _, _ in sent]
    assert kinds == ["audio-start", *["audio-chunk"] * (len(sent) - 2), "audio-stop"]
    assert {data["rate"] for kind, data, _ in sent if kind != "audio-stop"} == {16_000}
    assert sum(len(payload) for _, _, payload in sent) // 2 == pytest.approx(3 * 8_000, abs=2)


async def test_a_sentence_is_not_kept_for_ever(tmp_path: Path) -> None:
    """One whose end is likely is spoken when nothing more has come for a while."""
    async with open_home(tmp_path, patience_s=0.01) as home, connected(home.speech.port) as client:
        await client.send(SynthesizeStart(), *chunks("Hello there."))
        await client.until(lambda kind: kind == "audio-chunk")


async def test_an_abbreviation_is_kept_however_long_it_takes(tmp_path: Path) -> None:
    """`Dr.` is no sentence, and no impatience makes it one."""
    async with (
        open_home(tmp_path, patience_s=0.01) as home,
        connected(home.speech.port) as client,
        connected(home.speech.port) as other,
    ):
        await client.send(SynthesizeStart(), *chunks("This is Dr."))
        await client.info()
        await other.send(SynthesizeStart(), *chunks("Hello there."))
        await other.until(lambda kind: kind == "audio-chunk")  # so its time is over, and it began later
        await client.send(*chunks(" Smith."), SynthesizeStop())
        await client.speech()
        queued = [event for event in home.desk.told if isinstance(event, Queued)]
    assert len(queued) == 2


async def test_describe_is_answered_while_a_run_blocks(tmp_path: Path) -> None:
    """On the connection that waits for it, and on another one."""
    engine = BlockingEngine()
    async with (
        open_home(tmp_path, [engine]) as home,
        connected(home.speech.port) as client,
        connected(home.speech.port) as other,
    ):
        await client.send(Synthesize("held"))
        await asyncio.to_thread(engine.entered.wait, 5)
        assert (await client.info()).tts
        assert (await other.info()).tts
        engine.release()
        assert (await client.speech()).seconds > 0


async def test_many_clients_at_once(home: Home) -> None:
    """Each gets its own text."""

    async def one(words: int) -> float:
        async with connected(home.speech.port) as client:
            await client.send(Synthesize(" ".join(["word"] * words)))
            return (await client.speech()).seconds

    seconds = await asyncio.gather(*(one(words) for words in range(1, 9)))
    assert [round(length / seconds[0]) for length in seconds] == list(range(1, 9))


async def test_a_long_text_keeps_nobody_waiting_for_its_end(home: Home) -> None:
    """Others have their turn between its parts, and it sounds as if they had not."""
    text = "This is a sentence of seven words. " * 100
    async with connected(home.speech.port) as client, connected(home.speech.port) as other:
        await client.send(Synthesize(text))
        await home.desk.until(lambda: bool(home.closings()))
        hearing = asyncio.create_task(client.speech())
        await other.send(Synthesize("one"))
        assert (await other.speech()).seconds > 0
        assert not hearing.done()
        await hearing
        assert len(home.closings()) > 5


async def test_a_client_that_leaves_ends_its_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is synthesized for nobody, and the next client has its turn."""
    monkeypatch.setattr(server, "HALF_CLOSE_S", 0.0)
    engine = BlockingEngine()
    async with open_home(tmp_path, [engine]) as home:
        async with connected(home.speech.port) as client:
            await client.send(Synthesize("held"))
            await asyncio.to_thread(engine.entered.wait, 5)
        await home.desk.until(lambda: home.closings() == ["Cancelled"])
        (cancelled,) = [event for event in home.desk.told if isinstance(event, Cancelled)]
        assert cancelled.reason == "disconnected"
        engine.release()
        async with connected(home.speech.port) as client:
            await client.send(Synthesize("free"))
            assert (await client.speech()).seconds > 0


async def test_a_client_that_only_sends_no_more_gets_its_audio(home: Home, client: Client) -> None:
    """All of it, though it takes its time; then the service closes as well."""
    text = "One, two, three. " * 40
    await client.send(Synthesize(text))
    whole = await client.speech()
    async with connected(home.speech.port) as other:
        await other.send(Synthesize(text), Synthesize("four"))
        end_sending(other)
        assert np.array_equal((await other.speech()).samples, whole.samples)
        assert (await other.speech()).seconds > 0
        assert await other.is_closed()


async def test_a_client_that_sends_no_more_in_the_middle_of_a_text(home: Home, client: Client) -> None:
    """Its text has no end, so neither has an answer: the connection is closed."""
    await client.send(SynthesizeStart(), *chunks("Half a "))
    end_sending(client)
    assert await client.is_closed()
    assert home.closings() == []


def end_sending(client: Client) -> None:
    """As `nc -N` does after a request."""
    writer = client._client._writer
    assert writer is not None
    writer.write_eof()


async def test_control_characters_in_a_growing_text_are_left_out(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A model that writes the text may write anything; the rest is heard, and the log says it once."""
    for text in (("One. ", "T wo\x07 three.", "\x1b", " Four."), ("One. ", "T wo  three.", " ", " Four.")):
        await client.send(SynthesizeStart(), *chunks(*text), SynthesizeStop())
    heard, clean = await client.speech(), await client.speech()
    assert np.array_equal(heard.samples, clean.samples)
    assert caplog.text.count("control characters") == 1


async def test_a_voice_is_found_by_its_name_or_its_language(tmp_path: Path) -> None:
    """By the name in our info, by that without the engine, and by a language as either side writes it."""
    async with open_home(tmp_path, [ToneEngine(), EspeakEngine()]) as home, connected(home.speech.port) as client:
        for voice in (
            SynthesizeVoice(name="espeak:de"),
            SynthesizeVoice(name="de"),
            SynthesizeVoice(language="de_DE"),
            SynthesizeVoice(language="de"),
        ):
            await client.send(Synthesize("eins", voice))
            await client.speech()
        story = [getattr(event, "voice", "") for event in home.desk.told if type(event).__name__ == "Started"]
    assert story == ["espeak:de"] * 4


@pytest.mark.parametrize(
    ("message", "code", "told"),
    [
        (Synthesize("hi", SynthesizeVoice(name="espeak:du")), "voice_not_found", "Did you mean"),
        (Synthesize("hi", SynthesizeVoice(language="xx")), "language_not_found", "xx"),
        (Synthesize("  "), "text_empty", "no text"),
        (Synthesize("a" * 5001), "text_too_long", "5001"),
        (Synthesize("bell \x07"), "bad_field", "U+0007"),
        (Synthesize("half \ud800"), "bad_field", "U+D800"),
        (Synthesize("<speak>broken"), "ssml_invalid", "line 1"),
        (Synthesize("plain", text_format="ssml"), "bad_field", "<speak>"),
        (SynthesizeChunk("lost"), "bad_field", "synthesize-start"),
    ],
)
async def test_what_cannot_be_spoken_is_told(tmp_path: Path, message: Synthesize, code: str, told: str) -> None:
    """As an error with a stable code; then the connection ends, because Home Assistant waits for that."""
    async with open_home(tmp_path, [ToneEngine(), EspeakEngine()]) as home, connected(home.speech.port) as client:
        if "\ud800" in getattr(message, "text", ""):
            await raw(client, b'{"type": "synthesize", "data": {"text": "half \\ud800"}}\n')
        else:
            await client.send(message)
        error = await client.error()
        assert (error.code, told in error.text) == (code, True), error
        assert await client.is_closed()


async def raw(client: Client, data: bytes) -> None:
    """Send bytes as they are."""
    writer = client._client._writer
    assert writer is not None
    writer.write(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\xff\xfe garbage\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"[]\n",
        b"{}\n",
        b'{"type": 5}\n',
        b'{"type": "describe", "data": []  \n',
        b'{"type": "synthesize", "data": 5}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 10_000_000,
        b'{"type": "synthesize", "data_length": 1000000000}\n',
        b'{"type": "synthesize", "data_length": -1}\n',
        b'{"type": "synthesize", "data_length": true, "payload_length": 1e9}\n',
        b'{"type": "audio-chunk", "payload_length": 1000000000}\n',
        b'{"type": "synthesize", "data_length": 5}\nhello',
    ],
    ids=lambda data: data[:24].decode("latin-1").strip(),
)
async def test_what_is_no_event_is_refused(home: Home, client: Client, data: bytes) -> None:
    """Told as an error, and closed; the next client is served."""
    await raw(client, data)
    assert (await client.error()).code == "bad_event"
    assert await client.is_closed()
    async with connected(home.speech.port) as other:
        await other.send(Synthesize("one"))
        assert (await other.speech()).seconds > 0


async def test_half_an_event_is_refused_when_it_ends(client: Client) -> None:
    """A line that breaks off."""
    await raw(client, b'{"type": "synth')
    writer = client._client._writer
    assert writer is not None
    writer.write_eof()
    assert (await client.error()).code == "bad_event"


async def test_events_of_others_are_passed_over(client: Client) -> None:
    """What this version does not know is no error."""
    await raw(client, b'{"type": "transcribe", "data": {"name": null}}\n{"type": "timer-started"}\n')
    await client.send(Ping("still there?"))
    pong = Pong.from_event(await client.until(Pong.is_type))
    assert pong.text == "still there?"


async def test_too_many_connections_are_refused(tmp_path: Path) -> None:
    """Those that are there already stay."""
    async with (
        open_home(tmp_path, clients=1) as home,
        connected(home.speech.port) as first,
        connected(home.speech.port) as second,
    ):
        assert Error.from_event(await second.until(Error.is_type)).code == "too_many_connections"
        assert (await first.info()).tts


async def test_a_client_that_takes_nothing_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does not take is kept up to a limit; then it is gone, and the next client has its turn."""
    monkeypatch.setattr(listener, "STALL_S", 0.2)
    async with (
        open_home(tmp_path) as home,
        connected(home.speech.port) as client,
        connected(home.speech.port) as other,
    ):
        await client.send(*[Synthesize("a " * 2500)] * 8)
        await home.desk.until(lambda: "Cancelled" in home.closings())
        await other.send(Synthesize("one"))
        assert (await other.speech()).seconds > 0


async def test_no_chime_is_sent_to_a_client(tmp_path: Path) -> None:
    """A chime of the settings is for the loudspeaker."""
    async with open_home(tmp_path) as home, connected(home.speech.port) as client:
        await client.send(Synthesize("one"))
        bare = await client.speech()
    async with (
        open_home(tmp_path, settings="chime: {default: gong}\n") as home,
        connected(home.speech.port) as client,
    ):
        await client.send(Synthesize("one"))
        assert (await client.speech()).seconds == bare.seconds


async def test_too_many_waiting_texts_are_refused(tmp_path: Path) -> None:
    """A client cannot fill the memory with texts; those before the one too many are spoken to their end."""
    engine = BlockingEngine()
    async with open_home(tmp_path, [engine]) as home, connected(home.speech.port) as client:
        await client.send(*[Synthesize("held")] * 30)
        await client.info()  # all of them were read
        engine.release()
        assert (await client.error()).code == "queue_full"
        spoken = [event for event in client.passed if event.type == "audio-stop"]
        assert len(spoken) >= MAX_WAITING
        assert await client.is_closed()


async def test_a_stop_by_somebody_else_is_told(tmp_path: Path) -> None:
    """So that nobody waits for audio that will not come."""
    engine = BlockingEngine()
    async with open_home(tmp_path, [engine]) as home, connected(home.speech.port) as client:
        await client.send(Synthesize("held"))
        await asyncio.to_thread(engine.entered.wait, 5)
        home.desk.pipeline.stop()
        assert (await client.error()).code == "cancelled"


async def test_a_text_that_never_has_its_turn_is_told_of(tmp_path: Path) -> None:
    """It was taken out of the queue: its client does not wait for a beginning."""
    engine = BlockingEngine()
    async with (
        open_home(tmp_path, [engine]) as home,
        connected(home.speech.port) as first,
        connected(home.speech.port) as second,
    ):
        await first.send(Synthesize("held"))
        await asyncio.to_thread(engine.entered.wait, 5)
        await second.send(Synthesize("waits"))
        await home.desk.until(lambda: len(home.desk.pipeline.queue) == 1)
        home.desk.pipeline.clear()
        assert (await second.error()).code == "cancelled"


async def test_a_stop_of_the_daemon_is_told(tmp_path: Path) -> None:
    """The audio ends without an audio-stop, and with the reason."""
    engine = BlockingEngine()
    async with open_home(tmp_path, [engine]) as home, connected(home.speech.port) as client:
        await client.send(Synthesize("held"))
        await asyncio.to_thread(engine.entered.wait, 5)
        home.desk.pipeline.stop("shutdown")
        assert (await client.error()).code == "shutting_down"
