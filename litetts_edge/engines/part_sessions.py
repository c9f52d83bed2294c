"""The sessions of a model's prepared parts, opened when they are needed; of the generators, one at a time.

A sentence keeps the generator that it was begun with: on the other lane a voice may speak that has another form.
"""

from __future__ import annotations

from litetts_edge.engines.eight_bit import is_eight_bit
from litetts_edge.engines.onnx import OnnxModel, trim
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.prepared import Prepared
from litetts_edge.errors import EngineFailed

GENERATOR = "generator"
"""How the names of its forms begin."""


class PartSessions:
    """By variant."""

    def __init__(self, engine: str, prepared: Prepared, options: EngineOptions) -> None:
        """`engine` is named in errors."""
        self._engine = engine
        self._prepared = prepared
        self._options = options
        self._open: dict[str, OnnxModel] = {}

    @property
    def model_bytes(self) -> int:
        """Size of the loaded files."""
        return sum(session.model_bytes for session in self._open.values())

    def __getitem__(self, part: str) -> OnnxModel:
        """Loaded; another generator is let go first, and freed unless a sentence has it. Raises EngineFailed."""
        if part not in self._open:
            if part.startswith(GENERATOR):
                for other in [name for name in self._open if name.startswith(GENERATOR)]:
                    del self._open[other]
                trim()
            session = self._session(part)
            session.load()
            self._open[part] = session
        return self._open[part]

    def unload(self) -> None:
        """Free them all."""
        for session in self._open.values():
            session.unload()
        self._open.clear()

    def _session(self, part: str) -> OnnxModel:
        path = self._prepared.graph(part)
        if path is None:
            raise EngineFailed(self._engine, f"{self._prepared.folder} has no {part}.")
        return OnnxModel(
            self._engine,
            path,
            threads=self._options.threads,
            spinning=self._options.spinning,
            # In windows it holds what one of them takes, and never gives that back.
            arena=self._options.arena or part != f"{GENERATOR}-stats",
            pattern=False,
            eight_bit=is_eight_bit(part),
        )
