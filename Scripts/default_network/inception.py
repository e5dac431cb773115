"""InceptionV1's layout (GoogLeNet, Szegedy et al. 2014), narrower, with the names that Lucid gave its layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from default_network.graph import Graph
from default_network.network import Geometry, Network, Unit, halve
from torch import Tensor, nn

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

    def write(self, graph: Graph, x: str, name: str) -> str:
        cuts = np.cumsum(self.parts)[:-1]
        stem = list(zip(*(np.split(values, cuts) for values in self.stem.folded())))
        one = graph.part(x, name + "_1x1", *stem[0])
        three = graph.part(x, name + "_3x3_bottleneck", *stem[1])
        three = graph.unit(three, name + "_3x3", self.three)
        five = graph.part(x, name + "_5x5_bottleneck", *stem[2])
        five = graph.unit(five, name + "_5x5", self.five)
        pooled = graph.unit(graph.max_pool(x, name + "_pool", 1), name + "_pool_reduce", self.pooled)
        return graph.node("Concat", [one, three, five, pooled], name, axis=1)


class Inception(Network):
    file = "synthetic-world"
    title = "Synthetic world"
    text = "InceptionV1's layout, narrower, trained on images of a synthetic world; batch norm is folded in."
    training_set = "The synthetic world: drawn images of {} classes"
    stem, mixed_channels = (32, 32, 96), MIXED  # channels of conv2d0, conv2d1, conv2d2, and of the blocks
    pool, logits, probabilities, classifier = "avgpool0", "softmax2_pre_activation", "softmax2", "softmax2"

    def __init__(self, class_count: int, dropout: float = 0.0) -> None:
        super().__init__()
        first, second, count = self.stem
        self.conv2d0 = Unit(3, first, 7, 2)
        self.conv2d0.smooth()
        self.conv2d1 = Unit(first, second, 1)
        self.conv2d2 = Unit(second, count, 3)
        self.mixed = nn.ModuleDict()
        for name, channels in self.mixed_channels.items():
            self.mixed[name] = Mixed(count, channels)
            count = channels[0] + channels[2] + channels[4] + channels[5]
        self.add_classes(count, class_count, dropout)

    @property
    def blocks(self) -> dict[str, nn.Module]:
        return dict(self.mixed.items())

    def maps(self, x: Tensor) -> Tensor:
        # ReLU and max pooling commute; on the pooled map ReLU is cheaper.
        x = F.relu(halve(self.conv2d0(x)))
        x = F.relu(self.conv2d1(x))
        x = F.relu(halve(self.conv2d2(x)))
        for name, block in self.mixed.items():
            x = block(x)
            if name in POOL_AFTER:
                x = halve(x)
        return x

    def write_maps(self, graph: Graph, x: str) -> str:
        x = graph.max_pool(graph.unit(x, "conv2d0", self.conv2d0), "maxpool0")
        x = graph.unit(graph.unit(x, "conv2d1", self.conv2d1), "conv2d2", self.conv2d2)
        x = graph.max_pool(x, "maxpool1")
        for name, block in self.mixed.items():
            x = block.write(graph, x, name)
            if name in POOL_AFTER:
                x = graph.max_pool(x, POOL_AFTER[name])
        return x


def three_quarters(channels: int) -> int:
    """As a multiple of 16, which fills vectors."""
    return max(16, 16 * round(3 * channels / 64))


class Planted(Inception):
    """Three quarters as wide, for smaller images."""

    geometry = Geometry(96, 80, 64)
    file = "planted-world"
    title = "Planted world"
    text = "InceptionV1's layout, narrower, trained on images of the planted world; batch norm is folded in."
    training_set = "The planted world: drawn images of {} classes, of which two bear trojans"
    stem = (32, 32, 64)
    mixed_channels = {name: tuple(map(three_quarters, counts)) for name, counts in MIXED.items()}
