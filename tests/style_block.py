"""A small graph of the kind that Kokoro is made of: AdaIN, snake and convolution, three times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

CHANNELS, STYLE, TAPS, LENGTH = 8, 6, 3, 300


class Block:
    """Nodes and weights under construction."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)
        self.nodes: list[NodeProto] = []
        self.weights: dict[str, NDArray[Any]] = {}

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Add a node; the name of its first output, others end in -1, -2."""
        name = f"t{len(self.nodes)}"
        made = [name, *(f"{name}-{place}" for place in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, inputs, made, name=f"n{name}", **attributes))
        return name

    def const(self, value: object) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = np.asarray(value)
        return name

    def noise(self, *shape: int) -> NDArray[np.float32]:
        return self.rng.standard_normal(shape, dtype=np.float32)

    def norm(self, signal: str, *, spelled_out: bool = False) -> str:
        """InstanceNormalization with a constant scale and bias."""
        if not spelled_out:
            scale, bias = self.const(self.noise(CHANNELS)), self.const(self.noise(CHANNELS))
            return self.add("InstanceNormalization", signal, scale, bias, epsilon=1e-5)
        deviation = self.add("Sub", signal, self.add("ReduceMean", signal, axes=[2]))
        square = self.add("Pow", deviation, self.const(np.float32(2)))
        variance = self.add("Add", self.add("ReduceMean", square, axes=[2]), self.const(np.float32(1e-5)))
        return self.add("Div", deviation, self.add("Sqrt", variance))

    def adain(self, signal: str, *, spelled_out: bool = False) -> str:
        """Norm, and scale and bias from the style `s`, halves of one linear layer."""
        weight, bias = self.const(self.noise(STYLE, 2 * CHANNELS)), self.const(self.noise(2 * CHANNELS))
        linear = self.add("Add", self.add("MatMul", "s", weight), bias)
        column = self.add("Reshape", linear, self.const(np.array([1, 2 * CHANNELS, 1])))
        gamma = self.add("Split", column, outputs=2, axis=1)
        gain = self.add("Add", gamma, self.const(np.float32(1)))
        normed = self.norm(signal, spelled_out=spelled_out)
        return self.add("Add", self.add("Mul", gain, normed), f"{gamma}-1")

    def snake(self, signal: str) -> str:
        """h + sin(a h)^2 / a."""
        slope = self.const(self.rng.uniform(0.3, 3, (1, CHANNELS, 1)).astype(np.float32))
        square = self.add("Pow", self.add("Sin", self.add("Mul", slope, signal)), self.const(np.float32(2)))
        return self.add("Add", signal, self.add("Mul", self.add("Reciprocal", slope), square))

    def conv(self, signal: str, dilation: int, *, integer: bool = False) -> str:
        """A convolution that keeps the length, with a bias."""
        weight = self.noise(CHANNELS, CHANNELS, TAPS) / 5
        bias = self.noise(CHANNELS)
        geometry: dict[str, Any] = {"pads": [dilation, dilation], "dilations": [dilation], "kernel_shape": [TAPS]}
        if not integer:
            return self.add("Conv", signal, self.const(weight), self.const(bias), **geometry)
        scale = np.float32((weight.max() - weight.min()) / 255)
        zero = np.uint8(np.round(-weight.min() / scale))
        steps = np.clip(np.round(weight / scale) + zero, 0, 255).astype(np.uint8)
        q = self.add("DynamicQuantizeLinear", signal, outputs=3)
        product = self.add("ConvInteger", q, self.const(steps), f"{q}-2", self.const(zero), **geometry)
        scales = self.add("Mul", f"{q}-1", self.const(scale))
        result = self.add("Mul", self.add("Cast", product, to=TensorProto.FLOAT), scales)
        return self.add("Add", result, self.const(bias.reshape(1, -1, 1)))

    def model(self, output: str, inputs: Mapping[str, list[int | None]] | None = None) -> onnx.ModelProto:
        inputs = inputs or {"x": [1, CHANNELS, None], "s": [1, STYLE]}
        self.nodes[-1].output[0] = "y"
        assert output == f"t{len(self.nodes) - 1}"
        graph = helper.make_graph(
            self.nodes,
            "block",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, None, None])],
            [numpy_helper.from_array(value, name) for name, value in self.weights.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model


def style_block(*, integer: bool = False, spelled_out: bool = False) -> onnx.ModelProto:
    """x (1, C, T), s (1, STYLE) to y (1, C, T): what a residual block of the generator does."""
    block = Block()
    signal = "x"
    for dilation in (1, 3, 5):
        inner = block.conv(block.snake(block.adain(signal, spelled_out=spelled_out)), dilation, integer=integer)
        signal = block.add("Add", inner, signal)
    return block.model(signal)


def feed(length: int = LENGTH, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return {
        "x": rng.standard_normal((1, CHANNELS, length), dtype=np.float32),
        "s": rng.standard_normal((1, STYLE), dtype=np.float32),
    }
