"""What a model takes, and what there is for it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.engines import kokoro_stream
from litetts_edge.engines.installed import InstalledModel, ModelFile, read_installed
from litetts_edge.engines.memory import COSTS, UNKNOWN, Cost, Need, Room, available, model_need, precision_of
from litetts_edge.engines.mode import PARTS, Mode, mode_of
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.engines.piper import PARTS as PIPER_PARTS
from tests import piper_models
from tests.split_models import install_parts

MB = 1_000_000


def installed(engine: str, file: str, megabytes: int) -> InstalledModel:
    """A model with one graph, and voices that are mapped and not loaded."""
    graph = ModelFile(Path(file), "model", "0" * 64, megabytes * MB)
    voices = ModelFile(Path("voices.bin"), "voices", "0" * 64, 28 * MB)
    return InstalledModel("m", engine, Path("m"), ("en-US",), (graph, voices))


@pytest.mark.parametrize(
    ("file", "precision"),
    [
        ("model.onnx", "fp32"),
        ("model_fp16.onnx", "fp16"),
        ("model_quantized.onnx", "quantized"),
        ("model_q8f16.onnx", "q8f16"),
        ("model_q4f16.onnx", "q4f16"),
        ("model_uint8f16.onnx", "uint8f16"),
        ("kokoro-v1.0.int8.onnx", "int8"),
        ("kokoro-v1.0.onnx", "fp32"),
        ("en_US-lessac-medium.onnx", "fp32"),
    ],
)
def test_the_precision_stands_in_the_name_of_the_file(file: str, precision: str) -> None:
    """Of every published file."""
    assert precision_of(file) == precision


@pytest.mark.parametrize("key", [key for key in COSTS if key[2] is Mode.WHOLE])
def test_what_was_measured_is_what_is_reckoned_with(key: tuple[str, str, Mode]) -> None:
    """By engine and precision; a voice file costs nothing."""
    engine, precision, _ = key
    file = "model.onnx" if precision == "fp32" else f"model_{precision}.onnx"
    need = model_need(installed(engine, file, 100))
    assert need.cost == COSTS[key]
    assert need.bytes == round(100 * MB * COSTS[key].factor + COSTS[key].work_mb * MB)


def test_what_was_never_measured_costs_the_most() -> None:
    """Rather refused than killed."""
    assert model_need(installed("another", "model.onnx", 100)).cost == UNKNOWN
    assert all(cost.factor <= UNKNOWN.factor for cost in COSTS.values())


def test_the_arithmetic_is_told() -> None:
    """So that it can be checked with pencil and paper."""
    need = Need("kokoro-v1.0-q8", "kokoro", 92 * MB, Cost(3.1, 100))
    arithmetic = "file 92 MB × 3.1 + 100 MB for whole sentences"
    assert str(need) == f"the model kokoro-v1.0-q8 needs about 385 MB ({arithmetic})"
    assert need.resident_bytes == 285_200_000


def test_a_guess_says_that_it_is_one() -> None:
    """Nobody measured that."""
    said = str(model_need(installed("kitten", "model_q4f16.onnx", 150)))
    assert said.endswith(
        "MB for whole sentences; a guess, as its kind was never measured: `litetts-edge tune` knows)"
    )


def test_what_tune_measured_here_counts_instead() -> None:
    """Of that, no more is given back than there is."""
    need = model_need(installed("kokoro", "model_quantized.onnx", 100), measured_mb=90.4)
    assert (need.bytes, need.resident_bytes) == (90_400_000, 90_400_000)
    assert str(need) == "the model m needs about 90 MB (measured here by `litetts-edge tune`, file 100 MB)"


def test_windows_need_less_and_are_reckoned_with_where_they_will_be_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piper with its parts, Kokoro with a calibration, too; without one, and with `off`, it is the whole graph."""
    install_parts(tmp_path, "kokoro-small-v1.1")
    kokoro = read_installed(piper_models.ENGINES / "kokoro-small-v1.1")
    assert mode_of(kokoro, EngineOptions(prepared=tmp_path)) is Mode.WHOLE
    monkeypatch.setattr("litetts_edge.engines.mode.good_voices", lambda *_: frozenset({"af_heart"}))
    assert mode_of(kokoro, EngineOptions(prepared=tmp_path)) is Mode.WINDOWS
    assert mode_of(kokoro, EngineOptions(prepared=tmp_path, stream=Stream.EXACT)) is Mode.EXACT
    piper = read_installed(piper_models.ENGINES / piper_models.SMALL)
    parts = EngineOptions(prepared=piper_models.prepared())
    assert mode_of(piper, parts) is Mode.WINDOWS
    assert mode_of(piper, replace(parts, stream=Stream.OFF)) is Mode.WHOLE
    assert mode_of(piper, EngineOptions()) is Mode.WHOLE
    assert model_need(piper, parts).bytes < model_need(piper, EngineOptions()).bytes
    assert "MB for windows)" in str(model_need(piper, parts))


