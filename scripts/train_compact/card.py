"""MODEL_CARD.md: its figures come from what the stages wrote down, what is said about them is written here."""

from __future__ import annotations

import ast
import json
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.compact import page
from benchmarks.compact.systems import VOICES
from litetts_edge.engines.compact_units import KNEE
from train_compact import data, evaluate, network
from train_compact.train import VALIDATION
from train_compact.vocoder import SIZE


@dataclass(frozen=True, slots=True)
class Facts:
    """Where they lie."""

    shards: Path
    log: Path
    steps: int
    note: str
    exported: dict[str, Any]


def text(facts: Facts) -> str:
    """The whole card."""
    report = json.loads(evaluate.REPORT.read_text("utf-8"))
    figures = {figure["name"]: figure for figure in report["figures"]}
    parts = (
        HEAD,
        _sizes(facts.exported, figures),
        DATA.format(
            **_counts(facts.shards),
            stretched=round(100 * data.STRETCHED),
            fastest=data.FASTEST,
            slowest=data.SLOWEST,
            home=data.HOME_SENTENCES,
            book=json.loads((facts.shards / "book.json").read_text("utf-8")),
        ),
        VOCODER.format(**{name: _word_errors(figures, name) for name in ("teacher", "vocoder")}),
        ARCHITECTURE.format(
            hidden=network.HIDDEN,
            encoder=len(network.ENCODER_DILATIONS),
            width=network.WIDTH,
            decoder=network.DECODER_BLOCKS,
            kernel=network.KERNEL,
            points=SIZE,
            knee=KNEE,
        ),
        _training(facts),
        FIGURES.format(table=page.table(report)),
        TAIL.format(
            slowest=f"{1 / data.SLOWEST:.2f}",
            fastest=f"{1 / data.FASTEST:.2f}",
            stretched=round(100 * data.STRETCHED),
        ),
    )
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _sizes(exported: dict[str, Any], figures: dict[str, Any]) -> str:
    encoder, decoder = exported["parameters"]["encoder"], exported["parameters"]["decoder"]
    levels = ", ".join(
        f"{voice} {level:+.1f} dB" for voice, level in zip(VOICES, exported["levels_db"], strict=True)
    )
    return (
        f"{(encoder + decoder) / 1e6:.2f} million parameters (encoder {encoder / 1e6:.2f}, decoder "
        f"{decoder / 1e6:.2f}), {figures['disk']['max']:.1f} MB on disk. All voices speak at -20 LUFS: what the "
        f"teacher's levels were changed by is in the decoder ({levels})."
    )


def _counts(shards: Path) -> dict[str, Any]:
    first, again = Counter[str](), Counter[str]()
    kept = 0
    for path in sorted(shards.glob("*-*.json")):
        report = json.loads(path.read_text("utf-8"))
        kept += report["kept"]
        (again if path.name.startswith("again") else first).update(report["reasons"])
    hours = sum(int(_frames(path)) for path in shards.glob("*.npz")) * 0.005 / 3600
    sentences = len(json.loads((shards / "sentences.json").read_text("utf-8")))
    dropped = ", ".join(f"{reason}: {count}" for reason, count in again.most_common()) or "none"
    return {
        "sentences": sentences,
        "kept": kept,
        "hours": f"{hours:.1f}",
        "retried": first.total(),
        "lost": again.total(),
        "reasons": dropped,
    }


def _frames(path: Path) -> int:
    import numpy as np

    with np.load(path) as shard:
        return int(shard["frame_counts"].sum())


