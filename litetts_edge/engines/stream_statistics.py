"""What a generator's normalisations expect of a sentence that has not been generated yet.

A calibration is fitted to whole sentences of one voice: for each channel, mean and log variance as a linear
function of a few features of what the front gives, which are known before the first window. Where the features do
not foretell sentences that were left out better than the average does, it is the average.

    <prepared>/<model>/calibration/<voice>.npz
    model: sha256 of the published file; centre, spread: (features,); weights: (features + 1, 2, channels);
    sentences: how many
"""

from __future__ import annotations

import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

LEAST = 8
"""Sentences that a calibration needs."""

_FLOOR = 1e-12
"""Of a variance, so that a silent channel has a logarithm."""
_RIDGE = 3.0
"""Pulls weights towards the average; features are scaled to a spread of 1."""
_PAYS = 0.9
"""The features are used where they bring the error of sentences left out below this share of the average's."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """One sentence that was generated whole."""

    features: Floats
    """(features,)"""
    statistics: Floats
    """(2, channels): mean and variance over time."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Foretells the statistics of a sentence by one voice."""

    model: str
    """The sha256 of the published file that it belongs to."""
    centre: Floats
    spread: Floats
    weights: Floats
    sentences: int

    def statistics(self, features: Floats) -> Floats:
        """(2, channels): mean and variance that a sentence with these features is expected to have."""
        row = np.concatenate(([1.0], (features - self.centre) / self.spread)).astype(np.float32)
        # Beyond what was seen, a line leads anywhere.
        mean, log_variance = np.tensordot(np.clip(row, -2, 2), self.weights, 1)
        return np.stack([mean, np.exp(log_variance)])

    @property
    def uses_features(self) -> bool:
        return bool(np.any(self.weights[1:]))


def features(frames: Floats, source: Floats) -> Floats:
    """Of the (1, channels, n) frames and the source's (1, bins, steps) STFT: half magnitudes, half phases."""
    bins = source.shape[1] // 2
    loudness = source[0, :bins].astype(np.float32)
    x = frames[0].astype(np.float32)
    levels = (x.std(), np.abs(x).mean(), loudness.mean(), loudness.std())
    return np.array([x.mean(), *np.log(np.maximum(levels, _FLOOR))], dtype=np.float32)


def fit(model: str, observed: list[Observed]) -> Calibration:
    """Of at least LEAST sentences. Raises ValueError."""
    if len(observed) < LEAST:
        raise ValueError(f"a calibration needs {LEAST} sentences, not {len(observed)}")
    given = np.stack([one.features for one in observed]).astype(np.float64)
    centre, spread = given.mean(0), np.maximum(given.std(0), 1e-6)
    rows = np.concatenate([np.ones((len(given), 1)), (given - centre) / spread], 1)
    told = np.stack([one.statistics for one in observed]).astype(np.float64)
    told[:, 1] = np.log(np.maximum(told[:, 1], _FLOOR))
    flat = told.reshape(len(told), -1)
    weights = _weights(rows, flat)
    if _left_out(rows, flat) > _PAYS * _left_out(rows[:, :1], flat):
        weights[1:] = 0
        weights[0] = flat.mean(0)
    shaped = weights.reshape(-1, *told.shape[1:])
    return Calibration(
        model, centre.astype(np.float32), spread.astype(np.float32), shaped.astype(np.float32), len(observed)
    )


def write(path: Path, calibration: Calibration) -> None:
    """Replace the file at once. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    with half.open("wb") as file:
        np.savez(
            file,
            model=np.array(calibration.model),
            centre=calibration.centre,
            spread=calibration.spread,
            weights=calibration.weights,
            sentences=np.array(calibration.sentences),
        )
    half.replace(path)


def read(path: Path, model: str, channels: int) -> Calibration | None:
    """None when there is none, or it is damaged or of another model."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            found = Calibration(
                str(held["model"]),
                held["centre"].astype(np.float32),
                held["spread"].astype(np.float32),
                held["weights"].astype(np.float32),
                int(held["sentences"]),
            )
    except FileNotFoundError:
        return None
    except (OSError, AttributeError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        log.warning("%s is damaged and not used: %s. Calibrate the voice again.", path, error)
        return None
    if found.model != model or found.weights.shape != (len(found.centre) + 1, 2, channels):
        log.info("%s belongs to another model and is not used. Calibrate the voice again.", path)
        return None
    if not (np.isfinite(found.weights).all() and np.isfinite(found.centre).all() and (found.spread > 0).all()):
        log.warning("%s is damaged and not used: not all of it are numbers. Calibrate the voice again.", path)
        return None
    return found


def _weights(rows: NDArray[np.float64], told: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ridge regression; the first column of `rows` is 1 and is not pulled."""
    pull = np.diag([0.0] + [_RIDGE] * (rows.shape[1] - 1))
    return np.asarray(np.linalg.solve(rows.T @ rows + pull, rows.T @ told), np.float64)


def _left_out(rows: NDArray[np.float64], told: NDArray[np.float64]) -> float:
    """Mean square of what is not foretold of a sentence by all others, every channel counting the same."""
    pull = np.diag([0.0] + [_RIDGE] * (rows.shape[1] - 1))
    hat = rows @ np.linalg.solve(rows.T @ rows + pull, rows.T)
    errors = (told - hat @ told) / (1 - np.diag(hat))[:, None]  # leave-one-out, in closed form
    spread = np.maximum(told.std(0), _FLOOR)
    return float(np.mean((errors / spread) ** 2))
