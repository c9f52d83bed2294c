"""All voices of some engines, and which one reads a request."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from litetts_edge.engines.memory import Need
from litetts_edge.errors import LanguageNotFound, VoiceNotFound
from litetts_edge.interfaces import Blender, Synthesizer
from litetts_edge.pipeline.choice import Choice
from litetts_edge.speech import Voice
from litetts_edge.text.espeak import language
from litetts_edge.tuning.record import Tuned

_ASKED = Choice("", "", "it was asked for")
SPARE = "espeak"
"""The engine that is always there."""


def primary(lang: str) -> str:
    """The language of a BCP 47 tag without its region: `pt` of `pt-BR`."""
    return lang.partition("-")[0].lower()


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of an engine besides its voices."""

    key: Hashable
    """Equal for engines that would do the same: one that is there already is used again."""
    need: Need | None = None
    """What its model takes; None for what fits anywhere."""
    tuned: Tuned | None = None
    """How its model is run here, and what was measured."""
    needs: Mapping[str, Need] = field(default_factory=dict)
    """`need` of each model, where each voice belongs to one (`piper:<model>#<speaker>`)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something else speaks than what the settings say."""

    code: str
    key: str
    """The setting that names what is not there."""
    message: str


class Voices:
    """Finds voices by id. Unless another one is named, the first engine's first voice is the default."""

    def __init__(
        self,
        engines: Iterable[Synthesizer],
        parts: Mapping[str, Part] = MappingProxyType({}),
        choice: Choice = _ASKED,
    ) -> None:
        """`parts` by engine; `choice` tells why the first engine is the first."""
        self.engines = {engine.name: engine for engine in engines}
        self.choice = choice
        self.faults: tuple[Fault, ...] = ()
        """What the settings name and these voices have not."""
        self._parts = parts
        self._voices = {voice.id: voice for engine in self.engines.values() for voice in engine.voices}
        self._default = next(iter(self._voices.values()))

    def with_default(self, name: str, faults: Iterable[Fault] = ()) -> Voices:
        """The same voices and engines, where `auto` is the voice `name`. Raises VoiceNotFound."""
        other = Voices(self.engines.values(), self._parts, self.choice)
        other._default = self.find(name)
        other.faults = tuple(faults)
        return other

    def part(self, engine: str) -> Part:
        """What is known of an engine; a key that equals no other's when nothing is."""
        return self._parts.get(engine, Part(object()))

    def need(self, voice: Voice) -> Need | None:
        """What the model takes that speaks as this voice."""
        part = self.part(voice.engine)
        return part.needs.get(voice.id.partition(":")[2].partition("#")[0], part.need)

    @property
    def resident_bytes(self) -> int:
        """What the loaded models of these engines would give back."""
        return sum(
            need.resident_bytes
            for name, engine in self.engines.items()
            if (need := self.part(name).need) is not None and getattr(engine, "model_bytes", 0) > 0
        )

    def __iter__(self) -> Iterator[Voice]:
        return iter(self._voices.values())

    @property
    def default(self) -> Voice:
        """The voice that `auto` means."""
        return self._default

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

    def instead_of(self, voice: Voice, *, of_engine: bool) -> list[Voice]:
        """Who reads for a voice that cannot, in its language: the default, another `of_engine`, the spare."""
        found = [self.default] if primary(self.default.lang) == primary(voice.lang) else []
        if of_engine:
            same = (voice.engine, voice.lang)
            siblings = [one for one in self._voices.values() if (one.engine, one.lang) == same]
            found += [one for one in siblings if one.id not in {voice.id, self.default.id}][:1]
        spare = self._spare(voice)
        found += [spare] if spare is not None and spare not in found else []
        return [one for one in found if one.id != voice.id]

    def _spare(self, voice: Voice) -> Voice | None:
        """One of the engine that is always there; None for its own voices."""
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
