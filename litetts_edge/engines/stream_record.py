"""Which voices may be streamed with calibrated statistics: the results of the check, beside the calibrations.

    <prepared>/<model>/calibration/checks.json
    {"af_heart": {"model": "<sha256>", "calibration": "<sha256>", "sentences": 10, "spectral_db": 0.7,
                  "worst_spectral_db": 0.9, "jump_db": 0.1, "hiss_db": 0.2, "word_errors": null,
                  "eight_bit": "<sha256>", "made": "2026-01-31T12:00:00+00:00"}}

Kept are the figures; whether they are good enough is decided when they are read.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import math
import os
from collections.abc import Container
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FOLDER = "calibration"
"""Of the calibrations and the results, in that of the prepared graphs."""
CHECKS = "checks.json"

MOST_SPECTRAL_DB = 2.0
"""Mean log-spectral distance to the exact sentence."""
MOST_WORST_SPECTRAL_DB = 4.0
"""The same, of the worst sentence."""
MOST_JUMP_DB = 1.0
"""Level step at a join that the exact sentence does not have there; 19 of 20 joins are below."""
MOST_HISS_DB = 3.0
"""By how much pauses may be louder than in the exact sentences; 8 bits are as noisy in silence as in speech."""
MOST_WORD_ERRORS = 0.02
"""By how much the word error rate may be above that of the exact sentences."""
LEAST_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class StreamCheck:
    """What was measured of one voice."""

    voice: str
    model: str
    """The sha256 of the published file."""
    calibration: str
    """The sha256 of the calibration that was checked."""
    sentences: int
    spectral_db: float
    worst_spectral_db: float
    jump_db: float
    hiss_db: float
    """By how much the quietest tenth of the sentences is louder, where that can be heard."""
    word_errors: float | None
    """How much the word error rate rose; None where nothing here listens to speech."""
    eight_bit: str = ""
    """The sha256 of the 8-bit graph that windows were made with; empty for graphs in the published precision."""
    made: str = ""
    """When, ISO 8601."""

    @property
    def failures(self) -> tuple[str, ...]:
        """What is beyond its limit, with both; empty when the voice may be streamed."""
        measured = [
            ("log-spectral distance", self.spectral_db, MOST_SPECTRAL_DB, "dB"),
            ("its worst", self.worst_spectral_db, MOST_WORST_SPECTRAL_DB, "dB"),
            ("level step at joins", self.jump_db, MOST_JUMP_DB, "dB"),
            ("louder pauses", self.hiss_db, MOST_HISS_DB, "dB"),
        ]
        if self.word_errors is not None:
            measured.append(("more word errors", self.word_errors, MOST_WORD_ERRORS, ""))
        found = [
            f"{name} {value:.2f} {unit}".rstrip() + f", at most {most}"
            for name, value, most, unit in measured
            if not value <= most
        ]
        if self.sentences < LEAST_SENTENCES:
            found.append(f"{self.sentences} sentences, at least {LEAST_SENTENCES}")
        return tuple(found)

    @property
    def is_passed(self) -> bool:
        return not self.failures


def passed(folder: Path, model: str, graphs: Container[str] = ("",)) -> frozenset[str]:
    """The voices with a calibration in `folder`, of the published file `model`, that passed as it is now.

    `graphs`: those of StreamCheck.eight_bit that count.
    """
    return frozenset(
        voice
        for voice, check in checks(folder).items()
        if check.is_passed
        and check.model == model
        and check.calibration == sha256(folder / f"{voice}.npz")
        and check.eight_bit in graphs
    )


def checks(folder: Path) -> dict[str, StreamCheck]:
    """All results, by voice. Never raises: a damaged file holds none."""
    path = folder / CHECKS
    try:
        facts = json.loads(path.read_text("utf-8"))
        return {str(voice): _check(str(voice), about) for voice, about in facts.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        log.warning("%s is damaged and counts for nothing: %s. Check the voices again.", path, error)
        return {}


def record(folder: Path, check: StreamCheck) -> StreamCheck:
    """Keep a result in the place of the voice's last one, and return it with its time. Raises OSError."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # another check may keep its result at the same time
        kept = {voice: asdict(one) for voice, one in checks(folder).items()}
        kept[check.voice] = asdict(check) | {"made": made}
        for about in kept.values():
            del about["voice"]
        half = folder / f"{CHECKS}.part"
        half.write_text(json.dumps(kept, indent=1), "utf-8")
        half.replace(folder / CHECKS)
    finally:
        os.close(handle)
    return _check(check.voice, kept[check.voice])


def sha256(path: Path) -> str:
    """Of a file; empty when it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _check(voice: str, about: dict[str, Any]) -> StreamCheck:
    errors = about["word_errors"]
    figures = [float(about[key]) for key in ("spectral_db", "worst_spectral_db", "jump_db", "hiss_db")]
    if not all(map(math.isfinite, figures)):
        raise ValueError(f"{voice}: {figures} are no measurements")
    return StreamCheck(
        voice,
        str(about["model"]),
        str(about["calibration"]),
        int(about["sentences"]),
        figures[0],
        figures[1],
        figures[2],
        figures[3],
        None if errors is None else float(errors),
        str(about.get("eight_bit", "")),
        str(about["made"]),
    )
