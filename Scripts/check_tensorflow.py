#!/usr/bin/env python3
"""Compares atlas-network with TensorFlow on frozen graphs (GraphDef).

The graphs are made here with random weights: an operation or a few each in all their paddings, strides and
sizes; the topology of inception5h with its layer names; some of Keras' classifiers. Compared are the values
of every tensor that depends on the input, and the gradients with respect to the input of random linear
functions of tensors (of the large networks, of their layers).

An activation's error is the largest difference as a fraction of the tensor's largest value, a gradient's as a
fraction of the largest gradient. A ReLU's unit that is zero but for rounding has one of two gradients, and so
have the maxima of windows: there TensorFlow is made to take the side on which the program's values lie.

    python3 Scripts/check_tensorflow.py [--networks "pools,InceptionV1"]

Needs the packages of Scripts/prepare-python tensorflow.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the order of sums that TensorFlow documents
from peers.environment import TENSORFLOW, fail

TENSORFLOW.require("tensorflow", "h5py", "numpy")

import numpy as np
import tensorflow as tf
from peers import graphdefs, program
from peers.arguments import parser_of
from peers.files import relative_error
from peers.table import table

tf1 = tf.compat.v1
ACTIVATION_LIMIT, GRADIENT_LIMIT = 1e-4, 1e-3
SIDES = {"Relu", "Relu6", "MaxPool"}  # whose gradient depends on a side


class Reference:
    """A graph run by TensorFlow, whose gradients take the sides of given values."""

    def __init__(self, network: graphdefs.Network) -> None:
        self.sides = {}  # placeholders by the tensor whose values they are
        self.written = network.written or network.graph
        definition = tf1.GraphDef()
        definition.CopyFrom(network.graph)
        names = {node.name for node in self.written.node}
        for node in definition.node:
            node.attr.pop("_gradient_op_type", None)  # Keras names functions of its own, which are not in the file
            if node.op in SIDES and names.issuperset([node.name, *node.input]):
                node.attr["_gradient_op_type"].s = f"Sided{node.op}".encode()
        self.graph = tf.Graph()
        with self.graph.as_default():
            tf.import_graph_def(definition, name="")
        self.session = tf1.Session(graph=self.graph)
        self.input = self.graph.get_tensor_by_name("input:0")
        Reference.current = self

    def tensors(self) -> list[str]:
        """The names of the file's floating-point tensors that depend on the input's values, in order."""
        names, depend, written = [], {self.input.op.name}, {node.name for node in self.written.node}
        for operation in self.graph.get_operations():
            if operation.type == "Shape" or not any(i.op.name in depend for i in operation.inputs):
                continue
            depend.add(operation.name)
            if operation.outputs[0].dtype == tf.float32 and operation.name in written:
                names.append(operation.name)
        return names

    def value(self, name: str) -> tf.Tensor:
        return self.graph.get_tensor_by_name(f"{name}:0")

    def side(self, tensor: tf.Tensor) -> tf.Tensor:
        name = tensor.op.name
        if name not in self.sides:
            self.sides[name] = tf1.placeholder(tf.float32, name=f"side_of_{name}")
        return self.sides[name]

    def gradient(self, name: str, array: np.ndarray, direction: np.ndarray, sides: dict[str, np.ndarray]) -> np.ndarray:
        with self.graph.as_default():
            given = tf1.placeholder(tf.float32, self.value(name).shape)
            gradient = tf1.gradients(self.value(name), self.input, given)[0]
        feed = {placeholder: sides[side] for side, placeholder in self.sides.items()}
        return self.session.run(gradient, {self.input: array, given: direction, **feed})

    def side_tensors(self) -> list[str]:
        """The tensors that decide on sides."""
        names = []
        for node in self.graph.as_graph_def().node:
            if "_gradient_op_type" in node.attr:
                names += [*node.input, node.name] if node.op == "MaxPool" else [node.name]
        return list(dict.fromkeys(names))


@tf.RegisterGradient("SidedRelu")
def sided_relu(operation: tf.Operation, gradient: tf.Tensor) -> tf.Tensor:
    return gradient * tf.cast(Reference.current.side(operation.outputs[0]) > 0, tf.float32)


@tf.RegisterGradient("SidedRelu6")
def sided_relu6(operation: tf.Operation, gradient: tf.Tensor) -> tf.Tensor:
    side = Reference.current.side(operation.outputs[0])
    return gradient * tf.cast((side > 0) & (side < 6), tf.float32)


@tf.RegisterGradient("SidedMaxPool")
def sided_max_pool(operation: tf.Operation, gradient: tf.Tensor) -> tf.Tensor:
    current = Reference.current
    attributes = {name: operation.get_attr(name) for name in ("ksize", "strides", "padding", "data_format")}
    attributes = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
    return tf.raw_ops.MaxPoolGrad(
        orig_input=current.side(operation.inputs[0]), orig_output=current.side(operation.outputs[0]),
        grad=gradient, **attributes)


class Check:
    """A network, the program's model file, and the ways between their orders of dimensions."""

    def __init__(self, network: graphdefs.Network, binary: Path, folder: Path) -> None:
        self.network, self.binary = network, binary
        self.reference = Reference(network)
        self.model = folder / f"{network.name.replace(' ', '_')}.pb"
        self.model.write_bytes(self.reference.written.SerializeToString())
        self.array = network.array if network.channels_first else network.array.transpose(0, 3, 1, 2)

    def is_map(self, name: str) -> bool:
        if name == "input":
            return not self.network.channels_first
        return self.reference.value(name).shape.rank == 4 and "plain" not in name

    def to_program(self, name: str, array: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(array.transpose(0, 3, 1, 2)) if self.is_map(name) else array

    def from_program(self, name: str, array: np.ndarray) -> np.ndarray:
        return array.transpose(0, 2, 3, 1) if self.is_map(name) and array.ndim == 4 else array

    def activations(self) -> tuple[tuple[float, str], int]:
        """The largest error, and whose it is."""
        names = [name for name in self.reference.tensors() if name not in self.network.absent]
        values = {name: self.reference.value(name) for name in names}
        expected = self.reference.session.run(values, {self.reference.input: self.network.array})
        found = program.run(self.binary, self.model, self.array, read=names).tensors
        errors = [
            (relative_error(self.from_program(name, array), expected[name]), name)
            for name, array in found.items()
        ]
        self.shapes = {name: value.shape for name, value in expected.items()}
        return max(errors), len(names)

    def gradients(self) -> tuple[tuple[float, str], int]:
        sides = self.reference.side_tensors()
        random, worst = np.random.default_rng(7), (0.0, "")
        chosen = self.network.gradients or self.shapes
        names = [name for name in chosen if name in self.shapes and name not in self.network.no_gradients]
        for name in names:
            direction = random.standard_normal(self.shapes[name]).astype(np.float32)
            answer = program.run(
                self.binary, self.model, self.array, read=list(dict.fromkeys([*sides, name])),
                seeds={name: self.to_program(name, direction)}, gradients=["input"])
            values = {side: self.from_program(side, answer.tensors[side]) for side in sides}
            expected = self.reference.gradient(name, self.network.array, direction, values)
            error = relative_error(self.from_program("input", answer.gradients["input"]), expected)
            worst = max(worst, (error, name))
        return worst, len(names)

    def absent(self) -> Iterator[str]:
        """What the program says of tensors that it cannot compute, if it is not that."""
        for name in sorted(self.network.absent):
            try:
                program.run(self.binary, self.model, self.array, read=[name])
                yield f"{name} is computed, though it depends on an unsupported operation"
            except program.Unsupported:
                pass
            except program.Failed as error:
                yield f"{name}: {error}"


def check(network: graphdefs.Network, binary: Path, folder: Path) -> tuple[list[object], list[str]]:
    wrong, activation, gradient, counts = [], float("nan"), float("nan"), ["-", "-"]
    try:
        check = Check(network, binary, folder)
        (activation, worst), counts[0] = check.activations()
        if not activation <= ACTIVATION_LIMIT:
            wrong.append(f"activations of {worst} differ by {activation:.1e}")
        (gradient, worst), counts[1] = check.gradients()
        if not gradient <= GRADIENT_LIMIT:
            wrong.append(f"the gradient of {worst} differs by {gradient:.1e}")
        wrong += check.absent()
    except (program.Failed, program.Unsupported) as error:
        wrong.append(str(error))
    verdict = "pass" if not wrong else "FAIL"
    return [network.name, counts[0], f"{activation:.1e}", counts[1], f"{gradient:.1e}", verdict], wrong


def networks(chosen: list[str] | None) -> Iterator[graphdefs.Network]:
    makers = {name: None for name, *_ in graphdefs.SMALL}
    makers |= {"channels first": None, "disordered": graphdefs.disordered_network,
               "InceptionV1": graphdefs.inception_network}
    for name, size in graphdefs.KERAS.items():
        makers[name] = lambda name=name, size=size: graphdefs.keras_network(name, size)
    chosen = chosen or list(makers)
    if unknown := sorted(set(chosen) - set(makers)):
        fail(f"there is no network {', '.join(unknown)}; there are {', '.join(makers)}")
    for network in graphdefs.small_networks():
        if network.name in chosen:
            yield network
    for name, make in makers.items():
        if make and name in chosen:
            yield make()


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--networks", type=lambda text: text.split(","), help="names, between commas; all by default")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the networks' files there")
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    options = parser.parse_args()
    binary = program.find(options.program)
    rows, failures = [], []
    with tempfile.TemporaryDirectory(prefix="atlas-tensorflow-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for network in networks(options.networks):
            start = time.monotonic()
            row, wrong = check(network, binary, folder)
            rows.append(row)
            failures += [f"{network.name}: {problem}" for problem in wrong]
            print("  ".join(map(str, row)), f" {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    print(table(["network", "tensors", "activations", "gradients of", "gradients", ""], rows))
    print(f"\nlimits: activations {ACTIVATION_LIMIT:g}, gradients {GRADIENT_LIMIT:g}; TensorFlow {tf.__version__}")
    print(f"{sum(row[-1] == 'pass' for row in rows)} of {len(rows)} networks pass")
    for line in failures:
        print(line)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
