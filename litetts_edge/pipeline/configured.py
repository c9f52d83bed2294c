"""The voices that the settings name; and where one of them is gone, what speaks in its place, and why."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from litetts_edge.engines import PULLED, create, kokoro_names
from litetts_edge.engines.installed import find_installed
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import EngineFailed, LanguageNotFound, SpeechError, VoiceNotFound
from litetts_edge.pipeline.inventory import PIPER, installed, options_of
from litetts_edge.pipeline.voices import Fault, Voices, primary
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import SettingsError, problem_at
from litetts_edge.settings.schema import Settings
from litetts_edge.tuning.record import read_record

log = logging.getLogger(__name__)

_PIPER_LANG = re.compile("([a-z]{2,3})_([A-Z]{2})-")
"""How rhasspy's names of voices begin."""


def voices_of(loaded: Loaded, before: Voices | None = None) -> Voices:
    """As voices_here(), for whoever can mend the settings now. Raises SettingsError where there is a fault."""
    voices = voices_here(loaded.settings, before)
    refuse(loaded, voices.faults)
    return voices


def voices_at_start(loaded: Loaded) -> Voices:
    """As voices_here(), for a start at which nobody stands by. Raises SettingsError.

    A model may be gone or damaged after a power cut, and then something else speaks; what comes with the program
    cannot, so that a name of it that is not there was never right.
    """
    voices = voices_here(loaded.settings)
    refuse(loaded, [fault for fault in voices.faults if not _is_about_models(fault, loaded.settings)])
    return voices


def refuse(loaded: Loaded, faults: Iterable[Fault]) -> None:
    """Raises SettingsError for these, each in the place where it was written."""
    problems = [problem_at(loaded.origins[fault.key], fault.key, fault.message) for fault in faults]
    if problems:
        raise SettingsError(problems)


def voices_here(settings: Settings, before: Voices | None = None) -> Voices:
    """All voices here, with the one that the settings name as the default. No model is loaded.

    What they name and is not here is told in `faults`. In its place speaks the engine with another model, else
    what `auto` chooses, in the language of what was named where somebody reads that.
    """
    options, record = options_of(settings), read_record(Path(settings.state_dir))
    engine, faults = settings.engine.name, []
    if wrong := _wrong_model(settings, options):
        faults.append(Fault(EngineFailed.code, "engine.model", wrong))
    named = replace(options, model="" if wrong else options.model)
    none = replace(options, model="")
    for name, own, voice in ((engine, named, settings.voice), (engine, none, "auto"), ("auto", none, "auto")):
        try:
            voices = installed(name, own, before, record, voice)
            break
        except EngineFailed as error:
            if not faults:
                key = "engine.model" if own.model and name in {"auto", *PULLED} else "engine.name"
                faults.append(Fault(error.code, key, str(error)))
    else:
        voices = installed("espeak", none, before, record)
    try:
        voices = voices.with_default(settings.voice)
    except VoiceNotFound as error:
        if not (faults and _is_pulled(settings.voice)):
            why = _why_gone(settings.voice, options) or error
            faults.append(Fault(why.code, "voice", str(why)))
    if not faults:
        return voices
    return voices.with_default(_in_language(voices, _language(settings)), faults)


def _wrong_model(settings: Settings, options: EngineOptions) -> str:
    """What is wrong with engine.model; empty when nothing is."""
    hint = "`litetts-edge models list` shows what there is"
    try:
        model = find_installed(options.pulled, options.model)
    except EngineFailed as error:
        return str(error)
    if not options.model or (model is not None and settings.engine.name in {"auto", model.engine}):
        return ""
    if model is None:
        return f"{options.model!r} is not installed: {hint}"
    return f"{options.model!r} is a model of {model.engine}, not of {settings.engine.name}: {hint}"


def _why_gone(voice: str, options: EngineOptions) -> SpeechError | None:
    """What is wrong with the model that a voice belongs to; None when nothing is, or there is none."""
    engine, _, rest = voice.partition(":")
    if engine not in PULLED:
        return None
    try:
        model = rest.partition("#")[0] if engine == PIPER else ""
        if engine != PIPER or find_installed(options.pulled, model) is not None:
            _ = create(engine, replace(options, model=model)).voices
    except EngineFailed as error:
        return error
    return None


def _is_pulled(voice: str) -> bool:
    """Whether a voice is of an engine whose models the user pulls."""
    return voice.partition(":")[0] in PULLED


def _is_about_models(fault: Fault, settings: Settings) -> bool:
    match fault.key:
        case "engine.name":
            return settings.engine.name in PULLED
        case "voice":
            return _is_pulled(settings.voice)
    return True


def _language(settings: Settings) -> str:
    """What the settings would have spoken, as far as their names tell; else empty."""
    named = settings.voice if settings.voice != "auto" else f"{settings.engine.name}:{settings.engine.model}"
    engine, _, name = named.partition(":")
    if engine == "kokoro" and settings.voice != "auto":
        return kokoro_names.language(name)
    found = _PIPER_LANG.match(name)
    return f"{found[1]}-{found[2]}" if found is not None else ""


def _in_language(voices: Voices, lang: str) -> str:
    """The default, or where it does not speak the language a voice that does."""
    default = voices.default
    if primary(lang) in {"", primary(default.lang)}:
        return default.id
    try:
        return voices.for_language(default, lang).id
    except LanguageNotFound:
        log.warning("nothing here speaks %s: %s does", lang, default.id)
        return default.id
