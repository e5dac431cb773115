"""Tests of what the comparison scripts share: python3 -m unittest Scripts/tests/test_peers.py

In an interpreter without the packages of Scripts/prepare-python, only what needs none of them is tested.
"""

import importlib.util
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from peers import environment, program
from peers.table import table

# Answers as atlas-network does: each tensor is the input's double, each gradient a third of all seeds' sum, each
# tangent five times what it was; or refuses.
STAND_IN = '''#!{python}
import argparse, sys, time
import h5py
parser = argparse.ArgumentParser()
for name in ("run", "model"):
    parser.add_argument(name)
for name in ("--input", "--output", "--precision", "--tangent-from"):
    parser.add_argument(name)
for name in ("--read", "--seed", "--gradient", "--tangent-to"):
    parser.add_argument(name, action="append", default=[])
options = parser.parse_args()
said = open(options.model).read().strip()
if said == "hang":
    time.sleep(60)
if said:
    sys.exit("a first line\\n" + said)
with h5py.File(options.input) as source, h5py.File(options.output, "w") as result:
    assert source.attrs["kind"] == "network-input" and source["input"].dtype == "float32"
    def write(kind, names, array):
        for index, name in enumerate(names):
            result[f"{{kind}}/{{index}}"] = array
            result[f"{{kind}}/{{index}}"].attrs["name"] = name
    write("tensors", options.read or ["output"], 2 * source["input"][()])
    if options.gradient:
        write("gradients", options.gradient, sum(source[f"seeds/{{i}}"][()] for i in range(len(options.seed))) / 3)
    if options.tangent_to:
        write("tangents", options.tangent_to, 5 * source["tangents"][()])
'''


def has(*names):
    return all(importlib.util.find_spec(name) for name in names)


