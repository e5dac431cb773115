#!/usr/bin/env python3
"""Measures PyTorch and onnxruntime at the project's work, beside the project, on this machine in one run.

Extraction: JPEG files to rows of GoogLeNet's inception_4c in an HDF5 file, 100 positions an image. The
project's rate is atlas-extract's from start to end; the peers' begins when their network is loaded and warm.
Icon steps: forward and backward through the network to inception_4c, at 80 and 128 pixels, with all that
belongs to a step; the project's rates are atlas-bench's. PyTorch's layout, LRN and batch, and onnxruntime's
batch, are those found fastest here, before the measured runs. All take all processors.

    python3 Scripts/bench_peers.py [--count 200] [--steps 48] [--repeats 3]

It wants GoogLeNet and photographs in ../shared, or --model (with its card) and --images. Other programs should
not run meanwhile. Needs the packages of Scripts/prepare-python peers. The result is printed and kept in
Data/work/bench_peers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, ROOT, SHARED, fail, processors

PEERS.require("torch", "onnx", "onnxruntime", "h5py", "pillow", "numpy")

import numpy as np

from peers import speed  # before torch: it sets what torch reads
from peers.arguments import add_bench_options, load_before, parser_of, say
from peers.extraction import Forward, decoded, extract, onnxruntime_forward, torch_forward
from peers.files import relative_error
from peers.icons import fastest_loop, step_rate
from peers.table import table

import onnxruntime
import torch

POSITIONS = 100
BATCHES = (8, 16, 32)


def check_networks(model: Path, tensor: str) -> None:
    """Ends the script where a torch network does not give the reference activations."""
    folder = model.parent / "reference"
    pairs = [
        (data, data.with_name(data.name.replace("__data", "__" + tensor.replace("/", "_"))))
        for data in sorted(folder.glob("*__data.npy"))
    ]
    pairs = [pair for pair in pairs if pair[1].exists()]
    for lrn, last in speed.layouts():
        network = speed.trunk(model, tensor, lrn, last)
        for data, expected in pairs:
            with torch.no_grad():
                found = network(torch.from_numpy(np.load(data))).numpy()
            error = relative_error(found, np.load(expected))
            if not error < 1e-4:
                fail(f"the torch network differs from {expected} by {error:.1e} of its largest value")
    say(f"the torch network agrees with {len(pairs)} reference activations" if pairs else "no reference activations")


# The project ------------------------------------------------------------------------------------------


def run(command: list[str | Path]) -> None:
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"cannot measure the project: {error}; make build, or give --programs")


def project_extraction(options: argparse.Namespace, images: Path, work: Path) -> float:
    output = work / "project.h5"
    start = time.perf_counter()
    run([
        options.programs / "atlas-extract", "--model", options.model, "--images", images, "--layer", options.tensor,
        "--positions", str(POSITIONS), "--output", output, "--threads", str(processors()), "--quiet",
    ])
    elapsed = time.perf_counter() - start
    output.unlink()
    return elapsed


def project_icons(options: argparse.Namespace, work: Path) -> dict[str, float]:
    """atlas-bench's numbers; of the stages that are not compared here it measures as little as it may."""
    output = work / "bench.json"
    run([
        options.programs / "atlas-bench", "--model", options.model, "--layer", options.tensor, "--samples", "1000",
        "--channels", "8", "--work", work, "--output", output, "--threads", str(processors()),
    ])
    return json.loads(output.read_text())


# The peers --------------------------------------------------------------------------------------------


