"""Published audio: one message while it fits, else chunks that can be put together again and checked."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.dsp import int16
from litetts_edge.encode import encode
from litetts_edge.errors import SinkFailed
from litetts_edge.mqtt.link import Link, LinkSettings, Will
from litetts_edge.mqtt.publisher import TOPIC_ROOM, AudioOverMqtt
from litetts_edge.mqtt.topics import Topics
from litetts_edge.pcm import AudioChunk, AudioFormat, Samples, silence
from litetts_edge.sinks import mqtt as sink_module
from litetts_edge.sinks.mqtt import SMALLEST, MqttSink
from litetts_edge.speech import Encoding, RequestId, SpeakRequest
from tests.broker import Broker, SecondClient
from tests.link_parts import TellingLink
from tests.proxy import Proxy
from tests.shelf import Shelf
from tests.waiting import until

RATE = 16000
TOPIC = "litetts/kitchen/audio/x"


def request(encoding: Encoding = Encoding.WAV, **fields: Any) -> SpeakRequest:
    return SpeakRequest(RequestId("x"), "hi", "tone", encoding=encoding, outputs=("mqtt",), **fields)


def noise(count: int, seed: int = 1) -> Samples:
    """Samples that no encoder makes small."""
    return np.random.default_rng(seed).uniform(-0.9, 0.9, count).astype(np.float32)


def sentences(samples: Samples, *lengths: int) -> list[AudioChunk]:
    """The samples as chunks that each end a sentence; what is left over is one more."""
    ends = np.cumsum(lengths)
    return [AudioChunk(part, RATE, ends_sentence=True) for part in np.split(samples, ends) if len(part)]


async def publish(
    shelf: Shelf, chunks: Sequence[AudioChunk], spoken: SpeakRequest | None = None, rate: int = RATE
) -> None:
    async with MqttSink(shelf).writer(spoken or request(), AudioFormat(rate), lambda _: None) as writer:
        for chunk in chunks:
            await writer.write(chunk)
        await writer.finish()


def lengths(shelf: Shelf) -> list[int]:
    """Samples in each WAV."""
    return [(len(payload) - 44) // 2 for payload in shelf.chunks]


def together(shelf: Shelf) -> Samples:
    """What somebody hears who plays the files one after the other."""
    parts = [soundfile.read(io.BytesIO(payload), dtype="int16")[0] for payload in shelf.chunks]
    joined: Samples = np.concatenate(parts)
    return joined


def check_chunked(shelf: Shelf, encoding: Encoding, samples: int, rate: int = RATE) -> None:
    """What the protocol says of chunks."""
    *chunks, (end_topic, end, end_properties) = shelf.messages
    assert [topic for topic, _, _ in chunks] == [f"{TOPIC}/{number}" for number in range(len(chunks))]
    assert [properties for _, _, properties in chunks] == [
        {
            "seq": str(number),
            "last": "true" if number == len(chunks) - 1 else "false",
            "rate": str(rate),
            "format": encoding.value,
        }
        for number in range(len(chunks))
    ]
    assert all(0 < len(payload) <= shelf.limit for _, payload, _ in chunks)
    assert (end_topic, end_properties) == (f"{TOPIC}/end", {})
    digest = hashlib.sha256(b"".join(payload for _, payload, _ in chunks)).hexdigest()
    assert json.loads(end) == {"chunks": len(chunks), "sha256": digest, "audio_ms": round(samples * 1000 / rate)}


# -- one message -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", Encoding)
async def test_what_fits_is_one_message(encoding: Encoding) -> None:
    """The file itself under the utterance's own topic, and no /end."""
    shelf = Shelf()
    samples = noise(8000)
    await publish(shelf, sentences(samples, 3000), request(encoding))
    (message,) = shelf.messages
    properties = {"seq": "0", "last": "true", "rate": str(RATE), "format": encoding.value}
    assert message[0::2] == (TOPIC, properties)
    if encoding is not Encoding.OPUS:  # its stream has a random number
        assert message[1] == encode(samples, RATE, encoding)
    else:
        assert message[1][:4] == b"OggS"


async def test_the_request_says_where() -> None:
    """reply_to takes the place of the utterance's topic, chunks and end included."""
    shelf = Shelf(limit=2044)
    await publish(shelf, sentences(noise(1500), 700), request(reply_to="home/ear"))
    assert shelf.topics == ["home/ear/0", "home/ear/1", "home/ear/end"]


