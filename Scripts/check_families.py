#!/usr/bin/env python3
"""Compares atlas-network with torch on the families of classification networks that it is to run.

Each family is made with random weights, under which activations neither vanish nor explode, and exported to
ONNX by torch's two exporters; beside them stand two small networks as Keras' and Caffe's converters write
them, and the trained ones of ../shared where they are at hand. The reference is the ONNX file run by torch
in float64; that it is the same network as the one that was exported is checked too. Compared are

- activations: the outputs, and inner tensors spread over the depth and over the kinds of operators;
- gradients of random linear functions of the output and of two inner tensors, one at a time and all at once, at
  the input and at all of those inner tensors;
- tangents from an inner tensor to a later one and to the output, and the adjoint identity of both derivatives.

An error is the largest difference as a fraction of the tensor's largest value; that of the identity a fraction
of the product. Activations of a network that magnifies rounding may lie twice as far off as torch's own in float32. A ReLU's unit that is zero but for rounding has one of two gradients, and so have the other
kinks: there the reference takes the side on which the program's own activations lie. The program's gradient must
also hardly change when these activations are not asked for.

    python3 Scripts/check_families.py [--families resnet18,vgg11] [--exporter legacy|dynamo|both]

Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import argparse
import collections
import math
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, ROOT, SHARED, fail, processors

PEERS.require("torch", "torchvision", "timm", "onnx", "onnxruntime", "onnxscript", "h5py", "numpy")

import numpy as np
import onnx
import torch

from peers import derivatives, families, handmade, program
from peers.arguments import parser_of
from peers.derivatives import random_like, worst
from peers.files import relative_error
from peers.table import table
from peers.torch_graph import TorchGraph, default_opset

LIMITS = {"activations": 1e-4, "gradients": 1e-3, "tangents": 1e-3, "identity": 1e-4}
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
TRAINED = {
    f"trained_{name.replace('-', '_').replace('.', '_')}": SHARED / f"models/{name}/{name}.onnx"
    for name in ("googlenet", "squeezenet-1.1")
}

Variant = tuple[str, "int | None", bool]


@dataclass
class Model:
    """A model file, an input, and what to call it."""

    family: str
    exporter: str
    path: Path
    array: np.ndarray


def variants(family: str, exporter: str) -> list[Variant]:
    usual: list[Variant] = [("legacy", 17, False), ("dynamo", None, False)]
    return [v for v in usual + EXTRA.get(family, []) if exporter in ("both", v[0])]


def models(family: str, exporter: str, folder: Path) -> Iterator[Model | str]:
    """The model files of a family; where an exporter fails, a line that says so."""
    if family in HANDMADE:
        path = folder / f"{family}.onnx"
        onnx.save(HANDMADE[family](), path)
        shape = [d.dim_value or 2 for d in onnx.load(path).graph.input[0].type.tensor_type.shape.dim]
        image = families.smooth_images(max(shape[1:]), shape[0])
        yield Model(family, "-", path, image if shape[1] == 3 else image.transpose(0, 2, 3, 1).copy())
        return
    if family in TRAINED:
        size = 227 if "squeeze" in family else 224
        yield Model(family, "-", TRAINED[family], 60 * families.smooth_images(size, 1))
        return
    size = families.SIZES.get(family, families.SIZE)
    array, network, expected = families.smooth_images(size), None, None
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
        yield Model(family, label, final / "model.onnx", array)


def exported(
    network: torch.nn.Module, path: Path, size: int, variant: Variant, array: np.ndarray,
    expected: tuple[torch.Tensor, torch.Tensor],
) -> str | None:
    """Writes the ONNX file; what is wrong with it, if anything."""
    try:
        families.export(network.float(), path, size, *variant)
    except Exception as error:
        return f"torch cannot export it: {' '.join(str(error).split())[:300]}"
    try:
        return difference(TorchGraph(path).double(), array, *expected)
    except Exception as error:
        return f"the reference cannot run it: {type(error).__name__}: {error}"


def gradient_of_network(network: torch.nn.Module, array: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """The logits in float64, and the input's gradient of a random linear function of them."""
    x = torch.from_numpy(array).double().requires_grad_()
    logits = network.double()(x)
    (logits * random_like(logits, 5)).sum().backward()
    return logits.detach(), x.grad


def difference(
    graph: TorchGraph, array: np.ndarray, logits: torch.Tensor, gradient: torch.Tensor
) -> str | None:
    """What the exported file does otherwise than the network, if anything."""
    found, found_gradient = gradient_of_network(graph, array)
    if relative_error(found, logits) > EXPORT_LIMIT:
        return f"the reference's logits differ from the network's by {relative_error(found, logits):.1e}"
    # Of all pixels together: single ones may differ by kinks, as the folded weights are rounded.
    if (fraction := float((found_gradient - gradient).norm() / gradient.norm())) > 0.05:
        return f"the reference's gradient differs from the network's by {fraction:.1e}"
    return None


# Places -----------------------------------------------------------------------------------------------


@dataclass
class Places:
    """Where a network is looked at."""

    inner: list[str]  # spread over the depth, and one from the middle of each kind of operator
    early: str  # at a third of the depth
    late: str  # at two thirds, and dependent on the early one
    output: str


