"""`litetts-edge models check NAME`: does it speak as it should, on this machine?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from litetts_edge.catalogue.errors import ModelNotFound
from litetts_edge.commands.models.place import settings_and_shelf
from litetts_edge.engines import ENGINES, PULLED, create
from litetts_edge.engines.installed import installed_models
from litetts_edge.engines.onnx import MANIFEST, read_manifest
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import BadField, EngineFailed, did_you_mean
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pipeline.inventory import options_of
from litetts_edge.soundcheck.check import Further, check_voice
from litetts_edge.soundcheck.eight_bit import EightBitPoint
from litetts_edge.soundcheck.finding import Finding, Verdict, VoiceReport, overall
from litetts_edge.soundcheck.listeners import Listener, find_listener
from litetts_edge.soundcheck.record import CHECKS, document, files_of, write
from litetts_edge.soundcheck.stream import StreamPoint
from litetts_edge.speech import Voice
from litetts_edge.text.frontend import Frontend

MARKS = {Verdict.PASSED: "ok", Verdict.FAILED: "FAILED", Verdict.UNCHECKED: "not checked"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked, and where its result is kept."""

    name: str
    engine: Synthesizer
    voices: tuple[Voice, ...]
    files: dict[str, str]
    """Name to sha256."""
    record: Path


def check_model(options: argparse.Namespace) -> int:
    """Check every voice, print what was found, keep it beside the model. 1 when a point failed. Raises
    BadField, ModelNotFound.
    """
    settings = settings_and_shelf(options)[0].settings
    state = Path(settings.state_dir)
    listener = find_listener(options.listener, state / "listener")
    subject = find(options.name, options_of(settings), state)
    voices = _asked(subject.voices, options.voice)
    print(f"{subject.name}: {len(voices)} {'voice' if len(voices) == 1 else 'voices'}; {_about(listener)}")
    reports = examine(subject.engine, voices, listener, calibrated=voices if options.voice else voices[:1])
    written = document(
        subject.name, subject.engine.name, subject.files, reports, listener.name if listener else ""
    )
    verdict = overall(report.verdict for report in reports)
    print(_conclusion(subject, reports, verdict))
    if options.voice and len(voices) < len(subject.voices):
        print("Not all voices were checked: the record beside the model stays as it was.")
        return 1 if verdict is Verdict.FAILED else 0
    try:
        write(subject.record, written)
    except OSError as error:
        print(f"litetts-edge: {subject.record} cannot be written ({error.strerror}): not kept.", file=sys.stderr)
        return 1
    print(f"Kept in {subject.record}.")
    return 1 if verdict is Verdict.FAILED else 0


def find(name: str, options: EngineOptions, state: Path) -> Subject:
    """The model or the engine that is meant. Raises ModelNotFound, EngineFailed for a damaged one."""
    models = {model.name: model for model in installed_models(options.pulled)}
    if name in models:
        model = models[name]
        engine = create(model.engine, replace(options, model=name))
        own = f"{model.engine}:{name}"
        voices = tuple(voice for voice in engine.voices if voice.id == own or voice.id.startswith(f"{own}#"))
        return Subject(name, engine, voices or engine.voices, files_of(model), model.folder / CHECKS)
    if name in ENGINES and name not in PULLED:
        engine = create(name, options)
        record = state / "checks" / f"{name}.json"  # where the program lies, it may not write
        return Subject(name, engine, engine.voices, _shipped(options.shipped / name), record)
    known = (*models, *(engine for engine in ENGINES if engine not in PULLED))
    raise ModelNotFound(name, known)


def examine(
    engine: Synthesizer, voices: Sequence[Voice], listener: Listener | None, calibrated: Sequence[Voice] = ()
) -> list[VoiceReport]:
    """The reports, each printed when it is there. `calibrated`: those that are made ready for windows, too.

    That takes three times as long as all the rest, so that 54 voices are not calibrated unless they are named.
    """
    frontend, reports = Frontend(), []
    slow: tuple[Further, ...] = (StreamPoint(frontend, listener), EightBitPoint(frontend, listener))
    try:
        engine.load()
        for voice in voices:
            further = slow if voice in calibrated else ()
            report = check_voice(engine, voice, frontend, listener, further)
            reports.append(report)
            _show(report)
    except EngineFailed as error:  # it did not load
        failed = Finding("runs", Verdict.FAILED, str(error))
        reports += [VoiceReport(voice.id, (failed,)) for voice in voices[len(reports) :]]
        print(f"  {MARKS[Verdict.FAILED]:11}  runs      {failed.detail}")
    finally:
        engine.unload()
    return reports


def _shipped(folder: Path) -> dict[str, str]:
    """The hashes of a model in the box; none for an engine without a model."""
    if not (folder / MANIFEST).is_file():
        return {}
    files = read_manifest(folder.name, folder).get("files", {})
    return {str(name): str(about["sha256"]) for name, about in files.items()}


def _asked(voices: tuple[Voice, ...], names: Sequence[str]) -> tuple[Voice, ...]:
    known = {voice.id: voice for voice in voices} | {voice.id.partition(":")[2]: voice for voice in voices}
    for name in names:
        if name not in known:
            raise BadField("--voice", f"this model has no voice {name!r}.{did_you_mean(name, tuple(known))}")
    return tuple(known[name] for name in names) or voices


def _about(listener: Listener | None) -> str:
    if listener is None:
        return "no recogniser listens (--listener FOLDER with a Whisper model, or pocketsphinx for English)"
    return f"{listener.name} listens"


def _show(report: VoiceReport) -> None:
    print(f"{report.voice}: {MARKS[report.verdict]}")
    for finding in report.findings:
        print(f"  {MARKS[finding.verdict]:11}  {finding.point:8}  {finding.detail}", flush=True)


def _conclusion(subject: Subject, reports: Sequence[VoiceReport], verdict: Verdict) -> str:
    if verdict is not Verdict.FAILED:
        findings = [finding for report in reports for finding in report.findings if finding.point == "words"]
        is_heard = bool(findings) and all(finding.verdict is Verdict.PASSED for finding in findings)
        return f"{subject.name} speaks as it should{'' if is_heard else ', as far as can be told without ears'}."
    failed = [report.voice for report in reports if report.verdict is Verdict.FAILED]
    return (
        f"{subject.name} does NOT speak as it should: {len(failed)} of {len(reports)} voices failed. If"
        f" `litetts-edge models verify {subject.name}` finds no fault, the files are whole but are not those of a"
        " working voice: get them from another source."
    )
