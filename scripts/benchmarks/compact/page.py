"""The figures of the suite in Markdown: what is known for each voice stands side by side."""

from __future__ import annotations

from benchmarks.compact.systems import VOICES
from benchmarks.figures import Document, about

_COLUMNS = (*VOICES, "all")


def table(report: Document) -> str:
    """One table with a row for each measurement: its voices, and all of them together or what has no voice."""
    rows: dict[str, dict[str, Document]] = {}
    for figure in report["figures"]:
        name, _, last = figure["name"].rpartition(".")
        if last in _COLUMNS:
            rows.setdefault(name, {})[last] = figure
        else:
            rows.setdefault(figure["name"], {})["all"] = figure
    lines = [
        f"| measurement | unit | {' | '.join(_COLUMNS)} | goal | |",
        f"|---|---|{'--:|' * len(_COLUMNS)}---|---|",
    ]
    for name, figures in rows.items():
        some = next(iter(figures.values()))
        cells = (_cell(figures[column]) if column in figures else "" for column in _COLUMNS)
        goals = [figure for figure in figures.values() if figure["goal"]]
        wanted = f"{goals[0]['goal']['statistic']} ≤ {goals[0]['goal']['at_most']:g}" if goals else ""
        verdict = ("met" if all(figure["met"] for figure in goals) else "**missed**") if goals else ""
        lines.append(f"| `{name}`: {some['what']} | {some['unit']} | {' | '.join(cells)} | {wanted} | {verdict} |")
    return "\n".join([about(report), "", *lines, ""])


def _cell(figure: Document) -> str:
    """The only value, with its interval; or the median, with what the goal judges (without a goal: p95)."""
    if "interval" in figure:
        shown = "{:+.1f} ({:+.1f} to {:+.1f})" if figure["unit"] == "points" else "{:.3g} ({:.3g} to {:.3g})"
        return shown.format(figure["p50"], *figure["interval"])
    if figure["n"] > 1:
        judged = figure["goal"]["statistic"] if figure["goal"] else "p95"
        return f"{figure['p50']:g} ({judged} {figure[judged]:g})"
    return f"{figure['p50']:.3g}" if abs(figure["p50"]) < 1000 else f"{figure['p50']:.0f}"