PROMISED = {
    "Kokoro fp32": ("kokoro", "model.onnx", 325),
    "Kokoro quantized (dynamic uint8)": ("kokoro", "model_quantized.onnx", 92),
    "Kokoro int8 of kokoro-onnx": ("kokoro", "kokoro-v1.0.int8.onnx", 92),
    "Kokoro uint8": ("kokoro", "model_uint8.onnx", 176),
    "Kokoro fp16": ("kokoro", "model_fp16.onnx", 163),
    "Kokoro q4": ("kokoro", "model_q4.onnx", 305),
    "Kokoro q8f16": ("kokoro", "model_q8f16.onnx", 86),
    "Kokoro uint8f16": ("kokoro", "model_uint8f16.onnx", 114),
    "Piper medium": ("piper", "en_US-x-medium.onnx", 63),
    "Piper medium, several speakers": ("piper", "en_US-x-medium.onnx", 77),
    "KittenTTS nano": ("kitten", "kitten_tts_nano_v0_1.onnx", 17),
}
"""Rows of docs/tuning.md: engine, file, its megabytes."""


@pytest.mark.parametrize("row", PROMISED)
def test_what_was_measured_is_within_what_is_promised(row: str) -> None:
    """The page has both, and the program reckons with the page's figure."""
    page = (Path(__file__).parent.parent / "docs" / "tuning.md").read_text("utf-8")
    (cells,) = re.findall(rf"^\| {re.escape(row)} \|(.*)\|$", page, re.MULTILINE)
    _, loaded, peak, promised, _ = (cell.strip() for cell in cells.split("|"))
    need = model_need(installed(*PROMISED[row]))
    assert promised == f"{need.bytes / 1e6:.0f} MB"
    assert max(map(int, re.findall(r"[+](\d+) MB", loaded))) <= need.resident_bytes / 1e6
    assert max(map(int, re.findall(r"[+](\d+) MB", peak))) <= need.bytes / 1e6


def test_the_parts_that_make_windows_are_those_that_the_engines_ask_for() -> None:
    """They are written twice: an engine is not imported to reckon."""
    assert PARTS == {"kokoro": kokoro_stream.PARTS, "kitten": kokoro_stream.PARTS, "piper": PIPER_PARTS}


# -- what there is ------------------------------------------------------------------------------------------


def machine(folder: Path, available_kb: int, **groups: dict[str, str]) -> tuple[Path, Path, Path]:
    """Files as the kernel has them: the service is edge.service in system.slice."""
    meminfo, own, cgroups = folder / "meminfo", folder / "cgroup", folder / "cgroups"
    meminfo.write_text(f"MemTotal:        4000000 kB\nMemAvailable:    {available_kb} kB\n")
    own.write_text("0::/system.slice/edge.service\n")
    for name, files in groups.items():
        group = cgroups / {"slice": "system.slice", "service": "system.slice/edge.service"}[name]
        group.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (group / f"memory.{file}").write_text(f"{text}\n")
    return meminfo, own, cgroups


def limits(high: str = "max", most: str = "max", current: int = 100 * MB, inactive: int = 0) -> dict[str, str]:
    stat = f"anon 5\ninactive_file {inactive}\nactive_file 7"
    return {"high": high, "max": most, "current": str(current), "stat": stat}


def test_without_limits_it_is_what_the_machine_has(tmp_path: Path) -> None:
    """MemAvailable, in kB of 1024."""
    room = available(*machine(tmp_path, 1_000_000, service=limits()))
    assert room == Room(1_024_000_000, "MemAvailable of the machine")


@pytest.mark.parametrize(
    ("high", "most", "limit"), [("300000000", "max", "memory.high"), ("max", "300000000", "memory.max")]
)
def test_the_limit_of_the_service_counts_less_what_it_has(
    tmp_path: Path, high: str, most: str, limit: str
) -> None:
    """And what it has only as a cache of files can be reclaimed."""
    room = available(*machine(tmp_path, 1_000_000, service=limits(high, most, inactive=20 * MB)))
    assert room == Room(220 * MB, f"{limit} of edge.service")


def test_a_limit_further_up_counts_too(tmp_path: Path) -> None:
    """The slice shares its memory among services."""
    groups = {"slice": limits(most="500000000", current=450 * MB), "service": limits(most="300000000")}
    assert available(*machine(tmp_path, 1_000_000, **groups)) == Room(50 * MB, "memory.max of system.slice")


def test_a_group_above_its_limit_has_nothing(tmp_path: Path) -> None:
    """memory.high may be exceeded for a while."""
    room = available(*machine(tmp_path, 1_000_000, service=limits(high="50000000")))
    assert room is not None
    assert room.bytes == 0


@pytest.mark.parametrize("text", ["", "4:memory:/old\n", "0::/../elsewhere\n", "nonsense"])
def test_other_groups_are_no_limit(tmp_path: Path, text: str) -> None:
    """Version 1, none, or one that cannot be seen from here."""
    meminfo, own, cgroups = machine(tmp_path, 1000, service=limits(most="5"))
    own.write_text(text)
    assert available(meminfo, own, cgroups) == Room(1_024_000, "MemAvailable of the machine")


@pytest.mark.parametrize("text", ["", "MemAvailable:\n", "MemAvailable: many kB\n", "MemTotal: 5 kB\n"])
def test_where_nothing_can_be_read_nothing_is_refused(tmp_path: Path, text: str) -> None:
    """/proc may be hidden from the service."""
    meminfo, own, cgroups = machine(tmp_path, 1000)
    meminfo.write_text(text)
    assert available(meminfo, own, cgroups) is None
    assert available(tmp_path / "none", tmp_path / "none", cgroups) is None


def test_this_machine_has_some() -> None:
    """The real files."""
    room = available()
    assert room is not None
    assert room.bytes > 0