async def test_every_message_names_the_request_it_answers() -> None:
    """With the correlation data of the request: on each chunk, and on the end."""
    shelf = Shelf(limit=2044)
    await publish(shelf, sentences(noise(1500), 700), request(correlation=b"42"))
    assert (len(shelf.messages), shelf.correlations) == (3, {b"42"})


@pytest.mark.parametrize(("encoding", "header"), [(Encoding.WAV, 44), (Encoding.PCM, 0)])
async def test_the_limit_is_exact(encoding: Encoding, header: int) -> None:
    """A file of just the limit is one message; one sample more makes chunks."""
    whole, more = Shelf(limit=2000 + header), Shelf(limit=2000 + header)
    await publish(whole, sentences(noise(1000)), request(encoding))
    assert [len(payload) for payload in whole.chunks] == [whole.limit]
    assert whole.topics == [TOPIC]
    await publish(more, sentences(noise(1001)), request(encoding))
    assert [len(payload) for payload in more.chunks] == [more.limit, 2 + header]
    check_chunked(more, encoding, 1001)


async def test_nothing_spoken_is_nothing_published() -> None:
    """Not even an /end."""
    shelf = Shelf()
    await publish(shelf, [])
    await publish(shelf, [silence(0, RATE, ends_sentence=True)])
    assert shelf.messages == []


# -- chunks ------------------------------------------------------------------------------------------------


async def test_chunks_are_cut_at_sentence_ends() -> None:
    """As many whole sentences as fit go into one."""
    shelf = Shelf(limit=2044)
    samples = noise(3400)
    await publish(shelf, sentences(samples, 400, 400, 400, 900, 100, 700))
    assert lengths(shelf) == [800, 400, 1000, 700, 500]
    check_chunked(shelf, Encoding.WAV, 3400)
    np.testing.assert_array_equal(together(shelf), int16(samples))


async def test_a_sentence_longer_than_a_message_is_cut_where_it_is_full() -> None:
    """No more pieces than needed, and the next sentence begins a message of its own."""
    shelf = Shelf(limit=2044)
    samples = noise(2900)
    await publish(shelf, sentences(samples, 200, 2500, 200))
    assert lengths(shelf) == [200, 1000, 1000, 700]
    np.testing.assert_array_equal(together(shelf), int16(samples))


