"""CPU seconds a second of audio, ours and theirs by turns; and how much of it is spent before the first sound."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.engines.contests import CONTESTS, Contest, Field, ours, sides, theirs
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
        own = {side: opened.enter_context(ours(contest, field, side)) for side in sides(contest, field)}
        peer = opened.enter_context(theirs(contest, field))
        fed = {name: own["streamed"].ask("read", text)["read"] for name, text in SENTENCES.items()}
        for name, text in SENTENCES.items():
            asked: dict[str, tuple[System, object]] = {side: (system, text) for side, system in own.items()}
            if peer is not None:
                asked["theirs"] = (peer, fed[name])
            yield from figures(contest, name, by_turns(asked, field.times(REPETITIONS)))


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
        "8bit": "ours, as it streams after a check, in 8 bits",
        "streamed": "ours, as it streams in the published precision",
        "whole": "ours, a whole sentence at once",
        "theirs": "theirs",
    }
    for side, values in rates.items():
        yield Figure(f"cpu.{base}.{side}", f"CPU a second of audio, {what[side]}", "ms/s", values)
    for side, rate in rates.items():
        if side != "theirs" and "theirs" in rates:
            goal = Goal("p95", contest.most, f"issue: at most {contest.most:g} of theirs, on the same file")
            values = ratios(rate, rates["theirs"])
            yield Figure(f"cpu.{base}.ratio-{side}", f"that, {what[side]}, of theirs", "times", values, goal)
    seconds = {side: [one["seconds"] for one in ones] for side, ones in spent.items()}
    for side, values in seconds.items():
        yield Figure(f"audio.{base}.{side}", "seconds of audio: the same tokens were said", "s", values)
    if text == WHOLE:
        yield from _first(contest, spent)


def _first(contest: Contest, spent: Spent) -> Iterator[Figure]:
    base = f"first.{contest.name}"
    what = f"CPU to the first chunk of the {WHOLE} sentence"
    first = {side: [one["first_cpu_s"] for one in ones] for side, ones in spent.items() if side != "whole"}
    for side, values in first.items():
        goal = FIRST_MS if contest.engine == "piper" and side != "theirs" else None
        told = f"{what}, theirs: all of it" if side == "theirs" else f"{what}, ours"
        yield Figure(f"{base}.{side}", told, "ms", [1000 * value for value in values], goal)
        if side != "theirs" and "theirs" in first:
            goal = FIRST_OF_WHOLE if contest.engine == "kokoro" else None
            yield Figure(f"{base}.ratio-{side}", "ours of theirs", "times", ratios(values, first["theirs"]), goal)


def ratios(mine: list[float], their: list[float]) -> list[float]:
    """Turn by turn: what slowed the machine down then, slowed both."""
    return [one / other for one, other in zip(mine, their, strict=True)]
