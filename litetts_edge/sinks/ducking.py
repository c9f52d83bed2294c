"""While the loudspeaker is in use, other players are turned down; afterwards they are as loud as before.

What is turned down is written to a file first, so that a crash leaves nobody soft for ever. Whoever turns a
player up or down in the meantime keeps what they chose.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
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
        await self._recall()
        while True:
            self._changed.clear()
            if self._wanted:
                await self._guarded(self._lower)
                await self._change(LOOK_S)
            elif self._lowered:
                await self._change(self._linger_s)
                if not self._wanted:
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
        self._set_aside({player.index for player in players})
        await self._raise_those_left(players)
        share = self._percent() / 100
        new = [player for player in players if player.index not in self._lowered and any(player.volumes)]
        for player in new[: MOST - len(self._lowered)]:
            after = tuple(round(volume * share) for volume in player.volumes)
            self._lowered[player.index] = Lowered(player.index, player.key, player.volumes, after)
        if new:
            await self._remember()
        for player in new:
            if player.index in self._lowered:
                await self._players.set(player.index, self._lowered[player.index].after)

    async def _raise(self) -> None:
        """Give every player that is still as we left it its own volume back."""
        if not self._lowered:
            return
        players = await self._players.list()
        self._set_aside({player.index for player in players})
        for player in players:
            lowered = self._lowered.get(player.index)
            if lowered is not None and player.is_at(lowered.after):
                await self._players.set(player.index, lowered.before)
            self._lowered.pop(player.index, None)
        await self._remember()

    def _set_aside(self, present: set[int]) -> None:
        """Keep those that are gone for when they come again."""
        gone = [self._lowered.pop(index) for index in tuple(self._lowered) if index not in present]
        self._left = [*self._left, *gone][-MOST:]

    async def _raise_those_left(self, players: list[Player]) -> None:
        """A player that ended while it was soft begins soft again: the server remembers the last volume."""
        for left in tuple(self._left):
            again = [player for player in players if player.key == left.key and player.index not in self._lowered]
            for player in again:
                if player.is_at(left.after):
                    await self._players.set(player.index, left.before)
                    players[players.index(player)] = Player(player.index, player.key, left.before)
            if again:
                self._left.remove(left)

    # -- over a crash ------------------------------------------------------------------------------

    async def _remember(self) -> None:
        try:
            await asyncio.to_thread(self._write, [*self._left, *self._lowered.values()])
        except OSError as error:  # a crash may then leave players soft; silence would be worse
            log.warning("%s cannot be written: %s", self._memory, error.strerror)

    def _write(self, all_of_them: list[Lowered]) -> None:
        if all_of_them:
            atomic.write(self._memory, json.dumps([asdict(one) for one in all_of_them]).encode())
        else:
            self._memory.unlink(missing_ok=True)

    async def _recall(self) -> None:
        """Turn up what an earlier process left soft."""
        self._left = await asyncio.to_thread(self._read)
        if self._left:

            async def raise_them() -> None:
                await self._raise_those_left(await self._players.list())
                await self._remember()

            await self._guarded(raise_them)

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
