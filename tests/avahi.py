"""A real avahi-daemon on a machine of a test's own network, with a message bus that only it knows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.network import Host

PATIENCE_S = 15.0

# `ip netns exec` gives a mount namespace, so this /run hides neither the bus nor the avahi of the machine below.
_START = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/dbus
dbus-daemon --system --fork --print-pid
printf "[server]\\nhost-name=$0\\n" >/run/avahi.conf
exec avahi-daemon --file=/run/avahi.conf --no-drop-root --no-rlimits
"""


def why_not() -> str:
    """Why there is no avahi here; empty when there is one."""
    missing = [name for name in ("avahi-daemon", "avahi-browse", "dbus-daemon") if not shutil.which(name)]
    return f"{', '.join(missing)} not installed (Debian: avahi-daemon, avahi-utils)" if missing else ""


class Avahi:
    """Runs from entering the context to leaving it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.log: list[str] = []

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        command = self._host.command("bash", "-c", _START, self._host.name)
        self._process = subprocess.Popen(command, text=True, stdout=pipe, stderr=pipe)
        assert self._process.stdout is not None
        self._bus = int(self._process.stdout.readline())
        self._is_up = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        assert self._is_up.wait(PATIENCE_S), self.log
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        os.kill(self._bus, signal.SIGTERM)
        self._reader.join()
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.log.append(line)
            if "Server startup complete" in line:
                self._is_up.set()

    def browse(self, type_: str, claim: Callable[[list[str]], bool]) -> list[str]:
        """The fields of the line that makes the claim true: event, interface, protocol, name and so on."""
        inside = ["nsenter", f"--target={self._process.pid}", "--mount", "--net"]
        command = [*inside, "avahi-browse", "--resolve", "--parsable", type_]
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as browser:
            give_up = threading.Timer(PATIENCE_S, browser.kill)
            give_up.start()
            seen: list[str] = []
            try:
                assert browser.stdout is not None
                for line in browser.stdout:
                    seen.append(line)
                    if claim(fields := line.rstrip("\n").split(";")):
                        return fields
            finally:
                give_up.cancel()
                browser.kill()
        raise AssertionError(f"avahi-browse never showed it: {seen}")
