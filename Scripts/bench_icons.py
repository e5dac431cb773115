#!/usr/bin/env python3
"""Measures the icons of a whole atlas: an earlier version of the project, this one, and a loop in torch.

The cells are those of GoogLeNet's mixed4c on a thousand photographs, made once with the default settings. All three
optimize for the same directions at 80 pixels:

  old    the programs of commit 2def43e with their defaults, 512 steps;
  new    the programs of this checkout with theirs; and with STEPS as small as it takes to median fidelity 0.70;
  torch  the published recipe, with the layout, LRN, batch and precision found fastest here, until the median
         fidelity of the icons first reaches 0.70. It optimizes every n-th cell alone (--torch-cells), and its time
         is scaled to all.

Icons of old and new get the report of atlas-judge with SqueezeNet 1.1 as the judge. Extraction is measured in turns,
old, new, torch, on the same files; and make atlas LAYER=mixed4c with the synthetic world's images drawn.

    python3 Scripts/bench_icons.py [--torch-cells 291]

It wants the networks and photographs of ../shared, and git's history to build the old programs, once, below
Data/work/icons. Other programs should not run meanwhile: it takes half an hour of two processors, after a quarter
for the old programs. Needs the packages of Scripts/prepare-python peers. Numbers land in
Data/work/bench_icons.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, ROOT, SHARED, fail, processors

PEERS.require("torch", "onnx", "h5py", "pillow", "numpy")

import h5py
import numpy as np

from peers import speed  # before torch: it sets what torch reads
from peers.arguments import add_bench_options, load_before, parser_of, say
from peers.extraction import decoded, extract, torch_forward
from peers.icons import fastest_loop
from peers.table import table

import torch

OLD_COMMIT = "2def43e"
LAYER, TENSOR, SIDE, CONDITION = "mixed4c", "inception_4c/output", 80, 20
GOAL = 0.70  # median fidelity
BATCHES = (8, 16, 32)


def run(command: list[str | Path], where: Path = ROOT, **environment: str) -> float:
    """Runs a program; the seconds that it took."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=where, env=os.environ | environment, capture_output=True, text=True
        )
    except OSError as error:
        fail(f"cannot run {command[0]}: {error}; make build, or give --programs")
    if done.returncode != 0:
        fail(f"{Path(command[0]).name} failed: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}")
    return time.perf_counter() - start


def old_programs(folder: Path) -> Path:
    """The programs of the old commit, built where they are not."""
    checkout = folder / OLD_COMMIT
    programs = checkout / ".build/release"
    if not (programs / "atlas-render").exists():
        say(f"building the programs of {OLD_COMMIT} in {checkout}")
        if not (checkout / "Makefile").exists():
            run(["git", "clone", "--quiet", "--no-checkout", ROOT, checkout])
            run(["git", "-C", checkout, "checkout", "--quiet", OLD_COMMIT])
        for name in ("atlas-extract", "atlas-render"):
            run(["swift", "build", "--configuration", "release", "--product", name], where=checkout)
    return programs


class Cells:
    """What icons are made of, and the measures of those that are."""

    def __init__(self, programs: Path, model: Path, images: Path, folder: Path) -> None:
        self.programs, self.model, self.folder = programs, model, folder
        self.cells, self.components = folder / "cells.h5", folder / "components.h5"
        if not (folder / "cells.h5").exists():
            say(f"making cells in {folder}")
            network = ["--model", model, "--layer", LAYER]
            rows, layout = folder / "activations.h5", folder / "layout.h5"
            run([programs / "atlas-extract", *network, "--images", images, "--output", rows])
            run([programs / "atlas-reduce", "--activations", rows, "--output", self.components])
            run([programs / "atlas-embed", "--components", self.components, "--output", layout])
            run([programs / "atlas-grid", "--activations", rows, "--layout", layout, "--output", self.cells])
        with h5py.File(self.cells) as file:
            self.means = file["20/mean"][:]
        with h5py.File(self.components) as file:
            self.whitening = whitening(file["second_moment"][:])
        self.count = len(self.means)

    def render(self, output: Path, *options: str, programs: Path | None = None) -> float:
        """Makes icons of all cells; the seconds that it takes."""
        components = self.components
        if programs:  # old programs read the whitening matrix, which is not in the file any more
            components = self.folder / "components-old.h5"
            shutil.copy(self.components, components)
            with h5py.File(components, "r+") as file:
                file["whitening"] = self.whitening.astype(np.float32)
        output.unlink(missing_ok=True)
        return run([
            (programs or self.programs) / "atlas-render", "--model", self.model, "--layer", LAYER, "--cells-file",
            self.cells, "--components", components, "--output", output, *options,
        ])

    def judge(self, icons: Path, judge: Path) -> dict:
        output = icons.with_suffix(".json")
        run([
            self.programs / "atlas-judge", "--model", self.model, "--icons", icons, "--cells-file", self.cells,
            "--judge", judge, "--output", output,
        ])
        return json.loads(output.read_text())


