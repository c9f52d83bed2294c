"""The link to a real mosquitto: every message taken once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.mqtt.attempts import Attempts, backoff
from litetts_edge.mqtt.delivery import Inbox
from litetts_edge.mqtt.link import (
    Delivery,
    Link,
    LinkSettings,
    PacketTooLarge,
    Subscription,
    TlsFiles,
    Will,
)
from litetts_edge.mqtt.outbox import Outbox, Outgoing
from tests.broker import Broker, Proxy, SecondClient, make_certificates, old_broker, until

SPEAK = "litetts/node/speak"
PROBE = "litetts/node/request/ping"
AVAILABILITY = "litetts/node/availability"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
async def proxy(broker: Broker) -> AsyncIterator[Proxy]:
    async with Proxy(broker.port) as proxy:
        yield proxy


@pytest.fixture
async def sender(broker: Broker) -> AsyncIterator[SecondClient]:
    async with SecondClient(broker.port) as sender:
        yield sender


def settings(port: int) -> LinkSettings:
    return LinkSettings(
        "127.0.0.1", port, "node-1234", reconnect_min_s=0.02, reconnect_max_s=0.05, self_test_s=2.0, keepalive_s=30
    )


def make_link(where: LinkSettings) -> Link:
    will = Will(AVAILABILITY, b"offline")
    topics = [Subscription(SPEAK), Subscription("litetts/node/request/+")]
    return Link(where, will, topics, PROBE)


async def proven(link: Link) -> None:
    await until(lambda: link.self_tested, "the self-test")


class Taker:
    """Takes deliveries from a link, one at a time, with a time limit."""

    def __init__(self, link: Link) -> None:
        self._deliveries = link.deliveries()

    async def next(self) -> Delivery:
        async with asyncio.timeout(15):
            return await anext(self._deliveries)

    async def texts(self, count: int) -> list[str]:
        """Take and acknowledge `count` messages."""
        texts = []
        for _ in range(count):
            delivery = await self.next()
            delivery.ack()
            texts.append(delivery.payload.decode())
        return texts


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
        await until(lambda: broker.log().count("Received PUBACK from node-1234 (Mid: 2") == 1, "one PUBACK")
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
        await until(lambda: "Received PUBACK from node-1234 (Mid: 2" in broker.log(), "the PUBACK")
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


async def test_a_user_with_the_right_password_gets_in(tmp_path: Path) -> None:
    """The user name and the password are sent, and let us in."""
    async with Broker(tmp_path / "broker", users={"node": "right"}) as broker:
        right = replace(settings(broker.port), username="node", password="right")
        link = make_link(right)
        async with link:
            await proven(link)


async def test_a_wrong_password_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong password gives a clear code and one line in the log, however often it is tried."""
    async with Broker(tmp_path / "broker", users={"node": "right"}) as broker:
        wrong = replace(settings(broker.port), username="node", password="wrong secret")
        async with make_link(wrong) as link:
            await until(lambda: broker.log().count("not authorised") >= 3, "three attempts")
            assert link.problem == "not_authorized"
            assert link.protocol is None
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("litetts_edge")]
    assert len(lines) == 1
    assert "mqtt.username" in lines[0]
    assert "wrong secret" not in lines[0] + repr(wrong)


async def test_tls_with_the_right_authority(tmp_path: Path) -> None:
    """The link speaks TLS with a broker whose authority it trusts, large messages included."""
    made = make_certificates(tmp_path / "ours")
    async with Broker(tmp_path / "broker", tls=made) as broker:
        secret = replace(settings(broker.port), host="localhost", tls=TlsFiles(str(made.ca)))
        async with make_link(secret) as link:
            await proven(link)
            link.publish(SPEAK, bytes(500_000), qos=1)
            delivery = await Taker(link).next()
            assert len(delivery.payload) == 500_000
            delivery.ack()
            assert await link.flush(5)


async def test_packets_that_share_a_tls_record_are_all_read(tmp_path: Path) -> None:
    """A broker that writes several packets at once is understood without waiting for the next one."""
    made = make_certificates(tmp_path / "ours")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.cert, made.key)
    accepted, message = b"\x20\x03\x00\x00\x00", b"\x30\x09\x00\x05topic\x00x"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(accepted + message + message)
        while await reader.read(1024):
            pass
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        where = replace(settings(port), host="localhost", tls=TlsFiles(str(made.ca)))
        async with make_link(where) as link:
            assert await Taker(link).texts(2) == ["x", "x"]


