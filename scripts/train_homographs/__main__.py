"""`scripts/train-homographs`: train the table, and judge it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from litetts_edge.text.homographs import DATA, Table
from train_homographs import corpus
from train_homographs.evaluate import cost_us, curve, kept_aside, report
from train_homographs.fit import Effort, fit, numbered

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="train-homographs", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="homographs_train.jsonl of WikipediaHomographData"
    )
    parser.add_argument("--evaluate", action="store_true", help="also judge it, and write what was found")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--out", type=Path, default=DATA / "homographs.bin")
    parser.add_argument("--results", type=Path, default=ROOT / "docs" / "benchmarks" / "homographs.json")
    given = parser.parse_args()

    effort = Effort()
    labelled = list(corpus.labelled(given.data))
    taught = [*labelled, *corpus.written(HERE / "sentences.tsv")]
    taught += corpus.stand_ins([json.loads(line)["input"] for line in given.data.read_text("utf-8").splitlines()])
    taught = [*labelled, *(example for example in taught[len(labelled) :] if example.side < 2)]
    numbers = numbered(taught)
    numbers.sign[[at for at, example in enumerate(labelled) if example.side > 1]] = 0  # told by rules alone

    first = kept_aside(taught, numbers, len(labelled), 5, effort)
    confidence = curve(first)
    table = fit(numbers.only(numbers.sign != 0), effort, confidence)
    given.out.write_bytes(table)
    print(f"{given.out}: {len(table)} bytes")
    if not given.evaluate:
        return
    found = report(kept_aside(taught, numbers, len(labelled), given.folds, effort, confidence))
    found = {
        "folds": given.folds,
        "table_bytes": len(table),
        "us_a_choice": cost_us(Table(table), labelled[::7]),
        **found,
    }
    given.results.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    summary = {key: value for key, value in found.items() if key not in {"words", "confidence"}}
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
