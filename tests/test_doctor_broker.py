"""What `doctor` says about the broker, and about the daemon behind it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from litetts_edge.commands.checks import advice, broker
from litetts_edge.commands.checks.finding import Finding, Level
from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.schema import Settings
from tests.broker import Broker, SecondClient, free_port, make_certificates
from tests.doctor_parts import one
from tests.settings_loader import Load
from tests.test_troubleshooting import codes_in

TOPICS = Topics("litetts", "kitchen-pi", ("downstairs",))


async def ask(settings: Settings) -> list[Finding]:
    """What the broker check finds; it brings an event loop of its own."""
    return await asyncio.to_thread(lambda: list(broker.broker(settings, {})))


def at(load: Load, port: int, *assignments: str) -> Settings:
    return load("", "mqtt.host=127.0.0.1", f"mqtt.port={port}", "mdns.enabled=false", *assignments).settings


async def test_a_good_broker_without_a_daemon(tmp_path: Path, load: Load) -> None:
    """We are let in, a message comes back, and nobody speaks yet."""
    async with Broker(tmp_path / "broker", users={"edge": "secret"}) as real:
        findings = await ask(at(load, real.port, "mqtt.username=edge", "mqtt.password=secret"))
    assert one(findings, "broker").level is Level.OK, findings
    assert "as edge (MQTT 5); a message came back" in one(findings, "broker").found
    assert one(findings, "daemon").level is Level.WARN
    assert "no daemon has been here as 'kitchen-pi'" in one(findings, "daemon").found


async def test_a_wrong_password(tmp_path: Path, load: Load) -> None:
    """The code, the settings that hold name and password, and how to try them; never the password itself."""
    async with Broker(tmp_path / "broker", users={"edge": "secret"}) as real:
        found = one(await ask(at(load, real.port, "mqtt.username=edge", "mqtt.password=hunter2")))
        nameless = one(await ask(at(load, real.port)))
    assert found.level is Level.FAULT
    assert found.found.endswith("(not_authorized)")
    assert "mqtt.password_file" in found.advice[0]
    assert f"mosquitto_sub -h 127.0.0.1 -p {real.port} -u edge" in found.advice[0]
    assert "hunter2" not in str(found)
    assert nameless.advice[0].startswith("The broker wants a name")


async def test_forbidden_topics_and_the_lines_that_allow_them(tmp_path: Path, load: Load) -> None:
    """What doctor says is put into the ACL file as it stands, and then all is well."""
    settings = {"mqtt.username": "edge", "mqtt.password": "secret", "node.groups": "[downstairs]"}
    assigned = [f"{key}={value}" for key, value in settings.items()]
    async with Broker(tmp_path / "one", users={"edge": "secret"}, acl="user edge\ntopic read x/#\n") as real:
        found = one(await ask(at(load, real.port, *assigned)))
    assert found.level is Level.FAULT
    assert found.found.endswith("(self_test_failed)")
    lines = [line.strip() for line in found.advice[1:]]
    assert lines == [
        "user edge",
        "topic readwrite litetts/kitchen-pi/#",
        "topic read litetts/all/#",
        "topic read litetts/group/downstairs/#",
        "topic readwrite litetts/client/#",
    ]
    async with Broker(tmp_path / "two", users={"edge": "secret"}, acl="\n".join([*lines, ""])) as real:
        assert one(await ask(at(load, real.port, *assigned)), "broker").level is Level.OK


async def test_no_broker(load: Load) -> None:
    """Said in seconds, with the commands to try."""
    found = one(await ask(at(load, free_port())))
    assert found.level is Level.FAULT
    assert found.found.endswith("(broker_unreachable)")
    assert "nc -vz 127.0.0.1" in found.advice[0]
    assert "apt install mosquitto" in found.advice[1]


async def test_an_untrusted_certificate(tmp_path: Path, load: Load) -> None:
    """The setting that names whom to trust; with it, all is well."""
    certificates = make_certificates(tmp_path / "ca")
    async with Broker(tmp_path / "broker", tls=certificates) as real:
        found = one(await ask(at(load, real.port, "mqtt.tls.enabled=true")))
        trusting = at(load, real.port, "mqtt.tls.enabled=true", f"mqtt.tls.ca_file={certificates.ca}")
        good = one(await ask(trusting), "broker")
    assert found.found.endswith("(tls_untrusted)")
    assert "mqtt.tls.ca_file" in found.advice[0]
    assert good.level is Level.OK
    assert "encrypted" in good.found


async def test_an_unreadable_password_file(tmp_path: Path, load: Load) -> None:
    """The file is named, and nobody is asked without a password."""
    found = one(await ask(at(load, 1, "mqtt.username=edge", f"mqtt.password_file={tmp_path}/none")))
    assert found.level is Level.FAULT
    assert f"{tmp_path}/none" in found.found


async def test_a_broker_is_not_asked_when_none_is_wanted(load: Load) -> None:
    assert one(await ask(at(load, 1, "mqtt.enabled=false"))).level is Level.OK


async def test_a_daemon_that_answers_and_one_that_does_not(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`online` can be an old retained message: only an answer proves a daemon."""
    monkeypatch.setattr(broker, "ANSWER_S", 0.3)
    async with Broker(tmp_path / "broker") as real, SecondClient(real.port) as client:
        settings = at(load, real.port)
        await client.publish(TOPICS.availability, "online", retain=True)
        await client.publish(TOPICS.state, '{"state": "idle", "problem": "no_audio_device"}', retain=True)
        silent = one(await ask(settings), "daemon")

        async def answer() -> None:
            await client.subscribe(TOPICS.request("ping"))
            while True:
                asked = json.loads((await client.next()).payload)
                await client.publish(TOPICS.response("ping"), json.dumps({"id": asked["id"], "status": "ok"}))

        monkeypatch.setattr(broker, "ANSWER_S", 15)
        answering = asyncio.create_task(answer())
        alive = one(await ask(settings), "daemon")
        answering.cancel()
    assert silent.level is Level.WARN
    assert "does not answer" in silent.found
    assert alive.level is Level.WARN
    assert "running, with a problem: no_audio_device" in alive.found


