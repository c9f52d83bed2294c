"""Real parts for tests with MQTT: mosquitto on a port of its own, and a second client."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.waiting import PATIENCE_S, until


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
