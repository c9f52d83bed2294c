"""The broker: from its name to a message that comes back; a running daemon, its device for Home Assistant."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from litetts_edge.commands.checks.advice import broker_advice, state_advice
from litetts_edge.commands.checks.finding import Finding, fault, ok, warn
from litetts_edge.commands.checks.homeassistant import judge_device
from litetts_edge.commands.checks.nearby import suggestions
from litetts_edge.mqtt.link import Link, Subscription, Will
from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.schema import Settings

LIMIT_S = 30.0
CONVERSATION_S = 20.0
CONNECT_S = 5.0
"""For each of TCP, TLS and the broker's answer."""
SELF_TEST_S = 3.0
ANSWER_S = 3.0
"""How long a daemon that says it is online may take to answer."""
PASSING_S = 2.0
"""A problem that may pass by itself (an old broker is asked in its own version next) is believed after so long."""
PASSING = frozenset({"unsupported_protocol", "broker_unreachable", "link_lost", "broker_refused"})

WHEN_STUCK = (
    "Looking up the broker's name or connecting hangs: see mqtt.host, and `getent hosts` with that name.",
)


@dataclass(slots=True)
class Heard:
    """What the broker let us see."""

    problem: str | None = None
    """The link's code."""
    text: str = ""
    protocol: str = ""
    documents: dict[str, str] = field(default_factory=dict)
    """Topic to payload."""
    answered: bool = False
    """The daemon answered a ping."""


class _Watched(Link):
    """A link that knows that the broker refused a message of ours: all that we publish here is in our own topics.

    mosquitto 2.0.11 (Debian 12, Raspberry Pi OS 12) hangs up after such a refusal, and the link sees only that.
    """

    refused = False

    def on_puback(self, packet_id: int, reason: int) -> None:
        """See Link."""
        self.refused = self.refused or reason >= 0x80  # MQTT 5 section 3.4.2.1: from here on it is an error
        super().on_puback(packet_id, reason)


def broker(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Talk to the broker as the daemon would, as another client."""
    if not settings.mqtt.enabled:
        yield ok("broker", "not used (mqtt.enabled is false)")
        return
    from litetts_edge.mqtt.door import link_settings, topics_of
    from litetts_edge.mqtt.messages import new_id

    topics = topics_of(settings)
    try:
        connection = link_settings(settings, environ)
    except SettingsError as error:
        yield fault("broker", f"the password cannot be read: {error}", "See mqtt.password_file.")
        return
    connection = replace(
        connection,
        client_id=f"litetts-doctor-{new_id()}",  # the daemon's own would throw the daemon out
        session_expiry_s=0,
        reconnect_min_s=0.1,
        reconnect_max_s=0.5,
        connect_timeout_s=CONNECT_S,
        self_test_s=SELF_TEST_S,
    )
    wanted = (topics.availability, topics.state, topics.response("ping"), topics.request("ping"))
    device = topics.discovery(settings.homeassistant.discovery_prefix)
    link = _Watched(
        connection,
        Will(topics.response("ping"), b"", retain=False),
        [*(Subscription(topic) for topic in wanted), Subscription(device, needed=False)],
        topics.request("ping"),
    )
    heard = asyncio.run(_converse(link, topics, new_id()))
    found = judge_broker(heard, settings, topics)
    yield replace(found, advice=(*found.advice, *suggestions(heard.problem, settings)))
    if heard.problem is None:
        yield judge_daemon(heard, topics)
        found_device = judge_device(
            device,
            heard.documents.get(device),
            is_wanted=settings.homeassistant.enabled,
            is_online=heard.documents.get(topics.availability) == "online",
        )
        if found_device is not None:
            yield found_device


async def _converse(link: _Watched, topics: Topics, ping: str) -> Heard:
    heard = Heard()
    try:
        async with asyncio.timeout(CONVERSATION_S), link:
            listening = asyncio.create_task(_listen(link, heard, topics, ping))
            await _settled(link)
            heard.problem, heard.text, heard.protocol = link.problem, link.problem_text, link.protocol or ""
            if heard.problem is None and heard.documents.get(topics.availability) == "online":
                link.publish(topics.request("ping"), json.dumps({"id": ping}), qos=1)
                await asyncio.wait({listening}, timeout=ANSWER_S)
            listening.cancel()
    except TimeoutError:
        heard.problem = link.problem or "broker_unreachable"
        heard.text = link.problem_text or f"the broker does not answer within {CONVERSATION_S:g} s"
    if heard.problem is not None and link.refused:
        heard.problem = "self_test_failed"
        heard.text = f"the broker's access rules (ACL) refuse messages to {topics.request('ping')}"
    return heard


async def _listen(link: Link, heard: Heard, topics: Topics, ping: str) -> None:
    """Note what comes, until the daemon has answered."""
    async for delivery in link.deliveries():
        delivery.ack()
        payload = delivery.payload.decode("utf-8", "replace")
        if delivery.topic != topics.response("ping"):
            heard.documents[delivery.topic] = payload
        elif _fields(payload).get("id") == ping:
            heard.answered = True
            return


async def _settled(link: _Watched) -> None:
    """Return when the self-test came back or was refused, or a problem is there to stay."""
    since: float | None = None
    while not (link.self_tested and link.problem in (None, "subscription_refused")):
        if link.problem is None:
            since = None
        elif link.problem not in PASSING:
            return
        else:
            since = since or time.monotonic()
            if time.monotonic() - since > PASSING_S:
                return
        await asyncio.sleep(0.02)  # the link has no event for its self-test


# -- what it means -----------------------------------------------------------------------------------------


def judge_broker(heard: Heard, settings: Settings, topics: Topics) -> Finding:
    """The link's problem, with what to do about it."""
    mqtt = settings.mqtt
    where = f"{mqtt.host}:{mqtt.port}"
    if heard.problem is not None:
        return fault(
            "broker", f"{where}: {heard.text} ({heard.problem})", *broker_advice(heard.problem, settings, topics)
        )
    user = f"as {mqtt.username}" if mqtt.username else "without a user name"
    private = ", encrypted" if mqtt.tls.enabled else ""
    return ok("broker", f"{where} lets us in {user}{private} (MQTT {heard.protocol}); a message came back")


def judge_daemon(heard: Heard, topics: Topics) -> Finding:
    """What the node's retained topics, and its answer, say about a daemon that runs."""
    start = ("Start it: `sudo systemctl start litetts-edge`, or `litetts-edge run`.", _LOG)
    said = heard.documents.get(topics.availability)
    if said is None:
        return warn("daemon", f"no daemon has been here as {topics.node!r} yet", *start)
    if said != "online":
        return warn("daemon", f"{topics.node!r} is {said}: no daemon is running", *start)
    if not heard.answered:
        return warn(
            "daemon",
            f"{topics.node!r} is online, but does not answer a ping",
            "It may hang, or the broker kept an old `online`: `sudo systemctl restart litetts-edge`.",
            _LOG,
        )
    state = _fields(heard.documents.get(topics.state, ""))
    problem = state.get("problem")
    if problem:
        return warn(
            "daemon", f"{topics.node!r} is running, with a problem: {problem}", *state_advice(str(problem))
        )
    return ok("daemon", f"{topics.node!r} is running and {state.get('state', 'online')}")


_LOG = "Its log: `journalctl -u litetts-edge -e`."


def _fields(document: str) -> dict[str, object]:
    """A JSON object, or nothing when it is something else."""
    with suppress(ValueError, RecursionError):
        parsed = json.loads(document)
        if isinstance(parsed, dict):
            return parsed
    return {}
