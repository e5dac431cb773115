#!/usr/bin/env python3
"""Measures reduction, neighbor search and layouts of a million real activations.

Samples: of each photograph the whole, its mirror image and two crops (the upper left four fifths, and the lower right
mirrored), at all positions of GoogLeNet's mixed4c but the edges: 576 samples of a photograph, of 512 channels. Each
program is run by itself with its defaults; layouts once without and once with their report, which lays out a second
seed. Memory is the largest resident size. What layouts are like is in layout-*.json of the work folder.

    python3 Scripts/bench_scale.py [--model googlenet.onnx --layer mixed4c] [--images FOLDER ...] [--limit N]

It wants GoogLeNet and photographs in ../shared, or --model and --images, and Pillow; 5 GB on the disk for 2,000
photographs. Other programs should not run meanwhile. The result is printed and kept in Data/work/bench_scale.json.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from embedding.programs import Failed, measured
from peers.arguments import load_before, parser_of, say
from peers.environment import PROGRAMS, ROOT, SHARED, fail
from peers.table import table

try:
    from PIL import Image, ImageOps
except ImportError:
    fail("needs Pillow: Scripts/prepare-python peers, then Data/work/venv/bin/python Scripts/bench_scale.py")

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
LARGEST_SIDE = 400  # of what is written; the network sees 224


def variants(image: Image.Image) -> Iterator[Image.Image]:
    """The image, its mirror image, and two crops."""
    width, height = image.size
    wide, high = width * 4 // 5, height * 4 // 5
    yield image
    yield ImageOps.mirror(image)
    yield image.crop((0, 0, wide, high))
    yield ImageOps.mirror(image.crop((width - wide, height - high, width, height)))


def write_variants(folders: list[Path], limit: int | None, target: Path) -> int:
    """Writes the variants of all photographs; how many photographs there are."""
    photographs = [path for folder in folders for path in sorted(folder.rglob("*"))
                   if path.suffix.lower() in ENDINGS][:limit]
    shutil.rmtree(target, ignore_errors=True)
    for number, path in enumerate(photographs):
        folder = target / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as image:
            for which, variant in enumerate(variants(image.convert("RGB"))):
                variant.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
                variant.save(folder / f"{number:05}-{which}.jpg", quality=92)
    return len(photographs)


def main() -> None:
    """Prints a line for each stage, and keeps the numbers."""
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, default=SHARED / "models/googlenet/googlenet.onnx")
    parser.add_argument("--layer", default="mixed4c")
    parser.add_argument("--images", type=Path, nargs="+",
                        default=[SHARED / "images/imagenet-1000", SHARED / "images/imagenette-val"])
    parser.add_argument("--limit", type=int, help="the most photographs")
    parser.add_argument("--programs", type=Path, default=PROGRAMS, help="folder of the programs (.build/release)")
    parser.add_argument("--output", type=Path, default=ROOT / "Data/work/bench_scale.json")
    options = parser.parse_args()
    for path in (options.model, *options.images):
        if not path.exists():
            fail(f"{path} is not there: give --model and --images")
    work = options.output.parent / "bench_scale"
    work.mkdir(parents=True, exist_ok=True)
    count = write_variants(options.images, options.limit, work / "images")
    load = load_before()
    file = {name: work / f"{name}.h5" for name in ("activations", "components", "neighbors")}
    steps = {
        "sampling": ["atlas-extract", "--model", options.model, "--images", work / "images", "--layer", options.layer,
                     "--positions", "all", "--output", file["activations"]],
        "reduction": ["atlas-reduce", "--activations", file["activations"], "--output", file["components"]],
        "neighbors": ["atlas-neighbors", "--components", file["components"], "--output", file["neighbors"]],
    }
    for method in ("umap", "tsne"):
        layout = ["atlas-embed", "--components", file["components"], "--neighbor-graph", file["neighbors"],
                  "--method", method, "--output", work / f"layout-{method}.h5"]
        steps[method] = [*layout, "--report", "none"]
        steps[f"{method} with report"] = layout
    numbers: dict[str, dict[str, float]] = {}
    with open(work / "log.txt", "w") as log:
        for name, command in steps.items():
            say(name)
            try:
                cost = measured([options.programs / command[0], *command[1:]], log)
            except Failed as error:
                fail(f"{error}; see {work / 'log.txt'}")
            numbers[name] = {"seconds": round(cost.seconds, 1), "peak_mib": round(cost.peak_mib)}
    options.output.write_text(json.dumps({"photographs": count, "load": load, "steps": numbers}, indent=1) + "\n")
    print(f"{count} photographs, {4 * count} images; load before: {load:.1f}")
    print(table(["step", "seconds", "peak MiB"], [[name, *cost.values()] for name, cost in numbers.items()]))
    for method in ("umap", "tsne"):
        print(method, json.dumps(json.loads((work / f"layout-{method}.json").read_text())["measures"]))


if __name__ == "__main__":
    main()