@pytest.mark.parametrize(
    ("ca", "host", "code"),
    [
        ("theirs/ca.pem", "localhost", "tls_untrusted"),
        ("ours/ca.pem", "127.0.0.2", "tls_untrusted"),
        ("missing.pem", "localhost", "tls_files"),
    ],
)
async def test_tls_that_cannot_be_trusted_is_refused(tmp_path: Path, ca: str, host: str, code: str) -> None:
    """A stranger's authority, another host's name or a missing file: no connection, and a code that says which."""
    ours = make_certificates(tmp_path / "ours")
    make_certificates(tmp_path / "theirs")
    async with Broker(tmp_path / "broker", tls=ours, address=host) as broker:
        where = replace(settings(broker.port), host=host, tls=TlsFiles(str(tmp_path / ca)))
        async with make_link(where) as link:
            await until(lambda: link.problem, "the problem")
            assert link.problem == code


async def test_a_plain_port_is_not_a_tls_port(broker: Broker) -> None:
    """TLS against a plain port is told as such, or as a broker that hangs up."""
    async with make_link(replace(settings(broker.port), tls=TlsFiles())) as link:
        await until(lambda: link.problem, "the problem")
        assert link.problem in {"tls_failed", "broker_unreachable"}


async def test_a_name_that_nobody_knows(caplog: pytest.LogCaptureFixture) -> None:
    """A host name that cannot be looked up has its own code."""
    async with make_link(replace(settings(1883), host="no-such-host.invalid")) as link:
        await until(lambda: link.problem, "the problem")
        assert link.problem == "host_not_found"
    assert "mqtt.host" in caplog.text


async def test_access_rules_that_hide_our_topics_are_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """mosquitto grants a subscription that its rules forbid: only the self-test tells, and the rest goes on."""
    rules = f"topic readwrite {SPEAK}\ntopic write litetts/node/#\n"
    async with (
        Broker(tmp_path / "broker", acl=rules) as broker,
        SecondClient(broker.port) as sender,
        make_link(replace(settings(broker.port), self_test_s=0.3)) as link,
    ):
        await until(lambda: link.problem == "self_test_failed", "the problem")
        assert link.state == "connected"
        assert "ACL" in caplog.text
        await sender.publish(SPEAK, "still heard")
        assert await Taker(link).texts(1) == ["still heard"]


async def test_a_backlog_is_not_a_failed_self_test(broker: Broker, proxy: Proxy, sender: SecondClient) -> None:
    """The self-test waits behind what the broker has kept, for as long as that takes to be acknowledged."""
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
        await asyncio.sleep(0.5)  # longer than the self-test's patience: this is the thing under test
        first.ack()
        for number in range(1, 6):
            delivery = await taker.next()
            assert (delivery.payload.decode(), delivery.backlog_since is not None) == (str(number), True)
            delivery.ack()
        await proven(link)
        assert "self_test_failed" not in problems


@pytest.mark.parametrize(
    "answer",
    [b"\x20\x02\x00\x01", b"\x20\x03\x00\x84\x00", b""],
    ids=["connack code 1", "reason code 0x84", "hangs up"],
)
async def test_an_old_broker_gets_mqtt_3(broker: Broker, sender: SecondClient, answer: bytes) -> None:
    """A broker that does not know MQTT 5 is spoken to with 3.1.1, and messages come and go."""
    async with old_broker(answer, broker.port) as port, make_link(settings(port)) as link:
        await proven(link)
        assert link.protocol == "3.1.1"
        await sender.subscribe("out/#")
        link.publish("out/1", "x", qos=1, expiry_s=5, correlation=b"1", user_properties=[("a", "b")])
        assert (await sender.next()).payload == b"x"
        await sender.publish(SPEAK, "Good morning.")
        assert await Taker(link).texts(1) == ["Good morning."]


