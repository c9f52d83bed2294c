"""Prepared graphs are used only where they belong: this model, this machine, whole files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from litetts_edge.engines.cpu import cpu, pairs_overflow
from litetts_edge.engines.installed import InstalledModel, ModelFile
from litetts_edge.engines.onnx import MANIFEST, verify
from litetts_edge.engines.prepared import (
    Prepared,
    PreparedGraph,
    circumstances,
    onnxruntime_version,
    read_prepared,
)
from litetts_edge.errors import EngineFailed


@pytest.fixture
def model(tmp_path: Path) -> InstalledModel:
    file = ModelFile(tmp_path / "model.onnx", "model", "ab" * 32, 4)
    return InstalledModel("kokoro-v1.0", "kokoro", tmp_path, ("en-US",), (file,))


def write(prepared: Path, model: InstalledModel, **changes: object) -> dict[str, Any]:
    """A folder with one graph, as prepare() leaves it, but for the changes."""
    facts = {
        **circumstances(model),
        "files": {"whole.onnx": {"sha256": "0" * 64, "bytes": 5}},
        "graphs": {
            "whole": {
                "files": ["whole.onnx"],
                "snr_db": 70.5,
                "rewrites": [{"name": "conv2d", "count": 3, "snr_db": 120.0}],
            }
        },
        **changes,
    }
    folder = prepared / model.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "whole.onnx").write_bytes(b"graph")
    (folder / MANIFEST).write_text(json.dumps(facts))
    return facts


def test_a_variant_is_found(tmp_path: Path, model: InstalledModel) -> None:
    """What was prepared here for this file is offered, with what it cost; other variants are not there."""
    write(tmp_path, model)
    prepared = read_prepared(tmp_path, model)
    assert prepared is not None
    assert prepared.graph("whole") == tmp_path / model.name / "whole.onnx"
    assert prepared.graphs["whole"].rewrites[0].count == 3
    assert prepared.graph("generator") is None


def test_the_asked_ending_is_preferred_and_not_demanded(tmp_path: Path) -> None:
    """tune names one for all graphs of a model, and not each has it."""
    graphs = {name: PreparedGraph(tmp_path / name, (), 60.0) for name in ("front", "generator", "generator-int8")}
    prepared = Prepared(tmp_path, graphs)
    assert prepared.graph("generator", "int8") == tmp_path / "generator-int8"
    assert prepared.graph("generator") == tmp_path / "generator"
    assert prepared.graph("front", "int8") == tmp_path / "front"


@pytest.mark.parametrize("key", ["source_sha256", "onnxruntime", "cpu", "recipe"])
def test_graphs_for_something_else_are_not_used(tmp_path: Path, model: InstalledModel, key: str) -> None:
    """Another file, onnxruntime, processor or release of ours: the published file runs instead."""
    write(tmp_path, model, **{key: "another"})
    assert read_prepared(tmp_path, model) is None


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"graphs": {}}'])
def test_a_damaged_manifest_is_no_error(tmp_path: Path, model: InstalledModel, damage: str) -> None:
    """The voice speaks without its prepared graphs."""
    write(tmp_path, model)
    (tmp_path / model.name / MANIFEST).write_text(damage)
    assert read_prepared(tmp_path, model) is None


def test_a_cut_file_is_no_error(tmp_path: Path, model: InstalledModel) -> None:
    """Nor is one that is gone."""
    write(tmp_path, model)
    graph = tmp_path / model.name / "whole.onnx"
    graph.write_bytes(b"gra")
    assert read_prepared(tmp_path, model) is None
    graph.unlink()
    assert read_prepared(tmp_path, model) is None


def test_a_graph_outside_the_folder_is_refused(tmp_path: Path, model: InstalledModel) -> None:
    """A manifest cannot make an engine open any other file."""
    (tmp_path / "other.onnx").write_bytes(b"graph")
    whole = {"files": ["../other.onnx"], "snr_db": 0, "rewrites": []}
    write(tmp_path, model, graphs={"whole": whole}, files={"../other.onnx": {"sha256": "0" * 64, "bytes": 5}})
    assert read_prepared(tmp_path, model) is None


def test_nothing_prepared(tmp_path: Path, model: InstalledModel) -> None:
    """No folder, or none for this model."""
    assert read_prepared(None, model) is None
    assert read_prepared(tmp_path, model) is None


def test_a_damaged_graph_says_how_to_make_it_again(tmp_path: Path, model: InstalledModel) -> None:
    """It was made here, so it is not to be downloaded."""
    write(tmp_path, model)
    with pytest.raises(EngineFailed, match=r"is damaged.*models optimize kokoro-v1\.0 --force"):
        verify("kokoro", tmp_path / model.name / "whole.onnx")


def test_the_installed_onnxruntime_is_known_without_loading_it() -> None:
    """Its package says its version."""
    import onnxruntime

    assert onnxruntime_version() == onnxruntime.__version__


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model name\t: AMD EPYC\nflags\t\t: fpu avx2 avx512f sse\n", "AMD EPYC (avx2 avx512f)"),
        (
            "Features\t: fp asimd asimddp\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n",
            "0x41 0xd0b (asimd asimddp)",
        ),
    ],
)
def test_a_processor_is_known_by_name_and_features(tmp_path: Path, text: str, expected: str) -> None:
    """As Linux tells it, on x86 and on ARM."""
    (tmp_path / "cpuinfo").write_text(text)
    assert cpu(tmp_path / "cpuinfo") == expected


@pytest.mark.parametrize(
    ("text", "overflow"),
    [
        ("flags: avx2", True),
        ("flags: avx2 avx512f", True),
        ("flags: avx2 avx_vnni", False),
        ("flags: avx2 avx512f avx512_vnni", False),
        ("flags: sse4_2", False),
        ("Features: asimd asimddp", False),
    ],
)
def test_processors_that_add_products_in_16_bits_are_known(tmp_path: Path, text: str, overflow: bool) -> None:
    """AVX2 has no other instruction for it, VNNI brought one; no ARM core does so."""
    (tmp_path / "cpuinfo").write_text(text)
    assert pairs_overflow(tmp_path / "cpuinfo") is overflow


def test_a_machine_without_cpuinfo_has_a_name(tmp_path: Path) -> None:
    """Which is better than none."""
    assert cpu(tmp_path / "none").endswith("()")
