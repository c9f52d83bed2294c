"""What a check says, and how one is run so that it can neither hang nor crash the others."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """It works, but not as well or not as surely as it could."""
    FAULT = "FAULT"
    """Something that was asked for in the settings cannot work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    name: str
    found: str
    """What was seen, without a line break."""
    advice: tuple[str, ...] = ()
    """What to do, a line each; empty only when it is ok."""

    def __str__(self) -> str:
        """A line, and below it, indented, what to do."""
        found = " ".join(self.found.split())
        return "\n".join([f"{self.level:5} {self.name}: {found}", *(f"      {line}" for line in self.advice)])


def ok(name: str, found: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, name, found)


def warn(name: str, found: str, *advice: str) -> Finding:
    """Worth knowing."""
    return Finding(Level.WARN, name, found, advice)


def fault(name: str, found: str, *advice: str) -> Finding:
    """To be mended."""
    return Finding(Level.FAULT, name, found, advice)


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at. `look` touches the machine; what that means is decided by pure functions."""

    name: str
    look: Callable[[], Iterable[Finding]]
    limit_s: float = 10.0
    """It is given up after so long."""
    when_stuck: tuple[str, ...] = ("The machine may be overloaded: look at `top`, and try again.",)
    """What to do when it does not come back."""


def perform(check: Check) -> tuple[list[Finding], bool]:
    """Run one check on a thread of its own: its findings, and whether it was left behind hanging."""
    findings: list[Finding] = []

    def work() -> None:
        try:
            for finding in check.look():
                findings.append(finding)  # noqa: PERF402 (one by one: what was seen before it hung is shown)
        except Exception as error:  # noqa: BLE001 (the other checks must go on, and the person sees this one's fault)
            findings.append(_crashed(check.name, error))

    thread = threading.Thread(target=work, name=f"check {check.name}", daemon=True)
    thread.start()
    ends = time.monotonic() + check.limit_s
    while thread.is_alive() and (left := ends - time.monotonic()) > 0:
        # In short pieces: Ctrl-C may go to the hanging thread, and only a thread that runs Python acts on it.
        thread.join(min(left, 0.2))
    if not thread.is_alive():
        return findings, False
    stuck = fault(check.name, f"it did not answer within {check.limit_s:g} s", *check.when_stuck)
    return [*findings, stuck], True


def _crashed(name: str, error: Exception) -> Finding:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return fault(
        name,
        f"this check itself failed: {type(error).__name__}: {error} ({last.filename}:{last.lineno})",
        "That is an error in litetts-edge: please report it, with the line above.",
    )
