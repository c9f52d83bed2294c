"""The link to a real mosquitto: every message taken once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.mqtt.connection import Connection
from litetts_edge.mqtt.link import PacketTooLarge, Subscription
from litetts_edge.mqtt.subscriptions import SelfTest
from tests.broker import Broker, SecondClient
from tests.link_parts import AVAILABILITY, PROBE, SPEAK, Taker, make_link, proven, settings
from tests.proxy import Proxy, old_broker
from tests.waiting import news, until


@pytest.fixture
async def proxy(broker: Broker) -> AsyncIterator[Proxy]:
    async with Proxy(broker.port) as proxy:
        yield proxy


@pytest.fixture
async def sender(broker: Broker) -> AsyncIterator[SecondClient]:
    async with SecondClient(broker.port) as sender:
        yield sender


async def test_a_message_arrives_and_is_acknowledged(broker: Broker, sender: SecondClient) -> None:
    """A message arrives as it was sent, fresh, and the broker gets its acknowledgement."""
    async with make_link(settings(broker.port)) as link:
        await proven(link)
        await sender.publish(SPEAK, "The front door is open.")
        delivery = await Taker(link).next()
        assert (delivery.topic, delivery.payload, delivery.qos) == (SPEAK, b"The front door is open.", 1)
        assert (delivery.retain, delivery.dup, delivery.backlog_since) == (False, False, None)
        delivery.ack()
        delivery.ack()
        await broker.logged("Received PUBACK from node-1234 (Mid: 2")
        assert broker.log().count("Received PUBACK from node-1234 (Mid: 2") == 1
        assert (link.protocol, link.problem, link.state) == ("5", None, "connected")


async def test_mqtt_5_properties_are_seen(broker: Broker, sender: SecondClient) -> None:
    """Response topic, correlation data and what is left of the expiry interval come with the message."""
    async with make_link(settings(broker.port)) as link:
        await proven(link)
        await sender.publish(
            SPEAK, "x", ResponseTopic="answers/1", CorrelationData=b"\x00\x01", MessageExpiryInterval=60
        )
        delivery = await Taker(link).next()
        assert (delivery.response_topic, delivery.correlation) == ("answers/1", b"\x00\x01")
        assert delivery.expiry_s in {59, 60}


async def test_a_retained_message_says_so(broker: Broker, sender: SecondClient) -> None:
    """A stored message is marked, and so is a live one that was published with retain."""
    await sender.publish(SPEAK, "stored", retain=True)
    async with make_link(settings(broker.port)) as link:
        taker = Taker(link)
        stored = await taker.next()
        await proven(link)
        await sender.publish(SPEAK, "live", retain=True)
        live = await taker.next()
        assert (stored.payload, stored.retain, live.payload, live.retain) == (b"stored", True, b"live", True)


async def test_publish_carries_properties(broker: Broker, sender: SecondClient) -> None:
    """What is published arrives with correlation data, user properties, expiry and the retained flag."""
    await sender.subscribe("answers/#")
    async with make_link(settings(broker.port)) as link:
        await proven(link)
        assert link.publish(
            "answers/1", "yes", qos=1, retain=True, expiry_s=30, correlation=b"7", user_properties=[("seq", "1")]
        )
        assert await link.flush(5)
        answer = await sender.next()
        assert (answer.payload, answer.qos, answer.retain) == (b"yes", 1, True)
        properties = vars(answer.properties)
        assert (properties["CorrelationData"], properties["UserProperty"]) == (b"7", [("seq", "1")])
        assert properties["MessageExpiryInterval"] in {29, 30}


async def test_what_is_no_text_is_published_all_the_same(broker: Broker, sender: SecondClient) -> None:
    """The name of a file or a device may have such bytes; they must not end the daemon."""
    await sender.subscribe("answers/#")
    async with make_link(settings(broker.port)) as link:
        await proven(link)
        link.publish("answers/1", "t\udcfcr", qos=1)
        assert (await sender.next()).payload == b"t?r"


async def test_a_cut_link_loses_nothing_and_repeats_nothing(
    broker: Broker, proxy: Proxy, sender: SecondClient
) -> None:
    """Cut by the proxy: taken but unacknowledged, on the way, published meanwhile: each arrives exactly once."""
    few = replace(settings(proxy.port), receive_maximum=4)  # one acknowledgement forgotten would be felt
    async with make_link(few) as link:
        await proven(link)
        taker = Taker(link)
        for text in ("1", "2", "3", "same", "same"):
            await sender.publish(SPEAK, text)
        first = [await taker.next() for _ in range(3)]
        first[0].ack()
        cut_after = time.monotonic()
        proxy.refuse()
        proxy.cut()
        await until(lambda: link.state == "connecting", "the loss")
        first[1].ack()  # a stale one: the broker will repeat the message and must still get its answer
        for text in ("away 1", "away 2", "away 3"):
            await sender.publish(SPEAK, text)
        proxy.accept()
        first[2].ack()
        texts = ["1", "2", "3"]
        backlog = []
        for _ in range(5):
            delivery = await taker.next()
            delivery.ack()
            texts.append(delivery.payload.decode())
            backlog.append(delivery.backlog_since)
        await proven(link)
        for number in range(5):
            await sender.publish(SPEAK, f"after {number}")
            delivery = await taker.next()
            delivery.ack()
            assert (delivery.payload.decode(), delivery.backlog_since) == (f"after {number}", None)
        assert texts == ["1", "2", "3", "same", "same", "away 1", "away 2", "away 3"]
        assert link.duplicates >= 2
        assert all(since is not None and abs(since - cut_after) < 5 for since in backlog[2:])
        assert (link.reconnects, link.sessions_lost) == (1, 0)


async def test_a_broker_that_keeps_its_messages_loses_none(tmp_path: Path) -> None:
    """Stopped by SIGTERM with persistence, restarted, published to before we are back: each exactly once."""
    broker = Broker(tmp_path / "broker", persistence=True)
    async with broker, Proxy(broker.port) as proxy, make_link(settings(proxy.port)) as link:
        await proven(link)
        taker = Taker(link)
        async with SecondClient(broker.port) as sender:
            for text in ("1", "2", "3"):
                await sender.publish(SPEAK, text)
        taken = [await taker.next() for _ in range(3)]
        taken[0].ack()
        await broker.logged("Received PUBACK from node-1234 (Mid: 2")
        proxy.refuse()
        await broker.stop()
        await broker.start()
        async with SecondClient(broker.port) as sender:
            await sender.publish(SPEAK, "away")
            for delivery in taken:
                delivery.ack()
            proxy.accept()
            assert await taker.texts(1) == ["away"]
            await proven(link)
            await sender.publish(SPEAK, "after")
            assert await taker.texts(1) == ["after"]
        assert (link.sessions_lost, link.session_present) == (0, True)


async def test_a_killed_broker_is_found_again_and_the_loss_reported(tmp_path: Path) -> None:
    """kill -9: reconnected, subscribed again, and the lost session is reported."""
    lost: list[float] = []
    connected: list[str | None] = []
    async with Broker(tmp_path / "broker") as broker, make_link(settings(broker.port)) as link:
        link.on_session_lost = lost.append
        link.on_connected = lambda: connected.append(link.protocol)
        await proven(link)
        await broker.kill()
        await until(lambda: link.problem == "broker_unreachable", "the problem")
        await broker.start()
        await proven(link)
        async with SecondClient(broker.port) as sender:
            await sender.publish(SPEAK, "again")
            assert await Taker(link).texts(1) == ["again"]
        assert (len(lost), link.sessions_lost, link.reconnects, link.problem) == (1, 1, 1, None)
        assert connected[-1] == "5"


async def test_every_acknowledgement_makes_room(broker: Broker, sender: SecondClient) -> None:
    """Receive Maximum messages stop the flow; acknowledged in any order, the next ones come."""
    async with make_link(replace(settings(broker.port), receive_maximum=4)) as link:
        await proven(link)
        taker = Taker(link)
        for number in range(6):
            await sender.publish(SPEAK, str(number))
        held = [await taker.next() for _ in range(4)]
        for delivery in reversed(held[1:]):
            delivery.ack()
        fifth = asyncio.ensure_future(taker.next())
        await sender.publish(PROBE.replace("ping", "info"), "behind them all")
        assert not fifth.done()
        held[0].ack()
        assert (await fifth).payload == b"4"
        (await fifth).ack()
        assert await taker.texts(2) == ["5", "behind them all"]
        lines = [line for line in broker.log().splitlines() if "Received PUBACK from node-1234" in line]
        packet_ids = [int(line.split("Mid: ")[1].split(",")[0].rstrip(")")) for line in lines]
        assert packet_ids == sorted(packet_ids)


async def test_a_message_above_the_limit_is_refused_here(tmp_path: Path) -> None:
    """What the broker would close the connection for is refused before it is sent; the rest goes on."""
    async with (
        Broker(tmp_path / "broker", max_packet_size=2000) as broker,
        SecondClient(broker.port) as sender,
        make_link(settings(broker.port)) as link,
    ):
        await sender.subscribe("out/#")
        await proven(link)
        assert link.max_packet_size == 2000
        for qos in (0, 1):
            with pytest.raises(PacketTooLarge, match="2000"):
                link.publish("out/big", bytes(2000), qos=qos)
        assert link.publish("out/small", bytes(1900))
        assert (await sender.next()).topic == "out/small"
        assert link.reconnects == 0


async def test_qos_1_waits_for_the_broker_and_qos_0_does_not(tmp_path: Path) -> None:
    """Without a broker QoS 0 is dropped and counted; QoS 1 is kept, and goes out when a broker appears."""
    broker = Broker(tmp_path / "broker")
    async with make_link(settings(broker.port)) as link:
        await until(lambda: link.problem == "broker_unreachable", "the problem")
        assert not link.publish("out/0", "gone")
        assert link.publish("out/state", "old", qos=1, retain=True)
        assert link.publish("out/1", "kept", qos=1)
        assert link.publish("out/state", "new", qos=1, retain=True)
        assert not await link.flush(0.01)
        assert link.dropped == 1
        async with broker, SecondClient(broker.port) as other:
            assert await link.flush(15)
            sent = [line for line in broker.log().splitlines() if "Received PUBLISH from node-1234" in line]
            assert sum("out/state" in line for line in sent) == 1
            await other.subscribe("out/#")
            assert (await other.next()).payload == b"new"


async def test_a_backlog_is_not_a_failed_self_test(
    broker: Broker, proxy: Proxy, sender: SecondClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The self-test waits behind what the broker has kept, for as long as that takes to be acknowledged."""
    was_busy: list[bool] = []
    passes = SelfTest.passes

    async def passes_aloud(self: SelfTest, connection: Connection, busy: Callable[[], bool]) -> bool:
        def asked() -> bool:  # when its patience is over
            was_busy.append(busy())
            news()
            return was_busy[-1]

        return await passes(self, connection, asked)

    monkeypatch.setattr(SelfTest, "passes", passes_aloud)
    where = replace(settings(proxy.port), self_test_s=0.2, receive_maximum=2)
    async with make_link(where) as link:
        await proven(link)
        problems: list[str | None] = []
        taker = Taker(link)
        proxy.refuse()
        proxy.cut()
        await until(lambda: link.state == "connecting", "the loss")
        for number in range(6):
            await sender.publish(SPEAK, str(number))
        proxy.accept()
        first = await taker.next()
        link.on_problem = problems.append
        await until(lambda: any(was_busy), "the end of the self-test's patience")
        first.ack()
        for number in range(1, 6):
            delivery = await taker.next()
            assert (delivery.payload.decode(), delivery.backlog_since is not None) == (str(number), True)
            delivery.ack()
        await proven(link)
        assert "self_test_failed" not in problems


