"""Random networks of one operation, for check_operators.py: what the generators of draw_*.py have in common.

A generator is a function of a `Draw`, which has the random numbers, the opset and the nodes so far. It is
registered by `operation` under the name of its ONNX operator, and adds that operator's node, its constants and,
where the operator needs them, a node before or behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OLDEST, NEWEST = 7, 21  # the opsets that the project reads

GENERATORS: dict[str, Callable[[Draw], str]] = {}


def operation(*names: str) -> Callable:
    """Registers a generator under the names of ONNX operators; `draw.operator` says which is wanted."""

    def register(function: Callable[[Draw], str]) -> Callable[[Draw], str]:
        GENERATORS.update(dict.fromkeys(names, function))
        return function

    return register


@dataclass
class Network:
    """A drawn network: one float input `x`, one float output `y`."""

    operator: str
    opset: int
    model: onnx.ModelProto
    array: np.ndarray
    label: str  # the nodes with their attributes, for messages
    is_smooth: bool  # whether derivatives are to be compared


@dataclass
class Draw:
    """The random numbers of one network, and the network so far."""

    operator: str
    opset: int
    random: np.random.Generator
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    array: np.ndarray | None = None
    is_smooth: bool = True

    # Numbers ------------------------------------------------------------------------------------------

    def integer(self, low: int, high: int) -> int:
        """From `low` to `high`, both included."""
        return int(self.random.integers(low, high + 1))

    def chance(self, probability: float = 0.5) -> bool:
        return bool(self.random.random() < probability)

    def choice(self, values: Sequence[Any]) -> Any:
        return values[self.integer(0, len(values) - 1)]

    def number(self, low: float, high: float) -> float:
        return float(np.float32(self.random.uniform(low, high)))

    def shape(self, least: int = 1, most: int = 5, sizes: Sequence[int] = (1, 2, 3, 4, 5, 7)) -> list[int]:
        return [self.choice(sizes) for _ in range(self.integer(least, most))]

    def map_shape(self) -> list[int]:
        """Batch × channels × rows × columns: few, exactly a register's, or a few more channels than that."""
        channels = self.choice((1, 2, 3, 4, 6, 8, 12, 16, 17, 24, 32))
        return [self.integer(1, 2), channels, self.integer(1, 12), self.integer(1, 12)]

    def values(self, shape: Sequence[int], low: float | None = None, high: float | None = None) -> np.ndarray:
        """Normal numbers, or those of an interval."""
        if low is None:
            return np.asarray(self.random.standard_normal(shape), np.float32)
        return np.asarray(self.random.uniform(low, high, shape), np.float32)

    def broadcastable(self, shape: Sequence[int]) -> list[int]:
        """A shape that NumPy broadcasts to this one: leading sizes left out, others 1."""
        result = [1 if self.chance(0.3) else size for size in shape]
        return result[self.integer(0, len(result)):] if self.chance(0.4) else result

    def axis(self, rank: int) -> int:
        """An axis, counted from either end. Negative ones are in every operator since opset 11 alone."""
        axis = self.integer(0, rank - 1)
        return axis - rank if self.chance() and self.opset >= 11 else axis

    def axes(self, rank: int, least: int = 1) -> list[int]:
        """Some axes, counted from either end."""
        count = self.integer(min(least, rank), rank)
        chosen = sorted(int(axis) for axis in self.random.permutation(rank)[:count])
        return [axis - rank if self.opset >= 11 and self.chance(0.4) else axis for axis in chosen]

    # Nodes --------------------------------------------------------------------------------------------

    def input(self, shape: Sequence[int], low: float | None = None, high: float | None = None) -> str:
        """The network's input; behind a convolution where a map may as well lie in blocks of channels."""
        self.array = self.values(shape, low, high)
        if low is None and len(shape) == 4 and self.chance(0.3):
            weights = self.values([shape[1], shape[1], 1, 1]) / np.float32(np.sqrt(shape[1]))
            return self.node("Conv", ["x", self.constant(weights), self.constant(self.values([shape[1]]))])
        return "x"

    def constant(self, values: Any, dtype: Any = None) -> str:
        """A weight of the file."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def integers(self, values: Any) -> str:
        return self.constant(values, np.int64)

    def node(self, kind: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> str:
        """Adds a node; attributes that are None are left out.

        Returns:
            Its first output; the others are called the same with a number behind.
        """
        name = f"t{len(self.nodes)}"
        names = [name, *(f"{name}.{index}" for index in range(1, outputs))]
        given = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(kind, inputs, names, **given))
        return name

    def float(self, name: str) -> str:
        """Truth values or integers as numbers, which the output has to be."""
        return self.node("Cast", [name], to=TensorProto.FLOAT)

    def network(self, output: str) -> Network:
        """What was drawn, with `output` as its output."""
        self.nodes.append(helper.make_node("Identity", [output], ["y"]))
        graph = helper.make_graph(
            self.nodes, "drawn", [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.array.shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], self.constants,
        )
        opsets = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=helper.find_min_ir_version_for(opsets))
        return Network(self.operator, self.opset, model, self.array, self.label(), self.is_smooth)

    def label(self) -> str:
        shapes = {tensor.name: list(tensor.dims) for tensor in self.constants} | {"x": list(self.array.shape)}

        def text(node: onnx.NodeProto) -> str:
            inputs = ", ".join(f"{name}{shapes.get(name, '')}" for name in node.input)
            attributes = "".join(f" {a.name}={helper.get_attribute_value(a)}" for a in node.attribute)
            return f"{node.op_type}({inputs}){attributes}"

        return "; ".join(text(node) for node in self.nodes if node.output[0] != "y")


def opsets_of(operator: str) -> list[range]:
    """The ranges of opsets, among those that are read, in which the operator means the same."""
    versions = sorted(
        schema.since_version for schema in onnx.defs.get_all_schemas_with_history()
        if schema.name == operator and schema.domain == ""
    )
    starts = [version for version in versions if version <= NEWEST]
    ranges = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else NEWEST + 1
        if end > OLDEST and not onnx.defs.get_schema(operator, start).deprecated:
            ranges.append(range(max(start, OLDEST), end))
    return ranges


def drawn(operator: str, seed: int, index: int) -> Network:
    """The network of a number: the same whatever else is drawn."""
    random = np.random.default_rng([seed, index])
    ranges = opsets_of(operator)
    era = ranges[int(random.integers(len(ranges)))]
    draw = Draw(operator, int(random.choice(era)), random)
    return draw.network(GENERATORS[operator](draw))
