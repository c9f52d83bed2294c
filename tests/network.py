"""A network for tests: two machines on one cable, each a network namespace of its own. Needs root and iproute2."""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

_CLONE_NEWNET = 0x40000000  # setns(2), linux/sched.h
_numbers = itertools.count()

Result = TypeVar("Result")


def why_not() -> str:
    """Why no network can be made here; empty when one can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if not shutil.which("ip"):
        return "ip is not installed (Debian: iproute2)"
    name = f"lt{os.getpid()}"
    try:
        ip("netns", "add", name)
        ip("netns", "del", name)
    except subprocess.CalledProcessError as error:
        return f"network namespaces cannot be made here: {error.stderr.strip()}"
    return ""


def ip(*words: str) -> str:
    """Run iproute2's command."""
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout


class Host:
    """One machine: a network namespace with an interface eth0."""

    def __init__(self, name: str) -> None:
        self.name = name

    def ip(self, *words: str) -> str:
        """Run `ip` there."""
        return ip("-n", self.name, *words)

    def command(self, *words: str) -> list[str]:
        """The command line that runs `words` there."""
        return ["ip", "netns", "exec", self.name, *words]

    def inside(self, work: Callable[[], Result]) -> Result:
        """Call `work` on a thread whose sockets, and whose threads' sockets, belong to this machine."""
        results: list[Result] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                self.enter()
                results.append(work())
            except BaseException as error:  # noqa: BLE001 (raised below, on the caller's thread)
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    def enter(self) -> None:
        """Move the calling thread there, for good."""
        libc = ctypes.CDLL(None, use_errno=True)
        handle = os.open(Path("/run/netns") / self.name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if libc.setns(handle, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(handle)


@contextmanager
def cable() -> Iterator[tuple[Host, Host]]:
    """Two machines on one cable: 10.77.0.1 and 10.77.0.2, fd77::1 and fd77::2, usable at once."""
    number = next(_numbers)
    hosts = Host(f"lt{os.getpid()}-{number}a"), Host(f"lt{os.getpid()}-{number}b")
    try:
        for host in hosts:
            ip("netns", "add", host.name)
        first, second = hosts
        first.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", second.name)
        for place, host in enumerate(hosts, 1):
            host.ip("link", "set", "lo", "up")
            host.ip("link", "set", "eth0", "addrgenmode", "none")  # no link-local address seconds later
            host.ip("link", "set", "eth0", "up")
            host.ip("addr", "add", f"10.77.0.{place}/24", "dev", "eth0")
            host.ip("addr", "add", f"fd77::{place}/64", "dev", "eth0", "nodad")
        yield hosts
    finally:
        for host in hosts:
            subprocess.run(["ip", "netns", "del", host.name], capture_output=True, check=False)
