"""One candidate in a fresh process: the real engine speaks the same sentences, and is timed.

A process of its own, because memory is only at its peak once, and a session that crashes ends nothing but itself.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from litetts_edge.engines import create
from litetts_edge.engines.hold import measured
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.errors import EngineFailed
from litetts_edge.interfaces import Synthesizer
from litetts_edge.speech import Voice
from litetts_edge.text.frontend import Frontend
from litetts_edge.tuning.record import Candidate, Measured, applied

LIMIT_S = 600.0
"""A board that takes longer for one candidate does not keep up with it."""

SHORT = "The front door is open."
LONG = (
    "The washing machine in the cellar has finished, and the window of the bathroom has been open for twenty "
    "minutes now although it is raining, so somebody should go and close it."
)
"""Nine tenths or more of what a graph without windows is given at once (portions.symbols_at_once), not cut: its
peak is nearly that of any sentence, at any speed."""
NUMBERS = ("12, 34.", "1234, 5678, 9012, 3456, 7890, 2345, 6789, 4321, 8765, 1098.")
"""For a voice that reads no English: every language has words for them."""

PROGRAM = "import sys; from litetts_edge.tuning.trial import answer; print(answer(sys.stdin.read()))"


def measure(
    engine: str, options: EngineOptions, candidate: Candidate, *, tries: int = 2, limit_s: float = LIMIT_S
) -> Measured:
    """What `candidate` does with the engine's model. Never raises: what went wrong is in `failure`."""
    asked = json.dumps({"engine": engine, "options": _plain(applied(options, candidate)), "tries": tries})
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM],
            input=asked,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Measured(candidate, failure=f"it took more than {limit_s:g} s")
    if done.returncode:
        return Measured(candidate, failure=_died(done.returncode, done.stderr))
    try:
        return Measured(candidate, **json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, TypeError, IndexError):
        return Measured(candidate, failure=f"it answered {done.stdout[-100:]!r}")


def answer(asked: str) -> str:
    """The other side of measure(), in the fresh process: what to try in, what was measured out, both as JSON."""
    wanted = json.loads(asked)
    try:
        engine = create(wanted["engine"], _options(wanted["options"]))
        found = speak(engine, wanted["options"]["model"], wanted["tries"])
    except EngineFailed as error:
        return json.dumps({"failure": str(error)})
    return json.dumps({key: value for key, value in asdict(found).items() if key != "candidate"})


def speak(engine: Synthesizer, model: str, tries: int) -> Measured:
    """Load and speak in this process. Raises EngineFailed."""
    start_mb = _mb("VmRSS")
    began = time.perf_counter()
    with measured() as hold:
        engine.load()
    load_s = time.perf_counter() - began
    voice = next((one for one in engine.voices if one.id == f"{engine.name}:{model}"), engine.voices[0])
    short, long = (SHORT, LONG) if voice.lang.startswith("en") else NUMBERS
    _said(engine, voice, short)
    wall = cpu = audio = 0.0
    firsts = []
    for _ in range(tries):
        for text in (short, long):
            clock, spent = time.perf_counter(), time.process_time()
            first_s, audio_s = _said(engine, voice, text)
            wall, cpu = wall + time.perf_counter() - clock, cpu + time.process_time() - spent
            audio += audio_s
            if text is long:
                firsts.append(first_s)
    if not audio:
        raise EngineFailed(engine.name, f"{voice.id} says nothing.")
    return Measured(
        Candidate("", 0),
        rtf=wall / audio,
        cpu_rtf=cpu / audio,
        first_audio_s=min(firsts),
        peak_mb=_mb("VmHWM"),
        start_mb=start_mb,
        load_s=load_s,
        hold_s=hold.seconds,
    )


def _said(engine: Synthesizer, voice: Voice, text: str) -> tuple[float, float]:
    """Seconds to the first chunk that is not empty, and seconds of audio."""
    began = time.perf_counter()
    first_s = audio_s = 0.0
    for sentence in Frontend().sentences(text, voice, voice.lang):
        for chunk in engine.synthesize(sentence, voice, 1.0):
            if not audio_s and chunk.seconds:
                first_s = time.perf_counter() - began
            audio_s += chunk.seconds
    return first_s, audio_s


def _mb(name: str) -> float:
    """Of this process: VmRSS, what it has, VmHWM, the most that it ever had (proc(5), in kB)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _plain(options: EngineOptions) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(options).items()}


def _options(plain: Mapping[str, Any]) -> EngineOptions:
    def folder(name: str) -> Path | None:
        return Path(plain[name]) if plain[name] is not None else None

    rest = {name: plain[name] for name in ("threads", "spinning", "arena", "shrink", "variant", "model")}
    return EngineOptions(
        **rest,
        stream=Stream(plain["stream"]),
        shipped=Path(plain["shipped"]),
        pulled=folder("pulled"),
        prepared=folder("prepared"),
        presets=folder("presets"),
    )


def _died(status: int, errors: str) -> str:
    """`status` as subprocess has it: below 0 it is the signal that ended the process."""
    if status == -signal.SIGKILL:
        return "it was killed: memory ran out"
    if status < 0:
        return f"it crashed ({signal.Signals(-status).name})"
    return errors.strip().rpartition("\n")[2] or f"it ended with {status}"
