"""How far the 8-bit form is from the published precision: what `models optimize` measured when it made it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.engines.contests import CONTESTS, Field
from benchmarks.figures import Figure
from litetts_edge.engines.eight_bit import EIGHT_BIT
from litetts_edge.engines.onnx import read_manifest
from litetts_edge.engines.prepared import read_prepared


def measure(field: Field) -> Iterator[Figure]:
    """Of the models that have such a form."""
    for contest in CONTESTS:
        model = field.find(contest.model)
        found = read_prepared(field.prepared, model) if model is not None else None
        if found is None:
            continue
        for name, about in read_manifest(contest.engine, found.folder)["graphs"].items():
            if name.endswith(f"-{EIGHT_BIT}"):
                base, what = f"form.{contest.name}.{name}", f"the {name} against the same graph in float32"
                yield Figure(f"{base}.snr.8bit", f"{what}, signal to difference", "dB", [about["snr_db"]])
                distance = [about["log_spectral_distance_db"]]
                yield Figure(f"{base}.distance.8bit", f"{what}, log-spectral distance", "dB", distance)
