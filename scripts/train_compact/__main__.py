"""`scripts/train-compact`: from a book to the voice in the box. A stage whose result is there is skipped."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from benchmarks.compact.systems import model_files
from train_compact import card, data, evaluate, levels

STEPS = 7000
WORK = evaluate.ROOT / "build" / "train-compact" / "work"


def main() -> None:
    """All stages, one after the other."""
    # Measured: with threads that spin while they wait, a step takes 50 times as long as soon as a neighbour
    # process wants one of the cores. It is read when torch is imported, so it is set before.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    parser = argparse.ArgumentParser(prog="scripts/train-compact", description=__doc__)
    parser.add_argument("--book", type=Path, required=True, help="English text, one sentence a line")
    parser.add_argument("--work", type=Path, default=WORK, help="where the data and the training are kept")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument(
        "--note", help="what the card should say about this training, beside its figures; kept in the work folder"
    )
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    note = kept_note(options.work / "note.txt", options.note)
    shards, run = options.work / "data", options.work / "run"
    make_data(options.book, shards)
    checkpoint = train(shards, run, options.steps)
    exported = export(checkpoint, shards, options.work)
    measure(options.work / "fp32")
    facts = card.Facts(shards, run / "training.log", options.steps, note, exported)
    (evaluate.MODEL / "MODEL_CARD.md").write_text(card.text(facts), "utf-8")
    print(f"done: {evaluate.MODEL}")


def kept_note(path: Path, note: str | None) -> str:
    """The note that was given, or the one of an earlier start."""
    if note is not None:
        path.write_text(note.strip() + "\n", "utf-8")
    return path.read_text("utf-8").strip() if path.exists() else ""


def make_data(book: Path, shards: Path) -> None:
    """Sentences, and flite's speech of them. Ends the program where the data is of another book."""
    from tqdm import tqdm

    stage("reading the sentences")
    try:
        data.prepare(book, shards)
    except data.OtherBook as error:
        raise SystemExit(f"scripts/train-compact: {error}") from None
    stage("flite speaks them")
    with tqdm(unit="shard") as bar:
        for done, everything in data.make_shards(shards, len(os.sched_getaffinity(0))):
            bar.total = everything
            bar.n = done
            bar.refresh()


def train(shards: Path, run: Path, steps: int) -> Path:
    """The network; its checkpoint."""
    import torch

    from train_compact import train as training

    stage(f"training, {steps} steps")
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / "checkpoint.pt"
    if checkpoint.exists() and int(torch.load(checkpoint, weights_only=True)["step"]) >= steps:
        return checkpoint
    return training.train(shards, run, steps)


def export(checkpoint: Path, shards: Path, work: Path) -> dict[str, Any]:
    """Loudness, then the graphs: fp32 in the work folder, int8 in models/compact. What is known of them."""
    import numpy as np

    from train_compact import export as exporting
    from train_compact.train import restored

    stage("loudness and export")
    record = work / "exported.json"
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    if record.exists() and (evaluate.MODEL / "manifest.json").exists():
        known: dict[str, Any] = json.loads(record.read_text("utf-8"))
        if (known["checkpoint"], known["files"]) == (digest, model_files()):
            return known
    network = restored(checkpoint)
    exporting.export(network, work / "level", np.zeros(len(levels.VOICES)), quantized=True)
    add_db = levels.measure(shards, work / "level")
    print("added:", ", ".join(f"{voice} {db:+.2f} dB" for voice, db in zip(levels.VOICES, add_db, strict=True)))
    exporting.export(network, work / "fp32", add_db, quantized=False)
    exporting.export(network, evaluate.MODEL, add_db, quantized=True)
    made = {
        "checkpoint": digest,
        "files": model_files(),
        "levels_db": [round(float(db), 3) for db in add_db],
        "parameters": {
            part: sum(parameter.numel() for parameter in getattr(network, part).parameters())
            for part in ("encoder", "decoder")
        },
    }
    record.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    return made


def measure(fp32: Path) -> None:
    """The suite and the pictures, for a model that has not been measured yet."""
    stage("evaluation")
    report = json.loads(evaluate.REPORT.read_text("utf-8")) if evaluate.REPORT.exists() else {}
    if report.get("model") != model_files() or report.get("scale") != 1.0:
        evaluate.measure(fp32)
        evaluate.draw()
    if not evaluate.PICTURE.exists():
        evaluate.draw()


def stage(what: str) -> None:
    """Say where we are."""
    print(f"== {what}", flush=True)


if __name__ == "__main__":
    main()
