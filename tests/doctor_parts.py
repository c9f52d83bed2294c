"""Of the findings of `doctor`, the one that a test is about."""

from __future__ import annotations

from collections.abc import Iterable

from litetts_edge.commands.checks.finding import Finding


def one(findings: Iterable[Finding], name: str = "") -> Finding:
    """The only finding, or the only one with that name."""
    [found] = [finding for finding in findings if not name or finding.name == name]
    return found
