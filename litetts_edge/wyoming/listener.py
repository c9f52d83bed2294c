"""A TCP port that others connect to: bound again and again until it can be, bounded, closed in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from litetts_edge.errors import BadRequest, ShuttingDown, SpeechError
from litetts_edge.wyoming.wire import MAX_HEADER, MAX_PAYLOAD, Event, read_event

log = logging.getLogger(__name__)

STALL_S = 10.0
"""A client that takes nothing of what it asked for, for so long, is gone."""
IDLE_S = 3600.0
"""A client that says nothing for so long is gone; a long text on a slow board takes minutes."""
LINGER_S = 1.0
"""How long what a refused client still sends is taken and thrown away: a reset would lose it the answer."""
SEND_AHEAD = 1_048_576
"""Bytes that wait for a client that takes them slowly; beyond that its request waits for it."""
RETRY_MIN_S, RETRY_MAX_S = 1.0, 60.0


class TooManyConnections(BadRequest):
    """As many clients as are allowed are connected already."""

    code = "too_many_connections"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} clients are connected already. Close connections that are not used.")


class Connection:
    """One client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ended = False
        writer.transport.set_write_buffer_limits(high=SEND_AHEAD)

    @property
    def peer(self) -> str:
        """Its address, for the log."""
        name = self._writer.get_extra_info("peername")
        return str(name[0]) if name else "?"

    async def events(self, max_payload: int = MAX_PAYLOAD) -> AsyncIterator[Event]:
        """What it sends, until it sends no more or says nothing for IDLE_S. Raises BadEvent, ConnectionError."""
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    event = await read_event(self._reader, max_payload)
            except TimeoutError:
                return
            if event is None:
                return
            yield event

    async def send(self, kind: str, data: Mapping[str, object] | None = None, payload: bytes = b"") -> None:
        """Send an event, waiting while too much is on its way. Raises ConnectionError when it is gone."""
        self._writer.write(Event(kind, data or {}, payload).encoded())
        try:
            async with asyncio.timeout(STALL_S):
                await self._writer.drain()
        except TimeoutError:
            raise ConnectionAbortedError(f"{self.peer} takes nothing") from None

    async def refuse(self, error: SpeechError) -> None:
        """Say what is wrong."""
        await self.send("error", _document(error))

    def dismiss(self, error: SpeechError) -> None:
        """Say it without waiting for anything, unless the end was said already."""
        if not self._writer.is_closing() and not self._ended:
            self._writer.write(Event("error", _document(error)).encoded())

    async def flush(self) -> None:
        """Wait until it has taken all that was sent. Raises ConnectionError when it is gone, or takes nothing."""
        transport = self._writer.transport
        transport.set_write_buffer_limits(high=0)
        while left := transport.get_write_buffer_size():
            try:
                async with asyncio.timeout(STALL_S):
                    await self._writer.drain()
            except TimeoutError:
                if transport.get_write_buffer_size() >= left:
                    raise ConnectionAbortedError(f"{self.peer} takes nothing") from None

    async def close(self) -> None:
        """Let it have what was sent, and close."""
        self._ended = True
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(LINGER_S):
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                while await self._reader.read(MAX_HEADER):
                    pass

    def abort(self) -> None:
        """Close at once."""
        self._writer.transport.abort()


def _document(error: SpeechError) -> Mapping[str, object]:
    return {"text": str(error), "code": error.code}


class Listener:
    """Serves every connection to one port with `serve`, until run() is cancelled."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        limit: int,
        serve: Callable[[Connection], Awaitable[None]],
        on_bound: Callable[[], None] = lambda: None,
    ) -> None:
        """`name` for people; port 0 takes any; `limit` connections at once; `on_bound` when it can be reached."""
        self._name = name
        self._host = host
        self._port = port
        self._limit = limit
        self._serve = serve
        self._on_bound = on_bound
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.bound = asyncio.Event()
        """Set while it can be connected to."""

    @property
    def port(self) -> int:
        """The port that it is bound to."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Listen, when that is possible, and serve."""
        try:
            self._server = await self._bind()
            self.bound.set()
            log.info("%s listens on %s, port %d", self._name, self._host, self.port)
            self._on_bound()
            await asyncio.Event().wait()
        finally:
            self.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    def close(self) -> None:
        """Take no more connections; those that are open stay."""
        self.bound.clear()
        if self._server is not None:
            self._server.close()

    async def _bind(self) -> asyncio.Server:
        wait_s, told = RETRY_MIN_S, ""
        while True:
            try:
                return await asyncio.start_server(self._accepted, self._host, self._port, limit=MAX_HEADER)
            except OSError as error:
                if str(error) != told:
                    told = str(error)
                    log.warning(
                        "%s cannot listen on %s, port %d (%s); it is tried again. Another program may have the"
                        " port: choose another one in the section wyoming of the settings.",
                        *(self._name, self._host, self._port, error.strerror or error),
                    )
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, RETRY_MAX_S)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._served(Connection(reader, writer)), name=self._name)
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _served(self, connection: Connection) -> None:
        try:
            await self._answered(connection)
        except asyncio.CancelledError:
            connection.dismiss(ShuttingDown())
            raise
        finally:
            connection.abort()

    async def _answered(self, connection: Connection) -> None:
        try:
            if len(self._open) > self._limit:
                raise TooManyConnections(self._limit)
            await self._serve(connection)
            return
        except SpeechError as error:
            log.warning("%s: %s: %s", self._name, connection.peer, error, extra={"code": error.code})
            refusal = error
        except ConnectionError as error:
            log.info("%s: a client is gone: %s", self._name, error)
            return
        except Exception:  # one client must not end the others
            log.exception("%s: a client could not be served", self._name)
            refusal = SpeechError("An unexpected error; the log has the details.")
        with contextlib.suppress(ConnectionError):
            await connection.refuse(refusal)
            await connection.close()
