"""What a measurement is: its values, what is said of them, and the goal it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from litetts_edge.health import percentile

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """The largest value that is good enough."""

    statistic: Literal["p95", "max", "low"]
    """`low` is the lower end of the interval: missed only where chance cannot explain it."""
    limit: float
    source: str
    """Who set it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement, repeated."""

    name: str
    what: str
    """One line for a reader: from where to where."""
    unit: str
    values: Sequence[float]
    goal: Goal | None = None
    interval: tuple[float, float] | None = None
    """Of the one value, where chance was estimated: in 95 of 100 cases the truth is within."""

    def summary(self) -> dict[str, float]:
        """Nearest-rank percentiles."""
        if not self.values:
            raise ValueError(f"{self.name} was never measured")
        ordered = sorted(self.values)
        found = {
            "min": ordered[0],
            "p50": percentile(ordered, 0.5) or 0.0,
            "p95": percentile(ordered, 0.95) or 0.0,
            "max": ordered[-1],
        }
        return {name: round(value, 3) for name, value in found.items()}

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None without one."""
        if self.goal is None:
            return None
        if self.goal.statistic == "low":
            if self.interval is None:
                raise ValueError(f"{self.name} has a goal for its interval, and none was estimated")
            return self.interval[0] <= self.goal.limit
        return self.summary()[self.goal.statistic] <= self.goal.limit

    def document(self) -> Document:
        """As it is written down."""
        goal = None
        if self.goal is not None:
            goal = {"statistic": self.goal.statistic, "at_most": self.goal.limit, "source": self.goal.source}
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "n": len(self.values),
            **self.summary(),
            "goal": goal,
            "met": self.met,
        } | ({} if self.interval is None else {"interval": [round(end, 3) for end in self.interval]})


def line(figure: Document) -> str:
    """One figure for a person at a terminal."""
    goal = figure["goal"]
    verdict = ""
    if goal:
        verdict = f"  {goal['statistic']} <= {goal['at_most']:g}: {'met' if figure['met'] else 'MISSED'}"
    if "interval" in figure:
        verdict = "  ({:g} to {:g})".format(*figure["interval"]) + verdict
    numbers = "  ".join(f"{name} {figure[name]:g}" for name in ("min", "p50", "p95", "max"))
    return f"{figure['name']:<42} n {figure['n']:<4} {numbers} {figure['unit']}{verdict}"


def table(report: Document) -> str:
    """The whole report in Markdown."""
    rows = [
        "| measurement | n | p50 | p95 | max | unit | goal | |",
        "|---|--:|--:|--:|--:|---|---|---|",
    ]
    for figure in report["figures"]:
        goal = figure["goal"]
        wanted = f"{goal['statistic']} ≤ {goal['at_most']:g}" if goal else ""
        verdict = {None: "", True: "met", False: "**missed**"}[figure["met"]]
        cells = (f"{figure[name]:g}" for name in ("n", "p50", "p95", "max"))
        name = f"`{figure['name']}`: {figure['what']}"
        rows.append(f"| {name} | {' | '.join(cells)} | {figure['unit']} | {wanted} | {verdict} |")
    return "\n".join([about(report), "", *rows, ""])


def about(report: Document) -> str:
    """When, where and on what it was measured, in Markdown."""
    machine = report["machine"]
    return (
        f"Measured {report['started']} at commit `{machine['commit'][:12]}` on {machine['cpu']}"
        f" ({machine['cores']} cores, {machine['memory_gb']:g} GB, {machine['kernel']},"
        f" Python {machine['python']}); load average {report['load']['before'][0]:g} before,"
        f" {report['load']['after'][0]:g} after (the measurement itself included)."
    )
