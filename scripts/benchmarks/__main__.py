"""`scripts/bench`: run a suite, print it, write it down."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import backlog, first_sample, machine, memory, silence
from benchmarks.figures import Document, Figure, line, table
from tests.virtual_card import VirtualCard, virtual_card

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- the table: scripts/bench --table -->\n", "<!-- end of the table -->\n"

Measure = Callable[[VirtualCard, float], AsyncIterator[Figure]]

SUITES: dict[str, dict[str, Measure]] = {
    "path": {
        "first-sample": first_sample.measure,
        "memory": memory.measure,
        "backlog": backlog.measure,
        "silence": silence.measure,
        "growth": memory.measure_growth,
    },
}


def main() -> None:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--suite", choices=sorted(SUITES), default="path")
    parser.add_argument("--only", default="", help="one measurement of the suite")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions: does it work at all?")
    parser.add_argument("--out", type=Path, help="where the JSON goes (default: nowhere)")
    parser.add_argument(
        "--table", action="store_true", help="measure nothing: put the committed figures into docs/benchmarks.md"
    )
    options = parser.parse_args()
    if options.table:
        write_table(options.suite)
        return
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell has its background jobs ignore the latter
        signal.signal(number, _leave)
    measures = {name: one for name, one in SUITES[options.suite].items() if options.only in ("", name)}
    report = asyncio.run(run(options.suite, measures, 0.1 if options.quick else 1.0))
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


def _leave(number: int, _: object) -> None:
    """End, closing what was opened: no sound server and no broker stays behind."""
    sys.exit(128 + number)


async def run(suite: str, measures: dict[str, Measure], scale: float) -> Document:
    """All the measures one after the other; each figure is printed as it comes."""
    report: Document = {
        "suite": suite,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "scale": scale,
        "machine": machine.describe(ROOT),
        "load": {"before": machine.load()},
        "figures": [],
    }
    began = time.monotonic()
    print(json.dumps({key: report[key] for key in ("started", "machine", "load")}, indent=1), flush=True)
    for measure in measures.values():
        # A card of its own for each: what one measurement does to the sound server is not the next one's.
        with virtual_card() as card:
            async for figure in measure(card, scale):
                report["figures"].append(figure.document())
                print(line(report["figures"][-1]), flush=True)
    report["load"]["after"] = machine.load()
    report["took_s"] = round(time.monotonic() - began, 1)
    print(f"took {report['took_s']:g} s; load average {report['load']['after']}")
    return report


def write_table(suite: str) -> None:
    """Put the committed figures between the marks of docs/benchmarks.md."""
    report = json.loads((ROOT / "docs" / "benchmarks" / f"{suite}.json").read_text())
    page = ROOT / "docs" / "benchmarks.md"
    before, _, rest = page.read_text().partition(BEGIN)
    page.write_text(before + BEGIN + table(report) + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