async def test_a_full_message_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header is counted beforehand: no chunk is made only to be too large."""
    encoded: list[int] = []

    def counting(samples: Samples, rate: int, encoding: Encoding) -> bytes:
        encoded.append(len(samples))
        return encode(samples, rate, encoding)

    monkeypatch.setattr(sink_module, "encode", counting)
    shelf = Shelf(limit=2044)
    await publish(shelf, sentences(noise(3500)))
    assert encoded == [1000, 1000, 1000, 500]
    assert lengths(shelf) == encoded


@pytest.mark.parametrize("encoding", [Encoding.FLAC, Encoding.MP3, Encoding.OPUS])
async def test_what_compresses_badly_still_fits(encoding: Encoding) -> None:
    """Noise comes out larger than guessed: it is cut again until every message is below the limit."""
    shelf = Shelf(limit=12_000)
    samples = noise(3 * RATE)
    await publish(shelf, sentences(samples, RATE, RATE), request(encoding))
    check_chunked(shelf, encoding, 3 * RATE)
    heard = sum(soundfile.info(io.BytesIO(payload)).duration for payload in shelf.chunks)
    assert heard == pytest.approx(3.0, rel=0.15)  # MP3 pads each file to whole frames


async def test_what_is_cut_again_is_cut_at_a_sentence_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoding that was guessed too small does not tear sentences apart either."""
    monkeypatch.setattr(sink_module, "COMPRESSION", {Encoding.PCM: 4})
    shelf = Shelf(limit=2000)
    samples = noise(2600)
    await publish(shelf, sentences(samples, 600, 500, 700, 300, 500), request(Encoding.PCM))
    assert [len(payload) // 2 for payload in shelf.chunks] == [600, 500, 700, 800]
    assert b"".join(shelf.chunks) == int16(samples).tobytes()
    check_chunked(shelf, Encoding.PCM, 2600)


async def test_an_empty_chunk_makes_no_message() -> None:
    """Engines may end a sentence with no samples left: at the beginning, in between, at the end."""
    shelf = Shelf(limit=2044)
    end = silence(0, RATE, ends_sentence=True)
    first, second = sentences(noise(1600), 800)
    await publish(shelf, [end, first, end, end, second, end])
    assert lengths(shelf) == [800, 800]
    check_chunked(shelf, Encoding.WAV, 1600)
    long = Shelf(limit=2044)
    await publish(long, [end, AudioChunk(noise(1600), RATE)])
    assert lengths(long) == [1000, 600]


@given(
    limit=st.integers(SMALLEST, 4000),
    parts=st.lists(st.tuples(st.integers(0, 3000), st.booleans()), max_size=8),
    encoding=st.sampled_from([Encoding.WAV, Encoding.PCM]),
)
@settings(deadline=None, max_examples=60)
def test_no_sample_is_lost_or_said_twice(limit: int, parts: list[tuple[int, bool]], encoding: Encoding) -> None:
    """However the audio comes and whatever the limit is."""
    shelf = Shelf(limit=limit)
    chunks = [AudioChunk(noise(count, seed), RATE, ends) for seed, (count, ends) in enumerate(parts)]
    asyncio.run(publish(shelf, chunks, request(encoding)))
    header = 44 if encoding is Encoding.WAV else 0
    samples = np.concatenate([np.zeros(0, dtype=np.float32), *(chunk.samples for chunk in chunks)])
    assert b"".join(payload[header:] for payload in shelf.chunks) == int16(samples).tobytes()
    if shelf.topics not in ([], [TOPIC]):
        check_chunked(shelf, encoding, len(samples))


async def test_chunks_are_published_while_the_rest_is_made() -> None:
    """One is held back, because only then is it known which is the last."""
    shelf = Shelf(limit=2044)
    async with MqttSink(shelf).writer(request(), AudioFormat(RATE), lambda _: None) as writer:
        await writer.write(AudioChunk(noise(2500), RATE))
        assert shelf.topics == [f"{TOPIC}/0"]
        await writer.write(AudioChunk(noise(1000), RATE))
        assert shelf.topics == [f"{TOPIC}/0", f"{TOPIC}/1"]
        await writer.finish()
    assert shelf.topics == [f"{TOPIC}/0", f"{TOPIC}/1", f"{TOPIC}/2", f"{TOPIC}/3", f"{TOPIC}/end"]


# -- the contract of a sink --------------------------------------------------------------------------------


async def test_first_audio_is_the_first_sound() -> None:
    """Told once, not for silence, with the time at which it was taken."""
    told: list[float] = []
    async with MqttSink(Shelf()).writer(request(), AudioFormat(RATE), told.append) as writer:
        await writer.write(silence(100, RATE))
        assert told == []
        before = time.monotonic()
        await writer.write(AudioChunk(noise(100), RATE))
        await writer.write(AudioChunk(noise(100), RATE))
        await writer.finish()
    assert len(told) == 1
    assert before <= told[0] <= time.monotonic()


async def test_a_cut_publishes_nothing_more() -> None:
    """Left without finish(): neither what is held back, nor what is pending, nor an /end."""
    shelf = Shelf(limit=2044)
    async with MqttSink(shelf).writer(request(), AudioFormat(RATE), lambda _: None) as writer:
        await writer.write(AudioChunk(noise(2500), RATE))
    assert shelf.topics == [f"{TOPIC}/0"]


async def test_a_cut_while_encoding_publishes_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread may end its work; nobody hears of it."""
    shelf = Shelf(limit=2044)
    encoding, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    go_on = asyncio.Event()

    def slow(samples: Samples, rate: int, wanted: Encoding) -> bytes:
        loop.call_soon_threadsafe(encoding.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        loop.call_soon_threadsafe(ended.set)
        return encode(samples, rate, wanted)

    monkeypatch.setattr(sink_module, "encode", slow)
    speaking = asyncio.create_task(publish(shelf, sentences(noise(900), 300)))
    async with asyncio.timeout(10):
        await encoding.wait()
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking
        go_on.set()
        await ended.wait()
    assert shelf.messages == []


async def test_a_broker_that_takes_too_little_is_a_failure_at_once() -> None:
    """Said when the writer is opened, not after a thousand messages."""
    sink = MqttSink(Shelf(limit=SMALLEST - 1))
    with pytest.raises(SinkFailed, match="1023 bytes"):
        async with sink.writer(request(), AudioFormat(RATE), lambda _: None):
            raise AssertionError("it was opened")
    await publish(Shelf(limit=SMALLEST), sentences(noise(3000)))


@pytest.mark.parametrize("sent", [0, 1])
async def test_no_link_is_a_failure(sent: int) -> None:
    """In the first message or a later one."""
    shelf = Shelf(limit=2044, fails_after=sent)
    with pytest.raises(SinkFailed):
        await publish(shelf, sentences(noise(3000)))
    assert len(shelf.messages) == sent


async def test_pausing_is_for_loudspeakers() -> None:
    """Nobody hears it live: it goes on."""
    shelf = Shelf()
    sink = MqttSink(shelf)
    sink.pause()
    async with sink.writer(request(), AudioFormat(RATE), lambda _: None) as writer:
        await writer.write(AudioChunk(noise(100), RATE))
        await writer.finish()
    sink.resume()
    assert shelf.topics == [TOPIC]


# -- over a real link --------------------------------------------------------------------------------------

KITCHEN = Topics("litetts", "kitchen")


def link_to(port: int) -> Link:
    where = LinkSettings("127.0.0.1", port, "kitchen", reconnect_min_s=0.05, reconnect_max_s=0.1)
    return TellingLink(where, Will(KITCHEN.availability, b"offline"), [], KITCHEN.request("ping"))


async def test_the_brokers_limit_is_kept(tmp_path: Path) -> None:
    """Chunks come through a broker that takes 6,000 bytes a packet, whole and with their properties."""
    async with (
        Broker(tmp_path, max_packet_size=6000) as broker,
        link_to(broker.port) as link,
        SecondClient(broker.port) as ear,
    ):
        await ear.subscribe("litetts/kitchen/audio/#", qos=0)
        await until(lambda: link.state == "connected")
        publisher = AudioOverMqtt(KITCHEN, 1_500_000)
        assert publisher.largest_payload() == 1_500_000
        publisher.link = link
        assert publisher.largest_payload() == 6000 - TOPIC_ROOM
        async with MqttSink(publisher).writer(request(), AudioFormat(RATE), lambda _: None) as writer:
            await writer.write(AudioChunk(noise(4000), RATE))
            await writer.finish()
        shelf = Shelf(limit=6000 - TOPIC_ROOM)
        while not shelf.messages or shelf.topics[-1] != f"{TOPIC}/end":
            message = await ear.next()
            assert message.properties is not None
            named = dict(getattr(message.properties, "UserProperty", ()))
            shelf.messages.append((message.topic, bytes(message.payload), named))
        check_chunked(shelf, Encoding.WAV, 4000)
        np.testing.assert_array_equal(together(shelf), int16(noise(4000)))


async def test_without_a_connection_it_fails() -> None:
    """No link at all, and one that is still looking for its broker."""
    publisher = AudioOverMqtt(KITCHEN, 10_000)
    with pytest.raises(SinkFailed, match="no connection"):
        await publisher.hand_over(TOPIC, b"x", ())
    async with link_to(1) as link:
        publisher.link = link
        with pytest.raises(SinkFailed, match="no connection"):
            await publisher.hand_over(TOPIC, b"x", ())


async def test_a_message_above_the_brokers_limit_is_a_failure(tmp_path: Path) -> None:
    """Never sent: the broker would close the connection over it, again and again."""
    async with Broker(tmp_path, max_packet_size=4000) as broker, link_to(broker.port) as link:
        await until(lambda: link.state == "connected")
        publisher = AudioOverMqtt(KITCHEN, 1_500_000)
        publisher.link = link
        with pytest.raises(SinkFailed, match="4000 bytes"):
            await publisher.hand_over(TOPIC, b"x" * 4000, ())
        await publisher.hand_over("a" * 600, b"x" * publisher.largest_payload(), [("seq", "1"), ("last", "false")])


async def test_a_connection_lost_on_the_way_is_a_failure(tmp_path: Path) -> None:
    """What had not left when the connection was cut is not reported as handed over."""
    async with Broker(tmp_path) as broker, Proxy(broker.port) as proxy, link_to(proxy.port) as link:
        await until(lambda: link.state == "connected")
        publisher = AudioOverMqtt(KITCHEN, 100_000_000)
        publisher.link = link
        proxy.stall()
        handing = asyncio.create_task(publisher.hand_over(TOPIC, bytes(50_000_000), ()))
        await asyncio.sleep(0)  # until it waits for the socket
        assert not handing.done()
        proxy.cut()
        proxy.resume()
        with pytest.raises(SinkFailed, match="lost"):
            async with asyncio.timeout(10):
                await handing
