"""What can be wrong with settings, and how it is told: everything at once, one line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from litetts_edge.errors import did_you_mean

Layer = Literal["default", "file", "conf.d", "override", "environment", "command line"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from."""

    layer: Layer
    file: str = ""
    """The file as it was named; for the environment the variable; else empty."""
    line: int = 0
    """Counted from 1; 0 where there are no lines."""

    def __str__(self) -> str:
        """The place, as shown to people."""
        if self.layer == "environment":
            return f"environment {self.file}"
        return (f"{self.file}:{self.line}" if self.line else self.file) or self.layer


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that has to be mended before the settings can be used."""

    file: str
    """The file as it was named, `environment NAME`, or `command line`."""
    line: int
    """Counted from 1; 0 where there are no lines."""
    key: str
    """Dotted; empty when the file as a whole is meant."""
    message: str

    def __str__(self) -> str:
        """One line: place, key, message."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = ": ".join(part for part in (place, self.key, self.message) if part)
        return text.encode("utf-8", "backslashreplace").decode()  # a file's name need not be UTF-8


def problem_at(origin: Origin, key: str, message: str, line: int = 0) -> Problem:
    """A problem with what stands at `origin`, or on another line of the same file."""
    if line and origin.file:
        return Problem(origin.file, line, key, message)
    if origin.layer == "environment":
        return Problem(str(origin), 0, key, message)
    return Problem(origin.file or origin.layer, origin.line, key, message)


class SettingsError(Exception):
    """The settings cannot be used; str() lists every problem, one a line."""

    code = "bad_settings"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def unknown_key(key: str, known: Sequence[str]) -> str:
    """What to say of a dotted key that is not in the schema, with the nearest one that is."""
    section, _, name = key.rpartition(".")
    beside = [full.removeprefix(f"{section}.") if section else full for full in known if _inside(full, section)]
    levels = sorted({one.partition(".")[0] for one in beside})
    elsewhere = [f" Did you mean {full!r}?" for full in known if full.rpartition(".")[2] == name.lower()]
    hint = did_you_mean(name.lower(), levels) or "".join(elsewhere[:1]) or did_you_mean(key.lower(), known)
    return f"unknown key.{hint}"


def _inside(key: str, section: str) -> bool:
    return not section or key.startswith(f"{section}.")
