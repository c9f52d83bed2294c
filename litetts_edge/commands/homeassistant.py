"""`litetts-edge homeassistant add | remove`: whether Home Assistant knows the node, over its broker."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

from litetts_edge.commands.client import UNREACHABLE, node_topics, with_link
from litetts_edge.commands.config import sources_of
from litetts_edge.mqtt.link import Link
from litetts_edge.mqtt.messages import new_id
from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.schema import Settings

KEY = "homeassistant.enabled"

TIMEOUT_S = 10.0
"""For all of it, the connection included."""

RETAINED_S = 1.0
"""A broker that knows the node says at once whether it is online."""

LEFT_S = 5.0
"""For the daemon's answer; and for the broker to take what it is sent."""


def homeassistant(options: argparse.Namespace) -> int:
    """Have the node announce itself, or take its device back for good."""
    settings = sources_of(options).load().settings
    topics = node_topics(options.node, settings)
    wanted = options.action == "add"

    async def converse(link: Link) -> int:
        online = await _is_online(link, topics)
        if online:
            refusal = await _switch(link, topics, wanted)
            if refusal:
                print(f"The daemon of {topics.node} refuses: {refusal}")
                return 1
        if not wanted:
            # The daemon does so too; but one that could not be asked left its device behind.
            return await _empty(link, topics, settings, online=online)
        return _added(topics, online=online)

    listened_to = [topics.availability, topics.response("override")]
    silence = "it did not answer in time"
    return asyncio.run(with_link(settings, topics, listened_to, converse, TIMEOUT_S, silence))


async def _is_online(link: Link, topics: Topics) -> bool:
    said = await _first(link, lambda topic, _: topic == topics.availability, RETAINED_S)
    return said == b"online"


async def _switch(link: Link, topics: Topics, on: bool) -> str:
    """Change the setting in the running daemon. Returns why it refused; empty when it did as told."""
    request = new_id()
    question = {"id": request, "key": KEY, "value": on}
    link.publish(topics.request("override"), json.dumps(question), qos=1)

    def is_ours(topic: str, payload: bytes) -> bool:
        return topic == topics.response("override") and json.loads(payload).get("id") == request

    answer = await _first(link, is_ours, LEFT_S)
    if answer is None:
        return "it did not answer"
    fields = json.loads(answer)
    return "" if fields["status"] == "ok" else str(fields["error"]["message"])


async def _empty(link: Link, topics: Topics, settings: Settings, *, online: bool) -> int:
    discovery = topics.discovery(settings.homeassistant.discovery_prefix)
    for topic in (discovery, topics.update):
        link.publish(topic, b"", qos=1, retain=True)
    if not await link.flush(LEFT_S):
        print(f"The broker did not take it: {discovery} may still be there.")
        return UNREACHABLE
    print(f"{discovery} is empty: Home Assistant removes the device.")
    if online:
        print(f"The daemon of {topics.node} has {KEY} set to false, for good; `add` brings the device back.")
    else:
        print(
            f"No daemon of {topics.node} is running. Its next start brings the device back: to prevent that, put"
            f" {KEY}: false into its settings, or run this again while it runs."
        )
    return 0


def _added(topics: Topics, *, online: bool) -> int:
    if online:
        print(f"The daemon of {topics.node} announces itself to Home Assistant.")
        return 0
    print(f"No daemon of {topics.node} is running. It announces itself when it starts, unless {KEY} is false.")
    return UNREACHABLE


async def _first(link: Link, claim: Callable[[str, bytes], bool], within_s: float) -> bytes | None:
    """The payload of the first message of which the claim is true; None when there is none in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            async for delivery in link.deliveries():
                delivery.ack()
                if claim(delivery.topic, delivery.payload):
                    return delivery.payload
    return None
