"""Being let in by a real mosquitto: users, TLS, access rules, versions of MQTT; and being told why not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.mqtt.link import (
    TlsFiles,
)
from tests.broker import Broker, SecondClient, make_certificates
from tests.link_parts import SPEAK, Taker, make_link, proven, settings
from tests.proxy import old_broker
from tests.waiting import until


@pytest.fixture
async def sender(broker: Broker) -> AsyncIterator[SecondClient]:
    async with SecondClient(broker.port) as sender:
        yield sender


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
            await broker.logged("not authorised", 3)
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


@pytest.mark.parametrize(("with_tls", "setting"), [(False, "mqtt.tls.enabled"), (True, "mqtt.tls.cert_file")])
async def test_a_broker_that_hangs_up_over_tls_is_explained(tmp_path: Path, with_tls: bool, setting: str) -> None:
    """Plain MQTT on a TLS port, or no certificate where one is required: both only see a closed connection."""
    made = make_certificates(tmp_path / "ours")
    async with Broker(tmp_path / "broker", tls=made, extra=["require_certificate true"]) as broker:
        ours = TlsFiles(str(made.ca)) if with_tls else None
        async with make_link(replace(settings(broker.port), host="localhost", tls=ours)) as link:
            await until(lambda: link.problem is not None, "the refusal")
            assert link.problem == "broker_unreachable"
            assert setting in link.problem_text


async def test_a_client_certificate_lets_us_in(tmp_path: Path) -> None:
    """A broker that requires a certificate takes ours, signed by its authority."""
    made = make_certificates(tmp_path / "ours")
    async with Broker(tmp_path / "broker", tls=made, extra=["require_certificate true"]) as broker:
        ours = TlsFiles(str(made.ca), str(made.cert), str(made.key))
        async with make_link(replace(settings(broker.port), host="localhost", tls=ours)) as link:
            await proven(link)


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


async def test_a_user_who_may_not_write_is_told_of_the_rules_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """mosquitto 2.0 hangs up after the refusal; that must not look like a fault of the network."""
    rules = "topic read litetts/#\n"
    async with (
        Broker(tmp_path / "broker", acl=rules) as broker,
        make_link(replace(settings(broker.port), self_test_s=5.0)) as link,
    ):
        await until(lambda: link.problem == "self_test_failed", "the problem is told")
        await until(lambda: link.reconnects >= 3, "mosquitto hangs up each time")
        assert link.problem == "self_test_failed"
        assert "ACL" in caplog.text


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
