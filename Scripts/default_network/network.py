"""The network of the synthetic world, its input, and its ONNX file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

STORED = 128  # pixels of an image's side as it is kept
SIZE = 112  # pixels of the network's input
DEVIATION = 64.0  # what colors from 0 to 255, less their mean, are divided by

# Channels: 1x1, 3x3_bottleneck, 3x3, 5x5_bottleneck, 5x5, pool_reduce.
MIXED = {
    "mixed3a": (32, 48, 64, 16, 16, 16),
    "mixed3b": (64, 64, 96, 16, 48, 32),
    "mixed4a": (96, 48, 112, 16, 32, 32),
    "mixed4b": (80, 48, 112, 16, 32, 32),
    "mixed4c": (64, 64, 128, 16, 32, 32),
    "mixed4d": (64, 80, 144, 16, 32, 32),
    "mixed4e": (128, 80, 160, 16, 64, 64),
    "mixed5a": (128, 80, 160, 16, 64, 64),
    "mixed5b": (192, 96, 192, 32, 64, 64),
}
POOL_AFTER = {"mixed3b": "maxpool4", "mixed4e": "maxpool10"}


def halve(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 3, 2, 1)


class Unit(nn.Module):
    """Convolution and batch norm; the caller applies the ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))

    @torch.no_grad()
    def folded(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights and bias of the one convolution that does the same once statistics are fixed."""
        norm = self.norm
        factor = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        weight = self.conv.weight.double() * factor[:, None, None, None]
        bias = norm.bias.double() - norm.running_mean.double() * factor
        return weight.float().cpu().numpy(), bias.float().cpu().numpy()


class Mixed(nn.Module):
    """An inception block. Its three 1x1 convolutions of the same input are trained as one: it is faster."""

    def __init__(self, inputs: int, channels: Sequence[int]) -> None:
        super().__init__()
        one, bottleneck3, three, bottleneck5, five, pooled = channels
        self.parts = (one, bottleneck3, bottleneck5)
        self.stem = Unit(inputs, sum(self.parts), 1)
        self.three = Unit(bottleneck3, three, 3)
        self.five = Unit(bottleneck5, five, 5)
        self.pooled = Unit(inputs, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        one, bottleneck3, bottleneck5 = F.relu(self.stem(x)).split(self.parts, 1)
        branches = [self.three(bottleneck3), self.five(bottleneck5), self.pooled(F.max_pool2d(x, 3, 1, 1))]
        return torch.cat([one] + [F.relu(branch) for branch in branches], 1)


class Network(nn.Module):
    def __init__(self, class_count: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.conv2d0 = Unit(3, 32, 7, 2)
        self.conv2d1 = Unit(32, 32, 1)
        self.conv2d2 = Unit(32, 96, 3)
        self.mixed = nn.ModuleDict()
        count = 96
        for name, channels in MIXED.items():
            self.mixed[name] = Mixed(count, channels)
            count = channels[0] + channels[2] + channels[4] + channels[5]
        self.dropout = nn.Dropout(dropout)
        self.classes = nn.Linear(count, class_count)
        # Whatever training leaves of the first filters' random start is seen by everybody who looks at
        # them. It had better be smooth: noise, blurred, fading towards the edges.
        with torch.no_grad():
            weight = self.conv2d0.conv.weight
            line = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
            blurred = F.conv2d(weight.flatten(0, 1)[:, None], (line[:, None] * line)[None, None], padding=2)
            window = torch.hann_window(9, periodic=False)[1:-1].sqrt()
            smooth = blurred.view_as(weight) * window[:, None] * window
            weight.copy_(smooth * (weight.std() / smooth.std()))

    def forward(self, x: Tensor) -> Tensor:
        # ReLU and max pooling commute; on the pooled map ReLU is cheaper.
        x = F.relu(halve(self.conv2d0(x)))
        x = F.relu(self.conv2d1(x))
        x = F.relu(halve(self.conv2d2(x)))
        for name, block in self.mixed.items():
            x = block(x)
            if name in POOL_AFTER:
                x = halve(x)
        return self.classes(self.dropout(x.mean((2, 3))))


def centered(batch: Tensor, mean: np.ndarray) -> Tensor:
    """The network's input as the model card describes it."""
    edge = (STORED - SIZE) // 2
    x = (batch[:, :, edge : edge + SIZE, edge : edge + SIZE].float() - mean) / DEVIATION
    return x.contiguous(memory_format=torch.channels_last)


def logits(network: Network, array: np.ndarray, mean: np.ndarray, device: torch.device | str, half: bool) -> Tensor:
    """The logits of all images."""
    network.eval()
    result = []
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
        for start in range(0, len(array), 128):
            batch = torch.tensor(array[start : start + 128]).to(device)
            result.append(network(centered(batch, mean)).float().cpu())
    return torch.cat(result)


def onnx_bytes(network: Network, class_count: int) -> bytes:
    """The network for inference as an ONNX file. Made by hand, so that all names are the right ones."""
    nodes, weights = [], []

    def node(kind: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(name: str, values: np.ndarray) -> str:
        weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def unit(x: str, name: str, weight: np.ndarray, bias: np.ndarray, stride: int = 1) -> str:
        kernel = weight.shape[2]
        inputs = [x, constant(name + "_w", weight), constant(name + "_b", bias)]
        shape = {"kernel_shape": [kernel] * 2, "pads": [kernel // 2] * 4, "strides": [stride] * 2}
        return node("Relu", [node("Conv", inputs, name + "_pre_relu", **shape)], name)

    def max_pool(x: str, name: str, stride: int = 2) -> str:
        return node("MaxPool", [x], name, kernel_shape=[3, 3], pads=[1] * 4, strides=[stride] * 2)

    x = max_pool(unit("input", "conv2d0", *network.conv2d0.folded(), stride=2), "maxpool0")
    x = unit(unit(x, "conv2d1", *network.conv2d1.folded()), "conv2d2", *network.conv2d2.folded())
    x = max_pool(x, "maxpool1")
    for name, block in network.mixed.items():
        cuts = np.cumsum(block.parts)[:-1]
        stem = list(zip(*(np.split(values, cuts) for values in block.stem.folded())))
        one = unit(x, name + "_1x1", *stem[0])
        three = unit(x, name + "_3x3_bottleneck", *stem[1])
        three = unit(three, name + "_3x3", *block.three.folded())
        five = unit(x, name + "_5x5_bottleneck", *stem[2])
        five = unit(five, name + "_5x5", *block.five.folded())
        pooled = unit(max_pool(x, name + "_pool", 1), name + "_pool_reduce", *block.pooled.folded())
        x = node("Concat", [one, three, five, pooled], name, axis=1)
        if name in POOL_AFTER:
            x = max_pool(x, POOL_AFTER[name])
    x = node("Flatten", [node("GlobalAveragePool", [x], "avgpool0")], "avgpool0_flat", axis=1)
    weight, bias = (values.detach().cpu().numpy() for values in network.classes.parameters())
    inputs = [x, constant("softmax2_w", weight), constant("softmax2_b", bias)]
    node("Softmax", [node("Gemm", inputs, "softmax2_pre_activation", transB=1)], "softmax2", axis=1)

    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])

    outputs = [value("softmax2_pre_activation", class_count), value("softmax2", class_count)]
    text = "InceptionV1's layout, narrower, trained on images of a synthetic world; batch norm is folded in."
    graph = helper.make_graph(
        nodes, "synthetic-world", [value("input", 3, SIZE, SIZE)], outputs, weights, doc_string=text
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7,
        producer_name="train_default_network.py", doc_string=text,
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
