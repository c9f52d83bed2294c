"""`litetts-edge doctor`: look at everything the appliance needs, and say what to do."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from litetts_edge.commands.checks import audio, broker, machine, manners, text, voice, wyoming
from litetts_edge.commands.checks.finding import Check, Finding, Level, fault, ok, perform, warn
from litetts_edge.commands.config import sources_of
from litetts_edge.settings.load import Loaded, read_settings
from litetts_edge.settings.problems import Problem
from litetts_edge.settings.schema import Settings

INTERRUPTED = 130
"""As the command line has it for every command."""


def doctor(options: argparse.Namespace) -> int:
    """Print what was found, as it is found. 0 when there is no fault, 1 when there is one."""
    sources = sources_of(options)
    loaded, problems = read_settings(sources.file, sources.environ, sources.assignments)
    checks = [
        Check("settings", partial(judge_settings, loaded, problems)),
        *all_checks(loaded.settings, sources.environ),
    ]
    try:
        findings, hanging = examine(checks, lambda finding: print(finding, flush=True))
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # see below
    print(summary(findings), flush=True)
    code = int(any(finding.level is Level.FAULT for finding in findings))
    if hanging:
        sys.stderr.flush()
        os._exit(code)  # what hangs in a driver would hold up the end of the program as well
    return code


def all_checks(settings: Settings, environ: Mapping[str, str]) -> list[Check]:
    """Everything that is looked at, in an order in which what comes first explains what comes later."""
    return [
        Check("versions", machine.versions),
        Check("clock", machine.clock),
        Check(
            "state folder", partial(machine.state_folder, Path(settings.state_dir)), 10, machine.WHEN_DISK_STUCK
        ),
        Check("memory", machine.memory),
        Check("heat", machine.heat),
        Check("text", partial(text.text, Path(settings.text.lexicon), Path(settings.state_dir))),
        Check("broker", partial(broker.broker, settings, environ), broker.LIMIT_S, broker.WHEN_STUCK),
        Check("wyoming", partial(wyoming.wyoming, settings), wyoming.LIMIT_S, wyoming.WHEN_STUCK),
        Check("audio", partial(audio.audio, settings, environ), audio.LIMIT_S, audio.WHEN_STUCK),
        Check("manners", partial(manners.manners, settings)),
        Check("voice", partial(voice.voice_apart, settings), voice.LIMIT_S + 10, voice.WHEN_STUCK),
    ]


def examine(checks: Iterable[Check], tell: Callable[[Finding], object]) -> tuple[list[Finding], bool]:
    """Run the checks one after the other: all findings, and whether a check was left behind hanging."""
    findings: list[Finding] = []
    hanging = False
    for check in checks:
        found, stuck = perform(check)
        hanging = hanging or stuck
        findings += found
        for finding in found:
            tell(finding)
    return findings, hanging


def judge_settings(loaded: Loaded, problems: Sequence[Problem]) -> Iterable[Finding]:
    """Every error with its place."""
    read = [str(file) for file in loaded.files if file.is_file()]
    if not problems:
        yield ok("settings", f"valid; read from {', '.join(read) or 'no file'}")
    else:
        errors = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
        yield fault(
            "settings",
            f"{errors}; the daemon does not start with them",
            *map(str, problems),
            "Mend them; docs/settings.md lists every setting. The checks below go on without these values.",
        )
    if "mqtt" in loaded.settings.outputs and not loaded.settings.mqtt.enabled:
        yield fault(
            "outputs",
            "mqtt is among the outputs, but mqtt.enabled is false: requests without an output are refused",
            "Set mqtt.enabled: true, or take mqtt out of outputs.",
        )
    password = loaded.settings.mqtt.password_file
    if password and _others_may_read(Path(password)):
        yield warn("password", f"every user can read {password}", f"`sudo chmod o-r {password}`")


def _others_may_read(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & 0o004)
    except OSError:  # the broker check says so
        return False


def summary(findings: Sequence[Finding]) -> str:
    """One sentence about all of them."""
    faults = sum(finding.level is Level.FAULT for finding in findings)
    warnings = sum(finding.level is Level.WARN for finding in findings)
    counts = (
        f"{faults} {'fault' if faults == 1 else 'faults'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
    )
    if faults:
        return f"{counts}. Begin with the first FAULT: others may follow from it."
    return f"{counts}." if warnings else "All is well."
