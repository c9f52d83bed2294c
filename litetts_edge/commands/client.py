"""`litetts-edge speak` and `status`: a client of a running daemon, over its broker."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from litetts_edge.commands.config import sources_of
from litetts_edge.commands.say import text_of
from litetts_edge.errors import BadField
from litetts_edge.mqtt.door import link_settings, topics_of
from litetts_edge.mqtt.link import Link, Subscription, Will
from litetts_edge.mqtt.messages import new_id
from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.schema import Settings
from litetts_edge.settings.words import node_id

UNREACHABLE = 3
ANSWER_S = 5.0
"""A node that is there says `queued` or `dropped` at once."""
CLOSING = {"finished": 0, "cancelled": 1, "expired": 1, "dropped": 1, "failed": 1}
"""Event types that end a request, and the exit code that follows."""


_LONG = {"settings_schema", "voices"}
"""Fields that would fill the screen; --json has them, and `litetts-edge voices`."""


def speak(options: argparse.Namespace) -> int:
    """Send a request to a node and wait for its closing event."""
    settings = sources_of(options).load().settings
    topics = node_topics(options.node, settings)
    request = new_id()
    fields = {
        "id": request,
        "text": text_of(options),
        "voice": options.voice,
        "lang": options.lang,
        "speed": options.speed,
        "priority": options.priority,
        "volume": options.volume,
        "interrupt": options.interrupt,
        "output": options.output,
        "ttl_s": options.timeout,
    }
    payload = json.dumps({name: value for name, value in fields.items() if _is_asked(value)})

    async def converse(link: Link) -> int:
        link.publish(topics.own("speak"), payload, qos=1)
        async with asyncio.timeout(min(ANSWER_S, options.timeout)) as patience:
            async for delivery in link.deliveries():
                delivery.ack()
                event = json.loads(delivery.payload) if delivery.topic == topics.event else {}
                if event.get("id") != request:
                    continue
                patience.reschedule(None)
                if event["event_type"] in CLOSING:
                    return _report(event)
        return UNREACHABLE

    silence = f"the node {topics.node!r} did not answer in time. Is the daemon running?"
    return asyncio.run(with_link(settings, topics, [topics.event], converse, options.timeout, silence))


def node_topics(node: str, settings: Settings) -> Topics:
    """The topics of the node that is meant; an empty one is that of the settings. Raises BadField."""
    try:
        return replace(topics_of(settings), node=node_id(node) or settings.node.id)
    except ValueError as error:
        raise BadField("--node", str(error)) from None


def _is_asked(value: object) -> bool:
    """False for an option that was not given; a volume of 0 was."""
    return value is not None and (bool(value) or type(value) is int)


def _report(event: dict[str, object]) -> int:
    kind = str(event["event_type"])
    if kind == "finished":
        first = event["first_audio_ms"]
        print(f"finished: {event['audio_ms']} ms of speech by {event['voice']}, first audio after {first} ms")
    else:
        print(f"{kind}: {event.get('message') or event.get('reason', '')}", file=sys.stderr)
    return CLOSING[kind]


def status(options: argparse.Namespace) -> int:
    """Print what a node says about itself."""
    settings = sources_of(options).load().settings
    topics = node_topics(options.node, settings)
    wanted = [topics.availability, topics.info, topics.state, topics.health]
    documents: dict[str, str] = {}

    async def converse(link: Link) -> int:
        async for delivery in link.deliveries():
            delivery.ack()
            documents[delivery.topic] = delivery.payload.decode("utf-8", "replace")
            if set(wanted) <= documents.keys() or documents.get(topics.availability) == "offline":
                return 0
        return UNREACHABLE

    silence = f"the broker knows no node {topics.node!r}. Is the daemon running?"
    asyncio.run(with_link(settings, topics, wanted, converse, options.timeout, silence))
    if topics.availability not in documents:
        return UNREACHABLE
    print(f"{topics.node}: {documents[topics.availability]}")
    for topic in (topics.info, topics.state, topics.health):
        _print(topic, documents.get(topic), bare=options.json)
    return 0 if documents[topics.availability] == "online" else UNREACHABLE


def _print(topic: str, document: str | None, *, bare: bool) -> None:
    if document is None:
        return
    if bare:
        print(document)
        return
    print(topic.rpartition("/")[2])
    for key, value in json.loads(document).items():
        if key not in _LONG:
            print(f"  {key:20} {value}")


async def with_link(
    settings: Settings,
    topics: Topics,
    subscriptions: list[str],
    converse: Callable[[Link], Awaitable[int]],
    timeout_s: float,
    silence: str,
) -> int:
    """Open a link of our own, have the conversation, and say so when there is no broker, or `silence` on it."""
    ours = f"{topics.base}/client/{new_id()}"
    connection = replace(
        link_settings(settings, os.environ), client_id=f"litetts-cli-{new_id()}", session_expiry_s=0
    )
    link = Link(
        connection, Will(ours, b"", retain=False), [Subscription(topic) for topic in (*subscriptions, ours)], ours
    )
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s), link:
            return await converse(link)
    why = link.problem_text or silence
    print(f"litetts-edge: {settings.mqtt.host}:{settings.mqtt.port}: {why}", file=sys.stderr)
    return UNREACHABLE
