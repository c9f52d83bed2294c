"""Small stand-ins for Kokoro and KittenTTS: a graph that hums, with names and types as real exports have them.

Every id but 0 is 1200 samples (at speed 1) of a tone as loud as the style's first number, so what reaches the
graph can be heard.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, save

Table = NDArray[np.float32]

PER_ID = 1200
"""Samples at speed 1."""


@dataclass(frozen=True, slots=True)
class Ports:
    """How the inputs and outputs of an export are called and typed."""

    ids: str = "input_ids"
    ids_type: str = "INT64"
    style_type: str = "FLOAT"
    speed_type: str = "FLOAT"
    speed_rank: int = 1
    waveform: str = "waveform"
    waveform_rank: int = 2
    has_durations: bool = False


def table(rows: int = 510, loud: float | None = None) -> Table:
    """A voice: row r says (r + 1) / 1024, or all say `loud`."""
    each = np.full(rows, loud) if loud is not None else (np.arange(rows) + 1) / 1024
    return np.tile(each[:, None, None], (1, 1, 256)).astype(np.float32)


def graph(path: Path, ports: Ports = Ports()) -> None:
    """Write the humming graph."""

    def types(name: str) -> int:
        return int(getattr(TensorProto, name))

    def const(name: str, values: object, kind: str = "FLOAT") -> TensorProto:
        array = np.atleast_1d(np.asarray(values))
        return helper.make_tensor(name, types(kind), array.shape, array.ravel().tolist())

    node = helper.make_node
    nodes = [
        node("Cast", [ports.ids], ["ids_f"], to=TensorProto.FLOAT),
        node("Reshape", ["ids_f", "column"], ["ids_c"]),
        node("Greater", ["ids_c", "zero"], ["is_loud"]),
        node("Cast", ["is_loud"], ["loud"], to=TensorProto.FLOAT),
        node("Cast", ["speed"], ["speed_f0"], to=TensorProto.FLOAT),
        node("Reshape", ["speed_f0", "flat"], ["speed_f"]),
        node("Div", ["per_id", "speed_f"], ["each_f"]),
        node("Cast", ["each_f"], ["each"], to=TensorProto.INT64),
        node("Concat", ["one", "each"], ["repeats"], axis=0),
        node("Tile", ["loud", "repeats"], ["tiled"]),
        node("Reshape", ["tiled", "flat"], ["gate"]),
        node("Size", ["gate"], ["length"]),
        node("Range", ["start", "length", "delta"], ["at"]),
        node("Cast", ["at"], ["at_f"], to=TensorProto.FLOAT),
        node("Mul", ["at_f", "pitch"], ["phase"]),
        node("Sin", ["phase"], ["tone"]),
        node("Mul", ["tone", "gate"], ["gated"]),
        node("Cast", ["style"], ["style_f"], to=TensorProto.FLOAT),
        node("Slice", ["style_f", "zero_i", "one", "one"], ["first"]),
        node("Reshape", ["first", "flat"], ["loudness"]),
        node("Mul", ["gated", "loudness"], ["hum"]),
        node("Reshape", ["hum", "out_shape"], [ports.waveform]),
    ]
    outputs = [
        helper.make_tensor_value_info(ports.waveform, TensorProto.FLOAT, [1, None][2 - ports.waveform_rank :])
    ]
    if ports.has_durations:
        nodes += [
            node("Reshape", ["ids_f", "flat"], ["ids_flat"]),
            node("Mul", ["ids_flat", "zero"], ["none"]),
            node("Add", ["none", "two"], ["frames"]),
            node("Cast", ["frames"], ["duration"], to=TensorProto.INT64),
        ]
        outputs.append(helper.make_tensor_value_info("duration", TensorProto.INT64, [None]))
    constants = [
        const("column", [-1, 1], "INT64"), const("flat", [-1], "INT64"), const("one", [1], "INT64"),
        const("zero_i", [0], "INT64"), const("zero", [0.0]), const("two", [2.0]), const("per_id", [float(PER_ID)]),
        const("pitch", [0.2]), const("out_shape", [1, -1][2 - ports.waveform_rank :], "INT64"),
        helper.make_tensor("start", TensorProto.INT64, (), [0]),
        helper.make_tensor("delta", TensorProto.INT64, (), [1]),
    ]  # fmt: skip
    inputs = [
        helper.make_tensor_value_info(ports.ids, types(ports.ids_type), [1, "n"]),
        helper.make_tensor_value_info("style", types(ports.style_type), [1, 256]),
        helper.make_tensor_value_info("speed", types(ports.speed_type), [1] * ports.speed_rank),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "hum", inputs, outputs, constants), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 9
    save(model, path)


def install(
    pulled: Path,
    engine: str,
    voices: Mapping[str, Table],
    *,
    name: str = "small",
    ports: Ports = Ports(),
    packed: bool = False,
    config: Mapping[str, object] | None = None,
) -> Path:
    """A model in the installed layout, its voices in one npz (`packed`) or a file each. Returns its folder."""
    folder = pulled / name
    (folder / "onnx").mkdir(parents=True)
    graph(folder / "onnx/model.onnx", ports)
    roles = {"onnx/model.onnx": "model"}
    if packed:
        with (folder / "voices.bin").open("wb") as file:
            np.savez(file, **dict(voices))  # type: ignore[arg-type]
        roles["voices.bin"] = "voices"
    else:
        (folder / "voices").mkdir()
        for voice, values in voices.items():
            values.astype("<f4").tofile(folder / f"voices/{voice}.bin")
            roles[f"voices/{voice}.bin"] = "voice"
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
        roles["config.json"] = "config"
    sign(folder, engine, roles)
    return folder


def sign(folder: Path, engine: str, roles: Mapping[str, str]) -> None:
    """Write the manifest for what lies in the folder now."""
    files = {
        name: {
            "role": role,
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            "bytes": (folder / name).stat().st_size,
        }
        for name, role in roles.items()
    }
    facts = {
        "name": folder.name,
        "engine": engine,
        "licence": "Apache-2.0",
        "languages": ["en-US"],
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(facts), "utf-8")
