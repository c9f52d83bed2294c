"""The voice in residence: how it gives way to another one, rests, and comes back, while the house is spoken to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from litetts_edge.errors import EngineFailed
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.pipeline.loading import Fit, Loader
from litetts_edge.pipeline.policy import Lane
from litetts_edge.pipeline.reader import LOAD_S
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.pipeline.voices import Voices

log = logging.getLogger(__name__)

Tell = Callable[[str, str], None]
"""Takes a stable code and a sentence for whoever looks after the appliance."""

UNLOADED_FIRST = "voice_unloaded_first"


@dataclass(slots=True)
class Residence:
    """Sees to it that the voice of the settings is the one that speaks. Belongs to the event loop.

    A new one is loaded beside the old, which speaks on; where the memory does not allow that, the old one goes
    first. Loading may hold the interpreter lock, and with it the sound: where that is not known to be short, it
    waits until the loudspeaker is between two requests. Whatever fails, the old voice speaks.
    """

    pipeline: SpeechPipeline
    loader: Loader
    thread: InferenceThread
    latency_s: Callable[[], float]
    """Sound that is held ready in the sound card."""
    idle_unload_s: Callable[[], float] = lambda: 0.0
    tell: Tell = lambda code, message: None
    on_change: Callable[[], None] = lambda: None
    """Called when another voice speaks, or the problem is another."""
    _refused: EngineFailed | None = None
    """Why what was wanted last does not speak."""
    _failing: EngineFailed | None = None
    """Why the voice that should speak could not, when it was last wanted ready."""
    _wanted: Voices | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def problem(self) -> str | None:
        """Why the voice of the settings is not the one that speaks, as a stable code."""
        faults = (fault.code for fault in self.pipeline.voices.faults)
        failure = self._refused or self._failing
        return failure.code if failure is not None else next(faults, None)

    @property
    def state(self) -> str:
        """Of the model that speaks: `loaded`, `unloaded` (the next request loads it), or `loading` any model."""
        if self.loader.loading:
            return "loading"
        return "loaded" if self.loader.is_loaded(self._engine(self.pipeline.voices)) else "unloaded"

    async def begin(self) -> None:
        """Load the voice that the pipeline starts with. When that fails, requests are read by a spare one."""
        voices = self.pipeline.voices
        # Whatever is wrong, it stays on the bus, speaks with another voice, and says so: no house falls silent.
        for fault in voices.faults:
            self._say(fault.code, fault.message)
        self.pipeline.reader.on_default = self._default_fared
        try:
            await self._load(voices)
        except EngineFailed as error:
            self._default_fared(voices, error)

    def want(self, voices: Voices) -> None:
        """Have these voices speak instead, soon. Of several wishes the last one counts."""
        self._wanted = self.pipeline.coming = voices
        self._news.set()

    async def run(self) -> None:
        """Fulfil wishes until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._news.wait()
                self._news.clear()
                voices, self._wanted = self._wanted, None
                if voices is None:
                    continue
                try:
                    await self._switch(voices)
                except EngineFailed as error:
                    self._failed(error)
                except Exception:  # a bug in one engine must not silence the others
                    log.exception("%s cannot speak", voices.default.id)
                    self._failed(EngineFailed(voices.default.engine, "an unexpected error; see the log"))
                finally:
                    if self._wanted is None:
                        self.pipeline.coming = None
                for engine in self.loader.loaded:
                    if engine is not self._engine(self.pipeline.voices):
                        group.create_task(self._retire(engine), name=f"retire {engine.name}")

    async def tick(self) -> None:
        """Unload what nobody needed for long; called every now and then."""
        limit_s = self.idle_unload_s()
        if not limit_s or self.pipeline.idle_s() < limit_s:
            return
        for engine in self.loader.loaded:
            await self._unload(engine)
            self.on_change()

    async def _switch(self, voices: Voices) -> None:
        engine, old = self._engine(voices), self.pipeline.voices
        need = voices.need(voices.default)
        if self.loader.is_loaded(engine):
            with self.loader.using(engine):
                await self._load(voices)
            self._swap(voices)
        elif self.loader.fit(engine, need, self.loader.loaded) is Fit.AFTER:
            async with self.pipeline.turns.silence(Lane.ALOUD, Lane.QUIET):
                if self._wanted is None:
                    await self._replace(voices, old)
        elif self._is_quick(engine, voices):
            await asyncio.to_thread(self.loader.load, engine, need, voices.default)
            self._swap(voices)
        else:
            async with self.pipeline.turns.silence(Lane.ALOUD):
                if self._wanted is None:
                    await self._load(voices)
                    self._swap(voices)

    async def _load(self, voices: Voices) -> None:
        """Make their default ready, on the inference thread. Raises EngineFailed."""
        engine, need, voice = self._engine(voices), voices.need(voices.default), voices.default
        await self.thread.run(lambda: self.loader.load(engine, need, voice), predicted_s=LOAD_S)

    async def _replace(self, voices: Voices, old: Voices) -> None:
        """With no room for both. The old voice is back when the new one fails."""
        message = (
            f"There is no room for two voices: {old.default.engine} is unloaded before {voices.default.id} is"
            " loaded."
        )
        log.warning("%s", message)
        self.tell(UNLOADED_FIRST, message)
        for engine in self.loader.loaded:
            await self._unload(engine)
        try:
            await self._load(voices)
        except EngineFailed:
            await self._load(old)
            raise
        self._swap(voices)

    def _is_quick(self, engine: Synthesizer, voices: Voices) -> bool:
        """Whether loading was measured to leave the loudspeaker its share."""
        hold_s = self.loader.hold_s(engine, voices.need(voices.default))
        return hold_s is not None and hold_s < self.latency_s() / 2

    def _swap(self, voices: Voices) -> None:
        """From the next request on. What is spoken now goes on with the voices it began with."""
        before, self.pipeline.voices = self.pipeline.voices, voices
        self._refused = self._failing = None
        if before.default.id != voices.default.id:
            log.info("%s speaks from now on", voices.default.id)
        self.on_change()

    def _failed(self, error: EngineFailed) -> None:
        self._refused = error
        self._say(error.code, str(error))
        self.on_change()

    def _default_fared(self, voices: Voices, failure: EngineFailed | None) -> None:
        """Hear how making their default ready went: of those that speak now, a failure is told once."""
        if voices is not self.pipeline.voices or str(failure) == str(self._failing):
            return
        self._failing = failure
        if failure is not None:
            self._say(failure.code, str(failure))
        self.on_change()

    def _say(self, code: str, message: str) -> None:
        log.error("%s", message)
        self.tell(code, message)

    async def _retire(self, engine: Synthesizer) -> None:
        await self.loader.unused(engine)
        if engine is not self._engine(self.pipeline.voices):
            await self._unload(engine)

    async def _unload(self, engine: Synthesizer) -> None:
        await self.thread.run(lambda: self.loader.unload(engine))

    def _engine(self, voices: Voices) -> Synthesizer:
        return voices.engine(voices.default)