def places_of(graph: TorchGraph, x: torch.Tensor) -> Places:
    values = graph(x[:1].clone().requires_grad_(), keep=True)
    # Those that depend on the input's values and not just on its shape.
    known = {name for name, value in values.items() if value.requires_grad and name != graph.input}
    nodes = [(node.kind, node.outputs[0]) for node in graph.nodes if node.outputs[0] in known]
    kinds: dict[str, list[str]] = collections.defaultdict(list)
    for kind, name in nodes:
        kinds[kind].append(name)
    names = [members[len(members) // 2] for members in kinds.values()]
    count = max(4, INNER_TENSORS - len(names))
    names += [nodes[round(i * (len(nodes) - 1) / (count - 1))][1] for i in range(count)]
    order = {name: index for index, (_, name) in enumerate(nodes)}
    inner, elements = [], 0
    for name in sorted(set(names), key=order.__getitem__):
        elements += values[name].numel()
        if elements <= INNER_ELEMENTS:
            inner.append(name)
    output = graph.outputs[0]
    upstream = graph.ancestors([output])
    early = next(name for _, name in nodes[len(nodes) // 3 :] if name in upstream)
    between = graph.descendants(early) & upstream
    late = next(name for _, name in nodes[len(nodes) * 2 // 3 :] if name in between and name != early)
    return Places(inner, early, late, output)


# Checks -----------------------------------------------------------------------------------------------


def activation_errors(case: derivatives.Case, names: list[str]) -> dict[str, float]:
    with torch.no_grad():
        expected = case.graph(case.x, keep=[*case.graph.outputs, *names])
    plain = program.run(case.binary, case.model, case.array).tensors
    if len(plain) != len(case.graph.outputs):
        raise program.Failed(f"wrote {len(plain)} tensors, the network has {len(case.graph.outputs)} outputs")
    found = program.run(case.binary, case.model, case.array, read=names).tensors
    pairs = zip([*case.graph.outputs, *names], [*plain.values(), *found.values()], expected)
    return {name: relative_error(array, value) for name, array, value in pairs}


def single_precision_error(case: derivatives.Case, model: onnx.ModelProto, name: str) -> float:
    """How far torch in float32 is off at a tensor."""
    with torch.no_grad():
        (found,) = TorchGraph(model).float()(torch.from_numpy(case.array), keep=[name])
        (expected,) = case.graph(case.x, keep=[name])
    return relative_error(found.numpy(), expected)


def upstream_of(graph: TorchGraph, seeds: list[str], names: list[str]) -> list[str]:
    """The input and those of the names that the seeds depend on."""
    wanted = graph.ancestors(seeds)
    return [graph.input, *(name for name in names if name in wanted)]


def errors_of(case: derivatives.Case, places: Places) -> Iterator[tuple[str, str, float, str]]:
    """(kind of check, what was compared, the largest error, at which tensor)."""
    yield "activations", "", *worst(activation_errors(case, places.inner))
    single = derivatives.Case(case.binary, case.model, one_image(case), case.graph)
    seeds = list(dict.fromkeys([places.early, places.late, places.output]))
    for chosen in [*([name] for name in seeds), seeds]:
        wanted = upstream_of(case.graph, chosen, places.inner)
        yield "gradients", " + ".join(chosen), *worst(derivatives.gradient_errors(single, chosen, wanted))
    targets = list(dict.fromkeys([places.late, places.output]))
    errors, gaps = derivatives.tangent_errors(single, places.early, targets)
    yield "tangents", places.early, *worst(errors)
    yield "identity", places.early, *worst(gaps)


def one_image(case: derivatives.Case) -> np.ndarray:
    """The first image, or all where the network's batch is fixed."""
    batch = onnx.load(case.model, load_external_data=False).graph.input[0].type.tensor_type.shape.dim[0].dim_value
    return case.array if batch > 1 else case.array[:1]


def check(model: Model, binary: Path) -> tuple[list[object], list[str]]:
    """The row of a model, and what is wrong with it."""
    proto = onnx.load(model.path)
    graph = TorchGraph(proto).double()
    case = derivatives.Case(binary, model.path, model.array, graph)
    largest, wrong = dict.fromkeys(LIMITS, math.nan), []
    try:
        places = places_of(graph, case.x)
        for kind, what, error, name in errors_of(case, places):
            largest[kind] = error if math.isnan(largest[kind]) else max(largest[kind], error)
            limit = LIMITS[kind]
            if kind == "activations" and error > limit:
                limit = max(limit, 2 * (own := single_precision_error(case, proto, name)))
                print(f"{model.family}: activations off by {error:.1e}, torch's in float32 by {own:.1e}, at {name}")
            if not error <= limit:
                of = f" of {what}" if what else ""
                wrong.append(f"{kind}{of} differ at {name} by {error:.1e}")
        single = derivatives.Case(binary, model.path, one_image(case), graph)
        if not (change := derivatives.change_of_gradient(single, places.output)) <= PLAIN_LIMIT:
            wrong.append(f"the gradient changes by {change:.1e} when fewer tensors are asked for")
    except (program.Failed, program.Unsupported) as error:
        wrong.append(str(error))
    row = [model.family, model.exporter, default_opset(proto), len(proto.graph.node)]
    return [*row, *(f"{value:.1e}" for value in largest.values()), "FAIL" if wrong else "pass"], wrong


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
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


def main() -> int:
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
            for model in models(family, options.exporter, folder):
                if isinstance(model, str):
                    failures.append(model)
                    print(model, file=sys.stderr, flush=True)
                    continue
                row, wrong = check(model, binary)
                rows.append(row)
                failures += [f"{row[0]} {row[1]} opset {row[2]}: {problem}" for problem in wrong]
                print("  ".join(map(str, row)), f" {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
                start = time.monotonic()
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(["family", "exporter", "opset", "nodes", *LIMITS, ""], rows))
    print(f"\nlimits: {', '.join(f'{kind} {limit:g}' for kind, limit in LIMITS.items())}; torch {torch.__version__}")
    print(f"{sum(row[-1] == 'pass' for row in rows)} of {len(rows)} networks pass")
    for line in [*absent, *failures]:
        print(line)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
