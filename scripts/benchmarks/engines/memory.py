"""Memory of the whole process, interpreter and libraries included: for a minute of speech, over many texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.engines.contests import CONTESTS, Contest, Field, ours, sides, theirs
from benchmarks.engines.process import System
from benchmarks.engines.texts import MINUTE, short_texts
from benchmarks.figures import Figure, Goal

STARTS = 3
PEAKS = {
    "kokoro-q8": Goal("max", 350, "issue: at most 350 MB for a text of 60 s"),
    "piper-medium": Goal("max", 220, "issue: at most 220 MB for a text of 60 s"),
}
UTTERANCES, STEP = 1000, 20
GROWTH = Goal("max", 4, "ours: 4 MB a thousand utterances, below which heap noise hides a leak")


def measure(field: Field) -> Iterator[Figure]:
    """A fresh process for each, because the layout of memory differs from start to start."""
    for contest in CONTESTS:
        if field.find(contest.model) is None:
            continue
        found: dict[str, list[dict[str, float]]] = {side: [] for side in (*sides(contest, field), "theirs")}
        for _ in range(max(1, round(STARTS * field.scale))):
            for side in sides(contest, field):
                with ours(contest, field, side) as system:
                    fed = system.ask("read", MINUTE)["read"]
                    found[side].append(_after(system, MINUTE))
            with theirs(contest, field) as peer:
                if peer is not None:
                    found["theirs"].append(_after(peer, fed))
        yield from _figures(contest, found)


def _figures(contest: Contest, found: dict[str, list[dict[str, float]]]) -> Iterator[Figure]:
    for side, ones in found.items():
        if not ones:
            continue
        seconds = ones[0]["seconds"]
        for name, what, goal in (
            ("loaded", "resident when loaded", None),
            ("peak", f"the most it ever was, {seconds:.0f} s of audio said", PEAKS.get(contest.name)),
            ("after", "resident after that", None),
        ):
            held = goal if side in ("8bit", "streamed") else None
            yield Figure(f"rss.{contest.name}.{name}.{side}", what, "MB", [one[name] for one in ones], held)


def _after(system: System, what: object) -> dict[str, float]:
    loaded = system.ask("memory")
    said = system.ask("say", what)
    after = system.ask("memory")
    return {"loaded": loaded["rss"], "peak": after["peak"], "after": after["rss"], "seconds": said["seconds"]}


def measure_growth(field: Field) -> Iterator[Figure]:
    """A leak shows as a slope. The first half fills what is bounded."""
    total = round(UTTERANCES * field.scale)
    for contest in CONTESTS:
        if field.find(contest.model) is None or contest.name == "kokoro-fp32":  # the same code as with q8
            continue
        (side, *_) = sides(contest, field)
        with ours(contest, field, side) as system:
            sizes = [system.ask("memory")["rss"]]
            for done, text in enumerate(short_texts(total), 1):
                system.ask("say", text)
                if done % STEP == 0:
                    sizes.append(system.ask("memory")["rss"])
        what = f"resident over {total} utterances of 1 to 6 words, every {STEP}"
        yield Figure(f"growth.{contest.name}.resident.{side}", what, "MB", sizes)
        what = "slope over the second half of them"
        yield Figure(f"growth.{contest.name}.slope.{side}", what, "kB", [slope_kb(sizes, STEP)], GROWTH)


def slope_kb(sizes: Sequence[float], step: int) -> float:
    """KB an utterance, of the second half of MB taken every `step` utterances."""
    half = sizes[len(sizes) // 2 :]
    return float(np.polyfit(np.arange(len(half)) * step, half, 1)[0]) * 1000 if len(half) > 1 else 0.0
