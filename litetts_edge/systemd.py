"""What the daemon tells its service manager (READY, STATUS, RELOADING, STOPPING, WATCHDOG), and its journal.

The protocol is sd_notify(3): one datagram of `NAME=value` lines to the AF_UNIX socket in $NOTIFY_SOCKET. It is
a few lines, so it needs no library. The fields of the journal come from systemd-python when it is installed.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping


class Notifier:
    """Speaks to the service manager; without $NOTIFY_SOCKET every call does nothing. No call raises or blocks.

    A manager that does not listen must not stop the speech: what cannot be sent is dropped, and the watchdog
    then decides.
    """

    def __init__(self, environ: Mapping[str, str], clock: Callable[[], float] = time.monotonic) -> None:
        """`environ` is the process's environment; `clock` must be CLOCK_MONOTONIC, as systemd compares with it."""
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._watchdog_usec = environ.get("WATCHDOG_USEC", "")
        self._watchdog_pid = environ.get("WATCHDOG_PID", "")
        self._clock = clock

    @property
    def enabled(self) -> bool:
        """There is a service manager to speak to."""
        return self._address[:1] in ("/", "@")

    @property
    def watchdog_interval_s(self) -> float | None:
        """Seconds after which the manager kills a silent daemon; None when it does not watch this process.

        Call watchdog() at less than half of it.
        """
        if not self.enabled or not self._watchdog_usec.isdecimal() or int(self._watchdog_usec) == 0:
            return None
        if self._watchdog_pid and self._watchdog_pid != str(os.getpid()):
            return None  # meant for the parent that we were started by
        return int(self._watchdog_usec) / 1e6

    def ready(self, status: str = "") -> None:
        """Say that the start, or the reload, is complete."""
        self._send("READY=1", *_status(status))

    def status(self, text: str) -> None:
        """Show `text` in `systemctl status`; only its first line is kept."""
        self._send(*_status(text))

    def reloading(self) -> None:
        """Say that a reload begins; ready() ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={int(self._clock() * 1e6)}")

    def stopping(self, status: str = "") -> None:
        """Say that the stop begins."""
        self._send("STOPPING=1", *_status(status))

    def watchdog(self) -> None:
        """Say that the daemon is alive."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self.enabled or not lines:
            return
        # A leading @ names Linux's abstract namespace, which the kernel writes as a zero byte (unix(7)).
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        message = "\n".join(lines).encode("utf-8", "replace")
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            with socket.socket(socket.AF_UNIX, kind) as sock:
                sock.sendto(message, address)
        except OSError as error:
            logging.getLogger(__name__).debug("the service manager did not take %s: %s", lines[0], error)


def _status(text: str) -> tuple[str, ...]:
    """The line for `text`: a second line in it would be read as another variable."""
    first = text.strip().splitlines()[:1]
    return (f"STATUS={first[0]}",) if first else ()


def journal_handler(environ: Mapping[str, str]) -> logging.Handler | None:
    """A handler that keeps the fields of a record, when standard error is the journal and systemd-python is there.

    None otherwise: then standard error is the way, and the journal takes it line by line.
    """
    if not _stderr_is(environ.get("JOURNAL_STREAM", "")):
        return None
    try:
        from systemd.journal import JournalHandler
    except ImportError:
        return None
    handler: logging.Handler = JournalHandler(SYSLOG_IDENTIFIER="litetts-edge")
    return handler


def _stderr_is(journal_stream: str) -> bool:
    """Whether `device:inode` names our standard error: a child that redirected it is not under the journal."""
    try:
        stat = os.fstat(2)
    except OSError:
        return False
    return journal_stream == f"{stat.st_dev}:{stat.st_ino}"
