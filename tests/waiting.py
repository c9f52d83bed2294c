"""Waiting for what a test has to wait for, without asking again and again: whoever changes something says so."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import select
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

PATIENCE_S = 20.0
"""How long a test waits for something that must happen; only a failing test waits so long."""

_waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

# inotify(7): a file was written, made, moved here, moved away or deleted.
_MODIFY, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x40, 0x80, 0x100, 0x200


def news() -> None:
    """Everybody in until() looks again. From any thread."""
    for loop, changed in tuple(_waiting):
        with contextlib.suppress(RuntimeError):  # that test is over
            loop.call_soon_threadsafe(changed.set)


async def until(claim: Callable[[], object], what: str = "the claim", folder: Path | None = None) -> None:
    """Wait until `claim()` is true, which is looked at after each news(), and each change in `folder`."""
    changed = asyncio.Event()
    me = (asyncio.get_running_loop(), changed)
    _waiting.add(me)
    try:
        async with asyncio.timeout(PATIENCE_S), _watching(folder, changed):
            while not claim():
                await changed.wait()
                changed.clear()
    except TimeoutError:
        raise AssertionError(f"{what} did not come true in {PATIENCE_S:.0f} s") from None
    finally:
        _waiting.discard(me)


def next_note(notes: socket.socket, process: subprocess.Popen[bytes], within_s: float = PATIENCE_S) -> list[str]:
    """The lines of what comes next on a socket that stands in for the service manager's; see sd_notify(3).

    No lines when the process ends, or says nothing for so long.
    """
    end = os.pidfd_open(process.pid)
    try:
        ready, _, _ = select.select([notes.fileno(), end], [], [], within_s)
    finally:
        os.close(end)
    return notes.recv(65536).decode().splitlines() if notes.fileno() in ready else []


class Telling:
    """Mixed into a class: each assignment to an attribute of it is news()."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        news()


class TellingLog(logging.Handler):
    """Whatever is logged is news(); at the root, behind what a test reads the log from."""

    def __enter__(self) -> None:
        logging.getLogger().addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        news()


@contextlib.asynccontextmanager
async def _watching(folder: Path | None, changed: asyncio.Event) -> AsyncIterator[None]:
    if folder is None:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    wanted = _MODIFY | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
    if watch < 0 or libc.inotify_add_watch(watch, os.fsencode(folder), wanted) < 0:
        raise OSError(ctypes.get_errno(), f"{folder} cannot be watched")
    loop = asyncio.get_running_loop()

    def heard() -> None:
        os.read(watch, 1 << 16)
        changed.set()

    loop.add_reader(watch, heard)
    try:
        yield
    finally:
        loop.remove_reader(watch)
        os.close(watch)
