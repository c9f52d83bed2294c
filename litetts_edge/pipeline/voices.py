"""All voices of all engines, and which one reads a request."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from litetts_edge.engines import available, create
from litetts_edge.engines.options import EngineOptions
from litetts_edge.errors import EngineFailed, LanguageNotFound, VoiceNotFound
from litetts_edge.interfaces import Blender, Synthesizer
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import SettingsError, problem_at
from litetts_edge.settings.schema import Settings
from litetts_edge.speech import Voice
from litetts_edge.text.espeak import language

log = logging.getLogger(__name__)

SPARE = "espeak"
"""The engine that is always there."""


def primary(lang: str) -> str:
    """The language of a BCP 47 tag without its region: `pt` of `pt-BR`."""
    return lang.partition("-")[0].lower()


def installed(engine: str, options: EngineOptions) -> Voices:
    """All voices here: those of the chosen engine first, then espeak's, then those that only test the path.

    No model is loaded. Raises EngineFailed when there is no such engine, or its voices cannot be told; another
    one whose voices cannot be told is left out, with a warning.
    """
    chosen = create(engine, options)
    found = [chosen]
    for name in dict.fromkeys((SPARE, *available(options))):
        if name == chosen.name:
            continue
        try:
            other = create(name, options)
            if other.voices:
                found.append(other)
        except EngineFailed as error:
            log.warning("%s", error)
    return Voices(found)


def options_of(settings: Settings) -> EngineOptions:
    """What the settings say about engines."""
    engine, state = settings.engine, Path(settings.state_dir)
    return EngineOptions(
        threads=engine.threads,
        spinning=engine.spinning,
        pulled=state / "models",
        prepared=state / "prepared",
        presets=state / "presets.yaml",
    )


def voices_of(loaded: Loaded) -> Voices:
    """All voices here, those of the engine that the settings name first. No model is loaded.

    Raises SettingsError for an engine or a voice that is not here, in the place where it was written.
    """
    problems = []
    options = options_of(loaded.settings)
    try:
        voices = installed(loaded.settings.engine.name, options)
    except EngineFailed as error:
        problems.append(problem_at(loaded.origins["engine.name"], "engine.name", str(error)))
        voices = installed("auto", options)
    try:
        voices.find(loaded.settings.voice)
    except VoiceNotFound as error:
        problems.append(problem_at(loaded.origins["voice"], "voice", str(error)))
    if problems:
        raise SettingsError(problems)
    return voices


class Voices:
    """Finds voices by id. The first engine's first voice is the default."""

    def __init__(self, engines: Iterable[Synthesizer]) -> None:
        self.engines = {engine.name: engine for engine in engines}
        self._voices = {voice.id: voice for engine in self.engines.values() for voice in engine.voices}

    def __iter__(self) -> Iterator[Voice]:
        return iter(self._voices.values())

    @property
    def default(self) -> Voice:
        """The voice that `auto` means."""
        return next(iter(self._voices.values()))

    def find(self, name: str) -> Voice:
        """The voice or the blend of voices with that id; `auto` is the default. Raises VoiceNotFound."""
        if name == "auto":
            return self.default
        if name in self._voices:
            return self._voices[name]
        engine = self.engines.get(name.partition(":")[0])
        if isinstance(engine, Blender):
            return engine.blend(name)
        raise VoiceNotFound(name, tuple(self._voices))

    def for_language(self, voice: Voice, lang: str) -> Voice:
        """`voice` itself when it reads `lang` (or none is asked for), else the best other voice that does.

        Raises LanguageNotFound when there is none: a text is never read by the rules of another language.
        """
        if not lang or lang.lower() == voice.lang.lower():
            return voice
        resolved = _resolved(lang)
        others = [
            other for other in self._voices.values() if primary(other.lang) in (primary(lang), primary(resolved))
        ]
        exact = [other for other in others if other.lang.lower() in (lang.lower(), resolved.lower())]
        if primary(voice.lang) == primary(lang) and not any(other.engine == voice.engine for other in exact):
            return voice
        same_engine = [other for other in exact + others if other.engine == voice.engine]
        for found in (*same_engine, *exact, *others):
            return found
        raise LanguageNotFound(lang, sorted({other.lang for other in self._voices.values()}))

    def reading(self, voice: Voice, lang: str) -> str:
        """The tag in which `voice` reads a text in `lang`: its own for none, and for one that names no region."""
        return voice.lang if lang.lower() in {"", primary(voice.lang)} else lang

    def beside(self, voice: Voice, name: str) -> Voice | None:
        """The voice called `name` (`rms`, `compact:rms`), if it can go on where `voice` speaks (same engine)."""
        for asked in (name, f"{voice.engine}:{name}"):
            try:
                found = self.find(asked)
            except VoiceNotFound:
                continue
            return found if (found.engine, found.sample_rate) == (voice.engine, voice.sample_rate) else None
        return None

    def spare(self, voice: Voice) -> Voice | None:
        """A voice of the same language for when this one's engine fails; None when there is no better one."""
        others = [
            other for other in self._voices.values() if other.engine == SPARE and other.engine != voice.engine
        ]
        exact = [other for other in others if other.lang.lower() == voice.lang.lower()]
        near = [other for other in others if primary(other.lang) == primary(voice.lang)]
        return next(iter((*exact, *near)), None)

    def engine(self, voice: Voice) -> Synthesizer:
        """The engine that the voice belongs to."""
        return self.engines[voice.engine]


def _resolved(lang: str) -> str:
    """The tag under which espeak-ng has the language: `es-419` for `es-AR`; itself for one that it has not."""
    try:
        return language(lang).tag
    except LanguageNotFound:
        return lang
