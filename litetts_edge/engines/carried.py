"""Running a graph that carries state from window to window (prepare/carry.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LAST = "last"
"""Input, (1,) int64: 1 for the window with which the sentence ends."""
STATE, NEXT = "state_", "next_"
"""Inputs and outputs, with the same numbers: what a window is given of the one before it, and gives."""


class Named(Protocol):
    """An input of a graph: engines/onnx.py's Port, or what it needs of it."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]:
        """0 where it differs from run to run."""
        ...


class Carried:
    """What one sentence has carried so far. Its windows are given to the graph in order."""

    def __init__(self, inputs: Iterable[Named]) -> None:
        """`inputs`: of the graph."""
        self._states: dict[str, NDArray[np.float32]] = {
            port.name: np.zeros(port.shape, np.float32) for port in inputs if port.name.startswith(STATE)
        }

    def inputs(self, given: Mapping[str, NDArray[Any]], *, last: bool) -> dict[str, NDArray[Any]]:
        """What the graph is given for the next window."""
        return {**given, **self._states, LAST: np.array([last], np.int64)}

    def keep(self, outputs: Iterable[tuple[str, NDArray[Any]]]) -> None:
        """Remember what the graph gave, by name."""
        self._states |= {name.replace(NEXT, STATE): value for name, value in outputs if name.startswith(NEXT)}
