"""The precisions that are published, made from a float32 file by onnxruntime's own tools.

uint8    dynamic, unsigned weights: DynamicQuantizeLinear, ConvInteger, MatMulInteger, DynamicQuantizeLSTM
int8     the same with signed weights
fp16     weights and arithmetic in float16, inputs and outputs stay float32
q4       MatMulNBits in blocks of 32; everything but the matrix products stays float32
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import onnx

from random_models.export import save

FLOAT_ONLY = ("DynamicQuantizeLinear", "DynamicQuantizeLSTM", "MatMulIntegerToFloat", "DynamicQuantizeMatMul")
"""Nodes of a quantized model that take no float16; the converter knows them not."""


def uint8(source: Path, target: Path, *, skip: tuple[str, ...] = (), typed: bool = False) -> None:
    """With `typed` the types of values stay in the file: fp16() needs those of DynamicQuantizeLSTM's."""
    _dynamic(source, target, "QUInt8", skip, typed=typed)


def int8(source: Path, target: Path) -> None:
    _dynamic(source, target, "QInt8", (), typed=False)


def fp16(source: Path, target: Path) -> None:
    """By onnxruntime's converter, which knows subgraphs and mixed operators."""
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST
    from onnxruntime.transformers.onnx_model import OnnxModel

    model = OnnxModel(onnx.load(str(source)))
    blocked = [*DEFAULT_OP_BLOCK_LIST, *FLOAT_ONLY]
    model.convert_float_to_float16(keep_io_types=True, use_symbolic_shape_infer=False, op_block_list=blocked)
    _name_apart(model.model.graph)
    save(model.model, target)


def _name_apart(graph: onnx.GraphProto) -> None:
    """Drop what the converter adds twice, and give each node a name of its own."""
    made: set[str] = set()
    names: set[str] = set()
    kept = []
    for node in graph.node:
        if made.issuperset(node.output):
            continue
        made.update(node.output)
        while node.name in names:
            node.name += "_"
        names.add(node.name)
        kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def q4(source: Path, target: Path) -> None:
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(onnx.load(str(source)), block_size=32, is_symmetric=True)
    quantizer.process()
    save(quantizer.model.model, target)


def _dynamic(source: Path, target: Path, kind: str, skip: tuple[str, ...], *, typed: bool) -> None:
    """`skip`: parts of names of nodes that stay float32."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    left = [node.name for node in model.graph.node if any(part in node.name for part in skip)]
    logging.getLogger().setLevel(
        logging.ERROR
    )  # it advises to preprocess; the published files are not preprocessed
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.onnx"
        quantize_dynamic(str(source), str(made), weight_type=getattr(QuantType, kind), nodes_to_exclude=left)
        quantized = onnx.load(str(made))
    if not typed:
        del quantized.graph.value_info[:]
    save(quantized, target)
