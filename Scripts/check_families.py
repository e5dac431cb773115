#!/usr/bin/env python3
"""Compares atlas-network with torch on the families of classification networks that it is to run.

Each family is made with random weights, under which activations neither vanish nor explode, and exported to
ONNX by torch's two exporters; beside them stand two small networks as Keras' and Caffe's converters write
them, and the trained ones of ../shared where they are at hand. The reference is the ONNX file run by torch
in float64; that it is the same network as the one that was exported is checked too. Compared are the
outputs, inner tensors spread over the depth and over the kinds of operators, and the gradients, with respect
to the input, of random linear functions of the outputs and of two inner tensors.

An activation's error is the largest difference as a share of the tensor's largest value, a gradient's as a
share of the largest gradient. A ReLU's unit that is zero but for rounding has one of two gradients, and so
have the other kinks: there the reference takes the side on which the program's own activations lie. The
program's gradient must also hardly change when these activations are not asked for.

    python3 Scripts/check_families.py [--families resnet18,vgg11] [--exporter legacy|dynamo|both]

Needs Python 3.11 with the packages of Scripts/peers/requirements.txt; where they are missing they are
installed below Data/work/venv.
"""

import argparse
import collections
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import ROOT, ensure, fail, processors

ensure("torch", "torchvision", "timm", "onnx", "onnxruntime", "onnxscript", "h5py", "numpy")

import numpy as np
import onnx
import torch

from peers import families, handmade, program
from peers.files import relative_error
from peers.table import table
from peers.torch_graph import TorchGraph, default_opset

ACTIVATION_LIMIT, GRADIENT_LIMIT = 1e-4, 1e-3
# Weights are folded in float32 when a network is exported.
EXPORT_LIMIT = 1e-4
# Where the program computes otherwise when more is asked for, a unit of a kink may change sides, and each
# changes a few pixels by some percent of the largest gradient.
PLAIN_LIMIT = 0.1
INNER_TENSORS, INNER_ELEMENTS = 24, 20_000_000

# Beside opset 17 and dynamo's own default: (exporter, opset, whether batch norms stay nodes).
EXTRA = {
    "resnet18": [("legacy", 7, True), ("legacy", 9, False), ("dynamo", 18, False), ("dynamo", 21, False)],
    "squeezenet1_1": [("legacy", 7, False)], "vgg11": [("legacy", 8, False)],
    "googlenet": [("legacy", 9, True)], "densenet121": [("legacy", 11, True)],
    "mobilenet_v2": [("legacy", 7, True)], "mobilenet_v3_small": [("legacy", 11, True)],
    "shufflenet_v2": [("legacy", 9, False)], "vit_b_16": [("legacy", 14, False), ("dynamo", 21, False)],
    "convnext_tiny": [("legacy", 11, False)],
}
HANDMADE = {"keras_like": handmade.channels_last, "caffe_like": handmade.caffe_like}
SHARED = {name: ROOT.parent / f"shared/models/{name}/{name}.onnx" for name in ("googlenet", "squeezenet-1.1")}
TRAINED = {"trained_" + name.replace("-", "_").replace(".", "_"): path for name, path in SHARED.items()}


class Case:
    """A model file, an input, and what to call it."""

    def __init__(self, family, exporter, path, array):
        self.family, self.exporter, self.path, self.array = family, exporter, path, array
        self.model = onnx.load(path)


def variants(family, exporter):
    usual = [("legacy", 17, False), ("dynamo", None, False)]
    return [v for v in usual + EXTRA.get(family, []) if exporter in ("both", v[0])]


def random_like(tensor, seed):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(tuple(tensor.shape)).astype(np.float32))


