"""What the networks of the synthetic world have in common: their input, their parts, their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from default_network.graph import Graph


class Geometry(NamedTuple):
    """Sides in pixels."""

    stored: int  # of an image as it is kept
    size: int  # of the network's input
    patch: int  # of a part of that input, as large as an icon


DEVIATION = 64.0  # what colors from 0 to 255, less their mean, are divided by


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

    @torch.no_grad()
    def smooth(self) -> None:
        """Makes a first layer's random start smooth: noise, blurred, fading towards the edges.

        Whatever training leaves of it is seen by everybody who looks at the filters.
        """
        weight = self.conv.weight
        line = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
        blurred = F.conv2d(weight.flatten(0, 1)[:, None], (line[:, None] * line)[None, None], padding=2)
        window = torch.hann_window(weight.shape[2] + 2, periodic=False)[1:-1].sqrt()
        smooth = blurred.view_as(weight) * window[:, None] * window
        weight.copy_(smooth * (weight.std() / smooth.std()))


class Network(nn.Module):
    """A network of some layout: maps, their mean over all positions, and a linear layer for the classes.

    A layout says how the maps are made, and what everything is called in the ONNX file and its card.
    """

    geometry = Geometry(128, 112, 80)
    file: str  # name of the network's files
    title: str
    text: str  # what the ONNX file says about itself
    training_set: str  # what it was trained on, of so many classes
    pool: str  # tensors: the mean over positions,
    logits: str
    probabilities: str
    classifier: str  # and whose weights the linear layer's are
    aliases: dict[str, str] = {}  # further names of tensors

    def add_classes(self, channels: int, class_count: int, dropout: float) -> None:
        self.dropout = nn.Dropout(dropout)
        self.classes = nn.Linear(channels, class_count)

    def forward(self, x: Tensor) -> Tensor:
        return self.classes(self.dropout(self.maps(x).mean((2, 3))))

    def maps(self, x: Tensor) -> Tensor:
        """The last maps, whose positions are averaged."""
        raise NotImplementedError

    def write_maps(self, graph: Graph, x: str) -> str:
        """Adds to a graph what makes the last maps of the image `x`; their name."""
        raise NotImplementedError

    @property
    def blocks(self) -> dict[str, nn.Module]:
        """The modules whose results are the network's layers, by their names."""
        raise NotImplementedError


def centered(batch: Tensor, mean: np.ndarray, size: int) -> Tensor:
    """The network's input as the model card describes it, or a smaller part of it."""
    edge = (batch.shape[3] - size) // 2
    x = (batch[:, :, edge : edge + size, edge : edge + size].float() - mean) / DEVIATION
    return x.contiguous(memory_format=torch.channels_last)


def logits(
    network: Network, array: np.ndarray, mean: np.ndarray, device: torch.device | str, half: bool,
    size: int | None = None
) -> Tensor:
    """The logits of all images, or of their central parts of a size."""
    network.eval()
    result = []
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
        for start in range(0, len(array), 128):
            batch = torch.tensor(array[start : start + 128]).to(device)
            result.append(network(centered(batch, mean, size or network.geometry.size)).float().cpu())
    return torch.cat(result)