def torch_extraction(options: argparse.Namespace, paths: list[Path], work: Path) -> tuple[float, float, str]:
    """The fastest of layouts and batches on one image's copies, then the whole pipeline."""
    sample = np.stack([decoded(paths[0], options.card)] * max(BATCHES))

    def rate(candidate: tuple[Forward, int]) -> float:
        forward, batch = candidate
        forward(sample[:batch])
        return batch / speed.seconds(lambda: forward(sample[:batch]), 3)

    made = {(lrn, last): speed.trunk(options.model, options.tensor, lrn, last) for lrn, last in speed.layouts()}
    candidates = {label(*key, 16): (torch_forward(network, key[1]), 16) for key, network in made.items()}
    _, (best, _), _ = speed.fastest(candidates, rate, say)
    key = next(key for key, candidate in zip(made, candidates.values()) if candidate[0] is best)
    candidates = {label(*key, batch): (best, batch) for batch in BATCHES}
    if options.compile:
        compiled = torch_forward(torch.compile(made[key]), key[1])
        candidates |= {label(*key, batch) + ", compiled": (compiled, batch) for batch in BATCHES}
    name, (forward, batch), alone = speed.fastest(candidates, rate, say)
    rates = [
        extract(paths, options.card, forward, batch, POSITIONS, work / "torch.h5") for _ in range(options.repeats)
    ]
    return max(rates), alone, name


def runtime_extraction(options: argparse.Namespace, paths: list[Path], work: Path) -> tuple[float, float, str]:
    forward = onnxruntime_forward(options.model, options.tensor, work)
    sample = np.stack([decoded(paths[0], options.card)] * max(BATCHES))

    def rate(batch: int) -> float:
        forward(sample[:batch])
        return batch / speed.seconds(lambda: forward(sample[:batch]), 3)

    candidates = {f"batch {batch}": batch for batch in (1, 4, *BATCHES)}
    name, batch, alone = speed.fastest(candidates, rate, say)
    rates = [
        extract(paths, options.card, forward, batch, POSITIONS, work / "runtime.h5") for _ in range(options.repeats)
    ]
    return max(rates), alone, name


def torch_icons(options: argparse.Namespace, side: int, half: bool) -> tuple[float, str]:
    """The fastest of layouts, of ways to bfloat16, and of batches, then the measured steps."""
    kinds = ("autocast", "weights") if half else (None,)
    name, maker = fastest_loop(options.model, options.tensor, options.card, side, kinds, BATCHES, say, options.compile)
    return max(step_rate(maker, options.steps) for _ in range(options.repeats)), name


# The comparison ---------------------------------------------------------------------------------------


class Comparison:
    """Rows of the table and numbers of the JSON file."""

    def __init__(self, peak: float) -> None:
        self.peak, self.rows, self.numbers = peak, [], {}

    def add(
        self,
        work: str,
        who: str,
        key: str,
        rate: float,
        operations: float,
        project: float | None = None,
        setting: str = "",
    ) -> None:
        self.numbers[key] = rate
        ratio = f"{project / rate:.2f} x" if project and rate else ""
        if project and rate:
            self.numbers[key + "_ratio"] = project / rate
        fraction = f"{rate * operations / 1e9 / self.peak:.2f}" if rate and self.peak else "-"
        self.rows.append([work, who, f"{rate:.1f}" if rate else "-", fraction, ratio, setting])


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    googlenet = SHARED / "models/googlenet/googlenet.onnx"
    parser.add_argument("--model", type=Path, default=googlenet, help="the network; its card lies beside it")
    parser.add_argument("--images", type=Path, default=SHARED / "images/imagenet-1000", help="JPEG files")
    parser.add_argument("--tensor", default="inception_4c/output", help="the tensor (inception_4c/output)")
    parser.add_argument("--count", type=int, default=1000, help="images to extract (1000)")
    parser.add_argument("--steps", type=int, default=32, help="measured steps of each batch of icons (32)")
    parser.add_argument("--repeats", type=int, default=2, help="runs of which the best counts (2)")
    parser.add_argument("--sizes", default="80,128", help="pixels of an icon's side (80,128)")
    parser.add_argument("--compile", action="store_true", help="try torch.compile too, which needs a C++ compiler")
    add_bench_options(parser, ROOT / "Data/work/bench_peers.json")
    options = parser.parse_args()
    options.sizes = [int(size) for size in options.sizes.split(",") if size]
    options.programs = options.programs.resolve()
    for name in ("count", "steps", "repeats"):
        if getattr(options, name) < 1:
            fail(f"--{name} must be at least 1")
    if not options.model.is_file():
        fail(f"there is no network {options.model}: give --model")
    try:
        options.card = json.loads(options.model.with_suffix(".json").read_text())
    except (OSError, ValueError) as error:
        fail(f"cannot read the model card of {options.model}: {error}")
    return options