async def test_a_proxy_without_its_broker_is_not_an_old_broker(broker: Broker, proxy: Proxy) -> None:
    """Hanging up does not cost the MQTT 5 session where 5 has worked before."""
    async with make_link(settings(proxy.port)) as link:
        await proven(link)
        proxy.refuse()
        proxy.cut()
        tries = proxy.connections + 5
        await until(lambda: proxy.connections >= tries, "five attempts")
        proxy.accept()
        await proven(link)
        assert (link.protocol, link.session_present, link.sessions_lost) == ("5", True, 0)


async def test_the_will_is_published_when_the_link_breaks_but_not_at_a_stop(
    broker: Broker, proxy: Proxy, sender: SecondClient
) -> None:
    """A broken link makes the broker say `offline`; at a stop we say it ourselves, and the broker says nothing."""
    await sender.subscribe(AVAILABILITY)
    async with make_link(settings(proxy.port)) as link:
        await proven(link)
        proxy.refuse()
        proxy.cut()
        will = await sender.next()
        assert (will.payload, will.retain) == (b"offline", True)
        await until(lambda: link.state == "connecting", "the loss")
        proxy.accept()
        await proven(link)
        link.publish(AVAILABILITY, "offline at a stop", qos=1, retain=True)
        assert await link.flush(1.5)
    assert (await sender.next()).payload == b"offline at a stop"
    await broker.logged("Received DISCONNECT from node-1234")
    await sender.publish(AVAILABILITY, "end")
    assert (await sender.next()).payload == b"end"


