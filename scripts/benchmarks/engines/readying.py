"""What a user does after a pull, done before anything is measured: `models optimize`, voices ready to stream."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.engines.contests import CONTESTS, Contest, Field
from benchmarks.engines.ours import voice_of
from litetts_edge.engines import create
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.stream_record import FOLDER, checks, record
from litetts_edge.soundcheck.eight_bit import EightBitPoint
from litetts_edge.soundcheck.finding import Finding
from litetts_edge.soundcheck.stream import StreamPoint
from litetts_edge.text.frontend import Frontend


def ready(field: Field, state: Path, engine: str = "") -> Path:
    """The folder of prepared graphs in `state`; what is there and fits is kept. `engine` empty: all of them."""
    state.mkdir(parents=True, exist_ok=True)
    link = state / "models"
    link.unlink(missing_ok=True)
    link.symlink_to(field.models.resolve(), target_is_directory=True)
    for contest in _present(field, engine):
        subprocess.run(
            (
                *(sys.executable, "-m", "litetts_edge", "models", "optimize", contest.model),
                *("--set", f"state_dir={state}"),
            ),
            check=True,
            stdout=sys.stderr,
        )
        if (found := _stream(contest, field, state / "prepared")) is not None:
            print(f"{contest.name}: {found.detail}", file=sys.stderr, flush=True)
    return state / "prepared"


def _present(field: Field, engine: str) -> Iterator[Contest]:
    for contest in CONTESTS:
        if engine in ("", contest.engine) and field.find(contest.model) is not None:
            yield contest


def _stream(contest: Contest, field: Field, prepared: Path) -> Finding | None:
    """Noise is no speech, so `models check` would not come this far: only this point of it is asked."""
    options = EngineOptions(threads=1, model=contest.model, pulled=field.models, prepared=prepared)
    engine = create(contest.engine, options)
    voice = voice_of(engine, contest.model)
    if engine.name == "piper":
        return EightBitPoint(Frontend(), None)(engine, voice)
    found = StreamPoint(Frontend(), None)(engine, voice)
    if found is not None:
        _let_pass(prepared / contest.model / FOLDER)
    return found


def _let_pass(calibrations: Path) -> None:
    """What windows cost does not depend on how they sound, and noise has no sound that could be kept."""
    for check in checks(calibrations).values():
        record(calibrations, replace(check, spectral_db=0.0, worst_spectral_db=0.0, jump_db=0.0, hiss_db=0.0))
