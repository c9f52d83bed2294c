"""The voice: is it there, does it load, does it speak, and fast enough?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from litetts_edge.commands.checks.finding import Finding, Level, fault, ok, warn
from litetts_edge.errors import EngineFailed, LanguageNotFound
from litetts_edge.settings.schema import Settings

if TYPE_CHECKING:
    from litetts_edge.interfaces import Synthesizer
    from litetts_edge.speech import Voice

LIMIT_S = 100.0
"""A large model on a small board loads for a while."""
WHEN_STUCK = (
    "The model is too large for this machine, or another program takes the processor: look at `top`,",
    "set engine.name: espeak or a smaller voice, and try again.",
)
TEXT = "The front door is open, and somebody is standing in the garden."
SLOW = 0.8
"""Real-time factor above which the next sentence comes late as soon as the machine has other things to do."""


_ADVICE = {
    "engine.name": "Set engine.name: auto, or get what is missing: `litetts-edge models pull`, `scripts/start`.",
    "engine.model": "Take another one (`litetts-edge models use`), or get it again (`models pull`, `import`).",
    "voice": "Set `voice` to one of `litetts-edge voices`, or to auto; pull the model again if it was of one.",
}
"""By the setting that names what is not there."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that the voice was asked for."""

    voice: str
    faults: tuple[str, ...]
    """What LevelCheck says."""
    load_s: float
    synthesis_s: float
    audio_s: float
    form: str = ""
    """How: in windows, in 8 bits; empty for an engine that has one way."""


@runtime_checkable
class SpeaksInForms(Protocol):
    """An engine whose voices speak in one of several ways, as they were prepared and checked."""

    def form(self, voice: Voice) -> str:
        """How that voice speaks, for people. Raises EngineFailed, VoiceNotFound."""
        ...


PROGRAM = (
    "import sys; from litetts_edge.commands.checks.voice import answer; print(answer(sys.stdin.read()), end='')"
)


def voice_apart(settings: Settings, limit_s: float = LIMIT_S, program: str = PROGRAM) -> Iterator[Finding]:
    """voice() in a process of its own: a library that needs what the processor lacks ends that, not doctor."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", program],
            input=settings.model_dump_json(),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield fault("voice", f"{settings.voice} did not speak within {limit_s:g} s", *WHEN_STUCK)
        return
    if done.returncode:
        yield judge_died(settings.voice, done.returncode, done.stderr)
        return
    for level, name, found, advice in json.loads(done.stdout):
        yield Finding(Level(level), name, found, tuple(advice))


def answer(settings: str) -> str:
    """The other side of voice_apart(): settings in, findings out, both as JSON."""
    found = voice(Settings.model_validate_json(settings))
    return json.dumps([(each.level, each.name, each.found, each.advice) for each in found])


def judge_died(name: str, status: int, errors: str) -> Finding:
    """`status` as subprocess has it: below 0 it is the signal that ended the process."""
    if status > 0:
        last = errors.strip().rpartition("\n")[2]
        return fault(
            "voice",
            f"trying {name} failed: {last or f'exit code {status}'}",
            "A package may be missing or broken: run `scripts/start` (for the service `scripts/install`) again.",
        )
    ended = signal.Signals(-status).name
    advice = {
        "SIGKILL": "Memory ran out (see `dmesg | tail`): choose a smaller voice, or set engine.name: espeak.",
        "SIGILL": "A library needs what this processor lacks: set engine.name: espeak, and please report it.",
    }.get(ended, "A library crashed: set engine.name: espeak, and please report it with `litetts-edge --version`.")
    return fault("voice", f"trying {name} ended the whole program ({ended})", advice)


def voice(settings: Settings) -> Iterator[Finding]:
    """Have the configured voice say a sentence to nobody."""
    from litetts_edge.pipeline.configured import voices_here

    try:
        voices = voices_here(settings)
    except EngineFailed as error:
        yield fault("voice", str(error), "Install what is missing: `scripts/start`.")
        return
    for wrong in voices.faults:
        yield fault("voice", f"{wrong.key}: {wrong.message}", _ADVICE[wrong.key])
    chosen, called = voices.default, "voice instead" if voices.faults else "voice"
    yield ok("engine", f"{voices.choice.engine} {voices.choice.model}: {voices.choice.why}".replace(" :", ":"))
    try:
        yield replace(judge_spoken(_speak(voices.engine(chosen), chosen, settings.speed)), name=called)
    except (EngineFailed, LanguageNotFound) as error:
        yield fault(
            called,
            f"{chosen.id}: {error}",
            "Get the model again, or speak with espeak meanwhile: set engine.name: espeak and voice: auto.",
        )


def _speak(engine: Synthesizer, chosen: Voice, speed: float) -> Spoken:
    import numpy as np

    from litetts_edge.pcm import AudioChunk
    from litetts_edge.quality import LevelCheck
    from litetts_edge.text.frontend import Frontend

    began = time.monotonic()
    engine.load()
    loaded = time.monotonic()
    faults: list[str] = []
    audio_s = 0.0
    for sentence in Frontend().sentences(TEXT, chosen, chosen.lang):
        parts = [chunk.samples for chunk in engine.synthesize(sentence, chosen, speed)]
        whole = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
        audio = AudioChunk(whole, chosen.sample_rate, ends_sentence=True)
        audio_s += audio.seconds
        faults += LevelCheck().check(sentence, audio)
    synthesis_s = time.monotonic() - loaded
    form = engine.form(chosen) if isinstance(engine, SpeaksInForms) else ""
    return Spoken(chosen.id, tuple(faults), loaded - began, synthesis_s, audio_s, form)


def judge_spoken(spoken: Spoken) -> Finding:
    """Sound, and in time."""
    if spoken.faults or not spoken.audio_s:
        return fault(
            "voice",
            f"{spoken.voice} speaks, but not as it should: {', '.join(spoken.faults) or 'silent'}",
            "The model does not fit this version or is damaged: get it again, or set engine.name: espeak.",
            "docs/troubleshooting.md says what each of these words means.",
        )
    rtf = spoken.synthesis_s / spoken.audio_s
    form = f" ({spoken.form})" if spoken.form else ""
    found = f"{spoken.voice} loads in {spoken.load_s:.1f} s and speaks{form}, real-time factor {rtf:.3f}"
    if rtf <= SLOW:
        return ok("voice", found)
    return warn(
        "voice",
        f"{found}: too slow for speech without gaps",
        "Choose a smaller voice or engine.name: espeak; see that the machine is cool and has nothing else to do.",
    )
