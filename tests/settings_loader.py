"""Settings loaded from a text, on a board in the kitchen, without touching this machine's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from litetts_edge.settings.load import Loaded, load_settings
from litetts_edge.settings.machine import Machine
from litetts_edge.settings.problems import Problem, SettingsError

Load = Callable[..., Loaded]


def kitchen(folder: Path) -> Machine:
    """A board that an ordinary user has in the kitchen."""
    return Machine("Kitchen-Pi.local", "0123456789abcdef0123456789abcdef", is_root=False, home=folder / "home")


def loader(folder: Path) -> Load:
    """A function that loads a text from edge.yaml in the folder; the state folder is beside it."""

    def load(text: str = "", *assignments: str, override: str | None = None, **environ: str) -> Loaded:
        file = folder / "edge.yaml"
        file.write_text(text)
        environ = {"STATE_DIRECTORY": str(folder / "state"), **environ}
        return load_settings(file, environ, assignments, override=override, machine=kitchen(folder))

    return load


def problems_of(load: Load, *arguments: str, **environ: str) -> tuple[Problem, ...]:
    """What is wrong, one by one."""
    with pytest.raises(SettingsError) as raised:
        load(*arguments, **environ)
    return raised.value.problems


def told(load: Load, *arguments: str, **environ: str) -> str:
    """All that is said about what is wrong."""
    return "\n".join(str(problem) for problem in problems_of(load, *arguments, **environ))
