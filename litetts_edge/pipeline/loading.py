"""Which engines are loaded, whether one more fits, and what its loading does to the sound."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum

from litetts_edge.engines.hold import measured
from litetts_edge.engines.memory import Need, Room, available
from litetts_edge.errors import EngineFailed, ModelTooLarge, SpeechError, VoiceNotFound, VoiceUnfit
from litetts_edge.interfaces import PerVoice, Synthesizer
from litetts_edge.speech import Voice

log = logging.getLogger(__name__)


class Fit(Enum):
    """Where a model goes."""

    BESIDE = "beside"
    """There is room for it next to what is loaded."""
    AFTER = "after"
    """Only when what is loaded has been unloaded."""


class Loader:
    """Loads and unloads engines, on the inference thread; the counts of who uses one belong to the event loop."""

    def __init__(
        self,
        room: Callable[[], Room | None] = available,
        budget_mb: Callable[[], int] = lambda: 0,
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        """`room` is what the machine has left, None when that is hidden; `budget_mb` the setting, 0 for none.

        `on_change` is called on the thread that loads or unloads, when that begins and when it has ended.
        """
        self._room = room
        self._budget_mb = budget_mb
        self.on_change = on_change
        self._loaded: dict[Synthesizer, Need | None] = {}
        self._users: Counter[Synthesizer] = Counter()
        self._left = asyncio.Event()
        self._turn = threading.RLock()
        self.loading = ""
        """The engine that is being loaded; empty when none is."""
        self._holds: dict[str, float] = {}

    # -- who uses what -----------------------------------------------------------------------------

    @contextmanager
    def using(self, engine: Synthesizer) -> Iterator[None]:
        """While inside, the engine is not unloaded to make room."""
        self._users[engine] += 1
        try:
            yield
        finally:
            self._users[engine] -= 1
            self._left.set()

    async def unused(self, engine: Synthesizer) -> None:
        """Return when nobody uses the engine."""
        while self._users[engine]:
            self._left.clear()
            await self._left.wait()

    def is_loaded(self, engine: Synthesizer) -> bool:
        """Whether it would speak at once."""
        return engine in self._loaded

    @property
    def loaded(self) -> tuple[Synthesizer, ...]:
        """All that would speak at once."""
        return tuple(self._loaded)

    def hold_s(self, engine: Synthesizer, need: Need | None) -> float | None:
        """For how long loading it kept the interpreter lock, the last time; None when it never was loaded."""
        return self._holds.get(_named(engine, need))

    def know_holds(self, holds: Mapping[str, float]) -> None:
        """Take over what was measured before this start, in seconds by model."""
        self._holds = {**holds, **self._holds}

    # -- on the inference thread -------------------------------------------------------------------

    def load(self, engine: Synthesizer, need: Need | None = None, voice: Voice | None = None) -> None:
        """Make it ready (for `voice`), after unloading what nobody uses where there is too little room.

        `need` is what the model of that voice takes. Raises EngineFailed; for a model that cannot fit
        ModelTooLarge, and then nothing was unloaded for it.
        """
        if engine in self._loaded and _is_same(self._loaded[engine], need):
            _make_ready(engine, voice)
            return
        with self._turn:
            # Of the engine itself, whoever asks is one user: its model of before may go when there is no other.
            idle = [other for other in self._loaded if self._users[other] <= (other is engine)]
            if self.fit(engine, need, idle) is Fit.AFTER:
                for other in idle:
                    self._give_back(other)
            self._load(engine, need, voice)

    def _load(self, engine: Synthesizer, need: Need | None, voice: Voice | None) -> None:
        self.loading = engine.name
        self.on_change()
        try:
            with measured() as hold:
                _make_ready(engine, voice)
        finally:
            self.loading = ""
            self.on_change()
        self._loaded[engine] = need
        self._holds[_named(engine, need)] = hold.seconds
        log.info("loaded %s; the lock was held for %.0f ms at most", _named(engine, need), hold.seconds * 1000)
        self.on_change()

    def unload(self, engine: Synthesizer) -> bool:
        """Give its memory back, unless somebody uses it; load() brings it back."""
        with self._turn:
            if self._users[engine] or engine not in self._loaded:
                return False
            self._give_back(engine)
        return True

    def _give_back(self, engine: Synthesizer) -> None:
        engine.unload()
        need = self._loaded.pop(engine)
        log.info("unloaded %s", _named(engine, need))
        self.on_change()

    # -- room --------------------------------------------------------------------------------------

    def fit(
        self, engine: Synthesizer, need: Need | None, leaving: list[Synthesizer] | tuple[Synthesizer, ...] = ()
    ) -> Fit:
        """Where the engine's model goes when `leaving` may be unloaded for it. Raises ModelTooLarge."""
        room = self._left_over()
        if need is None or room is None or need.bytes <= room.bytes:
            return Fit.BESIDE
        gained = sum(other.resident_bytes for one in leaving if (other := self._loaded.get(one)) is not None)
        if need.bytes <= room.bytes + gained:
            return Fit.AFTER
        after = f", and {gained / 1e6:.0f} MB more without the voice in use" if gained else ""
        raise ModelTooLarge(engine.name, str(need), f"{room}{after}")

    def _left_over(self) -> Room | None:
        """What the machine has, or what the setting leaves of it."""
        room, budget_mb = self._room(), self._budget_mb()
        if not budget_mb:
            return room
        taken = sum(need.resident_bytes for need in self._loaded.values() if need is not None)
        allowed = Room(max(0, budget_mb * 1_000_000 - taken), f"engine.memory_mb is {budget_mb}")
        return allowed if room is None or allowed.bytes < room.bytes else room


def _make_ready(engine: Synthesizer, voice: Voice | None) -> None:
    try:
        if voice is not None and isinstance(engine, PerVoice):
            engine.ready(voice)
        else:
            engine.load()
    except VoiceNotFound as error:
        raise VoiceUnfit(engine.name, str(error)) from None
    except SpeechError:
        raise
    except Exception as error:  # a bug in one engine must not silence the others
        log.exception("%s could not be loaded", engine.name)
        raise EngineFailed(engine.name, "an unexpected error; see the log") from error


def _is_same(loaded: Need | None, wanted: Need | None) -> bool:
    """Whether they are of one model; an engine whose models are not known has one."""
    return loaded is None or wanted is None or loaded.model == wanted.model


def _named(engine: Synthesizer, need: Need | None) -> str:
    return need.model if need is not None else engine.name