def _training(facts: Facts) -> str:
    rows = [ast.literal_eval(line) for line in facts.log.read_text("utf-8").splitlines()]
    waits = [later["time"] - earlier["time"] for earlier, later in pairwise(rows)]
    usual = sorted(waits)[len(waits) // 2] if waits else 0
    hours = sum(min(wait, 3 * usual) for wait in [usual, *waits]) / 3600  # it may have been stopped meanwhile
    columns = [name for name in rows[0] if name != "time"]
    shown = [*rows[:: max(1, len(rows) // 10)], rows[-1]]
    lines = [
        "| " + " | ".join(columns) + " |",
        "|" + "--:|" * len(columns),
        *(
            "| " + " | ".join(str(row[name]) for name in columns) + " |"
            for row in {r["step"]: r for r in shown}.values()
        ),
    ]
    return TRAINING.format(
        steps=facts.steps, hours=f"{hours:.1f}", curve="\n".join(lines), note=facts.note, validation=VALIDATION
    )


def _word_errors(figures: dict[str, Any], system: str) -> str:
    return f"{figures[f'wer.bare.{system}.all']['p50']:.1f} %"


HEAD = """
# compact: the voice in the box

English (US) by three speakers, `slt` (female), `rms` (male) and `awb` (male, Scottish), 16 kHz, quantized to 8
bits. Made by `scripts/train-compact`, which wrote this card too. It comes with the program and needs no
download.
"""

DATA = """
## Data, and whose it is

- **Sentences.** The normalised transcripts of LJSpeech 1.1 (public domain; the third column of its
  `metadata.csv`, in which numbers are words), one a line, and {home} home sentences that
  `scripts/train_compact/home_sentences.py` generates; {sentences} sentences in all after our own front end has
  read them. The file had {book[lines]} lines (`metadata.csv` has 13,100) and the SHA-256
  `{book[sha256]}`.
  Left out, and never trained on: the 520 of `tests/data/home_sentences.txt`, about 200 of the book (by their
  hash), and the prose of `tests/data/held_out.txt`, which is in neither.
- **Speech.** The voices cmu_us_slt, cmu_us_rms and cmu_us_awb of flite 2.2 (Debian's `libflite1`) speak each
  sentence, one of them each. What is learnt are flite's own parameters, read from the library: F0, 25
  mel-cepstra and 5 band strengths, 200 times a second; no recording is used. {stretched} % of the sentences are
  spoken slower or faster ({fastest} to {slowest} times as long).
- **Agreement.** flite is given our front end's pronunciation of each word. {kept} sentences fit ({hours} hours
  of speech). {retried} did not at first and were tried again with the second most frequent pronunciations;
  {lost} were dropped ({reasons}).
- **Licence.** flite and its voices are free to use, change and hand on, in any form, if Carnegie Mellon's
  notice is kept: it is in THIRD_PARTY.md and must go with this model. The model itself is under Apache-2.0,
  like the program.
"""

VOCODER = """
## Why flite's own parameters

The vocoder is a graph without weights: pulses and noise through flite's own filter, frame by frame. Word errors
of the teacher's own samples, in the bare decode: {teacher}; of its parameters through this graph: {vocoder}. An
earlier trial analysed the parameters back out of the waveform; there that alone cost several points. It cannot be
repeated from this repository, which has no such analysis.
"""

ARCHITECTURE = """
## Architecture

- `encoder`: phones (a closed inventory, with stress and word starts) to {hidden} numbers each and a duration;
  {encoder} blocks of a depth-wise convolution (width {kernel}, dilated) and two point-wise layers.
- `decoder`: steps of 10 ms to two frames of vocoder parameters; {decoder} such blocks, {width} channels.
- `vocoder`: frames to samples; {points}-point transforms, a band-limited pulse train whose phase runs from
  window to window, and noise that is an input. Peaks are bent from {knee} of full scale on, so that none reaches
  it; `limited` counts them.

Decoder and vocoder run on windows with exactly the context that they need, so that the first sound does not
wait for the sentence. The weights of the point-wise layers are int8 with a scale for each output; the rest is
fp32.
"""

TRAINING = """
## Training

{steps} steps of AdamW on two CPU cores, {hours} hours; L1 on the parameters, their slopes and the durations. The
average of the weights over the last steps is what ships. {note}

Errors on {validation} sentences that were kept out of it:

{curve}
"""

FIGURES = """
## Measured

By `scripts/bench --suite compact` on sentences that training never saw;
`scripts/benchmarks/compact/__init__.py` says what each system is and how all are made alike. Word errors are
those of a small recogniser (pocketsphinx), hard of hearing: only their differences mean something. The rows of
`espeak` tell about this listener, not about people. Where `int8` has fewer errors than its teacher, the network
need not be the reason: the teacher reads the text with flite's own front end, the voice with ours.

{table}

![Spectrograms of five sentences: on the left flite, on the right this voice](spectrograms.png)

On the left the teacher, on the right this voice, each from the text alone; 60 dB from white to black.
"""

TAIL = """
## Limits

- Training heard speeds from {slowest} to {fastest} ({stretched} % of the sentences at another one than 1); the
  program allows 0.5 to 2, and the ends are beyond what was heard.
- US English only: other languages go to espeak-ng. `awb` has a Scottish colour, but reads US English.
- It sounds as its teacher does, like a machine. It has no emphasis of its own.
- What it reads are espeak-ng's phonemes; a name that espeak-ng gets wrong, it says wrong.
- 16 kHz: nothing above 8 kHz.

## Again

    scripts/train-compact --book SENTENCES

makes everything anew: data, network, graphs, figures and this card; started again, it goes on where it was.
Seeds are fixed, but the sums of several threads come in any order, so another training has other bits.
"""