def cases(family, exporter, folder):
    """Yields the cases of a family; an exporter's failure is yielded as a text in the place of a case."""
    if family in HANDMADE:
        path = folder / f"{family}.onnx"
        onnx.save(HANDMADE[family](), path)
        shape = [d.dim_value or 2 for d in onnx.load(path).graph.input[0].type.tensor_type.shape.dim]
        picture = families.photograph(max(shape[1:]), shape[0])
        yield Case(family, "-", path, picture if shape[1] == 3 else picture.transpose(0, 2, 3, 1).copy())
        return
    if family in TRAINED:
        size = 227 if "squeeze" in family else 224
        yield Case(family, "-", TRAINED[family], 60 * families.photograph(size, 1))
        return
    size = families.SIZES.get(family, families.SIZE)
    array, network, expected = families.photograph(size), None, None
    for kind, opset, keep_norms in variants(family, exporter):
        label = f"{kind}{' +bn' if keep_norms else ''}"
        final = folder / f"{family}-{kind}-{opset or 'default'}{'-bn' if keep_norms else ''}"
        if not final.exists():
            if network is None:
                network = families.behave(families.make(family), size)
                expected = gradient_of_network(network, array)
            part = final.with_name(final.name + ".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            if problem := exported(network, part / "model.onnx", size, (kind, opset, keep_norms), array, expected):
                yield f"{family} {label} {opset or ''}: {problem}"
                continue
            part.rename(final)  # complete, and the network that it should be
        yield Case(family, label, final / "model.onnx", array)


def exported(network, path, size, variant, array, expected):
    """Writes the ONNX file; what is wrong with it, if anything."""
    try:
        families.export(network.float(), path, size, *variant)
    except Exception as error:
        return f"torch cannot export it: {' '.join(str(error).split())[:300]}"
    try:
        return difference(TorchGraph(str(path)).double(), array, *expected)
    except Exception as error:
        return f"the reference cannot run it: {type(error).__name__}: {error}"


def gradient_of_network(network, array):
    """The logits in float64, and the input's gradient of a random linear function of them."""
    x = torch.from_numpy(array).double().requires_grad_()
    logits = network.double()(x)
    (logits * random_like(logits, 5)).sum().backward()
    return logits.detach(), x.grad


def difference(graph, array, logits, gradient):
    """What the exported file does otherwise than the network, if anything."""
    found, slope = gradient_of_network(graph, array)
    if relative_error(found, logits) > EXPORT_LIMIT:
        return f"the reference's logits differ from the network's by {relative_error(found, logits):.1e}"
    # Of all pixels together: single ones may differ by kinks, as the folded weights are rounded.
    if (share := float((slope - gradient).norm() / gradient.norm())) > 0.05:
        return f"the reference's gradient differs from the network's by {share:.1e}"
    return None


@torch.no_grad()
def inner_tensors(graph, values, differentiable):
    """Names spread over the depth, and one from the middle of each kind of operator."""
    places = [(kind, outputs[0]) for kind, _, _, _, outputs in graph.nodes if outputs[0] in differentiable]
    kinds = collections.defaultdict(list)
    for kind, name in places:
        kinds[kind].append(name)
    names = [members[len(members) // 2] for members in kinds.values()]
    count = max(4, INNER_TENSORS - len(names))
    names += [places[round(i * (len(places) - 1) / (count - 1))][1] for i in range(count)]
    order = {name: index for index, (_, name) in enumerate(places)}
    chosen, elements = [], 0
    for name in sorted(set(names), key=order.get):
        elements += values[name].numel()
        if elements <= INNER_ELEMENTS:
            chosen.append(name)
    objectives = [places[len(places) * part // 3][1] for part in (1, 2)]
    return chosen, objectives


def differentiable_names(graph, x):
    """The tensors that depend on the input's values and not just on its shape."""
    values = graph(x[:1].clone().requires_grad_(), keep=True)
    return {name for name, value in values.items() if value.requires_grad and name != graph.input}


def check_activations(case, graph, x, binary, names):
    with torch.no_grad():
        expected = graph(x, keep=[*graph.outputs, *names])
    plain = program.run(binary, case.path, case.array).tensors
    if len(plain) != len(graph.outputs):
        raise program.Failed(f"wrote {len(plain)} tensors, the network has {len(graph.outputs)} outputs")
    found = program.run(binary, case.path, case.array, tensors=names).tensors
    labels = [*graph.outputs, *names]
    return max((relative_error(a, b), name) for a, b, name in zip([*plain, *found], expected, labels))


def check_gradient(case, graph, binary, name):
    """The errors of the gradient of a random linear function of a tensor, for the first picture."""
    array = case.array[:1]
    if case.model.graph.input[0].type.tensor_type.shape.dim[0].dim_value > 1:
        array = case.array  # a fixed batch
    x = torch.from_numpy(array).double()
    with torch.no_grad():
        direction = random_like(graph(x, keep=[name])[0], 11)
    sides = graph.kink_tensors(name)
    answer = program.run(binary, case.path, array, sides, name, direction.numpy())
    plain = program.run(binary, case.path, array, [name], name, direction.numpy())
    x.requires_grad_()
    side_values = {n: torch.from_numpy(value) for n, value in zip(sides, answer.tensors)}
    value = graph(x, keep=[name], sides=side_values)[0]
    (value * direction).sum().backward()
    return relative_error(answer.gradient, x.grad), relative_error(plain.gradient, answer.gradient)


def check(case, binary):
    """The row of a case, and what is wrong with it."""
    graph = TorchGraph(case.model).double()
    x = torch.from_numpy(case.array).double()
    wrong, activation, gradient = [], float("nan"), float("nan")
    row = [case.family, case.exporter, default_opset(case.model), len(case.model.graph.node)]
    try:
        differentiable = differentiable_names(graph, x)
        with torch.no_grad():
            values = graph(x[:1], keep=True)
        names, objectives = inner_tensors(graph, values, differentiable)
        del values
        activation, worst = check_activations(case, graph, x, binary, names)
        if not activation <= ACTIVATION_LIMIT:
            wrong.append(f"activations of {worst} differ by {activation:.1e}")
        gradient = 0.0
        for name in dict.fromkeys([graph.outputs[0], *objectives]):
            error, change = check_gradient(case, graph, binary, name)
            gradient = max(gradient, error)
            if not error <= GRADIENT_LIMIT:
                wrong.append(f"the gradient of {name} differs by {error:.1e}")
            if not change <= PLAIN_LIMIT:
                wrong.append(f"the gradient of {name} changes by {change:.1e} when fewer tensors are asked for")
    except (program.Failed, program.Unsupported) as error:
        wrong.append(str(error))
    verdict = "pass" if not wrong else "FAIL"
    return [*row, f"{activation:.1e}", f"{gradient:.1e}", verdict], wrong


def arguments():
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [*families.VISION, *families.TIMM, *HANDMADE, *TRAINED]
    parser.add_argument("--families", help=f"of {', '.join(every)}; all by default")
    parser.add_argument("--exporter", choices=["legacy", "dynamo", "both"], default="both")
    parser.add_argument(
        "--keep", action="store_true",
        help="keep the networks in Data/work/families, and use those that are there already",
    )
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    options = parser.parse_args()
    options.chosen = options.families.split(",") if options.families else every
    if unknown := sorted(set(options.chosen) - set(every)):
        fail(f"there is no family {', '.join(unknown)}; there are {', '.join(every)}")
    return options


def main():
    options = arguments()
    binary = program.find(options.program)
    torch.set_num_threads(processors())
    folder = ROOT / "Data/work/families" if options.keep else Path(tempfile.mkdtemp(prefix="atlas-families-"))
    folder.mkdir(parents=True, exist_ok=True)
    rows, failures, absent = [], [], []
    try:
        for family in options.chosen:
            if family in TRAINED and not TRAINED[family].exists():
                absent.append(f"{family}: {TRAINED[family]} is not there")
                continue
            start = time.monotonic()
            for case in cases(family, options.exporter, folder):
                if isinstance(case, str):
                    failures.append(case)
                    print(case, file=sys.stderr, flush=True)
                    continue
                row, wrong = check(case, binary)
                rows.append(row)
                failures += [f"{row[0]} {row[1]} opset {row[2]}: {problem}" for problem in wrong]
                print("  ".join(map(str, row)), f" {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
                start = time.monotonic()
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    heads = ["family", "exporter", "opset", "nodes", "activations", "gradients", ""]
    print(table(heads, rows))
    print(f"\nlimits: activations {ACTIVATION_LIMIT:g}, gradients {GRADIENT_LIMIT:g}; torch {torch.__version__}")
    passed = sum(row[-1] == "pass" for row in rows)
    print(f"{passed} of {len(rows)} networks pass")
    for line in [*absent, *failures]:
        print(line)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
