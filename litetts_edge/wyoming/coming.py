"""A text that a client is still writing, from the events that bring it to the requests that speak it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from litetts_edge.errors import TextTooLong
from litetts_edge.text.growing import GrowingText, Portion

MAX_STREAM = 50_000
"""Characters of a text that comes in pieces: an hour of speech."""


class ComingText:
    """A text that is still being written, and those who wait for its next sentences."""

    def __init__(self, lang: str, longest: int, patience_s: float) -> None:
        """`longest` as of GrowingText; after `patience_s` without more, what ends like a sentence is one."""
        self._growing = GrowingText(lang, longest)
        self._patience_s = patience_s
        self._ended = False
        self._changed = asyncio.Event()

    def add(self, text: str) -> None:
        """More of it came. Raises TextTooLong."""
        if self._growing.length + len(text) > MAX_STREAM:
            raise TextTooLong(self._growing.length + len(text), MAX_STREAM)
        self._growing.add(text)
        self._changed.set()

    def end(self) -> None:
        """That was all."""
        self._ended = True
        self._changed.set()

    async def portions(self) -> AsyncIterator[Portion]:
        """Its sentences, as they are complete."""
        while True:
            self._changed.clear()
            portion = self._growing.take_rest() if self._ended else self._growing.take()
            if portion is None and self._ended:
                return
            if portion is None:
                portion = await self._more()
            if portion is not None:
                yield portion

    async def _more(self) -> Portion | None:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._changed.wait()
        except TimeoutError:
            if (portion := self._growing.take_likely()) is not None:
                return portion
            await self._changed.wait()
        return None
