"""Have a voice say its sentences, and judge them all."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import numpy as np

from litetts_edge.errors import EngineFailed, ExtraMissing
from litetts_edge.interfaces import Synthesizer, TextFrontend
from litetts_edge.soundcheck import judge
from litetts_edge.soundcheck.finding import Finding, Verdict, VoiceReport
from litetts_edge.soundcheck.judge import Said
from litetts_edge.soundcheck.listeners import Listener
from litetts_edge.soundcheck.sentences import sentences
from litetts_edge.speech import Alphabet, Voice
from litetts_edge.text.frontend import phonemes

Further = Callable[[Synthesizer, Voice], Finding | None]
"""A point that only some engines have, such as `stream`; None where this one has it not."""


def check_voice(
    engine: Synthesizer,
    voice: Voice,
    frontend: TextFrontend,
    listener: Listener | None,
    further: tuple[Further, ...] = (),
) -> VoiceReport:
    """Every point of one voice. An engine that fails is a finding, not an error."""
    try:
        return VoiceReport(voice.id, tuple(_findings(engine, voice, frontend, listener, further)))
    except ExtraMissing as error:
        return VoiceReport(voice.id, (Finding("runs", Verdict.UNCHECKED, str(error)),))
    except EngineFailed as error:
        return VoiceReport(voice.id, (Finding("runs", Verdict.FAILED, str(error)),))


def _findings(
    engine: Synthesizer,
    voice: Voice,
    frontend: TextFrontend,
    listener: Listener | None,
    further: tuple[Further, ...],
) -> Iterator[Finding]:
    said = [say(engine, voice, frontend, text) for text in sentences(voice.lang)]
    readable = judge.numbers(said)
    yield readable
    if readable.verdict is Verdict.FAILED:  # every other measure would be of nothing
        return
    again = say(engine, voice, frontend, said[0].text)
    engine.unload()
    engine.load()
    reloaded = say(engine, voice, frontend, said[0].text)
    yield judge.levels(said)
    yield judge.silence(said)
    yield judge.length(said)
    yield judge.repeats("repeats", said[0], again)
    yield judge.repeats("reload", said[0], reloaded)
    speech = judge.speech(said)
    yield speech
    # A recogniser takes many times longer to find no words in noise than to find those of speech.
    heard = said if speech.verdict is Verdict.PASSED else said[:1]
    yield judge.words(heard, listener, voice.lang)
    if speech.verdict is Verdict.FAILED:
        return  # nothing is calibrated on noise
    for look in further:
        if (found := look(engine, voice)) is not None:
            yield found


def say(engine: Synthesizer, voice: Voice, frontend: TextFrontend, text: str) -> Said:
    """What the voice makes of the text, its sentences one after the other. Raises EngineFailed, ExtraMissing."""
    spoken = tuple(frontend.sentences(text, voice, ""))
    made = [chunk.samples for one in spoken for chunk in engine.synthesize(one, voice, 1.0)]
    samples = np.concatenate(made) if made else np.zeros(0, dtype=np.float32)
    is_ipa = voice.alphabet is Alphabet.IPA
    ipa = "".join(one.phonemes for one in spoken) if is_ipa else phonemes(text, voice.lang)
    return Said(text, spoken, samples, voice.sample_rate, phones(ipa))


def phones(ipa: str) -> int:
    """How many sounds IPA stands for: its letters, without stress, length and other marks."""
    return sum(unicodedata.category(character) in {"Ll", "Lo", "Lu"} for character in ipa)