class EnvironmentTests(unittest.TestCase):
    def test_every_requirement_is_pinned(self):
        for each in environment.ENVIRONMENTS.values():
            lines = environment.pinned(each.requirements.read_text())
            self.assertIn("playwright" if each is environment.EXPLORER else "numpy", lines)
            for name, line in lines.items():
                self.assertRegex(line, rf"^{name}==\d+(\.\d+)+$")

    def test_what_an_interpreter_lacks(self):
        self.assertEqual(environment.missing(["json", "no_such_package"]), ["no_such_package"])

    def of(self, folder):
        return environment.Environment("peers", Path(folder), environment.PEERS.requirements)

    def test_nothing_happens_where_nothing_is_missing(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(os, "execv") as start:
            self.of(folder).require("json", "argparse")
        start.assert_not_called()

    def test_a_missing_package_starts_the_script_in_its_environment(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(os, "execv") as start:
            each = self.of(folder)
            each.python.parent.mkdir()
            each.python.touch()
            start.side_effect = SystemExit
            with self.assertRaises(SystemExit):
                each.require("no_such_package")
            self.assertEqual(start.call_args.args, (each.python, [str(each.python), *sys.argv]))

    def test_nothing_is_installed_without_being_asked_for(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch("subprocess.run") as run:
            with self.assertRaisesRegex(SystemExit, "lacks no_such_package: run Scripts/prepare-python peers once"):
                self.of(folder).require("no_such_package")
        run.assert_not_called()

    def test_preparing_makes_the_environment_once(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch("subprocess.run") as run, mock.patch("sys.stderr"):
            each = self.of(folder)
            each.prepare()
            self.assertEqual(run.call_args_list[0].args[0], [sys.executable, "-m", "venv", each.folder])
            self.assertEqual(run.call_args.args[0][-2:], ["-r", each.requirements])
            each.python.parent.mkdir()
            each.python.touch()
            each.prepare()
            self.assertEqual(run.call_count, 3)


class ProgramTests(unittest.TestCase):
    def test_how_a_run_ended(self):
        self.assertIsNone(program.classify(0, "warning"))
        for code, said, kind, text in (
            (1, "note\nOperation Foo is not supported.\n", program.Unsupported, "Operation Foo is not supported."),
            (1, "Cannot read x.onnx: cut\n\n", program.Failed, "Cannot read x.onnx: cut"),
            (64, "", program.Failed, "exit code 64 without a word"),
            (-11, "", program.Failed, "crashed with signal 11"),
            (-6, "is not supported", program.Failed, "crashed with signal 6: is not supported"),
        ):
            with self.subTest(code=code, said=said):
                problem = program.classify(code, said)
                self.assertIs(type(problem), kind)
                self.assertEqual(str(problem), text)

    def test_an_absent_program_ends_the_script_in_one_line(self):
        with self.assertRaises(SystemExit) as end:
            program.find("/no/such/program")
        self.assertIn("there is no program /no/such/program", str(end.exception))

    @unittest.skipUnless(has("h5py", "numpy"), "needs h5py and numpy")
    def test_runs(self):
        import numpy as np

        with tempfile.TemporaryDirectory() as folder:
            binary, model = Path(folder) / "stand-in", Path(folder) / "model"
            binary.write_text(STAND_IN.format(python=sys.executable))
            binary.chmod(0o755)
            model.write_text("")
            x = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
            answer = program.run(binary, model, x)
            self.assertEqual((list(answer.tensors), answer.gradients, answer.tangents), (["output"], {}, {}))
            np.testing.assert_array_equal(answer.tensors["output"], 2 * x)
            scalar = program.run(binary, model, np.float32(3)).tensors["output"]
            self.assertEqual((scalar.shape, float(scalar)), ((), 6.0))
            tangents = program.Tangents("b", np.stack([x, x]), ["c"])
            answer = program.run(binary, model, x, ["a", "b"], {"b": x, "c": 2 * x}, ["a", "data"], tangents)
            self.assertEqual((list(answer.tensors), list(answer.gradients)), (["a", "b"], ["a", "data"]))
            np.testing.assert_array_equal(answer.gradients["data"], x)
            np.testing.assert_array_equal(answer.tangents["c"], 5 * np.stack([x, x]))
            model.write_text("Foo is not supported")
            with self.assertRaisesRegex(program.Unsupported, "^Foo is not supported$"):
                program.run(binary, model, x)
            model.write_text("hang")
            with self.assertRaisesRegex(program.Failed, "did not end within 0.5 s"):
                program.run(binary, model, x, timeout=0.5)


class TableTests(unittest.TestCase):
    def test_numbers_stand_right_and_words_left(self):
        text = table(["name", "count"], [["a", 5], ["long name", 12], ["b", "-"]])
        self.assertEqual(
            text.splitlines(), ["name       count", "---------  -----", "a              5", "long name     12",
                                "b              -"])


@unittest.skipUnless(has("onnx", "numpy", "h5py"), "needs onnx, numpy and h5py")
class NodeCaseTests(unittest.TestCase):
    def test_tolerances(self):
        import numpy as np
        from peers.node_cases import mismatch

        expected = np.array([1000.0, 0.0, np.nan, np.inf], np.float32)
        self.assertIsNone(mismatch(expected + np.float32(5e-4), expected, 1e-3, 1e-7))
        self.assertIn("is 0.002 instead of 0", mismatch(expected + np.float32(2e-3), expected, 1e-3, 1e-7))
        self.assertIn("shape", mismatch(expected[:2], expected, 1e-3, 1e-7))
        self.assertIsNone(mismatch(expected[:0], expected[:0], 1e-3, 1e-7))
        self.assertIsNotNone(mismatch(np.zeros(4, np.float32), expected, 1e-3, 1e-7))

    def model(self, opset, kind="Conv", inputs=("x", "w"), **attributes):
        from onnx import TensorProto, helper

        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in (*inputs, "y")]
        graph = helper.make_graph([helper.make_node(kind, inputs, ["y"], **attributes)], "g", values[:-1], values[-1:])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])

    def test_newer_opsets_are_rewritten_where_only_types_were_added(self):
        from peers.node_cases import NotRun, in_range

        self.assertEqual(in_range(self.model(22)).opset_import[0].version, 21)
        self.assertEqual(in_range(self.model(11)).opset_import[0].version, 11)
        for model, reason in (
            (self.model(24, "Swish", ["x"]), "newer opset"), (self.model(28, "Mod"), "newer opset"),
            (self.model(6), "older opset"),
        ):
            with self.assertRaisesRegex(NotRun, reason):
                in_range(model)

    def test_all_inputs_but_one_become_weights(self):
        import numpy as np
        from peers.node_cases import with_constants

        arrays = {"x": np.ones((1, 1, 2, 2), np.float32), "w": np.ones((1, 1, 1, 1), np.float32)}
        for left, weight in (("x", "w"), ("w", "x")):
            graph = with_constants(self.model(13), arrays, left).graph
            self.assertEqual([value.name for value in graph.input], [left])
            self.assertEqual([value.name for value in graph.initializer], [weight])


@unittest.skipUnless(has("onnx", "numpy", "torch"), "needs onnx, numpy and torch")
class TorchGraphTests(unittest.TestCase):
    def test_a_unit_takes_the_side_that_is_given(self):
        import torch
        from onnx import TensorProto, helper
        from peers.torch_graph import TorchGraph

        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in ("x", "y")]
        graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", values[:1], values[1:])
        network = TorchGraph(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]))
        self.assertEqual(network.kink_tensors("y"), ["y"])
        x = torch.tensor([-1.0, -1e-9, 1e-9, 1.0], requires_grad=True)
        network(x, sides={"y": torch.tensor([0.0, 1e-9, 0.0, 1.0])}).sum().backward()
        self.assertEqual(x.grad.tolist(), [0.0, 1.0, 0.0, 1.0])

    def branching(self):
        """y = relu(x), z = identity(y), s = y + z, p = y · s."""
        from onnx import TensorProto, helper
        from peers.torch_graph import TorchGraph

        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [3]) for name in ("x", "p")]
        nodes = [helper.make_node(kind, inputs, [output]) for kind, inputs, output in (
            ("Relu", ["x"], "y"), ("Identity", ["y"], "z"), ("Add", ["y", "z"], "s"), ("Mul", ["y", "s"], "p"))]
        graph = helper.make_graph(nodes, "g", values[:1], values[1:])
        return TorchGraph(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])).double()

    def test_gradients_at_inner_tensors_of_several_seeds(self):
        import torch

        network, x = self.branching(), torch.tensor([1.0, 2.0, -3.0], dtype=torch.float64)
        self.assertEqual(network.ancestors(["s"]), {"x", "y", "z", "s"})
        self.assertEqual(network.descendants("z"), {"z", "s", "p"})
        one = torch.ones(3)
        found = network.gradients(x, {"p": one, "s": 10 * one}, ["x", "y", "z", "s"])
        # p = 2 y², s = 2 y; an identity's tensor takes its own part alone: ∂p/∂z = y.
        for gradient, expected in zip(found, ([24, 28, 0], [24, 28, 20], [11, 12, 10], [11, 12, 10])):
            self.assertEqual(gradient.tolist(), expected)
        with self.assertRaisesRegex(ValueError, "none of s depends on p"):
            network.gradients(x, {"s": one}, ["p"])

    def test_tangents_start_at_inner_tensors(self):
        import torch

        network, x = self.branching(), torch.tensor([1.0, 2.0, -3.0], dtype=torch.float64)
        vectors = torch.tensor([[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]])
        s, p = network.tangents(x, "z", vectors, ["s", "p"])
        self.assertEqual(s.tolist(), [[1, 1, 1], [0, 2, 0]])
        self.assertEqual(p.tolist(), [[1, 2, 0], [0, 4, 0]])
        self.assertEqual(network.tangents(x, "x", vectors, ["p"])[0].tolist(), [[4, 8, 0], [0, 16, 0]])

    def test_average_pools_count_what_onnx_counts(self):
        import torch
        from peers.torch_operators import OPERATORS

        x = torch.ones(1, 1, 4, 4)
        pool = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 0, 1, 1], "ceil_mode": 1}
        self.assertEqual(OPERATORS["AveragePool"](pool, 13, x).tolist(), [[[[1.0, 1.0], [1.0, 1.0]]]])
        padded = OPERATORS["AveragePool"]({**pool, "count_include_pad": 1}, 13, x)
        torch.testing.assert_close(padded, torch.tensor([[[[1.0, 6 / 9], [6 / 9, 4 / 9]]]]))

    def test_both_forms_of_response_normalization_agree(self):
        import torch
        from peers import speed
        from peers.torch_operators import OPERATORS

        x = torch.linspace(-3, 3, 2 * 7 * 4).view(1, 7, 4, 2)
        for beta in (0.75, 0.5):
            attributes = {"size": 5, "alpha": 0.3, "beta": beta, "bias": 2.0}
            expected = OPERATORS["LRN"](attributes, 13, x)
            for function in speed.LRN.values():
                torch.testing.assert_close(function(attributes, 13, x), expected)


if __name__ == "__main__":
    unittest.main()
