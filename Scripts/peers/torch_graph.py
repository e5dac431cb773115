"""An ONNX file as a torch module: any of its tensors, gradients and tangents, in float64 or float32.

An exporter gives a network's tensors names of its own and folds modules away, so a tensor of the file need not
be the output of a torch module. The file itself, run by torch, has every tensor under the name that the
project's programs use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import onnx
import torch
from peers.torch_operators import OPERATORS, clip_bounds, max_pool_as, tensor_of
from torch import Tensor


class Node(NamedTuple):
    """A node of the file, and the torch function that computes it."""

    kind: str
    function: Callable[..., Any]
    attributes: dict[str, Any]
    inputs: list[str]
    outputs: list[str]


def default_opset(model: onnx.ModelProto) -> int:
    return next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))


def real_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The graph's inputs without those that are weights with a value, which early files list too."""
    weights = {weight.name for weight in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


# Where a gradient has kinks: which of a node's tensors tells the side, its first output or its first input.
KINKS = {
    "Relu": "output", "Clip": "output", "HardSigmoid": "output", "HardSwish": "input", "LeakyRelu": "input",
    "MaxPool": "input",
}


def kink_tensor(kind: str, inputs: Sequence[str], outputs: Sequence[str]) -> str | None:
    """The tensor that tells on which side of its kinks each unit of this node lies, if there are any."""
    return {"output": outputs[0], "input": inputs[0]}[KINKS[kind]] if kind in KINKS else None


def needed_nodes(graph: onnx.GraphProto, names: Iterable[str]) -> list[onnx.NodeProto]:
    """The nodes that these tensors depend on, in the graph's order."""
    wanted, nodes = set(names), []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            nodes.append(node)
            wanted.update(node.input)
    return nodes[::-1]


def on_side(
    kind: str, attributes: Mapping[str, Any], opset: int, arguments: Sequence[Tensor], side: Tensor
) -> Tensor:
    """What a node with kinks gives when `side` says on which side of them each unit lies."""
    x = arguments[0]
    if kind == "Relu":
        return torch.where(side > 0, x, torch.zeros_like(x))
    if kind == "LeakyRelu":
        return torch.where(side > 0, x, attributes.get("alpha", 0.01) * x)
    if kind == "HardSwish":
        return torch.where(side >= 3, x, torch.where(side <= -3, torch.zeros_like(x), x * (x + 3) / 6))
    if kind == "MaxPool":
        return max_pool_as(attributes, x, side)
    if kind == "HardSigmoid":
        low, high, inner = 0.0, 1.0, attributes.get("alpha", 0.2) * x + attributes.get("beta", 0.5)
    else:
        low, high = clip_bounds(attributes, *arguments[1:])
        inner = x
    inside = (side > (-math.inf if low is None else low)) & (side < (math.inf if high is None else high))
    return torch.where(inside, inner, side)


class TorchGraph(torch.nn.Module):
    """Runs the nodes in their order; a tensor is forgotten once nobody needs it.

    Weights are buffers, so `.double()` makes everything float64. `only` cuts the graph at these tensors.
    """

    def __init__(self, model: onnx.ModelProto | str | Path, only: Sequence[str] | None = None) -> None:
        super().__init__()
        model = model if isinstance(model, onnx.ModelProto) else onnx.load(model)
        self.opset = default_opset(model)
        self.input: str = real_inputs(model)[0].name
        self.outputs = list(only or [value.name for value in model.graph.output])
        nodes = needed_nodes(model.graph, self.outputs)
        used = {name for node in nodes for name in node.input} | set(self.outputs)
        self.weights: dict[str, str] = {}  # the buffer of each of the file's weights
        for weight in model.graph.initializer:
            if weight.name in used:
                self.weights[weight.name] = f"weight{len(self.weights)}"
                self.register_buffer(self.weights[weight.name], tensor_of(weight))
        self.nodes = [self.prepared(node) for node in nodes]

    def prepared(self, node: onnx.NodeProto) -> Node:
        attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
        if node.domain not in ("", "ai.onnx") or node.op_type not in OPERATORS:
            raise NotImplementedError(f"the reference has no {node.domain}{node.op_type}")
        if node.op_type == "Split":
            attributes["outputs of the node"] = len(node.output)
        return Node(node.op_type, OPERATORS[node.op_type], attributes, list(node.input), list(node.output))

    # Dependence ---------------------------------------------------------------------------------------

    def ancestors(self, names: Iterable[str]) -> set[str]:
        """The tensors that these depend on, themselves among them."""
        wanted = set(names)
        for node in reversed(self.nodes):
            if wanted.intersection(node.outputs):
                wanted.update(node.inputs)
        return wanted

    def descendants(self, name: str) -> set[str]:
        """The tensors that depend on this one, itself among them."""
        found = {name}
        for node in self.nodes:
            if found.intersection(node.inputs):
                found.update(node.outputs)
        return found

    def kink_tensors(self, *names: str) -> list[str]:
        """The tensors to ask a program for, so that `sides` can be given to derivatives of these."""
        wanted, found = self.ancestors(names), []
        for node in self.nodes:
            if wanted.intersection(node.outputs):
                tensor = kink_tensor(node.kind, node.inputs, node.outputs)
                if tensor is not None and tensor != self.input and tensor not in found:
                    found.append(tensor)
        return found

    # Running ------------------------------------------------------------------------------------------

    def forward(
        self,
        x: Tensor,
        keep: Sequence[str] | bool | None = None,
        sides: Mapping[str, Tensor] | None = None,
        given: Mapping[str, Tensor] | None = None,
    ) -> Any:
        """The outputs, or the tensors named in `keep`; with `keep` true, all of them by name.

        `sides` gives, for tensors of `kink_tensors`, values as somebody else computed them. Where a unit lies
        so close to a kink that rounding decides on which side, it is taken to lie where it lies there. `given`
        puts values in the place of what the graph computes for these tensors.
        """
        names: list[str] = self.outputs if keep is None or isinstance(keep, bool) else list(keep)
        wanted, given = set(names), given or {}
        values = {self.input: x} | {name: getattr(self, place) for name, place in self.weights.items()}
        values |= {name: value for name, value in given.items() if name == self.input}
        last = {name: index for index, node in enumerate(self.nodes) for name in node.inputs}
        for index, (kind, function, attributes, inputs, outputs) in enumerate(self.nodes):
            arguments = [values[name] if name else None for name in inputs]
            side = sides.get(kink_tensor(kind, inputs, outputs)) if sides else None
            if side is None:
                result = function(attributes, self.opset, *arguments)
            else:
                result = on_side(kind, attributes, self.opset, arguments, side.to(x.dtype))
            if kind in ("Constant", "ConstantOfShape") and result.is_floating_point():
                result = result.to(x.dtype)
            if any(result is argument for argument in arguments):
                result = result.view_as(result)  # a tensor of its own: its gradient is not that of the argument
            values.update(zip(outputs, result if isinstance(result, (tuple, list)) else (result,)))
            values |= {name: given[name] for name in outputs if name in given}
            if keep is not True:
                for name in {name for name in inputs if last[name] == index and name not in wanted}:
                    values.pop(name, None)
        if keep is True:
            return values
        result = [values[name] for name in names]
        return result[0] if keep is None and len(result) == 1 else result

    # Derivatives --------------------------------------------------------------------------------------

    def gradients(
        self,
        x: Tensor,
        seeds: Mapping[str, Tensor],
        wanted: Sequence[str],
        sides: Mapping[str, Tensor] | None = None,
    ) -> list[Tensor]:
        """The gradient of Σ ⟨seed, tensor⟩ at each of the wanted tensors, the input among them if named."""
        x = x.detach().clone().requires_grad_()
        names = [name for name in wanted if name != self.input]
        values = dict(zip([*seeds, *names], self(x, keep=[*seeds, *names], sides=sides))) | {self.input: x}
        found = torch.autograd.grad(
            [values[name] for name in seeds], [values[name] for name in wanted],
            [seed.to(x.dtype) for seed in seeds.values()], allow_unused=True,
        )
        # A tensor may lie beyond some seeds' reach, but one that none depends on is a mistake of the caller's.
        for name, gradient in zip(wanted, found):
            if gradient is None:
                raise ValueError(f"none of {', '.join(seeds)} depends on {name}")
        return list(found)

    def tangents(
        self,
        x: Tensor,
        source: str,
        vectors: Tensor,
        targets: Sequence[str],
        sides: Mapping[str, Tensor] | None = None,
    ) -> list[Tensor]:
        """Tangents of `source`, count × its shape, carried to each of the targets: count × its shape."""
        with torch.no_grad():
            point = x if source == self.input else self(x, keep=[source], sides=sides)[0]

        def later(value: Tensor) -> tuple[Tensor, ...]:
            return tuple(self(x, keep=list(targets), sides=sides, given={source: value}))

        rows = [torch.func.jvp(later, (point,), (vector.to(x.dtype),))[1] for vector in vectors]
        return [torch.stack(each) for each in zip(*rows)]
