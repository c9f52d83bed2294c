"""The house of ARCHITECTURE.md: imports go down or sideways, never up and never in a circle; heavy ones wait."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "litetts_edge"

FLOORS = {
    # the words
    "litetts_edge": 0,
    "speech": 0,
    "pcm": 0,
    "events": 0,
    "errors": 0,
    "interfaces": 0,
    # pure functions and settings
    "settings.*": 1,
    "text.*": 1,
    "dsp": 1,
    "encode": 1,
    "decode": 1,
    "chimes": 1,
    "mqtt": 1,
    "mqtt.documents": 1,
    "mqtt.homeassistant_device": 1,
    "edition": 1,
    "mqtt.topics": 1,
    "mqtt.messages": 1,
    "mqtt.payload": 1,
    # a model, a device, a disk, the broker
    "engines.*": 2,
    "sinks.*": 2,
    "tuning.*": 2,
    "mqtt.link": 2,
    "mqtt.attempts": 2,
    "mqtt.broker": 2,
    "mqtt.connection": 2,
    "mqtt.delivery": 2,
    "mqtt.dial": 2,
    "mqtt.dialect": 2,
    "mqtt.memory": 2,
    "mqtt.outbox": 2,
    "mqtt.publisher": 2,
    "mqtt.sender": 2,
    "mqtt.subscriptions": 2,
    "catalogue.*": 2,
    "prepare.*": 2,
    "cache": 2,
    "journal": 2,
    "quality": 2,
    "watermark": 2,
    # the way of a request
    "pipeline.*": 3,
    "soundcheck.*": 3,
    # doors
    "mqtt.homeassistant": 4,
    "mqtt.controls": 4,
    "mqtt.service": 4,
    "mqtt.verbs": 4,
    "mqtt.door": 4,
    "mqtt.neighbour": 4,
    "mqtt.hermes": 4,
    "http.*": 4,
    "wyoming.*": 4,
    "health": 4,
    "status": 4,
    "mdns.*": 4,
    "systemd": 4,
    "heartbeat": 4,
    # the appliance
    "daemon": 5,
    "cli": 5,
    "commands.*": 5,
    "__main__": 5,
}
"""Where each module lives: by its name, or all of a package by `package.*`. In mqtt/ each is named by itself."""

HEAVY = ("onnxruntime", "sounddevice", "paho", "numpy", "soundfile", "soxr", "zeroconf", "espeakng_loader", "onnx")


def name_of(path: Path) -> str:
    """`litetts_edge/mqtt/link.py` is mqtt.link; a package is named without its __init__."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or PACKAGE.name


@cache
def modules() -> Mapping[str, Path]:
    return {name_of(path): path for path in PACKAGE.rglob("*.py") if "shipped" not in path.parts}


def floor_of(module: str) -> int | None:
    if module in FLOORS:
        return FLOORS[module]
    return FLOORS.get(f"{module.split('.', maxsplit=1)[0]}.*")


def imports_in(source: str, known: Mapping[str, object]) -> set[str]:
    """The modules of ours that `source` imports anywhere, those inside functions included."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import, line {node.lineno}"
            if node.module and node.module.split(".")[0] == PACKAGE.name:
                inside = node.module.removeprefix(PACKAGE.name).lstrip(".")
                for alias in node.names:
                    full = f"{inside}.{alias.name}".lstrip(".")  # a module, or a name in `inside`
                    found.add(full if full in known else inside or PACKAGE.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == PACKAGE.name:
                    found.add(alias.name.removeprefix(PACKAGE.name).lstrip(".") or PACKAGE.name)
    return found


@cache
def graph() -> Mapping[str, set[str]]:
    known = modules()
    return {name: imports_in(path.read_text(encoding="utf-8"), known) - {name} for name, path in known.items()}


def climbs(imports: Mapping[str, set[str]]) -> list[str]:
    """The imports that go up."""
    found = []
    for module, imported in imports.items():
        for other in imported:
            below, above = floor_of(module), floor_of(other)
            if below is not None and above is not None and above > below:
                found.append(f"{module} (floor {below}) imports {other} (floor {above})")
    return sorted(found)


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """One circle of imports, or nothing."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_every_module_has_a_floor() -> None:
    """A new module says where it lives: here in FLOORS, and in ARCHITECTURE.md."""
    assert [module for module in sorted(modules()) if floor_of(module) is None] == []


def test_imports_go_down_or_sideways() -> None:
    """No module knows what stands above it."""
    assert climbs(graph()) == []


def test_no_circles() -> None:
    """Not even inside a floor, nor through an import inside a function."""
    assert circle(graph()) == []


def test_only_the_command_line_knows_the_composition_root() -> None:
    """What needs a global needs a parameter."""
    assert {module for module, imported in graph().items() if "daemon" in imported} <= {"commands.run"}


def test_the_floors_can_fail() -> None:
    """An import that goes up, one in a circle and one inside a function are each seen."""
    known = {"pipeline.speak": None, "text.frontend": None, "pcm": None, "daemon": None}
    source = (
        "def late():\n    from litetts_edge.pipeline import speak\n    from litetts_edge.pcm import AudioChunk\n"
    )
    imported = imports_in(source, known)
    assert imported == {"pipeline.speak", "pcm"}
    assert imports_in("import litetts_edge.daemon", known) == {"daemon"}
    assert climbs({"text.frontend": imported}) == ["text.frontend (floor 1) imports pipeline.speak (floor 3)"]
    assert set(circle({"cache": {"journal"}, "journal": {"cache"}})) == {"cache", "journal"}


@pytest.mark.skipif("__main__" not in modules(), reason="there is no command line yet")
def test_help_loads_nothing_heavy() -> None:
    """`litetts-edge --help` answers at once: neither the model's library nor audio nor the broker's is loaded."""
    program = (
        "import sys\n"
        "from litetts_edge.__main__ import main\n"
        "sys.argv = ['litetts-edge', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print('heavy:', *sorted({{name.split('.')[0] for name in sys.modules}} & set({HEAVY!r})))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.rstrip().endswith("heavy:"), result.stdout[-200:]
