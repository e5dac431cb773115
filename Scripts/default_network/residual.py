"""ResNet-18's layout (He et al. 2016), narrower, with the names that torchvision gave its layers."""

from __future__ import annotations

import torch.nn.functional as F
from default_network.graph import Graph
from default_network.network import Network, Unit, halve
from torch import Tensor, nn

# Channels, blocks, and stride of the first block. The last layer keeps its positions, 16 pixels apart, for
# images that are half as large as the original's.
LAYERS = {"layer1": (32, 2, 1), "layer2": (48, 2, 2), "layer3": (80, 2, 2), "layer4": (128, 2, 1)}


class Block(nn.Module):
    """Two convolutions whose result is added to their input or, where shapes differ, to its projection."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Unit(inputs, outputs, 3, stride)
        self.conv2 = Unit(outputs, outputs, 3)
        self.downsample = Unit(inputs, outputs, 1, stride) if (inputs, stride) != (outputs, 1) else None

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(self.conv2(F.relu(self.conv1(x))) + shortcut)

    def write(self, graph: Graph, x: str, name: str) -> str:
        y = graph.unit(x, name + ".conv1", self.conv1)
        y = graph.linear_unit(y, name + ".conv2", self.conv2)
        shortcut = x if self.downsample is None else graph.linear_unit(x, name + ".downsample", self.downsample)
        return graph.relu(graph.node("Add", [y, shortcut], name + "_pre_relu"), name)


class Residual(Network):
    file = "synthetic-judge"
    title = "Synthetic world, judge"
    text = "ResNet-18's layout, narrower, trained on images of a synthetic world; batch norm is folded in."
    training_set = "The synthetic world: drawn images of {} classes"
    pool, logits, probabilities, classifier = "avgpool", "fc", "softmax", "fc"
    # A layer is its last block; the last layer's are the features.
    aliases = {name: f"{name}.{blocks - 1}" for name, (_, blocks, _) in LAYERS.items()}
    aliases["features"] = aliases["layer4"]

    def __init__(self, class_count: int, dropout: float = 0.0) -> None:
        super().__init__()
        count = 32
        self.conv1 = Unit(3, count, 7, 2)
        self.conv1.smooth()
        self.layers = nn.ModuleDict()
        for name, (channels, blocks, stride) in LAYERS.items():
            first = Block(count, channels, stride)
            self.layers[name] = nn.Sequential(first, *(Block(channels, channels, 1) for _ in range(blocks - 1)))
            count = channels
        self.add_classes(count, class_count, dropout)

    @property
    def blocks(self) -> dict[str, nn.Module]:
        return {f"{name}.{i}": block for name, layer in self.layers.items() for i, block in enumerate(layer)}

    def maps(self, x: Tensor) -> Tensor:
        # ReLU and max pooling commute; on the pooled map ReLU is cheaper.
        x = F.relu(halve(self.conv1(x)))
        for block in self.blocks.values():
            x = block(x)
        return x

    def write_maps(self, graph: Graph, x: str) -> str:
        x = graph.max_pool(graph.unit(x, "conv1", self.conv1), "maxpool")
        for name, block in self.blocks.items():
            x = block.write(graph, x, name)
        return x
