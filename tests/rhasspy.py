"""Rhasspy on the broker of a node: it only speaks Hermes, and waits for answers."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.broker import Broker, SecondClient
from tests.program import House, Program, house, programs
from tests.waiting import PATIENCE_S

HERMES = {
    "LITETTS_EDGE__HERMES__ENABLED": "true",
    "LITETTS_EDGE__ENGINE__NAME": "tiny",
    "LITETTS_EDGE__OUTPUTS": "mqtt",
}
Document = dict[str, Any]


class Rhasspy:
    """Somebody who only speaks Hermes."""

    def __init__(self, client: SecondClient) -> None:
        self._client = client
        self.heard: list[tuple[str, Document]] = []

    async def send(self, topic: str, payload: Document | bytes, **options: Any) -> None:
        data = json.dumps(payload) if isinstance(payload, dict) else payload
        await self._client.publish(topic, data, **options)

    async def next(self) -> tuple[str, Document]:
        """The next answer and its topic."""
        message = await self._client.next()
        self.heard.append((message.topic, json.loads(bytes(message.payload))))
        return self.heard[-1]

    async def until(self, claim: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not claim():
                await self.next()

    def answers(self, topic: str) -> list[Document]:
        return [document for name, document in self.heard if name == topic]


@asynccontextmanager
async def at_home(
    tmp_path: Path, environ: dict[str, str] | None = None
) -> AsyncIterator[tuple[Rhasspy, House, Program]]:
    """A node that is online, a friend who watches it, and Rhasspy."""
    async with (
        Broker(tmp_path / "broker") as broker,
        programs(tmp_path) as make,
        house(broker.port) as friend,
        SecondClient(broker.port) as client,
    ):
        for topic in (
            "hermes/tts/sayFinished",
            "hermes/error/#",
            "hermes/audioServer/+/playFinished",
            "rhasspy/tts/voices",
            "hermes/tts/voices",
        ):
            await client.subscribe(topic)
        program = make(broker.port, HERMES | (environ or {}))
        await program.start()
        await friend.online()
        yield Rhasspy(client), friend, program


def wav(seconds: float = 0.2, rate: int = 16_000, channels: int = 1, subtype: str = "PCM_16") -> bytes:
    """A tone as a WAV file."""
    t = np.arange(round(seconds * rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * t)
    file = io.BytesIO()
    soundfile.write(file, np.column_stack([tone] * channels), rate, subtype, format="WAV")
    return file.getvalue()
