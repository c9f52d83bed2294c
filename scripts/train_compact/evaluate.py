"""The finished model measured and drawn: python -m train_compact.evaluate, in the training's environment."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compact.sentences import held_out
from benchmarks.compact.systems import VOICES, say
from litetts_edge.pcm import Samples

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "compact"
REPORT = ROOT / "docs" / "benchmarks" / "compact.json"
PICTURE = MODEL / "spectrograms.png"

_LINES = (1, 2, 31, 64, 107)
"""Of the held-out sentences: which five are drawn, home and prose."""
_WINDOW, _HOP = 256, 40
_RANGE_DB = 60
_COLOURS = 12


def measure(fp32: Path | None, *, quick: bool = False) -> None:
    """Run the suite, write REPORT, and put its table into docs/benchmarks.md."""
    suite = (sys.executable, "-m", "benchmarks", "--suite", "compact")
    compared = () if fp32 is None else ("--fp32", str(fp32))
    new = REPORT.with_suffix(".new")
    subprocess.run((*suite, *compared, *(("--quick",) if quick else ()), "--out", str(new)), check=True, cwd=ROOT)
    new.replace(REPORT)
    subprocess.run((*suite, "--table"), check=True, cwd=ROOT)


def draw(path: Path = PICTURE) -> None:
    """Spectrograms of five sentences: the teacher's on the left, its student's on the right, both from text."""
    import matplotlib as mpl
    from PIL import Image

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(len(_LINES), 2, figsize=(11, 10), layout="constrained")
    texts = held_out()
    for index, (row, line) in enumerate(zip(axes, _LINES, strict=True)):
        voice = VOICES[index % len(VOICES)]
        spoken = [say(system, voice, texts[line]) for system in ("teacher", "int8")]
        longest = max(len(samples) / rate for samples, rate in spoken)
        for place, (samples, rate), name in zip(row, spoken, ("flite", "compact"), strict=True):
            _draw(place, samples, rate)
            place.set_xlim(0, longest)
            place.set_title(f"{name} {voice}", fontsize=9, loc="right")
        row[0].set_title(texts[line], fontsize=8, loc="left")
    axes[-1][0].set(xlabel="s", ylabel="kHz")
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=75, format="png")
    plt.close(figure)
    grey = Image.open(buffer).convert("L").quantize(_COLOURS, dither=Image.Dither.NONE)
    grey.save(path, optimize=True)


def _draw(place: Any, samples: Samples, rate: int) -> None:
    starts = np.arange(0, len(samples) - _WINDOW, _HOP)
    pieces = samples[starts[:, None] + np.arange(_WINDOW)] * np.hanning(_WINDOW)
    levels = 20 * np.log10(np.abs(np.fft.rfft(pieces)).T + 1e-6)
    extent = (0, len(samples) / rate, 0, rate / 2000)
    top = levels.max()
    place.imshow(
        levels, cmap="gray_r", origin="lower", aspect="auto", extent=extent, vmin=top - _RANGE_DB, vmax=top
    )
    place.tick_params(labelsize=7)


def main() -> None:
    """Measure and draw, or only draw."""
    parser = argparse.ArgumentParser(prog="python -m train_compact.evaluate", description=__doc__)
    parser.add_argument("--fp32", type=Path, help="the folder of the model before its quantization")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--picture", type=Path, help="only draw, and write this file")
    options = parser.parse_args()
    if options.picture is not None:
        draw(options.picture)
        return
    measure(options.fp32, quick=options.quick)
    draw()


if __name__ == "__main__":
    main()