def whitening(moment: np.ndarray) -> np.ndarray:
    """The inverse of the second moment, shrunk toward its mean eigenvalue to a condition number."""
    values, vectors = np.linalg.eigh(moment)
    excess = values[-1] - CONDITION * values[0]
    shrinkage = max(0, excess / (excess + values.mean() * (CONDITION - 1)))
    return vectors / ((1 - shrinkage) * values + shrinkage * values.mean()) @ vectors.T


def with_pictures(of: Path, like: Path, output: Path) -> Path:
    """Icons in the form of another file of the same cells: reports read today's form alone."""
    shutil.copy(like, output)
    with h5py.File(of) as source, h5py.File(output, "r+") as file:
        for name in ("icons", "fidelity", "transformed_fidelity", "objective"):
            if source[name].shape != file[name].shape:
                fail(f"{of} and {like} are of other cells")
            file[name][...] = source[name][:]
    return output


def median(icons: Path) -> float:
    with h5py.File(icons) as file:
        return float(np.median(file["fidelity"][:]))


# What is measured -------------------------------------------------------------------------------------


def torch_to_goal(options: argparse.Namespace, cells: Cells) -> tuple[float, float, int, str]:
    """Seconds of torch's steps for all cells until the median fidelity is the goal, the median, and the steps."""
    setting, make = fastest_loop(
        options.model, TENSOR, options.card, SIDE, (None, "autocast", "weights"), BATCHES, say
    )
    chosen = np.unique(np.linspace(0, cells.count - 1, min(options.torch_cells, cells.count)).round().astype(int))
    batch = int(setting.split("batch ")[1].split(",")[0])
    means = torch.from_numpy(cells.means[chosen])
    directions = torch.from_numpy((cells.means[chosen] @ cells.whitening).astype(np.float32))
    starts = range(0, len(chosen), batch)
    loops = [
        make(batch=len(directions[start : start + batch]), directions=directions[start : start + batch])
        for start in starts
    ]
    seconds, best, steps = 0.0, 0.0, 0
    while steps < options.torch_steps:
        for loop in loops:
            seconds += speed.seconds(lambda loop=loop: [loop.step() for _ in range(4)])
        steps += 4
        fidelities = [loop.fidelities(means[start : start + batch]) for start, loop in zip(starts, loops)]
        best = float(torch.cat(fidelities).median())
        if steps % 32 == 0 or best >= GOAL:
            say(f"torch: {steps} steps, median fidelity {best:.3f}, {seconds:.0f} s")
        if best >= GOAL:
            break
    return seconds * cells.count / len(chosen), best, steps, setting


def fewest_steps(cells: Cells, output: Path) -> tuple[float, int]:
    """Seconds, and the fewest steps of 8, 12, 16 … with which this project's icons reach the goal."""
    for steps in range(8, 512, 4):
        seconds = cells.render(output, "--steps", str(steps), "--minimum-gain", "0")
        say(f"new: {steps} steps, median fidelity {median(output):.3f}, {seconds:.1f} s")
        if median(output) >= GOAL:
            return seconds, steps
    fail(f"no number of steps reaches a median fidelity of {GOAL}")


def extraction(options: argparse.Namespace, old: Path, work: Path) -> dict[str, float]:
    """Images per second of old, new and torch, in turns; each one's best."""
    paths = sorted(options.images.glob("*.JPEG")) or sorted(options.images.glob("*.jp*g"))
    paths = paths[: options.count]
    images = work / "images"
    images.mkdir()
    for path in paths:
        (images / (path.stem + ".jpg")).symlink_to(path.resolve())
        path.read_bytes()  # into the system's cache, for everybody

    sample = np.stack([decoded(paths[0], options.card)] * max(BATCHES))

    def alone(candidate: tuple) -> float:
        forward, batch = candidate
        forward(sample[:batch])
        return batch / speed.seconds(lambda: forward(sample[:batch]), 3)

    candidates = {
        speed.label(*key, batch): (torch_forward(speed.trunk(options.model, TENSOR, *key), key[1]), batch)
        for key in speed.layouts() for batch in BATCHES
    }
    _, (forward, batch), _ = speed.fastest(candidates, alone, say)
    best = {"old": 0.0, "new": 0.0, "torch": 0.0}
    for _ in range(options.repeats):
        for who, programs in (("old", old), ("new", options.programs)):
            output = work / f"{who}.h5"
            seconds = run([
                programs / "atlas-extract", "--model", options.model, "--images", images, "--layer", LAYER,
                "--positions", "100", "--output", output,
            ])
            output.unlink()
            best[who] = max(best[who], len(paths) / seconds)
        best["torch"] = max(best["torch"], extract(paths, options.card, forward, batch, 100, work / "torch.h5"))
        say("extraction: " + ", ".join(f"{who} {rate:.1f}" for who, rate in best.items()) + " images/s")
    return best


