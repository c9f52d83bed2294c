"""What can hang or be refused on the way to a broker: name lookup, TCP, TLS."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable

from litetts_edge.mqtt.broker import TlsFiles

log = logging.getLogger(__name__)


class ConnectFailed(Exception):
    """No connection came about. `code` is stable; `closed_early` means TCP came up, MQTT never answered."""

    def __init__(self, code: str, message: str, *, closed_early: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.closed_early = closed_early


async def dial(
    connect: Callable[[], object], abandon: Callable[[], None], slow_s: float, on_slow: Callable[[], None]
) -> None:
    """Run `connect` in a thread that nobody waits for at the exit. Raises ConnectFailed.

    When the caller is cancelled or the loop is gone before `connect` returns, `abandon` is called after it.
    `on_slow` is called once if it takes longer than `slow_s`: it is one hanging thread then, not one per attempt.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[ConnectFailed | None] = loop.create_future()

    def finish(failure: ConnectFailed | None) -> None:
        if done.done():  # cancelled meanwhile
            abandon()
        else:
            done.set_result(failure)

    def work() -> None:
        failure = None
        try:
            connect()
        except Exception as error:  # noqa: BLE001 (nothing may end this thread without an answer)
            failure = explain(error)
        try:
            loop.call_soon_threadsafe(finish, failure)
        except RuntimeError:  # the loop is closed: the program is on its way out
            abandon()

    threading.Thread(target=work, name="mqtt connect", daemon=True).start()
    slow = loop.call_later(slow_s, on_slow)
    try:
        failure = await done
    finally:
        slow.cancel()
    if failure is not None:
        raise failure


def explain(error: Exception) -> ConnectFailed:
    """What an exception of the way to the broker means to the person who has to mend it."""
    if isinstance(error, ConnectFailed):
        return error
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return ConnectFailed("host_not_found", f"the broker's name cannot be looked up: {error}; see mqtt.host")
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectFailed(
            "tls_untrusted",
            f"the broker's certificate is not trusted: {error.verify_message}; see mqtt.tls.ca_file",
        )
    if isinstance(error, ssl.SSLError):
        return ConnectFailed("tls_failed", f"TLS failed: {error}; is this the broker's TLS port?")
    if isinstance(error, OSError):
        return ConnectFailed("broker_unreachable", f"the broker cannot be reached: {error}")
    log.error("connecting failed in an unexpected way", exc_info=error)
    return ConnectFailed("broker_unreachable", f"connecting failed: {error}")


class _ClosedOnFailure(ssl.SSLSocket):
    """paho leaves a socket open whose handshake failed."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """A context that trusts `files`, or the system where none is named. Reads them. Raises ConnectFailed."""
    try:
        context = ssl.create_default_context(cafile=files.ca_file or None)
        # Python 3.13 refuses authorities without a key usage extension: most of those that people made at home.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = files.verify_hostname
        context.sslsocket_class = _ClosedOnFailure
        if files.cert_file:
            context.load_cert_chain(files.cert_file, files.key_file or None)
    except OSError as error:  # ssl.SSLError is one
        names = ", ".join(name for name in (files.ca_file, files.cert_file, files.key_file) if name)
        raise ConnectFailed("tls_files", f"the TLS files ({names}) cannot be used: {error}") from error
    return context
