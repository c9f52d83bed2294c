"""Which requests were in progress at a crash, so that one of them cannot crash the daemon for ever.

A model or a library that aborts the process takes the daemon with it; systemd restarts it, and a broker
that has no acknowledgement yet delivers the request again. The ledger counts those crashes on disk.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from litetts_edge.errors import Poison
from litetts_edge.speech import SpeakRequest

log = logging.getLogger(__name__)

POISON_AFTER = 2
"""Crashes after which a request is not tried again: one may be a power cut."""


class CrashLedger:
    """Marks requests in progress in a file. Called on the inference thread; load() before it starts.

    A request is recognised by what it says, not by its id, because a door that makes ids makes a new one
    for a redelivered message. The file is not synced: it has to outlive the process, not the power.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._crashes: dict[str, int] = {}
        self._running: dict[str, int] = {}
        """Crashes so far of what is in progress."""
        self._copies: Counter[str] = Counter()
        """The same text may be in progress in both lanes, or cut and already said again."""
        self._refused = False
        """The disk did not take the last write; it is told once, not at each request."""

    def load(self) -> None:
        """Read what the last process left; whatever was in progress there counts as crashed once more."""
        left = self._read()
        running = left.get("running", {})
        self._crashes = {key: count for key, count in left.get("crashes", {}).items() if key not in running}
        self._crashes.update({key: count + 1 for key, count in running.items()})
        if running:
            log.warning("the last run ended while speaking", extra={"requests": len(running)})
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

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            left = json.loads(self._path.read_text())
            parts = {part: dict(left[part]) for part in ("running", "crashes")}
            return {name: {str(key): int(count) for key, count in part.items()} for name, part in parts.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("the crash ledger could not be read and begins anew: %s: %s", self._path, error)
            return {}

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_name(f".{self._path.name}.new")
            fresh.write_text(json.dumps({"running": self._running, "crashes": self._crashes}))
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