def default_atlas(work: Path) -> float:
    """Seconds of make atlas on the synthetic world."""
    run(["make", "world"])
    return run(["make", "atlas", f"LAYER={LAYER}", f"OUT={work}/atlas"])


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    googlenet, squeezenet = SHARED / "models/googlenet/googlenet.onnx", SHARED / "models/squeezenet-1.1/squeezenet-1.1.onnx"
    parser.add_argument("--model", type=Path, default=googlenet, help="GoogLeNet; its card lies beside it")
    parser.add_argument("--judge", type=Path, default=squeezenet, help="the network that says what it sees in icons")
    parser.add_argument("--images", type=Path, default=SHARED / "images/imagenet-1000", help="JPEG files")
    parser.add_argument("--count", type=int, default=500, help="images to extract (500)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each extraction, of which the best counts (3)")
    parser.add_argument("--torch-cells", type=int, default=96, help="cells that torch optimizes (96)")
    parser.add_argument("--torch-steps", type=int, default=1024, help="most steps of torch (1024)")
    parser.add_argument("--old", type=Path, help=f"folder of the programs of {OLD_COMMIT}; by default they are built")
    add_bench_options(parser, ROOT / "Data/work/bench_icons.json")
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    for path in (options.model, options.judge, options.images):
        if not path.exists():
            fail(f"there is no {path}: give --model, --judge and --images")
    options.card = json.loads(options.model.with_suffix(".json").read_text())
    return options


def main() -> int:
    options = arguments()
    speed.prepare()
    folder = ROOT / "Data/work/icons"
    folder.mkdir(parents=True, exist_ok=True)
    old = options.old.resolve() if options.old else old_programs(folder)
    cells = Cells(options.programs, options.model, options.images, folder)
    load = load_before()
    numbers: dict[str, float | None] = {"load_before": load, "cells": cells.count}
    rows = []
    with tempfile.TemporaryDirectory(prefix="atlas-icons-") as work:
        work = Path(work)
        new_icons, old_icons = folder / "icons-new.h5", folder / "icons-old.h5"
        for who, icons, programs in (("new", new_icons, None), ("old", old_icons, old)):  # old takes new's form
            say(f"icons of {cells.count} cells, {who}:")
            numbers[f"{who}_s"] = cells.render(icons, programs=programs)
            report = cells.judge(with_pictures(icons, new_icons, folder / f"judged-{who}.h5"), options.judge)
            recognized = report["recognition"]["icons"]
            numbers[f"{who}_fidelity"] = report["fidelity"]["median"]
            numbers[f"{who}_transformed_fidelity"] = report["transformedFidelity"]["median"]
            numbers[f"{who}_mrr"] = recognized["meanReciprocalRank"]["value"]
            numbers[f"{who}_two_choice"] = recognized["twoChoice"]["value"]
            rows.append([who] + [f"{numbers[f'{who}_{key}']:.3f}" for key in COLUMNS])
            say(f"{who}: {numbers[f'{who}_s']:.1f} s")
        numbers["new_s_to_070"], steps = fewest_steps(cells, work / "icons.h5")
        numbers["default_atlas_s"] = default_atlas(work)
        rates = extraction(options, old, work)
        numbers |= {f"extract_{who}_images_per_s": rate for who, rate in rates.items()}
        numbers["extract_ratio"] = rates["new"] / rates["old"]
        numbers["extract_pytorch_ratio"] = rates["new"] / rates["torch"]
        say("icons, torch:")
        seconds, reached, torch_steps, setting = torch_to_goal(options, cells)
        numbers |= {"pytorch_s_to_070": seconds, "pytorch_fidelity": reached, "pytorch_steps": torch_steps}
    print(table(["", "seconds", "fidelity", "under transforms", "mean reciprocal rank", "two-choice"], rows))
    print(f"\n{cells.count} icons of 80 pixels: {numbers['old_s'] / numbers['new_s']:.2f} x faster")
    never = "" if reached >= GOAL else f"; not reached: {reached:.3f}"
    print(
        f"to median fidelity {GOAL:.2f}: this project {numbers['new_s_to_070']:.1f} s ({steps} steps), torch"
        f" {seconds:.0f} s ({torch_steps} steps{never}; {setting}): {seconds / numbers['new_s_to_070']:.1f} x faster"
    )
    print(
        f"extraction {rates['new']:.1f} images/s: {numbers['extract_ratio']:.2f} x {OLD_COMMIT}'s,"
        f" {numbers['extract_pytorch_ratio']:.2f} x torch's"
    )
    print(f"make atlas LAYER={LAYER}: {numbers['default_atlas_s']:.1f} s")
    print(f"{processors()} processors, load {load:.1f} before")
    part = options.output.with_name(options.output.name + ".part")
    part.write_text(json.dumps({k: round(v, 4) for k, v in numbers.items()}, indent=2) + "\n")
    os.replace(part, options.output)
    return 0


COLUMNS = ("s", "fidelity", "transformed_fidelity", "mrr", "two_choice")

if __name__ == "__main__":
    sys.exit(main())
