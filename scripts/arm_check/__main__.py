"""Put what was spoken and tried on both machines side by side, and write the result.

    python -m arm_check WORK OUT.json

WORK holds here.npz and PROCESSOR.npz by arm_check.speak, and the folders here/ and arm/ by arm_check.product. Exit
code 1 when a goal is missed or something of the product does not work there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from arm_check.compare import FLOOR_DBFS, POINTS, STEP, WINDOW, Document, Wave, replayed, spoken, voices, waves
from arm_check.speak import ENGINE, SENTENCES, Arrays
from litetts_edge.engines import MODELS

ROOT = Path(__file__).resolve().parents[2]
BOARDS = {
    "cortex-a53": "Raspberry Pi 3, Zero 2 W",
    "cortex-a72": "Raspberry Pi 4",
    "cortex-a76": "Raspberry Pi 5",
}
LARGEST_MEAN_DB, LARGEST_P99_DB = 0.1, 1.0
"""Goals for the log-spectral distance of one voice: what nobody hears (1 dB in one frame of a hundred)."""


def main(work: Path, out: Path) -> int:
    here = _load(work / "here.npz")
    mine, theirs = (json.loads((work / name / "product.json").read_text("utf-8")) for name in ("here", "arm"))
    document: Document = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _line("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "model": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _model_files()},
        "here": _here(mine),
        "there": {
            "emulator": os.environ.get("ARM_CHECK_QEMU", ""),
            "machine": theirs["machine"],
            "python": theirs["python"],
            "libraries": theirs["libraries"],
        },
        "sentences": [text for text, _ in SENTENCES],
        "spectra": {"window": WINDOW, "step": STEP, "points": POINTS, "floor_dbfs": FLOOR_DBFS},
        "goals": {"log_spectral_distance_db": {"mean": LARGEST_MEAN_DB, "p99": LARGEST_P99_DB}},
        "repeats_bit_identical_here": bool(here["repeats"]),
        "rounded_to_16_bits": {voice: _rounded(here, voice) for voice in voices(here)},
        "boards": {processor: _board(here, work, processor) for processor in BOARDS},
        "boards_bit_identical": _same_bits([_load(work / f"{processor}.npz") for processor in BOARDS]),
        "product": _product(work, mine, theirs),
    }
    problems = list(_problems(document))
    document["problems"] = problems
    out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _show(document)
    return 1 if problems else 0


def _board(here: Arrays, work: Path, processor: str) -> Document:
    there = _load(work / f"{processor}.npz")
    return {
        "like": BOARDS[processor],
        "repeats_bit_identical": bool(there["repeats"]),
        "voices": {voice: spoken(here, there, voice) for voice in voices(here)},
        "graphs": replayed(here, there),
    }


def _same_bits(boards: list[Arrays]) -> bool:
    """Whether all of them spoke the same samples."""
    first = boards[0]
    names = [name for name in first if name.endswith("/samples") and not name.startswith("replayed/")]
    return all(np.array_equal(first[name], other[name]) for name in names for other in boards[1:])


def _rounded(here: Arrays, voice: str) -> Document:
    """A yardstick: how far the speech is from itself as 16-bit samples, which is what a card is given."""
    said = [here[f"{voice}/{number}/samples"] for number in range(len(SENTENCES))]
    distances = waves([(wave, _in_16_bits(wave)) for wave in said])
    return {name: distances[name] for name in ("largest_difference_dbfs", "log_spectral_distance_db")}


def _in_16_bits(wave: Wave) -> Wave:
    return (np.round(wave * 32767) / 32767).astype(np.float32)


def _product(work: Path, mine: Document, theirs: Document) -> Document:
    """What works there, `say` included. espeak-ng's own repeats differ, so of it only the length is compared."""
    audio: Document = {}
    for name in ("espeak.wav", "espeak.opus", "compact.wav"):
        heard = [_audio(work / folder / name) for folder in ("here", "arm")]
        if all(len(wave) for wave, _ in heard):
            audio[name] = {
                key: round(len(wave) / rate, 3)
                for key, (wave, rate) in zip(("seconds_here", "seconds"), heard, strict=True)
            }
    if "compact.wav" in audio:
        audio["compact.wav"] |= waves(
            [(_audio(work / "here/compact.wav")[0], _audio(work / "arm/compact.wav")[0])]
        )
    ran = theirs["commands"]
    return {
        "on": "cortex-a72",
        "imports": theirs["imports"],
        "same_versions": theirs["imports"] == mine["imports"],
        "exit_codes": {name: command["exit"] for name, command in ran.items()},
        "stderr": {name: command["stderr"] for name, command in ran.items() if command["stderr"]},
        "same_output": {
            name: ran[name]["stdout"] == mine["commands"][name]["stdout"]
            for name in ("help", "voices", "phonemes")
        },
        "audio": audio,
    }


def _audio(path: Path) -> tuple[Wave, int]:
    """Samples and their rate; none where there is no file."""
    import soundfile

    if not path.exists():
        return np.zeros(0, dtype=np.float32), 1
    samples, rate = soundfile.read(path, dtype="float32")
    return samples, rate


def _problems(document: Document) -> Iterator[str]:
    """Every goal that is missed and everything that does not work there."""
    if not document["repeats_bit_identical_here"]:
        yield "repeats differ here"
    for processor, board in document["boards"].items():
        if not board["repeats_bit_identical"]:
            yield f"{processor}: repeats differ"
        for voice, found in board["voices"].items():
            distance = found["log_spectral_distance_db"]
            if distance["mean"] > LARGEST_MEAN_DB or distance["p99"] > LARGEST_P99_DB:
                yield f"{processor}: {voice} is {distance} dB from the same here"
            if not found["lengths_equal"]:
                yield f"{processor}: {voice} is not as long as here"
    yield from _product_problems(document["product"])


def _product_problems(product: Document) -> Iterator[str]:
    for name, imported in product["imports"].items():
        if imported.startswith("failed"):
            yield f"{name} is not imported: {imported}"
    for name, code in product["exit_codes"].items():
        if code:
            yield f"litetts-edge {name}: exit code {code}: {product['stderr'].get(name, '')}"
    for name, same in product["same_output"].items():
        if not same:
            yield f"litetts-edge {name} prints something else than here"


def _show(document: Document) -> None:
    for processor, board in document["boards"].items():
        for voice, found in board["voices"].items():
            distance = found["log_spectral_distance_db"]
            print(
                f"{processor} {voice}: log-spectral distance {distance['mean']} dB, p99 {distance['p99']} dB;"
                f" samples differ by {found['largest_difference_dbfs']} dBFS;"
                f" steps moved: {found['durations']['moved_steps']};"
                f" F0: {found['frames']['f0_cents']['rms']} cents"
            )
    for problem in document["problems"]:
        print(f"PROBLEM: {problem}", file=sys.stderr)


def _here(mine: Document) -> Document:
    cpu = Path("/proc/cpuinfo").read_text()
    named = re.search(r"^model name\s*:\s*(.+)$", cpu, re.MULTILINE)
    return {
        "cpu": named[1] if named else mine["machine"],
        "vectors": sorted(set(re.findall(r"\b(?:avx2|avx512f|avx512_vnni|avx_vnni|asimd|asimddp)\b", cpu))),
        "machine": mine["machine"],
        "python": mine["python"],
        "libraries": mine["libraries"],
    }


def _model_files() -> list[Path]:
    return sorted((MODELS / ENGINE).glob("*.onnx"))


def _line(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout.partition("\n")[0]


def _load(path: Path) -> Arrays:
    with np.load(path) as file:
        return dict(file)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
