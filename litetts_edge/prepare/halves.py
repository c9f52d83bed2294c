"""Half precision as float32, for processors whose kernels have no halves.

Where onnxruntime has no kernel for halves it puts a Cast before and behind each node, over the whole audio. The
weights stay halves in the file: they are widened when it is loaded, which onnxruntime did before as well, so the
session takes no more memory than it did.
"""

from __future__ import annotations

import numpy as np
from onnx import NodeProto, TensorProto, numpy_helper

from litetts_edge.prepare.graph import Graph, attribute

_HALF, _SINGLE = TensorProto.FLOAT16, TensorProto.FLOAT
_TYPE_ATTRIBUTES = ("to", "dtype")


def widen(graph: Graph) -> int:
    """Compute in float32 throughout; inputs and outputs keep their types. Gives the number of halves."""
    widened = sum(_widen_attributes(node) for node in graph.nodes)
    for name in graph.half_weights():
        single = graph.fresh("single")
        for node in graph.readers(name):
            for place, read in enumerate(node.input):
                if read == name:
                    graph.read_instead(node, place, single)
        graph.add("Cast", [name], single, to=_SINGLE)
        widened += 1
    return widened


def has_half_ports(graph: Graph) -> bool:
    """Whether an input or an output is half: a graph that would have to change its face is left as it is."""
    ports = (*graph.model.graph.input, *graph.model.graph.output)
    return any(port.type.tensor_type.elem_type == _HALF for port in ports)


def _widen_attributes(node: NodeProto) -> int:
    widened = 0
    for one in node.attribute:
        if one.name in _TYPE_ATTRIBUTES and attribute(node, one.name) == _HALF:
            one.i = _SINGLE
            widened += 1
        elif one.HasField("t") and one.t.data_type == _HALF:
            wide = numpy_helper.to_array(one.t).astype(np.float32)
            one.t.CopyFrom(numpy_helper.from_array(wide, one.t.name))
            widened += 1
        for inside in (one.g, *one.graphs):
            widened += sum(_widen_attributes(inner) for inner in inside.node)
    return widened