def test_what_the_retained_topics_say() -> None:
    """Stopped, broken JSON, and well."""
    heard = broker.Heard(documents={TOPICS.availability: "offline"})
    assert "no daemon is running" in broker.judge_daemon(heard, TOPICS).found
    well = {TOPICS.availability: "online", TOPICS.state: '{"state": "idle", "problem": null}'}
    assert broker.judge_daemon(broker.Heard(documents=well, answered=True), TOPICS).level is Level.OK
    broken = {TOPICS.availability: "online", TOPICS.state: "[1]"}
    assert broker.judge_daemon(broker.Heard(documents=broken, answered=True), TOPICS).level is Level.OK


def test_every_problem_of_the_link_has_its_advice(load: Load) -> None:
    """No code of the link leaves the person with nothing but the code."""
    package = Path(advice.__file__).parents[2]
    modules = ("mqtt/link.py", "mqtt/connection.py", "mqtt/dial.py", "mqtt/dialect.py")
    codes = set().union(*(codes_in((package / name).read_text()) for name in modules)) - {"packet_too_large"}
    assert len(codes) > 10
    settings = load("", "mqtt.username=edge", "mqtt.host=hub.lan", "mqtt.port=8883").settings
    for code in codes:
        lines = advice.broker_advice(code, settings, TOPICS)
        assert lines, code
        assert lines != (advice.TABLE,), code
        assert "{" not in "".join(lines), code
    assert "mqtt.tls.enabled: true" in advice.broker_advice("broker_unreachable", settings, TOPICS)[-1]
    assert "listener 1883" in advice.broker_advice("broker_unreachable", settings, TOPICS)[1]
