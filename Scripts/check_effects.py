#!/usr/bin/env python3
"""Compares the effects of atlas-attribute with torch's derivatives, for every class.

Networks: GoogLeNet and SqueezeNet (the trained ones of ../shared where they are at hand), the trained residual network
of Data/models/synthetic-judge, a ResNet-50 and a vision transformer with random weights, the transformer also at its
class token. Images are drawn, as large as the input;
atlas-extract samples them, atlas-attribute computes the effects of all samples on all classes, and torch runs the same
ONNX file in float64: activation times the derivative of each logit. Errors are fractions of the largest effect.

A ReLU's unit that is zero but for rounding may lie on either side, and of a pool's two nearly equal values either may
be the largest: the reference takes the program's sides. They are those of another run, whose values differ by rounding:
of the ResNet-50, whose random weights magnify that, the last layer alone is compared.

    python3 Scripts/check_effects.py [--networks googlenet,squeezenet,residual,resnet50,timm_vit_tiny]

Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, ROOT, SHARED, fail, processors

PEERS.require("torch", "torchvision", "timm", "onnx", "onnxscript", "h5py", "numpy", "pillow")

import h5py
import numpy as np
import onnx
import torch
from PIL import Image

from peers import families, program
from peers.arguments import parser_of
from peers.table import table
from peers.torch_graph import TorchGraph

LIMIT = 1e-3
IMAGES = 2
POSITIONS = 4
# Trained networks by their files, with layers of every depth; others by families' names.
TRAINED = {
    "googlenet": (
        SHARED / "models/googlenet/googlenet.onnx",
        [f"inception_{name}/output" for name in ("3b", "4a", "4c", "4e", "5a", "5b")],
    ),
    "squeezenet": (SHARED / "models/squeezenet-1.1/squeezenet-1.1.onnx", ["fire4/concat", "fire6/concat", "fire9/concat"]),
    "residual": (
        ROOT / "Data/models/synthetic-judge/synthetic-judge.onnx", ["layer1.1", "layer2.1", "layer3.1", "layer4.1"]),
}
RANDOM = ("resnet50", "timm_vit_tiny")


class Case(NamedTuple):
    """A network's file and card, and the layers at which effects are compared."""

    name: str
    model: Path
    layers: list[str]
    size: int
    mean: list[float]
    deviation: float
    order: str
    logits: str


def classifier_input(model: Path) -> str:
    """What the last matrix product reads: a network's pooled vector or class token."""
    graph = onnx.load(model, load_external_data=False).graph
    last = next(node for node in reversed(graph.node) if node.op_type in ("Gemm", "MatMul"))
    return last.input[0]


def cases(chosen: list[str], folder: Path) -> Iterator[Case]:
    for name in chosen:
        if name in TRAINED:
            model, layers = TRAINED[name]
            if not model.exists():
                print(f"skipped: {name} is not in {SHARED}", file=sys.stderr)
                continue
            card = json.loads(model.with_suffix(".json").read_text())
            size = card["input"]["size"][0]
            given = card["input"]
            yield Case(name, model, layers, size, given["mean"], given["std"][0], given["channels"], card["logits"])
            continue
        model = folder / f"{name}.onnx"
        families.export(families.behave(families.make(name), 224).float(), model, 224, "legacy", 17)
        layers = ["layer4"] if name == "resnet50" else ["blocks.5", "blocks.9", classifier_input(model)]
        yield Case(name, model, layers, 224, [120, 120, 120], 60, "RGB", "logits")


def prepared(case: Case, folder: Path) -> tuple[Path, Path, np.ndarray]:
    """The card and the folder of images, and what the network sees of them."""
    card = folder / f"{case.name}.json"
    card.write_text(json.dumps({
        "name": case.name, "logits": case.logits,
        "input": {
            "size": [case.size] * 2, "resize": {"to": [case.size] * 2, "keep_aspect": False}, "crop": "center",
            "channels": case.order, "range": [0, 255], "mean": case.mean, "std": [case.deviation] * 3,
        },
    }))
    images = folder / f"{case.name}-images"
    images.mkdir()
    drawn = np.clip(120 + 60 * families.smooth_images(case.size, IMAGES), 0, 255).astype(np.uint8)
    for index, image in enumerate(drawn):
        Image.fromarray(image.transpose(1, 2, 0)).save(images / f"{index}.png")
    channels = drawn[:, ::-1] if case.order == "BGR" else drawn
    mean = np.array(case.mean, np.float32)[None, :, None, None]
    return card, images, ((channels.astype(np.float32) - mean) / case.deviation).astype(np.float32)


