"""While the loudspeaker is in use, other players are turned down; afterwards they are as loud as before.

What is turned down is written to a file first, so that a crash leaves nobody soft for ever. Whoever turns a
player up or down in the meantime keeps what they chose.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from litetts_edge.interfaces import AudioSink, AudioWriter
from litetts_edge.pcm import AudioFormat
from litetts_edge.settings import atomic
from litetts_edge.sinks.players import Player, Players, PlayersUnreachable
from litetts_edge.speech import SpeakRequest

log = logging.getLogger(__name__)

LINGER_S = 0.4
"""Players stay soft so long after an announcement: the next one may follow at once."""
LOOK_S = 1.0
"""A player that begins in the middle of an announcement is found within so long."""
RETURN_S = 60.0
"""A player that ended while it was soft, and begins again, is turned up within so long."""
RETURNS = 66
"""It is looked for so often: for an hour. Later the next announcement finds it."""
GOODBYE_S = 0.8
"""At a stop, turning everything up again may take so long; what is left is done at the next start."""
MOST = 64
"""Players that are remembered."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """One player that was turned down."""

    index: int
    key: str
    before: tuple[int, ...]
    after: tuple[int, ...]


class Ducking:
    """Turns players down and up again, from a task of its own: no announcement waits for it."""

    def __init__(
        self, players: Players, memory: Path, percent: Callable[[], int], linger_s: float = LINGER_S
    ) -> None:
        """`percent` of its volume is what a player keeps; at 100 nothing is done at all."""
        self._players = players
        self._memory = memory
        self._percent = percent
        self._linger_s = linger_s
        self._uses = 0
        self._held = False
        self._changed = asyncio.Event()
        self._lowered: dict[int, Lowered] = {}
        self._left: list[Lowered] = []
        """Players that were gone when it was time to turn them up. The server remembers them as soft."""
        self._written: list[Lowered] = []
        self._unreachable = ""

    async def __aenter__(self) -> Ducking:
        self._task = asyncio.create_task(self._run(), name="ducking")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._guarded(self._raise)

    @asynccontextmanager
    async def use(self) -> AsyncIterator[None]:
        """Inside, other players are soft, some moments after it was entered."""
        self._uses += 1
        self._changed.set()
        try:
            yield
        finally:
            self._uses -= 1
            self._changed.set()

    def hold(self, held: bool) -> None:
        """While the loudspeaker is paused, players need not be soft."""
        self._held = held
        self._changed.set()

    @property
    def _wanted(self) -> bool:
        return self._uses > 0 and not self._held and self._percent() < 100

    async def _run(self) -> None:
        self._left = await asyncio.to_thread(self._read)  # what an earlier process left soft
        self._written = list(self._left)
        rounds = 0
        while True:
            self._changed.clear()
            if self._wanted:
                rounds = 0
                await self._guarded(self._lower)
                await self._change(LOOK_S)
            elif self._lowered or (self._left and rounds < RETURNS):
                # Rarer and rarer: the sound server may be gone for days.
                await self._change(min(RETURN_S, 2.0 ** (rounds - 1)) if rounds else self._linger_s)
                if not self._wanted:
                    rounds += 1
                    await self._guarded(self._raise)
            else:
                await self._change(None)

    async def _change(self, timeout_s: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except PlayersUnreachable as error:
            if str(error) != self._unreachable:
                log.warning("other players are not turned down: %s", error)
            self._unreachable = str(error)
        else:
            self._unreachable = ""

    # -- down and up -------------------------------------------------------------------------------

    async def _lower(self) -> None:
        players = await self._players.list()
        self._set_aside(players)
        share = self._percent() / 100
        new = []
        for player in players:
            if player.index in self._lowered or len(self._lowered) == MOST:
                continue
            # The server remembers how loud a program was last: its next stream may begin with the volume we set.
            soft = self._same_and_soft(player)
            before = soft.before if soft else player.volumes
            if any(before):
                after = tuple(round(volume * share) for volume in before)
                new.append(Lowered(player.index, player.key, before, after))
                self._lowered[player.index] = new[-1]
        self._forget_those_back(players)
        await self._remember()
        for lowered in new:
            await self._players.set(lowered.index, lowered.after)

    async def _raise(self) -> None:
        """Give every player that is still as we left it its own volume back."""
        if not (self._lowered or self._left):
            return
        players = await self._players.list()
        self._set_aside(players)
        for player in players:
            lowered = self._lowered.get(player.index) or self._same_and_soft(player)
            if lowered is not None and player.is_at(lowered.after):
                await self._players.set(player.index, lowered.before)
            self._lowered.pop(player.index, None)
        self._forget_those_back(players)
        await self._remember()

    def _same_and_soft(self, player: Player) -> Lowered | None:
        """Another stream of that program, which we made as soft as this one is."""
        known = (*self._left, *self._lowered.values())
        return next((one for one in known if one.key == player.key and player.is_at(one.after)), None)

    def _set_aside(self, players: Sequence[Player]) -> None:
        """Keep those that are gone for when they come again; a server that was restarted counts from 0 again."""
        present = {(player.index, player.key) for player in players}
        gone = [one for one in self._lowered.values() if (one.index, one.key) not in present]
        for one in gone:
            del self._lowered[one.index]
        self._left = [*self._left, *gone][-MOST:]

    def _forget_those_back(self, players: Sequence[Player]) -> None:
        keys = {player.key for player in players}
        self._left = [one for one in self._left if one.key not in keys]

    # -- over a crash ------------------------------------------------------------------------------

    async def _remember(self) -> None:
        known = [*self._left, *self._lowered.values()]
        if known == self._written:
            return
        self._written = known
        try:
            await asyncio.to_thread(self._write, known)
        except OSError as error:  # a crash may then leave players soft; silence would be worse
            log.warning("%s cannot be written: %s", self._memory, error.strerror)

    def _write(self, all_of_them: list[Lowered]) -> None:
        if all_of_them:
            atomic.write(self._memory, json.dumps([asdict(one) for one in all_of_them]).encode())
        else:
            self._memory.unlink(missing_ok=True)

    def _read(self) -> list[Lowered]:
        try:
            found = json.loads(self._memory.read_bytes())
            return [
                Lowered(int(one["index"]), str(one["key"]), _volumes(one["before"]), _volumes(one["after"]))
                for one in found
            ][:MOST]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("%s cannot be read, so nothing is turned up again: %s", self._memory, error)
            return []


def _volumes(found: list[object]) -> tuple[int, ...]:
    return tuple(int(str(volume)) for volume in found)


class DuckingSink:
    """A loudspeaker that turns other players down while it is in use. See AudioSink."""

    def __init__(self, sink: AudioSink, ducking: Ducking) -> None:
        self._sink = sink
        self._ducking = ducking

    @property
    def name(self) -> str:
        return self._sink.name

    def pause(self) -> None:
        self._sink.pause()
        self._ducking.hold(True)

    def resume(self) -> None:
        self._sink.resume()
        self._ducking.hold(False)

    @asynccontextmanager
    async def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        async with self._ducking.use(), self._sink.writer(request, audio, on_first_audio) as writer:
            yield writer
