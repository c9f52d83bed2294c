"""The voice: is it there, does it load, does it speak, and fast enough?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litetts_edge.commands.checks.finding import Finding, fault, ok, warn
from litetts_edge.errors import EngineFailed, LanguageNotFound, VoiceNotFound
from litetts_edge.settings.schema import Settings

if TYPE_CHECKING:
    from litetts_edge.interfaces import Synthesizer
    from litetts_edge.speech import Voice

LIMIT_S = 120.0
"""A large model on a small board loads for a while."""
WHEN_STUCK = (
    "The model is too large for this machine, or another program takes the processor: look at `top`,",
    "set engine.name: espeak or a smaller voice, and try again.",
)
TEXT = "The front door is open, and somebody is standing in the garden."
SLOW = 0.8
"""Real-time factor above which the next sentence comes late as soon as the machine has other things to do."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that the voice was asked for."""

    voice: str
    faults: tuple[str, ...]
    """What LevelCheck says."""
    load_s: float
    synthesis_s: float
    audio_s: float


def voice(settings: Settings) -> Iterator[Finding]:
    """Have the configured voice say a sentence to nobody."""
    from litetts_edge.pipeline.voices import installed

    try:
        voices = installed(settings.engine.name, settings.engine.threads, spinning=settings.engine.spinning)
        chosen = voices.find(settings.voice)
    except EngineFailed as error:
        yield fault("voice", str(error), "Set engine.name: auto, or install what is missing: `scripts/start`.")
        return
    except VoiceNotFound as error:
        yield fault("voice", str(error), "Set `voice` to one of `litetts-edge voices`, or to auto.")
        return
    try:
        yield judge_spoken(_speak(voices.engine(chosen), chosen, settings.speed))
    except (EngineFailed, LanguageNotFound) as error:
        yield fault(
            "voice",
            f"{chosen.id}: {error}",
            "Get the model again, or speak with espeak meanwhile: set engine.name: espeak and voice: auto.",
        )


def _speak(engine: Synthesizer, chosen: Voice, speed: float) -> Spoken:
    import numpy as np

    from litetts_edge.pcm import AudioChunk
    from litetts_edge.quality import LevelCheck
    from litetts_edge.text.frontend import PlainFrontend

    began = time.monotonic()
    engine.load()
    loaded = time.monotonic()
    faults: list[str] = []
    audio_s = 0.0
    for sentence in PlainFrontend().sentences(TEXT, chosen, chosen.lang):
        parts = [chunk.samples for chunk in engine.synthesize(sentence, chosen, speed)]
        whole = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
        audio = AudioChunk(whole, chosen.sample_rate, ends_sentence=True)
        audio_s += audio.seconds
        faults += LevelCheck().check(sentence, audio)
    return Spoken(chosen.id, tuple(faults), loaded - began, time.monotonic() - loaded, audio_s)


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
    found = f"{spoken.voice} loads in {spoken.load_s:.1f} s and speaks, real-time factor {rtf:.3f}"
    if rtf <= SLOW:
        return ok("voice", found)
    return warn(
        "voice",
        f"{found}: too slow for speech without gaps",
        "Choose a smaller voice or engine.name: espeak; see that the machine is cool and has nothing else to do.",
    )
