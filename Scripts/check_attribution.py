#!/usr/bin/env python3
"""Compares guided and DeconvNet gradients of atlas-network with captum's.

Networks: GoogLeNet (the trained one of ../shared where it is at hand, else random weights) and a ResNet with
random weights. The reference is captum's GuidedBackprop and Deconvolution of the same ONNX file, run by torch
in float64 with a ReLU module for each Relu node, which is what captum's rules are hooked to; max pooling keeps
its exact gradient in both. Compared are the input's gradients of the two largest logits, as fractions of the
largest value.

A ReLU's unit that is zero but for rounding may lie on either side, and of a pool's two nearly equal values either
may be the largest: the reference takes the program's sides.

    python3 Scripts/check_attribution.py [--networks googlenet,resnet18,resnet50]

Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, SHARED, fail, processors

PEERS.require("captum", "torch", "torchvision", "onnx", "onnxscript", "h5py", "numpy")

import warnings

import numpy as np
import torch
from captum.attr import Deconvolution, GuidedBackprop
from torch import Tensor

from peers import families, program
from peers.arguments import parser_of
from peers.files import relative_error
from peers.table import table
from peers.torch_graph import TorchGraph
from peers.torch_operators import max_pool_as

LIMIT = 1e-3
RULES = {"guided": GuidedBackprop, "deconvnet": Deconvolution}
NETWORKS = ("googlenet", "resnet18", "resnet50")
GOOGLENET = SHARED / "models/googlenet/googlenet.onnx"


class SidedReLU(torch.nn.ReLU):
    """A ReLU whose units lie on the sides of given values; captum knows it as a ReLU module."""

    side: Tensor

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(self.side > 0, x, torch.zeros_like(x))


class ModuleGraph(TorchGraph):
    """The network up to its logits, with a module for each Relu node."""

    def __init__(self, model: Path, logits: str) -> None:
        super().__init__(model, only=[logits])
        self.rectifiers: dict[str, str] = {}  # the module of each Relu node's output
        self.pooled: dict[str, Tensor] = {}  # the values of each MaxPool node's input
        for index, node in enumerate(self.nodes):
            if node.kind == "Relu":
                module = SidedReLU()
                self.rectifiers[node.outputs[0]] = f"rectifier{index}"
                self.add_module(f"rectifier{index}", module)
                self.nodes[index] = node._replace(function=lambda attributes, opset, x, module=module: module(x))
            elif node.kind == "MaxPool" and node.inputs[0] != self.input:
                self.pooled[node.inputs[0]] = torch.empty(0)
                self.nodes[index] = node._replace(
                    function=lambda attributes, opset, x, name=node.inputs[0]: max_pool_as(
                        attributes, x, self.pooled[name]))

    @property
    def sided(self) -> list[str]:
        """The tensors that tell on which side each unit lies."""
        return list(dict.fromkeys([*self.rectifiers, *self.pooled]))

    def take_sides(self, values: dict[str, np.ndarray]) -> None:
        for name, module in self.rectifiers.items():
            getattr(self, module).side = torch.from_numpy(values[name])
        self.pooled = {name: torch.from_numpy(values[name]).double() for name in self.pooled}


def logits_of(model: Path) -> str:
    """The network's output, or what its last Softmax is made of."""
    graph = TorchGraph(model)
    last = next(node for node in reversed(graph.nodes) if graph.outputs[0] in node.outputs)
    return last.inputs[0] if last.kind == "Softmax" else graph.outputs[0]


def networks(chosen: list[str], folder: Path) -> Iterator[tuple[str, Path, np.ndarray]]:
    """Name, file and input of each network."""
    for name in chosen:
        if name == "googlenet" and GOOGLENET.exists():
            yield "googlenet, trained", GOOGLENET, 60 * families.smooth_images(224, 1)
            continue
        size = families.SIZES.get(name, families.SIZE)
        path = folder / f"{name}.onnx"
        families.export(families.behave(families.make(name), size).float(), path, size, "legacy", 17)
        yield name, path, families.smooth_images(size, 1)


def check(path: Path, array: np.ndarray, binary: Path) -> list[tuple[str, int, float]]:
    """(rule, class, error) of each comparison."""
    logits = logits_of(path)
    graph = ModuleGraph(path, logits).double()
    found = program.run(binary, path, array, read=list(dict.fromkeys([*graph.sided, logits]))).tensors
    graph.take_sides(found)
    values = found[logits].ravel()
    rows = []
    for rule, method in RULES.items():
        for target in np.argsort(values)[::-1][:2]:
            seed = np.zeros_like(found[logits])
            seed.reshape(-1)[target] = 1
            # The same tensors are read again, so that both runs lie on the same sides.
            answer = program.run(
                binary, path, array, read=graph.sided, seeds={logits: seed}, gradients=[graph.input],
                options=["--relu-rule", rule],
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # captum tells that it hooks ReLU modules
                expected = method(graph).attribute(
                    torch.from_numpy(array).double().requires_grad_(), target=int(target))
            error = relative_error(answer.gradients[graph.input], expected.detach())
            rows.append((rule, int(target), error))
    return rows


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    parser.add_argument("--networks", default=",".join(NETWORKS), help=f"of {', '.join(NETWORKS)}")
    options = parser.parse_args()
    chosen = options.networks.split(",")
    if unknown := sorted(set(chosen) - set(NETWORKS)):
        fail(f"there is no network {', '.join(unknown)}; there are {', '.join(NETWORKS)}")
    binary = program.find(options.program)
    torch.set_num_threads(processors())
    rows, failed = [], 0
    with tempfile.TemporaryDirectory(prefix="atlas-attribution-") as folder:
        for name, path, array in networks(chosen, Path(folder)):
            try:
                for rule, target, error in check(path, array, binary):
                    passes = error <= LIMIT
                    failed += not passes
                    rows.append([name, rule, target, f"{error:.1e}", "pass" if passes else "FAIL"])
            except (program.Failed, program.Unsupported) as problem:
                failed += 1
                rows.append([name, "", "", "", f"FAIL: {problem}"])
    print(table(["network", "rule", "class", "error", ""], rows))
    print(f"\nlimit {LIMIT:g} of the largest value; torch {torch.__version__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
