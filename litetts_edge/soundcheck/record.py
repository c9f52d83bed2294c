"""The result of a check, kept beside the model as checks.json: which files it was, where, and what was found.

{"model": "kokoro-v1.0-q8", "engine": "kokoro", "verdict": "failed", "checked": "2026-01-31T12:00:00+00:00",
"files": {"model_quantized.onnx": "<sha256>"}, "versions": {"litetts-edge": "0.1.0", "onnxruntime": "1.31.1"},
"machine": {"cpu": "…", "system": "Linux x86_64"}, "listener": "pocketsphinx 5.1.1",
"voices": {"kokoro:af_heart": {"verdict": "failed", "findings": [
{"point": "speech", "verdict": "failed", "detail": "…", "values": {"dynamics_db": 3.1}}]}}}
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from litetts_edge import __version__
from litetts_edge.engines.cpu import cpu
from litetts_edge.engines.installed import InstalledModel
from litetts_edge.settings import atomic
from litetts_edge.soundcheck.finding import Verdict, VoiceReport, overall

CHECKS = "checks.json"
VERSIONS = ("onnxruntime", "numpy", "espeakng-loader")
"""What the sound depends on besides this program."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was found of one model."""

    model: str
    engine: str
    verdict: Verdict
    checked: str
    """ISO 8601, UTC."""
    voices: Mapping[str, Verdict]
    is_current: bool
    """False when the model's files are others than those that were checked."""

    @property
    def summary(self) -> str:
        """For a list of models, in a few words."""
        day = self.checked[:10]
        if not self.is_current:
            return f"sound checked {day}, before its files changed"
        failed = sum(verdict is Verdict.FAILED for verdict in self.voices.values())
        if failed:
            return f"sound FAILED {day}: {failed} of {len(self.voices)} voices"
        count = f"{len(self.voices)} {'voice' if len(self.voices) == 1 else 'voices'}"
        return f"sound {self.verdict} {day}, {count}"


def document(
    model: str, engine: str, files: Mapping[str, str], reports: Sequence[VoiceReport], listener: str
) -> dict[str, Any]:
    """As it is written. `files`: name to sha256; `listener` empty when there was none."""
    return {
        "model": model,
        "engine": engine,
        "verdict": overall(report.verdict for report in reports),
        "checked": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": dict(files),
        "versions": {"litetts-edge": __version__} | {name: _version(name) for name in VERSIONS},
        "machine": {"cpu": cpu(), "system": f"{platform.system()} {platform.machine()}"},
        "listener": listener,
        "voices": {
            report.voice: {
                "verdict": report.verdict,
                "findings": [
                    {
                        "point": finding.point,
                        "verdict": finding.verdict,
                        "detail": finding.detail,
                        "values": {name: round(float(value), 4) for name, value in finding.values.items()},
                    }
                    for finding in report.findings
                ],
            }
            for report in reports
        },
    }


def write(path: Path, checked: Mapping[str, Any]) -> None:
    """Put it in place whole, or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, (json.dumps(checked, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    path.chmod(0o644)  # who checks may be another user than who lists


def read(path: Path, files: Mapping[str, str]) -> Record | None:
    """What was found of the model whose files are now `files`; None without a readable record."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        return Record(
            model=str(facts["model"]),
            engine=str(facts["engine"]),
            verdict=Verdict(facts["verdict"]),
            checked=str(facts["checked"]),
            voices={str(voice): Verdict(about["verdict"]) for voice, about in facts["voices"].items()},
            is_current=facts["files"] == dict(files),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def record_of(model: InstalledModel) -> Record | None:
    """What was found of an installed model; None when it was never checked."""
    return read(model.folder / CHECKS, files_of(model))


def files_of(model: InstalledModel) -> dict[str, str]:
    """Name to sha256, as they are recorded."""
    return {str(file.path.relative_to(model.folder)): file.sha256 for file in model.files}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
