"""Small networks as other converters than torch's write them, and where a trained one of theirs lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper


class Builder:
    """Collects nodes and weights; every method returns the name of what it adds."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []

    def weight(self, name: str, values: ArrayLike, kind: Any = np.float32) -> str:
        self.weights.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output + "/node", **attributes))
        return output

    def conv(self, x: str, name: str, shape: tuple[int, ...], **attributes: Any) -> str:
        """A convolution that keeps the variance behind a ReLU."""
        scale = (2 / np.prod(shape[1:])) ** 0.5
        weight = self.weight(name + "/weights", self.random.standard_normal(shape) * scale)
        bias = self.weight(name + "/bias", self.random.standard_normal(shape[0]) * 0.1)
        kernel = list(shape[2:])
        return self.node("Conv", [x, weight, bias], name, kernel_shape=kernel, **attributes)

    def dense(self, inputs: int, outputs: int) -> np.ndarray:
        return self.random.standard_normal((inputs, outputs)) * inputs**-0.5

    def model(
        self, input_shape: Sequence[int | str], output: str, output_shape: Sequence[int | str], opset: int
    ) -> onnx.ModelProto:
        def value(name: str, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self.nodes, "handmade", [value("input", input_shape)], [value(output, output_shape)], self.weights
        )
        version = helper.find_min_ir_version_for([helper.make_opsetid("", opset)])
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=version, producer_name="check_families"
        )


def channels_last(seed: int = 3) -> onnx.ModelProto:
    """As Keras' converter writes: NHWC input, Transpose, SAME padding of stride 2, BatchNormalization, Relu6 as
    Clip, a mean over rows and columns, MatMul and Add."""
    b = Builder(seed)
    x = b.node("Transpose", ["input"], "nchw", perm=[0, 3, 1, 2])
    x = b.conv(x, "conv1", (24, 3, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER")
    factors = [b.random.uniform(0.6, 1.4, 24), b.random.normal(0, 0.2, 24), b.random.normal(0, 0.2, 24),
               b.random.uniform(0.7, 1.4, 24)]
    names = [b.weight(f"norm/{name}", v) for name, v in zip(("gamma", "beta", "mean", "variance"), factors)]
    x = b.node("BatchNormalization", [x, *names], "norm", epsilon=1e-3)
    low, high = b.weight("low", 0.0), b.weight("high", 6.0)
    x = b.node("Clip", [x, low, high], "relu6")
    x = b.conv(x, "depthwise", (24, 1, 3, 3), strides=[2, 2], pads=[0, 0, 1, 1], group=24)
    x = b.node("Relu", [x], "relu_depthwise")
    x = b.node("MaxPool", [x], "pool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    x = b.conv(x, "pointwise", (48, 24, 1, 1))
    x = b.node("Sigmoid", [x], "gate")
    x = b.node("Mul", ["pointwise", x], "swish")
    x = b.node("AveragePool", [x], "average", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER")
    x = b.node("Transpose", [x], "nhwc", perm=[0, 2, 3, 1])
    x = b.node("ReduceMean", [x], "mean", axes=[1, 2], keepdims=0)
    x = b.node("MatMul", [x, b.weight("dense/kernel", b.dense(48, 10))], "dense")
    x = b.node("Add", [x, b.weight("dense/bias", b.random.normal(0, 0.1, 10))], "logits")
    return b.model(["N", 65, 65, 3], x, ["N", 10], 13)


def caffe_like(seed: int = 4) -> onnx.ModelProto:
    """As Caffe's converters write: LRN, PRelu, pools whose size is rounded up by ceil_mode or by uneven pads, Dropout,
    Reshape to two dimensions, Gemm, Softmax of opset 9."""
    b = Builder(seed)
    x = b.conv("input", "conv1", (32, 3, 7, 7), strides=[2, 2], pads=[3, 3, 3, 3])
    x = b.node("Relu", [x], "conv1/relu")
    x = b.node("MaxPool", [x], "pool1", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
    x = b.node("LRN", [x], "norm1", size=5, alpha=0.5, beta=0.75, bias=1.0)
    x = b.conv(x, "conv2", (48, 16, 3, 3), pads=[1, 1, 1, 1], group=2)
    slopes = b.weight("conv2/slopes", np.linspace(-0.2, 0.4, 48).reshape(48, 1, 1))
    x = b.node("PRelu", [x, slopes], "conv2/prelu")
    x = b.node("LRN", [x], "norm2", size=3, alpha=0.3, beta=0.6, bias=2.0)
    x = b.node("MaxPool", [x], "pool2", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    parts = []
    for name, kernel in (("1x1", 1), ("3x3", 3), ("5x5", 5)):
        part = b.conv(x, f"mixed/{name}", (16, 48, kernel, kernel), pads=[kernel // 2] * 4)
        parts.append(b.node("Relu", [part], f"mixed/{name}/relu"))
    pooled = b.node("MaxPool", [x], "mixed/pool", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    x = b.node("Concat", [*parts, pooled], "mixed", axis=1)
    pool = {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "pads": [0, 0, 0, 0]}
    x = b.node("AveragePool", [x], "pool3", **pool)
    x = b.node("AveragePool", [x], "pool4", kernel_shape=[4, 4], strides=[4, 4], count_include_pad=1, pads=[1] * 4)
    x = b.node("Dropout", [x], "dropout", ratio=0.4)
    shape = b.weight("shape", [0, -1], np.int64)
    x = b.node("Reshape", [x, shape], "flat")
    x = b.node("Gemm", [x, b.weight("classes/w", b.dense(96 * 4, 10).T), b.weight("classes/b", np.zeros(10))],
               "logits", transB=1)
    x = b.node("Softmax", [x], "prob", axis=1)
    return b.model(["N", 3, 97, 97], x, ["N", 10], 10)
