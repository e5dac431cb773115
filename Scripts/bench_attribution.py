#!/usr/bin/env python3
"""Measures how far effects can be trusted: by layer, by rule of max pools, and by steps along the path.

For each layer a few positions of each image are sampled by atlas-extract, and atlas-attribute computes the effects of some
samples and holds them against interventions. Beside what it stores in the file's group trust stands how often a sample's
largest effect is on the class of its image, where images have classes that the network knows.

    python3 Scripts/bench_attribution.py --model net.onnx --images photos --layers mixed4c,mixed5a
        [--rules exact,average,average-padded,l2] [--steps 0,4] [--rows 128]

Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, PROGRAMS, fail

PEERS.require("h5py", "numpy")

import h5py
import numpy as np

from peers.arguments import parser_of, say
from peers.table import table

HEADS = (
    "layer", "rule", "steps", "to 0", "ranks", "to mean", "first", "of five", "curvature", "complete", "distance", "missed",
    "at most", "own class", "of five", "rank",
)
MEASURES = (
    "pearson_zero", "spearman_zero", "pearson_mean", "top_1", "top_5", "curvature", "completeness", "completeness_error",
    "missed", "missed_limit",
)


def run(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        fail(done.stderr.strip().splitlines()[-1])


def own_class(effects: h5py.File, activations: h5py.File) -> list[str]:
    """How often the largest effect is on the image's class, or one of the five, and the class's median rank from 1."""
    values = effects["effects"][:].astype(np.float32)
    names = list(effects["class/name"].asstr()[:])
    if "classes/label" not in activations:
        return ["", "", ""]
    labels = [label.split(",")[0] for label in activations["classes/label"].asstr()[:]]
    known = np.array([names.index(label) if label in names else -1 for label in labels])
    kinds = activations["images/class"][:][activations["image"][:][effects["sample"][:]]]
    own = np.where(kinds >= 0, known[kinds], -1)
    rows = np.flatnonzero(own >= 0)
    ranks = (values[rows] > values[rows, own[rows]][:, None]).sum(axis=1)
    return [f"{100 * (ranks < 1).mean():.1f} %", f"{100 * (ranks < 5).mean():.1f} %", f"{np.median(ranks) + 1:.0f}"]


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the network")
    parser.add_argument("--images", type=Path, required=True, help="the folder of images")
    parser.add_argument("--layers", required=True, help="layers, with commas")
    parser.add_argument("--rules", default="exact", help="rules of max pools, with commas (exact)")
    parser.add_argument("--steps", default="0", help="steps along the path, with commas (0)")
    parser.add_argument("--positions", default=8, type=int, help="positions sampled per image (8)")
    parser.add_argument("--rows", default=128, type=int, help="samples whose effects are computed, at least (128)")
    parser.add_argument("--programs", type=Path, default=PROGRAMS, help="folder of the programs (.build/release)")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="atlas-attribution-") as place:
        layers = options.layers.split(",")
        files = {layer: Path(place) / f"{index}.h5" for index, layer in enumerate(layers)}
        for layer, file in files.items():
            run(options.programs / "atlas-extract", "--model", options.model, "--images", options.images, "--layer", layer,
                "--positions", options.positions, "--output", file, "--quiet")
            for rule in options.rules.split(","):
                for steps in options.steps.split(","):
                    say(f"{layer}, {rule}, {steps} steps")
                    result = Path(place) / "effects.h5"
                    run(options.programs / "atlas-attribute", "--model", options.model, "--layer", layer, "--activations",
                        file, "--rows", options.rows, "--max-pool", rule, "--path-steps", steps, "--output", result, "--quiet")
                    with h5py.File(result) as effects, h5py.File(file) as activations:
                        trust = [f"{effects['trust'].attrs[name]:.3f}" for name in MEASURES]
                        rows.append([layer, rule, steps, *trust, *own_class(effects, activations)])
    print(table(HEADS, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
