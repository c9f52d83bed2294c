"""CPU seconds a second of audio, ours and theirs by turns; and how much of it is spent before the first sound."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.engines.contests import CONTESTS, Contest, Field, ours, theirs
from benchmarks.engines.process import System
from benchmarks.engines.texts import SENTENCES, WHOLE
from benchmarks.figures import Figure, Goal

REPETITIONS = 7
FIRST_OF_WHOLE = Goal("p95", 1 / 6, "issue: first audio of a 15 s sentence at most 1/6 of their CPU for all of it")
FIRST_MS = Goal("p95", 100, "issue: first audio of a 15 s sentence within 100 ms of CPU")


def measure(field: Field) -> Iterator[Figure]:
    """All contests whose model is there."""
    for contest in CONTESTS:
        if field.find(contest.model) is None:
            told = f"{contest.name} is not measured: there is no {contest.model} in {field.models}"
            print(f"{told}; scripts/make-random-models makes it", file=sys.stderr)
            continue
        yield from _contest(contest, field)


def _contest(contest: Contest, field: Field) -> Iterator[Figure]:
    with ExitStack() as opened:
        streamed = opened.enter_context(ours(contest, field, "calibrated"))
        whole = opened.enter_context(ours(contest, field, "off"))
        peer = opened.enter_context(theirs(contest, field))
        fed = {name: streamed.ask("read", text)["read"] for name, text in SENTENCES.items()}
        for name, text in SENTENCES.items():
            sides: dict[str, tuple[System, object]] = {"streamed": (streamed, text), "whole": (whole, text)}
            if peer is not None:
                sides["theirs"] = (peer, fed[name])
            yield from figures(contest, name, by_turns(sides, field.times(REPETITIONS)))


Spent = dict[str, list[dict[str, float]]]


def by_turns(sides: dict[str, tuple[System, object]], times: int) -> Spent:
    """What each answers, one after the other, again and again; once more before, which does not count."""
    found: Spent = {side: [] for side in sides}
    for turn in range(times + 1):
        for side, (system, what) in sides.items():
            answer = system.ask("say", what)
            if turn:
                found[side].append(answer)
    return found


def figures(contest: Contest, text: str, spent: Spent) -> Iterator[Figure]:
    """Of one sentence: what each side took, and ours of theirs."""
    rates = {side: [1000 * one["cpu_s"] / one["seconds"] for one in ones] for side, ones in spent.items()}
    base = f"{contest.name}.{text}"
    what = {
        "streamed": "ours, as it streams by default",
        "whole": "ours, a whole sentence at once",
        "theirs": "theirs",
    }
    for side, values in rates.items():
        yield Figure(f"cpu.{base}.{side}", f"CPU a second of audio, {what[side]}", "ms/s", values)
    for side in ("streamed", "whole"):
        if "theirs" in rates:
            goal = Goal("p95", contest.most, f"issue: at most {contest.most:g} of theirs, on the same file")
            values = ratios(rates[side], rates["theirs"])
            yield Figure(f"cpu.{base}.ratio-{side}", f"that, {what[side]}, of theirs", "times", values, goal)
    seconds = {side: [one["seconds"] for one in ones] for side, ones in spent.items()}
    for side, values in seconds.items():
        yield Figure(f"audio.{base}.{side}", "seconds of audio: the same tokens were said", "s", values)
    if text == WHOLE:
        yield from _first(contest, spent)


def _first(contest: Contest, spent: Spent) -> Iterator[Figure]:
    base = f"first.{contest.name}"
    first = [one["first_cpu_s"] for one in spent["streamed"]]
    goal = FIRST_MS if contest.engine == "piper" else None
    what = f"CPU to the first chunk of the {WHOLE} sentence"
    yield Figure(f"{base}.streamed", f"{what}, ours", "ms", [1000 * value for value in first], goal)
    if "theirs" in spent:
        all_of_it = [one["first_cpu_s"] for one in spent["theirs"]]
        yield Figure(f"{base}.theirs", f"{what}, theirs: all of it", "ms", [1000 * value for value in all_of_it])
        goal = FIRST_OF_WHOLE if contest.engine == "kokoro" else None
        yield Figure(f"{base}.ratio-streamed", "ours of theirs", "times", ratios(first, all_of_it), goal)


def ratios(mine: list[float], their: list[float]) -> list[float]:
    """Turn by turn: what slowed the machine down then, slowed both."""
    return [one / other for one, other in zip(mine, their, strict=True)]
