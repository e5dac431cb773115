#!/usr/bin/env python3
"""Compares guided and DeconvNet gradients of atlas-network with captum's.

Networks: GoogLeNet (the trained one of ../shared where it is at hand, else random weights) and a ResNet with
random weights. The reference is captum's GuidedBackprop and Deconvolution of the same ONNX file, run by torch
in float64 with a ReLU module for each Relu node, which is what captum's rules are hooked to; max pooling keeps
its exact gradient in both. Compared are the input's gradients of the two largest logits, as fractions of the
largest value.

A ReLU's unit that is zero but for rounding may lie on either side: the reference takes the program's.

    python3 Scripts/check_attribution.py [--program .build/release/atlas-network]

Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, SHARED, processors

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

LIMIT = 1e-3
RULES = {"guided": GuidedBackprop, "deconvnet": Deconvolution}
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
        for index, node in enumerate(self.nodes):
            if node.kind != "Relu":
                continue
            module = SidedReLU()
            self.rectifiers[node.outputs[0]] = f"rectifier{index}"
            self.add_module(f"rectifier{index}", module)
            self.nodes[index] = node._replace(function=lambda attributes, opset, x, module=module: module(x))

    def take_sides(self, values: dict[str, np.ndarray]) -> None:
        for name, module in self.rectifiers.items():
            getattr(self, module).side = torch.from_numpy(values[name])


def logits_of(model: Path) -> str:
    """The network's output, or what its last Softmax is made of."""
    graph = TorchGraph(model)
    last = next(node for node in reversed(graph.nodes) if graph.outputs[0] in node.outputs)
    return last.inputs[0] if last.kind == "Softmax" else graph.outputs[0]


def networks(folder: Path) -> list[tuple[str, Path, np.ndarray]]:
    """Name, file and input of each network."""
    result = []
    if GOOGLENET.exists():
        result.append(("GoogLeNet, trained", GOOGLENET, 60 * families.smooth_images(224, 1)))
    for name in ("googlenet", "resnet18", "resnet50"):
        if name == "googlenet" and GOOGLENET.exists():
            continue
        size = families.SIZES.get(name, families.SIZE)
        path = folder / f"{name}.onnx"
        families.export(families.behave(families.make(name), size).float(), path, size, "legacy", 17)
        result.append((name, path, families.smooth_images(size, 1)))
    return result


def check(path: Path, array: np.ndarray, binary: Path) -> list[tuple[str, int, float]]:
    """(rule, class, error) of each comparison."""
    logits = logits_of(path)
    graph = ModuleGraph(path, logits).double()
    found = program.run(binary, path, array, read=[*graph.rectifiers, logits]).tensors
    graph.take_sides(found)
    values = found[logits].ravel()
    rows = []
    for rule, method in RULES.items():
        for target in np.argsort(values)[::-1][:2]:
            seed = np.zeros_like(found[logits])
            seed.reshape(-1)[target] = 1
            # The rectifiers' outputs are read again, so that both runs lie on the same sides.
            answer = program.run(
                binary, path, array, read=list(graph.rectifiers), seeds={logits: seed}, gradients=[graph.input],
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
    binary = program.find(parser.parse_args().program)
    torch.set_num_threads(processors())
    rows, failed = [], 0
    with tempfile.TemporaryDirectory(prefix="atlas-attribution-") as folder:
        for name, path, array in networks(Path(folder)):
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
