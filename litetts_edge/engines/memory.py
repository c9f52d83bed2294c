"""What a model will take, and what there is: so that one that cannot fit is refused before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.mode import Mode, mode_of
from litetts_edge.engines.options import EngineOptions

MEMINFO = Path("/proc/meminfo")
OWN_CGROUP = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a kind of model takes: its file some times over, and room to work."""

    factor: float
    """Resident bytes per byte of the model file once it is loaded; quantized weights are packed and kept twice."""
    work_mb: float
    """Beyond that while portions.AT_ONCE_S are spoken at once, which no sentence exceeds; or in windows."""
    mode: Mode = Mode.WHOLE
    is_guess: bool = False
    """It was never measured."""


AS_PUBLISHED = EngineOptions()
"""No prepared graphs."""

UNKNOWN = Cost(3.0, 450, is_guess=True)
"""For what was never measured: a higher factor than any that was."""

COSTS: Mapping[tuple[str, str, Mode], Cost] = MappingProxyType(
    {
        ("kokoro", "fp32", Mode.WHOLE): Cost(1.2, 380),
        ("kokoro", "fp16", Mode.WHOLE): Cost(2.6, 420),
        ("kokoro", "q4", Mode.WHOLE): Cost(1.2, 360),
        ("kokoro", "q8f16", Mode.WHOLE): Cost(1.9, 440),
        ("kokoro", "quantized", Mode.WHOLE): Cost(1.6, 430),
        ("kokoro", "int8", Mode.WHOLE): Cost(1.6, 430),
        ("kokoro", "uint8", Mode.WHOLE): Cost(1.3, 430),
        ("kokoro", "uint8f16", Mode.WHOLE): Cost(2.2, 430),
        ("kitten", "fp32", Mode.WHOLE): Cost(2.9, 210),
        ("piper", "fp32", Mode.WHOLE): Cost(1.5, 360),
        ("kokoro", "quantized", Mode.EXACT): Cost(1.7, 430, Mode.EXACT),
        ("kokoro", "fp32", Mode.WINDOWS): Cost(1.1, 180, Mode.WINDOWS),
        ("kokoro", "quantized", Mode.WINDOWS): Cost(1.4, 150, Mode.WINDOWS),
        ("piper", "fp32", Mode.WINDOWS): Cost(1.5, 50, Mode.WINDOWS),
    }
)
"""By engine, precision and mode. Measured on full-size exports with random weights, x86-64, onnxruntime 1.31,
1 thread, an arena that is given back: VmRSS after the load and VmHWM after portions of 13 to 15 s at speeds 1 and
0.5, less VmRSS before, reckoned for 15 s; of exports that differ, the one that takes most. KittenTTS's file has
weights of 8 bits, which its name does not tell."""

PRECISIONS = ("q8f16", "uint8f16", "q4f16", "quantized", "uint8", "int8", "fp16", "q8", "q4")
"""Words of the published file names; the more exact ones first, for they contain the others."""


@dataclass(frozen=True, slots=True)
class Need:
    """What loading a model will take."""

    model: str
    engine: str
    file_bytes: int
    cost: Cost
    measured_mb: float = 0.0
    """What `litetts-edge tune` measured here, beyond the program itself; 0 when it has not."""

    @property
    def bytes(self) -> int:
        """All of it."""
        if self.measured_mb:
            return round(self.measured_mb * 1e6)
        return self._loaded_bytes + round(self.cost.work_mb * 1e6)

    @property
    def resident_bytes(self) -> int:
        """What it keeps while nothing is spoken, and gives back when it is unloaded."""
        return min(self._loaded_bytes, self.bytes)

    @property
    def _loaded_bytes(self) -> int:
        return round(self.file_bytes * self.cost.factor)

    def __str__(self) -> str:
        """The arithmetic, for people."""
        file, cost = self.file_bytes / 1e6, self.cost
        how = f"file {file:.0f} MB × {cost.factor:g} + {cost.work_mb:g} MB for {cost.mode}"
        if self.measured_mb:
            how = f"measured here by `litetts-edge tune`, file {file:.0f} MB"
        elif cost.is_guess:
            how += "; a guess, as its kind was never measured: `litetts-edge tune` knows"
        return f"the model {self.model} needs about {self.bytes / 1e6:.0f} MB ({how})"


