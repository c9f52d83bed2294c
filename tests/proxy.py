"""What can stand between a client and a broker: a proxy that harms the way, a broker that is old."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Self

from tests.waiting import news


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
