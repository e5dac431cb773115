"""An ONNX file as a torch module: any tensor of it, and gradients, in float64 or float32."""

import math

import onnx
import torch

from peers.torch_operators import OPERATORS, clip_bounds, max_pool_as, tensor_of


def default_opset(model):
    return next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))


def real_inputs(model):
    """The graph's inputs without those that are weights with a value, which early files list too."""
    weights = {weight.name for weight in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


# Where a gradient has kinks: which of a node's tensors tells the side, its first output or its first input.
KINKS = {"Relu": "output", "Clip": "output", "HardSigmoid": "output", "HardSwish": "input", "MaxPool": "input"}


def kink_tensor(kind, inputs, outputs):
    """The name of the tensor that tells on which side of its kinks each unit of this node lies, if any."""
    return {"output": outputs[0], "input": inputs[0]}[KINKS[kind]] if kind in KINKS else None


def needed_nodes(graph, names):
    """The nodes that these tensors depend on, in the graph's order."""
    wanted, nodes = set(names), []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            nodes.append(node)
            wanted.update(node.input)
    return nodes[::-1]


def on_side(kind, attributes, opset, arguments, side):
    """What a node with kinks gives when `side` says on which side of them each unit lies."""
    x = arguments[0]
    if kind == "Relu":
        return torch.where(side > 0, x, 0)
    if kind == "HardSwish":
        return torch.where(side >= 3, x, torch.where(side <= -3, 0, x * (x + 3) / 6))
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

    def __init__(self, model, only=None):
        super().__init__()
        model = onnx.load(model) if not isinstance(model, onnx.ModelProto) else model
        self.opset = default_opset(model)
        self.input = real_inputs(model)[0].name
        self.outputs = list(only or [value.name for value in model.graph.output])
        nodes = needed_nodes(model.graph, self.outputs)
        used = {name for node in nodes for name in node.input} | set(self.outputs)
        self.weights = {}
        for weight in model.graph.initializer:
            if weight.name in used:
                self.weights[weight.name] = f"weight{len(self.weights)}"
                self.register_buffer(self.weights[weight.name], tensor_of(weight))
        self.nodes = [self.prepared(node) for node in nodes]

    def kink_tensors(self, name):
        """The names to ask for so that `sides` can be given to a gradient of the tensor `name`."""
        wanted, found = {name}, []
        for kind, _, _, inputs, outputs in reversed(self.nodes):
            if wanted.intersection(outputs):
                wanted.update(inputs)
                tensor = kink_tensor(kind, inputs, outputs)
                if tensor is not None and tensor != self.input and tensor not in found:
                    found.append(tensor)
        return found[::-1]

    def prepared(self, node):
        attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
        if node.domain not in ("", "ai.onnx") or node.op_type not in OPERATORS:
            raise NotImplementedError(f"the reference has no {node.domain}{node.op_type}")
        if node.op_type == "Split":
            attributes["outputs of the node"] = len(node.output)
        return node.op_type, OPERATORS[node.op_type], attributes, list(node.input), list(node.output)

    def forward(self, x, keep=None, sides=None):
        """The outputs, or the tensors named in `keep`; with `keep` true, all of them by name.

        `sides` gives, for tensors of `kink_tensors`, values as somebody else computed them. Where a unit lies
        so close to a kink that rounding decides on which side, it is taken to lie where it lies there.
        """
        wanted = set(self.outputs if keep is None or keep is True else keep)
        values = {self.input: x} | {name: getattr(self, place) for name, place in self.weights.items()}
        last = {name: index for index, node in enumerate(self.nodes) for name in node[3]}
        for index, (kind, function, attributes, inputs, outputs) in enumerate(self.nodes):
            arguments = [values[name] if name else None for name in inputs]
            side = sides.get(kink_tensor(kind, inputs, outputs)) if sides else None
            if side is None:
                result = function(attributes, self.opset, *arguments)
            else:
                result = on_side(kind, attributes, self.opset, arguments, side.to(x.dtype))
            if kind in ("Constant", "ConstantOfShape") and result.is_floating_point():
                result = result.to(x.dtype)
            values.update(zip(outputs, result if isinstance(result, (tuple, list)) else (result,)))
            if keep is not True:
                for name in {name for name in inputs if last[name] == index and name not in wanted}:
                    values.pop(name, None)
        if keep is True:
            return values
        result = [values[name] for name in (self.outputs if keep is None else keep)]
        return result[0] if keep is None and len(result) == 1 else result
