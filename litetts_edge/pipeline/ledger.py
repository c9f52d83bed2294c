"""Which requests were in progress at a crash, so that one of them cannot crash the daemon for ever.

A model or a library that aborts the process takes the daemon with it; systemd restarts it, and a broker
that has no acknowledgement yet delivers the request again, as the journal does with alarms. The ledger counts
those crashes on disk. Neither a power cut nor a stop is one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock

from litetts_edge.errors import Poison
from litetts_edge.pipeline.boot import boot_id
from litetts_edge.speech import SpeakRequest

log = logging.getLogger(__name__)

POISON_AFTER = 2
"""Crashes after which a request is not tried again: one may be bad luck, such as memory that others took."""


class CrashLedger:
    """Marks requests in progress in a file. Called on the inference thread, but for load() and stop().

    A request is recognised by what it says, not by its id, because a door that makes ids makes a new one
    for a redelivered message. The file is not synced: it has to outlive the process, not the power.
    """

    def __init__(self, path: Path, boot: Callable[[], str] = boot_id) -> None:
        self._path = path
        self._boot = boot
        self._writing = Lock()
        self._stopped = False
        self._crashes: dict[str, int] = {}
        self._running: dict[str, int] = {}
        """Crashes so far of what is in progress."""
        self._copies: Counter[str] = Counter()
        """The same text may be in progress in both lanes, or cut and already said again."""
        self._refused = False
        """The disk did not take the last write; it is told once, not at each request."""

    def load(self) -> None:
        """Read what the last process left, before begin(); whatever was in progress there has crashed once more.

        Not so when the machine was started since then: then it was the machine that ended, and not by itself.
        """
        left, boot = self._read()
        running = left.get("running", {})
        is_crash = not boot or boot == self._boot()
        self._crashes = left.get("crashes", {})
        if is_crash:
            self._crashes.update({key: count + 1 for key, count in running.items()})
        if running:
            log.warning(
                "the last run ended while speaking" if is_crash else "the machine was restarted while we spoke",
                extra={"requests": len(running)},
            )
            self._write()

    def begin(self, request: SpeakRequest) -> None:
        """Mark it as in progress. Raises Poison when it was so at two crashes."""
        key = _key(request)
        crashes = self._crashes.get(key, 0)
        if crashes >= POISON_AFTER:
            raise Poison(crashes)
        self._copies[key] += 1
        if self._copies[key] == 1:
            self._running[key] = crashes
            self._write()

    def end(self, request: SpeakRequest) -> None:
        """It ended without a crash, whatever else became of it."""
        key = _key(request)
        if key not in self._running:
            return
        self._copies[key] -= 1
        if not self._copies[key]:
            del self._copies[key], self._running[key]
            self._crashes.pop(key, None)
            self._write()

    def stop(self) -> None:
        """The process was told to end: however it does from here on, what is in progress is not why."""
        with self._writing:
            self._stopped = True
            if self._running:
                self._put()

    def _read(self) -> tuple[dict[str, dict[str, int]], str]:
        """The counts, and of which start of the machine they are; empty where that is not known."""
        try:
            left = json.loads(self._path.read_text())
            parts = {part: dict(left[part]) for part in ("running", "crashes")}
            counts = {name: {str(key): int(count) for key, count in part.items()} for name, part in parts.items()}
            return counts, str(left.get("boot", ""))
        except FileNotFoundError:
            return {}, ""
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("the crash ledger could not be read and begins anew: %s: %s", self._path, error)
            return {}, ""

    def _write(self) -> None:
        with self._writing:
            self._put()

    def _put(self) -> None:
        running = {} if self._stopped else self._running.copy()
        document = {"boot": self._boot(), "running": running, "crashes": self._crashes.copy()}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_name(f".{self._path.name}.new")
            fresh.write_text(json.dumps(document))
            fresh.replace(self._path)  # a process that is killed now leaves the old one
        except OSError as error:  # a full or read-only disk must not silence the house
            if not self._refused:
                log.warning("the crash ledger could not be written: %s: %s", self._path, error)
            self._refused = True
        else:
            self._refused = False


def _key(request: SpeakRequest) -> str:
    spoken: Mapping[str, str] = {"text": request.text, "voice": request.voice, "lang": request.lang}
    return hashlib.sha256(json.dumps(spoken, sort_keys=True).encode()).hexdigest()[:32]
