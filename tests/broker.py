"""Real parts for tests with MQTT: mosquitto on a port of its own, a proxy that harms the way, a second client."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.waiting import PATIENCE_S, news, until


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Certificates:
    """A certificate authority and a server certificate for localhost that it signed."""

    ca: Path
    cert: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Make an authority and a server certificate in `folder`, with the openssl command."""
    folder.mkdir(parents=True, exist_ok=True)
    ca, ca_key, cert, key = (folder / name for name in ("ca.pem", "ca.key", "cert.pem", "key.pem"))
    extensions = folder / "extensions"
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    request = folder / "request.pem"
    for command in (
        (
            "req",
            "-x509",
            *curve,
            "-keyout",
            ca_key,
            "-out",
            ca,
            "-days",
            "2",
            "-subj",
            f"/CN=authority {folder.name}",
        ),
        ("req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=localhost"),
        ("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-out", cert, "-extfile", extensions),
    ):
        subprocess.run(("openssl", *command), check=True, capture_output=True)
    return Certificates(ca, cert, key)


class Broker:
    """A mosquitto with a folder of its own. Start and stop it as often as needed; the port stays the same."""

    def __init__(
        self,
        folder: Path,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        persistence: bool = False,
        users: Mapping[str, str] | None = None,
        acl: str = "",
        tls: Certificates | None = None,
        max_packet_size: int = 0,
        extra: Sequence[str] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.address = address
        self.port = port or free_port()
        self.users = dict(users or {})
        self._process: subprocess.Popen[bytes] | None = None
        lines = [f"listener {self.port} {address}", "user root", f"log_dest file {folder}/log", "log_type all"]
        lines += [f"allow_anonymous {'false' if users else 'true'}", "max_queued_messages 0"]
        if persistence:
            lines += ["persistence true", f"persistence_location {folder}/", "autosave_interval 3600"]
        if users:
            lines.append(f"password_file {folder}/passwords")
        if acl:
            (folder / "acl").write_text(acl)
            lines.append(f"acl_file {folder}/acl")
        if tls is not None:
            lines += [f"cafile {tls.ca}", f"certfile {tls.cert}", f"keyfile {tls.key}"]
        if max_packet_size:
            lines.append(f"max_packet_size {max_packet_size}")
        (folder / "mosquitto.conf").write_text("\n".join([*lines, *extra, ""]))

    async def start(self) -> None:
        """Start it and return when it takes connections."""
        self._launch()
        await until(self._takes_connections, "mosquitto's port is open", self.folder)  # it logs that it runs

    def _launch(self) -> None:
        for user, password in self.users.items():
            passwords = self.folder / "passwords"
            create = () if passwords.exists() else ("-c",)
            subprocess.run(("mosquitto_passwd", "-b", *create, passwords, user, password), check=True)
        self._process = subprocess.Popen(("mosquitto", "-c", self.folder / "mosquitto.conf"))

    def _takes_connections(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            socket.create_connection((self.address, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def log(self) -> str:
        """What it logged so far."""
        return (self.folder / "log").read_text()

    async def logged(self, words: str, count: int = 1) -> None:
        """Wait until it has logged these words so many times."""
        await until(lambda: self.log().count(words) >= count, f"mosquitto's log: {words}", self.folder)

    async def stop(self) -> None:
        """SIGTERM: it saves what it keeps, and goes."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """kill -9: nothing is saved."""
        await self._end(signal.SIGKILL)

    async def _end(self, with_signal: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(with_signal)
            process.send_signal(signal.SIGCONT)
            await asyncio.to_thread(process.wait, PATIENCE_S)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()


class Proxy:
    """A TCP proxy between a client and a broker that can cut, refuse, stall and resume.

    `alter` sees, and may change, what the broker sends.
    """

    def __init__(self, target_port: int, alter: Callable[[bytes], bytes] = bytes) -> None:
        self.port = 0
        self._alter = alter
        self._target = target_port
        self._server: asyncio.Server | None = None
        self._flows: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._refusing = False
        self.connections = 0
        """How many connections it was asked for."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        self._open.set()
        for flow in list(self._flows):
            flow.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection at once, as a pulled cable would look to TCP after its time-outs."""
        for writer in list(self._writers):
            writer.transport.abort()

    def refuse(self) -> None:
        """Take new connections only to drop them, until accept()."""
        self._refusing = True

    def accept(self) -> None:
        self._refusing = False

    def stall(self) -> None:
        """Carry nothing in either direction until resume(); connections stay open."""
        self._open.clear()

    def resume(self) -> None:
        self._open.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flow = asyncio.current_task()
        assert flow is not None
        self._flows.add(flow)
        self.connections += 1
        news()
        try:
            if self._refusing:
                return
            with contextlib.suppress(OSError):
                onward_reader, onward = await asyncio.open_connection("127.0.0.1", self._target)
                self._writers |= {writer, onward}
                try:
                    await self._carry_both(reader, writer, onward_reader, onward)
                finally:
                    self._writers -= {writer, onward}
                    onward.close()
        except asyncio.CancelledError:
            pass  # asyncio's stream server would report a cancelled connection as an error
        finally:
            writer.close()
            self._flows.discard(flow)

    async def _carry_both(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        onward_reader: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
    ) -> None:
        ways = [
            asyncio.create_task(self._carry(reader, onward, bytes)),
            asyncio.create_task(self._carry(onward_reader, writer, self._alter)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, alter: Callable[[bytes], bytes]
    ) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(alter(data))
            await writer.drain()


class SecondClient:
    """Somebody else on the broker, by paho: publishes with confirmation, and collects what it is sent."""

    def __init__(self, port: int, *, username: str = "", password: str = "", version: int = 5) -> None:
        self._five = version == 5
        self._port = port
        self._messages: asyncio.Queue[MQTTMessage] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._connected = threading.Event()
        self._subscribed = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            protocol=MQTTProtocolVersion.MQTTv5 if self._five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        if username:
            self._client.username_pw_set(username, password)
        self._client.on_connect = lambda *_: self._connected.set()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _userdata, message: self._came(message)

    async def __aenter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        assert await asyncio.to_thread(self._connected.wait, PATIENCE_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _came(self, message: MQTTMessage) -> None:
        with contextlib.suppress(RuntimeError):  # the test is over
            self._loop.call_soon_threadsafe(self._messages.put_nowait, message)

    async def publish(
        self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False, **properties: Any
    ) -> None:
        """Publish and wait for the broker's answer; `properties` by paho's names, such as ResponseTopic."""
        packed = None
        if properties:
            packed = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            for name, value in properties.items():
                setattr(packed, name, value)
        info = self._client.publish(topic, payload, qos, retain, packed)
        await asyncio.to_thread(info.wait_for_publish, PATIENCE_S)
        assert info.is_published()

    async def subscribe(self, topic: str, qos: int = 1) -> None:
        """Subscribe and wait for the answer. Live messages keep their retained flag."""
        self._subscribed.clear()
        if self._five:
            self._client.subscribe(topic, options=SubscribeOptions(qos, retainAsPublished=True))
        else:
            self._client.subscribe(topic, qos)
        assert await asyncio.to_thread(self._subscribed.wait, PATIENCE_S)

    async def next(self, within_s: float = PATIENCE_S) -> MQTTMessage:
        """The next message that came."""
        async with asyncio.timeout(within_s):
            return await self._messages.get()


@contextlib.asynccontextmanager
async def old_broker(answer: bytes, onward_port: int = 0) -> AsyncIterator[int]:
    """Listen as a broker that does not know MQTT 5: `answer` to such a CONNECT, then close; yields the port.

    A CONNECT of another version is carried to `onward_port`.
    """
    proxy = Proxy(onward_port)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.read(1024)
            level = first[first.index(b"MQTT") + 4]  # MQTT 5 §3.1.2.2: the protocol level follows the name
            if level == 5:
                writer.write(answer)
                await writer.drain()
                return
            with contextlib.suppress(OSError):
                onward_reader, onward = await asyncio.open_connection("127.0.0.1", onward_port)
                onward.write(first)
                try:
                    await proxy._carry_both(reader, writer, onward_reader, onward)
                finally:
                    onward.close()
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
