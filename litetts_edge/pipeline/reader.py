"""Who reads a text: the voice is found, its engine made ready, and the reading begun."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace

from litetts_edge.errors import EngineFailed, VoiceNotFound, VoiceUnfit
from litetts_edge.interfaces import SpeechCheck, TextFrontend
from litetts_edge.pipeline.inference import InferenceThread, Synthesis
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.render import Rendering
from litetts_edge.pipeline.source import Reading
from litetts_edge.pipeline.voices import Voices, primary
from litetts_edge.speech import Priority, SpeakRequest, Voice
from litetts_edge.text.sentences import MAX_CHARACTERS
from litetts_edge.text.ssml import is_ssml, parse

FIRST_PACE = 0.07
"""Synthesis seconds per character before an engine was measured: real time, at 15 characters a second."""

LOAD_S = 12.0
"""For the watchdog: a large model on a small board, which is then allowed five times as long."""


class Reader:
    """Makes readings of requests that have a text. Belongs to the event loop."""

    def __init__(
        self,
        frontend: TextFrontend,
        check: SpeechCheck,
        ledger: CrashLedger,
        thread: InferenceThread,
        loader: Loader,
    ) -> None:
        self._frontend = frontend
        self._check = check
        self._ledger = ledger
        self._thread = thread
        self._loader = loader
        self.on_default: Callable[[Voices, EngineFailed | None], None] = lambda voices, failure: None
        """Told how the default of some voices fared when a request wanted it ready: None for well."""
        self._pace: dict[str, float] = {}
        """By engine: synthesis seconds per character of its last request."""

    @asynccontextmanager
    async def reading(
        self, voices: Voices, request: SpeakRequest, warnings: list[str], begin: Callable[[str], None]
    ) -> AsyncIterator[Reading]:
        """Have the text read. `begin` is called with the voice's id, before its engine is loaded.

        Adds what the sender should know to `warnings`. Raises EngineFailed, LanguageNotFound, SsmlInvalid.
        """
        asked = _asked(voices, request, warnings)
        lang = _language(request, asked)
        voice = voices.for_language(asked, lang)
        begin(voice.id)
        if voice.engine != asked.engine:
            warnings.append(f"voice_changed: {asked.id} does not speak {lang}; {voice.id} does")
        with ExitStack() as using:
            voice = await self._ready(voices, voice, request.priority, warnings, using)
            rendering = self._rendering(replace(request, lang=voices.reading(voice, lang)), voices, voice)
            reading = Reading(rendering, self._synthesis(rendering))
            yield reading
        self._pace[voice.engine] = max(0.001, reading.synthesis_s / (len(request.text) * request.repeat))

    async def _ready(
        self, voices: Voices, voice: Voice, priority: Priority, warnings: list[str], using: ExitStack
    ) -> Voice:
        """The voice, ready; when it cannot be, another one, and a warning. Raises EngineFailed when none can."""
        try:
            await self._load(voices, voice, priority, using)
        except EngineFailed as error:
            self._look(voices, voice, error)
            for other in voices.instead_of(voice, of_engine=isinstance(error, VoiceUnfit)):
                with suppress(EngineFailed):
                    await self._load(voices, other, priority, using)
                    warnings.append(f"voice_changed: {error} {other.id} speaks instead.")
                    return other
            raise
        self._look(voices, voice, None)
        return voice

    def _look(self, voices: Voices, voice: Voice, failure: EngineFailed | None) -> None:
        if voice == voices.default:
            self.on_default(voices, failure)

    async def _load(self, voices: Voices, voice: Voice, priority: Priority, using: ExitStack) -> None:
        """Make the voice ready to speak at once, and keep it so while `using` is open."""
        engine, need = voices.engine(voice), voices.need(voice)
        with ExitStack() as trying:
            trying.enter_context(self._loader.using(engine))
            await self._thread.run(lambda: self._loader.load(engine, need, voice), priority, predicted_s=LOAD_S)
            using.enter_context(trying.pop_all())

    def _rendering(self, request: SpeakRequest, voices: Voices, voice: Voice) -> Rendering:
        def another(name: str) -> Voice | None:
            return voices.beside(voice, name)

        def ready(one: Voice) -> None:
            self._loader.load(voices.engine(one), voices.need(one), one)

        engine = voices.engine(voice)
        return Rendering(request, voice, engine, self._frontend, self._check, self._ledger, another, ready)

    def _synthesis(self, rendering: Rendering) -> Synthesis:
        request = rendering.request
        pace = self._pace.get(rendering.engine.name, FIRST_PACE)
        longest_run = min(len(request.text), MAX_CHARACTERS)
        predicted_s = longest_run * pace
        return Synthesis(self._thread, rendering.chunks, request.priority, rendering.terminate, predicted_s)


def voice_for(voices: Voices, request: SpeakRequest) -> Voice:
    """The voice that would read the request. Raises VoiceNotFound, LanguageNotFound, SsmlInvalid."""
    asked = voices.find(request.voice)
    return voices.for_language(asked, _language(request, asked))


def _asked(voices: Voices, request: SpeakRequest, warnings: list[str]) -> Voice:
    """The voice of the request. One that has left since then is replaced: nothing that was admitted gets lost."""
    try:
        return voices.find(request.voice)
    except VoiceNotFound:
        warnings.append(f"voice_changed: {request.voice} has left; {voices.default.id} speaks instead")
        return voices.default


def _language(request: SpeakRequest, voice: Voice) -> str:
    """The language that is asked for: by the request, or by an SSML document in another one than the voice's.

    A document's `en-US` says little of the accent that somebody who chose a British voice wants to hear.
    Raises SsmlInvalid.
    """
    if request.lang or not is_ssml(request.text):
        return request.lang
    written = parse(request.text).lang
    return "" if primary(written) == primary(voice.lang) else written
