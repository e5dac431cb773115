"""A network of NCHW maps as converters from TensorFlow leave it: NHWC, with a transposition around each convolution."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

# What ONNX has for NCHW alone.
WINDOWED = ("Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "BatchNormalization")
TO_LAST, TO_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]


def channels_last(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with channels last between its windowed operators; it takes the same NCHW input.

    Between them may stand functions of each element, sums and products of whole maps, and what takes the last
    map to two dimensions. Hard functions are spelled out by ReLU6, as Keras defines them.
    """
    graph = model.graph
    nodes: list[onnx.NodeProto] = []

    def constant(name: str, value: float) -> str:
        if not any(weight.name == name for weight in graph.initializer):
            graph.initializer.append(numpy_helper.from_array(np.float32(value), name))
        return name

    def add(kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output + "/node", **attributes))
        return output

    image = graph.input[0].name
    first = add("Transpose", [image], image + " last", perm=TO_LAST)
    for node in graph.node:
        inputs = [first if name == image else name for name in node.input]
        (output,) = node.output
        if node.op_type in WINDOWED:
            inputs[0] = add("Transpose", inputs[:1], output + " in", perm=TO_FIRST)
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:], copy.output[:] = inputs, [output + " first"]
            nodes.append(copy)
            add("Transpose", [output + " first"], output, perm=TO_LAST)
        elif node.op_type in ("HardSwish", "HardSigmoid"):
            x = add("Add", [inputs[0], constant("three", 3)], output + " shifted")
            x = add("Clip", [x, constant("zero", 0), constant("six", 6)], output + " clipped")
            gate = output if node.op_type == "HardSigmoid" else output + " gate"
            add("Mul", [x, constant("sixth", 1 / 6)], gate)
            if node.op_type == "HardSwish":
                add("Mul", [inputs[0], gate], output)
        else:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = inputs
            nodes.append(copy)
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    return model