def run(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        raise program.Failed(program.last_line(done.stderr))


def positions_of(values: torch.Tensor, channels: int, y: int, x: int, width: int) -> torch.Tensor:
    """Where a position's activation lies in a layer's tensor: its elements, counted in the flat tensor."""
    places = torch.arange(values.numel()).reshape(values.shape)[0]
    if values.dim() == 4:
        return places[:, y, x]
    if values.dim() == 2:
        return places
    tokens = places.shape[0]
    # A class token before the patches, where there is one more than the map has.
    return places[y * width + x + (tokens % width != 0)]


def check(case: Case, layer: str, folder: Path, programs: Path, binary: Path) -> float:
    card, images, array = prepared(case, folder)
    files = {name: folder / f"{name}.h5" for name in ("activations", "effects")}
    common = ("--model", case.model, "--card", card, "--layer", layer)
    run(programs / "atlas-extract", *common, "--images", images, "--positions", POSITIONS, "--output",
        files["activations"], "--quiet")
    run(programs / "atlas-attribute", *common, "--activations", files["activations"], "--rows", "all",
        "--trust-samples", 0, "--output", files["effects"], "--quiet")
    with h5py.File(files["activations"]) as f:
        tensor = f.attrs["tensor"].decode()
        image, y, x = (f[name][:] for name in ("image", "y", "x"))
        width, channels = int(f.attrs["layer_width"]), f["activations"].shape[1]
    with h5py.File(files["effects"]) as f:
        found = f["effects"][:].astype(np.float64)[np.argsort(f["sample"][:])]
    graph = TorchGraph(case.model, only=[case.logits]).double()
    kinks = [name for name in graph.kink_tensors(case.logits) if name in graph.descendants(tensor)]
    expected = np.zeros_like(found)
    for index in range(IMAGES):
        one = array[index:index + 1]
        sides = {}
        if kinks:
            answer = program.run(binary, case.model, one, read=kinks)
            sides = {name: torch.from_numpy(value) for name, value in answer.tensors.items()}
        point = graph(torch.from_numpy(one).double(), keep=[tensor], sides=sides)[0]
        rows = np.flatnonzero(image == index)
        vectors = []
        for row in rows:
            vector = torch.zeros_like(point)
            places = positions_of(point, channels, int(y[row]), int(x[row]), width)
            vector.view(-1)[places] = point.reshape(-1)[places]
            vectors.append(vector)
        tangents = graph.tangents(
            torch.from_numpy(one).double(), tensor, torch.stack(vectors), [case.logits], sides=sides)[0]
        expected[rows] = tangents.reshape(len(rows), -1).numpy()
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    parser.add_argument("--networks", default=",".join([*TRAINED, *RANDOM]), help=f"of {', '.join([*TRAINED, *RANDOM])}")
    options = parser.parse_args()
    chosen = options.networks.split(",")
    if unknown := sorted(set(chosen) - {*TRAINED, *RANDOM}):
        fail(f"there is no network {', '.join(unknown)}; there are {', '.join([*TRAINED, *RANDOM])}")
    binary = program.find(options.program)
    torch.set_num_threads(processors())
    rows, failed = [], 0
    with tempfile.TemporaryDirectory(prefix="atlas-effects-") as place:
        for case in cases(chosen, Path(place)):
            for layer in case.layers:
                with tempfile.TemporaryDirectory(dir=place) as folder:
                    try:
                        error = check(case, layer, Path(folder), binary.parent, binary)
                        passes = error <= LIMIT
                        rows.append([case.name, layer, f"{error:.1e}", "pass" if passes else "FAIL"])
                    except (program.Failed, program.Unsupported) as problem:
                        passes = False
                        rows.append([case.name, layer, "", f"FAIL: {problem}"])
                    failed += not passes
    print(table(["network", "layer", "error", ""], rows))
    print(f"\nlimit {LIMIT:g} of the largest effect; torch {torch.__version__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
