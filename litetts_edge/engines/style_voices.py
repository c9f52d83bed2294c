"""The voices of one model of the StyleTTS 2 kind: single ones, blends, aliases and presets, and their styles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines import blend
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.presets import read_presets
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.errors import VoiceNotFound
from litetts_edge.speech import Voice

Choice = Callable[[int], int]
"""Which row of a table, of so many."""
Mixed = Mapping[str, tuple[str, ...]]
"""Voices that are equal parts of others, where they have no table of their own."""
_NONE: Mixed = MappingProxyType({})


class StyleVoices:
    """Names to styles. `describe` gives the voice for the name of a single one, `place` its place in lists."""

    def __init__(
        self,
        tables: StyleTables,
        options: EngineOptions,
        *,
        describe: Callable[[str], Voice],
        place: Callable[[str], object] = str,
        aliases: Mapping[str, str] = MappingProxyType({}),
        mixed: Mixed = _NONE,
    ) -> None:
        self._tables = tables
        self._options = options
        self._describe = describe
        self._place = place
        self._aliases = aliases
        self._mixed = mixed
        self._engine = tables.engine

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of all single voices. Raises EngineFailed."""
        names = self._tables.names
        names += tuple(
            name for name, parts in self._mixed.items() if name not in names and set(parts) <= set(names)
        )
        return tuple(sorted(names, key=self._place))  # type: ignore[arg-type]

    @cached_property
    def all(self) -> tuple[Voice, ...]:
        """Single voices, then presets. Raises EngineFailed."""
        presets = (self._blended(name, blended) for name, blended in self._presets.items())
        return (*map(self._describe, self.names), *presets)

    def find(self, name: str) -> Voice:
        """The voice for the id of one, an alias, a preset or a blend. Raises VoiceNotFound, EngineFailed."""
        asked = name.removeprefix(f"{self._engine}:")
        known = {voice.id: voice for voice in self.all}
        own = f"{self._engine}:{self._aliases.get(asked, asked)}"
        return known[own] if own in known else self._blended(asked, asked)

    def parts(self, voice: Voice) -> list[tuple[str, float]]:
        """What a voice is made of: names and shares, whose sum is 1. Raises VoiceNotFound."""
        asked = voice.id.removeprefix(f"{self._engine}:")
        shares = self._shares(self._presets.get(asked, asked))
        return [(self.names[at], float(shares[at])) for at in np.flatnonzero(shares)]

    def single(self, voice: Voice) -> str:
        """The name of a voice that is no blend of others, else empty. Raises VoiceNotFound."""
        parts = self.parts(voice)
        return parts[0][0] if len(parts) == 1 else ""

    def verify(self, voice: Voice) -> None:
        """See that the files of its parts are whole; needs no session. Raises VoiceNotFound, EngineFailed."""
        for name, _ in self.parts(voice):
            for part in (name,) if name in self._tables.names else self._mixed[name]:
                self._tables.verify(part)

    def style(self, voice: Voice, choice: Choice) -> NDArray[np.float32]:
        """(1, width): the rows of its parts that `choice` names, blended. Raises VoiceNotFound, EngineFailed."""
        rows = [self._row(name, choice) * np.float32(share) for name, share in self.parts(voice)]
        return sum(rows[1:], start=rows[0])[np.newaxis]

    @cached_property
    def _presets(self) -> Mapping[str, str]:
        return read_presets(self._engine, self._options, self.names, self._aliases)

    def _shares(self, blended: str) -> NDArray[np.float32]:
        return blend.weights(blended, self._engine, self.names, self._aliases)

    def _blended(self, name: str, blended: str) -> Voice:
        """A voice that speaks the language of its largest part, the first of equals."""
        try:
            shares = self._shares(blended)
        except VoiceNotFound:
            if {"+", "("} & set(blended):
                raise
            aliases = (alias for alias, own in self._aliases.items() if own in self.names)
            known = [f"{self._engine}:{one}" for one in (*self.names, *self._presets, *aliases)]
            raise VoiceNotFound(f"{self._engine}:{name}", known) from None
        largest = self._describe(self.names[int(shares.argmax())])
        called = "blend" if name == blended else name.capitalize()
        label = f"{self._engine.capitalize()} {called} ({blend.label(shares, self.names)})"
        return replace(largest, id=f"{self._engine}:{name}", name=label)

    def _row(self, name: str, choice: Choice) -> NDArray[np.float32]:
        if name in self._tables.names:
            return self._tables.row(name, choice)
        parts = [self._row(part, choice) for part in self._mixed[name]]
        return sum(parts[1:], start=parts[0]) / np.float32(len(parts))
