"""How far apart the same speech from two machines is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arm_check.speak import SENTENCES, Arrays

Document = dict[str, Any]
Wave = NDArray[np.float32]

FLOOR_DBFS = -80.0
"""What is quieter in a bin of the spectrum counts as this: 16-bit output has its own noise at about -120 a bin."""
WINDOW, STEP, POINTS = 400, 80, 512
"""Samples: 25 ms Hann windows every 5 ms."""
_IDENTICAL = -400.0
"""dBFS for a difference of 0, which JSON cannot say."""


def voices(here: Arrays) -> list[str]:
    """The voices that spoke, in their order."""
    return list(dict.fromkeys(name.split("/")[0] for name in here if name.endswith("/0/samples")))


def spectra_db(samples: Wave) -> NDArray[np.float64]:
    """(frames, bins) in dBFS, not below FLOOR_DBFS; a sine of full scale is 0."""
    padded = np.concatenate([np.zeros(WINDOW // 2), samples, np.zeros(WINDOW)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP]
    window = np.hanning(WINDOW + 1)[:-1]
    magnitude = np.abs(np.fft.rfft(frames * window, POINTS)) * 2 / window.sum()
    floored: NDArray[np.float64] = 20 * np.log10(np.maximum(magnitude, 10 ** (FLOOR_DBFS / 20)))
    return floored


def distances_db(one: Wave, other: Wave) -> NDArray[np.float64]:
    """(frames,) log-spectral distance: the root mean square over the bins. The longer is cut."""
    count = min(len(one), len(other))
    between: NDArray[np.float64] = np.sqrt(
        np.mean((spectra_db(one[:count]) - spectra_db(other[:count])) ** 2, axis=1)
    )
    return between


def dbfs(value: float) -> float:
    """An amplitude of 0 to 2 in dB."""
    return round(20 * float(np.log10(value)), 1) if value > 0 else _IDENTICAL


def waves(pairs: list[tuple[Wave, Wave]]) -> Document:
    """The samples of sentences, each here and there."""
    cut = [(a[: len(b)].astype(np.float64), b[: len(a)].astype(np.float64)) for a, b in pairs]
    difference = np.concatenate([a - b for a, b in cut])
    distances = np.concatenate([distances_db(a, b) for a, b in pairs])
    return {
        "bit_identical": all(np.array_equal(a, b) for a, b in pairs),
        "lengths_equal": all(len(a) == len(b) for a, b in pairs),
        "largest_difference_dbfs": dbfs(float(np.abs(difference).max())),
        "difference_rms_dbfs": dbfs(float(np.sqrt(np.mean(difference**2)))),
        "speech_rms_dbfs": dbfs(float(np.sqrt(np.mean(np.concatenate([a for a, _ in cut]) ** 2)))),
        "log_spectral_distance_db": _spread(distances),
    }


def durations(pairs: list[tuple[Wave, Wave]]) -> Document:
    """What the encoder said of each phone of sentences, in frames of 5 ms; an end is the sum from the start."""
    ends = [np.abs(np.cumsum(a.astype(np.float64)) - np.cumsum(b.astype(np.float64))) for a, b in pairs]
    return {
        "equal": all(np.array_equal(a, b) for a, b in pairs),
        "largest_difference_frames": _brief(max(float(np.abs(a - b).max()) for a, b in pairs)),
        "largest_difference_of_an_end_frames": _brief(max(float(e.max()) for e in ends)),
        # An end lies anywhere between two middles of steps (2 frames), so this share of the ends passes one.
        "expected_moved_steps_in_1000_sentences": _brief(1000 * float(np.mean([e.sum() / 2 for e in ends]))),
    }


def frames(pairs: list[tuple[Wave, Wave]]) -> Document:
    """What the decoder said in runs of the same steps: (frames, channels), F0 in Hz, voiced (0 or 1), the rest."""
    one, other = (np.concatenate(rows).astype(np.float64) for rows in zip(*pairs, strict=True))
    voiced = (one[:, 1] > 0.5) & (other[:, 1] > 0.5)
    cents = 1200 * np.log2(other[voiced, 0] / one[voiced, 0])
    return {
        "frames": len(one),
        "voiced": len(cents),
        "f0_cents": {
            "rms": _brief(float(np.sqrt(np.mean(cents**2)))) if len(cents) else 0.0,
            "largest": _brief(float(np.abs(cents).max(initial=0))),
        },
        "voicing_differs_in_frames": int((one[:, 1] != other[:, 1]).sum()),
        "largest_difference_of_a_coefficient": _brief(float(np.abs(one[:, 2:] - other[:, 2:]).max())),
    }


def spoken(here: Arrays, there: Arrays, voice: str) -> Document:
    """One voice: the same sentences, the whole way from IPA to samples."""
    keys = [f"{voice}/{number}" for number in range(len(SENTENCES))]
    found = waves([(here[f"{key}/samples"], there[f"{key}/samples"]) for key in keys])
    asked = [(_tokens(here, key), _tokens(there, key)) for key in keys]
    found["durations"] = durations(
        [pair for key in keys for pair in _answers(here, there, key, "encoder", "durations")]
    )
    found["durations"]["steps_in_windows"] = sum(len(a) for a, _ in asked)
    found["durations"]["moved_steps"] = sum(_moved(a, b) for a, b in asked)
    # A step that moved is in other windows from there on; only windows of the same length are compared.
    pairs = [pair for key in keys for pair in _answers(here, there, key, "decoder", "frames")]
    found["frames"] = frames([(a, b) for a, b in pairs if a.shape == b.shape])
    return found


def replayed(here: Arrays, there: Arrays) -> Document:
    """Each graph by itself: what it answered there to what it was asked here."""
    pairs: dict[str, list[tuple[Wave, Wave]]] = {}
    for name, value in there.items():
        if name.startswith("replayed/"):
            graph, _, output = name.split("/")[-3:]
            pairs.setdefault(f"{graph}/{output}", []).append((here[name.removeprefix("replayed/")], value))
    phases = np.array([float(a) - float(b) for a, b in pairs["vocoder/next_phase"]])
    samples = waves(pairs["vocoder/samples"])
    del samples["lengths_equal"], samples["speech_rms_dbfs"]
    return {
        "encoder": durations(pairs["encoder/durations"]),
        "decoder": frames(pairs["decoder/frames"]),
        "vocoder": samples
        | {"largest_difference_of_phase_cycles": _brief(float(np.abs((phases + 0.5) % 1 - 0.5).max()))},
    }


def _answers(here: Arrays, there: Arrays, key: str, graph: str, output: str) -> Iterator[tuple[Wave, Wave]]:
    """An output of the runs of a graph for a sentence, in their order."""
    for one, other in zip(*(_runs(found, key, graph) for found in (here, there)), strict=False):
        yield here[f"{one}/answered/{output}"], there[f"{other}/answered/{output}"]


def _runs(found: Mapping[str, Any], key: str, graph: str) -> list[str]:
    return [
        name.removesuffix("/ran")
        for name in found
        if name.startswith(f"{key}/") and name.endswith(f"/{graph}/ran")
    ]


def _tokens(found: Arrays, key: str) -> NDArray[np.int64]:
    """The phone of each step of each window, as the decoder was asked."""
    return np.concatenate([found[f"{run}/asked/token"] for run in _runs(found, key, "decoder")])


def _moved(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    count = min(len(one), len(other))
    return int((one[:count] != other[:count]).sum()) + abs(len(one) - len(other))


def _spread(values: NDArray[np.float64]) -> Document:
    return {
        "mean": _brief(float(values.mean())),
        "p99": _brief(float(np.quantile(values, 0.99))),
        "max": _brief(float(values.max())),
    }


def _brief(value: float) -> float:
    return float(f"{value:.3g}")
