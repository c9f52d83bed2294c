"""The real program: started as its user starts it, under a real NOTIFY_SOCKET, seen only from outside."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.broker import SecondClient
from tests.waiting import PATIENCE_S, until

NODE = "kitchen"

Document = dict[str, Any]


class Program:
    """One `litetts-edge run`. It knows nothing of this machine's settings, sound card or home."""

    def __init__(
        self,
        folder: Path,
        port: int,
        environ: Mapping[str, str] | None = None,
        script: Path | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        """`prefix` is a command that becomes the program, such as `ip netns exec NAME`."""
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.setblocking(False)
        address = folder / "notify"
        address.unlink(missing_ok=True)
        self._notify.bind(str(address))
        self.folder = folder
        self.log = folder / "log"
        self.notes: list[str] = []
        """Every line that the service manager was sent."""
        module = [str(script)] if script else ["-m", "litetts_edge"]
        self._command = [*prefix, sys.executable, *module]
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "NOTIFY_SOCKET": str(address),
            "LITETTS_EDGE__NODE__ID": NODE,
            "LITETTS_EDGE__STATE_DIR": str(folder / "state"),
            "LITETTS_EDGE__MQTT__PORT": str(port),
            "LITETTS_EDGE__MQTT__RECONNECT_MIN_S": "0.1",
            "LITETTS_EDGE__MQTT__RECONNECT_MAX_S": "0.3",
            "LITETTS_EDGE__MDNS__ENABLED": "false",  # a test machine's own network is no place for a kitchen
            **(environ or {}),
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, *arguments: str) -> None:
        """Start it and return at READY=1."""
        await self.launch(*arguments)
        await self.note("READY=1")

    async def launch(self, *arguments: str) -> None:
        """Start it and do not wait."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, "run", *arguments, env=self._environ, stdout=log, stderr=log
            )

    async def note(self, wanted: str) -> None:
        """Wait until the service manager is sent a line that begins so."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not any(line.startswith(wanted) for line in self.notes):
                    self.notes += (await loop.sock_recv(self._notify, 65536)).decode().splitlines()
        except TimeoutError:
            raise AssertionError(f"no {wanted}: {self.notes}\n{self.log.read_text()}") from None

    async def logged(self, words: str) -> None:
        """Wait until its log has these words."""
        await until(lambda: words in self.log.read_text(), f"{words!r} in the log", self.folder)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.exit()

    async def exit(self) -> int:
        """Wait for the end and return the exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def close(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        self._notify.close()


class House:
    """Somebody on the broker who sends to the node and hears all that it says."""

    def __init__(self, client: SecondClient) -> None:
        self._client = client
        self.heard: list[tuple[str, bytes]] = []
        """Topics below the node's own, and payloads, in order of arrival."""

    async def send(self, topic: str, payload: bytes | str | Document = b"", **options: Any) -> None:
        """Publish with QoS 1 below the node's own topic, or below the base for one that begins with a slash."""
        data = json.dumps(payload) if isinstance(payload, dict) else payload
        full = f"litetts{topic}" if topic.startswith("/") else f"litetts/{NODE}/{topic}"
        await self._client.publish(full, data, **options)

    async def until(self, claim: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Take messages until the claim is true."""
        try:
            async with asyncio.timeout(within_s):
                while not claim():
                    message = await self._client.next(within_s)
                    self.heard.append((message.topic.removeprefix(f"litetts/{NODE}/"), bytes(message.payload)))
        except TimeoutError:
            heard = "\n".join(f"{topic} {bytes(payload[:200])!r}" for topic, payload in self.heard[-30:])
            raise AssertionError(f"it never came; heard:\n{heard}") from None

    def documents(self, topic: str) -> list[Document]:
        return [json.loads(payload) for name, payload in self.heard if name == topic]

    def events(self, request: str | None = None) -> list[Document]:
        """What was told, each event once: QoS 1 may repeat one that was on its way when a link broke."""
        once = {event["event_id"]: event for event in self.documents("event")}
        return [event for event in once.values() if request in (None, event["id"])]

    def story(self, request: str) -> list[str]:
        return [event["event_type"] for event in self.events(request)]

    async def closed(self, *requests: str) -> None:
        """Wait until every one of them has a closing event."""
        ends = {"finished", "cancelled", "expired", "dropped", "failed"}
        await self.until(lambda: all(ends & set(self.story(request)) for request in requests))

    async def document(self, topic: str, claim: Callable[[Document], bool] = lambda _: True) -> Document:
        """Wait for a document on a topic of which the claim is true."""
        await self.until(lambda: any(map(claim, self.documents(topic))))
        return next(filter(claim, self.documents(topic)))

    async def online(self) -> None:
        """Wait until the node says that it is there."""
        await self.until(lambda: ("availability", b"online") in self.heard)

    async def ask(self, verb: str, payload: Document | bytes = b"") -> Document:
        """Ask a request topic and return the newest answer."""
        before = len(self.documents(f"response/{verb}"))
        await self.send(f"request/{verb}", payload)
        await self.until(lambda: len(self.documents(f"response/{verb}")) > before)
        return self.documents(f"response/{verb}")[-1]


@asynccontextmanager
async def house(port: int) -> AsyncIterator[House]:
    """Join the broker as one who listens to the node."""
    async with SecondClient(port) as client:
        await client.subscribe(f"litetts/{NODE}/#")
        yield House(client)


Start = Callable[..., Awaitable[Program]]


@asynccontextmanager
async def programs(folder: Path) -> AsyncIterator[Callable[..., Program]]:
    """Make programs that are gone at the end."""
    made: list[Program] = []

    def make(
        port: int,
        environ: Mapping[str, str] | None = None,
        script: Path | None = None,
        prefix: Sequence[str] = (),
    ) -> Program:
        here = folder / f"program{len(made)}"
        here.mkdir()
        made.append(Program(here, port, environ, script, prefix))
        return made[-1]

    try:
        yield make
    finally:
        for program in made:
            program.close()
            if program._process is not None:
                await program._process.wait()


def lines(notes: Sequence[str], beginning: str) -> list[str]:
    return [note for note in notes if note.startswith(beginning)]
