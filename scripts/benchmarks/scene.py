"""What every measurement needs: a broker, a sound card or none, the program, and somebody who publishes."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from tests.broker import Broker, SecondClient
from tests.program import NODE, House, Program, programs
from tests.virtual_card import RATE, Recording, VirtualCard

TEXT = "The front door is open."


class Publisher(SecondClient):
    """Sends at once: else its own TCP holds a message for 40 ms when it has just acknowledged another."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self


class Stamp(NamedTuple):
    """What the program itself saw of one request; moments are time.monotonic()."""

    accepted_at: float
    first_at: float
    """The callback that was handed the first sample that is not zero."""
    delay_s: float
    """From there to the ear, as the sound card reports it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A running program with a friend on its broker."""

    program: Program
    house: House
    port: int

    def stamps(self) -> dict[str, Stamp]:
        """What a stamped program wrote so far, by request."""
        lines = (self.program.folder / "stamps").read_text().splitlines()
        return {name: Stamp(*times) for name, *times in map(json.loads, lines)}


@asynccontextmanager
async def scene(
    card: VirtualCard | None, environ: Mapping[str, str] | None = None, *, stamped: bool = False
) -> AsyncIterator[Scene]:
    """Start everything, and stop it at the end. Without a card there is no sound device at all."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        around = {"LITETTS_EDGE__ENGINE__NAME": "espeak"}  # it is the path that is measured
        around |= card.environment if card is not None else {}
        around |= {"LITETTS_EDGE__MDNS__ENABLED": "true"}  # as it is by default; tests leave the network alone
        around |= {"BENCH_STAMPS": str(folder / "program0" / "stamps"), "PYTHONPATH": os.environ["PYTHONPATH"]}
        script = Path(__file__).with_name("stamped.py") if stamped else None
        async with (
            Broker(folder / "broker") as broker,
            programs(folder) as make,
            Publisher(broker.port) as publisher,
        ):
            await publisher.subscribe(f"litetts/{NODE}/#")
            friend = House(publisher)
            program = make(broker.port, {**around, **(environ or {})}, script)
            await program.start()
            await friend.online()
            yield Scene(program, friend, broker.port)
            await program.end()


async def speak(friend: House, request: str, **fields: object) -> float:
    """Publish a request; returns the time.monotonic() right before."""
    at = time.monotonic()
    await friend.send("speak", {"id": request, "text": TEXT, **fields})
    return at


def spread(width: float) -> Iterator[float]:
    """Endlessly numbers in [0, width), evenly spread, in step with nothing: multiples of the golden ratio."""
    place = 0.0
    while True:
        yield place * width
        place = (place + 0.6180339887) % 1


async def round_trip_ms(port: int, count: int) -> list[float]:
    """What the broker alone takes, from publish() to the message at a subscriber, both in this process."""
    times = []
    async with Publisher(port) as one, Publisher(port) as other:
        await other.subscribe("bench/round-trip")
        for _ in range(count):
            at = time.monotonic()
            await one.publish("bench/round-trip", json.dumps({"text": TEXT}))
            message = await other.next()
            times.append((message.timestamp - at) * 1000)  # paho stamps the arrival by the same clock
    return times


class Heard:
    """When the recorder got which sound. A sample within a piece came by so much earlier than the piece's end."""

    def __init__(self, recording: Recording) -> None:
        self._loud: list[tuple[float, float]] = []
        """For each piece with sound: time.monotonic() of its first and of its last sample that is not zero."""
        for at, samples in recording.pieces():
            places = np.flatnonzero(samples)
            if len(places):
                first, last = (at - (len(samples) - 1 - int(place)) / RATE for place in (places[0], places[-1]))
                self._loud.append((first, last))

    def first(self, since: float) -> float:
        """The first sound after that moment."""
        return next(first for first, _ in self._loud if first >= since)

    def last(self, before: float) -> float:
        """The last sound before that moment."""
        return max(last for _, last in self._loud if last <= before)
