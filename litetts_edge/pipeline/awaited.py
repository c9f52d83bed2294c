"""Restored requests wait for their outputs: after a power cut the sound card and the broker may come after us.

A new request does not: its sender is there, and hears at once that it cannot be spoken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from litetts_edge.speech import RequestId, SpeakRequest

PATIENCE_S = 30.0
"""So long a request waits for all of its outputs, but half of the time that is left to it at most; then one of
them is enough."""


async def _nowhere() -> None:
    pass


class Awaited:
    """Knows which requests wait so. Belongs to the event loop; all times are seconds on the pipeline's clock."""

    def __init__(
        self,
        is_there: Mapping[str, Callable[[], bool]] = MappingProxyType({}),
        look: Callable[[], Awaitable[object]] = _nowhere,
    ) -> None:
        """`is_there` says by output whether it would take audio now; one without a word in it always does.

        `look` finds out anew what takes a moment to find out.
        """
        self._is_there = is_there
        self._look = look
        self._all_until: dict[RequestId, float] = {}

    def add(self, request: SpeakRequest, now: float) -> None:
        """It waits from now on."""
        self._all_until[request.id] = min(now + PATIENCE_S, (now + request.deadline) / 2)

    def forget(self, request: SpeakRequest) -> None:
        """It waits no longer."""
        self._all_until.pop(request.id, None)

    def missing(self, request: SpeakRequest, now: float) -> tuple[str, ...]:
        """The outputs that its turn has to wait for; none for a request that is not one of these."""
        all_until = self._all_until.get(request.id)
        if all_until is None:
            return ()
        absent = tuple(name for name in request.outputs if name in self._is_there and not self._is_there[name]())
        return absent if now < all_until or len(absent) == len(request.outputs) else ()

    async def look(self) -> None:
        """Find out anew what is there."""
        await self._look()
