"""What a check says: of one point, of one voice, of a whole model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How one point was decided."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"
    """It could not be looked at here; what it would take is said. That fails nothing and vouches for nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of one voice."""

    point: str
    """Stable: numbers, levels, silence, length, repeats, reload, speech, words, stream."""
    verdict: Verdict
    detail: str
    """For people: what was found, and against which limit."""
    values: Mapping[str, float] = field(default_factory=dict)
    """The same for programs; the names end in their units."""


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """All points of one voice."""

    voice: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Failed where any point is; passed otherwise, even where some could not be looked at."""
        return overall(finding.verdict for finding in self.findings)


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on several together; nothing looked at is unchecked."""
    seen = set(verdicts)
    for verdict in (Verdict.FAILED, Verdict.PASSED):
        if verdict in seen:
            return verdict
    return Verdict.UNCHECKED
