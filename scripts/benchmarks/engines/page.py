"""The figures of the suite in Markdown: ours and theirs side by side."""

from __future__ import annotations

from benchmarks.figures import Document, about

SIDES = {"8bit": "ours, 8 bits", "streamed": "ours", "whole": "ours, whole sentences", "theirs": "theirs"}
RATIOS = ("ratio-8bit", "ratio-streamed", "ratio-whole")


def table(report: Document) -> str:
    """One row for each measurement: medians, how ours compares, and the goals."""
    rows: dict[str, dict[str, Document]] = {}
    for figure in report["figures"]:
        name, _, side = figure["name"].rpartition(".")
        rows.setdefault(name, {})[side] = figure
    lines = [
        f"| measurement | unit | {' | '.join(SIDES.values())} | ours of theirs | goal | |",
        "|---|---|--:|--:|--:|--:|--:|---|---|",
    ]
    for name, figures in rows.items():
        some = next(iter(figures.values()))
        cells = [_cell(figures.get(side)) for side in SIDES]
        ratio = " / ".join(_cell(figures[side]) for side in RATIOS if side in figures)
        goals = [figure for figure in figures.values() if figure["goal"]]
        wanted = ", ".join(dict.fromkeys(_goal(figure) for figure in goals))
        verdict = " / ".join("met" if figure["met"] else "**missed**" for figure in goals)
        what = some["what"].partition(", ours")[0]
        row = (f"`{name}`: {what}", some["unit"], *cells, ratio, wanted, verdict)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join([_about(report), "", *lines, ""])


def _about(report: Document) -> str:
    field = report["field"]
    peers = ", ".join(f"{name} {version}" for name, version in field["peers"].items())
    return (
        f"All of it on models with **random weights**: the same graphs and cost as the published files. {peers}."
        f" {about(report)}"
    )


def _goal(figure: Document) -> str:
    goal = figure["goal"]
    return f"{goal['statistic']} ≤ {goal['at_most']:.3g}"


def _cell(figure: Document | None) -> str:
    """The median, with the largest where there are several."""
    if figure is None:
        return ""
    largest = f" (max {figure['max']:.3g})" if figure["n"] > 1 else ""
    return f"{figure['p50']:.3g}{largest}"