async def test_a_fixed_protocol_is_kept(broker: Broker) -> None:
    """With the protocol set to 3.1.1 nothing else is tried; with 5 an old broker is a problem that is told."""
    async with make_link(replace(settings(broker.port), protocol="3.1.1")) as link:
        await proven(link)
        assert link.protocol == "3.1.1"
    async with old_broker(b"\x20\x02\x00\x01", broker.port) as port:
        only_5 = make_link(replace(settings(port), protocol="5"))
        async with only_5:
            await until(lambda: only_5.problem, "the problem")
            assert only_5.problem == "unsupported_protocol"


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
    await until(lambda: "Received DISCONNECT from node-1234" in broker.log(), "the goodbye")
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
        link = Link(settings(proxy.port), Will(AVAILABILITY, b"offline"), topics, PROBE)
        async with link:
            await proven(link)
            assert link.problem == "subscription_refused"
            assert "secret/topic" in link.problem_text
            await sender.publish(SPEAK, "heard")
            assert await Taker(link).texts(1) == ["heard"]


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
        assert len(link._outbox._in_flight) == max(1, min(16, at_once - 1))  # mosquitto would not complain
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


def test_a_reused_packet_id_is_another_message() -> None:
    """An acknowledgement kept from before answers its own message, never a later one with the same packet id."""
    sent: list[int] = []
    inbox = Inbox()
    inbox.connected(sent.append, resumed=False)
    old = inbox.arrive(7, (b"topic", b"old"), dup=False)
    inbox.connected(sent.append, resumed=False)  # another session
    new = inbox.arrive(7, (b"topic", b"new"), dup=False)
    assert old is not None
    assert new is not None
    inbox.take(old)
    assert sent == []
    inbox.take(new)
    assert sent == [7]
    inbox.connected(sent.append, resumed=False)
    assert inbox.arrive(7, (b"topic", b"new"), dup=True) is not None  # repeated to us, but not from our session


def test_a_duplicate_is_answered_after_the_first_is_taken() -> None:
    """A message that comes again while the first is still being queued is answered once, when that is done."""
    sent: list[int] = []
    inbox = Inbox()
    inbox.connected(sent.append, resumed=False)
    first = inbox.arrive(7, (b"topic", b"text"), dup=False)
    inbox.connected(sent.append, resumed=True)
    assert first is not None
    assert inbox.arrive(7, (b"topic", b"text"), dup=True) is None
    assert sent == []
    inbox.take(first)
    inbox.take(first)
    assert sent == [7]


def test_an_outbox_is_bounded() -> None:
    """When it is full, the oldest waiting message gives way; one that costs every connection is given up."""
    outbox = Outbox(2)
    messages = [Outgoing("topic", str(number).encode(), qos=1) for number in range(3)]
    dropped = [message for new in messages for message in outbox.add(new)]
    assert [message.payload for message in dropped] == [b"0"]
    given_up: list[Outgoing] = []
    for _ in range(5):
        message = outbox.next(window=1)
        assert message is messages[1]
        assert outbox.next(window=0) is None
        outbox.sent(1, message)
        given_up += outbox.disconnected()
    assert given_up == [messages[1]]
    assert outbox.next(window=1) is messages[2]


def test_only_a_broker_that_never_spoke_5_is_taken_for_an_old_one() -> None:
    """Two hang-ups in a row change the version, both ways, until 5 has worked once."""
    attempts = Attempts("auto", 1, 60, lambda: 1.0)
    versions = []
    for _ in range(5):
        versions.append(attempts.version)
        assert not attempts.failed(unsupported=False, closed_early=True)
    assert versions == [5, 5, 4, 4, 5]
    attempts.succeeded()
    for _ in range(5):
        attempts.failed(unsupported=False, closed_early=True)
    assert attempts.version == 5


def test_a_short_connection_does_not_make_the_next_wait_short() -> None:
    """Only a connection that lasted begins the waits anew; three short ones in a row are called unstable."""
    attempts = Attempts("5", 1, 60, lambda: 1.0)
    waits = []
    for lasted_s in (5, 5, 5, 500):
        attempts.succeeded()
        attempts.ended(lasted_s, unreadable=False)
        waits.append((attempts.wait_s(), attempts.unstable))
    assert waits == [(1, False), (2, False), (4, True), (1, False)]


def test_waiting_for_the_next_attempt_is_jittered_and_bounded() -> None:
    """Full jitter: anything from nothing to a ceiling that doubles up to the maximum."""
    waits = [backoff(attempt, 1.0, 60.0, lambda: 1.0) for attempt in range(8)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff(5000, 1.0, 60.0, lambda: 0.5) == 30
