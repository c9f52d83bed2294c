"""Phases of spectra without energy: 0/0 under an arc tangent, which silences a sentence on some machines."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.onnx import OnnxModel
from litetts_edge.errors import EngineFailed
from litetts_edge.prepare import arc_tangents, prepare
from litetts_edge.prepare.compare import open_session
from litetts_edge.prepare.feeds import feeds
from litetts_edge.prepare.graph import Graph
from tests.small_models import PULLED_MODELS

MODELS = [*installed_models(PULLED_MODELS, "kokoro"), *installed_models(PULLED_MODELS, "kitten")]


def tangent(kind: int) -> onnx.ModelProto:
    """y and x to atan(y / x), as exporters begin an atan2."""
    ports = [helper.make_tensor_value_info(name, kind, [None]) for name in "yxa"]
    nodes = [helper.make_node("Div", ["y", "x"], ["q"]), helper.make_node("Atan", ["q"], ["a"])]
    graph = helper.make_graph(nodes, "tangent", ports[:2], ports[2:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def mended(model: onnx.ModelProto) -> int:
    graph = Graph(model)
    places = arc_tangents.mend(graph)
    graph.finish()
    return places


def angles(model: onnx.ModelProto, y: NDArray[np.generic], x: NDArray[np.generic]) -> NDArray[np.float32]:
    (found,) = open_session(model.SerializeToString()).run(None, {"y": y, "x": x})
    return np.asarray(found, dtype=np.float32)


@pytest.mark.parametrize("kind", ["FLOAT", "FLOAT16"])
def test_zero_by_zero_is_the_angle_zero(kind: str) -> None:
    """And every other angle is what it was, to the bit."""
    model = tangent(getattr(TensorProto, kind))
    dtype = np.dtype("float32" if kind == "FLOAT" else "float16")
    y = np.array([0, -0.0, 0, 1, -2, 3, 1e-4], dtype)
    x = np.array([0, 0, 5, 0, 4, -3, 1e-4], dtype)
    before = angles(model, y, x)
    assert mended(model) == 1
    after = angles(model, y, x)
    np.testing.assert_array_equal(np.isnan(before), [True, True, *[False] * 5])
    np.testing.assert_array_equal(after, np.nan_to_num(before))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_export_is_mended_when_it_is_prepared(model: InstalledModel) -> None:
    """All of them have that arc tangent, and none is left as it was."""
    loaded = prepare._load(model, model.files_of("model")[0].path)
    graph = Graph(loaded)
    (tangent,) = graph.of_type("Atan")
    number = graph.maker(tangent.input[0])
    assert number is not None
    assert number.op_type == "Where"


def test_a_graph_that_gives_no_numbers_can_be_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is compared by what its engine loads it with; one that does not run at all is refused."""

    (kitten,) = installed_models(PULLED_MODELS, "kitten")
    run = OnnxModel.run
    monkeypatch.setattr(OnnxModel, "run", lambda *given, **how: [np.nan * made for made in run(*given, **how)])
    heard = feeds(kitten)
    assert heard[0]["input_ids"].shape[1] > 5
    monkeypatch.setattr(OnnxModel, "load", refuse)
    with pytest.raises(EngineFailed, match="did not load"):
        feeds(kitten)


def refuse(_: OnnxModel) -> None:
    raise EngineFailed("kitten", "it did not load")