def compare_extraction(options: argparse.Namespace, result: Comparison, work: Path) -> None:
    paths = sorted(p for p in options.images.glob("*") if p.suffix.lower() in (".jpg", ".jpeg"))[: options.count]
    images = work / "images"
    images.mkdir()
    for path in paths:
        (images / (path.stem + ".jpg")).symlink_to(path.resolve())
    for path in paths:
        path.read_bytes()  # into the system's cache, for everybody
    work_name, side = f"extraction, {len(paths)} images/s", options.card["input"]["size"][0]
    each, project = speed.operations(options.model, options.tensor, side), None
    if not options.skip_project:
        project = len(paths) / min(project_extraction(options, images, work) for _ in range(options.repeats))
        result.add(work_name, "project", "extract_project", project, each)
    for who, measure in (("PyTorch", torch_extraction), ("onnxruntime", runtime_extraction)):
        say(f"extraction, {who}, network alone:")
        rate, alone, setting = measure(options, paths, work)
        key = "extract_" + who.lower()
        result.add(work_name, who, key, rate, each, project, f"{setting}; network alone {alone:.1f}/s")
        result.numbers[key + "_network_alone"] = alone


def compare_icons(options: argparse.Namespace, result: Comparison, project: dict[str, float]) -> None:
    for side in options.sizes:
        each = 2 * speed.operations(options.model, options.tensor, side)
        for half in (False, True):
            key = f"{side}_bf16" if half else str(side)
            work, ours = f"icon steps/s, {side} px{', bf16' if half else ''}", project.get(f"icon_steps_per_s_{key}")
            if ours:
                result.add(work, "project", f"icon_{key}_project", ours, each)
            say(f"{work}, PyTorch:")
            rate, setting = torch_icons(options, side, half)
            result.add(work, "PyTorch", f"icon_{key}_pytorch", rate, each, ours, setting)


def main() -> int:
    options = arguments()
    speed.prepare()
    load = load_before()
    check_networks(options.model, options.tensor)
    with tempfile.TemporaryDirectory(prefix="atlas-peers-") as work:
        work = Path(work)
        torch_peak, half_peak = speed.product_peak(torch.float32), speed.product_peak(torch.bfloat16)
        project = {} if options.skip_project else project_icons(options, work)
        peak = project.get("sgemm_gflops")
        result = Comparison(peak or torch_peak)
        if options.images.is_dir():
            compare_extraction(options, result, work)
        else:
            say(f"there is no folder {options.images}: extraction is left out")
        compare_icons(options, result, project)
    print(table(["", "", "rate", "fraction", "project is", "setting"], result.rows))
    peaks = {"sgemm_gflops_project": peak, "sgemm_gflops_pytorch": torch_peak, "bf16_gflops_pytorch": half_peak}
    text = ", ".join(f"{name} {value:.0f}" for name, value in peaks.items() if value)
    whose = "the project's" if peak else "PyTorch's"
    print(f"\nmatrix product of side 2048: {text}; fraction is of {whose} float32 one")
    versions = f"torch {torch.__version__}, onnxruntime {onnxruntime.__version__}"
    print(f"{versions}, {processors()} processors, load {load:.1f} before")
    benched = {f"atlas_bench_{name}": value for name, value in project.items() if "icon" in name}
    numbers = {**peaks, "load_before": load, **result.numbers, **benched}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    part = options.output.with_name(options.output.name + ".part")
    part.write_text(json.dumps({k: v if v is None else round(v, 4) for k, v in numbers.items()}, indent=2) + "\n")
    os.replace(part, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