async def test_a_frozen_broker_is_noticed_and_does_not_hold_up_the_exit(broker: Broker) -> None:
    """Keepalive finds a broker that is frozen; a new attempt hangs, and leaving does not wait for it."""
    frozen = replace(settings(broker.port), keepalive_s=1, connect_timeout_s=0.3)
    async with make_link(frozen) as link:
        await proven(link)
        broker.freeze()
        assert link.publish(AVAILABILITY, "offline", qos=1)
        await until(lambda: link.problem == "link_lost", "the keepalive")
        await until(lambda: link.problem == "broker_unreachable", "the attempt that hangs")
        began = time.monotonic()
    assert time.monotonic() - began < 1
    broker.thaw()


async def test_leaving_a_frozen_broker_takes_no_longer_than_the_goodbye(broker: Broker) -> None:
    """With a broker that froze just now, flush gives up in its time and the exit follows."""
    async with make_link(settings(broker.port)) as link:
        await proven(link)
        broker.freeze()
        began = time.monotonic()
        link.publish(AVAILABILITY, "offline", qos=1)
        assert not await link.flush(0.2)
    assert time.monotonic() - began < 1.5
    broker.thaw()


async def test_a_name_lookup_that_hangs_blocks_neither_the_loop_nor_the_exit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resolver that never answers: entering and leaving go on, and the problem is told."""
    release = threading.Event()
    asked = threading.Event()

    def hang(*_args: object, **_options: object) -> list[object]:
        asked.set()
        news()
        release.wait()
        raise OSError("too late")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        async with make_link(replace(settings(1883), connect_timeout_s=0.02)) as link:
            await until(asked.is_set, "the lookup")
            await until(lambda: link.problem == "broker_unreachable", "the problem")
    finally:
        release.set()


async def test_a_broker_that_gives_our_id_to_another_is_understood() -> None:
    """When the broker says that another client took the session over, the problem names it."""
    problems: list[str | None] = []
    accepted, taken_over = b"\x20\x03\x00\x00\x00", b"\xe0\x02\x8e\x00"
    async with old_broker(accepted + taken_over) as port:
        link = make_link(settings(port))
        link.on_problem = problems.append
        async with link:
            await until(lambda: "client_id_in_use" in problems, "the problem")


async def test_two_clients_with_one_id_are_suspected(broker: Broker) -> None:
    """mosquitto 2.0 hangs up on the older of two clients with one id, and does not say why: we ask."""
    problems: list[str | None] = []
    async with make_link(settings(broker.port)) as link, make_link(settings(broker.port)):
        link.on_problem = problems.append
        await until(lambda: "link_unstable" in problems, "the problem")


async def test_a_refused_subscription_does_not_stop_the_others(broker: Broker, sender: SecondClient) -> None:
    """A filter that the broker refuses is told by name; the other topics are served."""

    def refuse_the_first(data: bytes) -> bytes:  # a SUBACK of packet id 1: granted -> not authorized
        return data.replace(b"\x90\x04\x00\x01\x00\x01", b"\x90\x04\x00\x01\x00\x87")

    topics = [Subscription("secret/topic"), Subscription(SPEAK), Subscription(PROBE)]
    async with Proxy(broker.port, refuse_the_first) as proxy:
        link = make_link(settings(proxy.port), topics)
        async with link:
            await proven(link)
            assert link.problem == "subscription_refused"
            assert "secret/topic" in link.problem_text
            await sender.publish(SPEAK, "heard")
            assert await Taker(link).texts(1) == ["heard"]
        topics[0] = Subscription("secret/topic", needed=False)
        async with make_link(settings(proxy.port), topics) as link:
            await proven(link)
            assert link.problem is None


async def test_a_message_in_flight_at_the_cut_is_sent_again(
    broker: Broker, proxy: Proxy, sender: SecondClient
) -> None:
    """QoS 1 on the way out when the link breaks goes out again, before what was published meanwhile."""
    await sender.subscribe("out/#")
    async with make_link(settings(proxy.port)) as link:
        await proven(link)
        proxy.stall()
        for text in ("in flight 1", "in flight 2"):
            link.publish("out/1", text, qos=1)
        assert not await link.flush(0.05)
        proxy.refuse()
        proxy.cut()
        await until(lambda: link.state == "connecting", "the loss")
        link.publish("out/1", "meanwhile", qos=1)
        proxy.accept()
        proxy.resume()
        assert await link.flush(10)
        came = [(await sender.next()).payload for _ in range(3)]
        assert came == [b"in flight 1", b"in flight 2", b"meanwhile"]


async def test_a_message_that_cannot_be_read_does_not_end_the_link_for_ever(
    broker: Broker, sender: SecondClient
) -> None:
    """A stored message over which the protocol library stumbles costs the session, not the service."""
    async with make_link(settings(broker.port)) as link:
        await proven(link)
        await sender.publish(SPEAK, "bad", UserProperty=[("mark", "\ufeff")])
        await until(lambda: link.sessions_lost == 1, "the session is given up")
        await proven(link)
        await sender.publish(SPEAK, "good")
        assert await Taker(link).texts(1) == ["good"]


@pytest.mark.parametrize("at_once", [1, 20])
async def test_many_messages_keep_their_order(tmp_path: Path, at_once: int) -> None:
    """300 messages out and in with QoS 1, in order, within what the broker takes at once."""
    async with (
        Broker(tmp_path / "broker", extra=[f"max_inflight_messages {at_once}"]) as broker,
        make_link(settings(broker.port)) as link,
    ):
        await proven(link)
        taker = Taker(link)
        for number in range(300):
            link.publish(SPEAK, str(number), qos=1)
        assert len(link._sender._outbox._in_flight) == max(1, min(16, at_once - 1))  # mosquitto would not complain
        assert await taker.texts(300) == [str(number) for number in range(300)]
        assert await link.flush(5)
        assert link.reconnects == 0


async def test_a_fault_of_ours_reaches_whoever_reads(broker: Broker) -> None:
    """A hook that raises is our own fault: it ends the deliveries instead of being lost."""

    def broken() -> None:
        raise ZeroDivisionError

    link = make_link(settings(broker.port))
    link.on_connected = broken
    with pytest.raises(ZeroDivisionError):
        async with link:
            await Taker(link).next()
