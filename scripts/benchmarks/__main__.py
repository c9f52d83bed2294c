"""`scripts/bench`: run a suite, print it, write it down."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import announce, backlog, first_sample, machine, memory, silence
from benchmarks.compact import effort, likeness, page, sound, understood
from benchmarks.compact.systems import model_files
from benchmarks.engines import contests, exactness, readying
from benchmarks.engines import effort as engines_effort
from benchmarks.engines import memory as engines_memory
from benchmarks.engines import page as engines_page
from benchmarks.figures import Document, Figure, line, table
from benchmarks.home import discovery, wyoming
from benchmarks.text import accuracy
from benchmarks.text import effort as text_effort
from tests.virtual_card import VirtualCard, virtual_card

ROOT = Path(__file__).resolve().parents[2]
END = "<!-- end of the table -->\n"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured, and of what."""

    scale: float
    """1.0 is all repetitions."""
    fp32: Path | None
    """The folder of the compact voice before its quantization, where training left one."""
    lj: Path | None = None
    """Lines of LJSpeech with accepted readings."""
    models: Path | None = None
    """Installed models with random weights."""
    prepared: Path | None = None
    """What was made of them for this machine; None: they run as they were published."""
    peers: Path | None = None
    """The Python that has the other projects."""

    @property
    def field(self) -> contests.Field:
        """Of the suite `engines`."""
        return contests.Field(self.scale, self.models or contests.default_models(), self.prepared, self.peers)


Measure = Callable[[Extent], AsyncIterator[Figure]]


def on_a_card(measure: Callable[[VirtualCard, float], AsyncIterator[Figure]]) -> Measure:
    """A card of its own for each: what one measurement does to the sound server is not the next one's."""

    async def measured(extent: Extent) -> AsyncIterator[Figure]:
        with virtual_card() as card:
            async for figure in measure(card, extent.scale):
                yield figure

    return measured


def of_the_voice(measure: Callable[[float, Path | None], Iterator[Figure]]) -> Measure:
    """No card and no broker: only numbers."""

    async def measured(extent: Extent) -> AsyncIterator[Figure]:
        for figure in measure(extent.scale, extent.fp32):
            yield figure

    return measured


def of_the_extent(measure: Callable[[Extent], Iterator[Figure]]) -> Measure:
    """The same for what takes more than that."""

    async def measured(extent: Extent) -> AsyncIterator[Figure]:
        for figure in measure(extent):
            yield figure

    return measured


SUITES: dict[str, dict[str, Measure]] = {
    "path": {
        "first-sample": on_a_card(first_sample.measure),
        "memory": on_a_card(memory.measure),
        "backlog": on_a_card(backlog.measure),
        "silence": on_a_card(silence.measure),
        "growth": on_a_card(memory.measure_growth),
    },
    "compact": {
        "effort": of_the_voice(effort.measure),
        "likeness": of_the_voice(likeness.measure),
        "sound": of_the_voice(sound.measure),
        "program": of_the_voice(understood.measure_program),
        "bare": of_the_voice(understood.measure_bare),
        "grammar": of_the_voice(understood.measure_grammar),
    },
    "text": {
        "effort": of_the_extent(lambda extent: text_effort.measure(extent.scale)),
        "accuracy": of_the_extent(lambda extent: accuracy.measure(extent.lj)),
    },
    "engines": {
        "exactness": of_the_extent(lambda extent: exactness.measure(extent.field)),
        "effort": of_the_extent(lambda extent: engines_effort.measure(extent.field)),
        "memory": of_the_extent(lambda extent: engines_memory.measure(extent.field)),
        "growth": of_the_extent(lambda extent: engines_memory.measure_growth(extent.field)),
    },
    "home": {
        "announce": on_a_card(announce.measure),
        "wyoming": on_a_card(wyoming.measure),
        "discovery": lambda extent: discovery.measure(extent.scale),
    },
}
PAGES: dict[str, Callable[[Document], str]] = {
    "path": table,
    "compact": page.table,
    "text": table,
    "engines": engines_page.table,
    "home": table,
}


def main() -> None:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--suite", choices=sorted(SUITES), default="path")
    parser.add_argument("--only", default="", help="one measurement of the suite")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions: does it work at all?")
    parser.add_argument("--fp32", type=Path, help="suite compact: the model before its quantization, to compare")
    parser.add_argument(
        "--lj", type=Path, help="suite text: lines of LJSpeech with accepted readings (JSON lines)"
    )
    parser.add_argument("--models", type=Path, help="suite engines: installed models with random weights")
    parser.add_argument(
        "--as-published", action="store_true", help="suite engines: our engines run the published files too"
    )
    parser.add_argument("--peers", type=Path, help="suite engines: the Python that has the other projects")
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
    scale = 0.1 if options.quick else 1.0
    extent = Extent(scale, options.fp32, options.lj, options.models, None, options.peers)
    if options.suite == "engines" and not options.as_published:
        state = contests.default_models().with_name("bench-state")
        extent = replace(extent, prepared=readying.ready(extent.field, state))
    report = asyncio.run(run(options.suite, measures, extent))
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


def _leave(number: int, _: object) -> None:
    """End, closing what was opened: no sound server and no broker stays behind."""
    sys.exit(128 + number)


async def run(suite: str, measures: dict[str, Measure], extent: Extent) -> Document:
    """All the measures one after the other; each figure is printed as it comes."""
    report: Document = {
        "suite": suite,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "scale": extent.scale,
        "machine": machine.describe(ROOT),
        "load": {"before": machine.load()},
        "figures": [],
    }
    if suite == "compact":
        report["model"] = model_files()
    if suite == "engines":
        report["field"] = contests.describe(extent.field)
    began = time.monotonic()
    print(json.dumps({key: report[key] for key in ("started", "machine", "load")}, indent=1), flush=True)
    for measure in measures.values():
        async for figure in measure(extent):
            report["figures"].append(figure.document())
            print(line(report["figures"][-1]), flush=True)
    report["load"]["after"] = machine.load()
    report["took_s"] = round(time.monotonic() - began, 1)
    print(f"took {report['took_s']:g} s; load average {report['load']['after']}")
    return report


def write_table(suite: str) -> None:
    """Put the committed figures between the marks of docs/benchmarks.md."""
    report = json.loads((ROOT / "docs" / "benchmarks" / f"{suite}.json").read_text())
    document = ROOT / "docs" / "benchmarks.md"
    begin = f"<!-- the table: scripts/bench {'' if suite == 'path' else f'--suite {suite} '}--table -->\n"
    before, found, rest = document.read_text().partition(begin)
    assert found, f"{document.name} has no place for this table: {begin}"
    document.write_text(before + begin + PAGES[suite](report) + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
