"""Parts of tests of tuning: a machine that measures by a formula, models as if they had been pulled."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litetts_edge.engines.installed import InstalledModel, read_installed
from litetts_edge.engines.options import EngineOptions
from litetts_edge.tuning.record import PLAIN, Candidate, Measured, Tuned, circumstances

SMALL = Path(__file__).parent / "data" / "engines"
NO_GRAPHS = EngineOptions()


@dataclass(slots=True)
class Machine:
    """Measures by a formula; keeps what was tried."""

    work: dict[str, float]
    """By variant: CPU seconds per second of audio."""
    share: float = 0.9
    """Of the work that more threads can divide."""
    arena_gain: float = 0.0
    spin_gain: float = 0.0
    fails: set[str] = field(default_factory=set)
    peak_mb: float = 200.0
    arena_mb: float = 300.0
    tried: list[Candidate] = field(default_factory=list)

    def __call__(self, candidate: Candidate) -> Measured:
        self.tried.append(candidate)
        if candidate.variant in self.fails:
            return Measured(candidate, failure="it crashed")
        cpu = self.work[candidate.variant]
        rtf = cpu * (1 - self.share + self.share / candidate.threads)
        rtf *= (1 - self.arena_gain * candidate.arena) * (1 - self.spin_gain * candidate.spinning)
        peak = self.peak_mb + self.arena_mb * candidate.arena * (0.5 if candidate.shrink else 1)
        return Measured(candidate, rtf=rtf, cpu_rtf=cpu, first_audio_s=rtf, peak_mb=peak)


def tuned(model: InstalledModel, rtf: float = 0.3, **options: Any) -> Tuned:
    best = Measured(Candidate(PLAIN, 3, **options), rtf, 0.4, 0.5, 300, load_s=2.0, hold_s=0.05)
    return Tuned(
        model.name, model.engine, circumstances(model, NO_GRAPHS), best, rtf < 0.8, "why", (best,), "2026-05-04"
    )


def shelf(state: Path, *names: str) -> list[InstalledModel]:
    """Small models, as if they had been pulled."""
    (state / "models").mkdir(parents=True, exist_ok=True)
    for name in names:
        (state / "models" / name).symlink_to(SMALL / name)
    return [read_installed(state / "models" / name) for name in names]
