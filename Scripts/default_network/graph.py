"""The ONNX file of a network of the synthetic world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from default_network.network import Network, Unit
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """Nodes and weights, added one by one, so that all names are the right ones."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def convolution(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray, stride: int, output: str) -> str:
        kernel = weight.shape[2]
        inputs = [x, self.constant(name + "_w", weight), self.constant(name + "_b", bias)]
        shape = {"kernel_shape": [kernel] * 2, "pads": [kernel // 2] * 4, "strides": [stride] * 2}
        return self.node("Conv", inputs, output, **shape)

    def linear_unit(self, x: str, name: str, unit: Unit) -> str:
        """Convolution and batch norm, folded."""
        return self.convolution(x, name, *unit.folded(), unit.conv.stride[0], name)

    def relu(self, x: str, name: str) -> str:
        return self.node("Relu", [x], name)

    def part(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray, stride: int = 1) -> str:
        """A convolution with these weights, and ReLU."""
        return self.relu(self.convolution(x, name, weight, bias, stride, name + "_pre_relu"), name)

    def unit(self, x: str, name: str, unit: Unit) -> str:
        """Convolution and batch norm, folded, and ReLU."""
        return self.part(x, name, *unit.folded(), unit.conv.stride[0])

    def max_pool(self, x: str, name: str, stride: int = 2) -> str:
        return self.node("MaxPool", [x], name, kernel_shape=[3, 3], pads=[1] * 4, strides=[stride] * 2)


def onnx_bytes(network: Network) -> bytes:
    """The network for inference as an ONNX file."""
    graph = Graph()
    x = network.write_maps(graph, "input")
    x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x], network.pool)], network.pool + "_flat", axis=1)
    weight, bias = (values.detach().cpu().numpy() for values in network.classes.parameters())
    inputs = [x, graph.constant(network.classifier + "_w", weight), graph.constant(network.classifier + "_b", bias)]
    logits = graph.node("Gemm", inputs, network.logits, transB=1)
    graph.node("Softmax", [logits], network.probabilities, axis=1)

    def value(name: str, *shape: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])

    outputs = [value(name, len(weight)) for name in (network.logits, network.probabilities)]
    size = network.geometry.size
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, network.file, [value("input", 3, size, size)], outputs, graph.weights,
            doc_string=network.text,
        ),
        opset_imports=[helper.make_opsetid("", 13)], ir_version=7,
        producer_name="train_default_network.py", doc_string=network.text,
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
