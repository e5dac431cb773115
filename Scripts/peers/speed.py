"""GoogLeNet's trunk in torch as fast as torch lets it be, and what speed is measured by."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch asks for huge pages; read when it is imported

import torch
import torch.nn.functional as F
from peers.environment import keep_memory, processors
from peers.torch_graph import Node, TorchGraph
from torch import Tensor

Candidate = TypeVar("Candidate")


def prepare() -> None:
    """All processors, and an allocator that keeps its memory."""
    torch.set_num_threads(processors())
    torch.set_flush_denormal(True)
    keep_memory()


def library_lrn(attributes: Mapping[str, Any], opset: int, x: Tensor) -> Tensor:
    return F.local_response_norm(
        x, attributes["size"], attributes["alpha"], attributes["beta"], attributes.get("bias", 1.0)
    )


def band_lrn(attributes: Mapping[str, Any], opset: int, x: Tensor) -> Tensor:
    """The sum over neighboring channels as a 1x1 convolution, and for exponent 3/4 roots: several times faster."""
    count, half = x.shape[1], attributes["size"] // 2
    place = torch.arange(count)
    band = ((place[:, None] - place).abs() <= half).to(x.dtype)[:, :, None, None]
    bias = torch.full((count,), attributes.get("bias", 1.0), dtype=x.dtype)
    sums = F.conv2d(x * x, band * (attributes["alpha"] / attributes["size"]), bias)
    if attributes["beta"] != 0.75:
        return x * sums.pow(-attributes["beta"])
    root = sums.rsqrt()
    return x * root * root.sqrt()


LRN = {"library's LRN": library_lrn, "LRN by convolution": band_lrn}


def layouts() -> list[tuple[str, bool]]:
    """The ways to LRN, with channels last and not."""
    return [(lrn, last) for lrn in LRN for last in (False, True)]


def label(lrn: str, last: bool, batch: int) -> str:
    return f"{lrn}, {'channels last' if last else 'planar'}, batch {batch}"


def overwriting_relu(attributes: Mapping[str, Any], opset: int, x: Tensor) -> Tensor:
    return torch.relu_(x)


def trunk(model: Path, tensor: str, lrn: str, channels_last: bool = False) -> TorchGraph:
    """The network up to a tensor; ReLUs overwrite what nothing else reads."""
    network = TorchGraph(model, only=[tensor])
    readers = [name for _, _, _, inputs, _ in network.nodes for name in inputs]
    for index, (kind, function, attributes, inputs, outputs) in enumerate(network.nodes):
        if kind == "LRN":
            function = LRN[lrn]
        elif kind == "Relu" and readers.count(inputs[0]) == 1 and inputs[0] != tensor:
            function = overwriting_relu
        network.nodes[index] = Node(kind, function, attributes, inputs, outputs)
    if channels_last:
        for place in network.weights.values():
            weight = getattr(network, place)
            if weight.dim() == 4:
                setattr(network, place, weight.contiguous(memory_format=torch.channels_last))
    return network


@torch.no_grad()
def operations(model: Path, tensor: str, side: int) -> int:
    """Two for each multiply-add of the convolutions up to a tensor, for one image."""
    network = TorchGraph(model, only=[tensor])
    values = network(torch.zeros(1, 3, side, side), keep=True)
    convolutions = [(inputs[1], outputs[0]) for kind, _, _, inputs, outputs in network.nodes if kind == "Conv"]
    return sum(2 * values[y].numel() * values[w][0].numel() for w, y in convolutions)


def seconds(function: Callable[[], object], repeats: int = 1) -> float:
    """The shortest of some runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


def product_peak(kind: torch.dtype, side: int = 2048) -> float:
    """torch's rate of a large matrix product in GFLOP/s: the best of twelve."""
    a = torch.randn(side, side).to(kind)
    b = torch.empty_like(a)
    return 2 * side**3 / seconds(lambda: torch.mm(a, a, out=b), 12) / 1e9


def fastest(
    candidates: Mapping[str, Candidate], rate: Callable[[Candidate], float], say: Callable[[str], None]
) -> tuple[str, Candidate, float]:
    """The candidate of the highest rate, and that rate; one that fails is told and left out."""
    rates = {}
    for label, candidate in candidates.items():
        try:
            rates[label] = rate(candidate)
        except Exception as error:
            say(f"{label}: left out, {type(error).__name__}: {' '.join(str(error).split())[:200]}")
            continue
        say(f"{label}: {rates[label]:.1f}/s")
    best = max(rates, key=rates.get)
    return best, candidates[best], rates[best]