@dataclass(frozen=True, slots=True)
class Room:
    """What models can still get."""

    bytes: int
    limit: str
    """What sets the limit, for people."""

    def __str__(self) -> str:
        return f"{self.bytes / 1e6:.0f} MB are available ({self.limit})"


def precision_of(file_name: str) -> str:
    """The precision that a published file's name tells; `fp32` when it tells none."""
    words = file_name.lower().replace(".", "_").replace("-", "_").split("_")
    return next((word for word in PRECISIONS if word in words), "fp32")


def model_need(model: InstalledModel, options: EngineOptions = AS_PUBLISHED, measured_mb: float = 0.0) -> Need:
    """What an installed model will take. A voice file is mapped, not loaded: only graphs count."""
    graphs = model.files_of("model")
    precision = precision_of(graphs[0].path.name) if graphs else ""
    mode = mode_of(model, options)
    # Windows take less than whole sentences, whose figure is a limit where there is none for windows.
    cost = COSTS.get((model.engine, precision, mode)) or COSTS.get((model.engine, precision, Mode.WHOLE), UNKNOWN)
    return Need(model.name, model.engine, sum(file.bytes for file in graphs), cost, measured_mb)


def need_of(
    engine: str, options: EngineOptions, measured_mb: Callable[[InstalledModel], float] = lambda _: 0.0
) -> Need | None:
    """What the engine's model will take under these options; None for what comes in the box and fits anywhere.

    `measured_mb` is what tune found of a model, 0 for one that it has not tried.
    """
    models = installed_models(options.pulled, engine)
    named = tuple(model for model in models if model.name == options.model)
    asked = (named or models)[:1]
    return model_need(asked[0], options, measured_mb(asked[0])) if asked else None


def available(meminfo: Path = MEMINFO, own_cgroup: Path = OWN_CGROUP, cgroups: Path = CGROUPS) -> Room | None:
    """What this process can still get without swapping, or being killed by its service's limit; None if hidden.

    proc(5): MemAvailable; cgroup v2 (the kernel's admin-guide/cgroup-v2): memory.high and memory.max of the group
    and of those above it, less memory.current, of which inactive_file can be reclaimed.
    """
    rooms = [room for room in (_machine(meminfo), _service(own_cgroup, cgroups)) if room is not None]
    return min(rooms, key=lambda room: room.bytes) if rooms else None


def _machine(meminfo: Path) -> Room | None:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return Room(int(line.split()[1]) * 1024, "MemAvailable of the machine")
    except (OSError, ValueError, IndexError):
        return None
    return None


def _service(own_cgroup: Path, cgroups: Path) -> Room | None:
    try:
        lines = own_cgroup.read_text().splitlines()
    except OSError:
        return None
    path = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
    if path is None:  # cgroup v1, or none
        return None
    rooms = [room for group in _upwards(cgroups, path) if (room := _group(group)) is not None]
    return min(rooms, key=lambda room: room.bytes) if rooms else None


def _upwards(cgroups: Path, path: str) -> list[Path]:
    group = cgroups / path
    return [group, *(above for above in group.parents if above.is_relative_to(cgroups))]


def _group(group: Path) -> Room | None:
    try:
        limits = [
            (int(text), name)
            for name in ("memory.high", "memory.max")
            if (text := (group / name).read_text().strip()) != "max"
        ]
        used = int((group / "memory.current").read_text())
        fields = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        reclaimable = int(fields.get("inactive_file", "0"))
    except (OSError, ValueError):  # the root has no limits, and other systems no such files
        return None
    if not limits:
        return None
    limit, name = min(limits)
    return Room(max(0, limit - used + reclaimable), f"{name} of {group.name or 'the machine'}")
